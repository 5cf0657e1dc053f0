"""Handing over the lead: one side proposes, the other accepts from a day on, or declines; there are never two leads."""

import datetime

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization, User
from tracker.toolkit.dates import PartialDate

from ..choices import ProposalState, Response, Role, Visibility
from ..models import Activity, LeadProposal, Participation
from .errors import StaleEdit
from .hearing import tell_new_lead, tell_proposal, tell_that_it_was_declined, tell_that_it_was_taken_back
from .participations import _check_last_day, _settle, lapse_proposals, why_lapsed

# What an organization takes along from one role to the next.
CARRIED = ("responsibility", "mandate", "focal_point")
OWN_ANSWER = ("response", "accepted_part", "answered_by", "answered_at", "answered_for")


def present_lead(activity: Activity) -> Participation | None:
    """Who leads today; co-leads do not count."""
    rows = Participation.objects.filter(activity=activity, role=Role.LEAD).taking_part()
    return rows.current_on(timezone.localdate()).select_related("organization").order_by("pk").first()


def propose_lead(
    *,
    activity: Activity,
    organization: Organization,
    by: User,
    words: str,
    then_role: str = "",
    offered: bool = False,
    seen: int | None = None,
) -> LeadProposal:
    """Propose the next lead; or, `offered`, let an organization that takes part offer itself where nobody leads.

    `seen` is the present lead's participation as the person saw it, 0 for none. The same proposal sent twice is one.
    Raises StaleEdit (with the present lead, or None) when another leads by now, or ValidationError by field.
    """
    with transaction.atomic():
        activity = Activity.objects.select_for_update().get(pk=activity.pk)
        lead = present_lead(activity)
        if seen is not None and seen != (lead.pk if lead else 0):
            raise StaleEdit(lead)
        lapse_proposals(activity)
        waiting = LeadProposal.objects.filter(activity=activity, state=ProposalState.PROPOSED).first()
        if waiting and (waiting.organization_id, waiting.proposed_by_id) == (organization.pk, by.pk):
            return waiting
        _check_proposal(activity, organization, lead, words, offered)
        proposal = LeadProposal(
            activity=activity,
            organization=organization,
            present=lead,
            offered=offered,
            then_role=then_role if lead else "",
            words=words,
            proposed_by=by,
        )
        try:
            proposal.full_clean(exclude=["proposed_by", "answered_by"])
        except ValidationError as error:
            problems = error.error_dict
            problems["organization"] = [*problems.get("organization", []), *problems.pop(NON_FIELD_ERRORS, [])]
            raise ValidationError({name: found for name, found in problems.items() if found}) from error
        _save(proposal, by, words)
        tell_proposal(proposal, by)
    return proposal


def _check_proposal(
    activity: Activity, organization: Organization, lead: Participation | None, words: str, offered: bool
) -> None:
    own = Participation.objects.filter(activity=activity, organization=organization)
    if offered and lead:
        raise ValidationError({"organization": _("Meanwhile an organization leads.")})
    if offered and not own.taking_part().current_on(timezone.localdate()).exists():
        raise ValidationError({"organization": _("Only an organization that takes part can offer to lead.")})
    if lead and lead.organization_id == organization.pk:
        raise ValidationError({"organization": _("This organization leads already. Choose another.")})
    # Nobody can answer what they cannot read.
    if activity.visibility == Visibility.RESTRICTED and not own.opening_to({organization.pk}).exists():
        raise ValidationError(
            {
                "organization": _(
                    "Only participants may read this activity. Invite the organization first, then propose it."
                )
            }
        )
    if not words.strip():
        raise ValidationError({"words": _("Say why the lead changes.")})


def _locked(proposal: LeadProposal) -> LeadProposal:
    """The proposal while it waits for an answer. Raises StaleEdit when it does not any more."""
    Activity.objects.select_for_update().get(pk=proposal.activity_id)
    rows = LeadProposal.objects.select_related("activity__framework", "organization", "present__organization")
    current = rows.select_related("proposed_by").get(pk=proposal.pk)
    if current.state != ProposalState.PROPOSED:
        raise StaleEdit(current)
    return current


def _close(proposal: LeadProposal, state: str, by: User, words: str, answered_for: str) -> None:
    proposal.state, proposal.answered_by, proposal.answered_at = state, by, timezone.now()
    proposal.answered_for, proposal.answer_words = answered_for, words
    columns = ("state", "answered_by", "answered_at", "answered_for", "answer_words")
    _save(proposal, by, words, columns)


def _save(proposal: LeadProposal, by: User, reason: str, columns: tuple[str, ...] | None = None) -> None:
    proposal._history_user, proposal._change_reason = by, None if columns is None else reason or None
    proposal.save(update_fields=columns)


