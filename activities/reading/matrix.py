"""Who does what: organizations by area, functional field, agreed item or theme, counted under the report's filters."""

import hashlib
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db.models import Case, Count, F, IntegerField, Min, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from organizations.choices import OrganizationKind
from organizations.models import NAME_COLUMNS, Organization
from organizations.models.naming import is_over
from tracker.toolkit.texts import Text, find_text

from ..choices import ASKED_ROLES, LEADING_ROLES, Signal
from ..filters import LARGE, Selection
from ..models.names import Name
from ..models.querysets import ActivityQuerySet


class Axis(NamedTuple):
    """What the columns stand for: the list of names, the filter that asks for one of them, the column of activities."""

    kind: str
    parameter: str
    column: str
    label: str | Promise
    heading: str | Promise
    # An activity may have several, so what it counts in the columns adds up to more than it counts in all.
    several: bool = False


AXES = {
    "area": Axis("areas", "area", "area", _("By area"), _("Organizations by area")),
    "field": Axis(
        "fields",
        "field",
        "functional_fields",
        _("By functional field"),
        _("Organizations by functional field"),
        several=True,
    ),
    "item": Axis("items", "parent", "parent", _("By agreed item"), _("Organizations by agreed item")),
    "theme": Axis("themes", "theme", "themes", _("By theme"), _("Organizations by cross-cutting theme"), several=True),
}
# Those that the list shows as well, worst first.
SHOWN = (Signal.OVERDUE, Signal.LEAD_WITHDREW, Signal.NO_LEAD, Signal.SILENT)


class Cell(NamedTuple):
    """Activities by the strongest role that an organization has or had in each, and the worst signal among them."""

    leads: int
    supports: int
    observes: int
    worst: str

    @property
    def number(self) -> int:
        return self.leads + self.supports + self.observes


NOTHING = Cell(0, 0, 0, "")


class Head(NamedTuple):
    """An organization as the first cells of a row name it."""

    pk: int
    slug: str
    kind: str
    acronym: Text
    name: Text
    # Another has succeeded it.
    is_over: bool = False


class Line(NamedTuple):
    """An organization with its cells by the code of the column, and all of them together."""

    organization: Head
    cells: dict[str, Cell]
    all: Cell


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table: columns, rows by kind and acronym, how many activities each column has, and how many there are."""

    by: str
    columns: list[Name]
    lines: list[Line]
    totals: dict[str, int]
    total: int

    @property
    def axis(self) -> Axis:
        return AXES[self.by]

    @property
    def largest(self) -> int:
        return max((cell.number for line in self.lines for cell in line.cells.values()), default=0)

    @property
    def taking_part(self) -> int:
        """Organizations that lead or support at least one activity."""
        return sum(1 for line in self.lines if line.all.leads or line.all.supports)

    @property
    def leading(self) -> int:
        return sum(1 for line in self.lines if line.all.leads)

    @property
    def idle(self) -> list[Head]:
        """Organizations without a part, observers' included; not those that are no more."""
        return [line.organization for line in self.lines if not (line.all.number or line.organization.is_over)]

    def in_order(self, sort: str) -> list[Line]:
        """By kind and acronym, or by how much an organization takes part in ("all"); "-" turns it round."""
        if sort.removeprefix("-") == "all":
            lines = sorted(self.lines, key=lambda line: line.all.number, reverse=not sort.startswith("-"))
        else:
            lines = self.lines[::-1] if sort.startswith("-") else self.lines
        return lines


def read_matrix(selection: Selection, by: str) -> Matrix:
    """The matrix of a selection. What the person may not see is counted nowhere. Five statements at most."""
    axis = AXES[by]
    names = selection.names.by_code[axis.kind]
    chosen = selection.given.get(axis.parameter)
    columns = [name for code, name in names.items() if not chosen or code in chosen]
    code_of = {pk: name.code for name in columns for pk in name.ids}
    numbers = _numbers(selection, by)
    cells: dict[int, dict[str, Cell]] = {}
    for (organization, key), cell in numbers.cells.items():
        if code := code_of.get(key):
            row = cells.setdefault(organization, {})
            row[code] = added(row.get(code, NOTHING), cell)
    totals = dict.fromkeys((name.code for name in columns), 0)
    for key, number in numbers.totals.items():
        if code := code_of.get(key):
            totals[code] += number
    asked_for = chosen_organizations(selection) or ()
    lines = [
        Line(head, cells.get(head.pk, {}), numbers.all.get(head.pk, NOTHING))
        for head in read_heads(selection)
        # What has been succeeded takes part no more: it stands here for what it did, or because it was asked for.
        if not head.is_over or head.pk in numbers.all or head.pk in asked_for
    ]
    return Matrix(by, columns, lines, totals, numbers.total)


