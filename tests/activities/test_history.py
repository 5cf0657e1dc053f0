"""The history of a record: before and after in words, by whom and why, and nothing of what the reader may not see."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from activities.choices import Response
from activities.models import Activity, Theme
from activities.reading.history import read_history
from activities.workflow import answer_invitation, change_role, edit_undertaking
from activities.workflow.handover import decline_lead, propose_lead, take_lead_proposal_back
from organizations.models import Organization, OrganizationName, OrganizationNote
from tests.factories import make_item, make_organization, make_participation, make_undertaking, make_user
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, main_part, page, queries

pytestmark = pytest.mark.django_db

ANYBODY = AnonymousUser()
SOURCE = "A. Mensah; letter of 3 May"


def address(activity: Activity) -> str:
    return reverse("activity-history", args=["S-2001-138", activity.code])


def edit(activity: Activity, by: Any = None, reason: str = "", **changes: Any) -> None:
    activity.refresh_from_db(fields=["version"])
    edit_undertaking(activity=activity, changes=changes, version=activity.version, by=by, reason=reason)


def told(user: Any, activity: Activity) -> list[tuple[str, str, str]]:
    return [(c.label, c.before, c.after) for event in read_history(user, activity) for c in event.changes]


def test_what_changed_in_words_by_whom_and_why(cast: Cast) -> None:
    theme = Theme.objects.create(code="gender", title_en="Gender perspective")
    edit(
        cast.public,
        by=cast.lead,
        reason="Agreed in Accra",
        title_en="Longer course",
        planned_end_on="2027-05",
        countries=["GH", "SL"],
        level="field",
        also_serves=[make_item(code="B.1", title="Early warning")],
        themes=[theme],
    )
    latest = read_history(cast.stranger, cast.public)[0]
    assert (latest.by, latest.reason) == ("lead", "Agreed in Accra")
    assert {(change.label, change.before, change.after) for change in latest.changes} == {
        ("Title (English)", "Public course", "Longer course"),
        ("Planned end", "", "May 2027"),
        ("Countries", "", "Ghana, Sierra Leone"),
        ("Level", "", "Field"),
        ("Also serves", "", "B.1 Early warning"),
        ("Themes", "", "Gender perspective"),
    }
    html = main_part(page(cast.stranger, address(cast.public)))
    assert "<del>Public course</del>" in html and "<ins>Longer course</ins>" in html and "Agreed in Accra" in html


def test_it_speaks_the_readers_language(cast: Cast) -> None:
    edit(cast.public, title_zh_hans="联合培训班", planned_end_on="2027-05")
    client = client_of(ANYBODY)
    client.cookies["language"] = "zh-hans"
    html = main_part(client.get(address(cast.public)).content.decode())
    assert "2027年5月" in html and "联合培训班" in html


def test_participations_are_told_with_the_record(cast: Cast) -> None:
    row = cast.public.participations.get(organization=cast.organizations["invited"])
    answer_invitation(
        participation=row,
        response=Response.ACCEPTED_IN_PART,
        by=cast.invited,
        version=1,
        words="Trainers only",
    )
    events = read_history(cast.lead, cast.public)
    assert events[0].organization == cast.organizations["invited"]
    assert ("Response", "Invited", "Accepted in part") in [(c.label, c.before, c.after) for c in events[0].changes]
    assert {event.organization.slug for event in events if event.organization} == {
        "lead", "colead", "partner", "observer", "invited",
    }  # fmt: skip
    assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)


def test_people_are_named_to_those_who_signed_in(cast: Cast) -> None:
    cast.lead.name = "Liv Tangen"
    cast.lead.save()
    edit(cast.public, by=cast.lead, place="Accra")
    row = cast.public.participations.get(organization=cast.organizations["partner"])
    row.focal_point, row.answered_for = cast.lead, "Ines Duarte, by letter"
    row.save()
    anybody, member = page(ANYBODY, address(cast.public)), page(cast.stranger, address(cast.public))
    assert "Liv Tangen" not in anybody and "Ines Duarte" not in anybody and "Accra" in anybody
    assert "Liv Tangen" in member and "Ines Duarte" in member


def test_the_unseen_is_not_named(cast: Cast) -> None:
    edit(cast.public, follows=cast.restricted)
    for person in PEOPLE:
        changes = told(cast.people[person], cast.public)
        names = [change for change in changes if change[0] == "Follows"]
        hidden = person in ("anonymous", "stranger")
        assert names == ([] if hidden else [("Follows", "", str(cast.restricted))]), person
        html = page(cast.people[person], address(cast.public))
        assert ("Restricted course" in html) is not hidden, person


def test_what_is_hidden_has_no_history(cast: Cast) -> None:
    found = {person: client_of(cast.people[person]).get(address(cast.restricted)).status_code for person in PEOPLE}
    assert found == dict.fromkeys(PEOPLE, 200) | {"anonymous": 404, "stranger": 404}


def test_others_histories_stay_theirs(cast: Cast) -> None:
    edit(cast.internal, by=cast.lead, place="Elsewhere")
    assert "Elsewhere" not in page(cast.coordinator, address(cast.public))


def test_markup_in_a_text_is_shown_as_text(cast: Cast) -> None:
    edit(cast.public, aim="<script>alert(1)</script>", reason="<b>why</b>")
    html = page(ANYBODY, address(cast.public))
    assert "<ins>&lt;script&gt;alert(1)&lt;/script&gt;</ins>" in html and "&lt;b&gt;why&lt;/b&gt;" in html


def test_queries_do_not_grow_with_the_history(cast: Cast) -> None:
    counts = []
    for number in range(2):
        for step in range(2):
            edit(
                cast.public,
                by=cast.lead,
                place=f"Place {number} {step}",
                also_serves=[make_item(code=f"B.{number}{step}1")],
                follows=make_undertaking(),
            )
            make_participation(activity=cast.public, organization=make_organization())
            row = cast.public.participations.get(organization=cast.organizations["partner"])
            row.note = f"Note {number} {step}"
            row.save()
        counts.append(queries(cast.stranger, address(cast.public)))
    assert counts[0] == counts[1]


def test_an_untouched_record_says_so(db: None) -> None:
    item = make_item()
    item.history.all().delete()
    assert "Nothing was changed since the record was entered." in page(ANYBODY, address(item))
    assert not re.search(r"<del>", page(ANYBODY, address(make_undertaking())))


def test_a_proposal_for_the_lead_is_told_with_the_record(cast: Cast) -> None:
    partner = cast.organizations["partner"]
    made = propose_lead(
        activity=cast.public, organization=partner, by=cast.lead, words="Our office closes.", then_role="partner"
    )
    decline_lead(proposal=made, by=cast.coordinator, words="No staff.", answered_for=SOURCE)
    made = propose_lead(activity=cast.public, organization=partner, by=cast.lead, words="Again.", then_role="")
    take_lead_proposal_back(proposal=made, by=cast.lead)
    made = propose_lead(activity=cast.public, organization=partner, by=cast.lead, words="Once more.", then_role="")
    lead = cast.public.participations.get(role="lead")
    change_role(participation=lead, role="host", on=timezone.localdate(), by=cast.coordinator, version=1)
    events = [event for event in read_history(cast.stranger, cast.public) if event.organization == partner]
    told = [(event.title, event.by, event.reason, event.on_behalf) for event in events]
    assert told == [
        ("Proposal for the lead lapsed", "", "", ""),
        ("Proposed as the next lead", "lead", "Once more.", ""),
        ("Proposal for the lead taken back", "lead", "", ""),
        ("Proposed as the next lead", "lead", "Again.", ""),
        ("Proposal for the lead declined", "coordinator", "No staff.", SOURCE),
        ("Proposed as the next lead", "lead", "Our office closes.", ""),
        ("Named as participant: Partner, Accepted", "", "", ""),
    ]
    assert [change[1:3] for event in events for change in event.changes] == [
        ("Lead", "None: it leaves"), ("Lead", "None: it leaves"), ("Lead", "Partner"),
    ]  # fmt: skip
    assert "Mensah" in page(cast.stranger, address(cast.public))
    assert "Mensah" not in page(ANYBODY, address(cast.public))


def test_an_answer_recorded_for_somebody_is_told_with_who_gave_it(cast: Cast) -> None:
    row = cast.public.participations.get(organization=cast.organizations["invited"])
    answer_invitation(
        participation=row,
        response="accepted",
        by=cast.coordinator,
        version=1,
        answered_for=SOURCE,
    )
    change_role(participation=row, role="host", on=timezone.localdate(), by=cast.lead, version=2, note="By agreement.")
    events = [e for e in read_history(cast.stranger, cast.public) if e.organization == cast.organizations["invited"]]
    # The new role carries the answer along; nobody answered anew.
    assert [(event.by, event.on_behalf, event.reason) for event in events] == [
        ("lead", "", "By agreement."),
        ("lead", "", "By agreement."),
        ("coordinator", SOURCE, ""),
        ("", "", ""),
    ]
    assert "Answer given by" not in {change.label for change in events[2].changes}
    anybody = read_history(ANYBODY, cast.public)
    assert {(event.by, event.on_behalf) for event in anybody} == {("", ""), ("a person", "")}


def test_fifty_events_to_a_page(cast: Cast) -> None:
    for number in range(50):
        edit(cast.public, place=f"Place {number}")
    total = len(read_history(ANYBODY, cast.public))
    first = main_part(page(ANYBODY, address(cast.public)))
    second = main_part(page(ANYBODY, address(cast.public) + "?page=2"))
    assert (first.count("<article"), second.count("<article")) == (50, total - 50)
    assert f"{total} changes" in first and "Place 49" in first and "Place 49" not in second
    for wrong in ("3", "0", "-1", "x", "", "1" * 30, "²"):
        assert client_of(ANYBODY).get(address(cast.public), {"page": wrong}).status_code == 404, wrong


# --- of an organization ------------------------------------------------------------------------------------------


def of(organization: Organization) -> str:
    return reverse("organization-history", args=[organization.slug])


def titles(user: Any, organization: Organization) -> list[str]:
    """“A.5.1 Named as participant …”: every event on the pages, newest first."""
    html = main_part(page(user, of(organization)))
    found = re.findall(r"<h3 [^>]*>(.*?)<span", html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", title).split()) for title in found]


@pytest.fixture
def told_of(cast: Cast) -> Organization:
    """The lead's organization after a name, two notes, a mailbox and a new seat; some of it not for everybody."""
    organization = cast.organizations["lead"]
    name = OrganizationName.objects.create(organization=organization, name_en="Old Lead Organization", until="2011")
    name.source = "Letter"
    name.save()
    name.delete()
    OrganizationNote.objects.create(organization=organization, text="Moved to Vienna.", occurred_on="2003")
    hint = OrganizationNote.objects.create(organization=organization, text="Ask twice.")
    organization.mailbox = "office@example.org"
    organization.save()
    organization.seat, organization._history_user = "Vienna", cast.coordinator
    organization._change_reason = "As it asked"
    organization.save()
    hint.source, hint.text = "Letter of 2004", "Answers late."
    hint.save()
    return organization


