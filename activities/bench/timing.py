"""Series of measured times, and what is said of them."""

import statistics
from collections.abc import Iterator, Sequence
from time import monotonic


def median(times: Sequence[float]) -> float:
    return round(statistics.median(times), 2)


def percentile(times: Sequence[float], share: int) -> float:
    """The time within which `share` per cent of a series lie; the longest of a short one."""
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 2)


def rounds(wanted: int, seconds: float, least: int = 3) -> Iterator[int]:
    """Count rounds until there are `wanted`, or the time is up and there are at least `least`."""
    until = monotonic() + seconds
    for number in range(wanted):
        if number >= least and monotonic() > until:
            return
        yield number
