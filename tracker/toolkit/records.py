"""Tables for programs: JSON in pieces, with where it comes from, what its columns are, and typed values."""

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tracker.toolkit.provenance import Provenance
from tracker.toolkit.spreadsheets import ROWS_AT_A_TIME, Column
from tracker.toolkit.texts import current_language

JSON = "application/json"


def json_pieces(provenance: Provenance, columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """One object: `report`, `columns` (name, label, type) and `rows`, some hundred at a time.

    Each row has a value for the name of each column – text, a whole number, a date as ISO text as far as it is known,
    or null – and under `codes` the codes that its words stand for.
    """
    about = {"language": current_language(), **provenance.values()}
    described = [{"name": column.name, "label": str(column.label), "type": column.kind} for column in columns]
    head = f'{{"report": {_json(about)},\n"columns": {_json(described)},\n"rows": ['
    return _pieces(head, columns, rows)


def _pieces(head: str, columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    values = [(column.name, column.kind == "date", column.value) for column in columns]
    codes = [(column.name, column.codes) for column in columns if column.codes]
    written = [head]
    between = "\n"
    for number, row in enumerate(rows, start=1):
        record: dict[str, Any] = {name: _plain(value(row), is_date) for name, is_date, value in values}
        record["codes"] = {name: list(tell(row)) for name, tell in codes}
        written.append(between + _json(record))
        between = ",\n"
        if number % ROWS_AT_A_TIME == 0:
            yield "".join(written).encode()
            written = []
    yield ("".join(written) + "\n]}\n").encode()


def _plain(value: Any, is_date: bool) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    # An unknown date is no text.
    return None if is_date and not value else value


_json = json.JSONEncoder(ensure_ascii=False).encode