TAKING_PART = "Named as participant: Lead, Accepted"


def test_the_history_of_an_organization_tells_what_its_page_tells(cast: Cast, told_of: Organization) -> None:
    everybody = [
        "Note added", "Record changed", "Note added", "Name through time removed: Old Lead Organization",
        "Name through time changed: Old Lead Organization", "Name through time added: Old Lead Organization",
    ]  # fmt: skip
    public, internal, restricted = (
        f"{row.code} {row.title_en}: {TAKING_PART}" for row in (cast.public, cast.internal, cast.restricted)
    )
    entered = "Entered in the register"
    assert titles(ANYBODY, told_of) == [*everybody, public, entered]
    assert titles(cast.stranger, told_of) == [*everybody, internal, public, entered]
    assert titles(cast.partner, told_of) == [*everybody, restricted, internal, public, entered]
    # The mailbox, the hint before it had a source, and who speaks for it.
    members = ["Member added: lead, Focal point", "Member added: lead reporter, Reporter"]
    assert sorted(titles(cast.coordinator, told_of)) == sorted(
        [*everybody, "Note changed", "Record changed", *members, restricted, internal, public, entered]
    )
    anybody, coordinator = (main_part(page(user, of(told_of))) for user in (ANYBODY, cast.coordinator))
    assert "office@example.org" not in anybody and "office@example.org" in coordinator
    # What a hint said before it had a source is for coordinators.
    assert "Ask twice." not in anybody and "Answers late." in anybody and "Ask twice." in coordinator
    assert "As it asked" in anybody and "<ins>Vienna</ins>" in anybody


