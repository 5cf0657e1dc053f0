"""What was changed in the record of an organization, its names and notes, its members, and in what it takes part."""

from heapq import merge
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext

from organizations.choices import MembershipRole
from organizations.models import Membership, Organization, OrganizationName, OrganizationNote, User
from tracker.toolkit.history import Change
from tracker.toolkit.texts import find_text
from tracker.toolkit.views import KnownCount

from ..models import Activity, Participation
from .events import CHANGED, CREATED, DELETED, Event, Teller, Told, with_earlier

PAGE_SIZE = 50
# Where mail goes is nobody's business but of those who keep the register.
FOR_KEEPERS = {"mailbox"}


def read_organization_history(user: Any, organization: Organization, number: int) -> Page | None:
    """One page of it, newest first; None beyond the end. What the reader may not see is not counted.

    An organization changes little, and is read whole. Its participations may be many: of those, this page alone.
    """
    teller = Teller(user)
    own = sorted(_own_events(teller, organization), key=lambda event: event.at, reverse=True)
    visible = Activity.objects.visible_to(user).include("activity_id")
    records = Participation.history.filter(visible, organization_id=organization.pk)
    total = len(own) + records.count()
    first, last = (number - 1) * PAGE_SIZE, number * PAGE_SIZE
    if number > 1 and first >= total:
        return None
    dates = records.order_by("-history_date", "-history_id").values_list("history_date", "history_id")[:last]
    newest = ((at, pk) for at, pk in dates)
    both = merge(((event.at, event) for event in own), newest, key=lambda entry: entry[0], reverse=True)
    chosen = [entry for _at, entry in list(both)[first:last]]
    told = _participations(teller, records, [entry for entry in chosen if isinstance(entry, int)])
    rows = [told[entry] if isinstance(entry, int) else entry for entry in chosen]
    return Page(rows, number, KnownCount(PAGE_SIZE, total))


def _participations(teller: Teller, records: QuerySet, ids: list[int]) -> dict[int, Event]:
    if not ids:
        return {}
    told = [each for each in teller.tell(with_earlier(records, ids), teller.hidden) if each.record.history_id in ids]
    activities = Activity.objects.select_related("framework").defer("search_text")
    by_id = activities.in_bulk({each.record.activity_id for each in told})
    return {
        each.record.history_id: teller.of_participation(each, activity=by_id.get(each.record.activity_id))
        for each in told
    }


def _own_events(teller: Teller, organization: Organization) -> list[Event]:
    """The record, its names and notes, and for coordinators who speaks for it."""
    keeps = getattr(teller.user, "is_coordinator", False)
    record = Organization.history.filter(id=organization.pk)
    names = OrganizationName.history.filter(organization_id=organization.pk)
    notes = OrganizationNote.history.filter(organization_id=organization.pk)
    if not keeps:
        # As on its page: without a date and a source a note is a hint for those who keep the register.
        notes = notes.exclude(occurred_on="", source="")
    events = [
        teller.event(told, _record_title(told))
        for told in teller.tell(record, () if keeps else FOR_KEEPERS)
        if _is_told(told)
    ]
    events += [teller.event(told, _name_title(told)) for told in teller.tell(names) if _is_told(told)]
    for told in teller.tell(notes):
        if told.before is None or _is_told(told):
            events.append(teller.event(told._replace(changes=_note_text(told)), _note_title(told)))
    return [*events, *(_memberships(teller, organization) if keeps else ())]


def _memberships(teller: Teller, organization: Organization) -> list[Event]:
    told = list(teller.tell(Membership.history.filter(organization_id=organization.pk)))
    people = User.objects.in_bulk({each.record.user_id for each in told})
    titles = {
        CREATED: gettext("Member added: %(name)s, %(role)s"),
        CHANGED: gettext("Membership changed: %(name)s, %(role)s"),
        DELETED: gettext("Member removed: %(name)s, %(role)s"),
    }
    events = []
    for each in told:
        person, role = people.get(each.record.user_id), MembershipRole(each.record.role).label
        words = {"name": teller.person(person) if person else gettext("deleted"), "role": role}
        if _is_told(each):
            events.append(teller.event(each, titles[each.record.history_type] % words))
    return events


def _is_told(told: Told) -> bool:
    """Saves that changed nothing the reader may know are left out."""
    return bool(told.changes) or told.record.history_type != CHANGED


def _record_title(told: Told) -> str:
    return gettext("Entered in the register") if told.record.history_type == CREATED else gettext("Record changed")


def _name_title(told: Told) -> str:
    titles = {
        CREATED: gettext("Name through time added: %(name)s"),
        CHANGED: gettext("Name through time changed: %(name)s"),
        DELETED: gettext("Name through time removed: %(name)s"),
    }
    return titles[told.record.history_type] % {"name": find_text(told.record, "name").value}


def _note_title(told: Told) -> str:
    if told.record.history_type == DELETED:
        return gettext("Note removed")
    return gettext("Note added") if told.before is None else gettext("Note changed")


def _note_text(told: Told) -> list[Change]:
    """What a new note says, or one that was removed said; otherwise what was changed in it."""
    label = capfirst(str(OrganizationNote._meta.get_field("text").verbose_name))
    if told.record.history_type == DELETED:
        return [Change(label, told.record.text, "", told.record.language)]
    if told.before is None:
        return [Change(label, "", told.record.text, told.record.language)]
    return told.changes
