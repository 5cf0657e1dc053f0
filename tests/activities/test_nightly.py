"""The nightly run: who is reminded when, who hears of mentions, changes and the week, and that twice is once."""

import datetime
import io
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.choices import MailState, NotificationKind, Response, Role, Status, UpdateKind, Visibility
from activities.models import Notification, Participation, ReportingRound
from activities.workflow import close_round, no_change, remind, return_update
from activities.workflow import nightly as parts_of_nightly
from activities.workflow.bell import follow
from activities.workflow.mentions import Names, tell_mentions
from activities.workflow.nightly import Part
from activities.workflow.reminders import Step, last_step
from activities.workflow.rounds import follow_the_days
from organizations.choices import MembershipRole
from organizations.models import Membership, Organization, OrganizationName, User
from tests.activities.conftest import database_digest
from tests.factories import (
    make_item,
    make_organization,
    make_participation,
    make_round,
    make_undertaking,
    make_update,
    make_user,
)
from tests.reading import client_of

from .test_concurrency import together

pytestmark = pytest.mark.django_db

DAY_0 = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)  # a Monday
DUE_SOON, OVERDUE = NotificationKind.DUE_SOON, NotificationKind.OVERDUE


def run() -> str:
    out = io.StringIO()
    call_command("nightly", stdout=out)
    return out.getvalue()


def told(kind: str, **where: Any) -> set[tuple[str, str]]:
    """(name of the person, code of the activity) of the notifications of this kind."""
    rows = Notification.objects.filter(kind=kind, **where)
    return set(rows.values_list("user__name", "activity__code"))


class TestWhenAReminderIsDue:
    DUE = datetime.date(2026, 3, 31)

    @pytest.mark.parametrize(
        ("days", "expected"),
        [
            (-30, None),
            (-8, None),
            (-7, (DUE_SOON, -7)),
            (-2, (DUE_SOON, -7)),
            (-1, (DUE_SOON, -1)),
            (0, (DUE_SOON, -1)),
            (1, (OVERDUE, 1)),
            (6, (OVERDUE, 1)),
            (7, (OVERDUE, 7)),
            (20, (OVERDUE, 7)),
            (21, (OVERDUE, 21)),
            (34, (OVERDUE, 21)),
            (35, (OVERDUE, 35)),
            (77, (OVERDUE, 77)),
        ],
    )
    def test_the_latest_step_that_has_come(self, days: int, expected: tuple[str, int] | None) -> None:
        step = last_step(self.DUE, self.DUE + datetime.timedelta(days=days))
        assert step == (expected and Step(expected[0], self.DUE + datetime.timedelta(days=expected[1])))


@pytest.fixture
def asked() -> tuple[ReportingRound, Organization, Organization]:
    """On day 0 a round opens that is due on day 14; two organizations with a focal point each are asked."""
    with time_machine.travel(DAY_0, tick=False):
        silent, prompt = make_organization(acronym="SILENT"), make_organization(acronym="PROMPT")
        make_user(name="silent", organization=silent)
        make_user(name="prompt", organization=prompt)
        make_undertaking(item=make_item(code="A.1"), lead=silent, partners=[prompt], status=Status.UNDER_WAY)
        return make_round(title="Spring", due_in=14), silent, prompt


def reminders(day: int) -> set[tuple[str, str]]:
    """(person, kind) of what one night writes for the round on that day after its opening."""
    with time_machine.travel(DAY_0 + datetime.timedelta(days=day, hours=-6), tick=False):
        before = set(Notification.objects.values_list("pk", flat=True))
        run()
        rows = Notification.objects.exclude(pk__in=before).filter(round__isnull=False)
        return set(rows.values_list("user__name", "kind"))


def test_a_silent_organization_is_reminded_on_each_step_and_an_answer_ends_it(asked: Any) -> None:
    made, _silent, prompt = asked
    with time_machine.travel(DAY_0 + datetime.timedelta(days=3), tick=False):
        no_change(activity=made.requests.first().activity, organization=prompt, author=User.objects.get(name="prompt"))
    # Day 15 would come two days after day 13: never two within three days.
    assert {day: found for day in range(1, 70) if (found := reminders(day))} == {
        7: {("silent", DUE_SOON)},
        13: {("silent", DUE_SOON)},
        16: {("silent", OVERDUE)},
        21: {("silent", OVERDUE)},
        35: {("silent", OVERDUE)},
        49: {("silent", OVERDUE)},
        63: {("silent", OVERDUE)},
    }


