"""Updates from a table: only ever added, through the form that logs one."""

import datetime

import pytest
from django.utils import timezone

from activities.models import Activity, ObstacleKind, StatusUpdate
from tests.factories import make_update
from tests.personas import Cast

from .importing import changes, imported, outcomes, plan, sentences

KIND = "updates"
HEAD = ("code", "organization", "as_of", "done")


def today() -> str:
    return timezone.localdate().isoformat()


def test_an_update_is_logged_on_behalf_of_the_organization(cast: Cast) -> None:
    ObstacleKind.objects.create(code="coordination", title_en="Coordination", title_fr="Coordination (fr)")
    head = (*HEAD, "status", "progress", "reason", "obstacle_kinds", "obstacles", "links", "language")
    row = (
        "A.5.1", "LEAD", today(), "Held the course.", "Stalled", "40%", "No funds", "coordination (FR)", "Rooms",
        "https://www.un.org/en\nhttps://www.osce.org/", "fr",
    )  # fmt: skip
    told = plan(KIND, cast.coordinator, [head, row])
    assert outcomes(told) == ["new"]
    assert ("F2", "progress", "", "40%") in changes(told.lines[0])
    before = StatusUpdate.objects.filter(activity=cast.public).count()
    made = imported(KIND, cast.coordinator, [head, row])
    entry = StatusUpdate.objects.filter(activity=cast.public).latest("pk")
    assert StatusUpdate.objects.filter(activity=cast.public).count() == before + 1
    assert (entry.organization, entry.author, entry.on_behalf, entry.done, entry.status, entry.progress) == (
        cast.organizations["lead"], cast.coordinator, True, "Held the course.", "stalled", 40,
    )  # fmt: skip
    assert (entry.reason, entry.language, entry.kind) == ("No funds", "fr", "update")
    assert [kind.code for kind in entry.obstacle_kinds.all()] == ["coordination"]
    assert {one.url for one in entry.evidence.all()} == {"https://www.un.org/en", "https://www.osce.org/"}
    assert entry.review.state == "submitted"
    activity = Activity.objects.get(pk=cast.public.pk)
    assert (activity.status, activity.progress) == ("stalled", 40)
    assert list(made.entries.values_list("what", "history_id", "created")) == [("update", entry.pk, True)]


def test_the_same_update_is_not_logged_twice(cast: Cast) -> None:
    make_update(activity=cast.public, organization=cast.organizations["partner"], done="Met twice.\r\nAgreed.")
    rows = [("A.5.1", "partner", today(), "Met twice.\nAgreed."), ("A.5.1", "partner", today(), "Met again.")]
    assert outcomes(plan(KIND, cast.coordinator, [HEAD, *rows])) == ["unchanged", "new"]
    imported(KIND, cast.coordinator, [HEAD, *rows])
    assert outcomes(plan(KIND, cast.coordinator, [HEAD, *rows])) == ["unchanged", "unchanged"]


def test_rows_may_stand_in_any_order(cast: Cast) -> None:
    day = timezone.localdate()
    yesterday = (day - datetime.timedelta(days=1)).isoformat()
    rows = [("A.5.1", "partner", day.isoformat(), "Later."), ("A.5.1", "partner", yesterday, "Earlier.")]
    told = plan(KIND, cast.coordinator, [HEAD, *rows])
    assert ([line.number for line in told.lines], outcomes(told)) == ([2, 3], ["new", "new"])
    imported(KIND, cast.coordinator, [HEAD, *rows])
    logged = StatusUpdate.objects.filter(activity=cast.public, organization=cast.organizations["partner"])
    assert list(logged.order_by("pk").values_list("done", flat=True)) == ["Earlier.", "Later."]


@pytest.mark.parametrize(
    ("row", "address", "why"),
    [
        (("A.5.1", "stranger", "TODAY", "Met."), "B2", "This organization takes no part in the activity today"),
        (("A.5.1", "partner", "2999-01-01", "Met."), "C2", "The date lies in the future."),
        (("A.5.1", "partner", "2001-05", "Met."), "C2", "Enter a day as year-month-day"),
        (("A.5.1", "partner", "TODAY", ""), "D2", "Enter what was done"),
        (("A.5.1", "lead", "2001-01-01", "Met."), "C2", "The log already has an entry of"),
        (("A.5.1", "lead", "TODAY", "Met.", "proposed"), "E2", "“Under way” cannot be followed by “Proposed”."),
        (("A.5.1", "lead", "TODAY", "Met.", "completed"), "", "Choose how the activity ended."),
        (("A.5.1", "lead", "TODAY", "Met.", "", "101"), "F2", "Progress must be a number from 0 to 100"),
        (("A.5.1", "", "TODAY", "Met."), "", "For whom, and for which day, is needed in each row."),
    ],
)
def test_what_the_log_would_not_take_is_refused(cast: Cast, row: tuple[str, ...], address: str, why: str) -> None:
    cells = [today() if cell == "TODAY" else cell for cell in row]
    told = plan(KIND, cast.coordinator, [(*HEAD, "status", "progress"), cells])
    assert outcomes(told) == ["refused"]
    where, sentence = sentences(told)[0]
    assert (where, sentence[: len(why)]) == (address, why)


def test_a_row_twice_in_the_file(cast: Cast) -> None:
    row = ("A.5.1", "partner", today(), "Met.")
    assert sentences(plan(KIND, cast.coordinator, [HEAD, row, row])) == [("", "Row 2 is the same update.")]
