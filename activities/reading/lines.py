"""The columns of the report for lines that hold one of its rows and tell more of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tracker.toolkit.spreadsheets import Column

from ..reports import Row, columns_for


def of_row(tell: Callable[[Row], Any]) -> Callable[[Any], Any]:
    """What a column tells of a row, told of a line that holds one as `row`."""
    return lambda line: tell(line.row)


def columns_of_lines(user: Any) -> list[Column]:
    """The same columns for lines that hold a row and tell more of it."""
    return [
        replace(
            column,
            value=of_row(column.value),
            codes=column.codes and of_row(column.codes),
            language=column.language and of_row(column.language),
        )
        for column in columns_for(user)
    ]
