"""From a query string to a set of activities: every parameter is understood or refused, never ignored."""

from .comparison import Change, Comparison
from .counts import LARGE, Counts, at_most, count_options, count_visible
from .obstacles import ObstacleSelection, entries_known_on
from .selection import KEEPER, Chip, Selection, StandingSelection, labelled
from .sorting import SORTS, in_order

__all__ = [
    "KEEPER",
    "LARGE",
    "SORTS",
    "Change",
    "Chip",
    "Comparison",
    "Counts",
    "ObstacleSelection",
    "Selection",
    "StandingSelection",
    "at_most",
    "count_options",
    "count_visible",
    "entries_known_on",
    "in_order",
    "labelled",
]
