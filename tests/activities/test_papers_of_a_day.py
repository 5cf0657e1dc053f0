"""Papers of a day in the past: what was known on it, said to be so on the page, in print and in the Word document."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from activities.choices import Role
from activities.models import Activity, ObstacleKind
from tests.activities.paper_reading import facts, get, paper, told
from tests.activities.report_reading import Element, body, parse
from tests.activities.test_brief import groups
from tests.activities.test_obstacle_report import table
from tests.activities.test_paper_documents import document, texts
from tests.factories import make_framework, make_organization, make_participation, make_undertaking, make_update
from tests.reading import queries
from tracker.toolkit.days import day_words

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()
REPORT, BRIEF, OBSTACLES = "/frameworks/S-2001-138/report/", "/organizations/lead/brief/", "/reports/obstacles/"
PAPERS = [REPORT, BRIEF, OBSTACLES]
NOTE = "Status, progress, updates, lead and participants as they were known on that day;"


def ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


@pytest.fixture
def lead(db: None) -> Any:
    """Leads what is under an item that is as old as its document."""
    make_framework(issued_on=datetime.date(2001, 2, 13))
    return make_organization(acronym="LEAD", name_en="Lead Organization")


def live(lead: Any) -> Activity:
    """Begun, reported and hindered; later corrected, hindered by something else, and stalled."""
    created = timezone.now() - datetime.timedelta(days=60)
    funds, people = (
        ObstacleKind.objects.get_or_create(code=title.lower(), defaults={"title_en": title})[0]
        for title in ("Funds", "People")
    )
    activity = make_undertaking(title="Course", created_at=created)
    make_participation(activity=activity, organization=lead, role=Role.LEAD, since=str(ago(60)))
    said = {"activity": activity, "organization": lead}
    make_update(days_ago=50, status="under_way", done="Begun.", **said)
    first = make_update(
        days_ago=30, progress=20, done="As first told.", obstacles="No money.", obstacle_kinds=[funds], **said
    )
    make_update(
        days_ago=5, as_of=first.as_of, corrects=first, progress=10, done="As corrected.", obstacles="Nobody came.",
        obstacle_kinds=[people], **said,
    )  # fmt: skip
    make_update(days_ago=3, status="stalled", reason="Stalled since.", **said)
    return activity


def strip(page: Element) -> list[str]:
    """What the strip across a page of the past says."""
    return [f"{next(row.all('b')).text} {next(row.all('span')).text}" for row in page.all("aside", class_="asof")]


def test_the_progress_report_tells_what_was_known(lead: Any) -> None:
    code = live(lead).code
    then = facts(told(paper(NOBODY, REPORT, as_of=str(ago(20))))[code])
    day = day_words(ago(30))
    assert {name: value.text for name, value in then.items()} == {
        "By": "Lead Organization (LEAD), Lead",
        "State": f"Under way as of {day_words(ago(50))}, 20%",
        "Last word": f"LEAD, {day}: As first told.",
        "Obstacles": "Funds. No money.",
    }
    now = facts(told(paper(NOBODY, REPORT))[code])
    assert now["State"].text == f"Stalled as of {day_words(ago(3))}, 10%"
    assert now["Last word"].text == f"LEAD, {day_words(ago(3))}: Stalled since."
    assert now["Obstacles"].text == f"LEAD, {day}: People. Nobody came."
    earlier = paper(NOBODY, REPORT, as_of=str(ago(40)))
    assert facts(told(earlier)[code])["Last word"].text == f"LEAD, {day_words(ago(50))}: Begun."
    before = paper(NOBODY, REPORT, as_of=str(ago(61)))
    assert told(before) == {}
    assert "0 undertakings are recorded under them." in before.text


def test_the_brief_tells_what_was_known(lead: Any) -> None:
    code = live(lead).code
    then, now = paper(NOBODY, BRIEF, as_of=str(ago(20))), paper(NOBODY, BRIEF)
    role, state, word = groups(then)["h-leads"][code]
    assert (role, state.startswith("Under way"), state.endswith(", 20%")) == ("Lead", True, True)
    assert word.endswith(": As first told.")
    assert f"Its last entry is of {day_words(ago(30))}." in then.text
    _role, state, word = groups(now)["h-leads"][code]
    assert (state.startswith("Stalled"), word.endswith(": Stalled since.")) == (True, True)
    assert "Takes part in no activity" in paper(NOBODY, BRIEF, as_of=str(ago(61))).text


def test_the_obstacles_are_those_named_by_then(lead: Any) -> None:
    live(lead)
    then, now = paper(NOBODY, OBSTACLES, as_of=str(ago(20))), paper(NOBODY, OBSTACLES)
    assert list(table(then, "h-kinds")) == ["Kind of obstacle", "Funds", "All entries"]
    assert list(table(now, "h-kinds")) == ["Kind of obstacle", "People", "All entries"]
    assert ("No money." in then.text, "Nobody came." in then.text) == (True, False)
    assert ("No money." in now.text, "Nobody came." in now.text) == (False, True)
    assert "0 entries name an obstacle." in paper(NOBODY, OBSTACLES, as_of=str(ago(40))).text


@pytest.mark.parametrize("address", PAPERS)
def test_a_paper_of_the_past_says_so_in_every_form(lead: Any, address: str) -> None:
    live(lead)
    day = str(ago(20))
    [said] = strip(parse(get(NOBODY, address, as_of=day)))
    assert said.startswith(f"As of {day_words(ago(20))} {NOTE}")
    forms = [paper(NOBODY, address, as_of=day).text, texts(document(NOBODY, address, as_of=day))]
    if address != BRIEF:  # its page is what is printed
        forms.append(paper(NOBODY, address, as_of=day, format="print").text)
    for words in forms:
        assert f"As at {day_words(ago(20))}" in words
        assert f"Note: {NOTE}" in words
        assert "Scope: " in words
        assert f"As of: {day_words(ago(20))}" in words or f"As of {day_words(ago(20))}" in words
        assert "As corrected." not in words
    # Of today there is nothing to note.
    assert strip(parse(get(NOBODY, address))) == []
    assert NOTE not in paper(NOBODY, address).text
    assert NOTE not in texts(document(NOBODY, address))


@pytest.mark.parametrize("address", PAPERS)
def test_a_document_says_when_it_was_made_and_what_it_leaves_out(lead: Any, address: str) -> None:
    live(lead)
    year = str(timezone.localdate().year)
    lines = dict(row.text.split(": ", 1) for row in document(NOBODY, address).paragraphs if ": " in row.text)
    assert year in lines["Made"]
    assert lines["Made by"] == "A reader not signed in"
    assert "Left out by the filters" not in lines


@pytest.mark.parametrize("address", [REPORT, OBSTACLES])
def test_a_filtered_document_says_how_much_it_leaves_out(lead: Any, address: str) -> None:
    live(lead)
    found = texts(document(NOBODY, address, status="completed"))
    assert ("Left out by the filters: 1" in found, "Scope: Status: Completed" in found) == (True, True)


@pytest.mark.parametrize("address", PAPERS)
def test_a_constant_number_of_statements_on_a_day_of_the_past(lead: Any, address: str) -> None:
    dated = f"{address}?as_of={ago(20)}"
    live(lead)
    one = queries(NOBODY, dated)
    live(lead)
    live(lead)
    assert queries(NOBODY, dated) == one <= 22
    assert body(get(NOBODY, dated)).decode().count("As first told." if address != OBSTACLES else "No money.") == 3
