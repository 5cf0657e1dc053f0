"""Opening a reporting round: the form, what it would do, and then the call."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from organizations.models import Organization

from ..forms.oddities import add_refusals
from ..forms.rounds import NewRoundForm
from ..models import ReportingRound
from ..notifications import AddressBook
from ..workflow import open_round
from .person import person

LONGEST_FILTER = 4000


@require_http_methods(["GET", "HEAD", "POST"])
def round_new(request: HttpRequest) -> HttpResponse:
    """`?filters=` holds the query string of the list of activities. Nothing is sent before the preview was seen."""
    if not request.user.has_perm("activities.keep_register"):
        raise PermissionDenied(_("Rounds are opened by coordinators."))
    if request.method != "POST":
        filters = request.GET.get("filters", "").replace("\x00", "")[:LONGEST_FILTER]
        return _show(request, NewRoundForm(filters=filters))
    form = NewRoundForm(request.POST)
    if request.POST.get("step") == "back":
        return _show(request, NewRoundForm(initial=_typed(form)))
    if not form.is_valid():
        return _show(request, form, status=422)
    if request.POST.get("step") != "open":
        return _preview(request, form)
    try:
        made = open_round(by=person(request), **form.cleaned_data)
    except ValidationError as refused:
        add_refusals(form, refused)
        return _show(request, form, status=422)
    number = made.requests.count()
    said = ngettext(
        "%(round)s is open. %(number)d update is asked for.",
        "%(round)s is open. %(number)d updates are asked for.",
        number,
    )
    messages.success(request, said % {"round": made.title, "number": number})
    return redirect(made)


def _typed(form: NewRoundForm) -> dict[str, Any]:
    """Everything as it was typed, for the form again."""
    return {name: form[name].data for name in form.fields}


def _show(request: HttpRequest, form: NewRoundForm, status: int = 200) -> HttpResponse:
    still_open = list(ReportingRound.objects.open().select_related("framework").order_by("number"))
    context = {"form": form, "still_open": still_open}
    return render(request, "activities/round/new.html", context, status=status)


def _preview(request: HttpRequest, form: NewRoundForm) -> HttpResponse:
    """What would be asked of whom, in words and numbers, and who would be written to."""
    scope = form.scope
    if scope is None or ReportingRound.objects.open().filter(framework=form.cleaned_data["framework"]).exists():
        form.add_error("framework", _("A round of this framework is still open. Close it first."))
        return _show(request, form, status=422)
    book = AddressBook(set(scope.requests))
    organizations = Organization.objects.filter(pk__in=set(scope.requests)).by_acronym()
    asked = [(row, scope.requests[row.pk], book.for_organization(row.pk)) for row in organizations]
    context = {
        "form": form,
        "scope": scope,
        "asked": asked,
        "requests": scope.requests.total(),
        "languages_chosen": [
            label for code, label in form.fields["call_languages"].choices
            if code in form.cleaned_data["call_languages"]
        ],
    }  # fmt: skip
    return render(request, "activities/round/preview.html", context)
