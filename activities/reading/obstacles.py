"""Obstacles as the entries name them: how many, by kind, area, organization and round, and the sentences behind."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.models import Called, NamesThroughTime
from tracker.toolkit.dates import PartialDate
from tracker.toolkit.keys import among
from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.texts import Text, find_text

from ..filters import ObstacleSelection
from ..filters.obstacles import NONE, REGISTER
from ..models import ReportingRound, StatusUpdate
from ..models.names import Name
from ..reports import joined
from .narrative import TITLES

ROWS_READ = 500
SORTS = {
    "newest": ("-as_of", "-pk"),
    "code": ("activity__framework", "activity__sort_key", "-as_of", "-pk"),
}
ENTRY = (
    "pk", "as_of", "organization_id", "obstacles", "language", "round_id", "activity__framework__code",
    "activity__code", "activity__area_id", "activity__language",
)  # fmt: skip


class Tally(NamedTuple):
    """A number and the query string of the entries it counts."""

    number: int
    query: str


class KindLine(NamedTuple):
    """A kind of obstacle with its numbers by area; None where there are none."""

    title: Text
    cells: list[Tally | None]
    total: Tally


class Line(NamedTuple):
    title: Text
    total: Tally


class Numbers(NamedTuple):
    """How many entries name an obstacle. An entry that names two kinds counts under both, and once in `all`."""

    areas: list[Name]
    kinds: list[KindLine]
    all: KindLine
    organizations: list[Line]
    rounds: list[Line]


class Sentence(NamedTuple):
    """An entry that names an obstacle; its words are in `text`, its organization under the name it had then."""

    pk: int
    code: str
    title: Text
    address: str
    area: Name
    organization: Called | None
    as_of: PartialDate
    round: ReportingRound | None
    kinds: list[Name]
    text: Text


class ObstacleReader:
    """Reads what a selection of entries finds."""

    def __init__(self, selection: ObstacleSelection) -> None:
        self.selection = selection
        self.names = selection.selection.names
        self.called = NamesThroughTime(selection.today)
        self.rounds = {row.pk: row for row in selection.rounds.values()}

    def numbers(self) -> Numbers:
        """In four statements, each number with the address of what it counts."""
        entries = self.selection.entries()
        by_area = dict(entries.values_list("activity__area").annotate(number=Count("pk")))
        areas: dict[str, Name] = {}
        all_of: dict[str, int] = defaultdict(int)
        for pk, number in by_area.items():
            area = self.names.of("areas", pk)
            # Several frameworks may use the same code; the filter means all of them.
            areas.setdefault(area.code, area)
            all_of[area.code] += number
        columns = [area for code, area in self.names.areas.items() if code in areas]
        cells: dict[int | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for kind, pk, number in entries.values_list("obstacle_kinds", "activity__area").annotate(number=Count("pk")):
            cells[kind][self.names.of("areas", pk).code] += number
        asked = self.selection.given.get("obstacle")
        kinds = []
        for pk, name in [*self.selection.kinds.items(), (None, None)]:
            code = name.code if name else NONE
            if pk in cells and (not asked or code in asked):
                title = Text(name.title, name.language) if name else Text(_("No kind named"), "")
                kinds.append(self._kind(title, cells[pk], columns, {"obstacle": [code]}))
        total = self._kind(Text(_("All entries"), ""), all_of, columns, {})
        return Numbers(columns, kinds, total, self._organizations(entries), self._rounds(entries))

    def _kind(self, title: Text, numbers: dict[str, int], areas: list[Name], asked: dict[str, list[str]]) -> KindLine:
        cells = [
            Tally(numbers[area.code], self.selection.query(**asked, area=[area.code]))
            if numbers.get(area.code)
            else None
            for area in areas
        ]
        return KindLine(title, cells, Tally(sum(numbers.values()), self.selection.query(**asked)))

    def _organizations(self, entries: Any) -> list[Line]:
        lines = []
        for pk, number in entries.values_list("organization").annotate(number=Count("pk")):
            name = self.names.of("organizations", pk) if pk else None
            title = Text(name.title, name.language) if name else Text(_("Register"), "")
            query = self.selection.query(speaker=[name.code if name else REGISTER])
            lines.append(Line(title, Tally(number, query)))
        return sorted(lines, key=lambda line: (-line.total.number, line.title.value.casefold()))

    def _rounds(self, entries: Any) -> list[Line]:
        numbers = dict(entries.values_list("round").annotate(number=Count("pk")))
        lines = [
            Line(round_title(row), Tally(numbers[pk], self.selection.query(round=[str(row.number)])))
            for pk, row in self.rounds.items()
            if pk in numbers
        ]
        if None in numbers:
            query = self.selection.query(round=[NONE])
            lines.append(Line(Text(_("Outside a round"), ""), Tally(numbers[None], query)))
        return lines

    def ids(self, sort: str) -> Any:
        """The keys of the entries in this order."""
        order = SORTS[sort.removeprefix("-")]
        if sort.startswith("-"):
            order = tuple(name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order)
        return self.selection.entries().order_by(*order).values_list("pk", flat=True)

    def all(self, ids: Sequence[int]) -> Iterator[Sentence]:
        for start in range(0, len(ids), ROWS_READ):
            yield from self.read(ids[start : start + ROWS_READ])

    def read(self, ids: Sequence[int]) -> list[Sentence]:
        """These entries in this order, in two statements. Whoever found them asked what the person may see."""
        titles = [f"activity__{name}" for name in TITLES]
        rows = StatusUpdate.objects.filter(pk__in=among(ids)).order_by().values(*ENTRY, *titles)
        found = {row["pk"]: row for row in rows}
        kinds: dict[int, list[Name]] = defaultdict(list)
        links = StatusUpdate.obstacle_kinds.through.objects.filter(statusupdate__in=among(ids)).order_by("id")
        for key, kind in links.values_list("statusupdate_id", "obstaclekind_id"):
            kinds[key].append(self.selection.kinds[kind])
        return [self._sentence(found[pk], kinds[pk]) for pk in ids if pk in found]

    def _sentence(self, row: dict[str, Any], kinds: list[Name]) -> Sentence:
        activity = {name.removeprefix("activity__"): value for name, value in row.items()}
        page = reverse("activity-detail", args=[activity["framework__code"], activity["code"]])
        speaker = row["organization_id"]
        return Sentence(
            pk=row["pk"],
            code=activity["code"],
            title=find_text({**activity, "language": row["activity__language"]}, "title"),
            address=f"{page}?all=1#update-{row['pk']}",
            area=self.names.of("areas", activity["area_id"]),
            organization=self.called.on(speaker, row["as_of"]) if speaker else None,
            as_of=row["as_of"],
            round=self.rounds.get(row["round_id"]),
            kinds=kinds,
            text=Text(row["obstacles"], row["language"]),
        )


def round_title(made: ReportingRound) -> Text:
    return Text(made.title, made.language)


def obstacle_columns() -> list[Column]:
    """The columns of the sentences, the same in every file."""
    return [
        Column(name="code", label=_("Ref."), value=lambda row: row.code, width=12),
        Column(
            name="title",
            label=_("Activity"),
            value=lambda row: row.title.value,
            width=50,
            language=lambda row: row.title.language,
        ),
        Column(
            name="area",
            label=_("Area"),
            value=lambda row: f"{row.area.code} {row.area.title}",
            width=28,
            codes=lambda row: [row.area.code],
        ),
        Column(
            name="organization",
            label=_("Organization"),
            value=lambda row: row.organization.acronym.value if row.organization else _("Register"),
            codes=lambda row: [row.organization.slug] if row.organization else [],
        ),
        Column(name="as_of", label=_("As of"), value=lambda row: row.as_of, width=12, kind="date"),
        Column(
            name="round",
            label=_("Reporting round"),
            value=lambda row: f"{row.round.number}. {row.round.title}" if row.round else "",
            width=28,
        ),
        Column(
            name="kinds",
            label=_("Kinds of obstacle"),
            value=lambda row: joined(row.kinds),
            width=36,
            kind="list",
            codes=lambda row: [kind.code for kind in row.kinds],
        ),
        Column(
            name="obstacles",
            label=_("Obstacles"),
            value=lambda row: row.text.value,
            width=60,
            language=lambda row: row.text.language,
        ),
        Column(name="language", label=_("Language"), value=lambda row: row.text.language, width=10),
    ]
