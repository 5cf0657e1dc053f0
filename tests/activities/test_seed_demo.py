"""The demonstration set shows every status and signal, stays apart from everything real, and goes without a trace."""

import datetime
from collections import Counter
from io import StringIO

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase, override_settings
from django.utils import timezone

from activities.choices import MailState, RequestState, Signal, Status, UpdateKind, Visibility
from activities.loading.demonstration import PASSWORD
from activities.loading.demonstration_rounds import KIND, review_answers
from activities.loading.tally import Tally
from activities.models import (
    Activity,
    Evidence,
    FrozenReport,
    Notification,
    Participation,
    ReportingRound,
    StatusUpdate,
    UpdateRequest,
)
from activities.workflow import invite, post_update, propose_undertaking, refresh_derived
from activities.workflow.freezing import verify
from organizations.models import Membership, Organization, User
from tests.activities.test_load_reference import dump
from tests.factories import make_round, make_user

PEOPLE = {"lead", "partner", "reporter", "observer", "stranger", "coordinator", "administrator"}


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("seed_demo", *arguments, stdout=out)
    return out.getvalue()


@override_settings(DEBUG=True)
class Demonstration(TestCase):
    """One set, made once; each test looks at it or takes it away."""

    @classmethod
    def setUpTestData(cls) -> None:
        call_command("load_reference", stdout=StringIO())
        cls.before = dump()
        with override_settings(DEBUG=True):
            cls.output = run()
        cls.demonstration = Activity.objects.filter(is_demonstration=True)

    def test_every_status_visibility_and_signal(self) -> None:
        today = timezone.localdate()
        self.assertEqual(self.demonstration.count(), 16)
        self.assertEqual(set(self.demonstration.values_list("status", flat=True)), set(Status.values))
        self.assertEqual(set(self.demonstration.values_list("visibility", flat=True)), set(Visibility.values))
        shown = {
            signal: set(self.demonstration.showing(signal, today).values_list("import_key", flat=True))
            for signal in Signal.values
        }
        self.assertEqual(
            shown,
            {
                Signal.OVERDUE: {"DEMO03"},
                Signal.LEAD_WITHDREW: {"DEMO09"},
                Signal.NO_LEAD: {"DEMO08"},
                Signal.SILENT: {"DEMO04"},
                Signal.UNANSWERED: {"DEMO10"},
                Signal.PAST_REVIEW: {"DEMO13"},
                Signal.NO_CLOSING_CONDITION: {"DEMO11"},
            },
        )

    def test_titles_in_every_language_of_the_register(self) -> None:
        languages = {
            row.language for row in self.demonstration if getattr(row, f"title_{row.language.replace('-', '_')}")
        }
        self.assertEqual(languages, {"ar", "en", "es", "fr", "ru", "zh-hans"})

    def test_the_log_holds_a_correction_a_no_change_and_links(self) -> None:
        corrected = StatusUpdate.objects.exclude(corrects=None).get()
        self.assertEqual((corrected.progress, corrected.corrects.progress), (90, 80))
        self.assertEqual(StatusUpdate.objects.filter(kind=UpdateKind.NO_CHANGE).count(), 2)
        self.assertEqual(Evidence.objects.count(), 2)
        self.assertFalse(StatusUpdate.objects.filter(kind=UpdateKind.DOCUMENTED).exists())

    def test_entries_are_dated_when_they_were_told(self) -> None:
        for update in StatusUpdate.objects.all():
            self.assertEqual(update.created_at.date().isoformat(), update.as_of)

    def test_derived_columns_are_what_the_log_says(self) -> None:
        for activity in self.demonstration:
            self.assertEqual(refresh_derived(activity), {}, activity)

    def test_nothing_invented_touches_a_real_organization(self) -> None:
        invented = set(Organization.objects.filter(is_demonstration=True).values_list("pk", flat=True))
        self.assertEqual(len(invented), 5)
        self.assertEqual(
            [name for name in Organization.objects.filter(pk__in=invented).values_list("name_en", flat=True)
             if not name.startswith("Demonstration: ")],
            [],
        )  # fmt: skip
        for model in (Participation, StatusUpdate, Membership):
            self.assertEqual(set(model.objects.values_list("organization", flat=True)) - invented, set(), model)
        self.assertEqual(set(StatusUpdate.objects.values_list("activity__is_demonstration", flat=True)), {True})
        self.assertEqual(set(self.demonstration.values_list("countries", flat=True)), {""})

    def test_a_person_of_each_kind_can_sign_in(self) -> None:
        self.assertEqual(set(User.objects.values_list("email", flat=True)), {f"{p}@demo.example" for p in PEOPLE})
        for person in PEOPLE:
            user = authenticate(username=f"{person}@demo.example", password=PASSWORD)
            self.assertIsNotNone(user, person)
            self.assertIn(f"{person}@demo.example", self.output)
        self.assertIn(PASSWORD, self.output)

    def test_each_may_do_what_the_table_of_rights_says(self) -> None:
        running = Activity.objects.get(import_key="DEMO01")
        restricted = Activity.objects.get(import_key="DEMO12")
        verbs = ("activities.post_update", "activities.set_status", "activities.edit_undertaking")
        rights = {}
        for person in PEOPLE:
            user = User.objects.get(email=f"{person}@demo.example")
            sees = Activity.objects.visible_to(user).filter(pk=restricted.pk).exists()
            rights[person] = (sees, *(user.has_perm(verb, running) for verb in verbs))
        self.assertEqual(
            rights,
            {
                "lead": (True, True, True, True),
                "partner": (True, True, False, False),
                "reporter": (True, True, False, False),
                "observer": (True, False, False, False),
                "stranger": (False, False, False, False),
                "coordinator": (True, True, True, True),
                "administrator": (True, True, True, True),
            },
        )
        self.assertEqual(
            set(User.objects.filter(is_staff=True).values_list("email", "is_superuser")),
            {("coordinator@demo.example", False), ("administrator@demo.example", True)},
        )

    def test_a_closed_round_with_its_report_and_an_open_one(self) -> None:
        first, second = ReportingRound.objects.order_by("number")
        self.assertEqual(
            [(r.title, r.is_open) for r in (first, second)],
            [("Demonstration round 1", False), ("Demonstration round 2", True)],
        )
        self.assertEqual({r.is_demonstration for r in (first, second)}, {True})
        states = UpdateRequest.objects.filter(round=second).standing().with_state(timezone.localdate())
        self.assertEqual(
            Counter(states.values_list("state", flat=True)),
            {RequestState.OVERDUE: 29, RequestState.ANSWERED: 5, RequestState.RETURNED: 1, RequestState.ACCEPTED: 1},
        )
        report = FrozenReport.objects.get()
        self.assertEqual((report.round, report.frozen_at), (first, first.closed_at))
        self.assertLess(first.closed_at, second.opened_at)
        self.assertTrue(verify(report))
        self.assertGreater(report.facts["counts"]["answered_in_all"], 0)

    def test_the_rounds_concern_nothing_real_and_mail_nobody(self) -> None:
        for model in (UpdateRequest, Notification):
            named = model.objects.exclude(organization=None)
            self.assertEqual(set(named.values_list("organization__is_demonstration", flat=True)), {True})
        self.assertEqual(set(UpdateRequest.objects.values_list("activity__is_demonstration", flat=True)), {True})
        calls = Notification.objects.exclude(round=None)
        self.assertEqual(set(calls.values_list("mail_state", flat=True)), {MailState.NONE})
        # A real organization that joins an invented activity is not asked in an invented round.
        running = Activity.objects.get(import_key="DEMO01")
        asean = Organization.objects.get(slug="asean")
        invite(activity=running, organization=asean, role="partner", by=None, response="accepted")
        self.assertFalse(UpdateRequest.objects.filter(organization=asean).exists())

    def test_where_nothing_answered_a_round_nothing_is_reviewed(self) -> None:
        """As after an upgrade, when the undertakings are older than the rounds."""
        before = dump()
        entry = {"title": "Another round", "accepted": {"undertaking": "DEMO12", "organization": "hpo"}}
        tally = Tally("demonstration")
        tally.created[KIND] = 1
        review_answers([entry], User.objects.get(email="coordinator@demo.example"), tally)
        self.assertEqual(dump(), before)

    def test_what_coordinators_were_told_goes_too(self) -> None:
        real = make_user(coordinator=True)
        run("--remove")
        run()
        real.refresh_from_db()
        self.assertGreater(real.unread_notifications, 0)
        run("--remove")
        real.refresh_from_db()
        self.assertEqual((real.unread_notifications, Notification.objects.count()), (0, 0))

    def test_where_a_real_round_is_open_none_is_invented(self) -> None:
        run("--remove")
        asean = Organization.objects.get(slug="asean")
        item = Activity.objects.get(code="B.2")
        propose_undertaking(parent=item, by=None, organization=asean, title_en="Real mission")
        made = make_round(filters="organization=asean")
        run()
        self.assertEqual(list(ReportingRound.objects.all()), [made])
        self.assertEqual(self.demonstration.count(), 16)

    def test_a_second_run_changes_nothing(self) -> None:
        before = dump()
        self.assertIn("nothing to do, 30 rows are as the file says", run())
        self.assertEqual(dump(), before)

    def test_a_run_on_another_day_moves_nothing(self) -> None:
        before = dump()
        with time_machine.travel(timezone.now() + datetime.timedelta(days=40), tick=False):
            run()
        self.assertEqual(dump(), before)

    def test_the_register_is_as_before(self) -> None:
        self.assertNotEqual(dump(), self.before)
        self.assertEqual(run("--remove"), "The demonstration set has been removed.\n")
        self.assertEqual(dump(), self.before)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_admin_log")
            self.assertEqual(cursor.fetchone(), (0,))

    def test_removing_twice_is_harmless_and_it_can_come_back(self) -> None:
        run("--remove")
        run("--remove")
        self.assertEqual(dump(), self.before)
        run()
        self.assertEqual(self.demonstration.count(), 16)

    @override_settings(DEBUG=False)
    def test_it_can_be_removed_where_it_could_not_be_made(self) -> None:
        run("--remove")
        self.assertEqual(dump(), self.before)

    def test_corrections_of_corrections_go_too(self) -> None:
        latest = StatusUpdate.objects.exclude(corrects=None).get()
        post_update(
            activity=latest.activity,
            organization=latest.organization,
            author=latest.author,
            as_of=latest.as_of,
            may_set_status=True,
            progress=latest.progress,
            done="Seven after all.",
            corrects=latest,
        )
        run("--remove")
        self.assertEqual(dump(), self.before)

    def test_real_rows_stay_and_so_does_who_wrote_them(self) -> None:
        lead = User.objects.get(email="lead@demo.example")
        item = Activity.objects.get(code="B.2")
        real = propose_undertaking(parent=item, by=None, title_en="Real mission", follows=self.demonstration.first())
        asean = Organization.objects.get(slug="asean")
        invite(activity=real, organization=asean, role="lead", by=None, response="accepted")
        post_update(
            activity=real,
            organization=asean,
            author=lead,
            as_of=timezone.localdate(),
            may_set_status=False,
            done="Begun.",
        )
        output = run("--remove")
        self.assertEqual(
            output.splitlines(),
            [
                "lead@demo.example has written in the register: the account was closed, not deleted.",
                "NCU (demo) takes part in activities or has members: it was not deleted.",
                "The demonstration set has been removed.",
            ],
        )
        real.refresh_from_db()
        self.assertEqual((real.follows, real.updates.get().done), (None, "Begun."))
        self.assertEqual(list(User.objects.values_list("email", "is_active")), [("lead@demo.example", False)])
        # The number before the real one was a demonstration's: a gap stays, nothing is renumbered.
        self.assertEqual(Activity.objects.get(code="B.2").last_child_number, 2)


@override_settings(DEBUG=False)
class Refused(TestCase):
    def test_without_debug_nothing_is_made(self) -> None:
        call_command("load_reference", stdout=StringIO())
        before = dump()
        with self.assertRaisesMessage(CommandError, "only made where DEBUG is true"):
            run()
        self.assertEqual(dump(), before)

    @override_settings(DEBUG=True)
    def test_without_reference_it_says_what_to_run_first(self) -> None:
        before = dump()
        with self.assertRaisesMessage(CommandError, "Run load_reference first."):
            run()
        self.assertEqual(dump(), before)


def test_there_is_no_way_around_debug() -> None:
    with pytest.raises(CommandError, match="unrecognized arguments"):
        run("--even-without-debug")
