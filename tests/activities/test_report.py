"""The report as a page: rows, counts, chips, links, pages, statements, and what is never shown to whom."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.choices import Role, Status, Visibility
from activities.filters import counts
from activities.models import Activity, Participation
from tests.activities.report_reading import (
    address,
    codes,
    csv_rows,
    form_values,
    left_out,
    option_counts,
    page_rows,
    parse,
    print_rows,
    total,
    xlsx_rows,
)
from tests.factories import make_item, make_organization, make_undertaking
from tests.personas import PEOPLE, Cast

pytestmark = pytest.mark.django_db


def browser(person: Any) -> Client:
    client = Client()
    if not isinstance(person, AnonymousUser):
        client.force_login(person)
    return client


@pytest.fixture
def register() -> dict[str, Activity]:
    """Some activities of two organizations in three areas."""
    osce, undp = make_organization(acronym="OSCE"), make_organization(acronym="UNDP")
    return {
        "mission": make_undertaking(
            item=make_item(code="A.5"),
            title="Joint mission",
            lead=osce,
            partners=[undp, *(make_organization(acronym=f"P{n}") for n in range(3))],
            status=Status.UNDER_WAY,
            planned_end_on="2001-05",
            countries=["GH", "SL", "HT", "TJ"],
            days_ago=200,
        ),
        "course": make_undertaking(item=make_item(code="A.5"), title="Course", partners=[osce], planned_end_on="2099"),
        "talks": make_undertaking(item=make_item(code="B.1"), title="Talks", lead=osce, status=Status.STALLED),
        "other": make_undertaking(item=make_item(code="A.1"), title="Other", lead=undp, status=Status.COMPLETED),
    }


def test_a_row_says_what_the_design_says(client: Client, register: dict[str, Activity]) -> None:
    rows = {row[0]: row[1:] for row in page_rows(client)}
    assert set(rows) == {"A.1", "A.1.1", "A.5", "A.5.1", "A.5.2", "B.1", "B.1.1"}
    assert rows["A.5.1"] == [
        "Joint mission Ghana, Haiti, Sierra Leone +1", "OSCE", "UNDP, P0 +2", "Under way", "–not given", "May 2001",
        "200 days ago",
    ]  # fmt: skip
    assert rows["A.5.2"] == ["Course", "No lead", "OSCE", "Proposed", "–not given", "2099", "Never"]
    assert rows["A.5"] == ["Item A.5", "–none named", "", "Agreed", "–not given", "–no date", "–never"]


def test_rows_sorted_by_reference_stand_under_their_area(client: Client, register: dict[str, Activity]) -> None:
    def heads(**given: str) -> list[str]:
        return [row.text for row in parse(client.get(address(**given))).all("tr", class_="cut")]

    assert heads() == ["A Area A", "B Area B"]
    assert heads(sort="-code") == ["B Area B", "A Area A"]
    assert heads(sort="title") == []


def test_counts_are_those_of_the_present_result(client: Client, register: dict[str, Activity]) -> None:
    everything = option_counts(client)
    assert {key: n for key, n in everything.items() if n and key.startswith("f-area")} == {"f-area-A": 5, "f-area-B": 2}
    assert {key: n for key, n in everything.items() if n and key.startswith("f-status")} == {
        "f-status-agreed": 3, "f-status-under_way": 1, "f-status-proposed": 1, "f-status-stalled": 1,
        "f-status-completed": 1,
    }  # fmt: skip
    mine = option_counts(client, organization="osce", area="A")
    assert {key: n for key, n in mine.items() if n} == {
        "f-area-A": 2, "f-status-under_way": 1, "f-status-proposed": 1, "f-signal-overdue": 1, "f-signal-silent": 1,
        "f-signal-no_lead": 1, "f-signal-no_closing_condition": 2,
    }  # fmt: skip
    assert total(client) == "7 activities"
    assert total(client, organization="osce", area="A") == "2 of 7 activities"
    assert total(client, country="FJ") == "No activities"


def test_each_chip_removes_its_filter(client: Client, register: dict[str, Activity]) -> None:
    response = client.get(address(area=["A", "B"], status="under_way", sort="due"))
    chips = {chip.text: chip["href"] for chip in parse(response).all("a", class_="chip")}
    assert chips == {
        "Remove filter: Area: A Area A": "?area=B&status=under_way&sort=due",
        "Remove filter: Area: B Area B": "?area=A&status=under_way&sort=due",
        "Remove filter: Status: Under way": "?area=A&area=B&sort=due",
    }
    assert response.context["sentence"] == "Area: A Area A or B Area B; Status: Under way"
    for href in chips.values():
        assert client.get(address() + href).status_code == 200


def test_the_form_holds_what_was_asked_for(client: Client, register: dict[str, Activity]) -> None:
    """Sent again without a change, the form asks for the same rows."""
    given = {
        "q": "mission", "area": ["A", "B"], "organization": ["osce", "undp"], "role": "lead", "country": "GH",
        "due_after": "2001", "silent_days": "5", "sort": "-due", "signal": "silent", "parent": "A.5",
        "kind": "undertaking",
    }  # fmt: skip
    [form] = parse(client.get(address(**given))).all("form", id="filters")
    sent = form_values(form)
    assert sent == {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    assert (form["method"], form["action"]) == ("get", address())


def test_an_empty_result_says_what_would_widen_it(client: Client, register: dict[str, Activity]) -> None:
    response = client.get(address(country="TJ", status="completed", area="A"))
    ways = {way["text"]: (way["href"], way["count"]) for way in response.context["widenings"]}
    assert ways == {
        "Status: Completed": ("?country=TJ&area=A", "1 activity"),
        "Country: Tajikistan": ("?status=completed&area=A", "1 activity"),
    }
    assert "Removing one of these filters" in response.content.decode()
    assert b"Export" not in response.content
    hopeless = client.get(address(country="FJ", status="discontinued"))
    assert hopeless.context["widenings"] == []
    assert "more than one has to go" in hopeless.content.decode()


def test_quick_views_are_plain_links(cast: Cast) -> None:
    response = browser(cast.lead).get(address())
    assert [(label, href, current) for label, href, current in response.context["quick"]] == [
        ("All activities", "?", True),
        ("My organization", "?organization=lead", False),
        ("Needs attention", "?signal=overdue&signal=lead_withdrew&signal=no_lead&signal=silent", False),
        ("Silent", "?signal=silent", False),
    ]
    mine = browser(cast.lead).get(address(organization="lead"))
    assert [label for label, _, current in mine.context["quick"] if current] == ["My organization"]
    assert "My organization" not in browser(cast.anonymous).get(address()).content.decode()


def test_pages_of_fifty(client: Client) -> None:
    item = make_item(code="A.5")
    made = [make_undertaking(item=item).code for _ in range(52)]
    assert len(page_rows(client)) == 53
    first, second = client.get(address()), client.get(address(page=2))
    assert [len(response.context["page"].object_list) for response in (first, second)] == [50, 3]
    assert re.findall(r'class="c-ref"><bdi class="ref">([^<]+)<', second.content.decode()) == made[-3:]
    assert "Showing 51–53 of 53" in second.content.decode()
    assert client.get(address(page=3)).status_code == 404
    assert client.get(address(area="A", status="stalled", page=2)).status_code == 404
    assert client.get(address(area="A", status="stalled", page=1)).status_code == 200


def test_large_results_say_more_than(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "LARGE", 3)
    for module in ("report", "report_look"):
        monkeypatch.setattr(f"activities.views.{module}.LARGE", 3)
    monkeypatch.setattr(counts.at_most, "__defaults__", (3,))
    item = make_item(code="A.5")
    for _ in range(5):
        make_undertaking(item=item, status=Status.UNDER_WAY)
    assert total(client) == "more than 1,000 activities"
    assert total(client, kind="undertaking") == "more than 1,000 of more than 1,000 activities"
    assert total(client, kind="agreed") == "1 of more than 1,000 activities"
    assert left_out(client.get(address(kind="undertaking", format="csv"))) == (5, 1)


def test_a_remembered_count_is_never_anothers(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large counts are kept for half a minute, for those who see the same rows only."""
    monkeypatch.setattr(counts, "LARGE", 0)
    numbers = {name: option_counts(browser(cast.people[name])) for name in PEOPLE}
    caches["process"].clear()
    assert {name: option_counts(browser(cast.people[name])) for name in reversed(PEOPLE)} == numbers
    assert numbers["coordinator"]["f-area-A"] == 4
    assert numbers["stranger"]["f-area-A"] == 3
    assert numbers["anonymous"]["f-area-A"] == 2


