"""Proposing an undertaking, and editing one or its translation."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..choices import Response
from ..forms.oddities import add_refusals
from ..forms.undertakings import NewUndertakingForm, UndertakingForm, facts_of
from ..models import Activity, Framework
from ..workflow import StaleEdit, edit_undertaking, propose_undertaking
from .conflicts import begun_from, both_versions, fact_rows, left_to_others
from .finding import find_activity
from .person import person
from .similar import DEFAULT_FRAMEWORK, similar_context

# A double click, or a network that tried again.
SENT_TWICE = datetime.timedelta(minutes=1)


@require_http_methods(["GET", "HEAD", "POST"])
def undertaking_new(request: HttpRequest) -> HttpResponse:
    """Propose an undertaking; `?parent=<code>` names the agreed item, `?framework=<code>` its framework."""
    if not request.user.has_perm("activities.propose_undertaking"):
        raise PermissionDenied(_("Undertakings are proposed by focal points."))
    code = request.GET.get("parent", "")
    if "\x00" in code + request.GET.get("framework", ""):  # PostgreSQL refuses to look for it
        raise Http404
    framework = get_object_or_404(Framework, code=request.GET.get("framework", DEFAULT_FRAMEWORK))
    initial = {}
    if code:
        initial["parent"] = get_object_or_404(Activity, framework=framework, code=code, agreed=True)
    if request.method != "POST":
        return _show_new(request, NewUndertakingForm(user=person(request), framework=framework, initial=initial))
    form = NewUndertakingForm(request.POST, user=person(request), framework=framework)
    if request.POST.get("look"):
        # Without JavaScript: nothing is checked yet, everything typed stays.
        kept = NewUndertakingForm(user=person(request), framework=framework, initial=typed_so_far(request.POST, form))
        return _show_new(request, kept, typed=request.POST)
    if form.is_valid():
        organization = form.cleaned_data["organization"]
        own = organization and organization.pk in request.user.focal_organization_ids
        try:
            activity = propose_undertaking(
                parent=form.cleaned_data["parent"],
                by=person(request),
                organization=organization,
                # An organization speaks for itself: named by a coordinator, it is asked.
                response=Response.ACCEPTED if own else Response.INVITED,
                language=form.language,
                once_within=SENT_TWICE,
                **form.everything(),
            )
        except ValidationError as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, _("%(code)s is entered in the register.") % {"code": activity.code})
            return redirect(activity)
    return _show_new(request, form, status=422, typed=request.POST)


def typed_so_far(data: QueryDict, form: NewUndertakingForm) -> dict[str, Any]:
    """What stands in the fields, as they show it before anything is checked."""
    return {
        name: field.widget.value_from_datadict(data, {}, name) for name, field in form.fields.items() if name in data
    }


def _show_new(
    request: HttpRequest, form: NewUndertakingForm, status: int = 200, typed: QueryDict | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "framework": form.framework}
    if typed is not None:
        title, parent = typed.get("title", ""), typed.get("parent", "")
        context |= similar_context(request.user, form.framework, title, parent, typed.getlist("countries"))
    return render(request, "activities/undertaking_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def undertaking_edit(request: HttpRequest, framework: str, code: str) -> HttpResponse:
    """Edit an undertaking; `?language=fr` its text in that language. Agreed items are not edited here, by anybody."""
    activity = find_activity(request.user, framework, code)
    if activity.agreed:
        raise Http404
    if not request.user.has_perm("activities.edit_undertaking", activity):
        raise PermissionDenied(_("An undertaking is edited by the lead and the co-leads."))
    language = request.GET.get("language", activity.language)
    if language not in dict(settings.LANGUAGES):
        raise Http404
    page = EditPage(request, activity, language)
    return page.post() if request.method == "POST" else page.get()


class EditPage:
    """One showing of the edit form to one person."""

    def __init__(self, request: HttpRequest, activity: Activity, language: str) -> None:
        self.request, self.activity, self.language = request, activity, language

    def form(self, *args: Any, record: Any) -> UndertakingForm:
        return UndertakingForm(
            *args,
            user=person(self.request),
            framework=self.activity.framework,
            language=self.language,
            was=facts_of(record, self.language),
            activity=self.activity,
            only_text=self.language != self.activity.language,
            initial={"version": self.activity.version},
        )

    def render(self, form: UndertakingForm, status: int = 200, **more: Any) -> HttpResponse:
        context = {"form": form, "activity": self.activity, "text_language": self.language, **more}
        context["is_translation"] = self.language != self.activity.language
        return render(self.request, "activities/undertaking_form.html", context, status=status)

    def get(self) -> HttpResponse:
        return self.render(self.form(record=self.activity))

    def post(self) -> HttpResponse:
        version, record = begun_from(self.request, self.activity)
        form = self.form(self.request.POST, record=record)
        if not form.is_valid():
            return self.render(form, status=422)
        changes = form.changes(leave=left_to_others(self.request.POST))
        if not changes and version == self.activity.version:
            messages.info(self.request, _("Nothing was changed."))
            return redirect(self.activity)
        try:
            edit_undertaking(
                activity=self.activity,
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
        return redirect(self.activity)

    def conflict(self, form: UndertakingForm, stale: StaleEdit) -> HttpResponse:
        """Somebody else saved meanwhile: both versions, and everything typed."""
        theirs = facts_of(stale.current, self.language)
        return both_versions(self, form, fact_rows(form, form.was, theirs, form.values()), stale.current)
