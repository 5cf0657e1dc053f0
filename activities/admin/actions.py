"""What can be done to a selection: one value set on many rows, through the workflow, reported row by row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..choices import Visibility
from ..forms.words import LineField, SeveralField
from ..models import Activity, FunctionalField, Theme
from ..workflow import StaleEdit, edit_undertaking
from ..workflow.changesets import ChangesTogether
from ..workflow.keeping import classify_item

# More names would hide the form below them.
NAMED_ROWS = 30


class ReasonedForm(forms.Form):
    """A value for all, and why. `value` is declared by each kind of action."""

    change_reason = LineField(label=_("Reason for the change"), max_length=100)


class VisibilityForm(ReasonedForm):
    value = forms.ChoiceField(label=_("Visible to"), choices=Visibility)
    field_order = ("value", "change_reason")


class FieldsForm(ReasonedForm):
    value = SeveralField(
        label=_("Functional fields"), queryset=FunctionalField.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    field_order = ("value", "change_reason")


class ThemesForm(ReasonedForm):
    value = SeveralField(label=_("Themes"), queryset=Theme.objects.all(), widget=forms.CheckboxSelectMultiple)
    field_order = ("value", "change_reason")


@dataclass(frozen=True)
class Bulk:
    """One action. `changes` gives what to write on an activity for a value, or nothing where it is so already."""

    name: str
    label: Any
    form: type[ReasonedForm]
    changes: Callable[[Activity, Any], dict[str, Any]]

    def __call__(self, admin: ModelAdmin, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        form = self.form(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            rows = queryset.prefetch_related("functional_fields", "themes")
            self.report(admin, request, *self.apply(rows, form.cleaned_data, request.user))
            return None
        context = {
            **admin.admin_site.each_context(request),
            "title": self.label,
            "opts": admin.opts,
            "form": form,
            "action": self.name,
            "checkbox": ACTION_CHECKBOX_NAME,
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "count": queryset.count(),
            "rows": queryset[:NAMED_ROWS],
        }
        return TemplateResponse(request, "admin/activities/activity/bulk.html", context)

    def apply(self, rows: Iterable[Activity], data: dict[str, Any], by: Any) -> tuple[int, int, list[str]]:
        """(changed, already so, a sentence for each refusal). Each row is written alone: one refusal stops no other.

        In the histories all of them are one event that unfolds.
        """
        changed, already, refused = 0, 0, []
        together = ChangesTogether(title=self.name, by=by, reason=data["change_reason"])
        for activity in rows:
            changes = self.changes(activity, data["value"])
            if not changes:
                already += 1
                continue
            more = {"changes": changes, "version": activity.version, "by": by, "reason": data["change_reason"]}
            try:
                if activity.agreed and "visibility" in changes:
                    raise ValidationError(gettext("Agreed items are always public."))
                with transaction.atomic():
                    if activity.agreed:
                        written = classify_item(item=activity, **more)
                    else:
                        written = edit_undertaking(activity=activity, **more)
                    together.add(written)
                changed += 1
            except ValidationError as error:
                refused.append(f"{activity.code}: {' '.join(error.messages)}")
            except StaleEdit:
                refused.append(gettext("%s: somebody changed it at the same moment.") % activity.code)
        return changed, already, refused

    def report(self, admin: ModelAdmin, request: HttpRequest, changed: int, already: int, refused: list[str]) -> None:
        if changed:
            sentence = ngettext("%(n)d activity was changed.", "%(n)d activities were changed.", changed)
            admin.message_user(request, sentence % {"n": changed}, messages.SUCCESS)
        if already:
            sentence = ngettext("%(n)d activity was so already.", "%(n)d activities were so already.", already)
            admin.message_user(request, sentence % {"n": already}, messages.INFO)
        for sentence in refused:
            admin.message_user(request, sentence, messages.WARNING)


def _visibility(activity: Activity, value: str) -> dict[str, Any]:
    return {} if activity.visibility == value else {"visibility": value}


def _added(name: str) -> Callable[[Activity, Any], dict[str, Any]]:
    def changes(activity: Activity, value: QuerySet) -> dict[str, Any]:
        present = set(getattr(activity, name).all())
        return {} if set(value) <= present else {name: sorted(present | set(value), key=lambda entry: entry.pk)}

    return changes


def _set(name: str) -> Callable[[Activity, Any], dict[str, Any]]:
    def changes(activity: Activity, value: QuerySet) -> dict[str, Any]:
        return {} if set(value) == set(getattr(activity, name).all()) else {name: list(value)}

    return changes


def _action(bulk: Bulk) -> Any:
    """As Django wants it: a function with a name and a description."""

    def act(admin: ModelAdmin, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return bulk(admin, request, queryset)

    act.__name__ = bulk.name
    act.short_description = bulk.label  # type: ignore[attr-defined]
    return act


BULK = [
    _action(bulk)
    for bulk in (
        Bulk("set_visibility", _("Set who may see the selected activities"), VisibilityForm, _visibility),
        Bulk(
            "add_fields", _("Add functional fields to the selected activities"), FieldsForm, _added("functional_fields")
        ),
        Bulk(
            "set_fields",
            _("Replace the functional fields of the selected activities"),
            FieldsForm,
            _set("functional_fields"),
        ),
        Bulk("add_themes", _("Add themes to the selected activities"), ThemesForm, _added("themes")),
        Bulk("set_themes", _("Replace the themes of the selected activities"), ThemesForm, _set("themes")),
    )
]
