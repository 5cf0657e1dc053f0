"""Forms of taking part: inviting, the organization's own answer, a new role, an end."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organizations.choices import REPORTING_ROLES
from organizations.models import Membership, Organization, User

from ..choices import Response, Role
from ..models import Activity, Participation
from ..workflow.participations import ANSWERS, NEEDS_WORDS
from .behalf import OnBehalfForm
from .words import LineField, WordsField

CHOICES = {
    Response.ACCEPTED: _("Accept"),
    Response.ACCEPTED_IN_PART: _("Accept in part"),
    Response.DECLINED: _("Decline"),
    Response.WITHDRAWN: _("Withdraw"),
}


def version_field() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


def day_field(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Enter a day as year-month-day, like 2026-11-23.")},
        initial=timezone.localdate,
    )


class InviteForm(forms.Form):
    """Invites an organization to take part in `activity`."""

    organization = forms.ModelChoiceField(Organization.objects.by_acronym(), label=_("Organization"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect, initial=Role.PARTNER)
    responsibility = WordsField(label=_("Responsibility"), help_text=_("What the organization would do here."))
    note = WordsField(label=_("Note to the organization"))

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        self.activity = activity
        super().__init__(*args, **kwargs)


class AnswerForm(OnBehalfForm):
    """An organization's own answer, its mandate and its focal point for this activity.

    `on_behalf`: a coordinator records what somebody in the organization said, and says who.
    """

    response = forms.ChoiceField(label=_("Answer"), widget=forms.RadioSelect)
    words = WordsField(
        label=_("Which part is accepted, or why not"), help_text=_("Needed to accept in part or decline.")
    )
    on = day_field(_("From which day?"), _("The day the answer takes effect."))
    mandate = WordsField(
        label=_("Acts under (mandate)"), help_text=_("The organization’s own legal basis for taking part.")
    )
    focal_point = forms.ModelChoiceField(
        User.objects.none(), label=_("Focal point"), required=False, empty_label=_("None named")
    )
    version = version_field()

    field_order = ("response", "words", "on", "answered_for", "answered_where", "mandate", "focal_point")

    def __init__(self, *args: Any, participation: Participation, **kwargs: Any) -> None:
        self.participation = participation
        kwargs["initial"] = {
            "response": participation.response if participation.response != Response.INVITED else "",
            "words": participation.accepted_part,
            "mandate": participation.mandate,
            "focal_point": participation.focal_point_id,
            "version": participation.version,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        possible = () if participation.until else ANSWERS[Response(participation.response)]
        choices: list[tuple[str, Any]] = [(each, CHOICES[Response(each)]) for each in possible]
        if participation.response != Response.INVITED:
            stays = gettext("%(answer)s, as it is") % {"answer": participation.get_response_display()}
            choices.insert(0, (participation.response, stays))
        # Another answer may have been given since the form was opened: the workflow says so, not a missing choice.
        self.offered = choices
        self.fields["response"].choices = Response.choices
        speaking = Membership.objects.active_on(timezone.localdate()).filter(
            organization=participation.organization, role__in=REPORTING_ROLES
        )
        self.fields["focal_point"].queryset = User.objects.filter(pk__in=speaking.values("user"), is_active=True)

    @property
    def is_new_answer(self) -> bool:
        return self.cleaned_data.get("response") != self.participation.response

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("response") in NEEDS_WORDS and self.is_new_answer and not cleaned.get("words", "").strip():
            self.add_error("words", gettext("Say which part is accepted, or why not."))
        if self.is_new_answer:
            self.need_source()
        if cleaned.get("on") and cleaned["on"] > timezone.localdate():
            self.add_error("on", gettext("The day lies in the future. Enter today or an earlier day."))
        return cleaned


class RoleForm(OnBehalfForm):
    """Another role from a day on, or an end: the lead's and the coordinators' part.

    `on_behalf`: a coordinator may also record that the organization agreed to lead, and says who did. For everybody
    else the lead changes hands by a proposal.
    """

    END = "end"

    role = forms.ChoiceField(label=_("What changes?"), widget=forms.RadioSelect)
    on = day_field(_("From which day?"))
    note = LineField(label=_("Note"), required=False, max_length=1000)
    version = version_field()

    field_order = ("role", "on", "answered_for", "answered_where", "note")

    def __init__(self, *args: Any, participation: Participation, **kwargs: Any) -> None:
        self.participation = participation
        kwargs["initial"] = {"version": participation.version, **kwargs.get("initial", {})}
        super().__init__(*args, prefix="role", **kwargs)
        if self.records_the_lead:
            self.fields["answered_for"].label = _("For a new lead: who agreed to it?")
            self.fields["answered_where"].label = _("For a new lead: where was that said?")
            for name in ("answered_for", "answered_where"):
                self.fields[name].mark_optional = True  # type: ignore[attr-defined]
        end = (
            _("Take the invitation back") if participation.response == Response.INVITED else _("End the participation")
        )
        kept_out = {participation.role} if self.records_the_lead else {participation.role, Role.LEAD}
        roles = [(role, label) for role, label in Role.choices if role not in kept_out]
        self.fields["role"].choices = [*(roles if participation.takes_part else []), (self.END, end)]

    @property
    def records_the_lead(self) -> bool:
        return "answered_for" in self.fields

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("role") == Role.LEAD:
            self.need_source()
        return self.cleaned_data

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError(gettext("The day lies in the future. Enter today or an earlier day."))
        return day
