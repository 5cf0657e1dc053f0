"""My desk: what I am asked for, and for coordinators what the register needs."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ..choices import Signal
from ..models import Activity
from ..reading import desk as reading
from ..reading.overview import gist, latest_updates


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    today = timezone.localdate()
    context: dict[str, Any] = {
        "reports": bool(user.reporting_organization_ids),
        "organizations": [membership.organization for membership in user.current_memberships],
        "drafts": reading.drafts_of(user),
        "logged": reading.logged_by(user),
        "secretariat": settings.SECRETARIAT_EMAIL,
        "today": today,
    }
    if context["reports"]:
        context |= {
            "asked": reading.asked_of(user, today),
            "invitations": reading.invitations_to(user),
            "flagged": reading.flagged_for(user, today),
        }
    if user.is_coordinator:
        context |= {
            "coordinates": True,
            "signals": Signal,
            "areas": reading.signals_by_area(today),
            "unanswered": reading.unanswered_invitations(today),
            "without_lead": reading.without_lead(today),
            "without_focal_point": reading.without_focal_point(today),
            "latest": [(update, gist(update)) for update in latest_updates(Activity.objects.visible_to(user))],
        }
    return render(request, "activities/desk.html", context)


def desk_no_change(request: HttpRequest) -> HttpResponse:
    raise Http404
