"""Changes that belong together: one act of one person, kept with the record of history of each activity it changed."""

from django.db import transaction

from organizations.models import User

from ..choices import ChangeSetKind
from ..models import Activity, ChangeSet, ChangeSetEntry


class ChangesTogether:
    """One act on several activities. It is entered in the register with the first activity that it changes.

    `title` is a code of `models.changesets.DONE`, or words in the language of who did it.
    """

    def __init__(self, *, title: str, by: User, reason: str = "", kind: str = ChangeSetKind.BULK) -> None:
        self.change_set = ChangeSet(kind=kind, title=title, reason=reason, by=by)

    def add(self, activity: Activity) -> ChangeSetEntry:
        """Name the newest record of history of an activity, as the workflow returned it, as part of the act.

        Call it in the transaction of the change: what is undone was no part of the act.
        """
        with transaction.atomic():
            if not ChangeSet.objects.filter(pk=self.change_set.pk).exists():
                self.change_set.pk = None
                self.change_set.save()
            records = Activity.history.filter(id=activity.pk, version=activity.version)
            newest = records.latest("history_id")
            return ChangeSetEntry.objects.create(
                change_set=self.change_set, activity=activity, history_id=newest.history_id
            )
