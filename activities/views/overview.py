"""The front page, and what its words mean."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ..choices import OPEN_STATUSES, SIGNAL_RULES, Response, Role, Signal, Status, Visibility
from ..reading.overview import overview_context


@login_not_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Where cooperation stands, as far as this person may see it."""
    today = timezone.localdate()
    context = overview_context(request.user, today)
    return render(
        request,
        "activities/overview.html",
        context | {"today": today, "statuses": Status, "open_statuses": OPEN_STATUSES},
    )


@login_not_required
@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """What statuses, signals, roles and answers mean, and whom to ask."""
    return render(
        request,
        "activities/definitions.html",
        {
            "statuses": Status,
            "signals": [(signal, SIGNAL_RULES[signal]) for signal in Signal],
            "roles": Role,
            "responses": Response,
            "visibilities": Visibility,
            "secretariat": settings.SECRETARIAT_EMAIL,
        },
    )
