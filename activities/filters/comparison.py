"""Two days beside each other: of what one person asked for, the activities in which something changed between them."""

import datetime
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import F, IntegerField, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..choices import CLOSED_STATUSES, TAKING_PART, Response, Signal, Status
from ..models import Participation
from ..models.querysets import ActivityQuerySet
from .declared import ActivityFilters
from .parameters import ComparedWith, past_day
from .selection import Selection


class Change(models.TextChoices):
    """What may differ in an activity between two days, in the order in which it is told."""

    NEW = "new", pgettext_lazy("change", "New")
    MOVED = "moved", pgettext_lazy("change", "Moved")
    COMPLETED = "completed", gettext_lazy("Completed")
    SILENT = "silent", gettext_lazy("Gone silent")
    JOINED = "joined", pgettext_lazy("change", "Joined")
    LEFT = "left", pgettext_lazy("change", "Left")


class ComparisonFilters(ActivityFilters):
    """Those of the report, and the earlier day."""

    compare = ComparedWith()


class Comparison(Selection):
    """What changed from the day `since` until the day of the selection; every other filter speaks of the later day."""

    since: datetime.date
    filter_set = ComparisonFilters
    can_be_kept = False

    def __init__(self, given: Mapping[str, Sequence[str]], user: Any, today: datetime.date | None = None) -> None:
        # Where it is not understood the selection has a problem, and no rows.
        self.since = past_day(given.get("compare", ())) or datetime.date.min
        super().__init__(given, user, today)
        if self.since >= self.today:
            later = _("That day does not come before the day it is compared with. Give an earlier one.")
            self.problems.append(("compare", later))

    def activities(self) -> ActivityQuerySet:
        return super().activities().beside(self.since)

    def rows(self) -> ActivityQuerySet:
        """Those in which anything changed, in no order, every activity once."""
        return super().rows().filter(reduce(or_, self.changes().values()))

    def changed(self, change: str) -> ActivityQuerySet:
        """Those in which this changed."""
        return super().rows().filter(self.changes()[change])

    def without(self, name: str) -> Selection:
        if name != "compare":
            return super().without(name)
        return Selection({**self.given, name: []}, self.user, self.present)

    def joining(self) -> Any:
        """Participations that began after the earlier day, by the later one."""
        begun = {"since__gt": self.since.isoformat(), "since__lte": self.today.isoformat()}
        return Participation.objects.filter(response__in=(*TAKING_PART, Response.WITHDRAWN), **begun)

    def leaving(self) -> Any:
        """Participations that ended after the earlier day, by the later one."""
        return Participation.objects.held().ended_between(self.since, self.today)

    def changes(self) -> dict[str, Q]:
        """The condition of each kind of change. What is new is not said to have moved as well."""
        status, progress = self.column("status"), self.column("progress")
        known = Q(before_status__isnull=False)
        completed = known & Q(**{status: Status.COMPLETED}) & ~Q(before_status=Status.COMPLETED)
        # No progress is another than any: SQL would not say so of nothing.
        measured, measured_before = (
            Coalesce(name, Value(-1), output_field=IntegerField()) for name in (progress, "before_progress")
        )
        elsewhere = ~Q(**{status: F("before_status")}) | ~Q(Exact(measured, measured_before))
        spoke = Q(before_status__in=CLOSED_STATUSES) | Q(before_silent_on__isnull=True)
        spoke |= Q(before_silent_on__gt=self.since)
        return {
            Change.NEW: ~known,
            Change.MOVED: known & ~completed & elsewhere,
            Change.COMPLETED: completed,
            Change.SILENT: known & spoke & self.signal(Signal.SILENT),
            Change.JOINED: Q(pk__in=self.joining().values("activity")),
            Change.LEFT: Q(pk__in=self.leaving().values("activity")),
        }

    @property
    def note(self) -> str:
        return _(
            "What was known on the two days, side by side; titles, texts, dates, classification and who may see what "
            "are today’s. Filters speak of the later day."
        )
