"""An import is taken back as one, while nothing was built on it; what was built is named, and then nothing happens."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.choices import Response
from activities.models import Activity, ChangeSet, Participation, StatusUpdate, Theme
from activities.workflow import (
    accept,
    answer_invitation,
    close_round,
    edit_undertaking,
    post_update,
)
from activities.workflow.register import check_register
from activities.workflow.taking_back import CannotBeTakenBack, take_back, why_not_taken_back
from tests.factories import make_round, make_update
from tests.personas import Cast

from .importing import imported, outcomes, plan

DERIVED = ("status", "status_as_of", "progress", "last_update_at", "lead_id", "silent_on")


def facts(activity: Activity, *names: str) -> dict[str, Any]:
    return Activity.objects.filter(pk=activity.pk).values(*names or DERIVED).get()


def today() -> str:
    return timezone.localdate().isoformat()


def undo(made: ChangeSet, cast: Cast, reason: str = "The wrong file") -> ChangeSet:
    return take_back(change_set=made, by=cast.coordinator, reason=reason)


def refused(made: ChangeSet, cast: Cast, digest: Callable[[], str]) -> list[str]:
    """The reasons; nothing was changed."""
    before = digest()
    with pytest.raises(CannotBeTakenBack) as error:
        undo(made, cast)
    assert digest() == before
    assert why_not_taken_back(made) == error.value.reasons
    return error.value.reasons


def edit(activity: Activity, cast: Cast, **changes: Any) -> None:
    version = Activity.objects.get(pk=activity.pk).version
    edit_undertaking(activity=activity, changes=changes, version=version, by=cast.lead)


def test_what_it_changed_becomes_what_it_was(cast: Cast) -> None:
    theme = Theme.objects.create(code="gender", title_en="Gender")
    names = ("title_en", "place", "countries", "planned_end_on", "visibility", "follows")
    before = facts(cast.public, *names)
    cells = [
        ("code", "title", "place", "countries", "due", "visibility", "themes", "follows"),
        ("A.5.1", "Renamed", "Accra", "GH; TG", "2027-05", "internal", "gender", "A.5.2"),
        ("A.5", "", "", "GH", "", "", "gender", ""),
    ]
    made = imported("undertakings", cast.coordinator, cells)
    assert facts(cast.public, *names) != before
    assert why_not_taken_back(made) == []
    # Another fact, edited since, is nobody's obstacle and stays.
    edit(cast.public, cast, aim="One method")
    done = undo(made, cast)
    assert facts(cast.public, *names) == before
    assert (list(cast.public.themes.all()), list(cast.item.themes.all())) == ([], [])
    assert facts(cast.public, "aim") == {"aim": "One method"}
    assert not Activity.objects.get(pk=cast.item.pk).countries
    assert (done.kind, done.undoes, done.reason, done.entries.count()) == ("undo", made, "The wrong file", 2)
    assert why_not_taken_back(made)[0].startswith("This import was taken back on")
    assert theme.activities.count() == 0


def test_a_fact_that_was_changed_again_stands_in_the_way(cast: Cast, digest: Callable[[], str]) -> None:
    made = imported("undertakings", cast.coordinator, [("code", "place"), ("A.5.1", "Accra"), ("A.5.2", "Accra")])
    edit(cast.internal, cast, place="Bonn")
    assert refused(made, cast, digest) == ["A.5.2: “place” was changed again since."]
    edit(cast.internal, cast, place="Accra")
    undo(made, cast)
    assert {facts(row, "place")["place"] for row in (cast.public, cast.internal)} == {""}


def test_a_new_undertaking_goes_and_its_reference_is_not_used_again(cast: Cast) -> None:
    made = imported("undertakings", cast.coordinator, [("parent", "title", "lead"), ("A.5", "Course", "partner")])
    activity = Activity.objects.get(title_en="Course")
    done = undo(made, cast)
    assert not Activity.objects.filter(pk=activity.pk).exists()
    assert not Participation.objects.filter(activity_id=activity.pk).exists()
    gone = Activity.history.filter(id=activity.pk).latest("history_id")
    assert (gone.history_type, gone.history_user, gone.history_change_reason) == (
        "-", cast.coordinator, "The wrong file",
    )  # fmt: skip
    assert set(made.entries.values_list("activity", "code")) == {(None, "A.5.4")}
    assert set(done.entries.values_list("activity", "code", "what")) == {
        (None, "A.5.4", "activity"), (None, "A.5.4", "participation"),
    }  # fmt: skip
    imported("undertakings", cast.coordinator, [("parent", "title"), ("A.5", "Course")])
    assert Activity.objects.get(title_en="Course").code == "A.5.5"


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda new, cast: edit(new, cast, place="Bonn"), "A.5.4: it was edited since."),
        (
            lambda new, cast: make_update(activity=new, organization=cast.organizations["partner"], done="Met."),
            "A.5.4: updates were logged on it.",
        ),
        (
            lambda new, cast: answer_invitation(
                participation=new.participations.get(), response=Response.ACCEPTED, by=cast.partner, version=1
            ),
            "A.5.4: who takes part was changed since.",
        ),
        (lambda new, cast: edit(cast.public, cast, follows=new), "A.5.4: A.5.1 refers to it."),
    ],
)
def test_what_was_built_on_a_new_undertaking(
    cast: Cast, digest: Callable[[], str], build: Callable[[Activity, Cast], Any], reason: str
) -> None:
    made = imported("undertakings", cast.coordinator, [("parent", "title", "lead"), ("A.5", "Course", "partner")])
    build(Activity.objects.get(title_en="Course"), cast)
    assert reason in refused(made, cast, digest)


def test_a_frozen_report_stands_in_the_way(cast: Cast, digest: Callable[[], str]) -> None:
    made = imported("undertakings", cast.coordinator, [("code", "place"), ("A.5.1", "Accra")])
    close_round(made=make_round(by=cast.coordinator, title="Spring"), by=cast.coordinator)
    assert refused(made, cast, digest) == ["A.5.1: the report of the round “Spring” has been frozen with it."]


def test_updates_stay_readable_and_stand_no_longer(cast: Cast) -> None:
    before = facts(cast.public)
    head = ("code", "organization", "as_of", "done", "status", "progress", "reason")
    rows = [
        ("A.5.1", "lead", today(), "Stopped.", "stalled", "40", "No funds"),
        ("A.5.1", "lead", today(), "Begun again.", "under_way", "60", ""),
    ]
    make_round(by=cast.coordinator)
    made = imported("updates", cast.coordinator, [head, *rows])
    assert facts(cast.public)["progress"] == 60
    undo(made, cast)
    assert facts(cast.public) == before
    log = StatusUpdate.objects.filter(activity=cast.public)
    imported_entries = log.filter(pk__in=made.entries.values("history_id"))
    assert list(imported_entries.order_by("pk").values_list("done", flat=True)) == ["Stopped.", "Begun again."]
    marks = log.filter(corrects__in=imported_entries)
    assert {(mark.kind, mark.reason, mark.author, mark.round) for mark in marks} == {
        ("taken_back", "The wrong file", cast.coordinator, None)
    }
    assert set(log.standing()) == set(log) - set(marks) - set(imported_entries)
    assert set(log.standing_on(timezone.localdate())) == set(log.standing())
    assert list(check_register()) == []
    # The same file can be imported again: what was taken back is not there any more.
    assert outcomes(plan("updates", cast.coordinator, [head, *rows])) == ["new", "new"]


@pytest.mark.parametrize("which", ["corrected", "reviewed", "later"])
def test_what_was_built_on_an_update(cast: Cast, digest: Callable[[], str], which: str) -> None:
    head = ("code", "organization", "as_of", "done", "progress")
    made = imported("updates", cast.coordinator, [head, ("A.5.1", "lead", today(), "Met.", "40")])
    entry = StatusUpdate.objects.latest("pk")
    common: dict[str, Any] = {
        "activity": cast.public, "organization": entry.organization, "author": cast.lead, "as_of": today(),
        "may_set_status": True,
    }  # fmt: skip
    words = f"A.5.1: the update of LEAD of {today()} was"
    if which == "corrected":
        post_update(corrects=entry, done="Met twice.", progress=40, **common)
        assert f"{words} corrected since." in refused(made, cast, digest)
    elif which == "reviewed":
        accept([entry.review], cast.administrator)
        assert refused(made, cast, digest) == [f"{words} reviewed since."]
    else:
        post_update(done="More.", progress=50, **common)
        assert refused(made, cast, digest) == ["A.5.1: a later update speaks of status or progress."]


def test_participations_are_restored_and_new_ones_go(cast: Cast) -> None:
    row = cast.public.participations.get(organization=cast.organizations["invited"])
    names = ("response", "answered_for", "answered_by_id", "answered_at", "since", "until", "mandate", "note")
    before = Participation.objects.filter(pk=row.pk).values(*names).get()
    head = ("code", "organization", "role", "response", "answered_for", "answered_where", "mandate", "note")
    rows = [
        ("A.5.1", "invited", "technical_support", "accepted", "A. Person", "Letter", "Charter", "By letter"),
        ("A.5.1", "stranger", "host", "accepted", "A. Person", "", "", ""),
    ]
    made = imported("participations", cast.coordinator, [head, *rows])
    undo(made, cast)
    assert Participation.objects.filter(pk=row.pk).values(*names).get() == before
    assert not cast.public.participations.filter(organization=cast.organizations["stranger"]).exists()
    assert list(check_register()) == []


def test_what_was_built_on_a_participation(cast: Cast, digest: Callable[[], str]) -> None:
    head = ("code", "organization", "role", "response", "answered_for")
    cells = [head, ("A.5.1", "stranger", "host", "accepted", "A. Person")]
    made = imported("participations", cast.coordinator, cells)
    make_update(activity=cast.public, organization=cast.organizations["stranger"], done="Met.")
    assert refused(made, cast, digest) == ["A.5.1: STRANGER has logged an update since."]


def test_it_needs_a_reason_and_happens_once(cast: Cast) -> None:
    made = imported("undertakings", cast.coordinator, [("code", "place"), ("A.5.1", "Accra")])
    with pytest.raises(ValidationError):
        undo(made, cast, " ")
    assert undo(made, cast) == undo(made, cast)
    with pytest.raises(CannotBeTakenBack):
        undo(made, cast, "Another reason")
    assert ChangeSet.objects.count() == 2
    with pytest.raises(CannotBeTakenBack):
        undo(ChangeSet.objects.get(kind="undo"), cast)