SEEN = {
    "anonymous": {"public"},
    "stranger": {"public", "internal"},
} | {name: {"public", "internal", "restricted"} for name in PEOPLE if name not in ("anonymous", "stranger")}


@pytest.mark.parametrize("name", PEOPLE)
def test_nobody_learns_of_what_they_may_not_see(cast: Cast, name: str) -> None:
    """Rows, counts, numbers left out, countries offered and ways to widen: all as if the rest did not exist."""
    Activity.objects.filter(pk=cast.restricted.pk).update(countries="TJ", status=Status.STALLED)
    client = browser(cast.people[name])
    seen = {cast.item.code} | {getattr(cast, visibility).code for visibility in SEEN[name]}
    assert set(codes(page_rows(client))) == seen
    assert set(codes(csv_rows(client)[1:])) == seen
    assert set(codes(xlsx_rows(client)[1:])) == seen
    assert set(codes(print_rows(client))) == seen
    assert option_counts(client)["f-area-A"] == len(seen)
    assert option_counts(client)["f-status-stalled"] == ("restricted" in SEEN[name])
    assert total(client) == f"{len(seen)} activities"
    assert left_out(client.get(address(kind="agreed", format="csv"))) == (1, len(seen) - 1)
    assert total(client, q="restricted course") == (
        f"1 of {len(seen)} activities" if "restricted" in SEEN[name] else "No activities"
    )
    page = client.get(address()).content.decode()
    assert ("Restricted course" in page) == ("restricted" in SEEN[name])
    assert ('<option value="TJ">' in page) == ("restricted" in SEEN[name])
    empty = client.get(address(country="TJ", status="completed"))
    assert (empty.context["widenings"] != []) == ("restricted" in SEEN[name])


