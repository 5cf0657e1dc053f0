"""What a coordinator who records somebody else's answer has to say of it: who gave it, and where."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .words import NameField

# Both parts are kept in one column of 200 characters.
BETWEEN = "; "


class OnBehalfForm(forms.Form):
    """An answer of an organization; `on_behalf` where the person at the keyboard is not its focal point."""

    answered_for = NameField(
        label=_("Who gave this answer?"),
        help_text=_("Name and post of the person in the organization."),
        max_length=100,
        required=False,
    )
    answered_where = NameField(
        label=_("Where was it given?"),
        help_text=_("Such as a letter and its date, an e-mail or a meeting, so that others can find it."),
        max_length=100 - len(BETWEEN),
        required=False,
    )

    def __init__(self, *args: Any, on_behalf: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("answered_for", "answered_where"):
            if on_behalf:
                self.fields[name].mark_optional = False  # type: ignore[attr-defined]
            else:
                del self.fields[name]

    def need_source(self) -> None:
        """For `clean` of an answer that is new: both parts are needed."""
        sentences = {
            "answered_for": gettext("Say who in the organization gave this answer."),
            "answered_where": gettext("Say where this answer was given, such as a letter and its date."),
        }
        for name, sentence in sentences.items():
            if name in self.fields and name not in self.errors and not self.cleaned_data.get(name, "").strip():
                self.add_error(name, sentence)

    @property
    def source(self) -> str:
        """Who gave the answer and where, as it is kept; "" where the organization answered itself."""
        parts = (self.cleaned_data.get(name, "").strip() for name in ("answered_for", "answered_where"))
        return BETWEEN.join(filter(None, parts))
