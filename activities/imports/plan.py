"""What importing a table would do, row by row and cell by cell: what the preview shows and what applying must match."""

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
OUTCOMES = (NEW, CHANGED, UNCHANGED, REFUSED)


@dataclass
class CellChange:
    """One cell that adds or changes a fact: before and after in words. `language` is that of a text, else ""."""

    address: str
    label: str
    before: str
    after: str
    language: str = ""


@dataclass
class Problem:
    """Why a row is refused; `address` is "" where it is no single cell's fault."""

    address: str
    label: str
    sentence: str


@dataclass
class Line:
    """One row of the table. `rests_on` says which version of the register the row was compared with."""

    number: int
    code: str = ""
    title: str = ""
    outcome: str = UNCHANGED
    cells: list[CellChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rests_on: str = ""
    # What is to be written, as the sheet's own `write` takes it. Not kept.
    work: Any = None

    def refuse(self, sentence: str, address: str = "", label: str = "") -> None:
        problem = Problem(address, label, str(sentence))
        if problem not in self.problems:
            self.problems.append(problem)
        self.outcome = REFUSED


@dataclass
class Plan:
    """All rows of a table. `language` is the one in which its texts were read."""

    language: str
    lines: list[Line]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(line.outcome for line in self.lines)
        return {outcome: counted[outcome] for outcome in OUTCOMES}

    @property
    def changing(self) -> list[Line]:
        return [line for line in self.lines if line.outcome in (NEW, CHANGED)]

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.outcome == REFUSED]

    @property
    def may_be_applied(self) -> bool:
        return bool(self.changing) and not self.refused

    def digest(self) -> str:
        """A number for what would be written, and for what it was compared with."""
        told = [
            [line.number, line.outcome, line.code, line.rests_on, [[c.address, c.before, c.after] for c in line.cells]]
            for line in self.lines
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def kept(self) -> dict[str, Any]:
        """As JSON: the rows that change nothing only as numbers."""
        told = [_told(line) for line in self.lines if line.outcome != UNCHANGED]
        unchanged = [[line.number, line.code] for line in self.lines if line.outcome == UNCHANGED]
        return {"language": self.language, "lines": told, "unchanged": unchanged}


def _told(line: Line) -> dict[str, Any]:
    line.work = None
    return asdict(line)


def plan_from(kept: dict[str, Any]) -> Plan:
    """A plan that was kept as JSON."""
    lines = [
        Line(
            **row
            | {
                "cells": [CellChange(**cell) for cell in row["cells"]],
                "problems": [Problem(**problem) for problem in row["problems"]],
            }
        )
        for row in kept["lines"]
    ]
    lines += [Line(number, code) for number, code in kept["unchanged"]]
    return Plan(kept["language"], sorted(lines, key=lambda line: line.number))
