"""What came after a report was frozen: corrections of what was there, additions to the round, and nothing else."""

import datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from activities.choices import Status, Visibility
from activities.models import Activity, FrozenReport, StatusUpdate
from activities.workflow import close_round, no_change, post_update, reopen_round
from tests.activities.frozen_reading import csv_column, freeze, get, lines, page, workbook
from tests.factories import make_round, make_update
from tests.personas import Cast

pytestmark = pytest.mark.django_db


def say(cast: Cast, done: str, which: str = "public", **fields: Any) -> StatusUpdate:
    return make_update(
        activity=getattr(cast, which), organization=cast.organizations["lead"], author=cast.lead, done=done, **fields
    )


def since(user: Any, report: FrozenReport) -> dict[str, list[str]]:
    """On the page, by reference: each notice beside what was frozen."""
    found: dict[str, list[str]] = {}
    document = page(user, report)
    rows = [row for table in document.all("table", class_="acts") for row in table.all("tr")]
    for row in rows:
        if list(row.all("td", class_="c-ref")):
            [code] = [cell.text for cell in row.all("td", class_="c-ref")]
        for note in row.all("div", class_="note"):
            found.setdefault(code, []).append(note.text)
    return found


def told(cast: Cast, report: FrozenReport) -> dict[str, list[str]]:
    """Without the lines that are the same everywhere: heading, first sentence, and what was done."""
    today = timezone.localdate().strftime("%-d %B %Y")
    return {
        code: [note.replace(f"LEAD {today} Entered on {today} ", "").replace(f", {today}", "") for note in notes]
        for code, notes in since(cast.coordinator, report).items()
    }


def test_corrections_of_what_was_there_stand_beside_it(cast: Cast) -> None:
    early = say(cast, "Of an earlier round.")
    made = make_round(by=cast.coordinator)
    first, second = say(cast, "First."), say(cast, "Second.", which="internal")
    before = say(cast, "First, put right in time.", corrects=first)
    report = freeze(cast.coordinator, made)
    assert since(cast.coordinator, report) == {}
    again = say(cast, "First, once more.", corrects=before)
    say(cast, "First, for good.", corrects=again)
    say(cast, "Earlier, put right.", corrects=early)
    later = say(cast, "Simply later.")
    say(cast, "Later, put right.", corrects=later)
    say(cast, "Second, put right.", which="internal", corrects=second)
    assert told(cast, report) == {
        "A.5.1": [
            "Corrected since Corrects the entry of LEAD, and was corrected itself. DoneFirst, once more.",
            "Corrected since Corrects the entry of LEAD. DoneFirst, for good.",
            "Corrected since Corrects the entry of LEAD. DoneEarlier, put right.",
        ],
        "A.5.2": ["Corrected since Corrects the entry of LEAD. DoneSecond, put right."],
    }
    kept = {cells[0]: below for cells, below in lines(page(cast.coordinator, report), "acts")}
    assert "DoneFirst, put right in time." in kept["A.5.1"]
    assert "DoneFirst." not in kept["A.5.1"]


def test_what_was_said_after_a_reopening_is_added_to_the_first_report_and_part_of_the_second(cast: Cast) -> None:
    made = make_round(by=cast.coordinator)
    say(cast, "In time.")
    report = freeze(cast.coordinator, made)
    reopen_round(made=made, by=cast.coordinator, reason="One more week.")
    late = say(cast, "Late.")
    no_change(activity=cast.public, organization=cast.organizations["partner"], author=cast.partner)
    second = freeze(cast.coordinator, made)
    say(cast, "Late, put right.", corrects=late)
    today = timezone.localdate().strftime("%-d %B %Y")
    assert told(cast, report) == {
        "A.5.1": [
            "Added since Added to the round after the report was frozen, and corrected later. DoneLate.",
            f"Added since Added to the round after the report was frozen. PARTNER {today} Entered on {today}"
            "No change to report",
            "Corrected since Corrects the entry of LEAD. DoneLate, put right.",
        ]
    }
    assert told(cast, second) == {"A.5.1": ["Corrected since Corrects the entry of LEAD. DoneLate, put right."]}
    assert csv_column(cast.coordinator, second, "Reported in the round")["A.5.1"].count("Entered on") == 3


def test_what_was_entered_while_the_report_was_written_is_added(cast: Cast) -> None:
    """An answer that found the round open and came in after its rows were read, with a clock that is behind."""
    made = make_round(by=cast.coordinator)
    say(cast, "In time.")
    report = freeze(cast.coordinator, made)
    with time_machine.travel(report.frozen_at - datetime.timedelta(minutes=5)):
        StatusUpdate.objects.create(
            activity=cast.public, organization=cast.organizations["partner"], author=cast.partner, round=made,
            as_of=timezone.localdate(), done="Crossed.",
        )  # fmt: skip
    [note] = since(cast.coordinator, report)["A.5.1"]
    assert note.startswith("Added since Added to the round after the report was frozen. PARTNER")
    assert note.endswith("DoneCrossed.")


