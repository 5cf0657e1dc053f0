"""Page, CSV, XLSX and print hold the same rows, whoever asks for what; each file says where it comes from."""

import csv
import datetime
import io
import random
import re
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from activities.choices import Level, Role, Signal, Status, Visibility
from activities.models import Activity, FunctionalField, Theme
from tests.activities.report_reading import (
    address,
    body,
    codes,
    cover_of,
    csv_rows,
    docx_rows,
    json_report,
    left_out,
    page_rows,
    parse,
    print_rows,
    xlsx_rows,
)
from tests.factories import make_item, make_organization, make_participation, make_undertaking
from tests.personas import PEOPLE, Cast

pytestmark = pytest.mark.django_db

COLUMNS = [
    "Ref.", "Activity", "Kind", "Area", "Main item", "Lead", "Participants", "Status", "Progress (%)", "Due",
    "Last update", "Signals", "Countries", "Functional fields", "Cross-cutting themes", "Level",
]  # fmt: skip


def browser(person: Any) -> Client:
    client = Client()
    if not isinstance(person, AnonymousUser):
        client.force_login(person)
    return client


def populate(cast: Cast) -> None:
    """Rows of every status, visibility and signal, drawn with a fixed seed."""
    dice = random.Random(138)
    orgs = [*cast.organizations.values(), make_organization(acronym="OSCE")]
    fields = [FunctionalField.objects.create(code=f"field{n}", title_en=f"Field {n}") for n in range(3)]
    themes = [Theme.objects.create(code=f"theme{n}", title_en=f"Theme {n}") for n in range(3)]
    for number in range(20):
        lead = dice.choice([*orgs, None])
        activity = make_undertaking(
            item=make_item(code=dice.choice(["A.1", "A.5", "B.1", "C.1"])),
            title=f"{dice.choice(['Mission', 'Course', 'Dialogue'])} {number}",
            lead=lead,
            status=dice.choice(Status.values),
            visibility=dice.choice(Visibility.values),
            days_ago=dice.choice([0, 10, 100, 400]),
            planned_end_on=dice.choice(["", "2001", "2026-05", "2026-12-31", "2027-01"]),
            countries=dice.sample(["GH", "SL", "TJ"], dice.randrange(3)),
            level=dice.choice(["", *Level.values]),
            functional_fields=dice.sample(fields, dice.randrange(3)),
            themes=dice.sample(themes, dice.randrange(2)),
        )
        for org in dice.sample([org for org in orgs if org != lead], 2):
            make_participation(activity=activity, organization=org, role=dice.choice(["partner", "host", "funder"]))


CHOICES: dict[str, list[str]] = {
    "area": ["A", "B", "C"],
    "status": Status.values,
    "signal": Signal.values,
    "kind": ["agreed", "undertaking"],
    "parent": ["A.1", "A.5", "B.1"],
    "organization": ["osce", "lead", "partner", "stranger"],
    "role": Role.values,
    "country": ["GH", "SL", "TJ", "FJ"],
    "field": ["field0", "field1", "field2"],
    "theme": ["theme0", "theme1"],
    "level": Level.values,
    "q": ["mission", "course", "osce", "dialogue 1"],
    "due_after": ["2001", "2026-05", "2026-06-01"],
    "due_before": ["2026-05", "2026-12", "2027"],
    "updated_after": ["2020", "2026"],
    "silent_days": ["5", "90"],
}
ONE = {"q", "due_after", "due_before", "updated_after", "silent_days"}


def draw(dice: random.Random) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name in dice.sample(sorted(CHOICES), dice.randrange(4)):
        most = 1 if name in ONE else min(3, len(CHOICES[name]))
        given[name] = dice.sample(CHOICES[name], dice.randint(1, most))
    if dice.random() < 0.5:
        given["sort"] = dice.choice(["code", "-code", "title", "-due", "updated", "-status", "lead"])
    return given


def test_every_form_holds_the_same_rows_for_anybody_and_any_filters(cast: Cast) -> None:
    """S2: 200 pairs of a person and filters: rows, order, numbers beside the options, and how many were left out."""
    populate(cast)
    dice = random.Random(2001)
    browsers = {name: browser(cast.people[name]) for name in PEOPLE}
    everything = {name: len(csv_rows(client)) - 1 for name, client in browsers.items()}
    assert len(set(everything.values())) > 3, "the cast sees different things"
    found = 0
    for number in range(200):
        name, given = dice.choice(PEOPLE), draw(dice)
        client = browsers[name]
        response = client.get(address(**given, format="csv"))
        rows = list(csv.reader(io.StringIO(body(response).decode("utf-8-sig"), newline="")))[1:]
        expected = codes(rows)
        found += len(expected)
        page = client.get(address(**given)).content.decode()
        assert re.findall(r'class="c-ref"><bdi class="ref">([^<]+)<', page) == expected, (name, given)
        assert left_out(response) == (len(expected), everything[name] - len(expected)), (name, given)
        for facet in ("area", "status"):
            numbers = re.findall(rf'name="{facet}".*?<span class="n">(\d+)</span>', page)
            assert len(numbers) > 2
            assert sum(map(int, numbers)) == len(expected), (name, given)
        if number % 20 == 0:
            # The slow forms: drawn from the same table as CSV.
            assert codes(xlsx_rows(client, **given)[1:]) == expected, (name, given)
            assert codes(print_rows(client, **given)) == expected, (name, given)
    assert found > 400, "filters that find nothing would compare nothing"


