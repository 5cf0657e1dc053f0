"""Papers as Word documents: their structure, what stands in them in which language, and what must not."""

import io
import zipfile
from typing import Any

import pytest
from docx import Document

from activities.choices import Status
from activities.models import ObstacleKind
from tests.activities.paper_reading import get
from tests.activities.report_reading import body
from tests.factories import make_item, make_round, make_undertaking, make_update
from tests.personas import Cast

pytestmark = pytest.mark.django_db

REPORT, BRIEF, OBSTACLES = "/frameworks/S-2001-138/report/", "/organizations/lead/brief/", "/reports/obstacles/"


@pytest.fixture
def register(cast: Cast) -> Cast:
    """An obstacle in Arabic on what everybody may read, another one on what few may read."""
    make_item(code="B.1", title="Missions")
    kind = ObstacleKind.objects.create(code="funds", title_en="Funds", title_ar="الأموال")
    make_round(by=cast.coordinator, title="第一轮")
    said = {"organization": cast.organizations["lead"], "author": cast.lead, "obstacle_kinds": [kind]}
    make_update(activity=cast.public, obstacles="لا توجد أموال.", done="تم التدريب.", language="ar", **said)
    make_update(activity=cast.restricted, obstacles="Restricted obstacle.", done="Restricted words.", **said)
    make_undertaking(lead=cast.organizations["lead"], title="Done", status=Status.COMPLETED)
    return cast


def document(user: Any, address: str, language: str = "en", **given: Any) -> Any:
    response = get(user, address, language, format="docx", **given)
    assert response["Content-Disposition"].endswith('.docx"')
    return Document(io.BytesIO(body(response)))


def headings(found: Any) -> list[tuple[str, str]]:
    return [(row.style.name, row.text) for row in found.paragraphs if row.style.name.startswith("Heading")]


def texts(found: Any) -> str:
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    return "\n".join([row.text for row in found.paragraphs] + cells)


def test_the_progress_report_has_the_headings_of_the_framework(register: Cast) -> None:
    found = document(register.stranger, REPORT)
    assert headings(found) == [
        ("Heading 1", "A. Area A"),
        ("Heading 2", "A.5 Joint staff training"),
        ("Heading 1", "B. Area B"),
        ("Heading 2", "B.1 Missions"),
    ]
    said = texts(found)
    assert "1 of 2 items acted on." in said
    assert "Nothing was recorded under this item." in said
    assert "Obstacles: Funds. لا توجد أموال." in said
    assert "Restricted" not in said
    section = found.sections[0]
    assert section.page_height > section.page_width


def test_the_brief_is_tables_with_repeated_heads(register: Cast) -> None:
    found = document(register.lead, BRIEF)
    assert headings(found) == [
        ("Heading 1", "What is asked of it next"), ("Heading 1", "Leads or co-leads (3)"), ("Heading 1", "Ended (1)"),
    ]  # fmt: skip
    assert [[cell.text for cell in table.rows[0].cells] for table in found.tables] == [
        ["Activity", "Role", "State", "Last word"]
    ] * 2
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in found.tables)
    assert {table.rows[1].cells[0].text for table in found.tables} == {"A.5.1 Public course", "A.5.4 Done"}
    # Others are not told what is asked, nor what they may not read.
    strangers = document(register.stranger, BRIEF)
    assert headings(strangers) == [("Heading 1", "Leads or co-leads (2)"), ("Heading 1", "Ended (1)")]
    assert "Restricted" not in texts(strangers)


def test_the_obstacles_in_numbers_and_in_their_own_words(register: Cast) -> None:
    found = document(register.stranger, OBSTACLES)
    assert [head for _style, head in headings(found)] == [
        "By kind and area", "By organization", "By reporting round", "The sentences",
    ]  # fmt: skip
    kinds, organizations, rounds = ([[cell.text for cell in row.cells] for row in table.rows] for table in found.tables)
    assert kinds == [["Kind of obstacle", "A", "All"], ["Funds", "1", "1"], ["All entries", "1", "1"]]
    assert organizations == [["Said by", "Entries"], ["LEAD", "1"]]
    assert rounds == [["Reporting round", "Entries"], ["第一轮", "1"]]
    assert "لا توجد أموال." in texts(found)
    assert "Restricted" not in texts(found)


@pytest.mark.parametrize("address", [REPORT, BRIEF, OBSTACLES])
@pytest.mark.parametrize("language", ["ar", "zh-hans", "ru"])
def test_the_direction_of_the_paper_and_of_what_is_quoted(register: Cast, address: str, language: str) -> None:
    response = get(register.lead, address, language, format="docx")
    with zipfile.ZipFile(io.BytesIO(body(response))) as archive:
        xml = archive.read("word/document.xml").decode()
    quoted = xml[: xml.index("لا توجد أموال." if address != BRIEF else "تم التدريب.")].rsplit("<w:r>", 1)[1]
    # Arabic runs from the right in every paper.
    assert "<w:rtl/>" in quoted
    assert ("<w:bidi/>" in xml.split("</w:p>", 1)[0]) == (language == "ar")
