"""How the report stands on paper, printed or as a document: which columns stand beside one another, which below."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.toolkit.documents import Code, Group, Missing, Piece, Pieces, Text, Wide, Words
from tracker.toolkit.report_files import PaperTable, in_words, paper_cell
from tracker.toolkit.spreadsheets import Column

# So many chosen columns fit beside one another on A4.
BESIDE = 8
NOTE = (
    gettext_lazy("Status is what the organizations declare. Signals are computed from dates and the log:"),
    gettext_lazy(
        "overdue: past the due date while open; silent: open, and no update for longer than the interval agreed, "
        "usually 90 days; no lead: an open undertaking for which none is named."
    ),
)
CODES = ("code", "parent")


class Place(NamedTuple):
    """A column of the paper. `lines` gives what stands in a cell: the first line, and smaller ones below it."""

    name: str
    label: str
    share: float
    lines: Callable[[Any], list[Pieces]]


def arrange(columns: Sequence[Column], chosen: Collection[str] | None, *, by_area: bool) -> list[Place]:
    """Chosen columns as they were chosen, as long as they fit; else, and usually, the six of an annex."""
    if chosen is not None and len(columns) <= BESIDE:
        return [_beside(column) for column in columns]
    return _annex({column.name: column for column in columns}, by_area=by_area)


def paper_note() -> str:
    return " ".join(map(str, NOTE))


def _beside(column: Column) -> Place:
    if column.name in CODES:
        return Place(column.name, str(column.label), column.width, lambda row: [Code(column.value(row))])
    return Place(column.name, str(column.label), column.width, lambda row: [paper_cell(column, row)])


def _annex(columns: dict[str, Column], *, by_area: bool) -> list[Place]:
    """The secondary columns stand under the title, since sixteen do not fit on A4."""

    def words(name: str, row: Any) -> str:
        return in_words(columns[name].value(row), columns[name].kind) if name in columns else ""

    visible_to, colon = _("Visible to"), _(": ")
    none_named = _("none named")

    def title(row: Any) -> list[Pieces]:
        parts: list[Piece] = []
        kind, parent = words("kind", row), words("parent", row)
        if kind or parent:
            parts += [kind, *([" – " if kind else "", Code(parent)] if parent else []), "."]
        for name in (*(() if by_area else ("area",)), "level", "countries", "fields", "themes"):
            if said := words(name, row):
                parts.append(f" {said}." if parts else f"{said}.")
        if said := words("visibility", row):
            parts.append(f"{' ' if parts else ''}{visible_to}{colon}{said}.")
        main: Pieces = row.title if "title" in columns else ""
        return [main, tuple(parts)] if parts else [main]

    def people(row: Any) -> list[Pieces]:
        lead, others = words("lead", row), words("participants", row)
        first: Pieces = Words(lead, bold=True) if lead else Missing(none_named) if "lead" in columns else ""
        return [first, others] if others else [first]

    def state(row: Any) -> list[Pieces]:
        progress = words("progress", row)
        said = ", ".join(filter(None, (words("status", row), f"{progress}%" if progress else "")))
        signals = words("signals", row)
        return [said, signals] if signals else [said]

    places = [
        Place("code", _("Ref."), 7, lambda row: [Code(words("code", row))]),
        Place("title", _("Activity"), 37, title),
        Place("people", _("Lead and participants"), 22, people),
        Place("state", _("Status and signals"), 14, state),
        Place("due", _("Due"), 10, lambda row: [words("due", row)]),
        Place("updated", _("Last update"), 10, lambda row: [words("updated", row)]),
    ]
    held = {"people": {"lead", "participants"}, "state": {"status", "progress", "signals"}}
    return [place for place in places if place.name == "title" or held.get(place.name, {place.name}) & columns.keys()]


def group_words(area: Any) -> Pieces:
    return (Code(area.code), " ", Text(area.title, area.language))


def paper_table(
    places: Sequence[Place], rows: Iterable[Any], *, by_area: bool, told: Callable[[Any], list[Pieces]] | None = None
) -> PaperTable:
    """The table of a document; `told` gives the paragraphs that stand below a row, if any."""
    return PaperTable(
        [place.label for place in places], [place.share for place in places], _rows(places, rows, by_area, told)
    )


def _rows(
    places: Sequence[Place], rows: Iterable[Any], by_area: bool, told: Callable[[Any], list[Pieces]] | None
) -> Iterator[Any]:
    area = None
    for row in rows:
        if by_area and row.area != area:
            yield Group(group_words(row.area))
        area = row.area
        yield [place.lines(row) for place in places]
        if told and (below := told(row)):
            yield Wide(below)
