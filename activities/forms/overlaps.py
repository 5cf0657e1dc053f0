"""The form that answers a hint of overlap."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.models import User

from ..choices import OverlapKind
from ..models import Activity, OverlapAnswer
from ..workflow.overlaps import answer_overlap
from .words import WordsField

CHOOSE = _("Choose one of the answers.")
WHAT_FOLLOWS = [
    (OverlapKind.DIFFERENT, _("Different: two undertakings that have nothing to do with each other")),
    (OverlapKind.RELATED, _("Related: two undertakings whose organizations should know of each other")),
    (OverlapKind.MERGE, _("To be merged: one undertaking that was entered twice")),
]


class OverlapForm(forms.Form):
    """Different, related or to be merged, and why."""

    answer = forms.ChoiceField(
        label=_("What are they?"),
        choices=WHAT_FOLLOWS,
        widget=forms.RadioSelect,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )
    sentence = WordsField(
        label=_("Why?"),
        help_text=_(
            "A sentence or two, kept in the history of both. To be merged: say which of the two should remain."
        ),
        max_length=2000,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, required=False)

    def save(self, one: Activity, other: Activity, by: User) -> OverlapAnswer:
        """Keep the answer. Raises what `answer_overlap` raises."""
        return answer_overlap(
            one=one,
            other=other,
            by=by,
            answer=self.cleaned_data["answer"],
            sentence=self.cleaned_data["sentence"],
            seen=self.cleaned_data["seen"] or 0,
        )


def opened_on(answer: OverlapAnswer | None) -> dict[str, Any]:
    """What the form shows when it is opened."""
    return {"seen": answer.version if answer else 0} | (
        {"answer": answer.answer, "sentence": answer.sentence} if answer else {}
    )
