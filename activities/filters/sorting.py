"""Orders of the report: the same on every database, unknown values last in both directions, ties by reference."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.functions import Coalesce, Collate, Lower, NullIf
from django.utils.translation import gettext_lazy as _

from tracker.toolkit.texts import current_language

from ..choices import Status
from ..models.querysets import ActivityQuerySet

SORTS = {
    "code": _("Reference"),
    "title": _("Activity"),
    "lead": _("Lead"),
    "status": _("Status"),
    "due": _("Due"),
    "updated": _("Last update"),
}
BY_CODE = ("framework_id", "sort_key", "id")


def in_order(rows: ActivityQuerySet, sort: str) -> ActivityQuerySet:
    """`rows` sorted by a key of SORTS, or by "-" and the key for the other direction."""
    descending, key = sort.startswith("-"), sort.removeprefix("-")
    if key == "code":
        return rows.order_by(*(f"-{name}" if descending else name for name in BY_CODE))
    if key == "due":
        # An unknown date is the empty text, which would come first.
        expression: Any = NullIf(F("planned_end_on"), Value(""))
    elif key == "updated":
        expression = F(rows.column("last_update_at"))
    elif key == "status":
        status = rows.column("status")
        order = [When(**{status: code}, then=Value(number)) for number, code in enumerate(Status.values)]
        expression = Case(*order, output_field=IntegerField())
    else:
        lead = "states__lead__acronym" if rows.is_dated else "lead__acronym"
        expression = as_read("title" if key == "title" else lead)
    by = expression.desc(nulls_last=True) if descending else expression.asc(nulls_last=True)
    return rows.order_by(by, *BY_CODE)


def as_read(column: str) -> Any:
    """A translated text in the reader's language or its fallback, compared by code point as every database can."""
    here = current_language()
    languages = dict.fromkeys((here, "en", *(code for code, _ in settings.LANGUAGES)))
    texts = [NullIf(F(f"{column}_{code.replace('-', '_')}"), Value("")) for code in languages]
    return Lower(Collate(Coalesce(*texts), "C" if connection.vendor == "postgresql" else "BINARY"))
