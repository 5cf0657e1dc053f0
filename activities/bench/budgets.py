"""What the product must reach and what it aims at, as ratios that hold on any machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

# What one run on one database found: {"sizes": {"100000": {"cases": …, "exports": …, …}}, …}.
Run = dict[str, Any]
Value = float | None

WEIGHED = ("list", "list_anonymous", "filtered", "detail", "overview", "desk", "organization", "framework")


@dataclass(frozen=True)
class Budget:
    """One line. `value` gives None where something it needs was not measured."""

    label: str
    must: float
    goal: float
    value: Callable[["Facts"], Value]
    unit: str = ""


class Facts:
    """A run as the budgets ask for it: the largest size, the smallest, and perhaps the same on another database."""

    def __init__(self, run: Run, other: Run | None = None) -> None:
        sizes = sorted(run["sizes"], key=int)
        self.run, self.other = run, other
        self.large, self.small = run["sizes"][sizes[-1]], run["sizes"][sizes[0]]
        self.has_growth = len(sizes) > 1

    def of(self, part: str, key: str, name: str) -> Value:
        return self.large.get(part, {}).get(key, {}).get(name)

    def time(self, key: str) -> Value:
        return self.of("exports" if key in self.large.get("exports", {}) else "cases", key, "median")

    def ratio(self, key: str, other: str) -> Value:
        return divided(self.time(key), self.time(other))

    def growth(self, key: str) -> Value:
        before = self.small["cases"].get(key, {}).get("median")
        return divided(self.time(key), before) if self.has_growth else None

    def worst(self, name: str) -> Value:
        found = [value for key in WEIGHED if (value := self.of("cases", key, name))]
        return max(found, default=None)

    def beside(self, key: str) -> Value:
        """This database's time over the other's, at the same size."""
        return divided(self.time(key), Facts(self.other).time(key)) if self.other else None


def divided(above: Value, below: Value) -> Value:
    return above / below if above and below else None


def queries(key: str, label: str, must: int, goal: int) -> Budget:
    return Budget(f"SQL statements: {label}", must, goal, lambda facts: facts.of("cases", key, "queries"))


def grows(key: str, label: str, must: float, goal: float) -> Budget:
    return Budget(f"growth from the smaller register: {label}", must, goal, lambda facts: facts.growth(key), "×")


def beside(key: str, label: str) -> Budget:
    return Budget(f"SQLite ÷ PostgreSQL: {label}", 1.2, 0.8, lambda facts: facts.beside(key), "×")


BUDGETS: tuple[Budget, ...] = (
    Budget("list ÷ bare view", 5, 3, lambda facts: facts.ratio("list", "bare_list"), "×"),
    Budget(
        "filtered, with words ÷ bare view with a template",
        2.5,
        1.5,
        lambda facts: facts.ratio("filtered", "bare_filtered_templated"),
        "×",
    ),
    queries("list", "list", 8, 5),
    queries("filtered", "filtered, with words", 8, 5),
    queries("detail", "activity", 12, 8),
    queries("overview", "overview", 12, 8),
    queries("desk", "desk", 12, 8),
    queries("round", "board of a round", 12, 8),
    queries("round_kept", "board of a round, a coordinator’s", 12, 8),
    queries("review", "review queue", 12, 8),
    queries("write", "log an update", 20, 12),
    Budget("matrix ÷ list", 6, 2, lambda facts: facts.ratio("matrix", "list"), "×"),
    Budget("page at 95 % ÷ first page", 1.5, 1.1, lambda facts: facts.ratio("deep", "list"), "×"),
    grows("list", "list", 1.2, 1.05),
    grows("detail", "activity", 1.2, 1.05),
    grows("write", "log an update", 1.2, 1.05),
    grows("filtered", "filtered, with words", 2, 1.5),
    Budget("log an update ÷ bare INSERT and UPDATE", 4, 2.5, lambda facts: facts.ratio("write", "bare_write"), "×"),
    Budget("CSV ÷ bare copy", 5, 1.5, lambda facts: facts.ratio("csv", "bare_csv"), "×"),
    Budget("CSV: first byte", 1000, 300, lambda facts: facts.of("exports", "csv", "first_byte"), "ms"),
    Budget("CSV: growth of memory", 20, 5, lambda facts: facts.of("exports", "csv", "growth"), "MB"),
    Budget("XLSX ÷ CSV", 10, 4, lambda facts: facts.ratio("xlsx", "csv"), "×"),
    Budget("DOCX ÷ CSV", 10, 6, lambda facts: facts.ratio("docx", "csv"), "×"),
    Budget("DOCX: growth of memory", 20, 10, lambda facts: facts.of("exports", "docx", "growth"), "MB"),
    Budget(
        "first visit with assets, heaviest page", 60 * 1024, 30 * 1024, lambda facts: facts.worst("first_visit"), "B"
    ),
    Budget("second visit, heaviest page", 15 * 1024, 8 * 1024, lambda facts: facts.worst("second_visit"), "B"),
    Budget("requests of a first visit", 8, 5, lambda facts: facts.worst("requests")),
    Budget("memory of a worker at the end", 150, 100, lambda facts: facts.large.get("memory"), "MB"),
    beside("list", "list"),
    beside("detail", "activity"),
    beside("write", "log an update"),
    Budget("32 writers: errors", 0, 0, lambda facts: facts.large.get("writers", {}).get("errors")),
    Budget("32 writers: acknowledged and lost", 0, 0, lambda facts: facts.large.get("writers", {}).get("lost")),
    Budget("32 writers: 99th percentile", float("inf"), 2000, lambda f: f.large.get("writers", {}).get("p99"), "ms"),
)


def verdict(budget: Budget, value: Value) -> str:
    if value is None:
        return "not measured"
    return "goal" if value <= budget.goal else "must" if value <= budget.must else "MISSED"


def verdicts(run: Run, other: Run | None = None) -> Iterator[tuple[Budget, Value, str]]:
    """Every line of the budget with what was reached and what that means; `other` is the run on PostgreSQL."""
    facts = Facts(run, other)
    for budget in BUDGETS:
        if budget.label.startswith("SQLite") and other is None:
            continue
        value = budget.value(facts)
        yield budget, value, verdict(budget, value)
