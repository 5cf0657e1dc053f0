"""What was changed in the record of an activity, in its participations and in who should lead it."""

from typing import Any

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext

from organizations.models import Organization
from tracker.toolkit.history import Change

from ..choices import OverlapKind, ProposalState, Role
from ..models import Activity, LeadProposal, OverlapAnswer, Participation
from ..models.changesets import ChangedRecord
from .events import CHANGED, CREATED, Event, Teller, Told, bulk_changes

# An event of a proposal says these in its own words.
TOLD_BY_TITLE = [field.name for field in LeadProposal._meta.fields]


def read_history(user: Any, activity: Activity) -> list[Event]:
    """Newest first. Rows this person may not see are left unnamed, and people are named to signed-in readers only.

    All of it is read: a change of which the reader may know nothing must not be counted either.
    """
    teller = Teller(user)
    bulk = bulk_changes(user, activity)
    events = [
        teller.event(told, _title(told.record), bulk=bulk.get((ChangedRecord.ACTIVITY, told.record.history_id)))
        for told in teller.tell(Activity.history.filter(id=activity.pk))
        if told.changes or told.record.history_type != CHANGED
    ]
    participations = list(teller.tell(Participation.history.filter(activity_id=activity.pk), teller.hidden))
    proposals = list(teller.tell(LeadProposal.history.filter(activity_id=activity.pk), TOLD_BY_TITLE))
    organizations = Organization.objects.in_bulk(
        {told.record.organization_id for told in [*participations, *proposals]}
    )
    for told in participations:
        about = {"organization": organizations.get(told.record.organization_id)}
        part_of = bulk.get((ChangedRecord.PARTICIPATION, told.record.history_id))
        events.append(teller.of_participation(told, bulk=part_of, **about))
    for told in proposals:
        events.append(_of_proposal(teller, told, organizations.get(told.record.organization_id)))
    if not activity.agreed:
        events += _of_overlaps(teller, activity)
    return sorted(events, key=lambda event: event.at, reverse=True)


def _of_overlaps(teller: Teller, activity: Activity) -> list[Event]:
    """What was said of hints that it looks like another one, where the reader may see that one."""
    records = OverlapAnswer.history.filter(Q(first_id=activity.pk) | Q(second_id=activity.pk))
    if not getattr(teller.user, "is_coordinator", False):
        records = records.exclude(answer=OverlapKind.MERGE)
    rows = list(records.select_related("history_user"))
    if not rows:
        return []
    visible = Activity.objects.visible_to(teller.user).select_related("framework").defer("search_text")
    others = visible.in_bulk({row.first_id if row.second_id == activity.pk else row.second_id for row in rows})
    events = []
    for row in rows:
        other = others.get(row.first_id if row.second_id == activity.pk else row.second_id)
        if other:
            title = gettext("Looks alike; the answer is “%(answer)s”") % {"answer": OverlapKind(row.answer).label}
            by = teller.person(row.history_user) if row.history_user else ""
            events.append(Event(row.history_date, title, by, row.sentence, [], activity=other))
    return events


def _title(record: Any) -> str:
    return gettext("Entered in the register") if record.history_type == CREATED else gettext("Record changed")


def _of_proposal(teller: Teller, told: Told, organization: Organization | None) -> Event:
    """A proposal for the lead, or what became of it; its reason is what was said then."""
    record = told.record
    if record.history_type == CREATED:
        title = gettext("Offers to lead") if record.offered else gettext("Proposed as the next lead")
        changes = [_afterwards(record)] if record.present_id else []
        return teller.event(told._replace(changes=changes), title, reason=record.words, organization=organization)
    titles: dict[str, str] = {
        ProposalState.ACCEPTED: gettext("Proposal for the lead accepted"),
        ProposalState.DECLINED: gettext("Proposal for the lead declined"),
        ProposalState.TAKEN_BACK: gettext("Proposal for the lead taken back"),
    }
    lapsed = record.state == ProposalState.TAKEN_BACK and not record.answered_by_id
    title = gettext("Proposal for the lead lapsed") if lapsed else titles.get(record.state, "")
    on_behalf = record.answered_for if teller.user.is_authenticated else ""
    more = {"reason": record.answer_words, "on_behalf": on_behalf, "organization": organization}
    return teller.event(told, title or gettext("Proposal for the lead changed"), **more)


def _afterwards(record: Any) -> Change:
    label = capfirst(str(LeadProposal._meta.get_field("then_role").verbose_name))
    after = str(Role(record.then_role).label) if record.then_role else gettext("None: it leaves")
    return Change(label, str(Role.LEAD.label), after)
