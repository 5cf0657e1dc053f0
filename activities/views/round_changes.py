"""What becomes of a round that was opened: its due day is moved, it is closed, it is opened again."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..forms.oddities import add_refusals
from ..forms.rounds import EditRoundForm, ReopenForm, facts_of
from ..models import FrozenReport, ReportingRound, UpdateRequest
from ..reading.rounds import rate_of, requests_of
from ..workflow import StaleEdit, close_round, edit_round, reopen_round
from .conflicts import begun_from, fact_rows, left_to_others, who_saved
from .person import person
from .rounds import find_round


def _kept_by(request: HttpRequest) -> None:
    if not request.user.has_perm("activities.keep_register"):
        raise PermissionDenied(_("Rounds are kept by coordinators."))


@require_http_methods(["GET", "HEAD", "POST"])
def round_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Extend the due day, or change the title, the period and what is asked."""
    _kept_by(request)
    page = EditPage(request, find_round(number))
    return page.post() if request.method == "POST" else page.get()


class EditPage:
    """One showing of the edit form to one person."""

    def __init__(self, request: HttpRequest, made: ReportingRound) -> None:
        self.request, self.round = request, made

    def form(self, *args: Any, record: Any) -> EditRoundForm:
        return EditRoundForm(*args, was=facts_of(record), initial={"version": self.round.version})

    def render(self, form: EditRoundForm, status: int = 200, **more: Any) -> HttpResponse:
        context = {"form": form, "round": self.round, **more}
        return render(self.request, "activities/round/edit.html", context, status=status)

    def get(self) -> HttpResponse:
        if not self.round.is_open:
            return redirect(self.round)
        return self.render(self.form(record=self.round))

    def post(self) -> HttpResponse:
        version, record = begun_from(self.request, self.round)
        form = self.form(self.request.POST, record=record)
        if not self.round.is_open:
            return self.closed(form)
        if not form.is_valid():
            return self.render(form, status=422)
        changes = form.changes(leave=left_to_others(self.request.POST))
        if not changes and version == self.round.version:
            messages.info(self.request, _("Nothing was changed."))
            return redirect(self.round)
        try:
            edit_round(
                made=self.round,
                changes=changes,
                version=version,
                by=person(self.request),
                reason=form.cleaned_data["reason"],
            )
        except StaleEdit as stale:
            return self.conflict(form, stale)
        except ValidationError as refused:
            add_refusals(form, refused)
            return self.render(form, status=422)
        messages.success(self.request, _("Changes saved."))
        return redirect(self.round)

    def closed(self, form: EditRoundForm) -> HttpResponse:
        """Closed while the form was open: what was typed stays on the page, nothing is saved."""
        form.add_error(None, _("This round is closed. Open it again before you change it."))
        return self.render(form, status=409)

    def conflict(self, form: EditRoundForm, stale: StaleEdit) -> HttpResponse:
        """Somebody else saved meanwhile: both versions, and everything typed."""
        if not stale.current.is_open:
            return self.closed(form)
        rows = fact_rows(form, form.was, facts_of(stale.current), form.values())
        if not rows:
            messages.info(self.request, _("Somebody else has made the same changes. Nothing is left to save."))
            return redirect(self.round)
        data = self.request.POST.copy()
        data["version"] = str(stale.current.version)
        form.data = data
        return self.render(form, status=409, conflict=rows, who=who_saved(stale.current))


@require_http_methods(["GET", "HEAD", "POST"])
def round_close(request: HttpRequest, number: int) -> HttpResponse:
    """What closing means and how many are still waited for; then the frozen report."""
    _kept_by(request)
    made = find_round(number)
    if request.method == "POST":
        close_round(made=made, by=person(request))
        report = _newest_report(made)
        messages.success(request, _("%(round)s is closed. This is its report.") % {"round": made.title})
        return redirect(report or made)
    if not made.is_open:
        return redirect(_newest_report(made) or made)
    today = timezone.localdate()
    context = {
        "round": made,
        "rate": rate_of(requests_of(person(request), [made], today)[made.pk]),
        "silent": UpdateRequest.objects.filter(round=made)
        .waiting(today)
        .order_by()
        .values("organization")
        .distinct()
        .count(),
        "today": today,
    }
    return render(request, "activities/round/close.html", context)


def _newest_report(made: ReportingRound) -> FrozenReport | None:
    return FrozenReport.objects.filter(round=made).select_related("round").order_by("-version").first()


@require_http_methods(["GET", "HEAD", "POST"])
def round_reopen(request: HttpRequest, number: int) -> HttpResponse:
    """Open a closed round again, with a reason; its frozen report stays."""
    _kept_by(request)
    made = find_round(number)
    if made.is_open:
        return redirect(made)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reopen_round(made=made, by=person(request), reason=form.cleaned_data["reason"])
        except ValidationError as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, _("%(round)s is open again.") % {"round": made.title})
            return redirect(made)
    context = {"form": form, "round": made, "reports": FrozenReport.objects.filter(round=made).count()}
    status = 422 if request.method == "POST" else 200
    return render(request, "activities/round/reopen.html", context, status=status)
