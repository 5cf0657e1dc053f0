"""Forms of the administration: what is typed becomes one call of the workflow each, and what it refuses comes back."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget, AutocompleteSelect
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from tracker.toolkit.admin import KeeperForm, ReasonForm
from tracker.toolkit.words import cleaned as words_seen

from ..choices import TRANSITIONS, Response, Role, Status, UpdateKind
from ..forms.words import NameField
from ..models import Activity, Participation, StatusUpdate
from ..workflow.derived import LANGUAGES
from ..workflow.keeping import PARTICULARS
from ..workflow.undertakings import MANY_TO_MANY

SOURCE_OF_LEAD = "lead_answered_for"
NEEDS_SOURCE = _("Say who in the organization gave this answer, and where, such as a letter and its date.")


class ActivityForm(ReasonForm):
    """An activity's own fields, and the version they were read at."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Activity
        exclude: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version
        # Any language will do for a title, not only the one texts fall back to.
        if "title_en" in self.fields:
            self.fields["title_en"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        titles = [f"title_{language}" for language in LANGUAGES]
        if "title_en" in self.fields and not any(cleaned.get(title) for title in titles):
            self.add_error("title_en", _("Enter the title in at least one language."))
        return cleaned

    def changes(self) -> dict[str, Any]:
        """What was edited, for the workflow."""
        own = {field.name for field in Activity._meta.get_fields() if getattr(field, "editable", False)}
        return {name: self.cleaned_data[name] for name in self.changed_data if name in own | set(MANY_TO_MANY)}


class NewUndertakingForm(ActivityForm):
    """A new undertaking, with the organization that is to lead it."""

    lead_organization = forms.ModelChoiceField(
        label=_("Lead"),
        queryset=Organization.objects.all(),
        required=False,
        widget=AutocompleteSelect(Participation._meta.get_field("organization"), admin.site),
    )
    lead_accepted = forms.BooleanField(
        label=_("The lead has accepted"),
        required=False,
        help_text=_("Leave unticked to invite the organization: it answers for itself."),
    )
    lead_answered_for = NameField(
        label=_("Who accepted, and where"),
        required=False,
        max_length=200,
        help_text=_("Name and post, and where it was said, such as a letter and its date."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        unsaid = not cleaned.get(SOURCE_OF_LEAD) and SOURCE_OF_LEAD not in self.errors
        if cleaned.get("lead_accepted") and unsaid:
            self.add_error(SOURCE_OF_LEAD, NEEDS_SOURCE)
        return cleaned


class ParticipationForm(KeeperForm):
    """One participation. Role, answer and end are recorded with their day; the rest is edited."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    on = forms.DateField(
        label=_("Day of the change"),
        required=False,
        widget=AdminDateWidget,
        help_text=_("For a new role, a withdrawal or an end; today when empty."),
    )
    ends = forms.BooleanField(label=_("Ends on that day"), required=False)

    class Meta:
        model = Participation
        fields = ("organization", "role", "response", *PARTICULARS)
        widgets = {
            name: forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"})
            for name in ("responsibility", "mandate", "accepted_part", "note")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version
        if self.instance.pk and "organization" in self.fields:
            self.fields["organization"].disabled = True
        if "answered_for" in self.fields:
            self.fields["answered_for"].help_text = _(
                "Needed with every new answer, and for a new lead: who, and where."
            )

    @property
    def is_new_answer(self) -> bool:
        """Whether it says what an organization answered, or that it agreed to lead."""
        if self.instance.pk is None:
            return self.cleaned_data.get("response") not in (None, Response.INVITED)
        leads = "role" in self.changed_data and self.cleaned_data.get("role") == Role.LEAD
        return "response" in self.changed_data or leads

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_new_answer and "answered_for" not in self.errors:
            cleaned["answered_for"] = words_seen(cleaned.get("answered_for") or "").strip()
            if not cleaned["answered_for"]:
                self.add_error("answered_for", NEEDS_SOURCE)
            elif "answered_for" not in self.changed_data:
                sentence = _("This is who gave the earlier answer. Say who gave this one, and where.")
                self.add_error("answered_for", sentence)
        return cleaned

    @property
    def day(self) -> Any:
        return self.cleaned_data.get("on") or timezone.localdate()


class EntryForm(KeeperForm):
    """One new entry of the log."""

    form_token = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    # Filled in before anybody types: they do not make an entry.
    PREPARED = frozenset({"form_token", "seen", "as_of", "language", "organization"})

    organizations: list[Organization] = []
    activity: Activity | None = None
    newest = 0

    class Meta:
        model = StatusUpdate
        fields = (
            "organization",
            "as_of",
            "kind",
            "status",
            "progress",
            "reason",
            "closing",
            "done",
            "obstacles",
            "obstacle_kinds",
            "next_steps",
            "next_steps_due_on",
            "language",
        )
        widgets = {
            name: forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
            for name in ("reason", "done", "obstacles", "next_steps")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(
            form_token=uuid4(),
            seen=self.newest,
            as_of=timezone.localdate().isoformat(),
            language=get_language(),
            organization=self.organizations[0].pk if len(self.organizations) == 1 else None,
        )
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in (UpdateKind.UPDATE, UpdateKind.NO_CHANGE)]
        self.fields["organization"].queryset = Organization.objects.filter(
            pk__in=[organization.pk for organization in self.organizations]
        )
        self.fields["organization"].required = True
        now = self.activity.status if self.activity else Status.PROPOSED
        self.fields["status"].choices = [
            ("", _("No change of status")),
            *((after, Status(after).label) for after in TRANSITIONS[now]),
        ]

    @property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name not in self.PREPARED]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        says = ("status", "done", "obstacles", "next_steps")
        silent = not any(cleaned.get(name) for name in says) and cleaned.get("progress") is None
        if cleaned.get("kind") == UpdateKind.UPDATE and silent and not self.errors:
            self.add_error("done", ValidationError(_("Enter what was done, or choose “No change to report”.")))
        return cleaned