def test_coordinators_hear_of_silent_organizations_nobody_answers_for_as_rarely(asked: Any) -> None:
    made, silent, prompt = asked
    Membership.objects.filter(organization__slug="silent").delete()
    with time_machine.travel(DAY_0 + datetime.timedelta(days=3), tick=False):
        make_user(name="keeper", coordinator=True)
        no_change(activity=made.requests.first().activity, organization=prompt, author=User.objects.get(name="prompt"))
    told = {
        day: kinds for day in range(1, 36) if (kinds := {kind for name, kind in reminders(day) if name == "keeper"})
    }
    assert told == {7: {DUE_SOON}, 13: {DUE_SOON}, 16: {OVERDUE}, 21: {OVERDUE}, 35: {OVERDUE}}
    rows = Notification.objects.filter(user__name="keeper", round=made)
    assert {(row.organization, tuple(row.facts["unmanned"])) for row in rows} == {(None, (silent.pk,))}


def test_a_call_of_which_coordinators_were_told_counts_as_a_reminder(db: None) -> None:
    with time_machine.travel(DAY_0, tick=False):
        make_user(name="keeper", coordinator=True)
        make_undertaking(lead=make_organization(), status=Status.UNDER_WAY)
        made = make_round(due_in=8)
    assert {day: found for day in range(1, 8) if (found := reminders(day))} == {
        4: {("keeper", DUE_SOON), (made.opened_by.name, DUE_SOON)},
        7: {("keeper", DUE_SOON), (made.opened_by.name, DUE_SOON)},
    }


def test_a_second_run_on_the_same_day_writes_nothing_more(asked: Any) -> None:
    assert reminders(7) == {("silent", DUE_SOON), ("prompt", DUE_SOON)}
    with time_machine.travel(DAY_0 + datetime.timedelta(days=7, hours=9), tick=False):
        before = database_digest()
        run()
        assert database_digest() == before


def test_after_nights_that_were_missed_only_the_latest_step_is_made_up_for(asked: Any) -> None:
    both = {("silent", OVERDUE), ("prompt", OVERDUE)}
    assert {day: found for day in range(24, 40) if (found := reminders(day))} == {24: both, 35: both}


def test_a_reminder_by_hand_postpones_the_next_one(asked: Any) -> None:
    made, silent, prompt = asked
    with time_machine.travel(DAY_0 + datetime.timedelta(days=6), tick=False):
        remind(made=made, organization_ids=[silent.pk], by=User.objects.get(pk=made.opened_by_id))
    assert reminders(7) == {("prompt", DUE_SOON)}
    assert reminders(8) == set() == reminders(9)
    assert reminders(10) == {("silent", DUE_SOON)}
    with time_machine.travel(DAY_0 + datetime.timedelta(days=22), tick=False):
        remind(made=made, organization_ids=[prompt.pk], by=User.objects.get(pk=made.opened_by_id))
    # The step of day 21 was missed; for one of them the coordinator did it.
    assert reminders(26) == {("silent", OVERDUE)}


def test_the_call_counts_as_a_reminder(db: None) -> None:
    organization = make_organization()
    make_user(name="focal", organization=organization)
    with time_machine.travel(DAY_0, tick=False):
        make_undertaking(lead=organization, status=Status.UNDER_WAY)
        make_round(due_in=5)
    assert {day: found for day in range(1, 6) if (found := reminders(day))} == {4: {("focal", DUE_SOON)}}


def test_a_closed_round_reminds_nobody_and_what_was_returned_is_still_awaited(asked: Any) -> None:
    made, silent, _prompt = asked
    keeper, author = User.objects.get(pk=made.opened_by_id), User.objects.get(name="silent")
    with time_machine.travel(DAY_0 + datetime.timedelta(days=2), tick=False):
        update = no_change(activity=made.requests.first().activity, organization=silent, author=author)
        return_update(update.review, by=keeper, reasons=["unclear"], sentence="Since when?")
    assert ("silent", DUE_SOON) in reminders(7)
    with time_machine.travel(DAY_0 + datetime.timedelta(days=8), tick=False):
        close_round(made=made, by=keeper)
    assert reminders(13) == set()


def test_a_reminder_is_mailed_and_says_how_many_updates_are_awaited(asked: Any) -> None:
    made, silent, _prompt = asked
    with time_machine.travel(DAY_0, tick=False):
        make_participation(activity=make_undertaking(), organization=silent)
    reminders(7)
    row = Notification.objects.get(kind=DUE_SOON, user__name="silent")
    assert (row.mail_state, row.round_id, row.organization_id) == (MailState.QUEUED, made.pk, silent.pk)
    # The second participation joined the round after it opened.
    assert row.facts["requests"] == 2


