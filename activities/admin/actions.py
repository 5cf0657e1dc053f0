"""What can be done to a selection: one value set on many rows, through the workflow, reported row by row."""

from typing import Any

BULK: list[Any] = []
