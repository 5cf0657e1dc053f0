"""While a new undertaking is typed: existing ones that are similar, as far as the person may see them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tracker.toolkit.views import BadParameters, filled, refuse_control_characters

from ..choices import Status
from ..models import Activity, Framework
from ..models.names import country_names, read_names
from ..reading.alike import READ, Candidate, find_similar, read_candidates, worth_reading
from .matrix_sentences import detail_address
from .numbers import whole_number

DEFAULT_FRAMEWORK = "S-2001-138"
LONGEST_TITLE = 300
SINGLE = ("title", "parent", "framework")


class Line(NamedTuple):
    """A similar undertaking as it is shown."""

    href: str
    candidate: Candidate
    lead: str
    status: Status
    countries: str


@require_safe
def activity_similar(request: HttpRequest) -> HttpResponse:
    """Undertakings similar to `title`, under the item `parent` or in its area, in `countries`; a part of the form."""
    if not request.user.has_perm("activities.propose_undertaking"):
        raise PermissionDenied(_("Undertakings are proposed by focal points."))
    given = _asked(request)
    framework = get_object_or_404(Framework, code=given.get("framework", [DEFAULT_FRAMEWORK])[0])
    title, parent = (given.get(name, [""])[0] for name in ("title", "parent"))
    context = similar_context(request.user, framework, title, parent, given.get("countries", []))
    swapped = request.htmx and not request.htmx.history_restore_request
    template = "activities/similar/list.html" if swapped else "activities/similar/page.html"
    return render(request, template, context | {"framework": framework})


def similar_context(
    user: Any, framework: Framework, title: str, parent: str, countries: Sequence[str]
) -> dict[str, Any]:
    """What the list of similar undertakings shows: of the item's area, or of all areas while none is chosen."""
    title = title.strip()[:LONGEST_TITLE]
    item = None
    if (key := whole_number(parent)) is not None:
        item = Activity.objects.agreed_items().filter(framework=framework, pk=key).only("pk", "area_id").first()
    lines: list[Line] = []
    if title:
        rows = Activity.objects.rewrite(False).visible_to(user).filter(framework=framework)
        if item:
            rows = rows.filter(area=item.area_id)
        candidates = read_candidates(worth_reading(rows, title), lead="lead_id", status="status", limit=READ)
        similar = find_similar(candidates, title, parent=item.pk if item else None, countries=countries)
        names, known = read_names(), country_names()
        lines = [
            Line(
                href=detail_address(one.candidate),
                candidate=one.candidate,
                lead=names.of("organizations", one.candidate.lead).title if one.candidate.lead else "",
                status=Status(one.candidate.status),
                countries=_(", ").join(known.get(code, code) for code in one.countries),
            )
            for one in similar
        ]
    return {"similar": lines, "looked": bool(title)}


def _asked(request: HttpRequest) -> dict[str, list[str]]:
    """The parameters. Raises BadParameters: what is not understood is refused, never ignored."""
    refuse_control_characters(request.GET)
    given = filled(request.GET)
    problems = [(name[:60], _("There is no such parameter.")) for name in given if name not in (*SINGLE, "countries")]
    for name in SINGLE:
        if len(given.get(name, [])) > 1:
            problems.append((name, _("It is given more than once. Give it one value.")))
    unknown = [code for code in given.get("countries", []) if code not in country_names()]
    if unknown:
        sentence = _("“%(value)s” is not one of the values that can be asked for.") % {"value": unknown[0][:60]}
        problems.append(("countries", sentence))
    if problems:
        raise BadParameters(problems)
    return {name: values for name, values in given.items() if values}