@pytest.fixture
def osce_in_a(db: None) -> Activity:
    osce, undp = make_organization(acronym="OSCE"), make_organization(acronym="UNDP")
    item = make_item(code="A.5")
    field = FunctionalField.objects.create(code="security", title_en="Security")
    theme = Theme.objects.create(code="gender", title_en="Gender")
    with time_machine.travel("2026-11-01 10:00Z", tick=False):
        activity = make_undertaking(
            item=item, title="=cmd|' /C calc'!A0", lead=osce, partners=[undp], status=Status.UNDER_WAY, level="field",
            planned_end_on="2001-05", countries=["GH", "SL"], functional_fields=[field], themes=[theme],
        )  # fmt: skip
        make_undertaking(
            item=item, title="+41 Ganz", partners=[osce], planned_end_on="2030-01-31", closing_condition="x"
        )
        make_undertaking(item=item, title="Not theirs", lead=undp)
        make_undertaking(item=make_item(code="B.1"), title="Not there", lead=osce)
    return activity


@time_machine.travel("2026-11-23 10:00Z", tick=False)
def test_the_same_rows_and_columns_everywhere(client: Client, osce_in_a: Activity) -> None:
    """`/activities/?area=A&organization=osce` as page, CSV, XLSX and print."""
    asked = {"area": "A", "organization": "osce"}
    first = [
        "A.5.1", "=cmd|' /C calc'!A0", "Undertaking", "A Area A", "A.5", "OSCE", "UNDP", "Under way", "", "2001-05",
        "2026-11-01", "Overdue; No closing condition", "Ghana; Sierra Leone", "Security", "Gender", "Field",
    ]  # fmt: skip
    second = [
        "A.5.2", "+41 Ganz", "Undertaking", "A Area A", "A.5", "", "OSCE", "Proposed", "", "2030-01-31", "", "No lead",
        "", "", "", "",
    ]  # fmt: skip
    in_csv = [[*row[:1], f"'{row[1]}", *row[2:]] for row in (first, second)]
    assert csv_rows(client, **asked) == [COLUMNS, *in_csv]
    as_dates = [
        [*first[:10], datetime.datetime.fromisoformat("2026-11-01"), *first[11:]],
        [*second[:9], datetime.datetime.fromisoformat("2030-01-31"), *second[10:]],
    ]
    assert xlsx_rows(client, **asked) == [COLUMNS, *as_dates]
    assert page_rows(client, **asked) == [
        ["A.5.1", "=cmd|' /C calc'!A0 Ghana, Sierra Leone", "OSCE", "UNDP", "Under way", "–not given", "May 2001",
         "22 days ago"],
        ["A.5.2", "+41 Ganz", "No lead", "OSCE", "Proposed", "–not given", "31 Jan 2030", "Never"],
    ]  # fmt: skip
    printed = print_rows(client, **asked)
    assert [row[0] for row in printed] == ["A.5.1", "A.5.2"]
    assert printed[0][1:] == [
        "=cmd|' /C calc'!A0Undertaking – A.5. Field. Ghana; Sierra Leone. Security. Gender.", "OSCEUNDP",
        "Under wayOverdue; No closing condition", "May 2001", "1 Nov 2026",
    ]  # fmt: skip


def test_formulas_are_dead_in_both_files(client: Client, osce_in_a: Activity) -> None:
    assert csv_rows(client, area="A", organization="osce")[1][1] == "'=cmd|' /C calc'!A0"
    sheet = load_workbook(io.BytesIO(body(client.get(address(area="A", format="xlsx"))))).worksheets[1]
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "inlineStr", "n", "d"}
    assert "=cmd|' /C calc'!A0" in [cell.value for cell in sheet["B"]]


