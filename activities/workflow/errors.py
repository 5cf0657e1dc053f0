"""What a write may be refused for besides a ValidationError: somebody else was there first."""

from typing import Any

from ..models import StatusUpdate


class StaleEdit(Exception):
    """The row was changed since the editor opened it. `current` is the row as it stands now."""

    def __init__(self, current: Any) -> None:
        super().__init__(f"{current!r} was changed meanwhile")
        self.current = current


class StaleUpdate(Exception):
    """Entries were logged since the form was opened, and both sides speak of status or progress. `newer` holds them."""

    def __init__(self, newer: list[StatusUpdate]) -> None:
        super().__init__(f"{len(newer)} newer entries")
        self.newer = newer
