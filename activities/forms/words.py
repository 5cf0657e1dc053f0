"""Text fields as people type them, and values as two versions of a record are compared."""

import datetime
from typing import Any

from django import forms
from django.db.models import Model

from tracker.toolkit.words import TURNED, cleaned, turns_text

# The largest key that every database takes.
BIGGEST_ID = 2**63 - 1


class WordsField(forms.CharField):
    """Text of several lines; a line ends the same way whichever browser sent it."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 10_000)
        attrs = {"rows": rows, "class": "short"} if rows < 4 else {"rows": rows}
        kwargs["widget"] = forms.Textarea(attrs=attrs)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        text = (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        return cleaned(text).strip()


class LineField(forms.CharField):
    """A reason or remark on one line."""

    def to_python(self, value: Any) -> str:
        return cleaned(super().to_python(value) or "").strip()


class NameField(LineField):
    """A name or title on one line."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if turns_text(text):
            raise forms.ValidationError(TURNED)
        return text


class SeveralField(forms.ModelMultipleChoiceField):
    """Choices of which a key that is no possible one is refused before a database is asked, which would fail on it."""

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if len(str(key)) > len(str(BIGGEST_ID)) - 1:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": str(key)[:60]}
                )
        return super().clean(value)


def as_typed(value: Any) -> list[str]:
    """A value as the list of texts a form would send: equal lists are equal values."""
    if value is None or value == "":
        return []
    if isinstance(value, Model):
        return [str(value.pk)]
    if isinstance(value, datetime.date):
        return [value.isoformat()]
    if isinstance(value, str):
        return [value.replace("\r\n", "\n")]
    if hasattr(value, "__iter__"):
        return sorted(str(getattr(each, "pk", each)) for each in value)
    return [str(value)]
