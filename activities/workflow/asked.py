"""What is asked of organizations at present: updates for open rounds, and answers to invitations."""

import datetime
from collections import defaultdict
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery

from ..choices import RequestState, Response
from ..models import Participation, Review, UpdateRequest


class Asking(NamedTuple):
    """One thing asked of an organization about an activity; `at` is since when. `role` is set for an invitation."""

    organization_id: int
    activity_id: int
    at: datetime.datetime
    due_on: datetime.date | None = None
    returned: bool = False
    overdue: bool = False
    role: str = ""


def asked_of(organization_ids: set[int], today: datetime.date) -> dict[int, list[Asking]]:
    """What each of these organizations is asked, earliest due first, then the invitations: two statements."""
    found: dict[int, list[Asking]] = defaultdict(list)
    seen: set[tuple[int, int]] = set()
    decided = Review.objects.filter(update=OuterRef("answer_id")).values("decided_at")[:1]
    requests = UpdateRequest.objects.filter(round__closed_at__isnull=True, organization__in=organization_ids)
    rows: Any = requests.waiting(today).select_related("round").annotate(decided_at=Subquery(decided))
    for row in rows.order_by("round__due_on", "activity__sort_key", "pk"):
        # One update answers for all roles of an organization in the activity.
        if (row.organization_id, row.activity_id) in seen:
            continue
        seen.add((row.organization_id, row.activity_id))
        asking = Asking(
            row.organization_id,
            row.activity_id,
            row.decided_at or row.asked_at,
            due_on=row.round.due_on,
            returned=row.state == RequestState.RETURNED,
            overdue=row.state == RequestState.OVERDUE,
        )
        found[row.organization_id].append(asking)
    invited = Participation.objects.opening_to(organization_ids).filter(response=Response.INVITED)
    for each in invited.order_by("invited_at", "pk"):
        found[each.organization_id].append(
            Asking(each.organization_id, each.activity_id, each.invited_at, role=each.role)
        )
    return found
