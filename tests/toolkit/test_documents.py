"""Papers as Word documents: read back with python-docx, in the three kinds of script."""

import datetime
import io
import itertools
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from tracker.toolkit.documents import Cell, Group, Link, Paper, Text, Words

MADE = datetime.datetime(2001, 11, 1, 9, 30, tzinfo=datetime.UTC)
ARABIC = Text("تعمل OSCE في غانا (A.5.1).", "ar")
RUSSIAN = Text("Нет средств.", "ru")
ROWS = [
    Group(("A", " ", "Capacity-building")),
    [Text("A.1", "en"), [ARABIC, "Undertaking"], (Words("OSCE", bold=True), " (UNDP)")],
    [Text("A.2", "en"), RUSSIAN, Cell("–", fill="E8EEF4", align="center")],
]


def paper(language: str = "en", **given: Any) -> Paper:
    return Paper(title="Status of activities", as_of="As at 1 November 2001", language=language, made_at=MADE, **given)


def saved(made: Paper) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def opened(made: Paper) -> Any:
    return Document(io.BytesIO(saved(made)))


def whole(language: str = "en", **given: Any) -> Paper:
    made = paper(language, **given)
    made.masthead("Framework")
    made.title()
    made.facts([("Scope", "Area: A"), ("Made by", RUSSIAN)])
    made.heading(1, "Areas")
    made.heading(2, ARABIC)
    made.prose(Text("One.\n\nTwo.", "fr"))
    made.bullet(("See ", Link("the minutes", "https://un.org/?a=1&b=2")))
    made.table(["Ref.", "Activity", "Lead"], ROWS, widths=[1, 4, 2], caption="Activities")
    return made


def marks(element: Any, name: str) -> list[Any]:
    return list(element.iter(qn(f"w:{name}")))


def test_a_paper_is_a_document_with_styles_and_the_words_in_their_order() -> None:
    read = opened(whole())
    assert [(p.style.name, p.text) for p in read.paragraphs] == [
        ("Masthead", "Framework\tAs at 1 November 2001"),
        ("Title", "Status of activities"),
        ("Fact", "Scope: Area: A"),
        ("Fact", "Made by: Нет средств."),
        ("Heading 1", "Areas"),
        ("Heading 2", ARABIC.value),
        ("Normal", "One."),
        ("Normal", "Two."),
        ("List Bullet", "See the minutes"),
        ("Fact", ""),
    ]
    [table] = read.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Ref.", "Activity", "Lead"],
        ["A Capacity-building"] * 3,
        ["A.1", f"{ARABIC.value}\nUndertaking", "OSCE (UNDP)"],
        ["A.2", "Нет средств.", "–"],
    ]
    [link] = read.paragraphs[8].hyperlinks
    assert (link.text, link.address) == ("the minutes", "https://un.org/?a=1&b=2")


@pytest.mark.parametrize(("landscape", "size", "width"), [(False, "A4", 210), (True, "A4", 297), (True, "A3", 420)])
def test_the_page_is_a4_unless_said_and_its_tables_fill_it(landscape: bool, size: str, width: int) -> None:
    read = opened(whole(landscape=landscape, size=size))
    [section] = read.sections
    assert section.orientation == (WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT)
    assert round(section.page_width.mm) == width
    inner = section.page_width - section.left_margin - section.right_margin
    assert sum(column.width for column in read.tables[0].columns) == pytest.approx(inner, abs=6000)


def test_the_head_of_a_table_is_repeated_and_no_row_is_split() -> None:
    [table] = opened(whole()).tables
    assert [bool(marks(row._tr, "tblHeader")) for row in table.rows] == [True, False, False, False]
    assert all(marks(row._tr, "cantSplit") for row in table.rows)
    [group] = [row for row in table.rows if marks(row._tr, "gridSpan")]
    assert group.cells[0].paragraphs[0].style.name == "Table Group"
    assert [p.style.name for p in table.rows[2].cells[1].paragraphs] == ["Table Text", "Table Note"]


def test_each_page_says_its_number_and_of_what() -> None:
    [section] = opened(whole()).sections
    [footer] = section.footer.paragraphs
    assert footer.text == "Status of activities – As at 1 November 2001\t1/1"
    assert [field.text.strip() for field in marks(footer._p, "instrText")] == ["PAGE", "NUMPAGES"]


