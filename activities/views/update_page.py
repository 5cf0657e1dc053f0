"""The update form as one person sees it: empty, restored, refused, in conflict, saved."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from organizations.models import Organization

from ..forms.oddities import add_refusals
from ..forms.typed import forget_typed, initial_from, typed_fields, typed_for
from ..forms.updates import SEVERAL, UpdateForm, values_of
from ..models import Activity, StatusUpdate
from ..workflow import StaleUpdate, draft_of, drop_draft, keep_draft
from .conflicts import state_rows
from .person import person
from .returning import return_address


class UpdatePage:
    """One showing of the update form to one person."""

    def __init__(
        self,
        request: HttpRequest,
        activity: Activity,
        organizations: list[Organization],
        corrects: StatusUpdate | None,
    ) -> None:
        self.request, self.activity, self.corrects = request, activity, corrects
        self.user = person(request)
        self.organizations = organizations
        self.slot = corrects.pk if corrects else None

    def form(self, *args: Any, **kwargs: Any) -> UpdateForm:
        return UpdateForm(
            *args,
            user=self.user,
            activity=self.activity,
            organizations=self.organizations,
            corrects=self.corrects,
            **kwargs,
        )

    def render(self, form: UpdateForm | None, status: int = 200, **more: Any) -> HttpResponse:
        own = StatusUpdate.objects.filter(activity=self.activity, organization__in=self.organizations).standing()
        context = {
            "activity": self.activity,
            "form": form,
            "corrects": self.corrects,
            "organizations": self.organizations,
            "last": own.select_related("organization").newest_first().first(),
            "conflicting": (),
            **more,
        }
        return render(self.request, "activities/update_form.html", context, status=status)

    def nobody(self) -> HttpResponse:
        """A coordinator reports on behalf of participants, and there is none."""
        if self.request.method == "POST":
            raise PermissionDenied(_("Nobody takes part here yet, so there is nobody to report for."))
        return self.render(None)

    def get(self) -> HttpResponse:
        initial = values_of(self.corrects) if self.corrects else {}
        draft = draft_of(self.user, self.activity, self.slot)
        kept = typed_for(self.request, self.request.get_full_path()) or (draft.fields if draft else None)
        if kept:
            initial |= initial_from(kept, SEVERAL)
        return self.render(self.form(initial=initial), draft=draft, restored=bool(kept))

    def post(self) -> HttpResponse:
        data = self.request.POST.copy()
        for name in ("status", "progress"):
            if data.get(f"keep-{name}") == "theirs":
                data[name] = ""
        form = self.form(data, self.request.FILES)
        return self.attempt(form, data) if form.is_valid() else self.refused(form)

    def attempt(self, form: UpdateForm, data: QueryDict) -> HttpResponse:
        try:
            return self.saved(form.save())
        except StaleUpdate as stale:
            return self.conflict(form, stale, data)
        except ValidationError as error:
            add_refusals(form, error)
            return self.refused(form)

    def refused(self, form: UpdateForm) -> HttpResponse:
        return self.render(form, status=422, lost_files=self.request.FILES.getlist("files"))

    def saved(self, entry: StatusUpdate) -> HttpResponse:
        drop_draft(self.user, self.activity, self.slot)
        forget_typed(self.request)
        correct = reverse("update-new", args=[self.activity.framework.code, self.activity.code])
        messages.success(
            self.request,
            format_html(
                '{} <a href="{}#update-{}">{}</a> · <a href="{}?corrects={}">{}</a>',
                _("Update saved."),
                self.activity.get_absolute_url(),
                entry.pk,
                _("See it in the log"),
                correct,
                entry.pk,
                _("Correct it"),
            ),
        )
        return redirect(return_address(self.request, self.activity.get_absolute_url()))

    def conflict(self, form: UpdateForm, stale: StaleUpdate, data: QueryDict) -> HttpResponse:
        """Somebody else spoke of the same facts meanwhile: both versions, and everything typed."""
        rows = state_rows(self.activity, form)
        if not rows:  # both say the same
            form.cleaned_data["seen"] = stale.newer[0].pk
            return self.attempt(form, data)
        if fields := typed_fields(self.request.POST):
            keep_draft(self.user, self.activity, fields, self.slot)
        for row in rows:
            data[row.name] = row.yours_raw
        data["seen"] = str(stale.newer[0].pk)
        self.activity.refresh_from_db()
        # The same form, now opened on what the other one saved.
        form.data = data
        return self.render(
            form,
            status=409,
            conflict=rows,
            conflicting={row.name for row in rows},
            newer=stale.newer,
            who=_("%(name)s (%(organization)s)")
            % {"name": stale.newer[0].author or "–", "organization": stale.newer[0].organization or "–"},
            lost_files=self.request.FILES.getlist("files"),
        )
