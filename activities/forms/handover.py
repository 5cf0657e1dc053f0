"""Forms of the lead: proposing who leads next, offering to lead, answering, taking it back."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization

from ..choices import ProposalState, Role, Visibility
from ..models import Activity, Participation
from .behalf import OnBehalfForm
from .participants import day_field
from .words import WordsField

LEAVES = "leaves"


class ProposeForm(forms.Form):
    """Who leads next, what becomes of the present lead, and why. `lead` is the present lead's participation, if any."""

    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("Next lead"))
    then_role = forms.ChoiceField(widget=forms.RadioSelect)
    words = WordsField(label=_("Why does the lead change?"), required=True)
    # The lead as it was when the page was opened; 0 where nobody led.
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, activity: Activity, lead: Participation | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"seen": lead.pk if lead else 0, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        organizations = Organization.objects.by_acronym()
        if lead:
            organizations = organizations.exclude(pk=lead.organization_id)
            self.fields["then_role"].label = gettext("What becomes of %(organization)s?") % {
                "organization": lead.organization
            }
            roles = [(role, label) for role, label in Role.choices if role != Role.LEAD]
            self.fields["then_role"].choices = [*roles, (LEAVES, gettext("No further role: it leaves"))]  # type: ignore[attr-defined]
        else:
            del self.fields["then_role"]
        if activity.visibility == Visibility.RESTRICTED:
            here = Participation.objects.filter(activity=activity)
            readers = here.opening_to(set(here.values_list("organization_id", flat=True)))
            organizations = organizations.filter(pk__in=readers.values("organization"))
            self.fields["organization"].help_text = gettext(
                "Only organizations that may read this activity: those taking part or invited."
            )
        self.fields["organization"].queryset = organizations  # type: ignore[attr-defined]

    def what(self) -> dict[str, Any]:
        """What to propose, as the workflow takes it."""
        cleaned = self.cleaned_data
        role = cleaned.get("then_role", LEAVES)
        return {
            "organization": cleaned["organization"],
            "then_role": "" if role == LEAVES else role,
            "words": cleaned["words"],
            "seen": cleaned["seen"],
        }


class OfferForm(forms.Form):
    """An organization that takes part offers to lead, where nobody does."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=_("Which organization offers to lead?"), empty_label=None
    )
    words = WordsField(label=_("Why, and on what terms?"), required=True)

    def __init__(self, *args: Any, activity: Activity, organization_ids: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Participation.objects.filter(activity=activity, organization__in=organization_ids)
        taking_part = here.taking_part().current_on(timezone.localdate())
        self.fields["organization"].queryset = Organization.objects.by_acronym().filter(  # type: ignore[attr-defined]
            pk__in=taking_part.values("organization")
        )

    def what(self) -> dict[str, Any]:
        return {"offered": True, **self.cleaned_data}


class AnswerLeadForm(OnBehalfForm):
    """Accepts a proposal from a day on, or declines it and says why."""

    decision = forms.ChoiceField(
        label=_("Answer"),
        widget=forms.RadioSelect,
        choices=[(ProposalState.ACCEPTED, _("Accept")), (ProposalState.DECLINED, _("Decline"))],
    )
    on = day_field(_("From which day?"), _("The day on which the lead changes. It matters only if you accept."))
    words = WordsField(label=_("Why not, or a remark"), help_text=_("Needed to decline."))

    field_order = ("decision", "on", "words", "answered_for", "answered_where")

    @property
    def accepts(self) -> bool:
        return self.cleaned_data.get("decision") == ProposalState.ACCEPTED

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        declines = cleaned.get("decision") == ProposalState.DECLINED
        if declines and "words" not in self.errors and not cleaned.get("words", "").strip():
            self.add_error("words", gettext("Say why it is declined."))
        if declines:
            # Whatever stands in the field for the day says nothing then.
            self.errors.pop("on", None)
        elif cleaned.get("on") and cleaned["on"] > timezone.localdate():
            self.add_error("on", gettext("The day lies in the future. Enter today or an earlier day."))
        self.need_source()
        return cleaned


class TakeBackForm(forms.Form):
    """Takes a proposal back; why is optional."""

    words = WordsField(label=_("Why is it taken back?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="back", **kwargs)
