"""Who hears of an invitation, of its answer, and of what becomes of the lead."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from organizations.models import User

from ..choices import NotificationKind, ProposalState, Role
from ..models import Activity, LeadProposal, Participation
from ..notifications import AddressBook, Recipient, tell


def _current(activity: Activity) -> list[Participation]:
    """Those taking part today."""
    rows = Participation.objects.filter(activity=activity).taking_part().current_on(timezone.localdate())
    return list(rows.order_by("pk"))


def _book(rows: Iterable[Participation], *organization_ids: int | None) -> AddressBook:
    return AddressBook({row.organization_id for row in rows} | {pk for pk in organization_ids if pk})


def _once(recipients: Iterable[Recipient]) -> list[Recipient]:
    """One person is told once, in whatever part they are found: first in their own right."""
    by_who: dict[Any, Recipient] = {}
    for recipient in sorted(recipients, key=lambda each: bool(each.because)):
        by_who.setdefault(recipient.user.pk if recipient.user else recipient.address, recipient)
    return list(by_who.values())


def _inviter(row: Participation, book: AddressBook) -> list[Recipient]:
    """Who invited, while that person may still invite."""
    inviter = row.invited_by
    if inviter and inviter.is_active and inviter.has_perm("activities.invite_participants", row.activity):
        return book.for_author(inviter, None)
    return []


def tell_invitation(row: Participation, by: User | None) -> int:
    """Ask the organization whether it takes part."""
    recipients = _book([row]).for_participation(row)
    return tell(NotificationKind.INVITATION, recipients, f"{row.pk}:{row.version}", by=by, **_rows_of(row))


def tell_answer(row: Participation, by: User | None) -> int:
    """Tell who invited, and who answers for the lead, what an organization answered."""
    leaders = [each for each in _current(row.activity) if each.organization_id != row.organization_id]
    leads = [each for each in leaders if each.role == Role.LEAD] or [
        each for each in leaders if each.role == Role.CO_LEAD
    ]
    book = _book(leads)
    recipients = _once([*_inviter(row, book), *(found for each in leads for found in book.for_participation(each))])
    facts = {"response": row.response, "words": row.accepted_part}
    return tell(NotificationKind.ANSWER, recipients, f"{row.pk}:{row.version}", by=by, facts=facts, **_rows_of(row))


def tell_that_the_lead_withdrew(row: Participation, by: User | None) -> int:
    """Ask every participant who takes over; who invited the lead hears of it as well."""
    rest = [each for each in _current(row.activity) if each.organization_id != row.organization_id]
    book = _book(rest)
    recipients = _once([*(found for each in rest for found in book.for_participation(each)), *_inviter(row, book)])
    key = f"{row.pk}:{row.version}:withdrew"
    facts = {"state": row.response, "words": row.accepted_part}
    return tell(NotificationKind.LEAD_CHANGE, recipients, key, by=by, facts=facts, **_rows_of(row))


def tell_that_it_leads(row: Participation, by: User | None) -> int:
    """Tell everybody who takes part which organization leads, where a coordinator has recorded that it agreed."""
    rows = _current(row.activity)
    book = _book(rows)
    recipients = _once(found for each in rows for found in book.for_participation(each))
    facts = {"state": ProposalState.ACCEPTED, "words": row.note}
    return tell(NotificationKind.LEAD_CHANGE, recipients, f"{row.pk}:leads", by=by, facts=facts, **_rows_of(row))


def _asked(proposal: LeadProposal) -> list[Recipient]:
    """Those to whom a proposal is put: the organization proposed; of an offer, the co-leads or else coordinators."""
    rows = _current(proposal.activity)
    if not proposal.offered:
        own = [row for row in rows if row.organization_id == proposal.organization_id]
        book = _book(own, proposal.organization_id)
        found = [one for row in own for one in book.for_participation(row)]
        return found or book.for_organization(proposal.organization_id)
    leads = [row for row in rows if row.role == Role.CO_LEAD and row.organization_id != proposal.organization_id]
    book = _book(leads)
    if leads:
        return [one for row in leads for one in book.for_participation(row)]
    return [one for coordinator in book.coordinators for one in book.for_author(coordinator, None)]


def tell_proposal(proposal: LeadProposal, by: User) -> int:
    """Ask the other side."""
    return _tell_lead(proposal, _asked(proposal), proposal.words, by)


def tell_that_it_was_taken_back(proposal: LeadProposal, by: User) -> int:
    """Nothing is asked of the other side any more."""
    return _tell_lead(proposal, _asked(proposal), proposal.answer_words, by)


def tell_that_it_was_declined(proposal: LeadProposal, by: User) -> int:
    """Tell who proposed, or else the organization that did."""
    present = proposal.present
    side = proposal.organization_id if proposal.offered else present.organization_id if present else None
    book = _book([], side)
    return _tell_lead(proposal, book.for_author(proposal.proposed_by, side), proposal.answer_words, by)


def tell_new_lead(proposal: LeadProposal, by: User) -> int:
    """Tell everybody who takes part, who led before, and who proposed."""
    rows = _current(proposal.activity)
    present = proposal.present
    book = _book(rows, present.organization_id if present else None)
    recipients = [found for row in rows for found in book.for_participation(row)]
    if present:
        recipients += book.for_organization(present.organization_id)
    proposer = proposal.proposed_by
    if proposer.is_active and proposer.has_perm("activities.read", proposal.activity):
        recipients += book.for_author(proposer, None)
    return _tell_lead(proposal, recipients, proposal.answer_words, by)


def _tell_lead(proposal: LeadProposal, recipients: Iterable[Recipient], words: str, by: User) -> int:
    return tell(
        NotificationKind.LEAD_CHANGE,
        _once(recipients),
        f"{proposal.pk}:{proposal.state}",
        by=by,
        facts={"state": proposal.state, "words": words, "proposal": proposal.pk, "offered": proposal.offered},
        activity=proposal.activity,
        organization=proposal.organization,
    )


def _rows_of(row: Participation) -> dict[str, Any]:
    return {"activity": row.activity, "organization": row.organization, "participation": row}
