"""The review queue, and the decision on one entry."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ..choices import ReturnReason, ReviewState
from ..forms.oddities import add_refusals
from ..forms.review import ReturnForm
from ..forms.typed import forget_typed, initial_from, typed_for
from ..models import Review, StatusUpdate
from ..reading.overview import gist
from ..reading.review import Selected, read_counts, read_entry, read_queue
from ..workflow import AlreadyDecided, accept
from ..workflow.review import Outcome, why_late, why_not
from .numbers import whole_number
from .person import person
from .review_selection import chips_of, selected_by
from .signed_out import ask_to_sign_in

PAGE_SIZE = 50


def _refuse_others(request: HttpRequest) -> None:
    if not request.user.has_perm("activities.keep_register"):
        raise PermissionDenied(_("Updates are reviewed by the coordinators of the register."))


@require_http_methods(["GET", "HEAD", "POST"])
def review_queue(request: HttpRequest) -> HttpResponse:
    """What waits for review, to be accepted in one go; or what was decided: see `review_selection`."""
    _refuse_others(request)
    selected = selected_by(request)
    if request.method != "POST":
        return _show_queue(request, selected)
    numbers = [number for text in request.POST.getlist("chosen") if (number := whole_number(text))]
    found = Review.objects.filter(pk__in=numbers[: 2 * PAGE_SIZE]).select_related(
        "update__activity", "update__organization"
    )
    if not found:
        return _show_queue(request, selected, problem=_("Nothing was accepted. Tick at least one update."))
    _tell_outcome(request, accept(found, person(request)))
    query = selected.query()
    return redirect(reverse("review-queue") + (f"?{query}" if query else ""))


def _show_queue(request: HttpRequest, selected: Selected, problem: str = "") -> HttpResponse:
    try:
        page = Paginator(read_queue(selected), PAGE_SIZE).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404 from error
    rows = [
        (review, gist(review.update), why_not(review, person(request)) if selected.waits else "")
        for review in page.object_list
    ]
    context = {
        "page": page,
        "rows": rows,
        "selected": selected,
        "chips": chips_of(selected),
        "counts": read_counts(selected),
        "problem": problem,
        "any_to_choose": selected.waits and any(not reason for _review, _gist, reason in rows),
    }
    return render(request, "activities/review/queue.html", context, status=422 if problem else 200)


def _tell_outcome(request: HttpRequest, outcome: Outcome) -> None:
    """Row by row: what was accepted, and what not and why."""
    if outcome.decided:
        number = len(outcome.decided)
        messages.success(
            request,
            ngettext("%(number)d update accepted: %(rows)s.", "%(number)d updates accepted: %(rows)s.", number)
            % {"number": number, "rows": _(", ").join(map(_named, outcome.decided))},
        )
    for review, reason in outcome.refused:
        messages.warning(request, _("Not accepted: %(row)s. %(reason)s") % {"row": _named(review), "reason": reason})


def _named(review: Review) -> str:
    return f"{review.update.activity.code} ({review.update.organization})"


@login_not_required  # an expired session must not lose what was typed
@require_http_methods(["GET", "HEAD", "POST"])
def review_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: accept it, or return it with reasons and a sentence."""
    if not request.user.is_authenticated:
        return ask_to_sign_in(request, back=request.get_full_path())
    _refuse_others(request)
    decision = Decision(request, pk)
    return decision.post() if request.method == "POST" else decision.get()


class Decision:
    """One showing of an entry to one coordinator."""

    def __init__(self, request: HttpRequest, pk: int) -> None:
        self.request, self.pk, self.user = request, pk, person(request)
        self.read()

    def read(self) -> None:
        try:
            self.entry = read_entry(self.pk)
        except StatusUpdate.DoesNotExist as error:
            raise Http404 from error
        self.review: Review = self.entry.update.review

    def render(self, form: ReturnForm, status: int = 200, **more: Any) -> HttpResponse:
        own = why_not(self.review, self.user)
        correction = getattr(self.entry.update, "correction", None)
        context = {
            "entry": self.entry,
            "update": self.entry.update,
            "activity": self.entry.update.activity,
            "review": self.review,
            "correction": correction,
            "own": own,
            "open": self.review.state == ReviewState.SUBMITTED and not correction and not own,
            "form": form,
            **more,
        }
        return render(self.request, "activities/review/decide.html", context, status=status)

    def get(self) -> HttpResponse:
        kept = typed_for(self.request, self.request.get_full_path())
        form = ReturnForm(initial=initial_from(kept, {"reasons"})) if kept else ReturnForm()
        return self.render(form, restored=bool(kept))

    def post(self) -> HttpResponse:
        if reason := why_not(self.review, self.user):
            raise PermissionDenied(reason)
        if self.request.POST.get("decision") == "accept":
            return self.accept()
        form = ReturnForm(self.request.POST)
        if not form.is_valid():
            return self.render(form, status=422)
        try:
            form.save(self.review, self.user)
        except AlreadyDecided as late:
            return self.too_late(late, form)
        except ValidationError as refused:
            add_refusals(form, refused)
            return self.render(form, status=422)
        return self.returned()

    def returned(self) -> HttpResponse:
        forget_typed(self.request)
        messages.success(self.request, _("Returned to its author: %(row)s.") % {"row": _named(self.review)})
        return redirect("review-queue")

    def accept(self) -> HttpResponse:
        outcome = accept([self.review], self.user)
        if outcome.refused:
            self.read()
            done = self.review.state == ReviewState.ACCEPTED and self.review.decided_by_id == self.user.pk
            if not done:  # a second click of one's own is no conflict
                return self.render(ReturnForm(), status=409, late=outcome.refused[0][1])
        messages.success(self.request, _("Accepted: %(row)s.") % {"row": _named(self.review)})
        return redirect("review-queue")

    def too_late(self, late: AlreadyDecided, form: ReturnForm) -> HttpResponse:
        """Somebody else decided meanwhile: what they decided, and what was typed, to be read."""
        decided = late.review
        if decided.decided_by_id == self.user.pk and decided.sentence == form.cleaned_data["sentence"]:
            return self.returned()
        self.read()
        chosen = [ReturnReason(code).label for code in form.cleaned_data["reasons"]]
        return self.render(form, status=409, late=why_late(late), typed=form, typed_reasons=chosen)
