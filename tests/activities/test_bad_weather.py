"""Bad weather: what happens meanwhile, hostile input, and what a kill leaves behind. See docs/bad-weather.md."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.choices import RequestState, Response
from activities.models import Activity, Notification, Participation, ReportingRound, StatusUpdate, UpdateRequest
from activities.workflow import (
    answer_invitation,
    close_round,
    end_participation,
    no_change,
)
from organizations.models import Membership
from tests.factories import make_round, make_update
from tests.forms_sent import fields_of
from tests.personas import Cast
from tracker.toolkit.words import cleaned

from .test_undertakings import facts
from .test_update_form import address, fields, signed_in

pytestmark = pytest.mark.django_db

SENTENCE = "Twelve trainers were named in Bujumbura."


def participation(cast: Cast, name: str) -> Participation:
    return cast.public.participations.get(organization=cast.organizations[name])


def asked(cast: Cast, name: str) -> UpdateRequest:
    """What this organization is asked about the public activity, with its state."""
    return UpdateRequest.objects.with_state(timezone.localdate()).get(participation=participation(cast, name))


def withdraw(cast: Cast, name: str) -> None:
    row = participation(cast, name)
    answer_invitation(
        participation=row, response=Response.WITHDRAWN, by=cast.coordinator, version=row.version, words="No funds."
    )


class TestMeanwhile:
    """Something changes between opening a form and sending it."""

    def test_the_round_closes_while_somebody_types(self, cast: Cast) -> None:
        made = make_round(by=cast.coordinator)
        sent = fields(cast.public, done=SENTENCE)
        close_round(made=made, by=cast.coordinator)
        assert signed_in(cast.partner).post(address(cast.public), sent).status_code == 302
        entry = StatusUpdate.objects.latest("pk")
        assert (entry.done, entry.round) == (SENTENCE, None)
        request = asked(cast, "partner")
        assert request.state == RequestState.NOT_YET_DUE

    def test_the_participation_is_withdrawn_while_somebody_types(self, cast: Cast, digest: Callable[[], str]) -> None:
        client = signed_in(cast.partner)
        sent = fields(cast.public, done=SENTENCE)
        withdraw(cast, "partner")
        before = digest()
        response = client.post(address(cast.public), sent)
        assert response.status_code == 403
        assert SENTENCE in response.content.decode(), "what was typed can be copied"
        assert sent["token"] not in response.content.decode()
        assert digest() == before

    def test_the_withdrawal_hides_a_restricted_activity_and_the_text_is_still_given_back(self, cast: Cast) -> None:
        client = signed_in(cast.partner)
        sent = fields(cast.restricted, done=SENTENCE)
        row = cast.restricted.participations.get(organization=cast.organizations["partner"])
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        Participation.objects.filter(pk=row.pk).update(since=(yesterday - datetime.timedelta(days=9)).isoformat())
        row.refresh_from_db()
        end_participation(participation=row, on=yesterday, by=cast.lead, version=row.version)
        response = client.post(address(cast.restricted), sent)
        assert response.status_code == 404
        page = response.content.decode()
        assert SENTENCE in page
        assert "Restricted course" not in page

    def test_a_person_is_removed_from_the_organization_while_typing(
        self, cast: Cast, digest: Callable[[], str]
    ) -> None:
        client = signed_in(cast.reporter)
        sent = fields(cast.public, done=SENTENCE)
        Membership.objects.filter(user=cast.reporter).delete()
        before = digest()
        response = client.post(address(cast.public), sent)
        assert (response.status_code, SENTENCE in response.content.decode()) == (403, True)
        assert digest() == before

    def test_an_account_closed_while_typing_is_asked_to_sign_in(self, cast: Cast, digest: Callable[[], str]) -> None:
        client = signed_in(cast.reporter)
        sent = fields(cast.public, done=SENTENCE)
        cast.reporter.is_active = False
        cast.reporter.save()
        count = StatusUpdate.objects.count()
        response = client.post(address(cast.public), sent)
        assert (response.status_code, reverse("account_login") in response["Location"]) == (302, True)
        assert StatusUpdate.objects.count() == count

    def test_a_visitor_is_given_nothing_back(self, cast: Cast) -> None:
        response = Client().post(reverse("activity-edit", args=["S-2001-138", "A.9.9"]), {"title": SENTENCE})
        assert SENTENCE not in response.content.decode()

    def test_passwords_are_never_given_back(self, cast: Cast) -> None:
        response = signed_in(cast.partner).post(
            reverse("activity-edit", args=["S-2001-138", "A.9.9"]), {"old_password": "four plain quiet words"}
        )
        assert (response.status_code, "plain quiet" in response.content.decode()) == (404, False)

    def test_two_tabs_of_one_person_make_two_entries_and_the_newer_one_answers(self, cast: Cast) -> None:
        make_round(by=cast.coordinator)
        client = signed_in(cast.partner)
        first, second = fields(cast.public, done="First tab."), fields(cast.public, done="Second tab.")
        for sent in (first, second, first):  # and the first one is sent again
            assert client.post(address(cast.public), sent).status_code == 302
        entries = StatusUpdate.objects.filter(activity=cast.public, organization=cast.organizations["partner"])
        assert [entry.done for entry in entries.order_by("pk")] == ["First tab.", "Second tab."]
        request = asked(cast, "partner")
        assert request.answer_id == entries.latest("pk").pk

    def test_a_withdrawal_while_the_round_is_open_takes_the_request_away(self, cast: Cast) -> None:
        make_round(by=cast.coordinator)
        withdraw(cast, "partner")
        left = UpdateRequest.objects.standing().filter(activity=cast.public)
        assert set(left.values_list("organization__slug", flat=True)) == {"lead", "colead"}


class TestClock:
    """A server whose clock was set back, or a person in another time zone."""

    def test_entries_stand_in_the_order_of_their_entry_when_the_clock_goes_back(self, cast: Cast) -> None:
        make_round(by=cast.coordinator)
        # Not across midnight: the day of an entry is another matter.
        noon = timezone.now().replace(hour=12) + datetime.timedelta(days=1)
        partner = cast.organizations["partner"]
        with time_machine.travel(noon, tick=False):
            no_change(activity=cast.public, organization=partner, author=cast.partner)
        with time_machine.travel(noon - datetime.timedelta(minutes=5), tick=False):
            later = no_change(activity=cast.public, organization=partner, author=cast.partner)
        request = asked(cast, "partner")
        assert request.answer_id == later.pk, "the order is that of entry, not of the clock"

    def test_a_day_in_the_future_is_refused_with_a_sentence(self, cast: Cast, digest: Callable[[], str]) -> None:
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        before = digest()
        response = signed_in(cast.partner).post(address(cast.public), fields(cast.public, as_of=tomorrow.isoformat()))
        assert (response.status_code, "lies in the future" in response.content.decode()) == (422, True)
        assert digest() == before


HOSTILE = {
    "control characters": "A\x01\x02\x1b[31mB",
    "nul": "A\x00B",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ settings.SECRET_KEY }}{% debug %}",
    "right-to-left override": "invoice\u202egnp.exe",
    "zalgo": "Z" + "\u0301" * 500,
    "long": "word " * 20_000,
    "blank": " \u00a0\u2003\u200b",
}


# Names are refused where they disguise themselves; titles and reasons have their length.
REFUSED = ("long", "zalgo", "blank", "nul", "right-to-left override")
TOO_MUCH = ("long", "nul", "zalgo")


def assert_harmless(*responses: Any) -> None:
    for response in responses:
        assert "<script>alert(1)" not in response.content.decode()
        assert "<img src=x" not in response.content.decode()


class TestHostileInput:
    """Nothing breaks, nothing runs, and what cannot be taken is said beside its field."""

    @pytest.mark.parametrize("kind", HOSTILE)
    def test_in_an_update(self, cast: Cast, kind: str) -> None:
        before = StatusUpdate.objects.count()
        sent = fields(cast.public, done=HOSTILE[kind])
        client = signed_in(cast.partner)
        response = client.post(address(cast.public), sent)
        assert response.status_code in (302, 422)
        saved = StatusUpdate.objects.count() - before
        assert saved == (1 if response.status_code == 302 else 0)
        for page in (response.content.decode(), client.get(cast.public.get_absolute_url()).content.decode()):
            assert "<script>alert(1)" not in page
            assert "<img src=x" not in page
        if kind in ("long", "blank", "nul"):
            assert response.status_code == 422

    @pytest.mark.parametrize("kind", HOSTILE)
    def test_in_the_title_of_an_undertaking(self, cast: Cast, kind: str) -> None:
        before = Activity.objects.count()
        sent = {
            "title": HOSTILE[kind],
            "visibility": "public",
            "update_interval_days": "90",
            "organization": cast.organizations["lead"].pk,
            "language": "en",
        }
        client = signed_in(cast.lead)
        response = client.post(reverse("activity-new") + "?parent=A.5", sent)
        assert response.status_code in (302, 422)
        assert Activity.objects.count() - before == (1 if response.status_code == 302 else 0)
        assert "<script>alert(1)" not in client.get(reverse("activity-list")).content.decode()
        if kind in ("long", "blank", "nul", "right-to-left override"):
            assert response.status_code == 422, "a name that disguises itself is no name"

    @pytest.mark.parametrize("kind", HOSTILE)
    def test_in_the_title_of_a_round_and_the_words_of_its_call(self, cast: Cast, kind: str) -> None:
        text, today = HOSTILE[kind], timezone.localdate()
        sent = {
            "framework": cast.public.framework_id, "title": text, "asked": text, "language": "en",
            "call_languages": "en", "period_start": today.isoformat(), "period_end": today.isoformat(),
            "due_on": (today + datetime.timedelta(days=14)).isoformat(), "step": "open",
        }  # fmt: skip
        client = signed_in(cast.coordinator)
        response = client.post(reverse("round-new"), sent)
        saved = ReportingRound.objects.count()
        assert (response.status_code, saved) == ((422, 0) if kind in REFUSED else (302, 1))
        assert_harmless(response, client.get(reverse("round-list")))

    @pytest.mark.parametrize("kind", HOSTILE)
    def test_in_the_reasons_of_a_round(self, cast: Cast, kind: str) -> None:
        made, text = make_round(by=cast.coordinator), HOSTILE[kind]
        client = signed_in(cast.coordinator)
        facts = fields_of(client, reverse("round-edit", args=[made.number]), "round")
        later = (made.due_on + datetime.timedelta(days=1)).isoformat()
        edited = client.post(reverse("round-edit", args=[made.number]), facts | {"due_on": later, "reason": text})
        assert edited.status_code == (422 if kind in TOO_MUCH else 302)
        newest = made.history.first()
        assert newest and cleaned(newest.history_change_reason or "") == (newest.history_change_reason or "")
        made.refresh_from_db()
        made = close_round(made=made, by=cast.coordinator)
        reopened = client.post(reverse("round-reopen", args=[made.number]), {"reason": text})
        made.refresh_from_db()
        # A reason that nobody can see is none.
        assert (reopened.status_code, made.is_open) == (
            (422, False) if kind in ("long", "nul", "blank") else (302, True)
        )
        assert_harmless(edited, reopened, client.get(made.get_absolute_url()))

    @pytest.mark.parametrize("kind", HOSTILE)
    def test_in_a_reminder(self, cast: Cast, kind: str) -> None:
        made, text = make_round(by=cast.coordinator, opened_days_ago=9, due_in=5), HOSTILE[kind]
        Notification.objects.all().delete()
        client = signed_in(cast.coordinator)
        sent = {"org": ["partner"], "sentence": text, "language": "en", "step": "send"}
        response = client.post(reverse("round-remind", args=[made.number]), sent)
        reminders = Notification.objects.filter(kind="reminder", user=cast.partner)
        assert (response.status_code, reminders.count()) == ((422, 0) if kind in ("long", "nul") else (302, 1))
        for row in reminders:
            assert row.facts["sentence"] == cleaned(text).strip()
        assert_harmless(response, signed_in(cast.partner).get(reverse("notification-list")))

    @pytest.mark.parametrize("kind", HOSTILE)
    def test_in_the_note_on_a_role_and_the_reason_of_an_edit(self, cast: Cast, kind: str) -> None:
        row, text = participation(cast, "partner"), HOSTILE[kind]
        client = signed_in(cast.lead)
        url = reverse("participant-edit", args=["S-2001-138", cast.public.code, row.pk])
        today = timezone.localdate().isoformat()
        sent = {"role-role": "host", "role-on": today, "role-version": row.version, "role-note": text}
        response = client.post(url, sent)
        assert response.status_code == (422 if kind in ("long", "nul") else 302)
        begun = cast.public.participations.filter(role="host").first()
        assert begun is None or begun.note == cleaned(text).strip()
        url = reverse("activity-edit", args=["S-2001-138", cast.public.code])
        edited = client.post(url, facts(cast.public, place="Accra", reason=text))
        assert edited.status_code == (422 if kind in TOO_MUCH else 302)
        if kind == "blank":
            assert not cast.public.history.first().history_change_reason
        assert_harmless(
            response, edited, client.get(reverse("activity-history", args=["S-2001-138", cast.public.code]))
        )


@contextmanager
def killed_after(statements: int) -> Iterator[None]:
    """The process ends before the next statement, once it has sent so many."""
    left = statements

    def run(execute: Any, *details: Any) -> Any:
        nonlocal left
        if left == 0 and "SAVEPOINT" not in details[0]:
            raise Killed
        left = max(left - 1, 0)
        return execute(*details)

    with connection.execute_wrapper(run):
        yield


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it."""


def test_an_update_killed_after_any_of_its_statements_is_there_altogether_or_not_at_all(
    cast: Cast, digest: Callable[[], str]
) -> None:
    before = digest()
    entry = {"organization": cast.organizations["lead"], "author": cast.lead, "done": SENTENCE}
    for statements in range(1, 40):
        try:
            with killed_after(statements):
                make_update(activity=cast.public, status="under_way", **entry)
        except Killed:
            assert digest() == before, f"after {statements} statements"
        else:
            break
    assert 6 < statements < 39, "it was killed while it wrote, and once was not"
    assert digest() != before
