"""Papers as Word documents (DOCX): a title, facts, headings, paragraphs and tables, in any language and direction.

    paper = Paper(title=_("Progress report"), as_of=_("As at 1 November 2001"), landscape=True)
    paper.heading(1, Text("Capacity-building", "en"))
    paper.paragraph((Words(_("Obstacle:"), italic=True), " ", Text("Нет средств.", "ru")))
    paper.table([_("Ref."), _("Activity")], [Group("A"), ["A.1", ["Title", "small print"]]], widths=[1, 5])
    paper.save(file)

The words go to a temporary file as they come, and from there into the document: memory stays flat however long a
table is.
"""

import datetime
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO

from django.utils.translation import gettext as _
from docx.opc.constants import RELATIONSHIP_TYPE

from tracker.toolkit.document_shell import Shell
from tracker.toolkit.texts import Text, current_language
from tracker.toolkit.wordml import Cell, Code, Group, Link, Missing, Piece, Pieces, Wide, Words, Writer, pieces_of

__all__ = [
    "DOCX", "Cell", "Code", "Group", "Link", "Missing", "Paper", "Piece", "Pieces", "Row", "Text", "Wide", "Words",
]  # fmt: skip

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Kept in memory up to this size, then in a temporary file.
SPOOLED = 2 * 1024 * 1024
_BODY = "word/document.xml"
# The same paper is the same file: no clock of the machine in it.
_NO_DATE = (1980, 1, 1, 0, 0, 0)

Row = Group | Wide | Sequence[Cell | Pieces | list[Pieces]]


class Paper:
    """A Word document that is written from top to bottom and saved once.

    `title` and `as_of` stand in the footer of each page beside its number, and `title` in the properties. Texts are
    in `language` (a code of settings.LANGUAGES, default: the reader's) unless they are a `Text`, which brings its own.
    """

    def __init__(
        self,
        *,
        title: str | Text,
        as_of: str = "",
        language: str | None = None,
        landscape: bool = False,
        size: str = "A4",
        made_at: datetime.datetime | None = None,
    ) -> None:
        self.writer = Writer(language or current_language(), self._linked)
        self.title_text, self.as_of = title, as_of
        name = title.value if isinstance(title, Text) else title
        footer: tuple[Piece, ...] = (_cut(title), " – ", as_of) if as_of else (_cut(title),)
        self.shell = Shell(
            language=self.writer.language,
            title=name,
            footer="".join([self.writer.piece(piece) for piece in footer]),
            made_at=made_at,
            landscape=landscape,
            size=size,
        )
        self._body: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - closed by save()

    def masthead(self, source: Pieces) -> None:
        """The line at the very top: whose paper it is, and of which day."""
        self._write(self.writer.paragraph((*pieces_of(source), "\t", self.as_of), "Masthead"))

    def title(self) -> None:
        self._write(self.writer.paragraph(self.title_text, "Title"))

    def facts(self, pairs: Iterable[tuple[str, str | Text]]) -> None:
        """Labels and values, a line each: where the paper comes from."""
        for label, value in pairs:
            # Translators: a label in italics before what it says.
            labelled = _("%(label)s:") % {"label": label}
            self._write(self.writer.paragraph((Words(labelled, italic=True), " ", value), "Fact"))

    def heading(self, level: int, content: Pieces) -> None:
        """`level` from 1 to 3."""
        self._write(self.writer.paragraph(content, f"Heading{level}"))

    def paragraph(self, content: Pieces) -> None:
        self._write(self.writer.paragraph(content, "Normal"))

    def prose(self, text: Text | str) -> None:
        """A text as somebody typed it: each of its paragraphs, in its own direction."""
        value, language = text if isinstance(text, Text) else (text, "")
        for part in value.splitlines():
            if part.strip():
                self.paragraph(Text(part, language))

    def bullet(self, content: Pieces) -> None:
        self._write(self.writer.paragraph(content, "ListBullet"))

    def note(self, content: Pieces) -> None:
        """Small print."""
        self._write(self.writer.paragraph(content, "Fact"))

    def page_break(self) -> None:
        self._write('<w:p><w:r><w:br w:type="page"/></w:r></w:p>')

    def table(
        self,
        heads: Sequence[Cell | Pieces],
        rows: Iterable[Row],
        *,
        widths: Sequence[float],
        caption: str = "",
    ) -> None:
        """A table as wide as the page; `widths` are shares of it. Its head is repeated on each page, no row is split.

        A row has as many cells as there are heads: a paragraph, a list of paragraphs (the first is the main one), or
        a `Cell`. `Group` is a row across the table above others, `Wide` one below the row it belongs to. Rows are
        read one after the other and not kept.
        """
        share = self.shell.text_width / sum(widths)
        twips = [int(width * share) for width in widths]
        writer = self.writer
        self._write(writer.table_head(twips, caption))
        self._write(writer.head_row(heads, twips))
        for row in rows:
            self._write(writer.wide_row(row, twips) if isinstance(row, Group | Wide) else writer.row(row, twips))
        # Word wants a paragraph after a table.
        self._write("</w:tbl>" + writer.paragraph("", "Fact"))

    def save(self, file: IO[bytes]) -> None:
        """Write the document. The paper cannot be used afterwards."""
        empty = io.BytesIO()
        self.shell.document.save(empty)
        with (
            self._body as body,
            zipfile.ZipFile(empty) as shell,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole,
        ):
            for name in shell.namelist():
                entry = zipfile.ZipInfo(name, _NO_DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                content = shell.read(name)
                if name != _BODY:
                    whole.writestr(entry, content)
                    continue
                head, foot = _opened(content)
                with whole.open(entry, "w") as target:
                    target.write(head)
                    body.seek(0)
                    shutil.copyfileobj(body, target)
                    target.write(foot)

    def _linked(self, address: str) -> str:
        return self.shell.document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)

    def _write(self, xml: str) -> None:
        self._body.write(xml.encode())


def _opened(document: bytes) -> tuple[bytes, bytes]:
    """An empty document as what stands before its words and what stands after them."""
    start = document.index(b"<w:sectPr")
    return document[:start], document[start:]


def _cut(title: str | Text) -> str | Text:
    """A long title, short enough for a footer."""
    value = title.value if isinstance(title, Text) else title
    short = value if len(value) <= 90 else f"{value[:89]}…"
    return Text(short, title.language) if isinstance(title, Text) else short
