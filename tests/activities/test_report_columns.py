"""Columns that are chosen and ordered: part of the address, on the page and in every form, kept by every link."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.choices import Status, Visibility
from tests.activities.report_reading import (
    address,
    csv_rows,
    docx_rows,
    form_values,
    json_report,
    page_rows,
    parse,
    print_rows,
    read,
    xlsx_rows,
)
from tests.factories import make_item, make_organization, make_undertaking
from tests.personas import Cast
from tests.reading import client_of

pytestmark = pytest.mark.django_db

CHOSEN = "code,status,title,signals"
ROW = ["A.5.1", "Under way", "Mission", "No closing condition"]


@pytest.fixture
def mission(db: None) -> None:
    osce = make_organization(acronym="OSCE")
    item = make_item(code="A.5")
    make_undertaking(item=item, title="Mission", lead=osce, status=Status.UNDER_WAY, planned_end_on="2099")


def heads(client: Client, table: str = "acts", **given: Any) -> list[str]:
    [found] = parse(read(client, **given)).all("table", class_=table)
    return [head.text for head in found.all("th", scope="col")]


def test_page_and_every_form_show_the_columns_asked_for_in_their_order(client: Client, mission: None) -> None:
    asked = {"q": "mission", "columns": CHOSEN}
    labels = ["Ref.", "Status", "Activity", "Signals"]
    assert heads(client, **asked) == labels
    assert heads(client, "annex", **asked, format="print") == labels
    assert page_rows(client, **asked) == [ROW]
    assert print_rows(client, **asked) == [ROW]
    assert csv_rows(client, **asked) == [labels, ROW]
    assert xlsx_rows(client, **asked) == [labels, ROW]
    assert docx_rows(client, **asked) == [labels, ROW]
    [row] = json_report(client, **asked)["rows"]
    assert list(row) == [*CHOSEN.split(","), "codes"]


def test_the_reference_is_always_there_and_always_first(client: Client, mission: None) -> None:
    assert csv_rows(client, columns="title", kind="undertaking")[1] == ["A.5.1", "Mission"]
    assert csv_rows(client, columns="title,code", kind="undertaking")[1] == ["A.5.1", "Mission"]
    assert page_rows(client, columns="code", kind="undertaking") == [["A.5.1"]]
    [link] = [a for a in parse(read(client, columns="code,status")).all("a") if a.text == "A.5.1"]
    assert link["href"] == "/activities/S-2001-138/A.5.1/"


@pytest.mark.parametrize(
    ("given", "parameter", "sentence"),
    [
        ({"columns": "code,colour"}, "columns", "There is no column “colour”."),
        ({"columns": "title,status,title"}, "columns", "The column “title” is given more than once."),
        ({"columns": "title,"}, "columns", "There is no column “”."),
        ({"columns": "visibility"}, "columns", "There is no column “visibility”."),
        ({"columns": "title", "place-title": "0"}, "place-title", "Give one whole number from 1 to 99."),
        ({"columns": "title", "place-title": "x"}, "place-title", "Give one whole number from 1 to 99."),
        ({"columns": "title", "place-colour": "1"}, "place-colour", "There is no such parameter."),
    ],
)
@pytest.mark.parametrize("form", ["", "csv", "docx"])
def test_what_is_no_column_is_refused(
    cast: Cast, given: dict[str, str], parameter: str, sentence: str, form: str
) -> None:
    response = client_of(cast.lead).get(address(**given, **({"format": form} if form else {})))
    assert response.status_code == 400
    assert response.context["problems"] == [(parameter, sentence)]


def test_coordinators_may_choose_who_may_see(cast: Cast) -> None:
    rows = csv_rows(client_of(cast.coordinator), columns="visibility", kind="undertaking")
    assert {row[1] for row in rows[1:]} == {str(visibility.label) for visibility in Visibility}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"columns": ["code", "title", "status"]}, "code,title,status"),
        ({"columns": ["code", "title", "status", "due"], "place-due": "2"}, "code,due,title,status"),
        ({"columns": ["code", "title", "status", "due"], "place-title": "3"}, "code,status,title,due"),
        ({"columns": ["code", "title", "due"], "place-title": "2", "place-due": ""}, "code,title,due"),
        ({"columns": ["title", "code"], "place-title": "1"}, "code,title"),
        ({"columns": ["code"], "place-title": "2"}, "code"),
    ],
)  # fmt: skip
def test_the_form_leads_to_the_address_of_the_choice(
    client: Client, mission: None, sent: dict[str, Any], expected: str
) -> None:
    response = client.get(address(area="A", **sent))
    assert (response.status_code, response["Location"]) == (302, f"/activities/?area=A&columns={expected}")
    through = client.get(address(area="A", **sent), headers={"HX-Request": "true"})
    assert (through.status_code, through["HX-Push-Url"]) == (200, f"/activities/?area=A&columns={expected}")
    assert through.context["look"].columns == expected.split(",")


def chooser(client: Client, **given: Any) -> Any:
    [menu] = parse(read(client, **given)).all("details", class_="columns")
    [form] = menu.all("form")
    return form


def test_sent_as_it_stands_the_form_changes_nothing(client: Client, mission: None) -> None:
    form = chooser(client, area="A", sort="-due", columns=CHOSEN)
    sent = form_values(form)
    ticked = sent.pop("columns")
    assert ticked == CHOSEN.split(",")
    assert sent.pop("area") == ["A"]
    assert sent.pop("sort") == ["-due"]
    assert sent == {"place-status": ["2"], "place-title": ["3"], "place-signals": ["4"]}
    response = client.get(address(area="A", sort="-due", columns=ticked, **sent))
    assert response["Location"] == f"/activities/?area=A&sort=-due&columns={CHOSEN}"
    usual = form_values(chooser(client))
    assert usual["columns"] == csv_names(client)


def csv_names(client: Client) -> list[str]:
    return [column["name"] for column in json_report(client)["columns"]]


def test_every_link_of_the_list_keeps_the_choice(cast: Cast) -> None:
    """All links that stay on the list, but for the way back to the usual columns."""
    client = client_of(cast.lead)
    item = make_item(code="B.1")
    for _number in range(52):
        make_undertaking(item=item)
    document = parse(read(client, area=["A", "B"], columns="code,title,due", sort="title"))
    [main] = document.all("main")
    links = [a for a in main.all("a") if a["href"].split("?")[0] in ("", "/activities/")]
    without = [a.text for a in links if "columns=code,title,due" not in a["href"].replace("%2C", ",")]
    assert without == ["The usual columns"]
    assert len(links) >= 20
    hidden = [field["value"] for field in main.all("input", type="hidden", name="columns")]
    # The filters, the order on narrow screens, and the choice itself, which sends each column.
    assert hidden == ["code,title,due", "code", "code,title,due"]
    [back] = [a["href"] for a in links if a.text == "The usual columns"]
    assert back == "?area=A&area=B&sort=title"


def test_an_empty_result_keeps_the_choice(client: Client, mission: None) -> None:
    page = read(client, status="stalled", columns=CHOSEN).content.decode()
    ways = re.findall(r'<li><a href="([^"]+)">(?:Remove|Clear)', page)
    assert len(ways) == 2
    assert all(f"columns={CHOSEN}" in way for way in ways)


def test_more_columns_than_fit_stand_as_in_the_annex(client: Client, mission: None) -> None:
    names = csv_names(client)
    left_out = [name for name in names if name not in ("countries", "due")]
    assert heads(client, "annex", columns=",".join(names[:8]), format="print") == csv_rows(client)[0][:8]
    assert heads(client, "annex", columns=",".join(left_out), format="print") == [
        "Ref.", "Activity", "Lead and participants", "Status and signals", "Last update",
    ]  # fmt: skip
    assert len(page_rows(client, columns=",".join(names))[0]) == len(names)


def test_chosen_columns_take_no_statement_for_each_row(cast: Cast) -> None:
    client = client_of(cast.lead)
    item = make_item(code="B.1")
    for form in ("", "docx", "json"):
        asked = address(columns="code,fields,themes,signals", area="B", **({"format": form} if form else {}))
        counts = []
        for _number in range(3):
            client.get(asked)
            with CaptureQueriesContext(connection) as captured:
                response = client.get(asked)
                b"".join(response.streaming_content) if response.streaming else response.content
            counts.append(len(captured))
            make_undertaking(item=item, lead=cast.organizations["lead"])
        assert counts[1] == counts[2] <= 11, form


def test_a_file_takes_the_word_of_its_making_away(client: Client, mission: None) -> None:
    """The page says that a file is being made while a cookie stands; the file takes it away, a page does not."""
    client.cookies["preparing"] = "1"
    for form in ("csv", "xlsx", "docx", "json"):
        response = client.get(address(format=form))
        assert response.cookies["preparing"]["max-age"] == 0
        client.cookies["preparing"] = "1"
    assert "preparing" not in client.get(address()).cookies
