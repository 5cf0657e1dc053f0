"""Who does what: each cell is the list it opens, in every form, and nobody is shown what they may not see."""

import csv
import datetime
import io
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from activities.choices import Role, Status, Visibility
from activities.filters import Selection
from activities.models import Activity, FunctionalField, Theme
from activities.reading import matrix as reading
from activities.views.matrix_cells import steps_for
from activities.workflow import refresh_derived
from organizations.choices import OrganizationKind
from organizations.models import Organization
from tests.activities.report_reading import Element, body, parse, rows_of, table_rows
from tests.factories import make_item, make_organization, make_participation, make_undertaking
from tests.personas import Cast
from tests.reading import client_of, main_part, page, queries, rows_behind

pytestmark = pytest.mark.django_db
KINDS = (OrganizationKind.REGIONAL.label, OrganizationKind.UN_AGENCY.label)


def address(**given: Any) -> str:
    return reverse("matrix", query=given or None)


def words(cell: Element) -> str:
    """What a cell says, without the letters that stand for the words where it is narrow."""
    said = [part.text for part in cell.all("span", class_="w")]
    return ", ".join(said) + "".join(f" ({mark.text})" for mark in cell.all("span", class_="vh"))


def table(user: Any, **given: Any) -> dict[str, list[str]]:
    """The cells of each organization, by its acronym."""
    document = parse(client_of(user).get(address(**given)))
    [found] = document.all("table", class_="mx")
    rows = {}
    for group in found.all("tbody"):
        for row in group.all("tr"):
            if not (row.has("class", "cut") or row.has("class", "idle")):
                head, *cells = [cell for cell in row.inside if isinstance(cell, Element)]
                rows[next(head.all("a")).text] = [words(cell) for cell in cells[:-1]] + [cells[-1].text]
    return rows


def linked_cells(user: Any, **given: Any) -> list[tuple[str, int]]:
    """Each cell that holds something: the list it opens, and how many activities it says there are."""
    document = parse(client_of(user).get(address(**given)))
    [found] = document.all("table", class_="mx")
    cells = []
    for cell in found.all("td"):
        for link in cell.all("a"):
            said = [part.text for part in link.all("span", class_="w")] or [link.text]
            cells.append((link["href"], sum(int(re.findall(r"\d+", text)[0]) for text in said)))
    return cells


@pytest.fixture
def register() -> dict[str, Activity]:
    """Activities of OSCE and UNDP in two areas and two fields, in every role."""
    osce = make_organization(acronym="OSCE")
    undp = make_organization(acronym="UNDP", kind=OrganizationKind.UN_AGENCY)
    make_organization(acronym="UNEP", kind=OrganizationKind.UN_AGENCY)
    justice = FunctionalField.objects.create(code="justice", title_en="Justice", position=1)
    relief = FunctionalField.objects.create(code="relief", title_en="Relief", position=2)
    women = Theme.objects.create(code="women", title_en="Women", position=1)
    a5, b1 = make_item(code="A.5"), make_item(code="B.1")
    made = {
        "mission": make_undertaking(
            item=a5, title="Mission", lead=osce, partners=[undp], status=Status.UNDER_WAY,
            functional_fields=[justice, relief], themes=[women], planned_end_on="2001-05", countries=["GH"],
        ),
        "course": make_undertaking(item=a5, title="Course", lead=osce, functional_fields=[justice]),
        "talks": make_undertaking(item=b1, title="Talks", lead=undp, functional_fields=[relief], themes=[women]),
    }  # fmt: skip
    make_participation(activity=made["talks"], organization=osce, role=Role.OBSERVER)
    # The strongest role counts: it leads, and pays as well.
    make_participation(activity=made["course"], organization=osce, role=Role.FUNDER)
    make_participation(activity=b1, organization=undp, role=Role.HOST)
    return made


def test_cells_say_counts_by_role_and_the_worst_signal(register: dict[str, Activity]) -> None:
    nobody = AnonymousUser()
    assert table(nobody) == {
        "OSCE": ["2 lead (Overdue)", "1 observer", "3"],
        "UNDP": ["1 support (Overdue)", "1 lead, 1 support", "3"],
        "UNEP": ["", "", ""],
    }
    assert table(nobody, by="field") == {
        "OSCE": ["2 lead (Overdue)", "1 lead, 1 observer (Overdue)", "3"],
        "UNDP": ["1 support (Overdue)", "1 lead, 1 support (Overdue)", "3"],
        "UNEP": ["", "", ""],
    }
    assert table(nobody, by="item") == {
        "OSCE": ["2 lead (Overdue)", "1 observer", "3"],
        "UNDP": ["1 support (Overdue)", "1 lead", "3"],
        "UNEP": ["", "", ""],
    }
    assert table(nobody, by="theme") == {
        "OSCE": ["1 lead, 1 observer (Overdue)", "3"],
        "UNDP": ["1 lead, 1 support (Overdue)", "3"],
        "UNEP": ["", ""],
    }


