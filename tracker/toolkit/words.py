"""What may stand in words people type: no control characters, no disguised names, no invisible text."""

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

# Embeddings, overrides and isolates of the Unicode bidirectional algorithm: they turn what follows around.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
KEPT = frozenset("\n\t")
TURNED = _("The name contains a character that turns the text around it. Type it again.")


def cleaned(text: str) -> str:
    """The text without control characters; "" where nothing of it could be seen."""
    # Text between NUL characters is refused by the field itself, with a sentence.
    plain = "".join(c for c in text if c in KEPT or c == "\x00" or unicodedata.category(c) != "Cc")
    visible = any(unicodedata.category(c)[0] not in "CZ" or c == "\x00" for c in plain)
    return plain if visible else ""


def turns_text(text: str) -> bool:
    """Whether a name could show itself as another one (“invoice‮gnp.exe”)."""
    return not TURNING.isdisjoint(text)


def refuse_turned_names(row: Model, *names: str) -> None:
    """For `clean` of a model: no name of the row, in any language, turns text around. Raises ValidationError."""
    columns = [field.name for field in row._meta.concrete_fields if _names(field.name, names)]
    wrong = {column: TURNED for column in columns if turns_text(str(getattr(row, column) or ""))}
    if wrong:
        raise ValidationError(wrong)


def _names(column: str, names: Any) -> bool:
    return any(column == name or column.startswith(f"{name}_") for name in names)