def test_members_are_told_to_coordinators(cast: Cast) -> None:
    organization = cast.organizations["partner"]
    of_members = {who: [t for t in titles(cast.people[who], organization) if "ember" in t] for who in PEOPLE}
    expected = ["Member added: partner, Focal point", "Member added: reporter, Reporter"]
    assert {who: sorted(found) for who, found in of_members.items()} == {
        who: expected if who in ("coordinator", "administrator") else [] for who in PEOPLE
    }


def test_names_of_people_are_for_those_who_signed_in(cast: Cast) -> None:
    row = cast.public.participations.get(organization=cast.organizations["invited"])
    answer_invitation(
        participation=row,
        response="accepted",
        by=cast.coordinator,
        version=1,
        answered_for=SOURCE,
    )
    anybody, member = (page(user, of(cast.organizations["invited"])) for user in (ANYBODY, cast.stranger))
    assert "Mensah" in member and "<bdi>coordinator</bdi>" in member
    assert "Mensah" not in anybody and "<bdi>a person</bdi>" in anybody
    assert "<del>Invited</del>" in anybody and "<ins>Accepted</ins>" in anybody


def test_fifty_events_of_an_organization_to_a_page(cast: Cast) -> None:
    organization = cast.organizations["stranger"]
    row = make_participation(activity=cast.public, organization=organization)
    for number in range(60):
        row.responsibility = f"Duty {number}"
        row.save()
    first, second = (main_part(page(ANYBODY, of(organization) + query)) for query in ("", "?page=2"))
    # Sixty changes, the beginning, and the organization's own entry.
    assert (first.count("<article"), second.count("<article")) == (50, 12)
    assert "62 changes" in first and "62 changes" in second
    # The last of the first page is compared with the first of the second.
    assert "<del>Duty 9</del>" in first and "<ins>Duty 10</ins>" in first
    assert "<del>Duty 9</del>" not in second and "<ins>Duty 9</ins>" in second
    assert client_of(ANYBODY).get(of(organization), {"page": "3"}).status_code == 404
    assert client_of(ANYBODY).get("/organizations/nato/history/").status_code == 404


@pytest.mark.parametrize("who", ["anonymous", "stranger", "coordinator"])
def test_queries_do_not_grow_with_the_history_of_an_organization(cast: Cast, who: str) -> None:
    organization, counts = cast.organizations["lead"], []
    for number in range(2):
        for step in range(2):
            name = OrganizationName.objects.create(organization=organization, name_en=f"Name {number} {step}")
            name.source = "Letter"
            name.save()
            OrganizationNote.objects.create(organization=organization, text=f"Note {step}", source="Letter")
            organization.seat = f"Seat {number} {step}"
            organization.save()
            make_user(organization=organization)
            row = make_participation(activity=make_undertaking(), organization=organization)
            row.focal_point = make_user()
            row.save()
        counts.append(queries(cast.people[who], of(organization)))
    assert counts[0] == counts[1]
