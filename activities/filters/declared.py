"""The parameters of the activity report. Names and values are public: bookmarks and saved reports rely on them."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tracker.toolkit.dates import spans_from, spans_until
from tracker.toolkit.search import terms

from ..choices import TAKING_PART, Level, Role, Signal, Status, Visibility
from ..models import Activity, Participation
from ..models.names import ACTIVITY_KINDS, Names, country_names
from ..models.querysets import IS_OPEN, signal_rule
from .parameters import Choice, Day, Parameter, Reading, Text, WholeNumber, Words


def titles(kind: str, *, with_code: bool = False) -> Callable[[Names], Mapping[str, Text]]:
    """The options of a list of names."""

    def options(names: Names) -> Mapping[str, Text]:
        entries = names.by_code[kind]
        return {code: f"{code} {name.title}" if with_code else name.title for code, name in entries.items()}

    return options


def ids_of(kind: str, codes: Sequence[str], reading: Reading) -> list[int]:
    names = reading.names.by_code[kind]
    return [pk for code in codes for pk in names[code].ids]


def refers_to(column: str, kind: str) -> Callable[[Sequence[str], Reading], Q]:
    return lambda codes, reading: Q(**{f"{column}__in": ids_of(kind, codes, reading)})


def classified(field_name: str, kind: str) -> Callable[[Sequence[str], Reading], Q]:
    """Rows linked to any of these entries; as a subquery, so that no row comes twice and counts stay true."""
    field: Any = Activity._meta.get_field(field_name)
    through, target = field.remote_field.through, field.m2m_reverse_field_name()

    def condition(codes: Sequence[str], reading: Reading) -> Q:
        links = through.objects.filter(**{f"{target}__in": ids_of(kind, codes, reading)})
        return Q(pk__in=links.values("activity_id"))

    return condition


def any_of(conditions: Sequence[Q]) -> Q:
    return reduce(or_, conditions)


def holds_words(values: Sequence[str], reading: Reading) -> Q:
    condition = Q()
    for term in terms(values[0]):
        condition &= Q(search_text__contains=term)
    return condition


def takes_part(organizations: Sequence[str], roles: Sequence[str], reading: Reading) -> Q:
    """Rows in which one and the same participation, of any time, is of these organizations and in these roles."""
    participations = Participation.objects.filter(response__in=TAKING_PART)
    if organizations:
        participations = participations.filter(organization__in=ids_of("organizations", organizations, reading))
    if roles:
        participations = participations.filter(role__in=roles)
    return Q(pk__in=participations.values("activity_id"))


def silent_for(values: Sequence[int], reading: Reading) -> Q:
    """Open, and not heard of for more than so many days; the same clock as the signal “silent”, in UTC days."""
    day = reading.today - datetime.timedelta(days=values[0])
    start = datetime.datetime.combine(day, datetime.time(), tzinfo=datetime.UTC)
    never = Q(agreed=False, last_update_at__isnull=True, created_at__lt=start)
    return IS_OPEN & (Q(last_update_at__lt=start) | never)


def midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def updated_from(values: Sequence[Any], reading: Reading) -> Q:
    return Q(last_update_at__gte=midnight(values[0].first_day))


def updated_until(values: Sequence[Any], reading: Reading) -> Q:
    return Q(last_update_at__lt=midnight(values[0].last_day + datetime.timedelta(days=1)))


class Days(WholeNumber):
    """A number of days."""

    def words(self, value: int, reading: Reading) -> str:
        return ngettext("more than %(days)d day", "more than %(days)d days", value) % {"days": value}


def is_one_of(column: str) -> Callable[[Sequence[str], Reading], Q]:
    return lambda values, reading: Q(**{f"{column}__in": values})


def labels(choices: Any) -> Callable[[Names], Mapping[str, Text]]:
    options = dict(choices.choices)
    return lambda names: options


PARAMETERS: tuple[Parameter, ...] = (
    Words(name="q", label=_("Words"), condition=holds_words),
    Choice(
        name="framework",
        label=_("Framework"),
        options=titles("frameworks"),
        condition=refers_to("framework_id", "frameworks"),
    ),
    Choice(
        name="area", label=_("Area"), options=titles("areas", with_code=True), condition=refers_to("area_id", "areas")
    ),
    Choice(name="status", label=_("Status"), options=labels(Status), condition=is_one_of("status")),
    Choice(
        name="signal",
        label=_("Signal"),
        options=labels(Signal),
        condition=lambda values, reading: any_of([signal_rule(value, reading.today) for value in values]),
    ),
    Choice(
        name="kind",
        label=_("Kind"),
        options=lambda names: ACTIVITY_KINDS,
        condition=lambda values, reading: Q(agreed__in=[value == "agreed" for value in values]),
    ),
    Choice(
        name="parent",
        label=_("Main item"),
        hint=_("The agreed item that it carries out in the first place."),
        options=titles("items", with_code=True),
        condition=refers_to("parent_id", "items"),
    ),
    # Organization and role speak of the same participation: see Selection.condition.
    Choice(name="organization", label=_("Organization"), options=titles("organizations")),
    Choice(name="role", label=_("Role"), options=labels(Role)),
    Choice(
        name="country",
        label=_("Country"),
        options=lambda names: country_names(),
        # The column holds “GH,SL”: two-letter codes between commas cannot be mistaken for one another.
        condition=lambda values, reading: any_of([Q(countries__contains=value) for value in values]),
    ),
    Choice(
        name="field",
        label=_("Functional field"),
        options=titles("fields"),
        condition=classified("functional_fields", "fields"),
    ),
    Choice(
        name="theme", label=_("Cross-cutting theme"), options=titles("themes"), condition=classified("themes", "themes")
    ),
    Choice(
        name="principle",
        label=_("Principle"),
        options=titles("principles", with_code=True),
        condition=classified("principles", "principles"),
    ),
    Choice(name="level", label=_("Level"), options=labels(Level), condition=is_one_of("level")),
    Day(
        name="due_after",
        label=_("Due on or after"),
        condition=lambda values, reading: spans_from("planned_end_on", values[0].first_day),
    ),
    Day(
        name="due_before",
        label=_("Due on or before"),
        condition=lambda values, reading: spans_until("planned_end_on", values[0].last_day),
    ),
    Day(name="updated_after", label=_("Updated on or after"), condition=updated_from),
    Day(name="updated_before", label=_("Updated on or before"), condition=updated_until),
    Days(name="silent_days", label=_("No update for"), low=1, high=36500, condition=silent_for),
    Choice(name="visibility", label=_("Visible to"), options=labels(Visibility), condition=is_one_of("visibility")),
)

# Asked by others it would tell that something is hidden.
FOR_COORDINATORS = frozenset({"visibility"})
