"""The list of activities, which is the report: page, print, CSV and XLSX of the same rows."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.toolkit.provenance import Provenance
from tracker.toolkit.views import Report, ReportView

from ..choices import Signal
from ..filters import LARGE, SORTS, Selection, at_most, count_options, count_visible, in_order, labelled
from ..models import Activity
from ..reading.bell import what_to_follow
from ..reports import Row, RowReader, columns_for
from .printing import print_report
from .report_form import form_context
from .report_rows import LineWriter

ATTENTION = (Signal.OVERDUE, Signal.LEAD_WITHDREW, Signal.NO_LEAD, Signal.SILENT)
# Counting for the empty page stops after so many filters.
WIDENINGS = 6
# The columns of the report that stand in the table on the page, with their classes; countries stand under the title.
ON_PAGE = (
    ("code", gettext_lazy("Ref."), ""),
    ("title", gettext_lazy("Activity"), ""),
    ("lead", gettext_lazy("Lead"), ""),
    ("participants", gettext_lazy("Participants"), "c-part"),
    ("status", gettext_lazy("Status"), ""),
    ("progress", gettext_lazy("Progress"), ""),
    ("due", gettext_lazy("Due"), "c-due"),
    ("updated", gettext_lazy("Last update"), "c-age"),
)


class ActivityTable(Report):
    """The whole result of a selection, its rows fixed at the moment it is made."""

    def __init__(self, selection: Selection, sort: str) -> None:
        self.selection = selection
        self.columns = columns_for(selection.user)
        self.sheet_title = _("Activities")
        # The references first: however long the file takes, it holds the rows it says, in their order.
        self.ids = list(in_order(selection.rows(), sort).values_list("pk", flat=True))
        self.reader = RowReader(selection.names, selection.today)

    def rows(self) -> Iterator[Row]:
        return self.reader.all(self.ids)

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
        )


@method_decorator(login_not_required, name="dispatch")
class ActivityReport(ReportView):
    """`/activities/`: everybody reads what is public; the rest depends on who asks."""

    sorts = tuple(SORTS)
    file_name = "activities"

    def read(self, given: dict[str, list[str]], problems: list[tuple[str, str]]) -> Selection:
        selection = Selection(given, self.request.user)
        problems += selection.problems
        return selection

    def make_report(self, selection: Selection, sort: str) -> ActivityTable:
        return ActivityTable(selection, sort)

    def render_page(self, request: HttpRequest, selection: Selection, sort: str, page: int) -> HttpResponse:
        counts = count_options(selection)
        start = (page - 1) * self.page_size
        # The references of one page first, the rows after: what stands before a late page is never read.
        # What the person may see was asked when the references were found.
        here = Activity.objects.rewrite(False).filter(pk__in=self.references(selection, sort, start, counts.total))
        reader = RowReader(selection.names, selection.today)
        rows = reader.read(in_order(here, sort), signals=LineWriter.signals) if counts.total else []
        shown = self.paginate(rows, page, counts.total)
        visible = count_visible(selection) if selection.values else min(counts.total, LARGE + 1)
        by_area = sort.removeprefix("-") == "code"
        context = {
            **form_context(selection, counts),
            "groups_of_lines": LineWriter(by_area=by_area).groups(rows),
            "page": shown,
            "count_words": count_words(shown.paginator.count, visible, bool(selection.values)),
            "total_words": number_words(shown.paginator.count) if shown.paginator.count > LARGE else "",
            "heads": heads(selection, sort),
            "sort": sort,
            "sorts": SORTS,
            "chips": selection.chips(),
            "sentence": selection.sentence(),
            "exports": exports(selection, sort),
            "quick": quick_links(selection),
            "followable": what_to_follow(selection),
            "widenings": widenings(selection) if not rows else [],
            "everything": visible_words(visible),
        }
        swapped = request.htmx and not request.htmx.history_restore_request
        template = "activities/report/finder.html" if swapped else "activities/activity_list.html"
        return render(request, template, context)

    def references(self, selection: Selection, sort: str, start: int, total: int) -> QuerySet:
        """The references of one page, counted from the nearer end: what lies between is passed over row by row."""
        ordered = in_order(selection.rows(), sort).values("pk")
        if not total / 2 < start < total:
            return ordered[start : start + self.page_size]
        return ordered.reverse()[max(0, total - start - self.page_size) : total - start]

    def print_pieces(self, request: HttpRequest, report: Report, provenance: Provenance) -> Iterator[str]:
        """The paper in pieces: its head, the table some hundred rows at a time, its foot."""
        by_area = request.GET.get("sort", "code").removeprefix("-") == "code"
        whole = render_to_string(
            "activities/activity_list_print.html",
            {"provenance": provenance, "columns": report.columns, "by_area": by_area},
            request,
        )
        return print_report(whole, report, report.columns, by_area=by_area)


def number_words(number: int) -> str:
    if number > LARGE:
        return _("more than 1,000")
    return str(number)


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


def with_sort(query: str, sort: str, **more: str) -> str:
    """A query string with the order, where it is not the usual one."""
    extra = ({"sort": sort} if sort != "code" else {}) | more
    return "&".join(filter(None, (query, urlencode(extra))))


def heads(selection: Selection, sort: str) -> list[dict[str, str]]:
    """The heads of the columns on the page: where one can be sorted by, the link that does it or turns it round."""
    query = selection.query()
    found = []
    for name, label, css in ON_PAGE:
        head = {"label": str(label), "css": css}
        if name in SORTS:
            head["href"] = "?" + with_sort(query, f"-{name}" if sort == name else name)
            if sort.removeprefix("-") == name:
                head["aria"] = "descending" if sort.startswith("-") else "ascending"
        found.append(head)
    return found


def exports(selection: Selection, sort: str) -> list[tuple[str, str]]:
    forms = (("xlsx", _("Spreadsheet (XLSX)")), ("csv", _("Plain table (CSV)")), ("print", _("Print or save as PDF")))
    return [(label, "?" + with_sort(selection.query(), sort, format=form)) for form, label in forms]


def quick_links(selection: Selection) -> list[tuple[str, str, bool]]:
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
            "?" + urlencode([(name, str(value)) for name, values in given.items() for value in values]),
            present == {name: set(map(str, values)) for name, values in given.items()},
        )
        for label, given in links
    ]


def widenings(selection: Selection) -> list[dict[str, str]]:
    """For an empty result: each filter whose removal alone brings rows back, and how many."""
    found = []
    for name, label, values in selection.words()[:WIDENINGS]:
        wider = selection.without(name)
        number = at_most(wider.rows())
        if number:
            found.append(
                {
                    "text": labelled(label, _(" or ").join(values)),
                    "href": "?" + wider.query(),
                    "count": visible_words(number),
                }
            )
    return found
