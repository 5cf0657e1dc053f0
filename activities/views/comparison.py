"""What changed between two days, as a page and in every form: the list of activities asked with `compare`."""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import PaperTable, in_words, paper_cell
from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.templatetags import ui
from tracker.toolkit.views import Report

from ..filters import LARGE, Change, Comparison
from ..reading.comparison import Comparing, Line, comparison_columns
from .arrangement import Place, arrange, paper_table
from .report_look import number_words, rows_words

ON_PAGE = ("code", "title", "words", "lead")


class ChangesTable(Report):
    """All changes of a comparison; which they are is settled when it is made."""

    by_area = False

    def __init__(self, comparison: Comparison, sort: str) -> None:
        self.comparison = comparison
        self.columns = comparison_columns(comparison.user)
        self.sheet_title = _("Changes")
        self.comparing = Comparing(comparison, sort)
        self.wanted = self.comparing.wanted()

    def rows(self) -> Iterator[Line]:
        return self.comparing.all(self.wanted)

    def places(self) -> list[Place]:
        """Usually the kind of change before, and its words behind, the activity; the date due makes room for them."""
        annex = arrange(self.columns, self.chosen, by_area=False)
        if self.chosen is not None and len(annex) == len(self.columns):
            return annex
        by_name = {column.name: column for column in self.columns}
        change = Place("change", _("Change"), 9, lambda row: [paper_cell(by_name["change"], row)])
        words = Place("words", _("What changed"), 20, lambda row: [in_words(row.words)])
        code, title, *others = [place for place in annex if place.name != "due"]
        return [change, code, title, words, *others]

    def paper_table(self) -> PaperTable:
        return paper_table(self.places(), self.rows(), by_area=False)

    def provenance(self, request: HttpRequest) -> Provenance:
        comparison = self.comparison
        changed = len({pk for _change, pk in self.wanted})
        return Provenance(
            title=_("What changed in the cooperation activities"),
            source="; ".join(f"{name.title} ({code})" for code, name in comparison.names.frameworks.items()),
            filters=comparison.sentence(),
            as_of=comparison.today,
            made_at=timezone.now(),
            made_by=str(comparison.user) if comparison.user.is_authenticated else _("A reader not signed in"),
            rows=len(self.wanted),
            left_out=comparison.visible().count() - changed,
            address=request.build_absolute_uri(),
            note=comparison.note,
        )


class Kind(NamedTuple):
    """A kind of change: how often, and where on which page its lines begin; `href` is "" where there are none."""

    change: str
    label: str
    number: int
    href: str


def kinds_of(counts: dict[str, int], address: Callable[..., str], page_size: int) -> dict[str, Kind]:
    kinds, before = {}, 0
    for change, number in counts.items():
        page = str(before // page_size + 1)
        kinds[change] = Kind(
            change, str(Change(change).label), number, f"{address(page=page)}#{change}" if number else ""
        )
        before += number
    return kinds


def changes_context(
    lines: Sequence[Line], kinds: dict[str, Kind], activities: int, columns: Sequence[Column] | None, user: Any
) -> dict[str, Any]:
    """What templates/activities/comparison/results.html shows beside what every list has."""
    changes = sum(kind.number for kind in kinds.values())
    if columns is None:
        by_name = {column.name: column for column in comparison_columns(user)}
        columns = [by_name[name] for name in ON_PAGE]
    beside = [column for column in columns if column.name != "change"]  # it stands above its lines
    return {
        "results": "activities/comparison/results.html",
        "columns": beside,
        "lines_by_kind": [
            (kinds[change], [[cell(column, line) for column in beside] for line in group])
            for change, group in groupby(lines, key=lambda line: line.change)
        ],
        "kinds": list(kinds.values()),
        "count_words": changes_words(changes, activities),
        "rows_words": rows_words(changes),
        "total_words": number_words(changes) if changes > LARGE else "",
    }


def cell(column: Column, line: Line) -> SafeString:
    """A cell of the page; the reference and the title lead to the activity."""
    label = str(column.label)
    if column.name == "code":
        return format_html('<td role="cell"><bdi class="ref">{}</bdi></td>', line.row.code)
    if column.name == "title":
        href = reverse("activity-detail", args=[line.row.framework, line.row.code])
        return format_html(
            '<th scope="row" role="rowheader" class="ttl"><a href="{}">{}</a></th>', href, ui.spoken(line.row.title)
        )
    words = escape(in_words(column.value(line), column.kind)) or ui.dash(
        _("none named") if column.name == "lead" else ""
    )
    return format_html('<td role="cell" data-label="{}">{}</td>', label, SafeString(words))


def changes_words(changes: int, activities: int) -> str:
    """“12 changes in 9 activities”."""
    if not changes:
        return _("No changes")
    told = ngettext("%(number)d change", "%(number)d changes", changes) % {"number": changes}
    return ngettext("%(changes)s in %(number)d activity", "%(changes)s in %(number)d activities", activities) % {
        "changes": told,
        "number": activities,
    }
