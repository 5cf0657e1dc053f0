"""Reporting rounds as the workflow keeps them: who is asked, what answers, what closing and reopening leave behind."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from activities.choices import MailState, NotificationKind, RequestState, Response, Role
from activities.models import FrozenReport, Notification, ReportingRound, UpdateRequest
from activities.notifications import words_of
from activities.workflow import (
    StaleEdit,
    accept,
    answer_invitation,
    close_round,
    edit_round,
    end_participation,
    no_change,
    open_round,
    remind,
    reopen_round,
    return_update,
)
from organizations.models import Organization
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
from tests.personas import Cast

pytestmark = pytest.mark.django_db
Digest = Callable[[], str]


class Two:
    """An undertaking of two organizations, each with a focal point, and a coordinator."""

    def __init__(self) -> None:
        self.coordinator = make_user(name="coordinator", coordinator=True)
        self.lead, self.partner = make_organization(acronym="LEAD"), make_organization(acronym="PART")
        self.lead_person = make_user(name="lead", organization=self.lead)
        self.partner_person = make_user(name="partner", organization=self.partner)
        self.activity = make_undertaking(lead=self.lead, partners=[self.partner])

    def open(self, **fields: Any) -> ReportingRound:
        return make_round(by=self.coordinator, **fields)


@pytest.fixture
def two() -> Two:
    return Two()


def asked(made: ReportingRound, *, gone: bool = False) -> set[tuple[str, str]]:
    rows = UpdateRequest.objects.filter(round=made, left_at__isnull=not gone)
    return set(rows.values_list("organization__acronym_en", "participation__role"))


def states(made: ReportingRound) -> dict[str, str]:
    rows = UpdateRequest.objects.filter(round=made).standing().with_state(timezone.localdate())
    return dict(rows.values_list("organization__acronym_en", "state"))


def told(kind: str) -> set[str]:
    return set(Notification.objects.filter(kind=kind).values_list("user__name", flat=True))


def form_of(two: Two, **changes: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "framework": make_framework(),
        "title": "Round 1",
        "period_start": today - datetime.timedelta(days=90),
        "period_end": today,
        "due_on": today + datetime.timedelta(days=14),
        "by": two.coordinator,
        **changes,
    }


# Opening


def test_opening_asks_each_participation_that_reports_and_calls_each_recipient(two: Two) -> None:
    make_participation(activity=two.activity, organization=make_organization(acronym="OBS"), role=Role.OBSERVER)
    make_participation(activity=two.activity, organization=make_organization(acronym="INV"), response=Response.INVITED)
    made = two.open(filters="area=A")
    assert asked(made) == {("LEAD", "lead"), ("PART", "partner")}
    assert told(NotificationKind.CALL) == {"lead", "partner"}
    assert set(Notification.objects.values_list("mail_state", flat=True)) == {MailState.QUEUED}
    assert made.number == 1
    assert made.history.get().history_user == two.coordinator


def test_a_filter_says_which_activities(two: Two) -> None:
    other = make_organization(acronym="OTHER")
    make_undertaking(item=make_item(code="B.2"), lead=other)
    assert asked(two.open(filters="area=B")) == {("OTHER", "lead")}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"filters": "area=Z"}, "filters"),
        ({"filters": "colour=red"}, "filters"),
        ({"filters": "area=F"}, "filters"),
        ({"due_on": datetime.date(2001, 1, 1)}, "due_on"),
        ({"period_end": datetime.date(2001, 1, 1)}, "__all__"),
        ({"call_languages": []}, "call_languages"),
        ({"title": ""}, "title"),
    ],
)
def test_what_cannot_be_opened_writes_nothing(two: Two, digest: Digest, changes: dict[str, Any], field: str) -> None:
    before = digest()
    with pytest.raises(ValidationError) as refused:
        open_round(**form_of(two, **changes))
    assert set(refused.value.error_dict) == {field}
    assert digest() == before


def test_one_open_round_in_a_framework(two: Two, digest: Digest) -> None:
    two.open(title="First")
    before = digest()
    with pytest.raises(ValidationError) as refused:
        two.open(title="Second")
    assert set(refused.value.error_dict) == {"framework"}
    assert digest() == before


def test_the_same_form_sent_twice_opens_one_round(two: Two, digest: Digest) -> None:
    first = open_round(**form_of(two))
    before = digest()
    assert open_round(**form_of(two)) == first
    assert digest() == before
    # Somebody else's round of the same name is not mine.
    with pytest.raises(ValidationError):
        open_round(**form_of(two, by=make_user(coordinator=True)))


def test_another_framework_has_its_own_round(two: Two) -> None:
    other = make_framework(code="S-1998-1")
    make_undertaking(item=make_item(code="A.1", framework=other), lead=two.lead)
    first, second = two.open(), two.open(framework=other)
    assert (first.number, second.number) == (1, 2)
    assert asked(second) == {("LEAD", "lead")}


def test_killed_in_the_middle_of_opening_leaves_nothing(two: Two, digest: Digest) -> None:
    """Killed before the calls are written, everything before them is gone too."""
    before = digest()
    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(_killed_at('INTO "activities_notification"')):
        two.open()
    assert digest() == before


def _killed_at(words: str) -> Callable[..., Any]:
    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if words in sql:
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    return wrapper


# Who comes and who goes


def test_late_answers_and_new_participations_join(two: Two) -> None:
    late = make_organization(acronym="LATE")
    invited = make_participation(activity=two.activity, organization=late, response=Response.INVITED)
    made = two.open(filters="area=A")
    assert ("LATE", "partner") not in asked(made)
    answer_invitation(participation=invited, response=Response.ACCEPTED, by=two.coordinator, version=invited.version)
    make_participation(activity=two.activity, organization=make_organization(acronym="NEW"), role=Role.FUNDER)
    make_undertaking(lead=make_organization(acronym="NEXT"))
    outside = make_undertaking(item=make_item(code="B.2"), lead=make_organization(acronym="ELSEWHERE"))
    assert outside.area.code == "B"
    assert asked(made) == {
        ("LEAD", "lead"), ("PART", "partner"), ("LATE", "partner"), ("NEW", "funder"), ("NEXT", "lead")
    }  # fmt: skip


def test_who_withdraws_leaves_and_who_comes_back_is_asked_anew(two: Two) -> None:
    made = two.open()
    row = two.activity.participations.get(organization=two.partner)
    answer_invitation(participation=row, response=Response.WITHDRAWN, by=two.partner_person, version=row.version)
    assert asked(made) == {("LEAD", "lead")}
    assert asked(made, gone=True) == {("PART", "partner")}
    make_participation(activity=two.activity, organization=two.partner)
    assert asked(made) == {("LEAD", "lead"), ("PART", "partner")}
    assert UpdateRequest.objects.filter(round=made, organization=two.partner).count() == 2


def test_who_went_and_came_while_the_round_was_closed(two: Two) -> None:
    made = close_round(made=two.open(), by=two.coordinator)
    row = two.activity.participations.get(organization=two.partner)
    end_participation(participation=row, on=timezone.localdate(), by=two.coordinator, version=row.version)
    make_participation(activity=two.activity, organization=make_organization(acronym="NEW"))
    assert asked(made) == {("LEAD", "lead"), ("PART", "partner")}
    reopen_round(made=made, by=two.coordinator, reason="Two answers were late.")
    assert asked(made) == {("LEAD", "lead"), ("NEW", "partner")}
    assert asked(made, gone=True) == {("PART", "partner")}


# Answers


def test_one_update_answers_for_all_roles_of_its_organization_and_for_nobody_else(two: Two) -> None:
    make_participation(activity=two.activity, organization=two.lead, role=Role.FUNDER)
    made = two.open()
    update = make_update(activity=two.activity, organization=two.lead, author=two.lead_person, done="Met.")
    rows = UpdateRequest.objects.filter(round=made).with_state(timezone.localdate())
    assert set(rows.values_list("organization__acronym_en", "participation__role", "state", "answer_id")) == {
        ("LEAD", "lead", "answered", update.pk),
        ("LEAD", "funder", "answered", update.pk),
        ("PART", "partner", "not_yet_due", None),
    }


def test_no_change_answers(two: Two) -> None:
    made = two.open()
    no_change(activity=two.activity, organization=two.partner, author=two.partner_person)
    assert states(made) == {"LEAD": "not_yet_due", "PART": "answered"}


def test_what_was_logged_before_the_round_answers_nothing(two: Two) -> None:
    before = make_update(activity=two.activity, organization=two.lead, author=two.lead_person, done="Met.")
    assert before.round is None
    assert states(two.open()) == {"LEAD": "not_yet_due", "PART": "not_yet_due"}


def test_a_correction_keeps_the_round_of_what_it_corrects(two: Two) -> None:
    first = two.open()
    entry = make_update(activity=two.activity, organization=two.lead, author=two.lead_person, done="Met.")
    close_round(made=first, by=two.coordinator)
    second = two.open()
    corrected = make_update(
        activity=two.activity,
        organization=two.lead,
        author=two.lead_person,
        as_of=entry.as_of,
        done="Met twice.",
        corrects=entry,
    )
    assert corrected.round == first
    assert states(first)["LEAD"] == "answered"
    assert states(second)["LEAD"] == "not_yet_due"


def test_states_in_their_order(two: Two) -> None:
    made = two.open(due_in=10)
    seen = [states(made)["LEAD"]]
    for days in (3, 11):
        with time_machine.travel(timezone.now() + datetime.timedelta(days=days), tick=False):
            seen.append(states(made)["LEAD"])
    entry = make_update(activity=two.activity, organization=two.lead, author=two.lead_person, done="Met.")
    seen.append(states(made)["LEAD"])
    return_update(entry.review, by=two.coordinator, reasons=["unclear"], sentence="Say with whom.")
    seen.append(states(made)["LEAD"])
    again = make_update(
        activity=two.activity, organization=two.lead, author=two.lead_person, done="Met them.", corrects=entry
    )
    accept([again.review], two.coordinator)
    seen.append(states(made)["LEAD"])
    assert seen == list(RequestState)


def test_the_day_before_and_the_day_itself(two: Two) -> None:
    made = two.open(due_in=8)
    seen = {}
    for days in (0, 1, 8, 9):
        with time_machine.travel(timezone.now() + datetime.timedelta(days=days), tick=False):
            seen[days] = states(made)["LEAD"]
    assert seen == {0: "not_yet_due", 1: "due", 8: "due", 9: "overdue"}


# Editing


def test_edit_writes_what_may_change_and_tells_the_history(two: Two) -> None:
    made = two.open()
    later = made.due_on + datetime.timedelta(days=7)
    edited = edit_round(made=made, changes={"due_on": later}, version=1, by=two.coordinator, reason="Holidays.")
    assert (edited.due_on, edited.version) == (later, 2)
    newest = made.history.first()
    assert (newest.due_on, newest.history_user, newest.history_change_reason) == (later, two.coordinator, "Holidays.")


@pytest.mark.parametrize("changes", [{"filters": "area=B"}, {"closed_at": None}, {"number": 7}])
def test_what_is_settled_is_not_edited(two: Two, digest: Digest, changes: dict[str, Any]) -> None:
    made = two.open()
    before = digest()
    with pytest.raises(ValidationError):
        edit_round(made=made, changes=changes, version=1, by=two.coordinator)
    assert digest() == before


def test_a_stale_edit_writes_nothing(two: Two, digest: Digest) -> None:
    made = two.open()
    edit_round(made=made, changes={"title": "Theirs"}, version=1, by=two.coordinator)
    before = digest()
    with pytest.raises(StaleEdit) as stale:
        edit_round(made=made, changes={"title": "Mine"}, version=1, by=two.coordinator)
    assert stale.value.current.title == "Theirs"
    assert digest() == before


# Closing and opening again


def test_closing_freezes_tells_and_ends_the_asking(two: Two) -> None:
    made = two.open()
    closed = close_round(made=made, by=two.coordinator)
    report = FrozenReport.objects.get()
    assert (closed.closed_by, closed.closed_at) == (two.coordinator, report.frozen_at)
    assert told(NotificationKind.ROUND_CLOSED) == {"lead", "partner"}
    entry = make_update(activity=two.activity, organization=two.lead, author=two.lead_person, done="Late.")
    assert entry.round is None


def test_closing_twice_freezes_once(two: Two, digest: Digest) -> None:
    made = close_round(made=two.open(), by=two.coordinator)
    before = digest()
    close_round(made=made, by=two.coordinator)
    assert digest() == before
    assert FrozenReport.objects.count() == 1


@pytest.mark.parametrize("table", ["activities_frozenrow", "activities_notification"])
def test_killed_in_the_middle_of_closing_leaves_the_round_open(two: Two, digest: Digest, table: str) -> None:
    made = two.open()
    before = digest()
    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(_killed_at(f'INTO "{table}"')):
        close_round(made=made, by=two.coordinator)
    assert digest() == before


def test_the_report_keeps_what_was_asked_where_the_answer_took_it_out_of_the_filter(two: Two) -> None:
    made = two.open(filters="status=proposed")
    make_update(activity=two.activity, organization=two.lead, author=two.lead_person, status="agreed", done="Agreed.")
    close_round(made=made, by=two.coordinator)
    assert list(FrozenReport.objects.get().rows.values_list("activity", flat=True)) == [two.activity.pk]


def test_reopening_needs_a_reason_and_leaves_a_trace(two: Two, digest: Digest) -> None:
    made = close_round(made=two.open(), by=two.coordinator)
    before = digest()
    for reason in ("", "  \n"):
        with pytest.raises(ValidationError) as refused:
            reopen_round(made=made, by=two.coordinator, reason=reason)
        assert set(refused.value.error_dict) == {"reason"}
    assert digest() == before
    again = reopen_round(made=made, by=two.coordinator, reason="Two answers were late.")
    assert again.is_open
    newest = made.history.first()
    assert (newest.history_change_reason, newest.history_user) == ("Two answers were late.", two.coordinator)
    assert FrozenReport.objects.count() == 1
    close_round(made=again, by=two.coordinator)
    assert list(FrozenReport.objects.values_list("version", flat=True)) == [1, 2]


def test_a_round_is_not_reopened_beside_another(two: Two, digest: Digest) -> None:
    first = close_round(made=two.open(), by=two.coordinator)
    two.open()
    before = digest()
    with pytest.raises(ValidationError):
        reopen_round(made=first, by=two.coordinator, reason="Two answers were late.")
    assert digest() == before


# Reminding


def after_the_pause() -> Any:
    return time_machine.travel(timezone.now() + datetime.timedelta(days=4), tick=False)


def ids(*organizations: Organization) -> set[int]:
    return {organization.pk for organization in organizations}


def test_reminding_spares_those_reminded_lately_and_those_who_answered(two: Two) -> None:
    made = two.open()
    everybody = ids(two.lead, two.partner)
    spared = remind(made=made, organization_ids=everybody, by=two.coordinator, sentence="Soon.")
    assert (spared.due, spared.spared, spared.answered) == (set(), everybody, set())
    assert told(NotificationKind.REMINDER) == set()
    with after_the_pause():
        make_update(activity=two.activity, organization=two.lead, author=two.lead_person, done="Met.")
        done = remind(made=made, organization_ids=everybody, by=two.coordinator, sentence="Soon.")
        assert (done.due, done.spared, done.answered) == (ids(two.partner), set(), ids(two.lead))
        again = remind(made=made, organization_ids=everybody, by=two.coordinator, sentence="Once more.")
        assert (again.due, again.spared) == (set(), ids(two.partner))
    reminder = Notification.objects.get(kind=NotificationKind.REMINDER)
    assert reminder.user == two.partner_person
    assert reminder.by == two.coordinator
    assert (reminder.facts["sentence"], reminder.facts["requests"]) == ("Soon.", 1)


def test_who_returned_an_answer_is_waited_for_again(two: Two) -> None:
    made = two.open()
    with after_the_pause():
        entry = make_update(activity=two.activity, organization=two.lead, author=two.lead_person, done="Met.")
        return_update(entry.review, by=two.coordinator, reasons=["unclear"], sentence="Say with whom.")
        assert remind(made=made, organization_ids=ids(two.lead), by=two.coordinator).due == ids(two.lead)


def test_who_can_be_told_by_nobody_is_named(two: Two) -> None:
    two.partner_person.memberships.all().delete()
    made = two.open()
    with after_the_pause():
        done = remind(made=made, organization_ids=ids(two.partner), by=two.coordinator)
    assert (done.due, done.unreached) == (set(), ids(two.partner))
    assert Notification.objects.filter(kind=NotificationKind.REMINDER).count() == 0


def test_a_closed_round_reminds_nobody(two: Two, digest: Digest) -> None:
    made = close_round(made=two.open(), by=two.coordinator)
    before = digest()
    with pytest.raises(ValidationError):
        remind(made=made, organization_ids=ids(two.lead), by=two.coordinator)
    assert digest() == before


class TestWhoIsCalledOn:
    def test_a_coordinator_is_told_of_all_that_nobody_answers_for_at_once(self, cast: Cast) -> None:
        lone = [make_organization(acronym=f"LONE{number}") for number in range(3)]
        for organization in lone:
            make_participation(activity=cast.public, organization=organization)
        opener = make_user(name="opener", coordinator=True)
        make_round(by=opener)
        told = Notification.objects.filter(user=cast.coordinator)
        assert [(row.kind, row.organization, row.facts["unmanned"]) for row in told] == [
            ("call", None, sorted(organization.pk for organization in lone))
        ]
        assert "3 organizations" in words_of(told.get()).sentences[0]
        assert not Notification.objects.filter(user=opener).exists()

    def test_who_was_called_on_before_is_called_on_for_a_further_activity(self, cast: Cast) -> None:
        made = make_round(by=cast.coordinator)
        further = make_undertaking(item=cast.item, title="Another course")
        partner = cast.organizations["partner"]
        calls = Notification.objects.filter(kind="call", organization=partner, user=cast.partner)
        assert calls.count() == 1
        make_participation(activity=further, organization=partner)
        assert calls.count() == 2
        assert calls.filter(facts__requests=1).count() == 1
        assert UpdateRequest.objects.filter(round=made, organization=partner).count() == 4

    def test_another_role_in_the_same_activity_is_no_further_call(self, cast: Cast) -> None:
        made = make_round(by=cast.coordinator)
        partner = cast.organizations["partner"]
        before = Notification.objects.count()
        make_participation(activity=cast.public, organization=partner, role=Role.FUNDER)
        assert Notification.objects.count() == before
        assert UpdateRequest.objects.filter(round=made, organization=partner, activity=cast.public).count() == 2
