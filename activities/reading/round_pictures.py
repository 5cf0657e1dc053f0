"""How the activities that a round asks about stand: their status over time, and when each was last heard of."""

import datetime
from typing import Any

from django.core.cache import caches

from tracker.toolkit.texts import current_language

from ..filters import LARGE
from ..models import Activity, Area, ReportingRound, UpdateRequest
from ..models.querysets import scope_of
from .pulse import pulse
from .status_chart import status_over_time


def pictures_of(user: Any, made: ReportingRound, asked: int, today: datetime.date) -> dict[str, Any]:
    """Both, over what this person may see; three statements. Of a round with many requests at most 30 seconds old."""
    # The scope is part of the key: nobody is shown a number that counts what another may read.
    key = f"round:{made.pk}:{scope_of(user)}:{today}:{current_language()}"
    found: dict[str, Any] | None = caches["process"].get(key)
    if found is None:
        requests = UpdateRequest.objects.filter(round=made).standing()
        activities = Activity.objects.visible_to(user).filter(pk__in=requests.order_by().values("activity"))
        areas = list(Area.objects.order_by("framework__position", "position"))
        found = {
            "over_time": status_over_time(activities.undertakings(), today),
            "pulse": pulse(activities, today, areas),
        }
        if asked > LARGE:
            caches["process"].set(key, found)
    return found
