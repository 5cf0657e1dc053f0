"""Taking part: inviting, answering, changing role, ending. Rows are ended and begun, never overwritten."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization, User
from tracker.toolkit.dates import PartialDate

from ..choices import TAKING_PART, ProposalState, Response, Role
from ..models import Activity, LeadProposal, Participation
from .derived import refresh_derived, refresh_search_text
from .errors import StaleEdit
from .hearing import tell_answer, tell_invitation, tell_that_it_leads, tell_that_the_lead_withdrew
from .rounds import follow_participation

ANSWERS: dict[str, tuple[str, ...]] = {
    Response.INVITED: (Response.ACCEPTED, Response.ACCEPTED_IN_PART, Response.DECLINED),
    Response.ACCEPTED: (Response.ACCEPTED_IN_PART, Response.WITHDRAWN),
    Response.ACCEPTED_IN_PART: (Response.ACCEPTED, Response.WITHDRAWN),
    Response.DECLINED: (Response.ACCEPTED, Response.ACCEPTED_IN_PART),
    Response.WITHDRAWN: (),
}
NEEDS_WORDS = (Response.ACCEPTED_IN_PART, Response.DECLINED)


def _settle(
    participation: Participation, field: str, by: User | None, columns: Iterable[str] | None = None, reason: str = ""
) -> None:
    """Check the row against the others and save it; then bring the activity's derived columns up to date.

    `field` is what the person chose that a rule about several rows would refuse. `columns` are those to write.
    """
    try:
        participation.full_clean(exclude=["invited_by", "answered_by", "focal_point"])
    except ValidationError as error:
        problems = error.error_dict
        problems[field] = [*problems.get(field, []), *problems.pop(NON_FIELD_ERRORS, [])]
        raise ValidationError({name: errors for name, errors in problems.items() if errors}) from error
    participation._history_user = by
    participation._change_reason = reason or None
    participation.save(update_fields=None if columns is None else [*columns, "version"])
    lapse_proposals(participation.activity)
    refresh_derived(participation.activity)
    refresh_search_text([participation.activity])
    # Last: which activities a round asks about is a filter, which looks at what was just brought up to date.
    follow_participation(participation, by)


def lapse_proposals(activity: Activity) -> None:
    """Close a proposal for the lead that the participations have overtaken: nobody took it back, it lapsed."""
    for proposal in LeadProposal.objects.filter(activity=activity, state=ProposalState.PROPOSED):
        if why_lapsed(proposal):
            proposal.state, proposal.answered_at = ProposalState.TAKEN_BACK, timezone.now()
            proposal._history_user = None
            proposal.save(update_fields=["state", "answered_at"])


def why_lapsed(proposal: LeadProposal) -> str:
    """Why nobody can accept it any more, whatever its state says; "" while they can."""
    rows = Participation.objects.filter(activity=proposal.activity_id).taking_part().current_on(timezone.localdate())
    if proposal.present_id:
        if not rows.filter(pk=proposal.present_id, role=Role.LEAD).exists():
            return _("The organization that was to hand over the lead no longer leads.")
    elif rows.filter(role=Role.LEAD).exists():
        return _("Meanwhile an organization leads.")
    if proposal.offered and not rows.filter(organization=proposal.organization_id).exists():
        return _("The organization that offered to lead no longer takes part.")
    return ""


def _locked(participation: Participation, version: int) -> Participation:
    """The row as it stands, if it still stands at `version`. Raises StaleEdit."""
    Activity.objects.select_for_update().get(pk=participation.activity_id)
    raised = Participation.objects.filter(pk=participation.pk, version=version).update(version=F("version") + 1)
    current = Participation.objects.select_related("activity", "organization").get(pk=participation.pk)
    if not raised:
        raise StaleEdit(current)
    return current


def invite(
    *,
    activity: Activity,
    organization: Organization,
    role: str,
    by: User | None,
    responsibility: str = "",
    note: str = "",
    response: str = Response.INVITED,
    since: str = "",
    until: str = "",
    mandate: str = "",
    answered_for: str = "",
    at: datetime.datetime | None = None,
) -> Participation:
    """Name an organization as a participant. It takes part once it answers; importers of known facts give `response`,
    and who records an answer says in `answered_for` who gave it and where.

    Raises ValidationError, for example when there is already a lead.
    """
    with transaction.atomic():
        activity = Activity.objects.select_for_update().get(pk=activity.pk)
        participation = Participation(
            activity=activity,
            organization=organization,
            role=role,
            response=response,
            responsibility=responsibility,
            note=note,
            mandate=mandate,
            since=since,
            until=until,
            invited_by=by,
            invited_at=at or timezone.now(),
            answered_by=by if answered_for else None,
            answered_at=timezone.now() if answered_for else None,
            answered_for=answered_for,
        )
        _settle(participation, "role", by)
        if response == Response.INVITED:
            tell_invitation(participation, by)
    return participation


def answer_invitation(
    *,
    participation: Participation,
    response: str,
    by: User | None,
    version: int,
    words: str = "",
    answered_for: str = "",
    mandate: str | None = None,
    focal_point: Any = ...,
    on: datetime.date | None = None,
) -> Participation:
    """Record an organization's own answer; `answered_for` says who gave it when a coordinator records it.

    The present answer again leaves it as it is: then only mandate and focal point change. An answer given is not
    overwritten by another person's name or day. Raises StaleEdit, or ValidationError by field.
    """
    day = on or timezone.localdate()
    with transaction.atomic():
        current = _locked(participation, version)
        columns: set[str] = set()
        changes = response != current.response
        if changes:
            _check_answer(current, response, words, day)
            current.response = response
            current.accepted_part = words
            current.answered_by, current.answered_at, current.answered_for = by, timezone.now(), answered_for
            columns |= {"response", "accepted_part", "answered_by", "answered_at", "answered_for"}
            if response in TAKING_PART and not current.since:
                current.since = PartialDate(day)
                columns.add("since")
            if response == Response.WITHDRAWN:
                current.until = PartialDate(day)
                columns.add("until")
        if mandate is not None and mandate != current.mandate:
            current.mandate = mandate
            columns.add("mandate")
        if focal_point is not ... and focal_point != current.focal_point:
            current.focal_point = focal_point
            columns.add("focal_point")
        _settle(current, "response", by, columns, words)
        if changes and response == Response.WITHDRAWN and current.role == Role.LEAD:
            tell_that_the_lead_withdrew(current, by)
        elif changes:
            tell_answer(current, by)
    return current


def _check_answer(current: Participation, response: str, words: str, day: datetime.date) -> None:
    if current.until:
        raise ValidationError({"response": _("This participation has ended. Nothing more can be answered here.")})
    if response not in ANSWERS[current.response]:
        raise ValidationError(
            {
                "response": _("“%(before)s” cannot be followed by “%(after)s”.")
                % {"before": current.get_response_display(), "after": Response(response).label}
            }
        )
    if response in NEEDS_WORDS and not words.strip():
        raise ValidationError({"words": _("Say which part is accepted, or why not.")})
    if response == Response.WITHDRAWN:
        _check_last_day(current, day)


def _check_last_day(current: Participation, day: datetime.date) -> None:
    if day > timezone.localdate():
        raise ValidationError({"on": _("The day lies in the future. Enter today or an earlier day.")})
    if current.since and day < PartialDate(current.since).first_day:
        raise ValidationError({"on": _("The present role began later than that.")})


def change_role(
    *,
    participation: Participation,
    role: str,
    on: datetime.date,
    by: User | None,
    version: int,
    note: str = "",
    answered_for: str = "",
) -> Participation:
    """End the present role on that day and begin the new one; return the new row. Raises StaleEdit, ValidationError.

    Nobody is made lead without having agreed: that is a proposal (`workflow.handover`), unless a coordinator records
    in `answered_for` who in the organization agreed, and where.
    """
    with transaction.atomic():
        current = _locked(participation, version)
        if role == current.role:
            raise ValidationError({"role": _("That is the present role. Choose another.")})
        leads = role == Role.LEAD
        if leads and not answered_for.strip():
            raise ValidationError({"role": _("Nobody leads without having agreed. Propose it as the next lead.")})
        if not current.takes_part or current.until:
            raise ValidationError({"role": _("Only an organization that takes part can change its role.")})
        _check_last_day(current, on)
        current.until = PartialDate(on)
        current._history_user = by
        current._change_reason = note or None
        current.save(update_fields=["until", "version"])
        follow_participation(current, by)
        begun = Participation(
            activity=current.activity,
            organization=current.organization,
            role=role,
            response=current.response,
            accepted_part=current.accepted_part,
            responsibility=current.responsibility,
            mandate=current.mandate,
            focal_point=current.focal_point,
            since=PartialDate(on),
            note=note,
            invited_by=by,
            # Otherwise the organization's own answer still holds: nobody answered anew.
            answered_by=by if leads else current.answered_by,
            answered_at=timezone.now() if leads else current.answered_at,
            answered_for=answered_for if leads else current.answered_for,
        )
        _settle(begun, "role", by, reason=note)
        if leads:
            tell_that_it_leads(begun, by)
    return begun


def end_participation(
    *, participation: Participation, on: datetime.date, by: User | None, version: int, words: str = ""
) -> Participation:
    """End a role on that day, or take an invitation back. Raises StaleEdit, ValidationError.

    This is not the organization's own withdrawal: its answer stays what it said. An invitation taken back is no answer.
    """
    with transaction.atomic():
        current = _locked(participation, version)
        if current.until or current.response in (Response.DECLINED, Response.WITHDRAWN):
            raise ValidationError({"on": _("This participation has already ended.")})
        _check_last_day(current, on)
        columns = {"until"}
        current.until = PartialDate(on)
        if current.response == Response.INVITED:
            current.response = Response.WITHDRAWN
            current.answered_by, current.answered_at = by, timezone.now()
            columns |= {"response", "answered_by", "answered_at"}
        if words:
            current.note = f"{current.note}\n{words}".strip()
            columns.add("note")
        _settle(current, "on", by, columns, words)
    return current