def added(one: Cell, other: Cell) -> Cell:
    worst = min((cell.worst for cell in (one, other) if cell.worst), key=SHOWN.index, default="")
    return Cell(one.leads + other.leads, one.supports + other.supports, one.observes + other.observes, worst)


def read_heads(selection: Selection) -> list[Head]:
    """The organizations asked for, or all of them: by kind, then by acronym as in every list."""
    chosen = chosen_organizations(selection)
    kinds = list(OrganizationKind.values)
    heads = []
    columns = ("pk", "slug", "kind", "successor_id", "succeeded_on", *NAME_COLUMNS)
    for row in Organization.objects.order_by().rewrite(False).values(*columns):
        if chosen is None or row["pk"] in chosen:
            acronym, name = find_text(row, "acronym"), find_text(row, "name")
            gone = bool(row["successor_id"]) and is_over(row["succeeded_on"], selection.today)
            heads.append(Head(row["pk"], row["slug"], row["kind"], acronym if acronym.value else name, name, gone))
    return sorted(heads, key=lambda head: (kinds.index(head.kind), head.acronym.value.casefold(), head.slug))


def chosen_organizations(selection: Selection) -> set[int] | None:
    codes = selection.values.get("organization")
    return set(selection.filters.filters["organization"].ids(codes)) if codes else None


class Numbers(NamedTuple):
    """Cells by organization and key of the column, those of all columns together, activities by column and in all."""

    cells: dict[tuple[int, Any], Cell]
    all: dict[int, Cell]
    totals: dict[Any, int]
    total: int


def _numbers(selection: Selection, by: str) -> Numbers:
    """Of a large result at most 30 seconds old."""
    # The scope is part of the key: nobody is shown a number that counts what another may read.
    wanted = f"{by}|{selection.scope()}|{selection.today}|{selection.tidy()}"
    key = "matrix:" + hashlib.sha256(wanted.encode()).hexdigest()
    numbers: Numbers | None = caches["process"].get(key)
    if numbers is None:
        numbers = _count(selection, AXES[by])
        if numbers.total > LARGE:
            caches["process"].set(key, numbers)
    return numbers


def _count(selection: Selection, axis: Axis) -> Numbers:
    rows = selection.rows()
    others = activities_found(selection)
    parts = participations_found(selection, others)
    totals = {
        row[axis.column]: row["number"] for row in rows.order_by().values(axis.column).annotate(number=Count("pk"))
    }
    # The signals that the list shows, each as the set of activities that raise it.
    ranks = [
        When(activity__in=others.filter(selection.signal(signal)).values("pk"), then=Value(rank))
        for rank, signal in enumerate(SHOWN)
    ]
    by_column = _by_role(parts.annotate(key=F(f"activity__{axis.column}")), ranks, "organization", "key")
    cells = {(row["organization"], row["key"]): _cell(row) for row in by_column}
    if axis.several:
        every = {row["organization"]: _cell(row) for row in _by_role(parts, ranks, "organization")}
        return Numbers(cells, every, totals, rows.count())
    # Each activity stands in one column, or in none: what stands beside them adds up.
    every = {}
    for (organization, _key), cell in cells.items():
        every[organization] = added(every.get(organization, NOTHING), cell)
    return Numbers(cells, every, totals, sum(totals.values()))


def activities_found(selection: Selection) -> ActivityQuerySet:
    """What all filters but those of organization and role find: these two speak of participations."""
    if not selection.given.keys() & {"organization", "role"}:
        return selection.rows()
    return selection.without("organization").without("role").rows()


def participations_found(selection: Selection, activities: ActivityQuerySet) -> QuerySet:
    """Those by which the list finds these activities for one organization: in the roles asked for, of any time."""
    parts: QuerySet = selection.participations().order_by().filter(activity__in=activities.values("pk"))
    organizations = chosen_organizations(selection)
    if organizations is not None:
        parts = parts.filter(organization__in=organizations)
    if roles := selection.values.get("role"):
        parts = parts.filter(role__in=roles)
    return parts


def _by_role(parts: QuerySet, ranks: list[When], *keys: str) -> QuerySet:
    """Distinct activities by role, and the place of the worst signal, for each of `keys`."""
    return parts.values(*keys).annotate(
        number=Count("activity", distinct=True),
        leads=Count("activity", distinct=True, filter=Q(role__in=LEADING_ROLES)),
        active=Count("activity", distinct=True, filter=Q(role__in=ASKED_ROLES)),
        worst=Min(Case(*ranks, output_field=IntegerField())),
    )


def _cell(row: dict[str, Any]) -> Cell:
    worst = SHOWN[row["worst"]] if row["worst"] is not None else ""
    return Cell(row["leads"], row["active"] - row["leads"], row["number"] - row["active"], worst)
