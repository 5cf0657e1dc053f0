"""Records of history as events, told to one reader: before and after in words, by whom, on whose behalf, why."""

import datetime
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils.text import capfirst
from django.utils.translation import gettext

from organizations.models import Organization, User
from tracker.toolkit.history import Change, changes_by_record, earlier_records

from ..choices import Response, Role, Visibility
from ..models import Activity, ChangeSet, ChangeSetEntry, Participation

CREATED, CHANGED, DELETED = "+", "~", "-"
# So many activities of a bulk change are named.
LISTED = 50


class Bulk(NamedTuple):
    """The bulk change or import an event is part of: the activities the reader may see, the first of them named."""

    change_set: ChangeSet
    number: int
    entries: list[ChangeSetEntry]


class Event(NamedTuple):
    """One saved change. `organization` and `activity` say what it is about, where that is not the page itself.

    `by` is "" where nobody is named, `on_behalf` who gave the answer that was recorded, and where.
    """

    at: datetime.datetime
    title: str
    by: str
    reason: str
    changes: list[Change]
    organization: Organization | None = None
    activity: Activity | None = None
    on_behalf: str = ""
    bulk: Bulk | None = None


class Told(NamedTuple):
    """A record, the one before it of the same row, and what it changed."""

    record: Any
    before: Any | None
    changes: list[Change]


class Teller:
    """Tells histories to one reader. Names of people are for those who signed in; the unseen is not named."""

    def __init__(self, user: Any) -> None:
        self.user = user
        # Columns of a participation: what was said to the organization itself is for those who signed in as well.
        self.hidden = () if user.is_authenticated else ("answered_for", "note")

    def tell(self, records: QuerySet, without: Collection[str] = ()) -> Iterator[Told]:
        """These records of one model, newest first. One statement, and one for each table they point to."""
        rows = list(records.select_related("history_user").order_by("-history_id"))
        told = changes_by_record(rows, self.say, without)
        for (record, changes), before in zip(told, earlier_records(rows) if rows else [], strict=True):
            # Without those of which the reader may know neither side.
            yield Told(record, before, [change for change in changes if change.before != change.after])

    def say(self, row: Model) -> str | None:
        if isinstance(row, User):
            return self.person(row)
        if isinstance(row, Activity) and not self._may_read(row):
            return None
        return str(row)

    def person(self, user: Any) -> str:
        return str(user) if self.user.is_authenticated else gettext("a person")

    def event(self, told: Told, title: str, **more: Any) -> Event:
        record = told.record
        by = self.person(record.history_user) if record.history_user else ""
        facts: dict[str, Any] = {"reason": record.history_change_reason or "", "changes": told.changes, **more}
        return Event(record.history_date, title, by, **facts)

    def of_participation(self, told: Told, **about: Any) -> Event:
        """An event of a participation. Whoever gave an answer that a coordinator recorded is told with it."""
        record, before = told.record, told.before
        answered = before is not None and record.answered_at != before.answered_at
        on_behalf = record.answered_for if answered and self.user.is_authenticated else ""
        if on_behalf:
            label = capfirst(str(Participation._meta.get_field("answered_for").verbose_name))
            told = told._replace(changes=[change for change in told.changes if change.label != label])
        return self.event(told, _participation_title(record), on_behalf=on_behalf, **about)

    def _may_read(self, activity: Activity) -> bool:
        """As `ActivityQuerySet.visible_to`, asked once for all activities that a history names."""
        if activity.visibility == Visibility.PUBLIC:
            return True
        if not self.user.is_authenticated:
            return False
        return activity.visibility == Visibility.INTERNAL or self.user.is_coordinator or activity.pk in self._opened

    @cached_property
    def _opened(self) -> set[int]:
        restricted = Activity.objects.visible_to(self.user).filter(visibility=Visibility.RESTRICTED)
        return set(restricted.order_by().values_list("pk", flat=True))


def with_earlier(records: QuerySet, ids: Collection[int]) -> QuerySet:
    """The records of these numbers, and of each row the one just before: what they are compared with."""
    key = records.model.instance_type._meta.pk.attname
    same = records.filter(**{key: OuterRef(key)}, history_id__lt=OuterRef("history_id")).order_by("-history_id")
    before = records.filter(history_id__in=ids).annotate(before=Subquery(same.values("history_id")[:1]))
    return records.filter(Q(history_id__in=ids) | Q(history_id__in=before.values("before")))


def bulk_changes(user: Any, activity: Activity) -> dict[tuple[str, int], Bulk]:
    """By what was changed and the number of its record: the acts this activity was part of. Two statements."""
    own = ChangeSetEntry.objects.filter(activity=activity).select_related("change_set")
    found = {(entry.what, entry.history_id): entry.change_set for entry in own}
    if not found:
        return {}
    # An act may have written several records of one activity: it is named and counted once.
    earlier = ChangeSetEntry.objects.filter(
        activity=OuterRef("activity"), change_set=OuterRef("change_set"), pk__lt=OuterRef("pk")
    )
    seen = ChangeSetEntry.objects.filter(
        Activity.objects.visible_to(user).include("activity"), ~Exists(earlier), change_set__in=set(found.values())
    )
    ranked = seen.annotate(
        number=Window(Count("pk"), partition_by=F("change_set")),
        rank=Window(RowNumber(), partition_by=F("change_set"), order_by=F("pk").asc()),
    )
    entries: dict[int, list[ChangeSetEntry]] = {}
    listed = ranked.filter(rank__lte=LISTED).select_related("activity__framework").defer("activity__search_text")
    for entry in listed.order_by("pk"):
        entries.setdefault(entry.change_set_id, []).append(entry)
    return {
        key: Bulk(change_set, _number(entries.get(change_set.pk, [])), entries.get(change_set.pk, []))
        for key, change_set in found.items()
    }


def _number(entries: list[Any]) -> int:
    return entries[0].number if entries else 0


def _participation_title(record: Any) -> str:
    role = Role(record.role).label
    if record.history_type == CREATED:
        response = Response(record.response).label
        return gettext("Named as participant: %(role)s, %(response)s") % {"role": role, "response": response}
    if record.history_type == DELETED:
        return gettext("Participation removed: %(role)s") % {"role": role}
    return gettext("Participation changed: %(role)s") % {"role": role}
