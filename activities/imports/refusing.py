"""What a form or the workflow refused, put at the cells it concerns."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models.imports import SheetKind
from .columns import columns_of
from .heads import Table
from .plan import Line

# What a form calls by another name than the table.
OTHERWISE: dict[tuple[str, str], str] = {
    (SheetKind.UNDERTAKINGS, "organization"): "lead",
    (SheetKind.PARTICIPATIONS, "words"): "accepted_part",
    (SheetKind.PARTICIPATIONS, "on"): "until",
}


def at_the_same_moment() -> str:
    return _("Somebody wrote here at the same moment. Look at the preview again.")


class RowRefused(ValidationError):
    """The line says already why."""


def refuse_form(form: forms.Form, line: Line, table: Table, language: str = "") -> None:
    """Put a form's errors on the line and raise RowRefused; where it is valid, note what is odd."""
    if form.is_valid():
        for odd in getattr(form, "odd", ()):
            if odd.message not in line.notes:
                line.notes.append(str(odd.message))
        return
    for name, errors in form.errors.as_data().items():
        for error in errors:
            for sentence in error.messages:
                refuse_fact(line, table, name, sentence, language)
    raise RowRefused("")


def refuse_with(error: ValidationError, line: Line, table: Table) -> None:
    """Put what the workflow refused on the line."""
    if isinstance(error, RowRefused):
        return
    if not hasattr(error, "error_dict"):
        for sentence in error.messages:
            line.refuse(sentence)
        return
    for name, sentences in error.message_dict.items():
        for sentence in sentences:
            refuse_fact(line, table, name, sentence)


def refuse_fact(line: Line, table: Table, name: str, sentence: str, language: str = "") -> None:
    """A fact that is refused, at its cell where the table has one."""
    name = OTHERWISE.get((table.kind, name), name)
    for column in columns_of(table.kind):
        fits = name in (column.field, column.name) and (not language or column.language in (language, ""))
        if fits and column.name in table.letters:
            line.refuse(sentence, table.address(line.number, column.name), column.label)
            return
    known = next((column for column in columns_of(table.kind) if name in (column.field, column.name)), None)
    line.refuse(sentence, "", known.label if known else "")
