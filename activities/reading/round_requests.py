"""The requests of a round as a filtered table: what was asked for, its rows, its columns."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.texts import Text, find_text

from ..choices import REMINDING, RequestState, ReviewState, Role
from ..filters import labelled
from ..models import Notification, ReportingRound, StatusUpdate, UpdateRequest
from ..models.names import Name, Names, read_names

SORTS = {
    "code": gettext_lazy("Reference"),
    "organization": gettext_lazy("Organization"),
    "answered": gettext_lazy("Answered"),
}
LABELS = {
    "organization": gettext_lazy("Organization"),
    "area": gettext_lazy("Area"),
    "state": gettext_lazy("State"),
    "role": gettext_lazy("Role"),
}


class Chip(NamedTuple):
    """One value in use: in words, and the query string without it."""

    text: str
    query: str


class RequestSelection:
    """The requests of a round one person asked for; what is not understood stands in `problems`."""

    def __init__(
        self, made: ReportingRound, given: Mapping[str, Sequence[str]], user: Any, today: datetime.date
    ) -> None:
        self.round, self.user, self.today = made, user, today
        self.given = {name: list(dict.fromkeys(values)) for name, values in given.items() if values}
        self.names = read_names()
        self.options = _options(self.names)
        if any(value not in self.options.get(name, [value]) for name, values in given.items() for value in values):
            # What was made in the last seconds is no unknown value.
            self.names = read_names(fresh=True)
            self.options = _options(self.names)
        self.problems = []
        for name, values in given.items():
            if name not in self.options:
                self.problems.append((name[:60], _("There is no such parameter.")))
            elif unknown := [value for value in values if value not in self.options[name]]:
                sentence = _("“%(value)s” is not one of the values that can be asked for.")
                self.problems.append((name, sentence % {"value": unknown[0][:60]}))

    def visible(self) -> QuerySet:
        return UpdateRequest.objects.filter(round=self.round).standing().visible_to(self.user).with_state(self.today)

    def rows(self, sort: str) -> QuerySet:
        """What was asked for, in order."""
        found = self.visible()
        if chosen := self.given.get("organization"):
            found = found.filter(organization__in=self._ids("organizations", chosen))
        if chosen := self.given.get("area"):
            found = found.filter(activity__area__in=self._ids("areas", chosen))
        if chosen := self.given.get("state"):
            found = found.filter(state__in=chosen)
        if chosen := self.given.get("role"):
            found = found.filter(participation__role__in=chosen)
        answered = StatusUpdate.objects.filter(pk=OuterRef("answer_id")).values("created_at")
        reminded = (
            Notification.objects.filter(
                round=OuterRef("round"), organization=OuterRef("organization"), kind__in=REMINDING
            )
            .order_by()
            .values("organization")
            .annotate(last=Max("created_at"))
            .values("last")
        )
        found = found.annotate(answered_at=Subquery(answered), reminded_at=Subquery(reminded))
        found = found.select_related("activity__framework", "participation").defer("activity__search_text")
        return found.order_by(*_order(sort))

    def _ids(self, kind: str, codes: Sequence[str]) -> list[int]:
        return [pk for code in codes for pk in self.names.by_code[kind][code].ids]

    def query(self, **changes: Sequence[str]) -> str:
        pairs = {**self.given, **changes}
        return urlencode([(name, value) for name, values in pairs.items() for value in values])

    def chips(self) -> list[Chip]:
        return [
            Chip(
                labelled(LABELS[name], self.options[name][value]),
                self.query(**{name: [other for other in values if other != value]}),
            )
            for name, values in self.given.items()
            for value in values
        ]

    def sentence(self) -> str:
        """The round and the filters in use, in words."""
        parts = [labelled(_("Reporting round"), self.round.title)]
        # Translators: between two values of one filter, any of which fits.
        between = _(" or ")
        parts += [
            labelled(LABELS[name], between.join(self.options[name][value] for value in values))
            for name, values in self.given.items()
        ]
        # Translators: between two filters, both of which must fit.
        return _("; ").join(parts)


def _options(names: Names) -> dict[str, dict[str, str]]:
    return {
        "organization": {code: name.title for code, name in names.organizations.items()},
        "area": {code: f"{code} {name.title}" for code, name in names.areas.items()},
        "state": {state.value: str(state.label) for state in RequestState},
        "role": {role.value: str(role.label) for role in Role},
    }


def _order(sort: str) -> list[str]:
    columns = {
        "code": ["activity__sort_key", "organization__acronym", "pk"],
        "organization": ["organization__acronym", "organization", "activity__sort_key", "pk"],
        "answered": ["answered_at", "activity__sort_key", "pk"],
    }[sort.removeprefix("-")]
    return [f"-{column}" for column in columns] if sort.startswith("-") else columns


class Row(NamedTuple):
    """One request as the table shows it."""

    code: str
    address: str
    title: Text
    organization: Name
    role: str
    state: RequestState
    asked_on: datetime.date
    answered_on: datetime.date | None
    answer_id: int | None
    review: str
    reminded_on: datetime.date | None


def read_rows(selection: RequestSelection, requests: QuerySet) -> Iterator[Row]:
    """The rows of some requests of a selection."""
    for request in requests:
        yield Row(
            code=request.activity.code,
            address=request.activity.get_absolute_url(),
            title=find_text(request.activity, "title"),
            organization=selection.names.of("organizations", request.organization_id),
            role=request.participation.get_role_display(),
            state=RequestState(request.state),
            asked_on=timezone.localdate(request.asked_at),
            answered_on=timezone.localdate(request.answered_at) if request.answered_at else None,
            answer_id=request.answer_id,
            review=str(ReviewState(request.review_state).label) if request.review_state else "",
            reminded_on=timezone.localdate(request.reminded_at) if request.reminded_at else None,
        )


COLUMNS = (
    Column(name="code", label=gettext_lazy("Ref."), value=lambda row: row.code, width=10),
    Column(
        name="title",
        label=gettext_lazy("Activity"),
        value=lambda row: row.title.value,
        width=50,
        language=lambda row: row.title.language,
    ),
    Column(
        name="organization",
        label=gettext_lazy("Organization"),
        value=lambda row: row.organization.title,
        codes=lambda row: [row.organization.code],
    ),
    Column(name="role", label=gettext_lazy("Role"), value=lambda row: row.role),
    Column(
        name="state",
        label=gettext_lazy("State"),
        value=lambda row: str(row.state.label),
        codes=lambda row: [row.state.value],
    ),
    Column(name="asked", label=gettext_lazy("Asked"), value=lambda row: row.asked_on, width=12, kind="date"),
    Column(name="answered", label=gettext_lazy("Answered"), value=lambda row: row.answered_on, width=12, kind="date"),
    Column(name="review", label=gettext_lazy("Review"), value=lambda row: row.review),
    Column(
        name="reminded", label=gettext_lazy("Last reminder"), value=lambda row: row.reminded_on, width=12, kind="date"
    ),
)
