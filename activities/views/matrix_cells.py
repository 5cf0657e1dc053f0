"""Cells of the matrix as the page shows them: counts by role in words, a shade, the worst signal, a link."""

from html import escape
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tracker.toolkit.templatetags import ui
from tracker.toolkit.texts import Text, current_language, direction

from ..choices import Signal
from ..filters import Selection
from ..models.names import Name
from ..reading.matrix import SHOWN, Cell, Line, Matrix

# Of more columns than these, cells hold letters instead of words.
WIDE = 7
# The last number of each shade but the darkest, where no cell holds many.
STEPS = (1, 3, 6)


def steps_for(largest: int) -> tuple[int, int, int]:
    """The last number of each shade: 1, 3 and 6, or parts of the largest where these would paint everything dark."""
    if largest <= 4 * STEPS[-1]:
        return STEPS
    first = max(1, largest // 16)
    return first, 4 * first, 8 * first


class RoleWords:
    """Counts by role, each in words and short, as [("3 lead", "3L"), ("2 support", "2S")]; looked up once."""

    def __init__(self) -> None:
        self.between = _(", ")
        self.signals = {str(signal): str(signal.label) for signal in SHOWN}
        self.letters = (pgettext("one letter", "L"), pgettext("one letter", "S"), pgettext("one letter", "O"))
        self.known: dict[tuple[int, int], tuple[str, str]] = {}

    def __call__(self, cell: Cell) -> list[tuple[str, str]]:
        return [self.role(role, number) for role, number in enumerate(cell[:3]) if number]

    def role(self, role: int, number: int) -> tuple[str, str]:
        if (role, number) not in self.known:
            words = (leads_words, supports_words, observes_words)[role](number) % {"number": number}
            self.known[role, number] = words, f"{number}{self.letters[role]}"
        return self.known[role, number]

    def text(self, cell: Cell | None) -> str:
        """A cell of a file: “3 lead, 2 support (Overdue)”."""
        if cell is None:
            return ""
        words = self.between.join(words for words, _short in self(cell))
        return f"{words} ({self.signals[cell.worst]})" if cell.worst else words


def leads_words(number: int) -> str:
    # Translators: so many activities that an organization leads, in a narrow cell.
    return ngettext("%(number)d lead", "%(number)d lead", number)


def supports_words(number: int) -> str:
    # Translators: so many activities that an organization supports, in a narrow cell.
    return ngettext("%(number)d support", "%(number)d support", number)


def observes_words(number: int) -> str:
    # Translators: so many activities that an organization observes, in a narrow cell.
    return ngettext("%(number)d observer", "%(number)d observer", number)


class CellWriter:
    """Turns lines of the matrix into rows of the table; what is the same in every cell is looked up once."""

    def __init__(self, selection: Selection, matrix: Matrix) -> None:
        self.matrix = matrix
        self.parameter = matrix.axis.parameter
        self.base = reverse("activity-list") + "?"
        self.rest = selection.query(organization=[], **{self.parameter: []})
        self.every = selection.query(organization=[])
        self.kept = selection.query(**{self.parameter: []})
        self.organization = escape(reverse("organization-detail", args=["-"]).removesuffix("-/"))
        self.steps = steps_for(matrix.largest)
        self.language = current_language()
        self.role_words = RoleWords()
        self.mark = {
            code: format_html(
                ' <span class="sig sig-{0}">{1}<span class="vh">{2}</span></span>', code, ui.icon(code), code.label
            )
            for code in SHOWN
        }
        self.is_wide = len(matrix.columns) > WIDE
        self.written: dict[Cell, str] = {}
        self.queries = ["&amp;" + urlencode({self.parameter: name.code}) for name in matrix.columns]

    def address(self, rest: str, **given: str) -> str:
        """The list under these filters and further ones."""
        return self.base + "&".join(filter(None, (rest, urlencode(given))))

    def row(self, line: Line) -> SafeString:
        head = line.organization
        link = escape(self.address(self.rest, organization=head.slug))
        cells = [
            f"<td>{self.linked(line.cells[name.code], link + query)}</td>" if name.code in line.cells else "<td></td>"
            for name, query in zip(self.matrix.columns, self.queries, strict=True)
        ]
        full = ""
        if head.name.value != head.acronym.value:
            full = f' <span class="quiet full">{self.text(head.name)}</span>'
        every = escape(self.address(self.every, organization=head.slug)) if line.all.number else ""
        every = every and f'<a href="{every}">{line.all.number}</a>'
        return SafeString(
            f'<tr><th scope="row"><a href="{self.organization}{escape(head.slug)}/">{self.text(head.acronym)}</a>'
            f'{full}</th>{"".join(cells)}<td class="sum">{every}</td></tr>\n'
        )

    def text(self, text: Text) -> str:
        """In another language than the page's it says so."""
        if text.language in ("", self.language):
            return escape(text.value)
        spoken = direction(text.language)
        return f'<span lang="{text.language}" dir="{spoken}">{escape(text.value)}</span>'

    def linked(self, cell: Cell, link: str) -> str:
        return f'<a class="heat{self.shade(cell.number)}" href="{link}">{self.words(cell)}</a>'

    def words(self, cell: Cell) -> str:
        """The same in many cells, so each is written once."""
        if cell not in self.written:
            parts = [
                f'<span class="w">{escape(words)}</span><span class="l" aria-hidden="true">{escape(short)}</span>'
                for words, short in self.role_words(cell)
            ]
            if cell.leads:
                parts[0] = f"<b>{parts[0]}</b>"
            self.written[cell] = " ".join(parts) + (self.mark[Signal(cell.worst)] if cell.worst else "")
        return self.written[cell]

    def shade(self, number: int) -> int:
        return 1 + sum(number > step for step in self.steps)

    # What explains the cells

    def shades(self) -> list[tuple[int, str]]:
        """Each shade with the numbers it stands for."""
        one, two, three = self.steps
        spans = [
            str(one) if one == 1 else f"1–{one}",
            f"{one + 1}–{two}",
            f"{two + 1}–{three}",
            _("%(number)d or more") % {"number": three + 1},
        ]
        return list(enumerate(spans, start=1))

    def totals(self) -> list[tuple[int, str]]:
        """Activities in each column, with the list that holds them."""
        return [
            (self.matrix.totals[name.code], self.address(self.kept, **{self.parameter: name.code}))
            for name in self.matrix.columns
        ]


def cell_codes(cell: Cell | None) -> list[str]:
    """The same for programs: ["lead:3", "support:2", "overdue"]."""
    if cell is None:
        return []
    numbers = (("lead", cell.leads), ("support", cell.supports), ("observer", cell.observes))
    return [f"{role}:{number}" for role, number in numbers if number] + [str(cell.worst)] * bool(cell.worst)


def title_of(name: Name, by: str) -> str:
    """The head of a column: areas and items are known by their code."""
    return f"{name.code} {name.title}" if by in ("area", "item") else name.title


def explained(matrix: Matrix, *, is_wide: bool) -> str:
    """What the cells count, in sentences."""
    if is_wide:
        said = _("L leads or co-leads; S supports as partner, host, funder or with technical support; O observes.")
    else:
        said = _(
            "Lead counts leads and co-leads; support counts partners, hosts, funders and technical support; "
            "observers are counted apart."
        )
    sentences = [said, _("Each activity counts once, with the strongest role an organization has or had in it.")]
    if matrix.by == "item":
        sentences.append(_("An item’s column counts what carries it out in the first place."))
    elif matrix.axis.several:
        sentences.append(_("An activity may stand in several columns, and in none."))
    return " ".join(sentences)
