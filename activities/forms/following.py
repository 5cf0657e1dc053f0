"""What a person follows, and of what mail is wanted."""

from typing import Any

from django import forms
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.models import Organization
from tracker.toolkit.views import BadParameters, filled, refuse_control_characters

from ..choices import MAILED
from ..filters import StandingSelection
from ..models import Activity, Area
from ..reading.bell import LONGEST_NAME, LONGEST_QUERY
from .words import NameField

# How the list shows itself is no part of what is asked for.
OF_THE_LIST = ("page", "sort", "format")
TOO_LONG = gettext_lazy("The filter is too long to be followed. Choose fewer values.")


def selection_of(query: str, user: Any) -> StandingSelection:
    """What a filter asks for. Raises ValidationError: it is not understood, asks for nothing, or is too long."""
    try:
        if len(query) > LONGEST_QUERY:
            raise ValidationError(TOO_LONG)
        asked = QueryDict(query.removeprefix("?"))
        refuse_control_characters(asked)
    except BadParameters as error:
        raise ValidationError([f"{name}: {sentence}" for name, sentence in error.problems]) from error
    except SuspiciousOperation as error:
        raise ValidationError(TOO_LONG) from error
    given = {name: values for name, values in filled(asked).items() if name not in OF_THE_LIST}
    selection = StandingSelection(given, user)
    if selection.problems:
        raise ValidationError([f"{name}: {sentence}" for name, sentence in selection.problems])
    if not selection.values:
        raise ValidationError(_("Choose a filter first."))
    if len(selection.tidy()) > LONGEST_QUERY:
        raise ValidationError(TOO_LONG)
    return selection


class FollowForm(forms.Form):
    """One thing to follow: an activity this person may read, an area, an organization, or a filter under a name."""

    activity = forms.ModelChoiceField(Activity.objects.none(), required=False, widget=forms.HiddenInput)
    area = forms.ModelChoiceField(Area.objects.all(), required=False, widget=forms.HiddenInput)
    organization = forms.ModelChoiceField(Organization.objects.all(), required=False, widget=forms.HiddenInput)
    name = NameField(
        label=gettext_lazy("Name of the filter"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=gettext_lazy("As it is to be called in your list."),
    )
    query = forms.CharField(required=False, widget=forms.HiddenInput)
    name.mark_optional = False  # type: ignore[attr-defined]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["activity"].queryset = Activity.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean_query(self) -> str:
        query: str = self.cleaned_data["query"]
        return selection_of(query, self.user).tidy() if query else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        self.chosen = {name: cleaned[name] for name in ("activity", "area", "organization", "query") if cleaned[name]}
        if len(self.chosen) != 1:
            raise ValidationError(_("Choose one thing to follow: an activity, an area, an organization or a filter."))
        if "query" in self.chosen and not cleaned["name"]:
            self.add_error("name", _("Give the filter a name, such as “Training in West Africa”."))
        return cleaned


class MailForm(forms.Form):
    """Of what mail is wanted. `given` is sent along, so that a form that got lost on the way unticks nothing."""

    given = forms.CharField(widget=forms.HiddenInput, initial="mail")
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Send me mail of"),
        choices=[(kind.value, kind.label) for kind in MAILED],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    kinds.mark_optional = False  # type: ignore[attr-defined]
