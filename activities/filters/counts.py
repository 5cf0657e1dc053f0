"""How many: of everything, of what was asked for, and of each option of area, status and signal."""

from dataclasses import dataclass

from django.core.cache import caches
from django.db.models import Count, Q

from ..choices import Signal, Status
from ..models.querysets import ActivityQuerySet
from .selection import Selection

# Beyond this, a number half a minute old is as good as a new one, and counting anew is dear.
LARGE = 1000


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of the present result: in all, and by parameter and option."""

    total: int
    by_option: dict[str, dict[str, int]]


def count_options(selection: Selection) -> Counts:
    """Count the result by area, status and signal in one statement; a large result at most every 30 seconds."""
    key = selection.cache_key("counts")
    if counts := caches["process"].get(key):
        return counts
    options = {
        "area": {code: Q(area_id__in=area.ids) for code, area in selection.names.areas.items()},
        "status": {status: Q(**{selection.column("status"): status}) for status in Status.values},
        "signal": {signal: selection.signal(signal) for signal in Signal.values},
    }
    # Numbered, because codes are not names a database takes.
    pairs = [(name, code) for name, codes in options.items() for code in codes]
    places = {pair: f"n{number}" for number, pair in enumerate(pairs)}
    numbers = {places[name, code]: Count("pk", filter=options[name][code]) for name, code in places}
    found = selection.rows().aggregate(total=Count("pk"), **numbers)
    counts = Counts(
        total=found["total"],
        by_option={name: {code: found[places[name, code]] for code in codes} for name, codes in options.items()},
    )
    if counts.total > LARGE:
        caches["process"].set(key, counts)
    return counts


def at_most(rows: ActivityQuerySet, limit: int = LARGE) -> int:
    """The number of rows up to `limit`, and `limit` + 1 for any larger number: counting stops there."""
    return rows.order_by()[: limit + 1].count()


def count_visible(selection: Selection) -> int:
    """How many activities this person may read, up to LARGE + 1."""
    key = f"visible:{selection.scope()}|{selection.as_of or ''}"
    known = caches["process"].get(key)
    if known is None:
        known = at_most(selection.visible())
        if known > LARGE:
            caches["process"].set(key, known)
    return known
