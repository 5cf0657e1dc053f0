"""The form that returns an entry to its author."""

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organizations.models import User

from ..choices import ReturnReason
from ..models import Review
from ..workflow import return_update
from .words import WordsField

CHOOSE_REASON = _("Choose at least one reason.")
SAY_WHAT = _("Say in a sentence what is missing.")


class ReturnForm(forms.Form):
    """Coded reasons, and a sentence of one's own: the author reads both."""

    reasons = forms.MultipleChoiceField(
        label=_("Why is it returned?"),
        choices=ReturnReason.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": CHOOSE_REASON, "invalid_choice": CHOOSE_REASON, "invalid_list": CHOOSE_REASON},
    )
    sentence = WordsField(
        label=_("What is missing?"),
        help_text=_("A sentence or two to the author. Everybody who reads the update can read it."),
        required=True,
        max_length=2000,
        error_messages={"required": SAY_WHAT},
    )
    language = forms.ChoiceField(
        label=_("Language of the text"), choices=settings.LANGUAGES, initial=lambda: get_language() or "en"
    )

    def save(self, review: Review, by: User) -> Review:
        """Return the entry. Raises what `return_update` raises."""
        return return_update(review, by=by, **self.cleaned_data)