def test_participations_that_begin_or_end_with_the_day_join_or_leave_the_round(asked: Any) -> None:
    made, _silent, prompt = asked
    activity = made.requests.first().activity
    with time_machine.travel(DAY_0, tick=False):
        late, quiet = make_organization(acronym="LATE"), make_organization(acronym="QUIET")
        make_user(name="late", organization=late)
        make_user(name="quiet", organization=quiet)
        make_participation(activity=activity, organization=late, since="2026-03-06")
        # Another role of an organization that was called on: one answer serves both, so no second call.
        make_participation(activity=activity, organization=prompt, role=Role.FUNDER, since="2026-03-06")
        # What the filter did not find when the round opened does not join by itself.
        old = make_participation(activity=make_undertaking(), organization=quiet)
        old.requests.all().delete()
        Participation.objects.filter(activity=activity, organization__slug="silent").update(until="2026-03-06")

    def standing() -> set[tuple[str, str]]:
        rows = made.requests.filter(left_at__isnull=True)
        return set(rows.values_list("organization__slug", "participation__role"))

    both = {("silent", "lead"), ("prompt", "partner")}
    # Day 0 is 2 March: until the night to the 6th nothing happens.
    assert {day: (found, standing()) for day in range(1, 6) if (found := reminders(day)) or day in (3, 4)} == {
        3: (set(), both),
        4: ({("late", NotificationKind.CALL)}, {("prompt", "partner"), ("prompt", "funder"), ("late", "partner")}),
    }
    with time_machine.travel(DAY_0 + datetime.timedelta(days=5), tick=False):
        before = database_digest()
        run()
        assert database_digest() == before
        close_round(made=made, by=User.objects.get(pk=made.opened_by_id))
        assert follow_the_days(made) == 0


# --- mentions ---------------------------------------------------------------------------------------------------


def names_of(text: str) -> set[str]:
    found = Names().named_in(text)
    return set(Organization.objects.filter(pk__in=found).values_list("slug", flat=True))


class TestNamesInRunningText:
    @pytest.fixture(autouse=True)
    def known(self, db: None) -> None:
        make_organization(acronym="OSCE", name_en="Organization for Security and Co-operation in Europe")
        make_organization(acronym="EU", name_en="European Union", name_zh_hans="欧洲联盟", name_ar="الاتحاد الأوروبي")
        make_organization(acronym="WEU", name_en="Western European Union")
        make_organization(acronym="EUMM", name_en="European Union Monitoring Mission")
        make_organization(acronym="WHO", name_en="World Health Organization")
        oic = make_organization(acronym="OIC", name_en="Organisation of Islamic Cooperation")
        OrganizationName.objects.create(
            organization=oic, acronym_fr="OCI", name_en="Organization of the Islamic Conference", until="2011"
        )

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("We met the OSCE in Vienna.", {"osce"}),
            ("(OSCE), then WHO/OSCE again", {"osce", "who"}),
            ("The osce is a river; who knows?", set()),
            ("OSCEology and preOSCE", set()),
            ("the EU is too short an acronym", set()),
            ("with the european union's delegation", {"eu"}),
            ("The Western European Union was dissolved.", {"weu"}),
            ("Western European Union and European Union", {"weu", "eu"}),
            ("The European Union Monitoring Mission stays.", {"eumm"}),
            ("organization for security and co-operation in europe", {"osce"}),
            ("Organization for Security and\nCo-operation in Europe", {"osce"}),
            ("The Organization of the Islamic Conference hosted us.", {"oic"}),
            ("Avec l’OCI.", {"oic"}),
            ("我们与欧洲联盟和OSCE举行会议", {"eu", "osce"}),
            ("مع الاتِّحاد الاوروبي", {"eu"}),
            ("", set()),
        ],
    )
    def test_whole_names_of_any_time_and_language(self, text: str, expected: set[str]) -> None:
        assert names_of(text) == expected


@pytest.fixture
def named(db: None) -> dict[str, Any]:
    """OSCE has a focal point and a reporter, and takes part in nothing; HOST leads an activity."""
    osce, host = make_organization(acronym="OSCE", mailbox="osce@example.org"), make_organization(acronym="HOST")
    make_user(name="vienna", organization=osce, language="fr")
    make_user(name="reader", organization=osce, role=MembershipRole.REPORTER)
    make_user(name="host", organization=host)
    make_user(name="keeper", coordinator=True)
    activity = make_undertaking(title="Course", lead=host, status=Status.UNDER_WAY, days_ago=30)
    return {"osce": osce, "host": host, "activity": activity}


def test_focal_points_hear_of_what_others_wrote_of_their_organization(named: dict[str, Any]) -> None:
    activity, host = named["activity"], named["host"]
    update = make_update(activity=activity, organization=host, done="Met.", next_steps="A visit to OSCE and HOST.")
    run()
    row = Notification.objects.get(kind=NotificationKind.MENTION)
    assert (row.user.name, row.update, row.activity, row.organization) == ("vienna", update, activity, named["osce"])
    assert (row.language, row.mail_state) == ("fr", MailState.QUEUED)
    run()
    assert Notification.objects.filter(kind=NotificationKind.MENTION).count() == 1


