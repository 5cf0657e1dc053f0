"""The list of activities, which is the report: a page and every form of the same rows."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import PaperTable
from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.views import Report, ReportView

from ..choices import Signal
from ..filters import (
    LARGE,
    SORTS,
    Change,
    Comparison,
    Counts,
    Selection,
    at_most,
    count_options,
    count_visible,
    in_order,
    labelled,
)
from ..forms.saved import save_form
from ..reading.bell import what_to_follow
from ..reading.comparison import Comparing, comparison_columns, count_changes
from ..reading.saved import tabs_of
from ..reports import Row, RowReader, columns_for
from .arrangement import Place, arrange, paper_note, paper_table
from .asking import tidy_query
from .comparison import ChangesTable, changes_context, kinds_of
from .printing import print_report
from .report_form import form_context
from .report_look import (
    ON_PAGE,
    READ_ON_DEMAND,
    Look,
    choices,
    chosen_columns,
    exports,
    heads,
    number_words,
    rows_words,
)
from .report_rows import LineWriter

ATTENTION = (Signal.OVERDUE, Signal.LEAD_WITHDREW, Signal.NO_LEAD, Signal.SILENT)
# Counting for the empty page stops after so many filters.
WIDENINGS = 6


class ActivityTable(Report):
    """The whole result of a selection, its rows fixed at the moment it is made."""

    def __init__(self, selection: Selection, sort: str) -> None:
        self.selection = selection
        self.columns = columns_for(selection.user)
        self.sheet_title = _("Activities")
        self.by_area = sort.removeprefix("-") == "code"
        # The references first: however long the file takes, it holds the rows it says, in their order.
        self.ids = list(in_order(selection.rows(), sort).values_list("pk", flat=True))
        self.reader = RowReader(selection.names, selection.today)

    def rows(self) -> Iterator[Row]:
        return self.reader.all(self.ids)

    def places(self) -> list[Place]:
        return arrange(self.columns, self.chosen, by_area=self.by_area)

    def paper_table(self) -> PaperTable:
        return paper_table(self.places(), self.rows(), by_area=self.by_area)

    def paper_note(self) -> str:
        return paper_note()

    def provenance(self, request: HttpRequest) -> Provenance:
        frameworks = self.selection.names.frameworks
        return Provenance(
            title=_("Cooperation activities"),
            source="; ".join(f"{name.title} ({code})" for code, name in frameworks.items()),
            filters=self.selection.sentence(),
            as_of=self.selection.today,
            made_at=timezone.now(),
            made_by=str(self.selection.user) if self.selection.user.is_authenticated else _("A reader not signed in"),
            rows=len(self.ids),
            left_out=self.selection.visible().count() - len(self.ids),
            address=request.build_absolute_uri(),
            note=self.selection.note,
        )


@method_decorator(login_not_required, name="dispatch")
class ActivityReport(ReportView):
    """`/activities/`: everybody reads what is public; the rest depends on who asks."""

    sorts = tuple(SORTS)
    file_name = "activities"

    def offered_columns(self) -> Sequence[Column]:
        columns = comparison_columns if self.request.GET.get("compare") else columns_for
        return columns(self.request.user)

    def read(self, given: dict[str, list[str]], problems: list[tuple[str, str]]) -> Selection:
        if given.get("compare"):
            selection: Selection = Comparison(given, self.request.user)
        else:
            given.pop("compare", None)  # the form sends it empty
            selection = Selection(given, self.request.user)
        problems += selection.problems
        return selection

    def make_report(self, selection: Selection, sort: str) -> Report:
        return ChangesTable(selection, sort) if isinstance(selection, Comparison) else ActivityTable(selection, sort)

    def render_page(self, request: HttpRequest, selection: Selection, sort: str, page: int) -> HttpResponse:
        counts = count_options(selection)
        look, offered = Look(sort, columns=self.chosen), self.offered_columns()
        show: Any = self.changes if isinstance(selection, Comparison) else self.activities
        context = {
            **form_context(selection, counts),
            "compares": True,
            "look": look,
            "choices": choices(offered, self.chosen),
            "unchosen": [*pairs(selection), *look._replace(columns=None).hidden()],
            "usual_columns": look._replace(columns=None).address(selection.query()),
            "cleared": reverse("activity-list") + look.address(urlencode(selection.days, doseq=True)).removesuffix("?"),
            "sort": sort,
            "chips": selection.chips(),
            "sentence": selection.sentence(),
            "exports": exports(lambda form: look.address(selection.query(), format=form)),
            "quick": quick_links(selection, look),
            "saved_tabs": tabs_of(selection.user),
            "saved_query": tidy_query(request.GET),
            "save_form": save_form(request),
            "followable": what_to_follow(selection),
            **show(selection, counts, look, chosen_columns(offered, look), page),
        }
        swapped = request.htmx and not request.htmx.history_restore_request
        template = "activities/report/finder.html" if swapped else "activities/activity_list.html"
        return render(request, template, context)

    def activities(
        self, selection: Selection, counts: Counts, look: Look, columns: list[Column] | None, page: int
    ) -> dict[str, Any]:
        """The activities of one page."""
        sort, start = look.sort, (page - 1) * self.page_size
        # The references of one page first, the rows after: what stands before a late page is never read.
        # What the person may see was asked when the references were found.
        here = selection.activities().filter(pk__in=self.references(selection, sort, start, counts.total))
        reader = RowReader(selection.names, selection.today)
        signals = None if READ_ON_DEMAND.intersection(self.chosen or ()) else LineWriter.signals
        rows = reader.read(in_order(here, sort), signals=signals) if counts.total else []
        shown = self.paginate(rows, page, counts.total)
        visible = count_visible(selection) if selection.is_filtered else min(counts.total, LARGE + 1)
        by_area = sort.removeprefix("-") == "code"
        writer = LineWriter(by_area=by_area, columns=columns, in_the_past=selection.is_past)
        return {
            "results": "activities/report/results.html",
            "groups_of_lines": writer.groups(rows),
            "page": shown,
            "count_words": count_words(shown.paginator.count, visible, selection.is_filtered),
            "total_words": number_words(shown.paginator.count) if shown.paginator.count > LARGE else "",
            "heads": heads(selection.query(), look, columns),
            # More than fit beside one another.
            "wide": columns is not None and len(columns) > len(ON_PAGE),
            "rows_words": rows_words(shown.paginator.count),
            "sorts": SORTS,
            "widenings": widenings(selection, look) if not rows else [],
            "everything": visible_words(visible),
        }

    def changes(
        self, selection: Comparison, counts: Counts, look: Look, columns: list[Column] | None, page: int
    ) -> dict[str, Any]:
        """The changes of one page."""
        numbers = count_changes(selection) if counts.total else dict.fromkeys(Change.values, 0)
        lines = Comparing(selection, look.sort).page(numbers, (page - 1) * self.page_size, self.page_size)
        shown = self.paginate(lines, page, sum(numbers.values()))
        kinds = kinds_of(numbers, partial(look.address, selection.query()), self.page_size)
        return {"page": shown, **changes_context(lines, kinds, counts.total, columns, selection.user)}

    def references(self, selection: Selection, sort: str, start: int, total: int) -> QuerySet:
        """The references of one page, counted from the nearer end: what lies between is passed over row by row."""
        ordered = in_order(selection.rows(), sort).values("pk")
        if not total / 2 < start < total:
            return ordered[start : start + self.page_size]
        return ordered.reverse()[max(0, total - start - self.page_size) : total - start]

    def print_pieces(self, request: HttpRequest, report: Any, provenance: Provenance) -> Iterator[str]:
        """The paper in pieces: its head, the table some hundred rows at a time, its foot."""
        places = report.places()
        compared = isinstance(report, ChangesTable)
        context = {"provenance": provenance, "heads": places, "note": report.paper_note(), "compared": compared}
        whole = render_to_string("activities/activity_list_print.html", context, request)
        return print_report(whole, report, places, by_area=report.by_area)


def pairs(selection: Selection) -> list[tuple[str, str]]:
    """The parameters of a selection for a form."""
    return [(name, value) for name, values in selection.given.items() for value in values]


def count_words(total: int, visible: int, filtered: bool) -> str:
    """“27 of 47 activities”."""
    if not total:
        return _("No activities")
    if not filtered:
        return visible_words(total)
    return ngettext("%(count)s of %(all)s activity", "%(count)s of %(all)s activities", visible) % {
        "count": number_words(total),
        "all": number_words(visible),
    }


def visible_words(number: int) -> str:
    return ngettext("%(count)s activity", "%(count)s activities", number) % {"count": number_words(number)}


def quick_links(selection: Selection, look: Look) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is the present selection)."""
    user = selection.user
    links: list[tuple[str, dict[str, list[str]]]] = [(_("All activities"), {})]
    if user.is_authenticated and user.current_memberships:
        slugs = sorted({membership.organization.slug for membership in user.current_memberships})
        links.append((ngettext("My organization", "My organizations", len(slugs)), {"organization": slugs}))
    links.append((_("Needs attention"), {"signal": list(ATTENTION)}))
    links.append((str(Signal.SILENT.label), {"signal": [Signal.SILENT]}))
    present = {name: set(values) for name, values in selection.given.items()}
    return [
        (
            label,
            look.address(urlencode([(name, str(value)) for name, values in given.items() for value in values])),
            present == {name: set(map(str, values)) for name, values in given.items()},
        )
        for label, given in ((label, {**selection.days, **given}) for label, given in links)
    ]


def widenings(selection: Selection, look: Look) -> list[dict[str, str]]:
    """For an empty result: each filter whose removal alone brings rows back, and how many."""
    found = []
    for name, label, values in selection.words()[:WIDENINGS]:
        wider = selection.without(name)
        number = at_most(wider.rows())
        if number:
            found.append(
                {
                    "text": labelled(label, _(" or ").join(values)),
                    "href": look.address(wider.query()),
                    "count": visible_words(number),
                }
            )
    return found
