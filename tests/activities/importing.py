"""Tables as files, sent as a coordinator sends them, and what became of their rows."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from activities.imports.carrying import apply, prepare
from activities.imports.plan import Line, Plan, plan_from
from activities.models import ChangeSet, PreparedImport

Cells = Sequence[Sequence[Any]]


def xlsx(*sheets: Cells, name: str = "table.xlsx") -> SimpleUploadedFile:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for number, cells in enumerate(sheets):
        sheet = workbook.create_sheet(f"Sheet {number}")
        for row in cells:
            sheet.append(list(row))
    return saved(workbook, name)


def saved(workbook: Workbook, name: str = "table.xlsx") -> SimpleUploadedFile:
    file = io.BytesIO()
    workbook.save(file)
    return SimpleUploadedFile(name, file.getvalue())


def csv_file(cells: Cells, delimiter: str = ",", encoding: str = "utf-8") -> SimpleUploadedFile:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(cells)
    return SimpleUploadedFile("table.csv", file.getvalue().encode(encoding))


def prepared(kind: str, by: Any, cells: Cells, reason: str = "From the field") -> PreparedImport:
    return prepare(kind=kind, upload=xlsx(cells), by=by, reason=reason)


def plan(kind: str, by: Any, cells: Cells) -> Plan:
    return plan_from(prepared(kind, by, cells).plan)


def imported(kind: str, by: Any, cells: Cells) -> ChangeSet:
    made = prepared(kind, by, cells)
    told = plan_from(made.plan)
    assert told.may_be_applied, [(line.number, line.outcome, line.problems) for line in told.lines]
    return apply(made, made.digest)


def outcomes(told: Plan) -> list[str]:
    return [line.outcome for line in told.lines]


def changes(line: Line) -> list[tuple[str, str, str, str]]:
    return [(cell.address, cell.label, cell.before, cell.after) for cell in line.cells]


def sentences(told: Plan) -> list[tuple[str, str]]:
    """Where each refused row is refused, and why."""
    return [(problem.address, problem.sentence) for line in told.refused for problem in line.problems]