def test_neither_mailbox_nor_coordinators_hear_of_mentions(named: dict[str, Any]) -> None:
    Membership.objects.filter(organization=named["osce"]).delete()
    make_update(activity=named["activity"], organization=named["host"], done="With OSCE.")
    run()
    assert told(NotificationKind.MENTION) == set()


def test_mentions_of_oneself_old_ones_corrected_ones_and_documented_ones_are_not_told(named: dict[str, Any]) -> None:
    activity, host, osce = named["activity"], named["host"], named["osce"]
    wrong = make_update(activity=activity, organization=host, done="With OSCE.")
    make_update(activity=activity, organization=host, done="With nobody.", corrects=wrong)
    make_update(activity=activity, organization=host, done="OSCE.", kind=UpdateKind.DOCUMENTED)
    old = make_undertaking(title="Old", lead=host)
    make_update(activity=old, organization=host, done="With OSCE.", days_ago=15)
    make_participation(activity=old, organization=osce)
    make_update(activity=old, organization=osce, done="We, OSCE, met.", author=User.objects.get(name="vienna"))
    vienna = User.objects.get(name="vienna")
    Membership.objects.create(user=vienna, organization=host, role=MembershipRole.REPORTER)
    make_update(activity=old, organization=host, done="I wrote of OSCE myself.", author=vienna)
    run()
    assert told(NotificationKind.MENTION) == set()


def test_an_organization_that_may_not_read_the_activity_hears_nothing(named: dict[str, Any]) -> None:
    known: dict[str, Any] = {"lead": named["host"], "visibility": Visibility.RESTRICTED}
    closed, opened = (make_undertaking(title=title, **known) for title in ("Closed", "Opened"))
    make_participation(activity=opened, organization=named["osce"], response=Response.INVITED)
    for activity in (closed, opened):
        make_update(activity=activity, organization=named["host"], done="Not for OSCE?")
    run()
    assert told(NotificationKind.MENTION) == {("vienna", opened.code)}


def test_statements_for_mentions_do_not_grow_with_them(named: dict[str, Any]) -> None:
    counts = []
    for _ in range(2):
        for _ in range(2):
            other = make_organization()
            make_user(organization=other)
            known: dict[str, Any] = {"lead": named["host"], "partners": [other]}
            activity = make_undertaking(visibility=Visibility.RESTRICTED, **known)
            make_update(activity=activity, organization=named["host"], done=f"With {other.acronym_en}.")
        with CaptureQueriesContext(connection) as captured:
            assert tell_mentions(timezone.now()) == 2
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12


# --- the run itself ----------------------------------------------------------------------------------------------


def test_one_part_that_fails_stops_no_other(
    named: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_update(activity=named["activity"], organization=named["host"], done="With OSCE.")
    real = parts_of_nightly.parts

    def broken() -> int:
        Organization.objects.update(seat="Half-way")
        raise RuntimeError("no such luck")

    monkeypatch.setattr(
        "activities.management.commands.nightly.parts", lambda now: [Part("Broken", broken), *real(now)]
    )
    with pytest.raises(CommandError, match="Failed: Broken"):
        run()
    assert told(NotificationKind.MENTION) == {("vienna", named["activity"].code)}
    assert not Organization.objects.filter(seat="Half-way").exists()
    assert "no such luck" in caplog.text


def test_an_empty_register_has_quiet_nights(db: None) -> None:
    before = database_digest()
    assert run().count(": 0") == run().count(": 0") >= 4
    assert database_digest() == before


def test_ended_sessions_are_removed(db: None) -> None:
    with time_machine.travel(DAY_0, tick=False):
        client_of(make_user(name="past"))
    client_of(make_user(name="present"))
    assert Session.objects.count() == 2
    run()
    [session] = Session.objects.all()
    assert session.get_decoded()["_auth_user_id"] == str(User.objects.get(name="present").pk)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_everybody_once(transactional_db: None) -> None:
    named, host = make_organization(acronym="NAMED"), make_organization(acronym="HOST")
    focal, writer = make_user(name="named", organization=named), make_user(name="host", organization=host)
    activity = make_undertaking(lead=host, partners=[named], status=Status.UNDER_WAY)
    make_round(due_in=7)
    Notification.objects.update(created_at=timezone.now() - datetime.timedelta(days=9))
    follow(focal, activity=activity)
    make_update(activity=activity, organization=host, author=writer, done="With NAMED.")
    together(2, lambda number: run())
    rows = Notification.objects.exclude(kind=NotificationKind.CALL).values_list("kind", "user__name")
    assert sorted(rows) == sorted(
        [
            (NotificationKind.DUE_SOON, "named"),
            (NotificationKind.MENTION, "named"),
            (NotificationKind.FOLLOWED, "named"),
            (NotificationKind.DIGEST, "named"),
        ]
    )
    focal.refresh_from_db()
    assert focal.unread_notifications == Notification.objects.for_person(focal).unread().count() == 4