def accept_lead(
    *,
    proposal: LeadProposal,
    by: User,
    on: datetime.date | None = None,
    words: str = "",
    answered_for: str = "",
) -> Participation:
    """The lead changes on that day: the old row ends, the new one begins, all or nothing. Returns the new lead's row.

    Raises StaleEdit when the proposal was answered or taken back meanwhile, ValidationError when it cannot be.
    """
    day = on or timezone.localdate()
    with transaction.atomic():
        current = _locked(proposal)
        if reason := why_lapsed(current):
            raise ValidationError(reason)
        rows = Participation.objects.filter(activity=current.activity_id).select_related("organization")
        held = list(
            rows.filter(organization=current.organization_id)
            .taking_part()
            .filter(until="")
            .exclude(role=Role.LEAD)
            .order_by("pk")
        )
        ending = [*([rows.get(pk=current.present_id)] if current.present_id else []), *held]
        _check_day(current, ending, day)
        # First: an open proposal lapses as soon as the present lead's row has ended.
        _close(current, ProposalState.ACCEPTED, by, words, answered_for)
        for row in ending:
            # One object for all of them: what it remembers of its derived columns must be what was written last.
            row.activity = current.activity
            _end(row, day, by, current.words)
        if current.present_id and current.then_role:
            _begin_afterwards(ending[0], current.then_role, day, by, current.words)
        begun = _begin_lead(current, held, day, by)
        tell_new_lead(current, by)
    return begun


def _check_day(proposal: LeadProposal, ending: list[Participation], day: datetime.date) -> None:
    if day > timezone.localdate():
        raise ValidationError({"on": _("The day lies in the future. Enter today or an earlier day.")})
    for row in ending:
        _check_last_day(row, day)
    earlier = Participation.objects.filter(activity=proposal.activity_id, role=Role.LEAD).held().exclude(until="")
    if any(row.until.first_day > day for row in earlier):
        raise ValidationError({"on": _("On that day another organization still led. Enter a later day.")})


def _end(row: Participation, day: datetime.date, by: User, reason: str) -> None:
    row.until = PartialDate(day)
    row.version += 1
    _settle(row, "on", by, ["until"], reason)


def _begin_afterwards(left: Participation, role: str, day: datetime.date, by: User, reason: str) -> None:
    """The role in which the former lead stays, unless it has it already."""
    same = Participation.objects.filter(activity=left.activity_id, organization=left.organization_id, role=role)
    if same.taking_part().filter(until="").exists():
        return
    carried = {name: getattr(left, name) for name in (*CARRIED, *OWN_ANSWER)}
    row = Participation(
        activity=left.activity, organization=left.organization, role=role, since=PartialDate(day), **carried
    )
    row.invited_by = by
    _settle(row, "role", by, reason=reason)


def _begin_lead(proposal: LeadProposal, held: list[Participation], day: datetime.date, by: User) -> Participation:
    """The new lead's row, or its unanswered invitation to lead; its consent is the answer, or else the offer."""
    rows = Participation.objects.filter(activity=proposal.activity_id, organization=proposal.organization_id)
    asked = rows.filter(role=Role.LEAD, response=Response.INVITED, until="").first()
    row = asked or Participation(organization=proposal.organization, role=Role.LEAD, invited_by=proposal.proposed_by)
    row.activity = proposal.activity
    for name in CARRIED if held and not asked else ():
        setattr(row, name, getattr(held[0], name))
    row.response, row.since = Response.ACCEPTED, PartialDate(day)
    if proposal.offered:
        row.answered_by, row.answered_at = proposal.proposed_by, proposal.proposed_at
    else:
        row.answered_by, row.answered_at = proposal.answered_by, proposal.answered_at
        row.answered_for = proposal.answered_for
    if asked:
        row.version += 1
    columns = ["response", "since", "answered_by", "answered_at", "answered_for"] if asked else None
    _settle(row, "on", by, columns, proposal.words)
    return row


def decline_lead(*, proposal: LeadProposal, by: User, words: str, answered_for: str = "") -> LeadProposal:
    """Leave the lead where it is, and say why. Raises StaleEdit, ValidationError."""
    if not words.strip():
        raise ValidationError({"words": _("Say why it is declined.")})
    with transaction.atomic():
        current = _locked(proposal)
        _close(current, ProposalState.DECLINED, by, words, answered_for)
        tell_that_it_was_declined(current, by)
    return current


def take_lead_proposal_back(*, proposal: LeadProposal, by: User, words: str = "") -> LeadProposal:
    """The side that proposed does so no longer. Raises StaleEdit when it was answered meanwhile."""
    with transaction.atomic():
        current = _locked(proposal)
        _close(current, ProposalState.TAKEN_BACK, by, words, "")
        tell_that_it_was_taken_back(current, by)
    return current