@time_machine.travel("2026-11-23 10:00Z", tick=False)
def test_a_file_says_where_it_comes_from(cast: Cast, osce_in_a: Activity) -> None:
    client = browser(cast.stranger)
    asked = address(area="A", organization="osce", format="csv")
    response = client.get(asked)
    headers = {name: unquote(value) for name, value in response.headers.items() if name.startswith("X-Report-")}
    assert headers == {
        "X-Report-Title": "Cooperation activities",
        "X-Report-Source": "Framework for cooperation in peace-building (S-2001-138)",
        "X-Report-Filters": "Area: A Area A; Organization: OSCE",
        "X-Report-As-Of": "2026-11-23",
        "X-Report-Made-At": "2026-11-23T10:00:00+00:00",
        "X-Report-Made-By": "stranger",
        "X-Report-Rows": "2",
        "X-Report-Left-Out": "6",
        "X-Report-Address": f"http://testserver{asked}",
    }
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    name = 'attachment; filename="activities_2026-11-23_area-a_organization-osce.csv"'
    assert response["Content-Disposition"] == name

    workbook = load_workbook(io.BytesIO(body(client.get(address(area="A", organization="osce", format="xlsx")))))
    assert cover_of(workbook) == {
        "Report": "Cooperation activities",
        "Source": "Framework for cooperation in peace-building (S-2001-138)",
        "Filters": "Area: A Area A; Organization: OSCE",
        "As at": "23 November 2026",
        "Made": "23 November 2026, 10:00",
        "Made by": "stranger",
        "Rows": "2",
        "Left out by the filters": "6",
        "Address": f"http://testserver{address(area='A', organization='osce', format='xlsx')}",
    }
    paper = parse(client.get(address(area="A", organization="osce", format="print"))).text
    for said in (
        "As at 23 November 2026", "Scope: Area: A Area A; Organization: OSCE. 2 rows; left out by the filters: 6.",
        "Made by: stranger, 23 November 2026, 10:00", "/activities/?area=A&organization=osce&format=print", "overdue:",
    ):  # fmt: skip
        assert said in paper


def test_coordinators_also_see_who_may_see(cast: Cast) -> None:
    rows = csv_rows(browser(cast.coordinator), kind="undertaking")
    assert rows[0] == [*COLUMNS, "Visible to"]
    assert {row[1]: row[-1] for row in rows[1:]} == {
        "Public course": "Public",
        "Internal course": "Signed-in members",
        "Restricted course": "Participants and coordinators",
    }
    assert csv_rows(browser(cast.lead))[0] == COLUMNS


def test_files_speak_the_readers_language_and_say_each_title_once(client: Client) -> None:
    item = make_item(code="A.5")
    make_undertaking(item=item, title="Only English")
    client.cookies["language"] = "zh-hans"
    rows = csv_rows(client)
    with translation.override("zh-hans"):
        assert rows[1][3] == "A 领域A"
        assert rows[2][7] == str(Status.PROPOSED.label)
    assert [row[1] for row in rows[1:]] == ["项目A.5", "Only English"]
    [fallback] = [a for a in parse(client.get(address())).all("a") if a.text == "Only English"]
    assert (fallback["lang"], fallback["dir"]) == ("en", "ltr")
    client.cookies["language"] = "ar"
    workbook = load_workbook(io.BytesIO(body(client.get(address(format="xlsx")))))
    assert [sheet.sheet_view.rightToLeft for sheet in workbook] == [True, True]


def test_a_long_file_is_sent_in_pieces_and_complete(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("tracker.toolkit.spreadsheets", "tracker.toolkit.records", "activities.views.printing"):
        monkeypatch.setattr(f"{module}.ROWS_AT_A_TIME", 3)
    # However many rows are read at a time, none may be lost between two readings.
    for name in ("ROWS_AT_A_TIME", "ROWS_READ"):
        monkeypatch.setattr(f"activities.reports.{name}", 3, raising=False)
    item = make_item(code="A.5")
    made = [make_undertaking(item=item).code for _ in range(7)]
    response = client.get(address(format="csv"))
    assert len(list(response.streaming_content)) == 3
    assert codes(csv_rows(client)[1:]) == ["A.5", *made]
    assert codes(print_rows(client)) == ["A.5", *made]
    assert codes(docx_rows(client)[1:]) == ["A.5", *made]
    assert [row["code"] for row in json_report(client)["rows"]] == ["A.5", *made]
    assert codes(xlsx_rows(client, sort="-code")[1:]) == [*made[::-1], "A.5"]


def test_an_empty_file_is_an_answer_with_its_header(client: Client) -> None:
    make_item(code="A.5")
    assert csv_rows(client, status="stalled") == [COLUMNS]
    assert xlsx_rows(client, status="stalled") == [COLUMNS]
    assert print_rows(client, status="stalled") == []
    assert left_out(client.get(address(status="stalled", format="csv"))) == (0, 1)