@pytest.mark.parametrize("by", ["area", "field", "item", "theme"])
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"area": "A"},
        {"organization": ["osce", "unep"], "kind": "undertaking"},
        {"role": ["co_lead", "funder", "observer"], "field": ["justice", "relief"]},
        {"organization": "undp", "role": "lead", "parent": "B.1", "theme": "women"},
        {"status": "under_way", "country": "GH", "q": "mission"},
    ],
)
def test_each_cell_is_the_list_it_opens(register: dict[str, Activity], by: str, given: dict[str, Any]) -> None:
    nobody = AnonymousUser()
    cells = linked_cells(nobody, by=by, **given)
    assert cells
    for link, number in cells:
        assert rows_behind(nobody, link) == number, link


def test_filters_of_an_organization_and_of_a_column_leave_the_others_out(register: dict[str, Activity]) -> None:
    nobody = AnonymousUser()
    assert table(nobody, organization="osce", area="B") == {"OSCE": ["1 observer", "1"]}
    # The list of those in either field; each cell speaks of one.
    assert table(nobody, by="field", field="relief", organization="undp") == {
        "UNDP": ["1 lead, 1 support (Overdue)", "2"]
    }
    assert table(nobody, role="funder") == {
        "OSCE": ["1 support", "", "1"], "UNDP": ["", "", ""], "UNEP": ["", "", ""],
    }  # fmt: skip


@pytest.mark.parametrize("person", ["anonymous", "stranger", "invited", "partner", "coordinator"])
def test_cells_count_what_the_reader_may_see(cast: Cast, person: str) -> None:
    user = cast.people[person]
    expected = {"anonymous": 1, "stranger": 2, "invited": 3, "partner": 3, "coordinator": 3}[person]
    rows = table(user)
    assert rows["LEAD"] == [f"{expected} lead", str(expected)]
    assert rows["OBSERVER"] == [f"{expected} observer", str(expected)]
    for link, number in linked_cells(user):
        assert rows_behind(user, link) == number, link


