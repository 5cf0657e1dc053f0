"""What only coordinators write: how an agreed item is classified, and the particulars of a participation."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from organizations.models import User

from ..models import Activity, Participation
from .derived import refresh_derived, refresh_search_text
from .errors import StaleEdit
from .participations import _locked, _settle
from .undertakings import MANY_TO_MANY, _set_all

# All that can be said of an agreed item beside its own text, which is fixed.
CLASSIFICATION = (
    "functional_fields",
    "themes",
    "principles",
    "level",
    "countries",
    "review_on",
    "update_interval_days",
    "editorial_note",
)
PARTICULARS = ("responsibility", "mandate", "focal_point", "since", "accepted_part", "answered_for", "note")


def classify_item(
    *, item: Activity, changes: Mapping[str, Any], version: int, by: User | None, reason: str = ""
) -> Activity:
    """Write how an agreed item is classified, if it still stands at `version`.

    Raises StaleEdit, or ValidationError, also for anything that is no classification.
    """
    if not item.agreed or not set(changes) <= set(CLASSIFICATION):
        raise ValidationError(_("The text of an agreed item is fixed."))
    columns = {name: value for name, value in changes.items() if name not in MANY_TO_MANY}
    sets = {name: value for name, value in changes.items() if name in MANY_TO_MANY}
    with transaction.atomic():
        raised = Activity.objects.filter(pk=item.pk, version=version).update(version=F("version") + 1)
        current = Activity.objects.get(pk=item.pk)
        if not raised:
            raise StaleEdit(current)
        for name, value in columns.items():
            setattr(current, name, value)
        current.full_clean(exclude=["created_by"])
        _set_all(current, sets)
        current._history_user, current._change_reason = by, reason or None
        current.save(update_fields=[*columns, "version"])
        refresh_derived(current)
        refresh_search_text([current])
    return current


def edit_participation(
    *, participation: Participation, changes: Mapping[str, Any], version: int, by: User | None, reason: str = ""
) -> Participation:
    """Write particulars of a participation; role, answer and end have functions of their own.

    Raises StaleEdit, or ValidationError by field.
    """
    if not set(changes) <= set(PARTICULARS):
        raise ValidationError(_("Role, answer and end of a participation are not edited but recorded."))
    with transaction.atomic():
        current = _locked(participation, version)
        for name, value in changes.items():
            setattr(current, name, value)
        _settle(current, "since", by, changes, reason)
    return current
