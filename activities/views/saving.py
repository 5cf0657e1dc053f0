"""Saving a report, renaming and sharing it, deleting it, choosing it as the start view."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tracker.toolkit.views import BadParameters

from ..choices import StartPage
from ..forms.oddities import add_refusals
from ..forms.saved import EditReportForm, SaveForm, facts_of
from ..models import SavedReport
from ..models.names import names_read_once
from ..reading.saved import was_deleted_by
from ..workflow import StaleEdit
from ..workflow.saved import choose_start, delete_report, edit_report, save_report
from . import asking
from .conflicts import asked_version, begun_from, fact_rows, left_to_others, who_saved
from .person import person
from .saved import find_report, show_gone


@require_http_methods(["GET", "HEAD", "POST"])
def report_save(request: HttpRequest) -> HttpResponse:
    """Save the page at `address` under a name. What cannot be saved comes back with everything typed."""
    page = SavePage(request)
    return page.post() if request.method == "POST" else page.get()


class SavePage:
    """One showing of the form to one person."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.user = request, person(request)

    def shown_at(self, address: str) -> asking.Shown:
        with names_read_once():
            return asking.read_address(self.request, address)

    def render(self, form: SaveForm, shown: asking.Shown | None, status: int = 200, **more: Any) -> HttpResponse:
        context = {"form": form, "sentence": asking.sentence_of(shown), "back": back_to(shown), **more}
        return render(self.request, "activities/saved/save.html", context, status=status)

    def get(self) -> HttpResponse:
        address = self.request.GET.get("address", "")
        if not address:
            return redirect("report-list")
        try:
            shown = self.shown_at(address)
        except asking.NotSaveable as refusal:
            raise BadParameters([("address", str(refusal))]) from refusal
        return self.render(SaveForm(user=self.user, initial={"address": address}), shown)

    def post(self) -> HttpResponse:
        form, shown = SaveForm(self.request.POST, user=self.user), None
        try:
            shown = self.shown_at(self.request.POST.get("address", ""))
        except asking.NotSaveable as refusal:
            form.add_error(None, str(refusal))
        if shown is None or not form.is_valid():
            return self.render(form, shown, status=422)
        name, facts = form.cleaned_data["name"], asking.facts_of(shown)
        taken = SavedReport.objects.of_name(self.user, name)
        try:
            if taken and "replace" in self.request.POST:
                report, new = edit_report(report=taken, changes=facts, version=self.version(), by=self.user), True
            else:
                report, new = save_report(by=self.user, name=name, shown=facts, **form.sharing())
        except StaleEdit as stale:
            form.add_error("name", _("This report was changed meanwhile. Look at it again before you replace it."))
            return self.render(form, shown, status=409, taken=stale.current)
        except ValidationError as refused:
            add_refusals(form, refused)
            return self.render(form, shown, status=422, taken=taken)
        self.tell(report, new)
        return redirect(report.target)

    def version(self) -> int:
        given = self.request.POST.get("replace", "")
        return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0

    def tell(self, report: SavedReport, new: bool) -> None:
        said = _("Saved as “%(name)s”.") if new else _("It is saved already as “%(name)s”.")
        edit, label = reverse("report-edit", args=[report.key]), _("Its link, and with whom it is shared")
        messages.success(self.request, format_html('{} <a href="{}">{}</a>', said % {"name": report.name}, edit, label))


def back_to(shown: asking.Shown | None) -> str:
    """The page that is being saved; the page of reports where it cannot be."""
    if shown is None:
        return reverse("report-list")
    return SavedReport(kind=shown.kind, subject=shown.subject, query=shown.query).target


def find_to_change(request: HttpRequest, key: str) -> SavedReport:
    report = find_report(request.user, key)
    if not request.user.has_perm("activities.change_saved_report", report):
        raise PermissionDenied(_("A report is changed by its owner; you can save one of your own."))
    return report


