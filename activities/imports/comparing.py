"""Cells compared with what the register says: as the report shows it, and as a form would hold it."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from tracker.toolkit.texts import find_text

from ..choices import Signal, Status
from ..filters import KEEPER
from ..forms.undertakings import SETS, column_of
from ..forms.words import as_typed
from ..models import Activity
from ..models.names import read_names
from ..reports import RowReader, columns_for
from .cells import Sight
from .columns import ImportColumn
from .lists import Unknown


def as_text(value: Any) -> str:
    """A value of the report as a cell holds it when it is read again."""
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return ILLEGAL_CHARACTERS_RE.sub("", str(value)).replace("\r\n", "\n").replace("\r", "\n").strip()


def shown_by_report(
    activities: Iterable[Activity], names: set[str], language: str, day: datetime.date
) -> dict[int, dict[str, str]]:
    """By key of the activity: what the columns of these names show in a report of that day in that language."""
    with override(language):
        columns = [column for column in columns_for(KEEPER) if column.name in names]
        if not columns:
            return {}
        reader = RowReader(read_names(fresh=True), day)
        ids = [activity.pk for activity in activities]
        return {row.pk: {column.name: as_text(column.value(row)) for column in columns} for row in reader.all(ids)}


def present_fact(activity: Activity, column: ImportColumn, language: str) -> list[str]:
    """What a form would hold for a column. The relations have been read with the activity."""
    if column.field == "follows":
        return [activity.follows.code] if activity.follows else []
    if column.field in SETS:
        return as_typed(getattr(activity, column.field).all())
    values = as_typed(getattr(activity, column_of(column.field, language)))
    return [value.strip() for value in values if value.strip()]


def why_computed(column: ImportColumn, text: str, activity: Activity, shown: str, sight: Sight) -> str:
    """Why a computed cell cannot say that; "" where it only says the same in other words, or what was so once."""
    if _may_have_been(column, text, sight) or _means_the_same(column, text, activity, sight):
        return ""
    how = {
        "kind": _("A kind is given once and for good."),
        "area": _("An undertaking stands in the area of its agreed item."),
        "parent": _("An undertaking stays under its agreed item."),
        "lead": _("The lead is changed by who takes part: import participations, or hand the lead over."),
        "participants": _("Who takes part is changed by importing participations."),
        "status": _("The status is changed by logging an update: import updates."),
        "progress": _("Progress is changed by logging an update: import updates."),
        "updated": _("This day is that of the last update: import updates."),
        "signals": _("Signals are computed and change by themselves."),
    }.get(column.name, _("This column is computed and cannot be imported."))
    return _("The register says “%(shown)s”. %(how)s Put it back, or leave the cell empty.") % {
        "shown": shown or "–",
        "how": how,
    }


def _may_have_been(column: ImportColumn, text: str, sight: Sight) -> bool:
    """Signals and the last update change by themselves: a file that is a day old says what was so then."""
    try:
        if column.name == "signals":
            return all(sight.lists.choices(Signal).find(part) for part in text.split(";"))
        return column.name == "updated" and datetime.date.fromisoformat(text) <= timezone.localdate()
    except ValueError:
        return False


def _means_the_same(column: ImportColumn, text: str, activity: Activity, sight: Sight) -> bool:
    lists = sight.lists
    try:
        match column.name:
            case "status":
                return bool(lists.choices(Status).find(text) == activity.status)
            case "progress":
                return text.removesuffix("%").strip() == str(activity.progress)
            case "kind":
                return text.casefold() == ("agreed" if activity.agreed else "undertaking")
            case "area":
                return text == activity.area.code
            case "parent":
                return bool(activity.parent and text.casefold() == activity.parent.code.casefold())
            case "lead":
                return bool(lists.organizations.find(text) == activity.lead_id)
    except Unknown:
        pass
    return False


def title_of(activity: Activity) -> str:
    return find_text(activity, "title").value
