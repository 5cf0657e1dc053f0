"""What a run found, as tables for a terminal that are Markdown as well."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .budgets import Budget, Run, Value, verdicts

BARE_OF = {
    "list": "bare_list",
    "list_anonymous": "bare_list",
    "deep": "bare_list",
    "filtered": "bare_filtered_templated",
    "write": "bare_write",
    "csv": "bare_csv",
    "json": "bare_csv",
    "xlsx": "bare_csv",
    "docx": "bare_csv",
}


def lines(run: Run, other: Run | None = None) -> Iterator[str]:
    """The whole report: a table for each size, what belongs to no page, and the budgets."""
    yield f"## {run['database']}"
    for size, found in sorted(run["sizes"].items(), key=lambda item: int(item[0])):
        yield ""
        yield f"### {int(size):,} activities"
        yield ""
        yield from table(
            ("", "SQL", "median ms", "p95 ms", "÷ bare", "bytes", "compressed", "first visit", "second", "requests"),
            (row(key, case, found) for key, case in {**found["cases"], **found["exports"]}.items()),
        )
        yield ""
        yield from remarks(found)
    yield ""
    yield from table(("budget", "reached", "must", "goal", ""), (budget_row(*line) for line in verdicts(run, other)))


def row(key: str, case: dict[str, Any], found: dict[str, Any]) -> list[str]:
    bare = {**found["cases"], **found["exports"]}.get(BARE_OF.get(key, ""), {}).get("median")
    time = case.get("median")
    if time is None:
        return [case["label"], f"answered {case.get('status') or 'nothing'}", *[""] * 8]
    return [
        case["label"],
        text(case.get("queries")),
        text(time),
        text(case.get("p95")),
        f"{time / bare:.1f} ×" if bare else "",
        text(case.get("bytes")),
        text(case.get("compressed")),
        text(case.get("first_visit")),
        text(case.get("second_visit")),
        text(case.get("requests")),
    ]


def remarks(found: dict[str, Any]) -> Iterator[str]:
    """Sentences about what is no page."""
    yield (
        f"Filled in {found['filled_seconds']:.0f} s, {found['size_mb']:,} MB of data and indexes, measured in "
        f"{found['seconds']:.0f} s. A worker had {found['memory_before']:.0f} MB after the pages, "
        f"{found['memory']:.0f} MB at the end."
    )
    for key in ("csv", "json", "xlsx", "docx"):
        export = found["exports"].get(key, {})
        if "first_byte" in export:
            yield (
                f"{export['label']}: first byte after {export['first_byte']:.0f} ms, "
                f"memory grew by {export['growth']:.1f} MB."
            )
    if writers := found.get("writers"):
        yield (
            f"{writers['writers']} writers for {writers['seconds']:.0f} s: {writers['written']:,} updates, "
            f"{writers['errors']} errors, {writers['lost']} lost, median {writers['median']:.0f} ms, "
            f"99th percentile {writers['p99']:.0f} ms."
        )
        yield from (f"Error: {error}" for error in writers["first_errors"])


def budget_row(budget: Budget, value: Value, verdict: str) -> list[str]:
    return [budget.label, *(shown(number, budget.unit) for number in (value, budget.must, budget.goal)), verdict]


def shown(value: Value, unit: str) -> str:
    if value is None or value == float("inf"):
        return "–"
    if unit == "B":
        return f"{value / 1024:.1f} KB"
    number = f"{value:.2f}".rstrip("0").rstrip(".") if value < 100 else f"{value:,.0f}"
    return f"{number} {unit}".strip()


def text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.1f}" if isinstance(value, float) and value < 100 else f"{value:,.0f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Columns aligned, the first to the left, the others to the right."""
    body = list(rows)
    widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
    for number, line in enumerate([head, *body]):
        cells = [
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield (
                "|" + "|".join("-" * (width + 1) + (":" if place else "-") for place, width in enumerate(widths)) + "|"
            )