def test_htmx_gets_the_part_and_everybody_else_the_page(client: Client, register: dict[str, Activity]) -> None:
    whole = client.get(address(area="A"))
    part = client.get(address(area="A"), headers={"HX-Request": "true"})
    back = client.get(address(area="A"), headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert b'id="finder"' in part.content
    assert b"<html" in back.content
    for response in (whole, part, back):
        assert {"HX-Request", "HX-History-Restore-Request"} <= {v.strip() for v in response["Vary"].split(",")}
    refused = client.get(address(area="Z"), headers={"HX-Request": "true"})
    assert (refused.status_code, refused["HX-Redirect"]) == (400, address(area="Z"))


@pytest.mark.parametrize("given", [{}, {"area": "A"}, {"q": "course", "organization": "lead", "field": []}])
@pytest.mark.parametrize("form", ["", "csv", "xlsx", "docx", "json", "print"])
def test_statements_do_not_grow_with_rows(cast: Cast, given: dict[str, Any], form: str) -> None:
    client = browser(cast.lead)
    asked = address(**given, **({"format": form} if form else {}))

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(asked)
            b"".join(response.streaming_content) if response.streaming else response.content
        return len(captured)

    hidden = Activity.objects.filter(pk__in=[cast.internal.pk, cast.restricted.pk])
    hidden.update(visibility=Visibility.PUBLIC)
    assert len(csv_rows(client, **given)) >= 1 + 3
    statements()
    three = statements()
    hidden.update(visibility=Visibility.RESTRICTED)
    Participation.objects.filter(activity__in=[cast.internal, cast.restricted]).delete()
    assert len(csv_rows(client, **given)) < 1 + 3
    assert statements() == three
    assert three <= (11 if form else 8)


def test_the_list_takes_few_statements(cast: Cast) -> None:
    """Signed in, with names remembered: session, person, memberships, counts, rows, participations, saved reports; one
    more where a filter makes the number of all activities a question of its own."""
    client = browser(cast.lead)
    client.get(address())
    for asked, expected in ((address(), 7), (address(area="A", q="course"), 8)):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(asked).status_code == 200
        assert len(captured) == expected, [query["sql"][:80] for query in captured]


def test_former_participants_are_shown_and_former_co_leads_no_longer_lead(client: Client) -> None:
    lead, former, past = (make_organization(acronym=name) for name in ("LEAD", "FORMER", "PAST"))
    activity = make_undertaking(lead=lead)
    yesterday = (datetime.date.today() - datetime.timedelta(days=1)).isoformat()
    for organization, role, until in ((former, Role.CO_LEAD, yesterday), (past, Role.HOST, "2001")):
        activity.participations.create(
            organization=organization, role=role, response="accepted", since="2000", until=until
        )
    [row] = csv_rows(client, organization="former")[1:]
    assert row[5:7] == ["LEAD", "FORMER; PAST"]
