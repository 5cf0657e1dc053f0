"""Inviting, answering, changing roles by date: an organization speaks for itself."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.choices import Response, Role, Signal
from activities.models import Activity, Notification, Participation
from activities.workflow import answer_invitation, change_role, end_participation, invite, propose_undertaking
from organizations.choices import MembershipRole
from tests.factories import make_user
from tests.personas import Cast

from .test_update_form import address, signed_in

TODAY = timezone.localdate()


def place(activity: Activity, who: str, cast: Cast) -> Participation:
    return Participation.objects.get(activity=activity, organization=cast.organizations[who])


def page(participation: Participation) -> str:
    activity = participation.activity
    return reverse("participant-edit", args=[activity.framework.code, activity.code, participation.pk])


def answer(participation: Participation, response: str, **changes: Any) -> dict[str, Any]:
    return {"response": response, "on": TODAY.isoformat(), "version": participation.version, **changes}


def role(participation: Participation, wanted: str, **changes: Any) -> dict[str, Any]:
    data = {"role": wanted, "on": TODAY.isoformat(), "version": participation.version, **changes}
    return {f"role-{name}": value for name, value in data.items()}


def again(activity: Activity) -> Activity:
    return Activity.objects.get(pk=activity.pk)


EXPECTED = {
    "stranger": (403, 403),
    "observer": (403, 403),
    "reporter": (403, 403),
    "partner": (403, 403),
    "invited": (403, 200),
    "lead_reporter": (403, 403),
    "co_lead": (200, 200),
    "lead": (200, 200),
    "coordinator": (200, 200),
    "administrator": (200, 200),
}


def test_who_invites_and_who_opens_a_participation(cast: Cast) -> None:
    invited = place(cast.public, "invited", cast)
    found = {}
    for who in EXPECTED:
        client = signed_in(getattr(cast, who))
        found[who] = (
            client.get(address(cast.public, "participant-invite")).status_code,
            client.get(page(invited)).status_code,
        )
    assert found == EXPECTED
    assert Client().get(page(invited)).status_code == 302
    stranger = signed_in(cast.stranger)
    assert stranger.get(page(place(cast.restricted, "invited", cast))).status_code == 404
    assert stranger.get(address(cast.restricted, "participant-invite")).status_code == 404
    # A participation of another activity is not found under this one.
    wrong = reverse("participant-edit", args=["S-2001-138", cast.internal.code, invited.pk])
    assert signed_in(cast.lead).get(wrong).status_code == 404


def test_the_lead_invites(cast: Cast) -> None:
    data = {
        "organization": cast.organizations["stranger"].pk,
        "role": "funder",
        "responsibility": "Pays the travel.",
        "note": "As agreed in Accra.",
    }
    response = signed_in(cast.lead).post(address(cast.public, "participant-invite"), data)
    assert (response.status_code, response["Location"]) == (302, cast.public.get_absolute_url())
    made = place(cast.public, "stranger", cast)
    assert (made.role, made.response, made.responsibility, made.note, made.invited_by, made.since) == (
        "funder",
        "invited",
        "Pays the travel.",
        "As agreed in Accra.",
        cast.lead,
        "",
    )
    assert [record.history_user for record in made.history.all()] == [cast.lead]
    # Who is only invited is nobody to find the activity by; who has accepted is.
    assert "stranger organization" not in again(cast.public).search_text
    answer_invitation(participation=made, response="accepted", by=cast.stranger, version=1)
    assert "stranger organization" in again(cast.public).search_text


def test_a_refused_invitation_changes_nothing(cast: Cast, digest: Callable[[], str]) -> None:
    client, before = signed_in(cast.lead), digest()
    partner = cast.organizations["partner"].pk
    for data, wrong in [
        ({"organization": partner, "role": "partner"}, {"role"}),
        ({"organization": partner, "role": "boss"}, {"role"}),
        ({"organization": "", "role": "partner"}, {"organization"}),
        ({"organization": "77777", "role": "partner"}, {"organization"}),
        ({"organization": partner, "role": "host", "note": "a\x00b"}, {"note"}),
    ]:
        response = client.post(address(cast.public, "participant-invite"), data)
        assert (response.status_code, set(response.context["form"].errors)) == (422, wrong), data
    assert digest() == before


def test_the_focal_point_accepts_and_names_mandate_and_focal_point(cast: Cast) -> None:
    invited = place(cast.public, "invited", cast)
    deputy = make_user(name="deputy", organization=cast.organizations["invited"], role=MembershipRole.REPORTER)
    data = answer(invited, "accepted", mandate="Charter, article 4.", focal_point=deputy.pk)
    assert signed_in(cast.invited).post(page(invited), data).status_code == 302
    made = place(cast.public, "invited", cast)
    assert (made.response, made.mandate, made.focal_point, made.answered_by, made.answered_for, made.since) == (
        "accepted",
        "Charter, article 4.",
        deputy,
        cast.invited,
        "",
        TODAY.isoformat(),
    )
    assert made.version == 2
    newest = made.history.first()
    assert newest is not None
    assert newest.history_user == cast.invited


def test_only_people_of_the_organization_are_its_focal_point(cast: Cast, digest: Callable[[], str]) -> None:
    invited = place(cast.public, "invited", cast)
    gone = make_user(name="gone", organization=cast.organizations["invited"])
    gone.memberships.update(until=TODAY - datetime.timedelta(days=1))
    reader = make_user(name="reader", organization=cast.organizations["invited"], role=MembershipRole.READER)
    client, before = signed_in(cast.invited), digest()
    for person in (gone, reader, cast.lead, cast.coordinator):
        response = client.post(page(invited), answer(invited, "accepted", focal_point=person.pk))
        assert (response.status_code, set(response.context["form"].errors)) == (422, {"focal_point"})
    assert digest() == before


def test_what_an_answer_needs(cast: Cast, digest: Callable[[], str]) -> None:
    invited = place(cast.public, "invited", cast)
    client, before = signed_in(cast.invited), digest()
    tomorrow = (TODAY + datetime.timedelta(days=1)).isoformat()
    for data, wrong in [
        (answer(invited, "accepted_in_part"), {"words"}),
        (answer(invited, "declined", words=" "), {"words"}),
        (answer(invited, "withdrawn"), {"response"}),
        (answer(invited, ""), {"response"}),
        (answer(invited, "perhaps"), {"response"}),
        (answer(invited, "accepted", on=tomorrow), {"on"}),
        (answer(invited, "accepted", on="x"), {"on"}),
        (answer(invited, "accepted", version=""), {"version"}),
    ]:
        response = client.post(page(invited), data)
        assert (response.status_code, set(response.context["form"].errors)) == (422, wrong), data
    assert digest() == before


@pytest.mark.parametrize(("response", "words"), [("accepted_in_part", "Only the travel."), ("declined", "No funds.")])
def test_words_of_an_answer_are_kept(cast: Cast, response: str, words: str) -> None:
    invited = place(cast.public, "invited", cast)
    assert signed_in(cast.invited).post(page(invited), answer(invited, response, words=words)).status_code == 302
    made = place(cast.public, "invited", cast)
    assert (made.response, made.accepted_part) == (response, words)


def test_a_lead_does_not_answer_for_another_organization(cast: Cast, digest: Callable[[], str]) -> None:
    invited = place(cast.public, "invited", cast)
    lead, own = signed_in(cast.lead), signed_in(cast.invited)
    before = digest()
    assert lead.get(page(invited)).context["form"] is None
    assert lead.post(page(invited), answer(invited, "accepted")).status_code == 403
    # And the invited organization does not choose its own role.
    assert own.post(page(invited), role(invited, "lead")).status_code == 403
    assert digest() == before


def test_a_coordinator_answers_on_behalf_and_both_names_are_kept(cast: Cast) -> None:
    invited = place(cast.public, "invited", cast)
    client = signed_in(cast.coordinator)
    who, where = "A. Mensah, head of office", "letter of 3 May 2026"
    for given, missing in [
        ({}, {"answered_for", "answered_where"}),
        ({"answered_for": who, "answered_where": " "}, {"answered_where"}),
        ({"answered_where": where}, {"answered_for"}),
        ({"answered_for": "x" * 101, "answered_where": where}, {"answered_for"}),
    ]:
        response = client.post(page(invited), answer(invited, "accepted", **given))
        assert (response.status_code, set(response.context["form"].errors)) == (422, missing)
    data = answer(invited, "accepted", answered_for=who, answered_where=where)
    assert client.post(page(invited), data).status_code == 302
    made = place(cast.public, "invited", cast)
    assert (made.answered_by, made.answered_for) == (cast.coordinator, f"{who}; {where}")
    assert f"{who}; {where}" in html_of(cast.lead, page(made))
    shown, hidden = html_of(cast.stranger, address(cast.public, "activity-detail")), html_of(None, cast.public)
    assert f"{who}; {where}" in shown and "Mensah" not in hidden


def html_of(user: Any, where: Any) -> str:
    client = signed_in(user) if user else Client()
    return client.get(where if isinstance(where, str) else where.get_absolute_url()).content.decode()


def test_a_focal_point_needs_no_source(cast: Cast) -> None:
    """Not even one who coordinates as well: it speaks for its own organization."""
    invited = place(cast.public, "invited", cast)
    both = make_user(name="both", organization=cast.organizations["invited"], coordinator=True)
    assert signed_in(both).post(page(invited), answer(invited, "accepted")).status_code == 302
    made = place(cast.public, "invited", cast)
    assert (made.response, made.answered_by, made.answered_for) == ("accepted", both, "")


def test_naming_a_mandate_is_no_new_answer(cast: Cast) -> None:
    partner = place(cast.public, "partner", cast)
    client = signed_in(cast.partner)
    assert client.post(page(partner), answer(partner, "accepted", mandate="Treaty.")).status_code == 302
    made = place(cast.public, "partner", cast)
    assert (made.mandate, made.response, made.answered_at, made.answered_by) == ("Treaty.", "accepted", None, None)


def test_a_withdrawal_is_dated_and_shows(cast: Cast) -> None:
    lead = place(cast.public, "lead", cast)
    day = TODAY
    data = answer(lead, "withdrawn", words="Budget cut.", on=day.isoformat())
    assert signed_in(cast.lead).post(page(lead), data).status_code == 302
    made = place(cast.public, "lead", cast)
    assert (made.response, made.until, made.accepted_part) == ("withdrawn", day.isoformat(), "Budget cut.")
    activity = again(cast.public)
    assert activity.lead == cast.organizations["colead"]
    end_participation(
        participation=place(cast.public, "colead", cast), on=TODAY, by=cast.coordinator, version=1, words="Ended."
    )
    activity = again(cast.public)
    assert (activity.lead, activity.lead_withdrew_on) == (None, day.isoformat())
    assert Activity.objects.showing(Signal.LEAD_WITHDREW, TODAY).get() == activity
    # The rights went with it, on the next request.
    assert signed_in(cast.lead).get(address(cast.public, "activity-edit")).status_code == 403
    assert signed_in(cast.co_lead).get(address(cast.public, "activity-edit")).status_code == 403


def test_a_role_changes_by_date_and_the_old_row_stays(cast: Cast) -> None:
    lead = place(cast.public, "lead", cast)
    assert signed_in(cast.lead).post(page(lead), role(lead, "partner", note="By agreement.")).status_code == 302
    rows = Participation.objects.filter(activity=cast.public, organization=cast.organizations["lead"]).order_by("pk")
    assert [(row.role, row.response, row.since, row.until) for row in rows] == [
        ("lead", "accepted", TODAY.isoformat(), TODAY.isoformat()),
        ("partner", "accepted", TODAY.isoformat(), ""),
    ]
    assert again(cast.public).lead == cast.organizations["colead"]
    # The office is free at once, and there is one at a time.
    colead = place(cast.public, "colead", cast)
    change_role(
        participation=colead, role=Role.LEAD, on=TODAY, by=cast.coordinator, version=colead.version, answered_for="Head"
    )
    assert again(cast.public).lead == cast.organizations["colead"]
    partner = place(cast.public, "partner", cast)
    agreed = {"answered_for": "A. Mensah, head", "answered_where": "letter of 3 May"}
    response = signed_in(cast.coordinator).post(page(partner), role(partner, "lead", **agreed))
    assert (response.status_code, set(response.context["role_form"].errors)) == (422, {"role"})


def test_nobody_is_made_lead_without_having_agreed(cast: Cast, digest: Callable[[], str]) -> None:
    lead, partner = place(cast.public, "lead", cast), place(cast.public, "partner", cast)
    end_participation(participation=lead, on=TODAY, by=cast.coordinator, version=lead.version)
    Notification.objects.all().delete()
    before = digest()
    # A co-lead's focal point changes roles, but the lead is proposed.
    client = signed_in(cast.co_lead)
    assert 'value="lead"' not in client.get(page(partner)).content.decode()
    for who, data in [
        ("co_lead", role(partner, "lead", answered_for="A. Mensah, head", answered_where="letter of 3 May")),
        ("coordinator", role(partner, "lead")),
        ("coordinator", role(partner, "lead", answered_for="A. Mensah, head", answered_where=" \u200b")),
    ]:
        response = signed_in(cast.people[who]).post(page(partner), data)
        wrong = {"role"} if who == "co_lead" else set(response.context["role_form"].errors) & {
            "answered_for", "answered_where",
        }  # fmt: skip
        assert (response.status_code, set(response.context["role_form"].errors)) == (422, wrong)
        assert wrong
    with pytest.raises(ValidationError, match="without having agreed"):
        change_role(participation=partner, role=Role.LEAD, on=TODAY, by=cast.co_lead, version=partner.version)
    assert digest() == before
    data = role(partner, "lead", answered_for="A. Mensah, head", answered_where="letter of 3 May")
    assert signed_in(cast.coordinator).post(page(partner), data).status_code == 302
    begun = Participation.objects.get(activity=cast.public, role=Role.LEAD, until="")
    assert (begun.organization.slug, begun.answered_by, begun.answered_for) == (
        "partner", cast.coordinator, "A. Mensah, head; letter of 3 May",
    )  # fmt: skip
    # Everybody who takes part hears of it.
    assert {who for who, *_ in told("lead_change")} == {"co lead", "partner"}


def test_what_a_change_of_role_needs(cast: Cast, digest: Callable[[], str]) -> None:
    partner, invited = place(cast.public, "partner", cast), place(cast.public, "invited", cast)
    client = signed_in(cast.coordinator)
    before = digest()
    tomorrow = (TODAY + datetime.timedelta(days=1)).isoformat()
    for participation, data in [
        (partner, role(partner, "partner")),
        (partner, role(partner, "boss")),
        (partner, role(partner, "lead")),
        (partner, role(partner, "host", on=tomorrow)),
        (partner, role(partner, "host", on="")),
        (invited, role(invited, "partner")),
        (partner, role(partner, "host", version="x")),
    ]:
        assert client.post(page(participation), data).status_code == 422, data
    assert client.post(page(partner), role(partner, "host", version=9)).status_code == 409
    assert digest() == before


def test_ending_is_not_the_organizations_own_withdrawal(cast: Cast) -> None:
    partner = place(cast.public, "partner", cast)
    data = role(partner, "end", note="The task is done.")
    assert signed_in(cast.lead).post(page(partner), data).status_code == 302
    made = place(cast.public, "partner", cast)
    assert (made.response, made.until, made.note) == ("accepted", TODAY.isoformat(), "The task is done.")
    assert signed_in(cast.partner).get(address(cast.public)).status_code == 403


def test_an_invitation_to_lead_taken_back_is_no_lead_that_withdrew(cast: Cast) -> None:
    for who in ("lead", "colead"):
        row = place(cast.public, who, cast)
        end_participation(participation=row, on=TODAY, by=cast.coordinator, version=row.version)
    asked = invite(
        activity=cast.public, organization=cast.organizations["stranger"], role=Role.LEAD, by=cast.coordinator
    )
    end_participation(participation=asked, on=TODAY, by=cast.coordinator, version=1)
    activity = again(cast.public)
    assert (activity.lead, activity.lead_withdrew_on) == (None, "")
    assert Activity.objects.showing(Signal.NO_LEAD, TODAY).get() == activity


def test_two_answers_at_once_are_shown_side_by_side(cast: Cast, digest: Callable[[], str]) -> None:
    invited = place(cast.public, "invited", cast)
    answer_invitation(participation=invited, response="accepted", by=cast.coordinator, version=1, answered_for="Deputy")
    client = signed_in(cast.invited)
    before = digest()
    data = answer(invited, "declined", words="No funds.", mandate="Treaty.")
    response = client.post(page(invited), data)
    assert (response.status_code, digest()) == (409, before)
    rows = [(row.name, row.was, row.theirs, row.yours, row.mine) for row in response.context["conflict"]]
    assert rows == [
        ("response", "Invited", "Accepted", "Declined", True),
        ("words", "", "", "No funds.", True),
        ("mandate", "", "", "Treaty.", True),
    ]
    chosen = data | {"version": 2, "keep-response": "theirs", "keep-words": "theirs", "keep-mandate": "yours"}
    assert client.post(page(invited), chosen).status_code == 302
    made = place(cast.public, "invited", cast)
    assert (made.response, made.mandate, made.answered_by, made.version) == (
        "accepted",
        "Treaty.",
        cast.coordinator,
        3,
    )


def test_an_invited_organization_leads_once_it_accepts(cast: Cast) -> None:
    lead = place(cast.public, "lead", cast)
    end_participation(participation=lead, on=TODAY, by=cast.coordinator, version=lead.version)
    asked = invite(
        activity=cast.public, organization=cast.organizations["stranger"], role=Role.LEAD, by=cast.coordinator
    )
    assert again(cast.public).lead == cast.organizations["colead"]
    answer_invitation(participation=asked, response=Response.ACCEPTED, by=cast.stranger, version=1)
    assert again(cast.public).lead == cast.organizations["stranger"]


def test_a_second_lead_cannot_accept(cast: Cast, digest: Callable[[], str]) -> None:
    asked = invite(
        activity=cast.public, organization=cast.organizations["stranger"], role=Role.LEAD, by=cast.coordinator
    )
    client = signed_in(cast.stranger)
    before = digest()
    response = client.post(page(asked), answer(asked, "accepted"))
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"response"})
    assert digest() == before


def test_writes_name_their_columns(cast: Cast) -> None:
    partner = place(cast.public, "partner", cast)
    with CaptureQueriesContext(connection) as queries:
        answer_invitation(participation=partner, response="accepted", by=cast.partner, version=1, mandate="Treaty.")
    written = {
        column
        for query in queries.captured_queries
        if query["sql"].startswith('UPDATE "activities_participation"')
        for column in re.findall(r'"(\w+)" = ', query["sql"].split("WHERE")[0])
    }
    assert written == {"mandate", "version"}


# --- who hears of it ---------------------------------------------------------------------------------------------


def told(kind: str) -> list[tuple[str, str, int | None]]:
    """(who, organization, participation) of every notification of the kind."""
    rows = Notification.objects.filter(kind=kind).select_related("user", "organization").order_by("pk")
    return [(row.user.name if row.user else row.address, row.organization.slug, row.participation_id) for row in rows]


def test_an_invitation_is_told_again_after_a_decline(cast: Cast) -> None:
    Notification.objects.all().delete()
    first = invite(activity=cast.public, organization=cast.organizations["stranger"], role="host", by=cast.lead)
    assert told("invitation") == [("stranger", "stranger", first.pk)]
    answer_invitation(participation=first, response="declined", by=cast.stranger, version=1, words="No staff.")
    second = invite(activity=cast.public, organization=cast.organizations["stranger"], role="host", by=cast.lead)
    assert told("invitation") == [("stranger", "stranger", first.pk), ("stranger", "stranger", second.pk)]
    # What was known to have been accepted asks nobody anything.
    invite(activity=cast.public, organization=cast.organizations["invited"], role="host", by=None, response="accepted")
    assert len(told("invitation")) == 2


def test_a_lead_named_by_somebody_else_is_asked(cast: Cast) -> None:
    Notification.objects.all().delete()
    made = propose_undertaking(
        parent=cast.item, by=cast.coordinator, organization=cast.organizations["stranger"], response="invited",
        title_en="Course",
    )  # fmt: skip
    assert told("invitation") == [("stranger", "stranger", made.participations.get().pk)]


def test_an_answer_is_told_to_who_invited_and_to_the_lead(cast: Cast) -> None:
    asked = invite(activity=cast.public, organization=cast.organizations["stranger"], role="host", by=cast.co_lead)
    Notification.objects.all().delete()
    answer_invitation(participation=asked, response="accepted", by=cast.stranger, version=1)
    assert told("answer") == [("co lead", "stranger", asked.pk), ("lead", "stranger", asked.pk)]
    # The same answer again, with a mandate, is none.
    answer_invitation(participation=asked, response="accepted", by=cast.stranger, version=2, mandate="Treaty.")
    assert len(told("answer")) == 2
    answer_invitation(participation=asked, response="accepted_in_part", by=cast.stranger, version=3, words="Half.")
    assert len(told("answer")) == 4


def test_who_may_invite_no_more_hears_of_no_answer(cast: Cast) -> None:
    asked = invite(activity=cast.public, organization=cast.organizations["stranger"], role="host", by=cast.co_lead)
    Notification.objects.all().delete()
    cast.co_lead.memberships.update(until=TODAY - datetime.timedelta(days=1))
    answer_invitation(participation=asked, response="accepted", by=cast.stranger, version=1)
    assert told("answer") == [("lead", "stranger", asked.pk)]


def test_nobody_hears_of_what_they_answered_themselves(cast: Cast) -> None:
    asked = invite(activity=cast.public, organization=cast.organizations["stranger"], role="host", by=cast.lead)
    Notification.objects.all().delete()
    answer_invitation(participation=asked, response="accepted", by=cast.lead, version=1, answered_for="Head; letter")
    assert told("answer") == []


def test_a_refused_answer_is_told_to_nobody(cast: Cast) -> None:
    asked = invite(activity=cast.public, organization=cast.organizations["stranger"], role=Role.LEAD, by=cast.lead)
    Notification.objects.all().delete()
    with pytest.raises(ValidationError):
        answer_invitation(participation=asked, response="accepted", by=cast.stranger, version=1)
    assert Notification.objects.count() == 0


def test_telling_takes_the_same_statements_however_many_hear(cast: Cast) -> None:
    counts = []
    for number in (1, 3):
        for _ in range(number):
            make_user(organization=cast.organizations["lead"])
            make_user(organization=cast.organizations["stranger"])
        organization = cast.organizations["stranger"]
        with CaptureQueriesContext(connection) as inviting:
            asked = invite(activity=cast.public, organization=organization, role="host", by=cast.co_lead)
        with CaptureQueriesContext(connection) as answering:
            answer_invitation(participation=asked, response="declined", by=cast.stranger, version=1, words="No.")
        counts.append((len(inviting), len(answering)))
    assert counts[0] == counts[1]


def numbers(user: Any, activity: Activity) -> dict[str, Any]:
    """Everything that says who takes part in an activity, as this person reads it."""
    client = signed_in(user)
    page_of = client.get(activity.get_absolute_url()).content.decode()
    csv = b"".join(client.get("/activities/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    organization = client.get("/organizations/invited/").content.decode()
    found = {
        query: f">{activity.code}<" in client.get(f"/activities/?{query}").content.decode()
        for query in ("organization=invited", "role=technical_support", "organization=invited&role=technical_support",
                      "q=Invited+Organization")
    }  # fmt: skip
    return {
        "participants": re.search(r'id="h-participants".*?<p>(\d+)', page_of, re.DOTALL)[1],  # type: ignore[index]
        "in the file": "INVITED" in next(line for line in csv.splitlines() if line.startswith(activity.code)),
        "on its page": activity.get_absolute_url() in organization.split('<div class="split">')[1],
        "lists": re.search(r'organization=invited">(\d+)<', client.get("/organizations/").content.decode()) is not None,
        **found,
    }


def test_who_is_invited_counts_nowhere_until_it_answers(cast: Cast) -> None:
    for who in ("lead", "coordinator"):
        assert numbers(cast.people[who], cast.public) == {
            "participants": "4", "in the file": False, "on its page": False, "lists": False,
            "organization=invited": False, "role=technical_support": False,
            "organization=invited&role=technical_support": False, "q=Invited+Organization": False,
        }, who  # fmt: skip
    row = place(cast.public, "invited", cast)
    answer_invitation(participation=row, response="accepted_in_part", by=cast.invited, version=1, words="Half of it.")
    caches["process"].clear()
    assert numbers(cast.lead, cast.public) == {
        "participants": "5", "in the file": True, "on its page": True, "lists": True,
        "organization=invited": True, "role=technical_support": True,
        "organization=invited&role=technical_support": True, "q=Invited+Organization": True,
    }  # fmt: skip
