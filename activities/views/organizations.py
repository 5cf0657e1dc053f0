"""The organizations, and the page of each."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organizations.choices import OrganizationKind
from organizations.models import Organization
from tracker.toolkit.views import BadParameters, filled, refuse_control_characters

from ..reading.bell import follow_id
from ..reading.organization_history import read_organization_history
from ..reading.organizations import list_organizations, read_profile
from .finding import page_number

LONGEST_SEARCH = 200


@login_not_required
@require_safe
def organization_list(request: HttpRequest) -> HttpResponse:
    """All organizations; `q` searches the names of any time, `kind` (any of several) keeps some kinds."""
    words, kinds = _asked(request)
    groups = list_organizations(request.user, words, kinds)
    context = {
        "groups": groups,
        "number": sum(len(group.lines) for group in groups),
        "words": words,
        "kinds": kinds,
        "all_kinds": OrganizationKind,
    }
    return render(request, "activities/organization_list.html", context)


@login_not_required
@require_safe
def organization_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organizations = Organization.objects.select_related("parent", "successor")
    organizations = organizations.annotate(follow_id=follow_id(request.user, "organization"))
    organization = get_object_or_404(organizations, slug=slug)
    profile = read_profile(request.user, organization, timezone.localdate())
    context = {"organization": organization, "profile": profile}
    return render(request, "activities/organization_detail.html", context)


def _asked(request: HttpRequest) -> tuple[str, list[str]]:
    """Search words and kinds. Raises BadParameters: what is not understood is refused, never ignored."""
    refuse_control_characters(request.GET)
    given = filled(request.GET)
    problems = [(name[:60], _("There is no such parameter.")) for name in given if name not in ("q", "kind")]
    words = given.get("q", [])
    if len(words) > 1:
        problems.append(("q", _("It is given more than once. Give it one value.")))
    if any(len(text) > LONGEST_SEARCH for text in words):
        problems.append(("q", _("The text is longer than 200 characters. Search for fewer words.")))
    kinds = given.get("kind", [])
    if any(kind not in OrganizationKind.values for kind in kinds):
        allowed = ", ".join(OrganizationKind.values)
        problems.append(("kind", _("Give one of these: %(values)s.") % {"values": allowed}))
    if problems:
        raise BadParameters(problems)
    return (words[0] if words else ""), list(dict.fromkeys(kinds))


@login_not_required
@require_safe
def organization_history(request: HttpRequest, slug: str) -> HttpResponse:
    """What was changed in its record and in what it takes part; `page` counts from 1."""
    organization = get_object_or_404(Organization, slug=slug)
    page = read_organization_history(request.user, organization, page_number(request))
    if page is None:
        raise Http404
    context = {"organization": organization, "page": page}
    return render(request, "activities/organization/history.html", context)
