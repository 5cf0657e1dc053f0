"""What changed between two records of an object's history, in words: label, before, after."""

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Field, Model, prefetch_related_objects
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from simple_history.utils import get_m2m_reverse_field_name

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import day_words

Related = dict[Any, dict[Any, Model]]
# Names a related row for this reader; None where the reader may not know of it.
Say = Callable[[Model], str | None]


class Change(NamedTuple):
    """One fact that changed. `language` is that of the text for a translated column, else ""."""

    label: str
    before: str
    after: str
    language: str = ""


def changes_between(before: Any | None, after: Any) -> list[Change]:
    """What `after`, a historical record, says differently from `before`, in the order of the model's fields.

    An object's first record (`before` is None) changed nothing.
    """
    return changes_by_record([after] if before is None else [after, before])[0][1]


def changes_by_record(
    records: Sequence[Any], say: Say = str, without: Collection[str] = ()
) -> list[tuple[Any, list[Change]]]:
    """Each record, newest first as given, with what it changed against the next one of the same object in the list.

    The number of queries depends on the model's fields, never on the number of records or objects. To page through a
    history, give one record more than is shown: the last one has nothing to be compared with. `say` names related rows;
    columns named in `without` are not told.
    """
    records = list(records)
    if not records:
        return []
    many = _many_to_many(records[0])
    prefetch_related_objects(records, *many.values())
    raw = [
        _differing(after, before, many) if before is not None else []
        for after, before in zip(records, earlier_records(records), strict=True)
    ]
    related = _related(change for changes in raw for change in changes)
    return [
        (record, [_in_words(*change, related, say) for change in changes if change[0].name not in without])
        for record, changes in zip(records, raw, strict=True)
    ]


def values_that_differ(before: Any, after: Any) -> list[tuple[Field, Any, Any]]:
    """(field, before, after) of two records of one object: keys for relations, the value itself for all else."""
    many = _many_to_many(after)
    prefetch_related_objects([before, after], *many.values())
    return _differing(after, before, many)


def earlier_records(records: Sequence[Any]) -> list[Any | None]:
    """For each record, newest first, the one before it of the same object."""
    key = records[0].instance_type._meta.pk.attname
    latest: dict[Any, Any] = {}
    found = []
    for record in reversed(records):
        found.append(latest.get(getattr(record, key)))
        latest[getattr(record, key)] = record
    return found[::-1]


def _many_to_many(record: Any) -> dict[Field, str]:
    """The tracked many-to-many fields, each with the name under which a record reaches its rows."""
    accessors = {relation.related_model: relation.get_accessor_name() for relation in record._meta.related_objects}
    return {field: accessors[getattr(type(record), field.name).model] for field in record._history_m2m_fields}


def _differing(after: Any, before: Any, many: dict[Field, str]) -> list[tuple[Field, Any, Any]]:
    """(field, value before, value after): keys for relations, the value itself for everything else."""
    found = []
    translated = {field.translated_field.name for field in after._meta.fields if hasattr(field, "translated_field")}
    for tracked in after.tracked_fields:
        # A translated column without a language only repeats one of those that have one.
        if not tracked.editable or tracked.primary_key or tracked.name in translated:
            continue
        old, new = getattr(before, tracked.attname), getattr(after, tracked.attname)
        if old != new and (_is_given(old) or _is_given(new)):
            found.append((tracked, old, new))
    for field, accessor in many.items():
        key = f"{get_m2m_reverse_field_name(field)}_id"
        old, new = ([getattr(row, key) for row in getattr(side, accessor).all()] for side in (before, after))
        if set(old) != set(new):
            found.append((field, sorted(old), sorted(new)))
    return found


def _is_given(value: Any) -> bool:
    """Nothing and no text are the same to a reader; zero and "no" are answers."""
    return value is not None and value != "" and value != []


def _related(changes: Iterable[tuple[Field, Any, Any]]) -> Related:
    """The rows that changed relations point to, read once per table."""
    wanted: dict[Any, set[Any]] = {}
    for field, old, new in changes:
        if field.is_relation:
            keys = wanted.setdefault(field.related_model, set())
            for value in (old, new):
                keys.update(value if isinstance(value, list) else [value] if value is not None else [])
    return {model: model._default_manager.in_bulk(keys) for model, keys in wanted.items()}


def _in_words(field: Field, old: Any, new: Any, related: Related, say: Say) -> Change:
    language = getattr(field, "language", "")
    original = getattr(field, "translated_field", field)
    label = capfirst(str(original.verbose_name))
    if language:
        label = _("%(field)s (%(language)s)") % {"field": label, "language": dict(settings.LANGUAGES)[language]}
    return Change(label, _words(field, old, related, say), _words(field, new, related, say), language)


def _words(field: Field, value: Any, related: Related, say: Say) -> str:
    if not _is_given(value):
        return ""
    if field.is_relation:
        keys = value if isinstance(value, list) else [value]
        rows = related[field.related_model]
        names = (say(rows[key]) if key in rows else _("deleted") for key in keys)
        return _joined(name for name in names if name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, PartialDate):
        return day_words(value)
    if isinstance(value, datetime.datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, datetime.date):
        return day_words(value)
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        return _joined(str(getattr(entry, "name", entry)) for entry in value)
    return str(dict(field.flatchoices).get(value, value))


def _joined(words: Iterable[str]) -> str:
    return _(", ").join(words)
