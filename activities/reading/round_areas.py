"""What was asked in a round, by area: how far it is answered, and how the activities stand."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from ..choices import RequestState, Status
from ..models.names import Name, read_names
from .rounds import Asked, Rate, rate_of

# What was heard first, then what is still awaited, the longest awaited first.
STATES = (
    RequestState.ACCEPTED,
    RequestState.ANSWERED,
    RequestState.RETURNED,
    RequestState.OVERDUE,
    RequestState.DUE,
    RequestState.NOT_YET_DUE,
)


class AreaLine(NamedTuple):
    """One area: its requests by state, and the activities that were asked about by status.

    `mean` is None where none of them has stated its progress.
    """

    area: Name
    rate: Rate
    states: list[tuple[str, int]]
    counts: list[tuple[str, int]]
    total: int
    mean: int | None


def by_area(requests: Iterable[Asked]) -> list[AreaLine]:
    """The areas in which something was asked, in their order."""
    asked: dict[int, list[Asked]] = defaultdict(list)
    for request in requests:
        asked[request.area].append(request)
    names = read_names().by_id["areas"]
    return [_line(names[pk], asked[pk]) for pk in names if pk in asked]


def _line(area: Name, asked: list[Asked]) -> AreaLine:
    states = Counter(request.state for request in asked)
    # Several organizations may have been asked about the same activity.
    activities = {request.activity: request for request in asked}.values()
    statuses = Counter(activity.status for activity in activities)
    stated = [activity.progress for activity in activities if activity.progress is not None]
    return AreaLine(
        area=area,
        rate=rate_of(asked),
        states=[(state.value, states[state]) for state in STATES],
        counts=[(status, statuses[status]) for status in Status.values],
        total=len(activities),
        mean=round(sum(stated) / len(stated)) if stated else None,
    )
