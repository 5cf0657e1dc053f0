"""Odd but possible input: a warning that can be ticked away, one tick for each warning."""

from collections.abc import Iterator
from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError


class Oddity(NamedTuple):
    """A warning: `code` is the value of its tick, `field` where it is shown."""

    code: str
    field: str
    message: str
    is_ticked: bool


class OddityForm(forms.Form):
    """A form whose `oddities()` are errors until each of them is ticked under the name `nevertheless`."""

    def oddities(self) -> Iterator[tuple[str, str, str]]:
        """(code, field, message) of whatever is odd in the cleaned data; asked only where nothing else is wrong."""
        yield from ()

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        self.odd: list[Oddity] = []
        if self.errors:
            return cleaned
        ticked = set(self.data.getlist("nevertheless")) if hasattr(self.data, "getlist") else set()
        for code, field, message in self.oddities():
            self.odd.append(Oddity(code, field, message, code in ticked))
            if code not in ticked:
                self.add_error(field, ValidationError(message, code=code))
        return cleaned


def add_refusals(form: forms.Form, error: ValidationError) -> None:
    """Put what the workflow refused beside the fields of the form, and the rest above it."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, problems in error.error_dict.items():
        form.add_error(name if name in form.fields else None, problems)
