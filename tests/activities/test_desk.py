"""The desk: what each person is asked for, and nothing that is others' or hidden."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from activities.choices import Response, Role, Status, UpdateKind, Visibility
from activities.models import Activity, Participation, StatusUpdate, UpdateDraft
from organizations.choices import MembershipRole
from tests.factories import (
    make_item,
    make_organization,
    make_participation,
    make_undertaking,
    make_update,
    make_user,
)
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, links, main_part, page, queries, rows_behind

pytestmark = pytest.mark.django_db

DESK = "/desk/"


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


def test_one_click_answers_and_comes_back(waiting: Cast) -> None:
    user = waiting.partner
    html = section(user, "asked")
    row = html.split("Silent one")[1].split("</form>")[0]
    action = re.search(r'action="([^"]*)"', row)
    fields = dict(re.findall(r'name="(organization|token|next)" value="([^"]+)"', row))
    assert action
    client = client_of(user)
    for _ in range(2):
        assert client.post(action[1], fields)["Location"] == DESK
    entry = StatusUpdate.objects.get(kind=UpdateKind.NO_CHANGE)
    assert (entry.activity.title, entry.organization) == ("Silent one", waiting.organizations["partner"])
    assert titles(section(user, "asked")) == ASKED - {"Silent one"}


def test_several_roles_are_one_row(waiting: Cast) -> None:
    activity = Activity.objects.get(title_en="Silent one")
    make_participation(activity=activity, organization=waiting.organizations["partner"], role=Role.HOST)
    html = section(waiting.partner, "asked")
    assert html.count("> Silent one</a>") == 1 and re.search(r"Partner, Host|Host, Partner", html)


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
    sentences = ("Nothing to answer", "No invitation awaits an answer.", "No drafts.", "shows a signal", "Nothing yet.")
    assert [sentence for sentence in sentences if escape(sentence) not in html] == []


def test_the_desk_is_for_members(db: None) -> None:
    response = client_of(AnonymousUser()).get(DESK)
    assert (response.status_code, response["Location"]) == (302, "/account/login/?next=/desk/")


@pytest.mark.parametrize("person", ["stranger", "partner", "lead", "coordinator"])
def test_queries_do_not_grow_with_the_rows(cast: Cast, person: str) -> None:
    found = []
    lead, partner = cast.organizations["lead"], cast.organizations["partner"]
    for number in range(2):
        for step in range(2):
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
        found.append(queries(cast.people[person], DESK))
    assert found[0] == found[1] <= 12
