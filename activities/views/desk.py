"""My desk: what I am asked for, and for coordinators what the register needs."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ..choices import LEADING_ROLES, WAITING, Signal
from ..models import Activity
from ..permissions import organizations_to_report_for
from ..reading import coordination, desk_entries
from ..reading import desk as reading
from ..reading.overview import gist
from ..workflow import no_change
from .numbers import whole_number
from .person import person
from .updates import token_in

# As many as a desk shows, twice.
MOST_AT_ONCE = 100


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    today = timezone.localdate()
    reports = bool(user.reporting_organization_ids)
    context: dict[str, Any] = {
        "reports": reports,
        "organizations": [membership.organization for membership in user.current_memberships],
        "drafts": reading.drafts_of(user),
        "secretariat": settings.SECRETARIAT_EMAIL,
        "today": today,
    }
    if reports:
        member = reading.read_member_desk(user, today)
        entries = member.entries
        context |= {
            "member": member,
            "invitations": reading.invitations_to(user),
            "proposals": reading.lead_proposals_to(user, today),
            "waiting_query": _query(user.reporting_organization_ids, user, state=WAITING),
            "ours_url": f"{reverse('activity-list')}?{_query(user.reporting_organization_ids, user)}",
            "led_url": f"{reverse('activity-list')}?{_query(user.focal_organization_ids, user, role=LEADING_ROLES)}",
        }
    else:
        entries = desk_entries.read_entries(user, today)
    if user.is_coordinator:
        context |= {
            "coordinates": True,
            "rounds": coordination.open_rounds(today),
            "queue": [(update, gist(update)) for update in entries.queue],
            "signals": Signal,
            "areas": coordination.signals_by_area(today),
            "unanswered": coordination.unanswered_invitations(today),
            "without_lead": coordination.without_lead(today),
            "without_focal_point": coordination.without_focal_point(today),
            "mail": coordination.troubled_mail(),
            "latest": [(update, gist(update)) for update in entries.latest],
        }
    return render(request, "activities/desk.html", context | {"entries": entries})


def _query(organization_ids: set[int], user: Any, **more: Iterable[str]) -> str:
    """The query string of a list for these organizations of the person."""
    own = [each.organization for each in user.current_memberships if each.organization_id in organization_ids]
    slugs = [organization.slug for organization in dict.fromkeys(own)]
    return urlencode({"organization": slugs, **{name: list(values) for name, values in more.items()}}, doseq=True)


@require_POST
def desk_no_change(request: HttpRequest) -> HttpResponse:
    """“No change to report” for one activity (`only`) or for those ticked (`chosen`), each for itself."""
    keys = [request.POST["only"]] if request.POST.get("only") else request.POST.getlist("chosen")
    keys = list(dict.fromkeys(keys))[:MOST_AT_ONCE]
    if not keys:
        messages.error(request, _("Nothing was saved. Tick at least one activity."))
        return redirect("desk")
    saved, unknown = [], 0
    for key, activity in _activities_of(request, keys).items():
        organization = _own_organization(request, activity, key) if activity else None
        if activity is None or organization is None:
            unknown += 1
            continue
        name = f"{activity.code} ({organization})"
        try:
            no_change(
                activity=activity,
                organization=organization,
                author=person(request),
                token=token_in(request, f"token-{key}"),
            )
        except ValidationError as refused:
            messages.warning(
                request, _("Not saved: %(row)s. %(reason)s") % {"row": name, "reason": " ".join(refused.messages)}
            )
        else:
            saved.append(name)
    if saved:
        messages.success(request, _("Saved, no change to report: %(rows)s.") % {"rows": _(", ").join(saved)})
    if unknown:
        messages.warning(
            request,
            ngettext(
                "Not saved: %(number)d activity in which your organization takes part no more.",
                "Not saved: %(number)d activities in which your organization takes part no more.",
                unknown,
            )
            % {"number": unknown},
        )
    return redirect("desk")


def _activities_of(request: HttpRequest, keys: list[str]) -> dict[str, Activity | None]:
    """The activity of each row, None for what the person may not see or what is no row at all."""
    numbers = {key: whole_number(key.partition("-")[0]) for key in keys}
    visible = Activity.objects.visible_to(request.user).filter(pk__in=[number for number in numbers.values() if number])
    found = visible.select_related("framework").in_bulk()
    return {key: found.get(number or 0) for key, number in numbers.items()}


def _own_organization(request: HttpRequest, activity: Activity, key: str) -> Any:
    """The organization of the row, if this person reports for it and it takes part: coordinators too only then."""
    number = whole_number(key.partition("-")[2])
    if number not in person(request).reporting_organization_ids:
        return None
    return next((each for each in organizations_to_report_for(person(request), activity) if each.pk == number), None)
