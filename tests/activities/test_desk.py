"""The desk: what each person is asked for, and nothing that is others' or hidden."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from activities.choices import (
    MailState,
    NotificationKind,
    ProposalState,
    Response,
    Role,
    Status,
    UpdateKind,
    Visibility,
)
from activities.models import (
    Activity,
    LeadProposal,
    Notification,
    Participation,
    ReportingRound,
    StatusUpdate,
    UpdateDraft,
)
from activities.workflow import accept, close_round, end_participation, no_change, return_update
from organizations.choices import MembershipRole
from tests.factories import (
    make_framework,
    make_item,
    make_organization,
    make_participation,
    make_round,
    make_undertaking,
    make_update,
    make_user,
)
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, links, main_part, page, queries, rows_behind

pytestmark = pytest.mark.django_db

DESK = "/desk/"
NO_CHANGE = "/desk/no-change/"


def days_from_now(days: int) -> str:
    return (timezone.localdate() + datetime.timedelta(days=days)).isoformat()


def section(user: Any, name: str) -> str:
    html = main_part(page(user, DESK))
    found = html.split(f'aria-labelledby="h-{name}"')
    return found[1].split("</section>")[0] if len(found) > 1 else ""


def titles(html: str) -> set[str]:
    return set(re.findall(r"<bdi class=\"ref\">[^<]*</bdi> ([^<]*)</a>", html))


@pytest.fixture
def waiting(cast: Cast) -> Cast:
    """The cast, with activities that wait for a word and some that do not."""
    lead, partner = cast.organizations["lead"], cast.organizations["partner"]
    known: dict[str, Any] = {"lead": lead, "partners": [partner], "status": Status.UNDER_WAY}
    make_undertaking(title="Silent one", days_ago=200, **known)
    make_undertaking(title="Due soon", planned_end_on=days_from_now(20), **known)
    make_undertaking(title="Overdue one", planned_end_on=days_from_now(-5), **known)
    make_undertaking(title="Restricted silence", days_ago=200, visibility=Visibility.RESTRICTED, **known)
    make_undertaking(title="Fresh one", planned_end_on=days_from_now(60), **known)
    make_undertaking(title="Done one", **(known | {"status": Status.COMPLETED}), days_ago=200)
    others = make_undertaking(
        title="Silence of others", lead=make_organization(), status=Status.UNDER_WAY, days_ago=200
    )
    make_participation(activity=others, organization=lead, role=Role.OBSERVER)
    left = make_undertaking(title="Left long ago", lead=make_organization(), status=Status.UNDER_WAY, days_ago=200)
    make_participation(activity=left, organization=partner, since="2001", until="2002")
    return cast


ASKED = {"Silent one", "Due soon", "Overdue one", "Restricted silence"}


def test_each_is_asked_about_the_activities_of_their_organizations(waiting: Cast) -> None:
    found = {person: titles(section(waiting.people[person], "asked")) for person in PEOPLE if person != "anonymous"}
    nothing: dict[str, set[str]] = {person: set() for person in found}
    assert found == nothing | {"reporter": ASKED, "partner": ASKED, "lead_reporter": ASKED, "lead": ASKED}


def test_the_longest_silence_comes_first_and_everything_can_be_answered(waiting: Cast) -> None:
    html = section(waiting.partner, "asked")
    order = re.findall(r"<bdi class=\"ref\">[^<]*</bdi> ([^<]*)</a>", html)
    assert set(order[:2]) == {"Silent one", "Restricted silence"}
    for address in re.findall(r'href="([^"]*updates/new/)"', html):
        page(waiting.partner, address)


def boxes(html: str) -> dict[str, str]:
    """The key of each row by the title of its activity."""
    rows = re.findall(r'name="chosen" value="([^"]+)".*?<bdi class="ref">[^<]*</bdi> ([^<]*)</a>', html, re.S)
    return {title: key for key, title in rows}


def tokens(html: str) -> dict[str, str]:
    return dict(re.findall(r'name="(token-[^"]+)" value="([^"]+)"', html))


def test_one_click_answers_and_comes_back(waiting: Cast) -> None:
    user = waiting.partner
    html = section(user, "asked")
    assert f'action="{NO_CHANGE}"' in html
    key = boxes(html)["Silent one"]
    assert f'name="only" value="{key}"' in html
    client = client_of(user)
    for _ in range(2):  # a double click is one answer
        assert client.post(NO_CHANGE, {"only": key, **tokens(html)})["Location"] == DESK
    entry = StatusUpdate.objects.get(kind=UpdateKind.NO_CHANGE)
    assert (entry.activity.title, entry.organization) == ("Silent one", waiting.organizations["partner"])
    assert titles(section(user, "asked")) == ASKED - {"Silent one"}


def test_those_ticked_are_answered_each_for_itself(waiting: Cast) -> None:
    user = waiting.partner
    html = section(user, "asked")
    keys = boxes(html)
    chosen = [keys["Silent one"], keys["Overdue one"], keys["Restricted silence"]]
    # Meanwhile the organization has left one of them.
    Participation.objects.filter(
        activity__title_en="Overdue one", organization=waiting.organizations["partner"]
    ).update(response=Response.WITHDRAWN)
    client = client_of(user)
    for _ in range(2):
        response = client.post(NO_CHANGE, {"chosen": chosen, **tokens(html)}, follow=True)
        told = main_part(response.content.decode()).split('class="messages"')[1].split("<h1>")[0]
        assert "no change to report: " in told and told.count("(PARTNER)") == 2
        assert "Not saved: 1 activity in which your organization takes part no more." in told
    entries = StatusUpdate.objects.filter(kind=UpdateKind.NO_CHANGE)
    assert {entry.activity.title for entry in entries} == {"Silent one", "Restricted silence"}
    assert entries.count() == 2
    assert titles(section(user, "asked")) == {"Due soon"}


def test_nobody_answers_for_others(waiting: Cast, digest: Callable[[], str]) -> None:
    restricted = Activity.objects.get(title_en="Restricted silence")
    own, others = (waiting.organizations[name].pk for name in ("stranger", "lead"))
    tried = [f"{restricted.pk}-{own}", f"{waiting.public.pk}-{others}", f"{waiting.public.pk}-{own}"]
    tried += ["", "-", "x-y", "1", f"{waiting.public.pk}-", "9" * 40 + "-1", f"{waiting.public.pk}-{others}\x00"]
    for person in ("stranger", "observer", "coordinator"):
        before = digest()
        response = client_of(waiting.people[person]).post(NO_CHANGE, {"chosen": tried}, follow=True)
        assert digest() == before, person
        html = response.content.decode()
        assert "Not saved: 10 activities" in html and "Restricted silence" not in main_part(html).split("<h1>")[0]


def test_nothing_ticked_is_said(waiting: Cast, digest: Callable[[], str]) -> None:
    before = digest()
    response = client_of(waiting.partner).post(NO_CHANGE, {}, follow=True)
    assert "Nothing was saved. Tick at least one activity." in response.content.decode()
    assert digest() == before
    assert client_of(waiting.partner).get(NO_CHANGE).status_code == 405


# What open rounds ask


@pytest.fixture
def asked(cast: Cast) -> Cast:
    """The cast with two open rounds: a late one over three undertakings, and one that is due in a while."""
    lead, partner = cast.organizations["lead"], cast.organizations["partner"]
    known: dict[str, Any] = {"lead": lead, "partners": [partner], "status": Status.UNDER_WAY, "days_ago": 3}
    other = make_framework(code="S-1998-1")
    cast.other = make_undertaking(title="Other frame", item=make_item(code="A.1", framework=other), **known)
    make_participation(activity=cast.public, organization=partner, role=Role.HOST)
    cast.late = make_round(title="Late round", due_in=-2, opened_days_ago=20, asked="Tell us of the courses.")
    cast.next = make_round(title="Next round", due_in=30, framework=other)
    return cast


ROUND = {"Public course", "Internal course", "Restricted course", "Other frame"}


def test_each_is_asked_what_their_organizations_are_asked(asked: Cast) -> None:
    found = {person: titles(section(asked.people[person], "requests")) for person in PEOPLE if person != "anonymous"}
    expected: dict[str, set[str]] = {person: set() for person in found}
    expected |= dict.fromkeys(("reporter", "partner", "lead", "lead_reporter"), ROUND)
    assert found == expected | {"co_lead": ROUND - {"Other frame"}}
    assert titles(section(asked.partner, "asked")) == set()


def test_rows_come_by_due_date_with_state_and_roles(asked: Cast) -> None:
    html = section(asked.partner, "requests")
    rows = html.split('<tr role="row">')[2:]
    assert [row.count("sig-overdue") for row in rows] == [1, 1, 1, 0]
    assert "Other frame" in rows[3] and "Not yet due" in rows[3]
    several = next(row for row in rows if "Public course" in row)
    assert re.search(r"Partner, Host|Host, Partner", several)
    assert "0 of 4 requests answered" in html and "0 of 1 request answered" in html
    assert "Tell us of the courses." in html


def test_the_last_words_are_carried_forward(asked: Cast) -> None:
    known = {"activity": asked.public, "organization": asked.organizations["partner"], "author": asked.partner}
    make_update(**known, done="Older words.", days_ago=9)
    wrong = make_update(**known, done="Wrong words.", days_ago=8, language="fr")
    make_update(
        **known, done="<i>Right</i> words.", next_steps="Another course.", corrects=wrong, days_ago=9, language="ar"
    )
    no_change(activity=asked.public, organization=asked.organizations["partner"], author=asked.partner)
    asked.late = make_again(asked.late)
    row = next(row for row in section(asked.partner, "requests").split("<tr ") if "Public course" in row)
    assert escape("<i>Right</i> words.") in row and "Another course." in row and 'lang="ar" dir="rtl"' in row
    assert "Older words." not in row and "Wrong words." not in row


def make_again(made: ReportingRound) -> ReportingRound:
    """Close the round, which was answered meanwhile, and ask once more."""
    close_round(made=made, by=made.opened_by)
    return make_round(title="Once more", due_in=3)


def test_an_answer_leaves_the_desk_and_a_returned_one_comes_back(asked: Cast) -> None:
    user, partner = asked.partner, asked.organizations["partner"]
    html = section(user, "requests")
    keys = boxes(html)
    chosen = [keys["Public course"], keys["Internal course"]]
    client_of(user).post(NO_CHANGE, {"chosen": chosen, **tokens(html)})
    assert set(StatusUpdate.objects.filter(kind=UpdateKind.NO_CHANGE).values_list("round", flat=True)) == {
        asked.late.pk
    }
    html = section(user, "requests")
    assert titles(html) == {"Restricted course", "Other frame"}
    assert "3 of 4 requests answered" in html  # two roles in one activity are two requests, answered by one entry
    entry = StatusUpdate.objects.get(activity=asked.public, kind=UpdateKind.NO_CHANGE)
    return_update(entry.review, by=asked.coordinator, reasons=["unclear"], sentence="Which courses were held?")
    html = section(user, "requests")
    assert titles(html) == {"Public course", "Restricted course", "Other frame"} and "sig-returned" in html
    make_update(activity=asked.public, organization=partner, author=user, done="Two.")
    assert titles(section(user, "requests")) == {"Restricted course", "Other frame"}


def test_what_stands_where_nothing_is_asked(asked: Cast) -> None:
    assert "Nothing to answer until the next round opens." in section(asked.stranger, "requests")
    html = section(asked.partner, "requests")
    client_of(asked.partner).post(NO_CHANGE, {"chosen": list(boxes(html).values()), **tokens(html)})
    html = section(asked.partner, "requests")
    assert "Everything the open round asks of us is answered." in html and "4 of 4 requests answered" in html
    for made in (asked.late, asked.next):
        close_round(made=made, by=asked.coordinator)
    assert "Nothing to answer until the next round opens." in section(asked.partner, "requests")


def test_who_has_left_is_asked_no_more(asked: Cast) -> None:
    row = asked.restricted.participations.get(organization=asked.organizations["partner"])
    end_participation(participation=row, on=timezone.localdate(), by=asked.lead, version=row.version)
    assert titles(section(asked.partner, "requests")) == ROUND - {"Restricted course"}
    assert titles(section(asked.lead, "requests")) == ROUND


def test_what_a_round_leaves_out_is_asked_besides(waiting: Cast) -> None:
    make_round(filters="q=Silent")
    html = section(waiting.partner, "requests")
    assert titles(html) == {"Silent one"}
    assert titles(section(waiting.partner, "asked")) == ASKED - {"Silent one"}


# What came back, and who should lead


def test_returned_entries_are_for_those_who_report_for_the_organization(cast: Cast) -> None:
    partner = cast.organizations["partner"]
    entry = make_update(activity=cast.restricted, organization=partner, author=cast.partner, done="Met.")
    own = make_update(activity=cast.public, organization=partner, author=cast.administrator, on_behalf=True)
    for update in (entry, own):
        return_update(update.review, by=cast.coordinator, reasons=["no_evidence", "other"], sentence="Show <it>.")
    found = {person: titles(section(cast.people[person], "returned")) for person in PEOPLE if person != "anonymous"}
    nobody: dict[str, set[str]] = {person: set() for person in found}
    both = {"Restricted course", "Public course"}
    assert found == nobody | {"partner": both, "reporter": both, "administrator": {"Public course"}}
    html = section(cast.partner, "returned")
    assert "No evidence; Other" in html and escape("Show <it>.") in html and "coordinator" in html
    corrects = reverse("update-new", args=["S-2001-138", cast.restricted.code]) + f"?corrects={entry.pk}"
    assert corrects in links(html)
    page(cast.partner, corrects)


def test_an_answered_entry_leaves_the_desk(cast: Cast) -> None:
    partner = cast.organizations["partner"]
    plain = make_update(activity=cast.public, organization=partner, author=cast.partner, done="Met.")
    corrected = make_update(activity=cast.internal, organization=partner, author=cast.partner, done="Met.")
    left = make_update(activity=cast.restricted, organization=partner, author=cast.partner, done="Met.")
    for update in (plain, corrected, left):
        return_update(update.review, by=cast.coordinator, reasons=["unclear"], sentence="Where?")
    assert titles(section(cast.partner, "returned")) == {"Public course", "Internal course", "Restricted course"}
    make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, done="We too.")
    no_change(activity=cast.public, organization=partner, author=cast.reporter)
    make_update(activity=cast.internal, organization=partner, author=cast.partner, done="In Oslo.", corrects=corrected)
    assert titles(section(cast.partner, "returned")) == {"Restricted course"}
    row = cast.restricted.participations.get(organization=partner)
    end_participation(participation=row, on=timezone.localdate(), by=cast.lead, version=row.version)
    assert titles(section(cast.partner, "returned")) == set()


def test_what_set_the_status_is_corrected_by_who_may_set_it(cast: Cast) -> None:
    setting = cast.public.updates.get()
    return_update(setting.review, by=cast.coordinator, reasons=["unclear"], sentence="Since when?")
    new = reverse("update-new", args=["S-2001-138", cast.public.code])
    offered = {}
    for person in ("lead", "lead_reporter"):
        offered[person] = [link for link in links(section(cast.people[person], "returned")) if "updates/new" in link]
        page(cast.people[person], offered[person][0])
    assert offered == {"lead": [f"{new}?corrects={setting.pk}"], "lead_reporter": [new]}


def proposals(user: Any) -> set[int]:
    return {int(pk) for pk in re.findall(r"/lead/(\d+)/", section(user, "proposals"))}


def test_proposals_for_the_lead_wait_for_who_is_asked(cast: Cast) -> None:
    lead, partner = (cast.organizations[name] for name in ("lead", "partner"))
    present = cast.public.participations.get(organization=lead)
    made = {"proposed_by": cast.lead, "activity": cast.public, "present": present}
    LeadProposal.objects.create(**made, organization=partner, state=ProposalState.TAKEN_BACK)
    waiting = LeadProposal.objects.create(**made, organization=partner)
    leaderless = make_undertaking(title="Leaderless")
    make_participation(activity=leaderless, organization=cast.organizations["colead"], role=Role.CO_LEAD)
    offer = LeadProposal.objects.create(
        activity=leaderless, organization=partner, offered=True, proposed_by=cast.partner
    )
    alone = make_undertaking(title="Nobody co-leads")
    for_us = LeadProposal.objects.create(activity=alone, organization=partner, offered=True, proposed_by=cast.partner)
    found = {person: proposals(cast.people[person]) for person in PEOPLE if person != "anonymous"}
    nobody: dict[str, set[int]] = {person: set() for person in found}
    assert found == nobody | {"partner": {waiting.pk}, "co_lead": {offer.pk}}
    # Where nobody co-leads a coordinator answers.
    assert re.findall(r"/lead/(\d+)/", section(cast.coordinator, "no-lead")) == [str(for_us.pk)]


def test_several_roles_are_one_row(waiting: Cast) -> None:
    activity = Activity.objects.get(title_en="Silent one")
    make_participation(activity=activity, organization=waiting.organizations["partner"], role=Role.HOST)
    html = section(waiting.partner, "asked")
    assert html.count(" Silent one</a>") == 1 and re.search(r"Partner, Host|Host, Partner", html)


def test_drafts_are_their_authors_and_of_what_they_still_see(waiting: Cast) -> None:
    lead = waiting.lead
    entry = waiting.public.updates.first()
    data = {"new": {"done": ["Half"]}, f"corrects-{entry.pk}": {"done": ["Other"]}}
    UpdateDraft.objects.create(author=lead, activity=waiting.public, data=data)
    UpdateDraft.objects.create(author=waiting.stranger, activity=waiting.restricted, data={"new": {}})
    new = reverse("update-new", args=["S-2001-138", waiting.public.code])
    drafts = section(lead, "drafts")
    assert [address for address in links(drafts) if "updates/new" in address] == [new, f"{new}?corrects={entry.pk}"]
    assert "Restricted course" not in page(waiting.stranger, DESK)
    assert "updates/new" not in section(waiting.partner, "drafts")


def test_invitations_are_for_focal_points(cast: Cast) -> None:
    found = {}
    for person in PEOPLE:
        if person != "anonymous":
            html = section(cast.people[person], "invitations")
            found[person] = {int(pk) for pk in re.findall(r"/participants/(\d+)/", html)}
    own = set(
        Participation.objects.filter(organization=cast.organizations["invited"], response=Response.INVITED).values_list(
            "pk", flat=True
        )
    )
    assert len(own) == 3
    assert found == {person: set() for person in found} | {"invited": own}
    for address in links(section(cast.invited, "invitations")):
        page(cast.invited, address)


def test_signals_are_those_of_what_one_leads(waiting: Cast) -> None:
    flagged = section(waiting.lead, "flagged")
    assert {"Silent one", "Overdue one", "Restricted silence"} <= titles(flagged)
    assert "Silence of others" not in flagged and "Done one" not in flagged
    assert "Overdue 5 days" in flagged
    assert titles(section(waiting.partner, "flagged")) == set()


def test_what_one_logged(waiting: Cast) -> None:
    lead = waiting.lead
    make_update(activity=waiting.public, organization=waiting.organizations["lead"], author=lead, progress=40)
    assert "40%" in section(lead, "logged")
    assert "Public course" not in section(waiting.partner, "logged")


@pytest.mark.parametrize("person", ["coordinator", "administrator"])
def test_a_coordinator_sees_what_the_register_needs(waiting: Cast, person: str) -> None:
    user = waiting.people[person]
    Participation.objects.filter(organization=waiting.organizations["invited"], activity=waiting.public).update(
        invited_at=timezone.now() - datetime.timedelta(days=20)
    )
    make_undertaking(title="Leaderless")
    told = re.findall(r'href="([^"]*area=[^"]*signal=[^"]*)">(\d+)</a>', section(user, "by-area"))
    assert len(told) > 3
    for address, number in told:
        assert rows_behind(user, address.replace("&amp;", "&")) == int(number)
    assert titles(section(user, "unanswered")) == {"Public course"}
    assert titles(section(user, "no-lead")) == {"Leaderless"}
    without = set(re.findall(r"/organizations/([\w-]+)/", section(user, "no-focal")))
    # The observer's only member is a reader; the two unnamed leads have nobody.
    answered = {"lead", "colead", "partner", "invited", "stranger"}
    assert "observer" in without and not without & answered and len(without) == 3


def test_the_needs_of_the_register_are_shown_to_coordinators_alone(waiting: Cast) -> None:
    make_undertaking(title="Leaderless")
    for person in PEOPLE:
        if person != "anonymous":
            shown = bool(section(waiting.people[person], "by-area"))
            assert shown is (person in ("coordinator", "administrator")), person


def test_whoever_has_nothing_to_do_learns_whom_to_ask(db: None, settings: Any) -> None:
    settings.SECRETARIAT_EMAIL = "keepers@example.org"
    for member in (make_user(), make_user(organization=make_organization(), role=MembershipRole.READER)):
        html = main_part(page(member, DESK))
        assert "Nothing is asked of you" in html and "mailto:keepers@example.org" in html


def test_a_focal_point_with_an_empty_desk_reads_what_would_stand_there(db: None) -> None:
    html = main_part(page(make_user(organization=make_organization()), DESK))
    sentences = (
        "Nothing to answer until the next round opens.",
        "Nothing to answer: no open activity",
        "No update of ours was returned.",
        "No invitation awaits an answer.",
        "No drafts.",
        "No proposal awaits an answer. When we are asked to lead,",
        "No activity that we lead shows a signal. One that becomes overdue or silent, or shows another signal, will",
        "Nothing yet.",
    )
    assert [sentence for sentence in sentences if escape(sentence) not in html] == []


def test_the_desk_is_for_members(db: None) -> None:
    response = client_of(AnonymousUser()).get(DESK)
    assert (response.status_code, response["Location"]) == (302, "/account/login/?next=/desk/")


def test_a_coordinator_sees_the_round_and_what_waits_for_review(asked: Cast) -> None:
    accept([row.review for row in StatusUpdate.objects.all()], asked.administrator)
    partner = asked.organizations["partner"]
    entry = make_update(activity=asked.public, organization=partner, author=asked.partner, done="Two courses.")
    for _ in range(6):
        make_update(activity=asked.internal, organization=partner, author=asked.partner, done="More.")
    rounds = section(asked.coordinator, "rounds")
    assert [link for link in links(rounds) if re.match(r"/rounds/\d", link)] == [
        asked.late.get_absolute_url(),
        asked.next.get_absolute_url(),
    ]
    # Of the three courses lead, co-lead and partner are asked, the partner of one in two roles.
    assert "3 of 10 requests answered" in rounds and "0 of 2 requests answered" in rounds and "30%" in rounds
    queue = section(asked.coordinator, "queue")
    assert re.search(r'<span class="quiet">7</span>', queue) and len(re.findall(r"/review/\d+/", queue)) == 5
    assert f"/review/{entry.review.pk}/" in queue and "Two courses." in queue


def test_a_quiet_register_says_what_would_stand_there(db: None) -> None:
    html = main_part(page(make_user(coordinator=True), DESK))
    for sentence in (
        "No round is open.",
        "No update waits for review.",
        "All mail was taken by the mail server.",
        "Every invitation older than 14 days is answered. One that waits longer will stand here from the 15th day on.",
        "Every open undertaking has a lead. One whose lead withdraws, or that nobody leads yet, will stand here at",
        "has a focal point. One that loses its last one will stand here at once.",
        "No organization has logged an update yet. The newest will stand here at once.",
    ):
        assert sentence in html


@pytest.fixture
def plenty(cast: Cast) -> Cast:
    """The partner is asked about 27 undertakings in one open round, in one of them twice, and about one in another."""
    partner, lead = cast.organizations["partner"], cast.organizations["lead"]
    made = [make_undertaking(title=f"Number {number}", lead=lead, partners=[partner]) for number in range(24)]
    make_participation(activity=made[0], organization=partner, role=Role.HOST)
    other = make_framework(code="S-1998-1")
    make_undertaking(title="In another frame", item=make_item(code="A.1", framework=other), partners=[partner])
    cast.first = make_round(title="First round", due_in=2)
    cast.second = make_round(title="Second round", due_in=30, framework=other)
    return cast


def test_a_list_that_is_cut_says_how_many_there_are_and_where(plenty: Cast) -> None:
    html = section(plenty.partner, "requests")
    assert len(boxes(html)) == 25
    assert re.search(r'<span class="quiet">28</span>', html) and "The first 25 of 28 are shown" in html
    assert "28 activities wait for an update." in main_part(page(plenty.partner, DESK))
    # Both rounds stand there, though no row of the second one does, with all that each of them asks.
    assert "0 of 28 requests answered" in html and "0 of 1 request answered" in html
    behind = {link: lines_behind(plenty.partner, link) for link in links(html) if "/requests/?" in link}
    assert list(behind.values()) == [28, 1]
    # What is answered goes, and the next one takes its place.
    client_of(plenty.partner).post(NO_CHANGE, {"chosen": list(boxes(html).values())[:3]})
    html = section(plenty.partner, "requests")
    assert len(boxes(html)) == 25 and "of 25" not in html and '<span class="quiet">25</span>' in html


def lines_behind(user: Any, link: str) -> int:
    text = b"".join(client_of(user).get(f"{link}&format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    return len(text.strip().splitlines()) - 1


def test_other_lists_that_are_cut_are_counted_as_well(plenty: Cast) -> None:
    partner, long_ago = plenty.organizations["partner"], timezone.now() - datetime.timedelta(days=30)
    close_round(made=plenty.first, by=plenty.coordinator)
    undertakings = Activity.objects.filter(title_en__startswith="Number")
    undertakings.update(status=Status.UNDER_WAY, planned_end_on="2020", silent_on="2020-01-01")
    rows = [
        Participation(
            activity=row, organization=plenty.organizations["invited"], role=Role.FUNDER, response=Response.INVITED,
            invited_at=long_ago,
        )
        for row in undertakings
    ]  # fmt: skip
    Participation.objects.bulk_create(rows)
    organizations = [make_organization() for _ in range(26)]
    Participation.objects.bulk_create(
        Participation(activity=plenty.public, organization=row, role=Role.HOST, response=Response.ACCEPTED)
        for row in organizations
    )
    Participation.objects.filter(response=Response.INVITED).update(invited_at=long_ago)
    told = {
        "invitations": (plenty.invited, 24 + 3),
        "unanswered": (plenty.coordinator, 24 + 3),
        "no-focal": (plenty.coordinator, 26 + 1),
    }
    for name, (user, number) in told.items():
        html = section(user, name)
        assert f'<span class="quiet">{number}</span>' in html, name
        assert f"The first 25 of {number} are shown" in html, name
    # 24 are late, few enough to be shown altogether; the lead's three others have no closing condition.
    assert "are shown" not in section(plenty.partner, "asked")
    html = section(plenty.lead, "flagged")
    assert '<span class="quiet">27</span>' in html and "The first 25 of 27 are shown" in html
    for title in ("Late too", "Late as well"):
        make_undertaking(title=title, lead=plenty.organizations["lead"], partners=[partner], planned_end_on="2020")
    html = section(plenty.partner, "asked")
    assert '<span class="quiet">26</span>' in html and "The first 25 of 26 are shown" in html
    assert "/activities/?organization=partner" in links(html)


def test_lost_mail_is_counted_for_coordinators(cast: Cast) -> None:
    states = [MailState.FAILED, MailState.FAILED, MailState.UNCERTAIN, MailState.SENT, MailState.QUEUED]
    for number, state in enumerate(states):
        Notification.objects.create(
            user=cast.lead, kind=NotificationKind.DIGEST, dedupe_key=f"test-{number}", mail_state=state
        )
    told = re.sub(r"<[^>]+>", " ", section(cast.coordinator, "mail"))
    assert re.findall(r"(Given up|Uncertain|Refused|Waiting|Being)[^\d]*(\d+)", told) == [
        ("Given up", "2"), ("Uncertain", "1")
    ]  # fmt: skip
    assert section(cast.lead, "mail") == ""


def test_documented_activities_are_not_said_to_be_new(cast: Cast) -> None:
    make_undertaking(title="Proposed here")
    made = make_undertaking(title="Found in sources")
    Activity.objects.filter(pk=made.pk).update(confidence="good", import_key="EX99")
    rows = {titles(row).pop(): row for row in section(cast.coordinator, "no-lead").split("<li") if titles(row)}
    assert set(rows) == {"Proposed here", "Found in sources"}
    assert "Documented, no lead named" in rows["Found in sources"] and "since" not in rows["Found in sources"]
    assert "In the register since" in rows["Proposed here"] and "Documented" not in rows["Proposed here"]


@pytest.mark.parametrize("person", ["stranger", "partner", "lead", "coordinator"])
def test_queries_do_not_grow_with_the_rows(cast: Cast, person: str) -> None:
    found = []
    lead, partner = cast.organizations["lead"], cast.organizations["partner"]
    for number in range(2):
        for step in range(1 + number):
            item = make_item(code=f"B.{number}{step}1")
            activity = make_undertaking(
                item=item, lead=lead, partners=[partner], status=Status.UNDER_WAY, days_ago=200, title="Silent"
            )
            UpdateDraft.objects.create(author=cast.people[person], activity=activity, data={"new": {}})
            make_participation(activity=activity, organization=make_organization(), role=Role.HOST)
            waiting = make_participation(
                activity=make_undertaking(), organization=partner, role=Role.HOST, response=Response.INVITED
            )
            Participation.objects.filter(pk=waiting.pk).update(invited_at=timezone.now() - datetime.timedelta(days=20))
            make_update(activity=activity, organization=lead, author=cast.people[person], days_ago=100)
            back = make_update(activity=activity, organization=partner, done="Met.", author=make_user())
            framework = make_framework(code=f"S-{number}-{step}")
            of_round = make_undertaking(item=make_item(framework=framework), lead=lead, partners=[partner])
            make_update(activity=of_round, organization=partner, done="Met.", author=make_user())
            made = make_round(framework=framework)
            LeadProposal.objects.create(
                activity=of_round, organization=partner, proposed_by=cast.lead,
                present=of_round.participations.get(organization=lead),
            )  # fmt: skip
            for state in (MailState.FAILED, MailState.UNCERTAIN)[: 1 + number]:
                Notification.objects.filter(round=made).update(mail_state=state)
            return_update(back.review, by=cast.administrator, reasons=["unclear"], sentence="Where?")
        found.append(queries(cast.people[person], DESK))
    assert found[0] == found[1] <= 12