@require_http_methods(["GET", "HEAD", "POST"])
def report_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Its name, with whom it is shared, and its link."""
    page = EditPage(request, find_to_change(request, key))
    return page.post() if request.method == "POST" else page.get()


class EditPage:
    """One showing of the edit form to one person."""

    def __init__(self, request: HttpRequest, report: SavedReport) -> None:
        self.request, self.report, self.user = request, report, person(request)

    def form(self, *args: Any, record: Any) -> EditReportForm:
        initial = {"version": self.report.version}
        return EditReportForm(*args, user=self.user, also=self.report, was=facts_of(record), initial=initial)

    def render(self, form: EditReportForm, status: int = 200, **more: Any) -> HttpResponse:
        shown = asking.read_report(self.request, self.report)
        link = self.request.build_absolute_uri(self.report.get_absolute_url())
        context = {"form": form, "report": self.report, "sentence": asking.sentence_of(shown), "link": link, **more}
        return render(self.request, "activities/saved/edit.html", context, status=status)

    def get(self) -> HttpResponse:
        return self.render(self.form(record=self.report))

    def post(self) -> HttpResponse:
        version, record = begun_from(self.request, self.report)
        form = self.form(self.request.POST, record=record)
        if not form.is_valid():
            return self.render(form, status=422)
        changes = form.changes(leave=left_to_others(self.request.POST))
        if not changes and version == self.report.version:
            messages.info(self.request, _("Nothing was changed."))
            return redirect("report-list")
        try:
            edit_report(report=self.report, changes=changes, version=version, by=self.user)
        except SavedReport.DoesNotExist as gone:
            raise Http404 from gone
        except StaleEdit as stale:
            return self.conflict(form, stale)
        except ValidationError as refused:
            add_refusals(form, refused)
            return self.render(form, status=422)
        messages.success(self.request, _("Changes saved."))
        return redirect("report-list")

    def conflict(self, form: EditReportForm, stale: StaleEdit) -> HttpResponse:
        """Changed meanwhile, by somebody else or in another tab: both versions, and everything typed."""
        rows = fact_rows(form, form.was, facts_of(stale.current), form.values())
        if not rows:
            messages.info(self.request, _("Somebody else has made the same changes. Nothing is left to save."))
            return redirect("report-list")
        data = self.request.POST.copy()
        data["version"] = str(stale.current.version)
        form.data = data
        return self.render(form, status=409, conflict=rows, who=who_saved(stale.current))


@require_http_methods(["GET", "HEAD", "POST"])
def report_delete(request: HttpRequest, key: str) -> HttpResponse:
    """Who loses it, then gone."""
    if request.method == "POST" and was_deleted_by(person(request), key):  # sent twice
        return redirect("report-list")
    report = find_to_change(request, key)
    if request.method != "POST":
        return render(request, "activities/saved/delete.html", {"report": report})
    try:
        delete_report(report=report, version=asked_version(request), by=person(request))
    except SavedReport.DoesNotExist as gone:
        raise Http404 from gone
    except StaleEdit as stale:
        context = {"report": find_to_change(request, key), "who": who_saved(stale.current)}
        return render(request, "activities/saved/delete.html", context, status=409)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": report.name})
    return redirect("report-list")


@require_POST
def report_mend(request: HttpRequest, key: str) -> HttpResponse:
    """Save a report without what no longer exists, as the person was shown it."""
    report = find_to_change(request, key)
    shown = asking.read_report(request, report)
    if shown is None or not asking.exists(report.kind, report.subject):
        return show_gone(request, report, status=409)
    with names_read_once():
        gone, rest = asking.gone_values(shown, report.words, report.language)
        facts = asking.facts_of(shown.without(rest))
    if not gone:  # sent twice
        return redirect(report)
    version = asked_version(request)
    if rest != request.POST.get("rest"):
        return show_gone(request, report, status=409)
    try:
        edit_report(report=report, changes=facts, version=version, by=person(request))
    except SavedReport.DoesNotExist as gone:
        raise Http404 from gone
    except StaleEdit:
        return show_gone(request, find_to_change(request, key), status=409)
    messages.success(request, _("“%(name)s” is saved without what no longer exists.") % {"name": report.name})
    return redirect(find_report(request.user, key).target)


@require_POST
def report_start(request: HttpRequest) -> HttpResponse:
    """What opens after signing in: `page` is the desk or the overview, `report` the key of a saved report."""
    user = person(request)
    if key := request.POST.get("report", ""):
        report = find_report(user, key)
        choose_start(user, report=report)
        messages.success(request, _("“%(name)s” opens after you sign in.") % {"name": report.name})
        return redirect("report-list")
    pages = {page.value: page.label for page in (StartPage.DESK, StartPage.OVERVIEW)}
    page = request.POST.get("page", "")
    if not page:
        return redirect("report-list")
    if page not in pages:
        raise BadParameters([("page", _("Give one of these: %(values)s.") % {"values": ", ".join(pages)})])
    choose_start(user, page=page)
    messages.success(request, _("“%(name)s” opens after you sign in.") % {"name": pages[page]})
    return redirect("report-list")
