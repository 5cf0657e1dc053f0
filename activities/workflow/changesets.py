"""Changes that belong together: one act of one person, kept with the record of history of each activity it changed."""

from django.db import transaction

from organizations.models import User

from ..choices import ChangeSetKind
from ..models import Activity, ChangeSet, ChangeSetEntry, Participation, StatusUpdate
from ..models.changesets import ChangedRecord


class ChangesTogether:
    """One act on several activities. It is entered in the register with the first activity that it changes.

    `title` is a code of `models.changesets.DONE`, or words in the language of who did it.
    """

    def __init__(
        self,
        *,
        title: str,
        by: User,
        reason: str = "",
        kind: str = ChangeSetKind.BULK,
        undoes: ChangeSet | None = None,
    ) -> None:
        self.change_set = ChangeSet(kind=kind, title=title, reason=reason, by=by, undoes=undoes)

    def add(self, activity: Activity, *, created: bool = False) -> ChangeSetEntry:
        """Name the newest record of history of an activity, as the workflow returned it, as part of the act.

        Call it in the transaction of the change: what is undone was no part of the act.
        """
        with transaction.atomic():
            self._begin()
            records = Activity.history.filter(id=activity.pk, version=activity.version)
            newest = records.latest("history_id")
            return self._entry(ChangedRecord.ACTIVITY, activity, newest.history_id, created)

    def add_participation(self, participation: Participation, *, since: int, created: bool = False) -> None:
        """Name the records of a participation that are newer than the one numbered `since`, the first one first."""
        with transaction.atomic():
            self._begin()
            records = Participation.history.filter(id=participation.pk, history_id__gt=since).order_by("history_id")
            activity = participation.activity
            for number in records.values_list("history_id", flat=True):
                self._entry(ChangedRecord.PARTICIPATION, activity, number, created)

    def add_update(self, update: StatusUpdate) -> None:
        """Name an entry of a log."""
        with transaction.atomic():
            self._begin()
            self._entry(ChangedRecord.UPDATE, update.activity, update.pk, True)

    def add_removed(self, what: str, code: str, number: int) -> None:
        """Name the record of what was taken back altogether."""
        with transaction.atomic():
            self._begin()
            ChangeSetEntry.objects.create(change_set=self.change_set, what=what, code=code, history_id=number)

    def _begin(self) -> None:
        if not ChangeSet.objects.filter(pk=self.change_set.pk).exists():
            self.change_set.pk = None
            self.change_set.save()

    def _entry(self, what: str, activity: Activity, number: int, created: bool) -> ChangeSetEntry:
        return ChangeSetEntry.objects.create(
            change_set=self.change_set,
            activity=activity,
            code=activity.code,
            what=what,
            created=created,
            history_id=number,
        )