def test_nobody_is_shown_what_was_counted_for_another(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of a large result are kept for a while."""
    monkeypatch.setattr(reading, "LARGE", 0)
    for _ in range(2):
        assert [table(cast.people[one])["LEAD"][0] for one in ("coordinator", "stranger", "anonymous")] == [
            "3 lead", "2 lead", "1 lead",
        ]  # fmt: skip
    Activity.objects.filter(pk=cast.public.pk).update(visibility=Visibility.RESTRICTED)
    assert table(cast.people["anonymous"])["LEAD"][0] == "1 lead", "half a minute old"


@pytest.mark.parametrize("by", ["area", "field"])
def test_every_form_holds_the_same_rows(register: dict[str, Activity], by: str) -> None:
    client = client_of(AnonymousUser())
    text = body(client.get(address(by=by, format="csv"))).decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    columns = {"area": ["A Area A", "B Area B"], "field": ["Justice", "Relief"]}[by]
    assert head == [
        "Organization", "Name", "Kind", *columns, "Leads or co-leads", "Supports", "Observes", "All activities",
    ]  # fmt: skip
    on_page = table(AnonymousUser(), by=by)
    assert {row[0]: [*row[3:-4], row[-1].replace("0", "")] for row in rows} == on_page
    sheet = load_workbook(io.BytesIO(body(client.get(address(by=by, format="xlsx"))))).worksheets[1]
    cells = [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet]
    assert cells == [head, *rows]
    data = json.loads(body(client.get(address(by=by, format="json"))))
    names = [column["name"] for column in data["columns"]]
    assert [[str(row[name]) for name in names] for row in data["rows"]] == rows
    assert data["rows"][0]["codes"][names[3]] == ["lead:2", "overdue"]
    paper = Document(io.BytesIO(body(client.get(address(by=by, format="docx")))))
    assert table_rows(paper)[1:] == [[row[0], *(cell or "–" for cell in row[3:-4]), row[-1]] for row in rows]
    assert [row.cells[0].text for row in paper.tables[0].rows if row.cells[0].text in KINDS] == list(KINDS)
    document = parse(client.get(address(by=by, format="print")))
    printed = rows_of(document, "mx")
    assert [row[0].split()[0] for row in printed] == list(on_page)
    [found] = document.all("table", class_="mx")
    assert [
        words(cell) for group in found.all("tbody") for cell in group.all("td") if not cell.has("class", "sum")
    ] == [cell for row in on_page.values() for cell in row[:-1]]


def test_files_say_what_was_asked_for(register: dict[str, Activity]) -> None:
    response = client_of(AnonymousUser()).get(address(by="item", area="A", organization="osce", format="csv"))
    assert response["X-Report-Rows"] == "1" and response["X-Report-Left-Out"] == "2"
    assert "matrix_" in response["Content-Disposition"] and "by-item" in response["Content-Disposition"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"by": "colour"}, "by"),
        ({"by": ["area", "field"]}, "by"),
        ({"paper": "a5"}, "paper"),
        ({"colour": "red"}, "colour"),
        ({"area": "Z"}, "area"),
        ({"sort": "code"}, "sort"),
        ({"format": "csv", "page": "2"}, "page"),
    ],
)
def test_what_is_not_understood_is_refused_and_named(
    register: dict[str, Activity], given: dict[str, Any], named: str
) -> None:
    response = client_of(AnonymousUser()).get(address(**given))
    assert response.status_code == 400
    assert [name for name, _sentence in response.context["problems"]] == [named]


def test_there_is_one_page(register: dict[str, Activity]) -> None:
    assert client_of(AnonymousUser()).get(address(page=2)).status_code == 404


def test_the_order_by_number(register: dict[str, Activity]) -> None:
    make_undertaking(item=make_item(code="A.5"), lead=Organization.objects.get(slug="undp"))
    assert list(table(AnonymousUser())) == ["OSCE", "UNDP", "UNEP"]
    assert list(table(AnonymousUser(), sort="all")) == ["UNDP", "OSCE", "UNEP"]
    assert list(table(AnonymousUser(), sort="-kind")) == ["UNEP", "UNDP", "OSCE"]


def test_of_many_organizations_those_without_a_part_are_folded(register: dict[str, Activity]) -> None:
    for number in range(60):
        make_organization(acronym=f"X{number}", kind=OrganizationKind.NGO)
    assert list(table(AnonymousUser())) == ["OSCE", "UNDP"]
    html = main_part(page(AnonymousUser(), address()))
    assert "60 without a part" in html and "1 without a part" in html


def test_what_another_has_succeeded_is_not_asked_to_take_part(register: dict[str, Activity]) -> None:
    today = timezone.localdate()
    au = make_organization(acronym="AU")
    for acronym, day in {"OAU": "2002", "LATER": f"{today.year + 1}"}.items():
        make_organization(acronym=acronym, successor=au, succeeded_on=day)
    made = make_organization(acronym="CSCE", successor=Organization.objects.get(slug="osce"), succeeded_on="1995")
    make_undertaking(item=make_item(code="A.5"), lead=made)

    def found(**given: list[str]) -> tuple[set[str], set[str]]:
        matrix = reading.read_matrix(Selection(given, AnonymousUser()), "area")
        return {line.organization.slug for line in matrix.lines}, {head.slug for head in matrix.idle}

    # Who took part stands there for good; nobody is told that an organization which is no more takes no part.
    assert found() == ({"osce", "undp", "unep", "au", "later", "csce"}, {"unep", "au", "later"})
    assert found(organization=["oau", "au"]) == ({"oau", "au"}, {"au"})
    # On a day before, it was there.
    assert found(as_of=["2001-12-31"])[1] >= {"oau", "au", "later"}


def test_shades_follow_the_largest_number() -> None:
    assert [steps_for(largest) for largest in (0, 24, 25, 320)] == [(1, 3, 6), (1, 3, 6), (1, 4, 8), (20, 80, 160)]


@pytest.mark.parametrize("by", ["area", "field", "item", "theme"])
def test_the_number_of_statements_hangs_on_nothing(register: dict[str, Activity], by: str) -> None:
    user = AnonymousUser()
    before = queries(user, address(by=by))
    for number in range(3):
        organization = make_organization(acronym=f"X{number}")
        make_undertaking(item=make_item(code=f"C.{number}"), lead=organization, title=f"More {number}")
    assert queries(user, address(by=by)) == before <= 13


@pytest.mark.parametrize("by", ["area", "field", "item", "theme"])
def test_nor_does_it_on_a_day_in_the_past(by: str) -> None:
    user, lead = AnonymousUser(), make_organization()
    day = (timezone.localdate() - datetime.timedelta(days=10)).isoformat()
    counts = []
    for number in (1, 3):
        for _ in range(number):
            activity = make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=20)
            Activity.objects.filter(pk=activity.pk).update(created_at=timezone.now() - datetime.timedelta(days=30))
            refresh_derived(Activity.objects.get(pk=activity.pk))
        assert (
            reading.read_matrix(Selection({"as_of": [day]}, user), by).total == Activity.objects.undertakings().count()
        )
        counts.append(queries(user, address(by=by, as_of=day)))
    assert counts[0] == counts[1] <= 13


def test_a_day_in_the_past_is_said_and_leads_back_to_today(cast: Cast) -> None:
    html = page(cast.coordinator, "/matrix/?area=A&as_of=2001-12-31")
    strip = html.split('<aside class="asof"', 1)[1].split("</aside>", 1)[0]
    assert "As of 31 December 2001" in strip and 'href="?area=A"' in strip
    assert 'class="asof"' not in page(cast.coordinator, "/matrix/?area=A")