def test_who_had_not_answered_is_heard_beside_the_report_once(cast: Cast) -> None:
    """A form that was open when the round closed is logged without a round; what comes later is the living register."""
    made = make_round(by=cast.coordinator)
    say(cast, "In time.")
    report = freeze(cast.coordinator, made)
    say(cast, "Later news of who had answered.")
    partner = {"activity": cast.public, "organization": cast.organizations["partner"], "author": cast.partner}
    late = make_update(**partner, done="Late.", may_set_status=False)
    make_update(**partner, done="Later news.", may_set_status=False)
    make_update(**partner, done="Put right.", may_set_status=False, corrects=late)
    make_update(**{**partner, "organization": cast.organizations["observer"]}, done="Not asked.", may_set_status=False)
    assert late.round is None
    notes = since(cast.anonymous, report)
    assert [note.rsplit("Done", 1)[1] for note in notes.pop("A.5.1")] == ["Late.", "Put right."]
    assert notes == {}
    cell = csv_column(cast.anonymous, report, "Corrected since")["A.5.1"]
    assert cell.startswith("Entered by an organization that had not answered, and corrected later.\nPARTNER, ")


def test_a_correction_dated_back_is_still_later(cast: Cast) -> None:
    entry = say(cast, "Wrong.")
    report = freeze(cast.coordinator)
    post_update(
        activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, as_of=entry.as_of,
        may_set_status=False, done="Right.", corrects=entry, at=entry.created_at - datetime.timedelta(days=3),
    )  # fmt: skip
    assert [note[-11:] for note in since(cast.coordinator, report)["A.5.1"]] == [" DoneRight."]


def test_whoever_may_read_the_activity_reads_the_correction_and_nobody_else(cast: Cast) -> None:
    made = make_round(by=cast.coordinator)
    entries = {which: say(cast, f"Wrong in {which}.", which=which) for which in ("public", "internal", "restricted")}
    report = freeze(cast.coordinator, made)
    for which, entry in entries.items():
        say(cast, f"Right in {which}.", which=which, corrects=entry)
    for name, expected in {
        "anonymous": {"A.5.1"},
        "stranger": {"A.5.1", "A.5.2"},
        "observer": {"A.5.1", "A.5.2", "A.5.3"},
        "coordinator": {"A.5.1", "A.5.2", "A.5.3"},
    }.items():
        user = cast.people[name]
        assert set(since(user, report)) == expected, name
        column = csv_column(user, report, "Corrected since")
        assert {code for code, cell in column.items() if cell} == expected, name
        whole = get(user, report).content.decode()
        assert ("restricted" in whole) == ("A.5.3" in expected)
    Activity.objects.filter(pk=cast.public.pk).update(visibility=Visibility.INTERNAL)
    assert since(cast.anonymous, report) == {}


def test_page_and_files_and_paper_say_the_same(cast: Cast) -> None:
    made = make_round(by=cast.coordinator)
    entry = say(cast, "Wrong.", status=Status.STALLED, reason="A reason.")
    report = freeze(cast.coordinator, made)
    say(cast, "Right.", status=Status.STALLED, reason="Another reason.", progress=70, corrects=entry)
    today = timezone.localdate().strftime("%-d %B %Y")
    cell = [
        f"Corrects the entry of LEAD, {today}.", f"LEAD, {today}", f"Entered on {today}", "Status: Stalled",
        "Progress: 70%", "Reason: Another reason.", "Done: Right.",
    ]  # fmt: skip
    assert csv_column(cast.anonymous, report, "Corrected since")["A.5.1"].split("\n") == cell
    sheet = workbook(cast.anonymous, report).worksheets[1]
    assert [row[-1].value for row in sheet if row[0].value == "A.5.1"] == ["\n".join(cell)]
    on_page = f"Corrected since Corrects the entry of LEAD, {today}. LEAD {today} Entered on {today} Stalled" \
        "Progress 70% ReasonAnother reason. DoneRight."  # fmt: skip
    [note] = since(cast.anonymous, report)["A.5.1"]
    assert note == on_page
    [printed] = [below for cells, below in lines(page(cast.anonymous, report, format="print"), "annex") if below]
    assert printed.endswith(on_page)
    assert "Wrong." in printed


def test_closing_twice_freezes_once(cast: Cast) -> None:
    made = make_round(by=cast.coordinator)
    freeze(cast.coordinator, made)
    close_round(made=made, by=cast.coordinator)
    assert FrozenReport.objects.count() == 1
