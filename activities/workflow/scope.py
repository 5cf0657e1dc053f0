"""What opening a round would do, before anybody is asked."""

from collections import Counter
from typing import NamedTuple
from urllib.parse import parse_qs

from ..filters import KEEPER, StandingSelection
from ..models import Framework
from .rounds import activities_asked, participations_asked


class Scope(NamedTuple):
    """Whom a round over some activities would ask: `sentence` is its filter in words, "" for all activities."""

    sentence: str
    activities: int
    # Of those, the ones in which somebody takes part and is asked.
    asked_about: int
    # Number of requests by the id of the organization.
    requests: Counter[int]


def round_scope(framework: Framework, filters: str) -> Scope:
    """What opening a round with this filter would do, today. Raises ValidationError (`filters`)."""
    activities = activities_asked(framework, filters)
    asked = list(participations_asked(activities).values_list("organization_id", "activity_id"))
    return Scope(
        sentence=StandingSelection(parse_qs(filters), KEEPER).sentence(),
        activities=activities.count(),
        asked_about=len({activity for _organization, activity in asked}),
        requests=Counter(organization for organization, _activity in asked),
    )
