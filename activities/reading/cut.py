"""Lists that show their first rows and know how many there are: what is left out is said, never dropped silently."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

# Of each list: a desk is opened on poor lines, and what follows is a click away.
ROWS_SHOWN = 25


class Rows(list[Any]):
    """The rows that are shown; `number` is how many there are in all."""

    def __init__(self, rows: Iterable[Any], number: int) -> None:
        super().__init__(rows)
        self.number = number


def shown(rows: QuerySet, most: int = ROWS_SHOWN) -> Rows:
    """The first rows. They are counted only where there are more, so an ordinary list costs no second statement."""
    found = list(rows[: most + 1])
    return Rows(found[:most], len(found) if len(found) <= most else rows.count())
