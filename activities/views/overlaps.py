"""Hints that two undertakings look alike: answering one, and the answers so far."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ..choices import OverlapKind
from ..forms.oddities import add_refusals
from ..forms.overlaps import OverlapForm, opened_on
from ..models import OverlapAnswer
from ..reading.overlaps import find_pair, list_answers
from ..workflow import StaleEdit
from .person import person

ANSWER_KEPT = gettext_lazy("The answer is kept. The hint does not come back.")
MERGE_KEPT = gettext_lazy("The proposal to merge is kept. Nothing was merged: that is done by hand.")


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm("activities.answer_overlap"):
        raise PermissionDenied(_("Hints of overlap are answered by coordinators."))


@require_safe
def overlap_list(request: HttpRequest) -> HttpResponse:
    """What was answered so far, proposals to merge first."""
    _require(request)
    return render(request, "activities/overlaps/list.html", {"groups": list_answers(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
def overlap_answer(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """Say of two undertakings whether they are different, related or to be merged."""
    _require(request)
    pair = find_pair(request.user, first, second)
    if pair is None:
        raise Http404
    page = AnswerPage(request, *pair)
    return page.post() if request.method == "POST" else page.render()


class AnswerPage:
    """One showing of the form to one person."""

    def __init__(self, request: HttpRequest, one: Any, other: Any, present: OverlapAnswer | None) -> None:
        self.request, self.one, self.other, self.present = request, one, other, present

    def render(self, form: OverlapForm | None = None, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "one": self.one,
            "other": self.other,
            "sides": [self.one, self.other],
            "present": self.present,
            "form": form or OverlapForm(initial=opened_on(self.present)),
            "merge": OverlapKind.MERGE,
            **more,
        }
        return render(self.request, "activities/overlaps/answer.html", context, status=status)

    def post(self) -> HttpResponse:
        form = OverlapForm(self.request.POST)
        if not form.is_valid():
            return self.render(form, status=422)
        try:
            answer = form.save(self.one, self.other, person(self.request))
        except StaleEdit as stale:
            return self.overtaken(stale.current)
        except ValidationError as refused:
            add_refusals(form, refused)
            return self.render(form, status=422)
        messages.success(self.request, MERGE_KEPT if answer.answer == OverlapKind.MERGE else ANSWER_KEPT)
        return redirect("matrix")

    def overtaken(self, current: OverlapAnswer) -> HttpResponse:
        """Another answer was given meanwhile: it is shown, and what was typed stays; sent once more it replaces it."""
        self.present = current
        data = self.request.POST.copy()
        data["seen"] = str(current.version)
        return self.render(OverlapForm(data), status=409, overtaken=True)
