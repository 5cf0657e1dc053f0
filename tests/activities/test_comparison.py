"""What changed between two days: against the states of both days side by side, in words, in every form."""

import datetime
import random
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.choices import OPEN_STATUSES, Response, Role, Visibility
from activities.filters import KEEPER, Change, Comparison, Selection, StandingSelection
from activities.models import Activity
from activities.workflow import answer_invitation
from organizations.models import Organization
from tests.activities.report_reading import (
    Element,
    address,
    csv_rows,
    left_out,
    option_counts,
    parse,
    print_rows,
    read,
    total,
    xlsx_rows,
)
from tests.activities.test_as_of import Replay, ago, live_through, moment
from tests.factories import make_item, make_organization, make_participation, make_undertaking, make_update, make_user
from tests.personas import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def history() -> dict[str, Activity]:
    """One undertaking for each kind of change between 100 and 10 days ago, one unseen by most, one unchanged."""
    osce, undp = make_organization(acronym="OSCE"), make_organization(acronym="UNDP")
    item = make_item(code="A.5")
    titles = ("Moved", "Completed", "Silent", "Met", "Unchanged", "Hidden")
    rows = {
        title: make_undertaking(
            item=item,
            title=title,
            created_at=moment(150),
            visibility=Visibility.RESTRICTED if title == "Hidden" else Visibility.PUBLIC,
            update_interval_days=3000 if title != "Silent" else 60,
        )
        for title in titles
    }
    rows["New"] = make_undertaking(item=item, title="New", created_at=moment(50), update_interval_days=3000)
    for title in titles:
        make_participation(activity=rows[title], organization=osce, role=Role.LEAD, since=str(ago(149)))
        make_update(activity=rows[title], organization=osce, days_ago=120, status="under_way", progress=10)
    for title in ("Moved", "Hidden"):
        make_update(activity=rows[title], organization=osce, days_ago=40, status="stalled", reason="No money.")
    make_update(activity=rows["Moved"], organization=osce, days_ago=30, progress=60)
    make_update(
        activity=rows["Completed"], organization=osce, days_ago=40, status="completed", closing="objective_met",
        progress=100,
    )  # fmt: skip
    make_participation(activity=rows["Met"], organization=undp, role=Role.HOST, since=str(ago(130)), until=str(ago(60)))
    make_participation(activity=rows["Met"], organization=undp, role=Role.FUNDER, since=str(ago(60)))
    return rows


def asked(**more: Any) -> dict[str, Any]:
    return {"as_of": str(ago(10)), "compare": str(ago(100)), **more}


TOLD = [
    ("New", "New", "Proposed"),
    ("Moved", "Moved", "Under way → Stalled; 10% → 60%"),
    ("Completed", "Completed", "Under way → Completed; 10% → 100%"),
    ("Gone silent", "Silent", "No update since"),
    ("Joined", "Met", "UNDP (Funder)"),
    ("Left", "Met", "UNDP (Host)"),
]


def told(rows: list[list[Any]]) -> list[tuple[str, ...]]:
    """(kind of change, title, words) of a file, without the day of the last update."""
    head, *rest = rows
    places = [head.index(name) for name in ("Change", "Activity", "What changed")]
    return [tuple(str(row[place]).split(" since")[0] for place in places) for row in rest]


def page_told(document: Element) -> list[tuple[str, ...]]:
    [table] = document.all("table", class_="cards")
    found = []
    for group in table.all("tbody"):
        [head] = [row.text for row in group.all("tr", class_="cut")]
        for row in group.all("tr"):
            if not row.has("class", "cut"):
                cells = [cell.text for cell in row.inside if isinstance(cell, Element)]
                found.append((head, cells[1], cells[2].split(" since")[0]))
    return found


EXPECTED = [(kind, title, words.split(" since")[0]) for kind, title, words in TOLD]


def test_page_and_files_tell_the_same_changes_in_words(client: Client, history: dict[str, Activity]) -> None:
    document = parse(read(client, **asked()))
    assert page_told(document) == EXPECTED
    assert told(csv_rows(client, **asked())) == EXPECTED
    assert told(xlsx_rows(client, **asked())) == EXPECTED
    printed = print_rows(client, **asked())
    assert [(row[0], row[2].split("Undertaking")[0], row[3].split(" since")[0]) for row in printed] == EXPECTED
    chosen = csv_rows(client, **asked(columns="title,words"))
    assert chosen[0] == ["Change", "Activity", "What changed"]
    assert told(chosen) == EXPECTED
    [table] = parse(read(client, **asked(columns="title,status"))).all("table", class_="cards")
    assert [head.text for head in table.all("th", scope="col")] == ["Activity", "Status"]
    assert total(client, **asked()) == "6 changes in 5 activities"
    [key] = document.all("ul", class_="key")
    assert [item.text for item in key.all("li")] == [
        "New 1", "Moved 1", "Completed 1", "Gone silent 1", "Joined 1", "Left 1",
    ]  # fmt: skip
    [row] = [row for row in document.all("tr") if "Stalled" in row.text]
    assert next(row.all("a"))["href"] == history["Moved"].get_absolute_url()
    response = client.get(address(**asked(format="csv")))
    assert left_out(response) == (6, 1)
    assert response["X-Report-As-Of"] == str(ago(10))
    assert "side by side" in response["X-Report-Note"]


