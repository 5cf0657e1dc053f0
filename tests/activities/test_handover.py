"""Handing over the lead: proposed by one side, accepted by the other, and never two leads."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from activities.choices import Response, Role, Signal
from activities.models import Activity, LeadProposal, Notification, Participation
from activities.notifications import with_rows, words_of
from activities.workflow import StaleEdit, answer_invitation, change_role, end_participation, invite
from activities.workflow.handover import accept_lead, propose_lead
from organizations.models import Organization
from tests.factories import make_organization, make_participation, make_undertaking, make_user
from tests.personas import PEOPLE, Cast
from tests.reading import main_part, queries
from tests.reading import page as read

from .test_update_form import signed_in

TODAY = timezone.localdate()
YESTERDAY = TODAY - datetime.timedelta(days=1)
TOMORROW = TODAY + datetime.timedelta(days=1)
WHY = "Our office closes."


@pytest.fixture
def led(cast: Cast) -> Activity:
    """The public undertaking, as if its participants had begun a month ago."""
    begun = (TODAY - datetime.timedelta(days=30)).isoformat()
    for row in Participation.objects.filter(response=Response.ACCEPTED):
        row.since = begun
        row.save(update_fields=["since"])
    return Activity.objects.get(pk=cast.public.pk)


@pytest.fixture
def leaderless(led: Activity, cast: Cast) -> Activity:
    """Its lead has withdrawn; the co-lead is left."""
    row = of(led, cast.organizations["lead"])
    answer_invitation(participation=row, response="withdrawn", by=cast.lead, version=row.version, words=WHY)
    Notification.objects.all().delete()
    return Activity.objects.get(pk=led.pk)


def of(activity: Activity, organization: Organization) -> Participation:
    return Participation.objects.get(activity=activity, organization=organization)


def where(activity: Activity) -> str:
    return reverse("lead-propose", args=["S-2001-138", activity.code])


def at(proposal: LeadProposal) -> str:
    return reverse("lead-answer", args=["S-2001-138", proposal.activity.code, proposal.pk])


def proposing(activity: Activity, organization: Organization, /, **changes: Any) -> dict[str, Any]:
    lead = Participation.objects.filter(activity=activity, role="lead", until="", response="accepted").first()
    data = {"organization": organization.pk, "then_role": "partner", "words": WHY, "seen": lead.pk if lead else 0}
    return {name: value for name, value in (data | changes).items() if value is not None}


def answering(decision: str, **changes: Any) -> dict[str, Any]:
    return {"decision": decision, "on": TODAY.isoformat(), **changes}


def rows(activity: Activity) -> set[tuple[str, str, str, str, str]]:
    """Everybody but the observer and the invited organization, who have no part in this."""
    found = Participation.objects.filter(activity=activity).exclude(organization__slug__in=("observer", "invited"))
    return {
        (row.organization.slug, row.role, row.response, str(row.since), str(row.until))
        for row in found.select_related("organization")
    }


def told(kind: str = "lead_change") -> set[tuple[str, str]]:
    """(who, of what) of every notification of the kind."""
    found = Notification.objects.filter(kind=kind).select_related("user")
    return {(row.user.name if row.user else row.address, row.facts.get("state", "")) for row in found}


def proposed(cast: Cast, activity: Activity, who: str = "partner", then_role: str = "co_lead") -> LeadProposal:
    made = propose_lead(
        activity=activity, organization=cast.organizations[who], by=cast.lead, words=WHY, then_role=then_role
    )
    Notification.objects.all().delete()
    return made


def test_the_lead_proposes_and_the_other_side_is_asked(led: Activity, cast: Cast) -> None:
    before = rows(led)
    response = signed_in(cast.lead).post(where(led), proposing(led, cast.organizations["partner"]))
    assert (response.status_code, response["Location"]) == (302, led.get_absolute_url())
    made = LeadProposal.objects.get()
    assert (made.organization.slug, made.present, made.then_role, made.words, made.proposed_by, made.state) == (
        "partner", of(led, cast.organizations["lead"]), "partner", WHY, cast.lead, "proposed",
    )  # fmt: skip
    assert (made.offered, rows(led)) == (False, before)
    assert told() == {("partner", "proposed")}
    assert [record.history_user for record in made.history.all()] == [cast.lead]


def test_who_may_propose_and_who_may_offer(led: Activity, cast: Cast) -> None:
    found = {who: signed_in(cast.people[who]).get(where(led)).status_code for who in PEOPLE[1:]}
    assert found == dict.fromkeys(PEOPLE[1:], 403) | {"lead": 200, "coordinator": 200, "administrator": 200}
    row = of(led, cast.organizations["lead"])
    answer_invitation(participation=row, response="withdrawn", by=cast.lead, version=row.version, words=WHY)
    found = {who: signed_in(cast.people[who]).get(where(led)).status_code for who in PEOPLE[1:]}
    can = {"partner", "co_lead", "coordinator", "administrator"}
    assert found == {who: 200 if who in can else 403 for who in PEOPLE[1:]}


@pytest.mark.parametrize(
    ("then_role", "kept"), [("co_lead", ("lead", "co_lead", "accepted")), ("partner", ("lead", "partner", "accepted"))]
)
def test_accepting_ends_the_old_row_and_begins_the_new_one(
    led: Activity, cast: Cast, then_role: str, kept: tuple[str, str, str]
) -> None:
    made = proposed(cast, led, then_role=then_role)
    own = of(led, cast.organizations["partner"])
    Participation.objects.filter(pk=own.pk).update(mandate="Treaty.", responsibility="Runs it.")
    begun = TODAY - datetime.timedelta(days=30)
    response = signed_in(cast.partner).post(at(made), answering("accepted", on=YESTERDAY.isoformat()))
    assert (response.status_code, response["Location"]) == (302, led.get_absolute_url())
    since, day = begun.isoformat(), YESTERDAY.isoformat()
    assert rows(led) == {
        ("lead", "lead", "accepted", since, day),
        (*kept, day, ""),
        ("partner", "partner", "accepted", since, day),
        ("partner", "lead", "accepted", day, ""),
        ("colead", "co_lead", "accepted", since, ""),
    }
    now = Participation.objects.get(activity=led, role="lead", until="")
    assert (now.mandate, now.responsibility, now.answered_by) == ("Treaty.", "Runs it.", cast.partner)
    assert Activity.objects.get(pk=led.pk).lead == cast.organizations["partner"]
    made.refresh_from_db()
    assert (made.state, made.answered_by, made.answered_for) == ("accepted", cast.partner, "")
    # The rights went over with it.
    assert signed_in(cast.partner).get(reverse("activity-edit", args=["S-2001-138", led.code])).status_code == 200


def test_everybody_who_takes_part_hears_of_the_new_lead(led: Activity, cast: Cast) -> None:
    made = proposed(cast, led, then_role="")
    make_user(name="watcher", organization=cast.organizations["observer"])
    accept_lead(proposal=made, by=cast.partner)
    # The old lead left; the invited organization has not answered, so it takes no part.
    assert told() == {(who, "accepted") for who in ("lead", "co lead", "watcher")}
    assert rows(led) >= {("lead", "lead", "accepted", rows_since(), TODAY.isoformat())}
    assert not Participation.objects.filter(activity=led, organization=cast.organizations["lead"], until="").exists()


def rows_since() -> str:
    return (TODAY - datetime.timedelta(days=30)).isoformat()


def why_told() -> set[tuple[str, str]]:
    """(who, why it is this one) of every notification that says why."""
    found = Notification.objects.select_related("user")
    said = {
        (row.user.name if row.user else row.address, sentence)
        for row in with_rows(found, AnonymousUser())
        for sentence in words_of(row).sentences
    }
    return {(who, sentence) for who, sentence in said if "has named no focal point" in sentence}


def test_the_organization_reached_by_its_mailbox_is_the_one_named(led: Activity, cast: Cast) -> None:
    partner, observer = cast.organizations["partner"], cast.organizations["observer"]
    partner.memberships.all().delete()
    Organization.objects.filter(pk=partner.pk).update(mailbox="registry@partner.example.org")
    accept_lead(proposal=proposed(cast, led, "stranger"), by=cast.stranger)
    box = ("registry@partner.example.org", "PARTNER has named no focal point whom mail reaches, so this goes to its "
           "mailbox.")  # fmt: skip
    desk = ("coordinator", "OBSERVER has named no focal point whom mail reaches, so this goes to the coordinators.")
    assert why_told() == {box, desk}
    # An answer says it as well: nobody answers for the lead any more.
    cast.organizations["stranger"].memberships.all().delete()
    Notification.objects.all().delete()
    row = of(led, observer)
    answer_invitation(participation=row, response="withdrawn", by=cast.observer, version=row.version, words=WHY)
    assert why_told() == {
        ("coordinator", "STRANGER has named no focal point whom mail reaches, so this goes to the coordinators.")
    }


def test_who_is_told_in_their_own_right_stands_in_for_nobody(led: Activity, cast: Cast) -> None:
    asked = invite(activity=led, organization=cast.organizations["stranger"], role="host", by=cast.coordinator)
    cast.organizations["lead"].memberships.all().delete()
    Notification.objects.all().delete()
    answer_invitation(participation=asked, response="accepted", by=cast.stranger, version=1)
    assert Notification.objects.filter(user=cast.coordinator, kind="answer").count() == 1
    assert why_told() == set()


def test_an_organization_from_outside_or_only_invited_can_be_the_next_lead(led: Activity, cast: Cast) -> None:
    accept_lead(proposal=proposed(cast, led, "stranger", "co_lead"), by=cast.stranger)
    assert Activity.objects.get(pk=led.pk).lead == cast.organizations["stranger"]
    # An unanswered invitation to lead becomes the new row: two would be one too many.
    asked = invite(activity=led, organization=cast.organizations["observer"], role=Role.LEAD, by=cast.coordinator)
    made = propose_lead(
        activity=led, organization=cast.organizations["observer"], by=cast.coordinator, words=WHY, then_role="partner"
    )
    begun = accept_lead(proposal=made, by=cast.coordinator, answered_for="Head; letter")
    assert (begun.pk, begun.version, begun.response, begun.answered_for) == (asked.pk, 2, "accepted", "Head; letter")
    assert Activity.objects.get(pk=led.pk).lead == cast.organizations["observer"]


def test_what_a_proposal_needs(led: Activity, cast: Cast, digest: Callable[[], str]) -> None:
    client, partner = signed_in(cast.lead), cast.organizations["partner"]
    before = digest()
    for data, wrong in [
        (proposing(led, cast.organizations["lead"]), {"organization"}),
        (proposing(led, partner, organization="x"), {"organization"}),
        (proposing(led, partner, words=" "), {"words"}),
        (proposing(led, partner, words="a\x00b"), {"words"}),
        (proposing(led, partner, then_role="lead"), {"then_role"}),
        (proposing(led, partner, then_role=None), {"then_role"}),
        (proposing(led, partner, seen=""), {"seen"}),
    ]:
        response = client.post(where(led), data)
        assert (response.status_code, set(response.context["form"].errors)) == (422, wrong), data
    assert digest() == before


def test_one_proposal_at_a_time_and_the_same_twice_is_one(led: Activity, cast: Cast) -> None:
    client = signed_in(cast.lead)
    for _ in range(2):
        assert client.post(where(led), proposing(led, cast.organizations["partner"])).status_code == 302
    response = client.post(where(led), proposing(led, cast.organizations["stranger"]))
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"organization"})
    assert LeadProposal.objects.get().organization == cast.organizations["partner"]
    # Who opens the form is led to the proposal instead.
    made = LeadProposal.objects.get()
    response = client.get(where(led))
    assert (response.context["form"], response.context["waiting"]) == (None, made)
    assert at(made) in response.content.decode()


def test_a_restricted_activity_goes_to_those_who_may_read_it(
    led: Activity, cast: Cast, digest: Callable[[], str]
) -> None:
    client = signed_in(cast.coordinator)
    page = client.get(where(cast.restricted))
    offered = {row.slug for row in page.context["form"].fields["organization"].queryset}
    assert offered == {"colead", "partner", "observer", "invited"}
    before = digest()
    response = client.post(where(cast.restricted), proposing(cast.restricted, cast.organizations["stranger"]))
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"organization"})
    with pytest.raises(Exception, match="Only participants may read"):
        propose_lead(
            activity=cast.restricted, organization=cast.organizations["stranger"], by=cast.coordinator, words=WHY
        )
    assert digest() == before


def test_the_lead_changed_while_somebody_wrote(led: Activity, cast: Cast, digest: Callable[[], str]) -> None:
    client, data = signed_in(cast.coordinator), proposing(led, cast.organizations["stranger"])
    row = of(led, cast.organizations["lead"])
    change_role(participation=row, role=Role.PARTNER, on=TODAY, by=cast.lead, version=row.version)
    colead = of(led, cast.organizations["colead"])
    new = change_role(
        participation=colead, role=Role.LEAD, on=TODAY, by=cast.coordinator, version=colead.version, answered_for="Head"
    )
    before = digest()
    response = client.post(where(led), data)
    html = main_part(response.content.decode())
    assert (response.status_code, digest()) == (409, before)
    assert WHY in html and f'value="{new.pk}"' in html and "What becomes of COLEAD?" in html
    assert client.post(where(led), data | {"seen": new.pk}).status_code == 302


def test_who_may_answer(led: Activity, cast: Cast) -> None:
    made = proposed(cast, led)
    found = {who: signed_in(cast.people[who]).get(at(made)).status_code for who in PEOPLE[1:]}
    # The side that made it may take it back, and so opens the page too.
    can = {"partner", "lead", "coordinator", "administrator"}
    assert found == {who: 200 if who in can else 403 for who in PEOPLE[1:]}
    for who, expected in {"lead": 403, "co_lead": 403, "reporter": 403, "stranger": 403}.items():
        assert signed_in(cast.people[who]).post(at(made), answering("accepted")).status_code == expected, who
    assert signed_in(cast.partner).post(at(made), {"back": "1"}).status_code == 403
    made.refresh_from_db()
    assert made.state == "proposed"
    # Under another activity it is not found.
    wrong = reverse("lead-answer", args=["S-2001-138", cast.internal.code, made.pk])
    assert signed_in(cast.partner).get(wrong).status_code == 404


def test_what_an_answer_needs(led: Activity, cast: Cast, digest: Callable[[], str]) -> None:
    made = proposed(cast, led)
    before = digest()
    source = {"answered_for": "A. Mensah, head", "answered_where": "letter of 3 May"}
    early = (TODAY - datetime.timedelta(days=31)).isoformat()
    for who, data, wrong in [
        ("partner", answering("accepted", on=TOMORROW.isoformat()), {"on"}),
        ("partner", answering("accepted", on=early), {"on"}),
        ("partner", answering("accepted", on=""), {"on"}),
        ("partner", answering("declined", words=" "), {"words"}),
        ("partner", answering(""), {"decision"}),
        ("partner", answering("taken_back"), {"decision"}),
        ("coordinator", answering("accepted"), {"answered_for", "answered_where"}),
        ("coordinator", answering("declined", words="No.", answered_for="A. Mensah"), {"answered_where"}),
        ("coordinator", answering("declined", **source), {"words"}),
    ]:
        response = signed_in(cast.people[who]).post(at(made), data)
        assert (response.status_code, set(response.context["form"].errors)) == (422, wrong), data
    assert digest() == before


def test_a_coordinator_records_the_answer_with_both_names(led: Activity, cast: Cast) -> None:
    made = proposed(cast, led)
    data = answering("accepted", answered_for="A. Mensah, head", answered_where="letter of 3 May")
    assert signed_in(cast.coordinator).post(at(made), data).status_code == 302
    made.refresh_from_db()
    begun = Participation.objects.get(activity=led, role="lead", until="")
    for row in (made, begun):
        assert (row.answered_by, row.answered_for) == (cast.coordinator, "A. Mensah, head; letter of 3 May")


def test_declining_leaves_everything_and_tells_who_proposed(led: Activity, cast: Cast) -> None:
    made, before = proposed(cast, led), rows(led)
    # A day that makes no sense does not matter to who declines.
    data = answering("declined", words="No staff.", on="x")
    assert signed_in(cast.partner).post(at(made), data).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.answer_words, made.answered_by, rows(led)) == (
        "declined", "No staff.", cast.partner, before,
    )  # fmt: skip
    assert told() == {("lead", "declined")}
    # The next proposal is free.
    assert proposed(cast, led, "stranger").state == "proposed"


def test_taking_a_proposal_back(led: Activity, cast: Cast) -> None:
    made, before = proposed(cast, led), rows(led)
    response = signed_in(cast.lead).post(at(made), {"back": "1", "back-words": "Too early."})
    made.refresh_from_db()
    assert (response.status_code, made.state, made.answer_words, made.answered_by) == (
        302, "taken_back", "Too early.", cast.lead,
    )  # fmt: skip
    assert (rows(led), told()) == (before, {("partner", "taken_back")})


@pytest.mark.parametrize("again", ["accepted", "declined"])
def test_an_answer_comes_too_late(led: Activity, cast: Cast, digest: Callable[[], str], again: str) -> None:
    made = proposed(cast, led)
    assert signed_in(cast.lead).post(at(made), {"back": "1"}).status_code == 302
    before = digest()
    response = signed_in(cast.partner).post(at(made), answering(again, words="My words."))
    html = main_part(response.content.decode())
    assert (response.status_code, digest()) == (409, before)
    assert "Taken back" in html and "My words." in html and response.context["form"] is None
    with pytest.raises(StaleEdit):
        accept_lead(proposal=made, by=cast.partner)


def _ends(row: Participation, cast: Cast) -> None:
    end_participation(participation=row, on=TODAY, by=cast.coordinator, version=row.version)


def _withdraws(row: Participation, cast: Cast) -> None:
    answer_invitation(participation=row, response="withdrawn", by=cast.lead, version=row.version)


def _changes(row: Participation, cast: Cast) -> None:
    change_role(participation=row, role=Role.HOST, on=TODAY, by=cast.lead, version=row.version)


@pytest.mark.parametrize("happens", [_ends, _withdraws, _changes])
def test_a_proposal_lapses_when_the_lead_changes(
    led: Activity, cast: Cast, digest: Callable[[], str], happens: Callable[..., None]
) -> None:
    made = proposed(cast, led)
    happens(of(led, cast.organizations["lead"]), cast)
    made.refresh_from_db()
    assert (made.state, made.answered_by) == ("taken_back", None)
    before = digest()
    client = signed_in(cast.partner)
    assert client.post(at(made), answering("accepted")).status_code == 409
    page = client.get(at(made))
    assert page.context["form"] is None and "This proposal has lapsed." in page.content.decode()
    assert digest() == before


def test_a_lead_that_ended_without_the_workflow_cannot_be_handed_over(led: Activity, cast: Cast) -> None:
    made = proposed(cast, led)
    Participation.objects.filter(pk=made.present_id).update(until=YESTERDAY.isoformat())
    with pytest.raises(Exception, match="no longer leads"):
        accept_lead(proposal=made, by=cast.partner)
    assert "no longer leads" in read(cast.partner, at(made))


def test_a_withdrawal_asks_the_participants_who_takes_over(led: Activity, cast: Cast) -> None:
    watcher = make_user(name="watcher", organization=cast.organizations["observer"])
    Notification.objects.all().delete()
    row = of(led, cast.organizations["lead"])
    answer_invitation(participation=row, response="withdrawn", by=cast.lead, version=row.version, words=WHY)
    assert told() == {(who, "withdrawn") for who in ("co lead", "partner", watcher.name)}
    assert told("answer") == set()
    assert where(led) in main_part(read(cast.partner, led.get_absolute_url()))
    colead = of(led, cast.organizations["colead"])
    end_participation(participation=colead, on=TODAY, by=cast.coordinator, version=colead.version)
    assert Activity.objects.showing(Signal.LEAD_WITHDREW, TODAY).get() == led


def test_a_participant_offers_and_a_co_lead_accepts(leaderless: Activity, cast: Cast) -> None:
    partner = cast.organizations["partner"]
    response = signed_in(cast.partner).post(where(leaderless), {"organization": partner.pk, "words": "We can."})
    made = LeadProposal.objects.get()
    assert (response.status_code, made.offered, made.present, made.organization) == (302, True, None, partner)
    assert told() == {("co lead", "proposed")}
    Notification.objects.all().delete()
    can = {who for who in PEOPLE[1:] if signed_in(cast.people[who]).get(at(made)).status_code == 200}
    assert can == {"partner", "co_lead", "coordinator", "administrator"}
    # Its own offer the partner only takes back.
    page = signed_in(cast.partner).get(at(made))
    assert (page.context["form"], bool(page.context["back_form"])) == (None, True)
    assert signed_in(cast.partner).post(at(made), answering("accepted")).status_code == 403
    assert signed_in(cast.co_lead).post(at(made), answering("accepted")).status_code == 302
    begun = Participation.objects.get(activity=leaderless, role="lead", until="")
    # It consented by offering; who accepted is on the proposal.
    assert (begun.organization, begun.answered_by, begun.response) == (partner, cast.partner, "accepted")
    made.refresh_from_db()
    assert (made.state, made.answered_by) == ("accepted", cast.co_lead)
    assert Activity.objects.get(pk=leaderless.pk).lead_withdrew_on == ""
    # Nobody answers for the observer, so the coordinators are told in its place.
    assert told() == {("partner", "accepted"), ("coordinator", "accepted")}


def test_a_coordinator_decides_on_an_offer_in_its_own_right(leaderless: Activity, cast: Cast) -> None:
    propose_lead(
        activity=leaderless, organization=cast.organizations["colead"], by=cast.co_lead, words="We can.", offered=True
    )
    # There is no other co-lead to ask.
    assert told() == {("coordinator", "proposed")}
    made = LeadProposal.objects.get()
    assert signed_in(cast.co_lead).post(at(made), answering("accepted")).status_code == 403
    assert signed_in(cast.coordinator).post(at(made), answering("accepted")).status_code == 302
    assert rows(leaderless) == {
        ("lead", "lead", "withdrawn", rows_since(), TODAY.isoformat()),
        ("colead", "co_lead", "accepted", rows_since(), TODAY.isoformat()),
        ("colead", "lead", "accepted", TODAY.isoformat(), ""),
        ("partner", "partner", "accepted", rows_since(), ""),
    }


def test_nobody_accepts_an_offer_they_made(leaderless: Activity, cast: Cast) -> None:
    both = make_user(name="both", organization=cast.organizations["partner"], coordinator=True)
    made = propose_lead(
        activity=leaderless, organization=cast.organizations["partner"], by=both, words="We can.", offered=True
    )
    assert signed_in(both).post(at(made), answering("accepted")).status_code == 403


@pytest.mark.parametrize("which", ["lead", "stranger", "invited", "observer", "colead"])
def test_only_who_takes_part_offers_itself(
    leaderless: Activity, cast: Cast, which: str, digest: Callable[[], str]
) -> None:
    before = digest()
    response = signed_in(cast.partner).post(
        where(leaderless), {"organization": cast.organizations[which].pk, "words": "We can."}
    )
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"organization"})
    assert digest() == before


def test_an_offer_lapses_when_somebody_leads_or_who_offered_leaves(leaderless: Activity, cast: Cast) -> None:
    partner, colead = (cast.organizations[name] for name in ("partner", "colead"))
    made = propose_lead(activity=leaderless, organization=partner, by=cast.partner, words="We can.", offered=True)
    row = of(leaderless, partner)
    answer_invitation(participation=row, response="withdrawn", by=cast.partner, version=row.version)
    made.refresh_from_db()
    assert (made.state, made.answered_by) == ("taken_back", None)
    made = propose_lead(activity=leaderless, organization=colead, by=cast.co_lead, words="We can.", offered=True)
    row = of(leaderless, colead)
    change_role(
        participation=row, role=Role.LEAD, on=TODAY, by=cast.coordinator, version=row.version, answered_for="Head"
    )
    made.refresh_from_db()
    assert (made.state, made.answered_by) == ("taken_back", None)
    assert signed_in(cast.co_lead).get(at(made)).status_code == 200


def test_there_are_never_two_leads_not_even_in_the_past(leaderless: Activity, cast: Cast) -> None:
    made = propose_lead(
        activity=leaderless, organization=cast.organizations["partner"], by=cast.partner, words="We can.", offered=True
    )
    # The lead withdrew today: until then it led.
    response = signed_in(cast.co_lead).post(at(made), answering("accepted", on=YESTERDAY.isoformat()))
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"on"})


def test_a_coordinator_proposes_where_nobody_leads(leaderless: Activity, cast: Cast) -> None:
    data = proposing(leaderless, cast.organizations["stranger"], then_role=None)
    assert signed_in(cast.coordinator).post(where(leaderless), data).status_code == 302
    made = LeadProposal.objects.get()
    assert (made.present, made.offered, told()) == (None, False, {("stranger", "proposed")})
    assert signed_in(cast.stranger).post(at(made), answering("accepted")).status_code == 302
    assert Activity.objects.get(pk=leaderless.pk).lead == cast.organizations["stranger"]


def test_the_former_lead_keeps_a_role_it_has_already(led: Activity, cast: Cast) -> None:
    make_participation(activity=led, organization=cast.organizations["lead"], role=Role.FUNDER, since=rows_since())
    accept_lead(proposal=proposed(cast, led, then_role="funder"), by=cast.partner)
    assert {row for row in rows(led) if row[0] == "lead"} == {
        ("lead", "lead", "accepted", rows_since(), TODAY.isoformat()),
        ("lead", "funder", "accepted", rows_since(), ""),
    }


def test_what_is_remembered_of_the_lead_is_what_was_written_last(led: Activity, cast: Cast) -> None:
    """An earlier lead that withdrew must not come back to mind between the two rows."""
    make_participation(
        activity=led,
        organization=make_organization(),
        role=Role.LEAD,
        response=Response.WITHDRAWN,
        since="2001",
        until="2002",
    )
    colead = of(led, cast.organizations["colead"])
    end_participation(participation=colead, on=TODAY, by=cast.coordinator, version=colead.version)
    accept_lead(proposal=proposed(cast, Activity.objects.get(pk=led.pk), then_role=""), by=cast.partner)
    again = Activity.objects.get(pk=led.pk)
    assert (again.lead, again.lead_withdrew_on) == (cast.organizations["partner"], "")


def test_a_lead_of_unknown_beginning_withdraws_too(cast: Cast) -> None:
    activity = make_undertaking()
    lead = make_participation(activity=activity, organization=cast.organizations["lead"], role=Role.LEAD, since="")
    answer_invitation(participation=lead, response="withdrawn", by=cast.lead, version=1)
    activity.refresh_from_db()
    assert (activity.lead, activity.lead_withdrew_on) == (None, TODAY.isoformat())
    # An invitation that was taken back looks alike in its columns, and is none.
    other = make_undertaking()
    asked = invite(activity=other, organization=cast.organizations["lead"], role=Role.LEAD, by=cast.coordinator)
    end_participation(participation=asked, on=TODAY, by=cast.coordinator, version=1)
    other.refresh_from_db()
    assert (other.lead, other.lead_withdrew_on) == (None, "")
    html = {row.pk: main_part(read(cast.stranger, row.get_absolute_url())) for row in (activity, other)}
    assert "invitation taken back" not in html[activity.pk] and "invitation taken back" in html[other.pk]


def test_the_page_shows_buttons_and_proposals_to_whom_they_concern(led: Activity, cast: Cast) -> None:
    def links() -> dict[str, set[str]]:
        found = {}
        for who in PEOPLE:
            html = main_part(read(cast.people[who], led.get_absolute_url()))
            found[who] = {name for name, url in addresses.items() if f'href="{url}"' in html}
        return found

    addresses = {"propose": where(led)}
    keepers = ("lead", "coordinator", "administrator")
    assert links() == {who: {"propose"} if who in keepers else set() for who in PEOPLE}
    made = proposed(cast, led)
    addresses["answer"] = at(made)
    assert links() == {who: {"answer"} if who in (*keepers, "partner") else set() for who in PEOPLE}


def test_the_pages_of_a_handover_cost_the_same_for_many_participants(led: Activity, cast: Cast) -> None:
    def costs() -> tuple[int, int]:
        proposal = propose_lead(activity=led, organization=cast.organizations["partner"], by=cast.lead, words=WHY)
        return queries(cast.lead, where(led)), queries(cast.people["partner"], at(proposal))

    few = costs()
    for _ in range(3):
        make_participation(activity=led, organization=make_organization(), role=Role.PARTNER)
    assert costs() == few
