"""Saved reports as they are read: the page of reports, one report by its link, what opens after signing in."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ..choices import ReportKind, StartPage
from ..filters import Selection
from ..filters.declared import ActivityFilters
from ..models import SavedReport
from ..models.names import names_read_once, read_names
from ..models.saved import address_of
from ..reading.bell import what_to_follow
from ..reading.saved import own_reports, reports_of_others, start_of
from .asking import exists, gone_values, in_short, read_report, sentence_of
from .finding import page_number
from .person import person

PAGE_SIZE = 50
# The papers that the product makes itself, where their address needs no more than this.
PAPERS = (
    (ReportKind.LIST, gettext_lazy("Every activity with its state, as page, spreadsheet and print.")),
    (ReportKind.MATRIX, gettext_lazy("Who does what: organizations by area, field, item and theme.")),
    (ReportKind.TIMELINE, gettext_lazy("Activities by quarter or year, planned beside actual.")),
    (ReportKind.OBSTACLES, gettext_lazy("What stands in the way, with the sentences behind the counts.")),
)


class Line(NamedTuple):
    """A saved report on the page of reports."""

    report: SavedReport
    # What it asks for, in words.
    sentence: str
    # Some value of it is not understood any more, or its view is not there.
    is_broken: bool
    may_change: bool
    is_start: bool
    # The query string by which its result can be followed; "" where it cannot.
    follow: str


def find_report(user: Any, key: str) -> SavedReport:
    """The report of that address. Raises Http404 for what the person may not use: it does not exist.

    Asked of the rows: an administrator has every right, and yet nobody reads what others keep for themselves.
    """
    report = SavedReport.objects.usable_by(user).select_related("owner", "organization").filter(key=key).first()
    if report is None:
        raise Http404
    return report


@login_not_required
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """The papers of the register; for somebody signed in also the saved reports: one's own and those of others."""
    brief = address_of(ReportKind.BRIEF, "any")
    context: dict[str, Any] = {"papers": papers(), "brief_hint": bool(brief)}
    if request.user.is_authenticated:
        pages = Paginator(reports_of_others(request.user), PAGE_SIZE)
        number = page_number(request)
        if number > pages.num_pages:
            raise Http404
        page = pages.page(number)
        start = start_of(request.user)
        with names_read_once():
            mine = [line(request, report, start.report_id) for report in own_reports(request.user)]
            page.object_list = [line(request, report, start.report_id) for report in page.object_list]
        context |= {"mine": mine, "page": page, "start": start, "pages_of_start": StartPage}
    return render(request, "activities/saved/list.html", context)


def line(request: HttpRequest, report: SavedReport, start: int | None) -> Line:
    sentence, is_broken = in_short(request, report)
    return Line(
        report,
        sentence,
        is_broken,
        request.user.has_perm("activities.change_saved_report", report),
        report.pk == start,
        follow_query(request.user, report) if not is_broken else "",
    )


def follow_query(user: Any, report: SavedReport) -> str:
    """The query string by which what a list finds is followed; "" where there is nothing to follow."""
    if report.kind != ReportKind.LIST:
        return ""
    given = {name: values for name, values in QueryDict(report.query).lists() if name in ActivityFilters.base_filters}
    followable = what_to_follow(Selection(given, user))
    return followable.query if followable else ""


def papers() -> list[tuple[str, str, str]]:
    """(address, title, what it is) of what this installation shows."""
    found = [(address_of(kind), str(kind.label), str(text)) for kind, text in PAPERS]
    for code, name in read_names().frameworks.items():
        text = _("What became of each agreed item, in the order of the framework.")
        title = _("%(kind)s: %(framework)s") % {"kind": ReportKind.FRAMEWORK.label, "framework": name.title}
        found.append((address_of(ReportKind.FRAMEWORK, code), title, text))
    return [paper for paper in found if paper[0]]


@require_safe
def report_open(request: HttpRequest, key: str) -> HttpResponse:
    """Go to what a saved report stands for; or say what of it no longer exists."""
    report = find_report(request.user, key)
    shown = read_report(request, report)
    if shown and exists(report.kind, report.subject) and not (shown.asked and shown.asked.problems):
        return redirect(report.target)
    return show_gone(request, report)


def show_gone(request: HttpRequest, report: SavedReport, status: int = 200) -> HttpResponse:
    """What is gone, value by value; the report without it; for who may change it, saving it so."""
    shown = read_report(request, report)
    context: dict[str, Any] = {
        "report": report,
        "may_change": request.user.has_perm("activities.change_saved_report", report),
    }
    if shown and exists(report.kind, report.subject):
        with names_read_once():
            gone, rest = gone_values(shown, report.words, report.language)
            without = shown.without(rest)
            context |= {"gone": gone, "rest": rest, "sentence": sentence_of(without), "path": report.path}
    return render(request, "activities/saved/gone.html", context, status=status)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """After signing in: what the person chose, the desk otherwise."""
    user = person(request)
    chosen = start_of(user)
    if chosen.page != StartPage.REPORT:
        return redirect("overview" if chosen.page == StartPage.OVERVIEW else "desk")
    if chosen.report:
        return redirect(chosen.report)
    messages.warning(
        request,
        _("The report you chose as your start view can no longer be opened. Choose another one under “Reports”."),
    )
    return redirect(reverse("overview"))
