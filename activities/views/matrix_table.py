"""The matrix as a table of files and papers: organizations by columns, roles in words."""

from collections.abc import Callable, Iterator
from itertools import groupby

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.choices import OrganizationKind
from tracker.toolkit.documents import Group, Row
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import PaperTable, Report
from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.texts import Text

from ..filters import Selection
from ..reading.matrix import Line, Matrix, read_matrix
from .matrix_cells import WIDE, RoleWords, cell_codes, explained, title_of

TITLES = {
    "area": gettext_lazy("Who does what, by area"),
    "field": gettext_lazy("Who does what, by functional field"),
    "item": gettext_lazy("Who does what, by agreed item"),
    "theme": gettext_lazy("Who does what, by cross-cutting theme"),
}


class MatrixTable(Report):
    """The matrix of a selection as rows and columns of a file."""

    def __init__(self, selection: Selection, by: str, sort: str) -> None:
        self.is_by_kind = sort.removeprefix("-") == "kind"
        self.selection = selection
        self.matrix = read_matrix(selection, by)
        self.sheet_title = _("Matrix")
        self.lines = self.matrix.in_order(sort)
        self.columns = columns_of(self.matrix)

    def rows(self) -> Iterator[Line]:
        return iter(self.lines)

    def provenance(self, request: HttpRequest) -> Provenance:
        names = self.selection.names
        return Provenance(
            title=str(TITLES[self.matrix.by]),
            source="; ".join(f"{name.title} ({code})" for code, name in names.frameworks.items()),
            filters=self.selection.sentence(),
            as_of=self.selection.today,
            made_at=timezone.now(),
            made_by=str(self.selection.user) if self.selection.user.is_authenticated else _("A reader not signed in"),
            rows=len(self.lines),
            left_out=len(names.organizations) - len(self.lines),
            address=request.build_absolute_uri(),
            note=self.selection.note,
        )

    def paper_table(self) -> PaperTable:
        """As on the page: kinds as headings, and of many columns letters instead of words."""
        matrix, is_wide = self.matrix, len(self.matrix.columns) > WIDE
        words = RoleWords()
        has_codes = matrix.by in ("area", "item")
        heads = [name.code if is_wide and has_codes else title_of(name, matrix.by) for name in matrix.columns]

        def cells(line: Line) -> Row:
            found = []
            for name in matrix.columns:
                cell = line.cells.get(name.code)
                if cell is None:
                    found.append("–")
                elif is_wide:
                    found.append(" ".join(short for _words, short in words(cell)))
                else:
                    found.append(words.text(cell))
            head = line.organization
            return [head.acronym, *found, str(line.all.number)]

        def rows() -> Iterator[Row]:
            for kind, lines in groupby(self.lines, key=lambda line: line.organization.kind if self.is_by_kind else ""):
                if kind:
                    yield Group(str(OrganizationKind(kind).label))
                yield from map(cells, lines)

        widths = [2.5 if is_wide else 3, *(1 if is_wide else 2 for _name in matrix.columns), 1]
        return PaperTable([_("Organization"), *heads, _("All")], widths, rows())

    def paper_note(self) -> str:
        return explained(self.matrix, is_wide=len(self.matrix.columns) > WIDE)


def columns_of(matrix: Matrix) -> list[Column]:
    """The organization, what it does in each column in words, and the same in numbers for all of them together."""
    kinds = {kind: str(label) for kind, label in OrganizationKind.choices}
    words = RoleWords()
    columns = [
        named("organization", _("Organization"), lambda line: line.organization.acronym, width=16),
        named("name", _("Name"), lambda line: line.organization.name, width=40),
        Column(
            name="kind",
            label=_("Kind"),
            value=lambda line: kinds[line.organization.kind],
            width=28,
            codes=lambda line: [line.organization.kind],
        ),
    ]
    for name in matrix.columns:

        def value(line: Line, code: str = name.code) -> str:
            return words.text(line.cells.get(code))

        def codes(line: Line, code: str = name.code) -> list[str]:
            return cell_codes(line.cells.get(code))

        place = f"{matrix.axis.parameter}={name.code}"
        columns.append(Column(name=place, label=title_of(name, matrix.by), value=value, width=22, codes=codes))
    return [
        *columns,
        Column(name="leads", label=_("Leads or co-leads"), value=lambda line: line.all.leads, width=10, kind="number"),
        Column(name="supports", label=_("Supports"), value=lambda line: line.all.supports, width=10, kind="number"),
        Column(name="observes", label=_("Observes"), value=lambda line: line.all.observes, width=10, kind="number"),
        Column(name="all", label=_("All activities"), value=lambda line: line.all.number, width=10, kind="number"),
    ]


def named(name: str, label: str, text: Callable[[Line], Text], *, width: int) -> Column:
    """A column of names, each of which may be in another language."""
    return Column(
        name=name,
        label=label,
        value=lambda line: text(line).value,
        width=width,
        language=lambda line: text(line).language,
    )