def test_until_today_where_no_later_day_is_given(client: Client, history: dict[str, Activity]) -> None:
    found = told(csv_rows(client, compare=str(ago(60))))
    assert [row[:2] for row in found] == [
        ("New", "Item A.5"), ("New", "New"), ("Moved", "Moved"), ("Completed", "Completed"), ("Gone silent", "Silent")
    ]  # fmt: skip
    assert told(csv_rows(client, compare=str(ago(20)), kind="undertaking")) == []


def test_strip_chips_form_and_links_name_both_days(client: Client, history: dict[str, Activity]) -> None:
    document = parse(read(client, as_of="2001-12-31", compare="2001-06-30", area="A"))
    [strip] = document.all("aside", class_="asof")
    assert "Changes from 30 June 2001 to 31 December 2001" in strip.text
    assert [link["href"] for link in strip.all("a")] == ["?area=A"]
    chips = {chip.text: chip["href"] for chip in document.all("a", class_="chip")}
    assert chips == {
        "Remove filter: As of 31 December 2001": "?compare=2001-06-30&area=A",
        "Remove filter: Area: A Area A": "?as_of=2001-12-31&compare=2001-06-30",
        "Remove filter: Changes since 30 June 2001": "?as_of=2001-12-31&area=A",
    }
    [empty] = document.all("div", class_="empty")
    assert "Nothing changed between 30 June 2001 and 31 December 2001" in empty.text
    assert [link["href"] for link in empty.all("a")] == [
        address() + "?as_of=2001-12-31&compare=2001-06-30", "?area=A",
    ]  # fmt: skip
    for href in [*chips.values(), "?area=A"]:
        assert client.get(address() + href).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {"as_of": "2001-06-30", "compare": "2001-06-30"},
        {"as_of": "2001-06-30", "compare": "2001-12-31"},
        {"compare": "2001"},
        {"compare": "tomorrow"},
        {"compare": str(ago(-1))},
        {"compare": str(ago(0))},
    ],
)
def test_a_day_that_is_not_earlier_is_refused(client: Client, given: dict[str, str]) -> None:
    for form in ({}, {"format": "csv"}):
        response = client.get(address(**given, **form))
        assert response.status_code == 400
        assert [name for name, _ in response.context["problems"]] == ["compare"]


def test_only_the_list_compares_and_nothing_that_is_kept(cast: Cast) -> None:
    for kind in (Selection, StandingSelection):
        assert [name for name, _ in kind({"compare": ["2001-06-30"]}, KEEPER).problems] == ["compare"]
    client = Client()
    client.force_login(cast.coordinator)
    for given in ({"compare": str(ago(3)), "area": "A"}, {"as_of": str(ago(3)), "area": "A"}):
        page = client.get(address(**given)).content
        assert b"/follow/" not in page
        assert b"/rounds/new/" not in page
    assert client.get(address() + "?compare=&area=A").headers["Location"] == address() + "?area=A"


def test_filters_speak_of_the_later_day(client: Client, history: dict[str, Activity]) -> None:
    def kinds(**given: str) -> list[str]:
        return [row[0] for row in told(csv_rows(client, **asked(**given)))]

    assert kinds(status="stalled") == ["Moved"]
    assert kinds(status="under_way") == ["Gone silent", "Joined", "Left"]
    assert kinds(organization="undp", role="funder") == ["Joined", "Left"]
    assert kinds(q="unchanged") == []
    assert {key: n for key, n in option_counts(client, **asked()).items() if n and "signal" not in key} == {
        "f-area-A": 5, "f-status-under_way": 2, "f-status-proposed": 1, "f-status-stalled": 1, "f-status-completed": 1,
    }  # fmt: skip


