"""Files that go out: the template with its codes, and rows that come back with the reason why."""

from collections.abc import Iterator, Sequence
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from tracker.toolkit.spreadsheets import Column, content_cell, head_cell, write_xlsx
from tracker.toolkit.texts import current_language, direction

from ..choices import Closing, CounterpartStance, Level, Response, Role, Status, Visibility
from ..models import ObstacleKind
from ..models.imports import SheetKind
from ..models.names import country_names, read_names
from .columns import COMPUTED, PASSED_OVER, REFUSED_WHY, ImportColumn, columns_of
from .heads import Row, Table
from .plan import Plan

Codes = Iterator[tuple[str, str, str]]
CHOICES: dict[str, list[tuple[str, Any]]] = {
    SheetKind.UNDERTAKINGS: [("level", Level), ("visibility", Visibility), ("counterpart_stance", CounterpartStance)],
    SheetKind.PARTICIPATIONS: [("role", Role), ("response", Response)],
    SheetKind.UPDATES: [("status", Status), ("closing", Closing)],
}


def write_template(file: IO[bytes], kind: str) -> None:
    """A workbook with an empty table of this kind, and a second sheet that says what its columns take."""
    workbook = Workbook(write_only=True)
    right_to_left = direction(current_language()) == "rtl"
    columns = [column for column in columns_of(kind) if column.use not in (COMPUTED, PASSED_OVER)]
    columns += [column for column in columns_of(kind) if column.use == COMPUTED and column.note]
    table = workbook.create_sheet(str(SheetKind(kind).label)[:31])
    codes = workbook.create_sheet(_("Codes")[:31])
    for sheet in (table, codes):
        sheet.sheet_view.rightToLeft = right_to_left
    table.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        table.column_dimensions[get_column_letter(number)].width = max(14, len(column.name) + 2)
    table.append([head_cell(table, column.name) for column in columns])
    for letter, width in (("A", 24), ("B", 28), ("C", 70)):
        codes.column_dimensions[letter].width = width
    codes.append([head_cell(codes, text) for text in (_("Column"), _("Code"), _("What it means"))])
    for row in (*_explained(columns), *_codes(kind)):
        codes.append([content_cell(codes, text) for text in row])
    workbook.save(file)


def _explained(columns: Sequence[ImportColumn]) -> Codes:
    for column in columns:
        told = (column.label, str(column.kind.takes), str(column.note))
        yield column.name, "", " – ".join(filter(None, told))


def _codes(kind: str) -> Codes:
    for name, choices in CHOICES[kind]:
        for code, label in choices.choices:
            yield name, code, str(label)
    names = read_names()
    if kind == SheetKind.UNDERTAKINGS:
        for column, known in (("parent", names.items), ("fields", names.fields), ("themes", names.themes)):
            yield from ((column, code, name.title) for code, name in known.items())
        yield from (("principles", code, name.title) for code, name in names.principles.items())
        yield from (("countries", code, name) for code, name in country_names().items())
    if kind == SheetKind.UPDATES:
        for obstacle in ObstacleKind.objects.order_by("position", "code"):
            yield "obstacle_kinds", obstacle.code, obstacle.title
    if kind in (SheetKind.PARTICIPATIONS, SheetKind.UPDATES):
        yield from (("organization", code, name.title) for code, name in names.organizations.items())
    yield from (("framework", code, name.title) for code, name in names.frameworks.items())
    if kind != SheetKind.PARTICIPATIONS:
        yield from (("language", code, str(name)) for code, name in settings.LANGUAGES)


def write_rows(file: IO[bytes], table: Table, plan: Plan, *, refused: bool) -> None:
    """The refused rows, each with the reason why; or else the others. Both can be sent again as they are."""
    why = {
        line.number: " ".join(f"{problem.address} {problem.sentence}".strip() for problem in line.problems)
        for line in plan.refused
    }
    rows = [row for row in table.rows if (row.number in why) is refused]
    # The names of columns say in which language the texts are.
    with override(table.language):
        columns = [_of_cell(column) for column in table.columns]
        if refused:
            reasons = Column(name="refused", label=str(REFUSED_WHY.label), value=lambda row: why[row.number], width=60)
            columns.insert(0, reasons)
    write_xlsx(
        file,
        title=str(SheetKind(table.kind).label),
        columns=columns,
        rows=rows,
        count=len(rows),
        cover_title=_("About this file"),
        cover=[(_("Refused rows"), str(len(why))), (_("All rows"), str(len(table.rows)))],
        day=table.day,
        right_to_left=direction(table.language) == "rtl",
    )


def _of_cell(column: ImportColumn) -> Column:
    def value(row: Row) -> str:
        return row.cells.get(column.name, "")

    return Column(name=column.name, label=column.label, value=value, width=20)
