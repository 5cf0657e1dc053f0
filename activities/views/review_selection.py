"""Which reviews an address asks for: `?round=3&organization=unep&state=returned&reason=unclear`."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from organizations.models import Organization
from tracker.toolkit.views import BadParameters, filled, refuse_control_characters

from ..choices import ReturnReason, ReviewState
from ..models import ReportingRound
from ..reading.review import OUTSIDE, Selected
from .numbers import whole_number

KNOWN = ("round", "organization", "state", "reason", "page")


def selected_by(request: HttpRequest) -> Selected:
    """Raises BadParameters for what is not understood, and Http404 for a round that is not there."""
    given = {name: values[-1] if values else "" for name, values in filled(request.GET).items()}
    of_round: Any = given.get("round") or None
    if of_round and of_round != OUTSIDE:
        of_round = get_object_or_404(ReportingRound, number=whole_number(of_round) or 0)
    refuse_control_characters(request.GET)
    problems = [(name[:60], _("There is no such parameter.")) for name in given if name not in KNOWN]
    problems += [(name, _("Give one value.")) for name, values in filled(request.GET).items() if len(values) > 1]
    unknown = _("“%(value)s” is not one of the values that can be asked for.")
    slug, state, reason = (given.get(name, "") for name in ("organization", "state", "reason"))
    organization = Organization.objects.filter(slug=slug).first() if slug else None
    for name, value, is_known in (
        ("organization", slug, organization is not None),
        ("state", state, state in ReviewState.values),
        ("reason", reason, reason in ReturnReason.values),
    ):
        if value and not is_known:
            problems.append((name, unknown % {"value": value[:60]}))
    if reason and state not in ("", ReviewState.RETURNED):
        problems.append(("state", _("Only what was returned has a reason.")))
    if problems:
        raise BadParameters(problems)
    usual = ReviewState.RETURNED if reason else ReviewState.SUBMITTED
    return Selected(state or usual, of_round, organization, reason)


def chips_of(selected: Selected) -> list[tuple[str, str, str]]:
    """Each part of the selection: its words, their language ("" is that of the page), the selection without it."""
    chips = []
    if selected.of_round == OUTSIDE:
        chips.append((_("Outside a round"), "", selected.query(of_round=None)))
    elif selected.of_round:
        chips.append((selected.of_round.title, selected.of_round.language, selected.query(of_round=None)))
    if selected.organization:
        chips.append((str(selected.organization), "", selected.query(organization=None)))
    if selected.reason:
        chips.append((str(ReturnReason(selected.reason).label), "", selected.query(reason="")))
    if not selected.waits:
        waiting = selected.query(state=ReviewState.SUBMITTED, reason="")
        chips.append((str(ReviewState(selected.state).label), "", waiting))
    return chips
