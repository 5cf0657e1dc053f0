"""The filters of the activity report. Names and values are public: bookmarks and saved reports rely on them."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.toolkit.dates import PartialDate, spans_from, spans_until

from ..choices import OPEN_STATUSES, Level, Role, Signal, Status, Visibility
from ..models import Activity
from ..models.names import ACTIVITY_KINDS, Names, country_names, read_names
from ..models.participation import ParticipationQuerySet
from ..models.querysets import signal_rule
from .parameters import AnyLinked, AnyNamed, AnyOf, Day, Days, KnownOn, Options, Words

# Asked by others it would tell that something is hidden.
FOR_COORDINATORS = ("visibility",)


def labels(choices: Any) -> Callable[[Names], Options]:
    options = dict(choices.choices)
    return lambda names: options


def midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


# Conditions, as django-filter calls them: the rows so far, the column, the value.


def of_kind(rows: QuerySet, column: str, values: Sequence[str]) -> QuerySet:
    return rows.filter(agreed__in=[value == "agreed" for value in values])


def holding_any(rows: QuerySet, column: str, codes: Sequence[str]) -> QuerySet:
    # The column holds “GH,SL”: two-letter codes between commas cannot be mistaken for one another.
    return rows.filter(reduce(or_, [Q(**{f"{column}__contains": code}) for code in codes]))


def spanning_from(rows: QuerySet, column: str, day: PartialDate) -> QuerySet:
    return rows.filter(spans_from(column, day.first_day))


def spanning_until(rows: QuerySet, column: str, day: PartialDate) -> QuerySet:
    return rows.filter(spans_until(column, day.last_day))


def since(rows: QuerySet, column: str, day: PartialDate) -> QuerySet:
    return rows.filter(**{f"{column}__gte": midnight(day.first_day)})


def until(rows: QuerySet, column: str, day: PartialDate) -> QuerySet:
    return rows.filter(**{f"{column}__lt": midnight(day.last_day + datetime.timedelta(days=1))})


class ActivityFilters(django_filters.FilterSet):
    """Each filter restricts what the others find. `qs` stands only where `errors` is empty.

    `user` decides which filters are `offered`; which rows `queryset` holds is decided before, and as of which day:
    `column` names their columns, `participations` are those that `organization` and `role` speak of.
    """

    as_of = KnownOn()
    q = Words("search_text", label=_("Words"))
    framework = AnyNamed("framework_id", kind="frameworks", label=_("Framework"))
    area = AnyNamed("area_id", kind="areas", with_code=True, label=_("Area"))
    status = AnyOf(options=labels(Status), label=_("Status"))
    signal = AnyOf(options=labels(Signal), method="showing", label=_("Signal"))
    kind = AnyOf(options=lambda names: ACTIVITY_KINDS, method=of_kind, label=_("Kind"))
    parent = AnyNamed(
        "parent_id",
        kind="items",
        with_code=True,
        label=_("Main item"),
        help_text=_("The agreed item that it carries out in the first place."),
    )
    organization = AnyNamed(kind="organizations", label=_("Organization"))
    role = AnyOf(options=labels(Role), label=_("Role"))
    country = AnyOf("countries", options=lambda names: country_names(), method=holding_any, label=_("Country"))
    field = AnyLinked("functional_fields", kind="fields", label=_("Functional field"))
    theme = AnyLinked("themes", kind="themes", label=_("Cross-cutting theme"))
    principle = AnyLinked("principles", kind="principles", with_code=True, label=_("Principle"))
    level = AnyOf(options=labels(Level), label=_("Level"))
    due_after = Day("planned_end_on", method=spanning_from, label=_("Due on or after"))
    due_before = Day("planned_end_on", method=spanning_until, label=_("Due on or before"))
    updated_after = Day("last_update_at", method=since, label=_("Updated on or after"))
    updated_before = Day("last_update_at", method=until, label=_("Updated on or before"))
    silent_days = Days(method="silent_for", label=_("No update for"))
    visibility = AnyOf(options=labels(Visibility), label=_("Visible to"))

    base_filters: dict[str, Any]  # all of the above, as the metaclass collects them

    class Meta:
        model = Activity
        fields: Sequence[str] = ()

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        user: Any,
        today: datetime.date,
        column: Callable[[str], str],
        participations: ParticipationQuerySet,
        **kwargs: Any,
    ) -> None:
        hidden = () if getattr(user, "is_coordinator", False) else FOR_COORDINATORS
        self.offered = [name for name in self.base_filters if name not in hidden]
        # The filters in use alone: a filter set copies each of them anew, and idle ones cost milliseconds.
        self.base_filters = {name: self.base_filters[name] for name in self.offered if name in data}
        super().__init__(data, **kwargs)
        for each in self.filters.values():
            each.field_name = column(each.field_name)
        self.today, self.column, self.participations = today, column, participations
        self.names = read_names()
        self._fresh = False

    def read_names(self, *, fresh: bool = False) -> Names:
        """The names of the register; where `fresh`, from the database, once for all filters."""
        if fresh and not self._fresh:
            self.names, self._fresh = read_names(fresh=True), True
        return self.names

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """All filters together; organization and role speak of one and the same participation."""
        values = dict(self.form.cleaned_data)
        organizations, roles = values.pop("organization", ()), values.pop("role", ())
        for name, value in values.items():
            queryset = self.filters[name].filter(queryset, value)
        if not organizations and not roles:
            return queryset
        participations = self.participations
        if organizations:
            participations = participations.filter(organization__in=self.filters["organization"].ids(organizations))
        if roles:
            participations = participations.filter(role__in=roles)
        return queryset.filter(pk__in=participations.values("activity_id"))

    def showing(self, rows: QuerySet, column: str, signals: Sequence[str]) -> QuerySet:
        return rows.filter(reduce(or_, [signal_rule(signal, self.today, self.column) for signal in signals]))

    def silent_for(self, rows: QuerySet, column: str, days: int) -> QuerySet:
        """Open, and not heard of for more than so many days; the same clock as the signal “silent”, in UTC days."""
        day = self.today - datetime.timedelta(days=days)
        start = datetime.datetime.combine(day, datetime.time(), tzinfo=datetime.UTC)
        heard, is_open = self.column("last_update_at"), Q(**{f"{self.column('status')}__in": OPEN_STATUSES})
        never = Q(**{"agreed": False, f"{heard}__isnull": True, "created_at__lt": start})
        return rows.filter(is_open & (Q(**{f"{heard}__lt": start}) | never))
