"""The page of one activity, and the history of its record."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tracker.toolkit.texts import current_language

from ..choices import SIGNAL_RULES, Role
from ..models import Activity
from ..models.signals import signal_words, signals_shown
from ..permissions import may_set_status_for
from ..reading.history import read_history
from ..reading.overlaps import merges_proposed
from ..reading.record import (
    UPDATES_SHOWN,
    Participants,
    find_record,
    last_day_of,
    read_log,
    read_participants,
    read_proposal,
    read_related,
    read_terms,
)
from .finding import page_number
from .handover import may_open

EVENTS_SHOWN = 50


@login_not_required
@require_safe
def activity_detail(request: HttpRequest, framework: str, code: str) -> HttpResponse:
    """Everything the register holds of one activity; `?all=1` shows the whole log."""
    user, today = request.user, timezone.localdate()
    activity = _find(user, framework, code)
    participants = read_participants(activity, today)
    rights = _rights(user, activity, participants)
    everything = request.GET.get("all") == "1"
    may_correct = {one.pk: may_set_status_for(user, activity, one) for one in rights["reporting"]}
    log = read_log(activity, everything, may_correct)
    related = read_related(user, activity)
    signals = [
        (signal, signal_words(activity, signal, today), SIGNAL_RULES[signal]) for signal in signals_shown(activity)
    ]
    return render(
        request,
        "activities/activity_detail.html",
        rights
        | {
            "activity": activity,
            "signals": signals,
            "log": log,
            "hidden_updates": 0 if everything else max(log.total - UPDATES_SHOWN, 0),
            "participants": participants,
            "participant_columns": 3 + user.is_authenticated + participants.any_heard + bool(rights["may_change"]),
            "leads": participants.current(Role.LEAD),
            "co_leads": participants.current(Role.CO_LEAD),
            "related": related,
            "merges": merges_proposed(user, activity),
            "token": str(uuid4()),
            "terms": read_terms(activity),
            "due": last_day_of(activity.planned_end_on),
            "source_languages": _languages_of_source(activity),
        },
    )


@login_not_required
@require_safe
def activity_history(request: HttpRequest, framework: str, code: str) -> HttpResponse:
    """What was changed in the record, by whom and why; `page` counts from 1.

    Entries of the log stand on the activity's own page.
    """
    activity = _find(request.user, framework, code)
    try:
        page = Paginator(read_history(request.user, activity), EVENTS_SHOWN).page(page_number(request))
    except EmptyPage as error:
        raise Http404 from error
    return render(request, "activities/activity_history.html", {"activity": activity, "page": page})


def _find(user: Any, framework: str, code: str) -> Activity:
    try:
        return find_record(user, framework, code, timezone.localdate())
    except Activity.DoesNotExist as error:
        raise Http404 from error


def _rights(user: Any, activity: Activity, participants: Participants) -> dict[str, Any]:
    """What this person may do here, and for which organizations."""
    may_report = user.has_perm("activities.post_update", activity)
    own = None if may_report and user.is_coordinator else user.reporting_organization_ids if may_report else set()
    may_invite = user.has_perm("activities.invite_participants", activity)
    rows = [row for group in participants.groups for row in group.rows] + participants.former
    leads = participants.current(Role.LEAD)
    proposal = read_proposal(user, activity) if user.is_authenticated else None
    return {
        "proposal": proposal if proposal and may_open(user, proposal) else None,
        # An agreed item need not have a lead.
        "may_hand_over": not proposal
        and bool(leads or not activity.agreed)
        and user.has_perm("activities.hand_over_lead", activity),
        # Asked only where nobody leads: the answer takes a statement.
        "may_offer": not proposal and not leads and user.has_perm("activities.offer_to_lead", activity),
        "may_report": may_report,
        "may_edit": not activity.agreed and user.has_perm("activities.edit_undertaking", activity),
        "may_invite": may_invite,
        "may_propose": activity.agreed and user.has_perm("activities.propose_undertaking"),
        "reporting": participants.reporting(own),
        "may_change": {row.pk for row in rows if may_invite or user.has_perm("activities.answer_invitation", row)},
    }


def _languages_of_source(activity: Activity) -> list[str]:
    """Of an agreed item: the language of the document, and the reader's or English beside it."""
    source = activity.framework.source_language
    reader = current_language()
    return [source, reader if reader != source else "en"]