def test_what_is_hidden_today_is_not_told_and_not_counted(history: dict[str, Activity]) -> None:
    osce = Organization.objects.get(slug="osce")
    lead = history["Hidden"].participations.get()
    seen = {}
    for name, person in (("part", make_user(organization=osce)), ("none", make_user())):
        client = Client()
        client.force_login(person)
        seen[name] = [row[1] for row in told(csv_rows(client, **asked()))].count("Hidden")
        seen[f"{name} in all"] = int(total(client, **asked()).split()[0])
    assert seen == {"part": 1, "part in all": 7, "none": 0, "none in all": 6}
    answer_invitation(participation=lead, response=Response.WITHDRAWN, by=None, version=lead.version)
    client = Client()
    client.force_login(make_user(organization=osce))
    assert total(client, **asked()) == "6 changes in 5 activities", "who has left reads no more of what was"


def test_pages_cut_through_the_kinds(client: Client, history: dict[str, Activity], monkeypatch: Any) -> None:
    monkeypatch.setattr("activities.views.report.ActivityReport.page_size", 4)
    pages = [page_told(parse(read(client, **asked(page=number)))) for number in (1, 2)]
    assert pages == [EXPECTED[:4], EXPECTED[4:]]
    assert client.get(address(**asked(page=3))).status_code == 404
    hrefs = [link["href"] for link in next(parse(read(client, **asked())).all("ul", class_="key")).all("a")]
    query = f"?as_of={ago(10)}&compare={ago(100)}&page="
    assert hrefs == [
        *(f"{query}1#{kind}" for kind in ("new", "moved", "completed", "silent")), f"{query}2#joined", f"{query}2#left",
    ]  # fmt: skip


def test_statements_do_not_grow(client: Client, history: dict[str, Activity]) -> None:
    def statements(**given: Any) -> int:
        client.get(address(**asked(**given)))
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address(**asked(**given)))
            b"".join(response.streaming_content) if response.streaming else response.content
        return len(captured)

    before = {form: statements(format=form) if form else statements() for form in ("", "csv", "print")}
    for number in range(2):
        make_undertaking(title=f"Newer {number}", created_at=moment(40))
        make_update(activity=history["Unchanged"], days_ago=30 - number, progress=30 + number)
    assert len(csv_rows(client, **asked())) == 1 + 9
    assert {form: statements(format=form) if form else statements() for form in before} == before
    assert before[""] <= 20


def test_random_histories_are_compared_as_two_plain_replays_are() -> None:
    rng = random.Random(2001)
    organizations = [make_organization() for _ in range(4)]
    replays = [Replay(live_through(rng, organizations)[0]) for _ in range(6)]
    kinds: set[str] = set()
    for _ in range(25):
        earlier, later = sorted(rng.sample(range(125), 2), reverse=True)
        given = {"as_of": [str(ago(later))], "compare": [str(ago(earlier))], "kind": ["undertaking"]}
        comparison = Comparison(given, KEEPER)
        found = {change: set(comparison.changed(change).values_list("pk", flat=True)) for change in Change.values}
        expected: dict[str, set[int]] = {change: set() for change in Change.values}
        for replay in replays:
            for change in plain_changes(replay, ago(earlier), ago(later)):
                expected[change].add(replay.activity.pk)
        assert found == expected, (earlier, later)
        assert set(comparison.rows().values_list("pk", flat=True)) == set().union(*expected.values())
        kinds |= {change for change, keys in expected.items() if keys}
    assert kinds == set(Change.values)


def plain_changes(replay: Replay, earlier: datetime.date, later: datetime.date) -> set[str]:
    before, after = replay.on(earlier), replay.on(later)
    if after is None:
        return set()
    changes = set()
    if before is None:
        changes.add(Change.NEW)
    else:
        completed = after["status"] == "completed" != before["status"]
        if completed:
            changes.add(Change.COMPLETED)
        elif (before["status"], before["progress"]) != (after["status"], after["progress"]):
            changes.add(Change.MOVED)
        silent = [
            state["status"] in OPEN_STATUSES and state["silent_on"] <= day
            for state, day in ((before, earlier), (after, later))
        ]
        if silent == [False, True]:
            changes.add(Change.SILENT)
    for role in replay.roles:
        if earlier < role.since.first_day <= later:
            changes.add(Change.JOINED)
        if role.until and earlier < role.until.last_day <= later:
            changes.add(Change.LEFT)
    return changes


def test_two_people_see_the_numbers_of_their_own(history: dict[str, Activity]) -> None:
    """Keys of what is remembered hold who looks and both days."""
    keys = {
        Comparison({"compare": [str(ago(day))], "as_of": [str(ago(1))]}, user).cache_key("changes")
        for day in (50, 60)
        for user in (KEEPER, AnonymousUser())
    }
    assert len(keys) == 4
