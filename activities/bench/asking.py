"""An open round over one area of the synthetic register, and entries that wait for review."""

import datetime

from django.utils import timezone

from organizations.models import User

from ..models import Framework, ReportingRound, Review, StatusUpdate, UpdateRequest
from ..workflow.rounds import activities_asked, open_round, participations_asked
from .people import COORDINATOR

AREA = "A"
IN_REVIEW = 500


def ask_for_updates() -> ReportingRound:
    """The open round, which asks everybody who takes part in the area; what came since it was opened joins it."""
    framework = Framework.objects.order_by("pk")[0]
    made = ReportingRound.objects.open().filter(framework=framework).first()
    if made is None:
        today = timezone.localdate()
        made = open_round(
            framework=framework,
            title="Synthetic round",
            period_start=today - datetime.timedelta(days=180),
            period_end=today,
            due_on=today + datetime.timedelta(days=14),
            by=User.objects.get(email=COORDINATOR),
            filters=f"area={AREA}",
        )
    missing = participations_asked(activities_asked(framework, made.filters)).exclude(requests__round=made)
    UpdateRequest.objects.bulk_create(
        [
            UpdateRequest(round=made, participation_id=pk, activity_id=activity, organization_id=organization)
            for pk, activity, organization in missing.values_list("pk", "activity", "organization")
        ],
        batch_size=500,
    )
    return made


def submit_for_review() -> None:
    """The newest entries of the log wait for a coordinator."""
    unseen = StatusUpdate.objects.filter(review__isnull=True).order_by("-pk")[:IN_REVIEW]
    Review.objects.bulk_create([Review(update=entry, submitted_at=entry.created_at) for entry in unseen])
