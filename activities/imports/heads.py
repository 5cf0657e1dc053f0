"""The first row of a table: which of the file's sheets it is, which columns it has, in which language it speaks."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from tracker.toolkit.texts import current_language

from .columns import PASSED_OVER, ImportColumn, columns_by_label, columns_of, needed
from .limits import Unreadable
from .lists import CODES, plain
from .tables import Sheet, address

SHOWN = 60


class Row(NamedTuple):
    """A row of the file: its number there, and the text of each filled cell by name of column."""

    number: int
    cells: dict[str, str]


class Table(NamedTuple):
    """The table to import. `letters` says in which column of the file each of its columns stands.

    `day`: of which day it speaks, where it is a report that says so.
    """

    kind: str
    language: str
    columns: list[ImportColumn]
    letters: dict[str, int]
    rows: list[Row]
    day: str = ""

    def address(self, row: int, name: str) -> str:
        return address(row, self.letters[name]) if name in self.letters else ""

    def kept(self) -> dict[str, object]:
        """As JSON. The order of columns is kept as that of a list: PostgreSQL orders the names of an object anew."""
        rows = [[row.number, row.cells] for row in self.rows]
        letters = list(self.letters.items())
        return {"language": self.language, "day": self.day, "letters": letters, "rows": rows}


def table_from(kind: str, kept: dict) -> Table:
    """A table that was kept as JSON."""
    known = {column.name: column for column in columns_of(kind)}
    letters = {name: number for name, number in kept["letters"] if name in known}
    rows = [Row(number, cells) for number, cells in kept["rows"]]
    return Table(kind, kept["language"], [known[name] for name in letters], letters, rows, kept.get("day", ""))


def find_table(kind: str, sheets: Sequence[Sheet]) -> Table:
    """The sheet whose first row names most columns, not a cover or a list of codes beside it. Raises Unreadable."""
    heads = Heads(kind)
    best = max(sheets, key=lambda sheet: heads.count(sheet), default=None)
    if best is None or not heads.count(best):
        raise Unreadable(
            _("No table was found: its first row must hold names of columns, such as %(names)s.")
            % {"names": ", ".join(column.name for column in columns_of(kind)[:4])}
        )
    if best.merged:
        raise Unreadable(
            _("The cells %(cells)s are merged. Undo that: each row needs its own value.") % {"cells": best.merged}
        )
    return heads.table(best)


class Heads:
    """The names of the columns of one kind of sheet, in all languages."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.names: dict[str, ImportColumn] = {}
        for column in columns_of(kind):
            for name in (column.name, *column.aliases):
                self.names[plain(name)] = column
        self.labels = {language: columns_by_label(kind, language) for language in CODES}

    def count(self, sheet: Sheet) -> int:
        """How many columns the first row of a sheet names."""
        head = sheet.rows[0][1] if sheet.rows else []
        return sum(1 for text in head if text and self.find(text, self.language(head)) is not None)

    def language(self, head: Sequence[str]) -> str:
        """The language in which most names are known; of several that know as many, the reader's."""
        known = Counter({code: sum(plain(text) in labels for text in head) for code, labels in self.labels.items()})
        most = max(known.values())
        here = current_language()
        if known[here] == most:
            return here
        return next(code for code in CODES if known[code] == most)

    def find(self, text: str, language: str) -> ImportColumn | None:
        wanted = plain(text)
        if wanted in self.labels[language]:
            return self.labels[language][wanted]
        if wanted in self.names:
            return self.names[wanted]
        return next((labels[wanted] for labels in self.labels.values() if wanted in labels), None)

    def table(self, sheet: Sheet) -> Table:
        (first, head), *rows = sheet.rows
        language = self.language(head)
        letters: dict[str, int] = {}
        columns: dict[int, ImportColumn] = {}
        problems = []
        for number, text in enumerate(head):
            if not text:
                continue
            column = self.find(text, language)
            words = {"cell": address(first, number), "name": text[:SHOWN]}
            if column is None:
                problems.append(_("%(cell)s: there is no column “%(name)s”.") % words)
            elif column.name in letters:
                problems.append(_("%(cell)s: the column “%(name)s” stands there twice.") % words)
            else:
                letters[column.name], columns[number] = number, column
        for row, values in rows:
            stray = [number for number, value in enumerate(values) if value and number not in columns]
            if not problems and stray:
                problems.append(_("%(cell)s is filled, but its column has no name.") % {"cell": address(row, stray[0])})
        problems += [
            _("The column “%(name)s” is missing.") % {"name": name} for name in needed(self.kind) if name not in letters
        ]
        if self.kind == "undertakings" and not {"code", "parent"} & set(letters):
            problems.append(_("The column “%(name)s” is missing.") % {"name": "code"})
        if problems:
            known = ", ".join(column.name for column in columns_of(self.kind) if column.use != PASSED_OVER)
            raise Unreadable(" ".join([*problems, _("Columns of this kind of table: %(names)s.") % {"names": known}]))
        columns = {number: column for number, column in columns.items() if column.use != PASSED_OVER}
        letters = {column.name: number for number, column in columns.items()}
        read = [
            Row(
                row, {columns[number].name: value for number, value in enumerate(values) if value and number in columns}
            )
            for row, values in rows
        ]
        if not read:
            raise Unreadable(_("The table has no rows below the names of its columns."))
        return Table(self.kind, language, list(columns.values()), letters, read, sheet.day)
