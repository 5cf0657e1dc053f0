"""Taking part: inviting an organization, its own answer, another role, an end."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..choices import Response
from ..forms.oddities import add_refusals
from ..forms.participants import AnswerForm, InviteForm, RoleForm
from ..forms.words import as_typed
from ..models import Activity, Participation
from ..workflow import StaleEdit, answer_invitation, change_role, end_participation, invite
from .conflicts import both_versions, fact_rows, left_to_others
from .finding import find_activity
from .person import person

FACTS = {"response": "response", "words": "accepted_part", "mandate": "mandate", "focal_point": "focal_point_id"}


@require_http_methods(["GET", "HEAD", "POST"])
def participant_invite(request: HttpRequest, framework: str, code: str) -> HttpResponse:
    """Name an organization as a participant; it takes part once it answers."""
    activity = find_activity(request.user, framework, code)
    if not request.user.has_perm("activities.invite_participants", activity):
        raise PermissionDenied(_("Participants are invited by the lead and the co-leads."))
    form = InviteForm(request.POST or None, activity=activity)
    if request.method == "POST" and form.is_valid():
        try:
            participation = invite(activity=activity, by=person(request), **form.cleaned_data)
        except ValidationError as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, _("%(organization)s is invited.") % {"organization": participation.organization})
            return redirect(activity)
    context = {"form": form, "activity": activity}
    return render(
        request, "activities/participant_invite.html", context, status=422 if request.method == "POST" else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def participant_edit(request: HttpRequest, framework: str, code: str, pk: int) -> HttpResponse:
    """One participation: the organization's own answer, and what the lead decides about its role."""
    activity = find_activity(request.user, framework, code)
    participation = get_object_or_404(
        Participation.objects.select_related("organization", "focal_point", "answered_by", "activity"),
        activity=activity,
        pk=pk,
    )
    page = ParticipantPage(request, activity, participation)
    if not page.answers and not page.leads:
        raise PermissionDenied(_("An organization speaks for itself: its focal point answers here."))
    if request.method != "POST":
        return page.render()
    return page.post_role() if "role-version" in request.POST else page.post_answer()


class ParticipantPage:
    """One showing of a participation to one person: up to two forms, each with its own right."""

    def __init__(self, request: HttpRequest, activity: Activity, participation: Participation) -> None:
        self.request, self.activity, self.participation = request, activity, participation
        user = request.user
        self.answers = user.has_perm("activities.answer_invitation", participation)
        self.leads = user.has_perm("activities.invite_participants", activity)
        self.on_behalf = participation.organization_id not in user.focal_organization_ids

    def answer_form(self, *args: Any) -> AnswerForm:
        return AnswerForm(*args, participation=self.participation, on_behalf=self.on_behalf)

    def role_form(self, *args: Any) -> RoleForm:
        # Who coordinates records what an organization agreed to; it leads without a proposal only then.
        return RoleForm(*args, participation=self.participation, on_behalf=self.request.user.is_coordinator)

    def render(self, form: AnswerForm | None = None, status: int = 200, **forms: Any) -> HttpResponse:
        ended = bool(self.participation.until) or self.participation.response == Response.DECLINED
        context = {
            "activity": self.activity,
            "participation": self.participation,
            "form": form or (self.answer_form() if self.answers else None),
            "role_form": self.role_form() if self.leads and not ended else None,
            "on_behalf": self.on_behalf,
            **forms,
        }
        return render(self.request, "activities/participant_form.html", context, status=status)

    def _facts(self, record: Any) -> dict[str, list[str]]:
        return {name: as_typed(getattr(record, column)) for name, column in FACTS.items()}

    def post_answer(self) -> HttpResponse:
        if not self.answers:
            raise PermissionDenied(_("An organization speaks for itself: its focal point answers here."))
        data = self.request.POST.copy()
        theirs = left_to_others(data)
        for name, values in self._facts(self.participation).items():
            if name in theirs:
                data.setlist(name, values or [""])
        form = self.answer_form(data)
        if not form.is_valid():
            return self.render(form=form, status=422)
        cleaned = form.cleaned_data
        try:
            answer_invitation(
                participation=self.participation,
                response=cleaned["response"],
                by=person(self.request),
                version=cleaned["version"],
                words=cleaned["words"],
                answered_for=form.source,
                mandate=cleaned["mandate"],
                focal_point=cleaned["focal_point"],
                on=cleaned["on"],
            )
        except StaleEdit as stale:
            return self.conflict(form, stale)
        except ValidationError as refused:
            add_refusals(form, refused)
            return self.render(form=form, status=422)
        messages.success(self.request, _("Answer saved."))
        return redirect(self.activity)

    def post_role(self) -> HttpResponse:
        if not self.leads:
            raise PermissionDenied(_("Roles are changed by the lead and the co-leads."))
        form = self.role_form(self.request.POST)
        if not form.is_valid():
            return self.render(role_form=form, status=422)
        cleaned = form.cleaned_data
        change: dict[str, Any] = {
            "participation": self.participation,
            "on": cleaned["on"],
            "by": person(self.request),
            "version": cleaned["version"],
        }
        try:
            if cleaned["role"] == RoleForm.END:
                end_participation(**change, words=cleaned["note"])
            else:
                change_role(**change, role=cleaned["role"], note=cleaned["note"], answered_for=form.source)
        except StaleEdit as stale:
            # The one fact of this form is its own: showing the row as it stands now, with what was typed, is enough.
            self.participation.refresh_from_db()
            data = self.request.POST.copy()
            data["role-version"] = str(stale.current.version)
            form.data = data
            form.add_error(None, _("This participation was changed while you were writing. Look at it and save again."))
            return self.render(role_form=form, status=409)
        except ValidationError as refused:
            add_refusals(form, refused)
            return self.render(role_form=form, status=422)
        messages.success(self.request, _("Role saved."))
        return redirect(self.activity)

    def conflict(self, form: AnswerForm, stale: StaleEdit) -> HttpResponse:
        """Somebody else answered meanwhile: both versions, and everything typed."""
        given = form.cleaned_data["version"]
        opened_on = self.participation.history.filter(version=given).first() or self.participation
        yours = {name: as_typed(form.cleaned_data[name]) for name in FACTS}
        rows = fact_rows(form, self._facts(opened_on), self._facts(stale.current), yours)
        return both_versions(self, form, rows, stale.current, role_form=None)