def test_an_arabic_paper_runs_from_the_right_and_words_in_other_letters_do_not() -> None:
    read = opened(whole("ar"))
    assert marks(read.sections[0]._sectPr, "bidi")
    assert marks(read.sections[0].footer.paragraphs[0]._p, "bidi")
    [table] = read.tables
    assert marks(table._tbl, "bidiVisual")
    paragraphs = {p.text: p for p in [*read.paragraphs, *(p for cell in cells(table) for p in cell.paragraphs)]}
    turned = {text: bool(marks(p._p, "bidi")) for text, p in paragraphs.items() if text}
    assert {text for text, bidi in turned.items() if not bidi} == {"One.", "Two.", "A.1", "A.2", "Нет средств."}
    runs = [(run.text, bool(marks(run._r, "rtl"))) for run in paragraphs[ARABIC.value].runs]
    assert runs == [("تعمل ", True), ("OSCE", False), (" في غانا (", True), ("A.5.1", False), (").", True)]


def test_a_paper_from_the_left_turns_what_is_arabic_in_it() -> None:
    read = opened(whole())
    assert not marks(read.sections[0]._sectPr, "bidi")
    [table] = read.tables
    assert not marks(table._tbl, "bidiVisual")
    title, small = table.rows[2].cells[1].paragraphs
    assert (len(marks(title._p, "bidi")), len(marks(small._p, "bidi"))) == (1, 0)
    assert {lang.get(qn("w:bidi")) for lang in marks(title._p, "lang")} == {"ar-SA"}
    [russian] = table.rows[3].cells[1].paragraphs
    assert [lang.get(qn("w:val")) for lang in marks(russian._p, "lang")] == ["ru-RU"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", ("fr-FR", "zh-CN", "ar-SA")),
        ("zh-hans", ("en-GB", "zh-CN", "ar-SA")),
        ("ar", ("en-GB", "zh-CN", "ar-SA")),
    ],
)
def test_the_document_names_its_languages_and_faces(language: str, expected: tuple[str, ...]) -> None:
    [defaults] = opened(whole(language)).styles.element.iter(qn("w:rPrDefault"))
    [lang] = marks(defaults, "lang")
    assert tuple(lang.get(qn(f"w:{name}")) for name in ("val", "eastAsia", "bidi")) == expected
    [fonts] = marks(defaults, "rFonts")
    assert fonts.get(qn("w:eastAsia")) == "SimSun"
    assert fonts.get(qn("w:cs"))


def test_chinese_words_are_set_in_the_chinese_face() -> None:
    made = paper("zh-hans")
    made.paragraph("“加纳”——考察团")
    [paragraph] = opened(made).paragraphs
    [fonts] = marks(paragraph._p, "rFonts")
    assert fonts.get(qn("w:hint")) == "eastAsia"


@pytest.mark.parametrize(("language", "slanted"), [("en", True), ("ru", True), ("ar", False), ("zh-hans", False)])
def test_letters_without_italics_stay_upright(language: str, slanted: bool) -> None:
    made = paper(language)
    made.facts([("Label", "value")])
    read = opened(made)
    [fact] = read.paragraphs
    assert bool(marks(fact._p, "i")) == slanted
    assert bool(marks(read.styles["Table Heading"].element, "i")) == slanted


def test_what_xml_refuses_is_left_out_and_lines_stay_lines() -> None:
    made = paper()
    made.paragraph('a\x00b\x0bc\ud800d\r\ne\tf <b> & "g"')
    assert [p.text for p in opened(made).paragraphs] == ['abcd\ne\tf <b> & "g"']


def test_a_link_leads_to_the_web_only() -> None:
    made = paper()
    made.paragraph((Link("run", "javascript:alert(1)"), Link("open", "file:///etc/passwd")))
    [paragraph] = opened(made).paragraphs
    assert (paragraph.text, paragraph.hyperlinks) == ("runopen", [])


def test_the_same_paper_is_the_same_file_and_says_nothing_of_the_machine() -> None:
    first, second = saved(whole()), saved(whole())
    assert first == second
    properties = Document(io.BytesIO(first)).core_properties
    assert (properties.title, properties.language) == ("Status of activities", "en-GB")
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.created == MADE
    names = zipfile.ZipFile(io.BytesIO(first)).namelist()
    assert not [name for name in names if "thumbnail" in name or "app.xml" in name or "customXml" in name]


def test_rows_are_written_as_they_are_read() -> None:
    """Nothing of a row is kept: the next one is asked for when the one before stands in the file."""
    made = paper()
    sizes = []

    def rows() -> Iterator[list[Any]]:
        for number in range(50):
            sizes.append(made._body.tell())
            yield [f"A.{number}", "Title"]

    made.table(["Ref.", "Activity"], rows(), widths=[1, 3])
    steps = [after - before for before, after in itertools.pairwise(sizes)]
    assert len(steps) == 49
    assert min(steps) > 0
    assert len(opened(made).tables[0].rows) == 51


def cells(table: Any) -> list[Any]:
    return [cell for row in table.rows for cell in row.cells]
