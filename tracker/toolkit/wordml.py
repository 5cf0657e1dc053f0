"""Pieces of a Word document as XML: runs, paragraphs and tables in any direction and script, each written once as text.

Written as text and not as a tree: a table of ten thousand rows is a million elements, and none is looked at again.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple

from tracker.toolkit.texts import Text, direction

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
# What XML refuses, and carriage returns, which Word shows as a box.
_REFUSED = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Latin, Greek, Cyrillic or Chinese words inside a text that runs from right to left, with the codes and addresses
# they belong to: “OSCE”, “A.5.1”, “https://un.org/?a=1”.
_FROM_LEFT = re.compile(
    r"[A-Za-z\u00c0-\u024f\u0370-\u052f\u3400-\u9fff]"
    r"(?:[-.,;:/()&?=%#@+_'’ ]*[0-9A-Za-z\u00c0-\u024f\u0370-\u052f\u3400-\u9fff])*"
)
# Addresses that may stand behind words: programs follow others without asking.
_SAFE = ("https://", "http://", "mailto:")
# What Word calls a language: Latin script and the like, East Asian, or complex.
LOCALES = {"ar": "ar-SA", "zh-hans": "zh-CN", "en": "en-GB", "fr": "fr-FR", "es": "es-ES", "ru": "ru-RU"}


class Words(NamedTuple):
    """Some words of a paragraph."""

    text: str | Text
    bold: bool = False
    italic: bool = False


class Link(NamedTuple):
    """Words that lead somewhere: to http, https and mailto; others stay mere words."""

    text: str | Text
    address: str


class Code(NamedTuple):
    """A reference, left to right everywhere."""

    text: str


class Missing(NamedTuple):
    """A dash in place of what is not there; `words` say so where a dash is not read."""

    words: str


Piece = str | Text | Words | Link | Code | Missing
# A paragraph: one piece, or a tuple of several. `Text` is a tuple too, and is one piece.
Pieces = Piece | tuple[Piece, ...]


class Cell(NamedTuple):
    """What stands in one cell: a paragraph, or a list of them. The first is read first, the others are set smaller.

    `fill` is a colour like “E8EEF4”; `align` is “start”, “center” or “end”.
    """

    content: Pieces | list[Pieces]
    fill: str = ""
    align: str = ""


class Group(NamedTuple):
    """A row across the whole table, above the rows that belong to it."""

    content: Pieces


class Wide(NamedTuple):
    """A row across the whole table with paragraphs that belong to the row above; it may be split between pages."""

    content: list[Pieces]


def is_from_right(language: str) -> bool:
    return direction(language) == "rtl"


def is_upright(language: str) -> bool:
    """Whether its letters know no italics: Arabic and Chinese ones are only slanted."""
    return is_from_right(language) or language.startswith("zh")


def attribute(value: str) -> str:
    """A value as it stands in an attribute."""
    return escape(_REFUSED.sub("", value))


def pieces_of(content: Pieces) -> tuple[Piece, ...]:
    return content if type(content) is tuple else (content,)  # type: ignore[return-value]


class Writer:
    """Writes in the language of one paper. `linked` gives the key that stands for an address in the document."""

    def __init__(self, language: str, linked: Callable[[str], str]) -> None:
        self.language = language
        self.from_right = is_from_right(language)
        self.linked = lru_cache(maxsize=None)(linked)

    def paragraph(self, content: Pieces, style: str, *, align: str = "") -> str:
        """One paragraph. Where all of its words run the other way, so does it, from its own side."""
        pieces = pieces_of(content)
        languages = {language for piece in pieces if (language := self._language(piece)) is not None}
        from_right = is_from_right(languages.pop()) if len(languages) == 1 else self.from_right
        bidi = "<w:bidi/>" if from_right else ""
        runs = "".join([self.piece(piece) for piece in pieces])
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{bidi}{_aligned(align)}</w:pPr>{runs}</w:p>'

    def row(self, cells: Sequence[Cell | Pieces | list[Pieces]], widths: Sequence[int]) -> str:
        written = "".join([self._cell(cell, width) for cell, width in zip(cells, widths, strict=True)])
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{written}</w:tr>"

    def head_row(self, heads: Iterable[Cell | Pieces], widths: Sequence[int]) -> str:
        """The row that is repeated on each page."""
        written = "".join([self._cell(head, width, "TableHeading") for head, width in zip(heads, widths, strict=True)])
        return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{written}</w:tr>"

    def wide_row(self, row: Group | Wide, widths: Sequence[int]) -> str:
        if isinstance(row, Group):
            kept, inside = "<w:cantSplit/>", self.paragraph(row.content, "TableGroup")
        else:
            kept = ""
            inside = "".join([self.paragraph(content, "TableNote") for content in row.content])
        properties = f'<w:tcW w:w="{sum(widths)}" w:type="dxa"/><w:gridSpan w:val="{len(widths)}"/>'
        return f"<w:tr><w:trPr>{kept}</w:trPr><w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc></w:tr>"

    def table_head(self, widths: Sequence[int], caption: str) -> str:
        """Everything of a table that stands before its rows."""
        visual = "<w:bidiVisual/>" if self.from_right else ""
        told = f'<w:tblCaption w:val="{attribute(caption)}"/>' if caption else ""
        grid = "".join([f'<w:gridCol w:w="{width}"/>' for width in widths])
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="Annex"/>{visual}<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
            '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" '
            f'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>{told}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        )

    def _cell(self, cell: Cell | Pieces | list[Pieces], width: int, style: str = "") -> str:
        if not isinstance(cell, Cell):
            cell = Cell(cell)
        paragraphs = cell.content if isinstance(cell.content, list) else [cell.content]
        fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{cell.fill}"/>' if cell.fill else ""
        written = "".join(
            [
                self.paragraph(content, style or ("TableNote" if number else "TableText"), align=cell.align)
                for number, content in enumerate(paragraphs or [""])
            ]
        )
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{fill}</w:tcPr>{written}</w:tc>'

    def _language(self, piece: Piece) -> str | None:
        """The language of a piece; None for an empty one, which has no direction."""
        if isinstance(piece, Words | Link):
            return self._language(piece.text)
        if isinstance(piece, Text):
            return (piece.language or self.language) if piece.value else None
        if isinstance(piece, Code | Missing):
            return None
        return self.language if piece else None

    def piece(self, piece: Piece) -> str:
        if isinstance(piece, Link):
            if not piece.address.startswith(_SAFE):
                return self._run(piece.text)
            key = self.linked(piece.address)
            return f'<w:hyperlink r:id="{key}">{self._run(piece.text, style="Hyperlink")}</w:hyperlink>'
        if isinstance(piece, Words):
            return self._run(piece.text, piece.bold, piece.italic)
        if isinstance(piece, Code):
            return _written(piece.text, "")
        if isinstance(piece, Missing):
            return _written("–", "")
        return self._run(piece)

    def _run(self, text: str | Text, bold: bool = False, italic: bool = False, style: str = "") -> str:
        value, language = text if isinstance(text, Text) else (text, self.language)
        language = language or self.language
        if not value:
            return ""
        if not is_from_right(language):
            return _written(value, _properties(language, self.language, bold, italic, style))
        turned = _properties(language, self.language, bold, italic, style)
        straight = _properties("", self.language, bold, italic, style)
        runs, end = [], 0
        for found in _FROM_LEFT.finditer(value):
            runs.append(_written(value[end : found.start()], turned))
            runs.append(_written(found[0], straight))
            end = found.end()
        return "".join([*runs, _written(value[end:], turned)])


def _aligned(align: str) -> str:
    """Word names the sides as in a text from the left, and turns them round in one from the right."""
    return f'<w:jc w:val="{ {"start": "left", "end": "right"}.get(align, align) }"/>' if align else ""


@lru_cache(maxsize=256)
def _properties(language: str, around: str, bold: bool, italic: bool, style: str) -> str:
    """The properties of a run in a language (“” for none in particular) inside a paper in another, in Word's order."""
    from_right = bool(language) and is_from_right(language)
    written = [
        f'<w:rStyle w:val="{style}"/>' if style else "",
        # Quotation marks and dashes belong to both scripts: without this Word sets them as Latin.
        '<w:rFonts w:hint="eastAsia"/>' if language.startswith("zh") else "",
        "<w:b/><w:bCs/>" if bold else "",
        "<w:i/>" if italic and not is_upright(language or around) else "",
        "<w:rtl/>" if from_right else "",
        _language_mark(language) if language and language != around else "",
    ]
    return f"<w:rPr>{inside}</w:rPr>" if (inside := "".join(written)) else ""


def _language_mark(language: str) -> str:
    name = "bidi" if is_from_right(language) else "eastAsia" if language.startswith("zh") else "val"
    return f'<w:lang w:{name}="{LOCALES.get(language, language)}"/>'


def _written(value: str, properties: str) -> str:
    text = escape(_REFUSED.sub("", value), quote=False)
    if not text:
        return ""
    if "\n" in text or "\t" in text:
        text = text.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
        text = text.replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'
