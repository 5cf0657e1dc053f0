"""The rules of the log: who decides the status, what may follow what, and what a correction changes."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.choices import TRANSITIONS, Response, Role, Status, UpdateKind
from activities.models import Activity, StatusUpdate
from activities.workflow import StaleUpdate, no_change, post_update
from activities.workflow.chain import state_seen
from activities.workflow.derived import refresh_leads
from tests.factories import PATHS, make_item, make_organization, make_participation, make_undertaking, make_user
from tests.personas import Cast

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def log(cast: Cast) -> Callable[..., StatusUpdate]:
    """Logs for the lead of the public activity."""

    def post(as_of: str = "2026-11-23", **entry: Any) -> StatusUpdate:
        given = {
            "activity": cast.public,
            "organization": cast.organizations["lead"],
            "author": cast.lead,
            "may_set_status": True,
            **entry,
        }
        return post_update(as_of=as_of, **given)

    return post


def state(activity: Activity) -> tuple[str, str, int | None]:
    activity = Activity.objects.get(pk=activity.pk)
    return activity.status, activity.status_as_of, activity.progress


def refusals(call: Callable[[], Any]) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        call()
    return set(caught.value.error_dict)


@pytest.mark.parametrize("before", Status.values)
def test_the_table_of_transitions_is_the_rule(db: None, before: str) -> None:
    organization = make_organization()
    person = make_user(organization=organization)
    reached = set()
    for after in Status.values:
        activity = make_undertaking(status=before, lead=organization)
        try:
            post_update(
                activity=activity,
                organization=organization,
                author=person,
                as_of="2026-11-23",
                may_set_status=True,
                status=after,
                reason="x",
                closing="objective_met",
            )
            reached.add(after)
        except ValidationError as refused:
            assert set(refused.error_dict) == {"status"}
        assert Activity.objects.get(pk=activity.pk).status == (after if after in reached else before)
    assert reached == {*TRANSITIONS[before], before}
    assert set(PATHS) == set(Status.values)


@pytest.mark.parametrize(
    ("before", "after", "needs"),
    [
        (Status.UNDER_WAY, Status.STALLED, "reason"),
        (Status.AGREED, Status.DISCONTINUED, "reason"),
        (Status.COMPLETED, Status.UNDER_WAY, "reason"),
        (Status.DISCONTINUED, Status.UNDER_WAY, "reason"),
        (Status.UNDER_WAY, Status.COMPLETED, "closing"),
    ],
)
def test_what_a_change_of_status_needs(db: None, before: str, after: str, needs: str) -> None:
    organization = make_organization()
    activity = make_undertaking(status=before, lead=organization)
    given: dict[str, Any] = {
        "activity": activity,
        "organization": organization,
        "author": make_user(),
        "as_of": "2026-11-23",
        "may_set_status": True,
        "status": after,
    }
    assert refusals(lambda: post_update(**given)) == {needs}
    given[needs] = "objective_met" if needs == "closing" else "A reason."
    post_update(**given)
    assert Activity.objects.get(pk=activity.pk).status == after


def test_without_the_right_the_state_stays(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    entry = log(may_set_status=False, status="stalled", reason="x", progress=90, done="Words.")
    assert (entry.status, entry.progress, entry.reason, entry.done) == ("", None, "", "Words.")
    assert state(cast.public)[0] == "under_way"


def test_the_latest_day_decides_not_the_latest_entry(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    log("2026-11-23", progress=40)
    partner = cast.organizations["partner"]
    log("2026-10-01", organization=partner, author=cast.partner, done="Told late.")
    assert state(cast.public) == ("under_way", "2026-11-23", 40)
    assert refusals(lambda: log("2026-10-02", progress=50)) == {"as_of"}
    assert refusals(lambda: log("2026-10-01", organization=cast.organizations["colead"], progress=50)) == {"as_of"}
    # An organization does not go back behind its own last word either.
    assert refusals(lambda: log("2026-09-30", organization=partner, author=cast.partner, done="x")) == {"as_of"}


@pytest.mark.parametrize("as_of", ["2026-11-24", "2026-12", "2027"])
def test_the_future_is_not_logged(cast: Cast, log: Callable[..., StatusUpdate], as_of: str) -> None:
    assert refusals(lambda: log(as_of, done="x")) == {"as_of"}


def test_an_approximate_day_is_not_the_last_word(db: None) -> None:
    """“2026” sorts before “2026-11-23” in the database: taken, it would change nothing while saying it did."""
    organization = make_organization()
    activity = make_undertaking(status="under_way", lead=organization)
    given: dict[str, Any] = {
        "activity": activity,
        "organization": organization,
        "author": make_user(),
        "may_set_status": True,
    }
    assert refusals(lambda: post_update(as_of="2026", status="stalled", reason="x", **given)) == {"as_of"}


# Corrections


def test_a_corrected_entry_stands_no_longer(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    wrong = log(status="completed", closing="objective_met", progress=100)
    assert state(cast.public) == ("completed", "2026-11-23", 100)
    log(corrects=wrong, done="It goes on.")
    assert state(cast.public) == ("under_way", "2026-11-23", None)
    assert set(StatusUpdate.objects.filter(activity=cast.public).standing()) == set(
        StatusUpdate.objects.filter(activity=cast.public).exclude(pk=wrong.pk)
    )


def test_a_correction_stands_where_the_corrected_entry_stood(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    """Correcting the morning's entry does not outdo the afternoon's of the same day."""
    morning = log(progress=40)
    log(status="stalled", reason="Noon.", progress=50)
    log(corrects=morning, progress=45)
    assert state(cast.public) == ("stalled", "2026-11-23", 50)


def test_a_correction_may_speak_of_an_earlier_day(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    entry = log(progress=40)
    corrected = log("2026-03-01", corrects=entry, progress=30)
    assert state(cast.public)[2] == 30
    assert corrected.progress_before is None
    assert refusals(lambda: log("2026-11-24", corrects=corrected, progress=30)) == {"as_of"}


def test_a_correction_must_leave_a_possible_story(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    activity = make_undertaking(item=cast.item, lead=cast.organizations["lead"])
    first = log(activity=activity, status="under_way")
    log(activity=activity, status="completed", closing="objective_met")
    # Without the first entry it would go from proposed to completed.
    assert refusals(lambda: log(activity=activity, corrects=first, done="It never began.")) == {"status"}
    assert refusals(lambda: log(activity=activity, corrects=first, status="agreed")) == {"status"}
    log(activity=activity, corrects=first, status="under_way", done="In May.")
    assert state(activity)[0] == "completed"


def test_a_correction_that_changes_the_status_needs_its_reason(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    entry = log(status="completed", closing="objective_met")
    assert refusals(lambda: log(corrects=entry, status="stalled")) == {"reason"}
    stalled = log(corrects=entry, status="stalled", reason="Only halted.")
    assert (stalled.status_before, state(cast.public)[0]) == ("under_way", "stalled")


def test_who_corrects(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    entry = log(status="stalled", reason="x", done="Old.")
    other = cast.organizations["partner"]
    assert refusals(lambda: log(corrects=entry, organization=other, done="x")) == {"corrects"}
    elsewhere = log(activity=cast.internal, done="x")
    assert refusals(lambda: log(corrects=elsewhere, done="x")) == {"corrects"}
    # A reporter may not undo a status by correcting the words beside it.
    assert refusals(lambda: log(corrects=entry, may_set_status=False, done="x")) == {"corrects"}
    assert state(cast.public)[0] == "stalled"
    again = log(corrects=entry, status="stalled", reason="y")
    assert refusals(lambda: log(corrects=entry, done="x")) == {"corrects"}
    log(corrects=again, status="stalled", reason="z")


# Stale forms


def test_a_newer_entry_about_the_same_facts_is_told(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    seen = StatusUpdate.objects.latest("pk").pk
    first, words = log(progress=40), log(done="Only words.")
    with pytest.raises(StaleUpdate) as caught:
        log(progress=50, seen=seen)
    assert caught.value.newer == [first]
    log(done="Words do not conflict.", seen=seen)
    log(progress=50, seen=words.pk)
    assert state(cast.public)[2] == 50


def test_what_somebody_saw(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    entry = log(progress=40)
    log(corrects=entry, progress=60, status="stalled", reason="x")
    assert tuple(state_seen(cast.public, entry.pk)) == ("under_way", "2026-11-23", 40)
    assert tuple(state_seen(cast.public, 0)) == ("proposed", "", None)
    assert tuple(state_seen(cast.item, 0)) == ("agreed", "", None)


# Silence


def test_no_change_resets_the_clock_and_nothing_else(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    log(progress=40)
    before = state(cast.public)
    with time_machine.travel(NOON + datetime.timedelta(days=200)):
        later = timezone.localdate()
        assert Activity.objects.showing("silent", later).filter(pk=cast.public.pk).exists()
        entry = no_change(activity=cast.public, organization=cast.organizations["partner"], author=cast.partner)
        assert (entry.kind, entry.as_of) == (UpdateKind.NO_CHANGE, later.isoformat())
        assert not Activity.objects.showing("silent", later).filter(pk=cast.public.pk).exists()
        activity = Activity.objects.get(pk=cast.public.pk)
        assert activity.silent_on == later + datetime.timedelta(days=91)
    assert state(cast.public) == before


def test_an_item_nobody_took_up_is_never_silent(db: None) -> None:
    item = make_item(code="B.2")
    assert item.silent_on is None


def test_the_day_is_that_of_the_house_not_of_greenwich(cast: Cast, log: Callable[..., StatusUpdate]) -> None:
    """At 23:30 in Greenwich it is already tomorrow in Geneva."""
    late = datetime.datetime(2026, 11, 23, 23, 30, tzinfo=datetime.UTC)
    with time_machine.travel(late), timezone.override("Europe/Zurich"):
        log("2026-11-24", done="Late.")
        assert Activity.objects.get(pk=cast.public.pk).silent_on == datetime.date(2026, 11, 24) + datetime.timedelta(91)


# Reading what ended


def test_rights_and_lead_end_on_the_day_itself(cast: Cast) -> None:
    activity = make_undertaking(item=cast.item)
    participation = make_participation(
        activity=activity,
        organization=cast.organizations["lead"],
        role=Role.LEAD,
        response=Response.ACCEPTED,
        since="2026-01-01",
        until="2026-11-23",
    )
    assert Activity.objects.get(pk=activity.pk).lead is None
    assert not cast.lead.has_perm("activities.post_update", activity)
    current = {
        day: participation.__class__.objects.filter(pk=participation.pk)
        .current_on(datetime.date.fromisoformat(day))
        .exists()
        for day in ("2025-12-31", "2026-01-01", "2026-11-22", "2026-11-23")
    }
    assert current == {"2025-12-31": False, "2026-01-01": True, "2026-11-22": True, "2026-11-23": False}


def test_who_leads_changes_as_days_go_by(db: None) -> None:
    """A role that ends or begins with a day is no event: nobody writes anything on that day."""
    first, second, other = (make_organization() for _ in range(3))
    leading = make_undertaking(lead=first)
    taken_up = make_undertaking()
    led_by_another = make_undertaking(lead=other)
    leading.participations.filter(role=Role.LEAD).update(until="2026-12-01")
    make_participation(activity=leading, organization=second, role=Role.CO_LEAD, since="2026-11-01")
    make_participation(activity=taken_up, organization=second, role=Role.LEAD, since="2026-12-10")
    make_participation(activity=led_by_another, organization=second, role=Role.CO_LEAD, since="2026-01-01")

    def leads() -> list[int | None]:
        rows = Activity.objects.filter(pk__in=[leading.pk, taken_up.pk, led_by_another.pk]).order_by("pk")
        return list(rows.values_list("lead", flat=True))

    assert refresh_leads(NOON.date()) == 0
    assert leads() == [first.pk, None, other.pk]
    for day, changed, expected in (
        (datetime.date(2026, 12, 2), 1, [second.pk, None, other.pk]),
        (datetime.date(2026, 12, 10), 1, [second.pk, second.pk, other.pk]),
        (datetime.date(2026, 12, 10), 0, [second.pk, second.pk, other.pk]),
    ):
        with time_machine.travel(datetime.datetime.combine(day, datetime.time(3), tzinfo=datetime.UTC)):
            assert refresh_leads(day) == changed
        assert leads() == expected
