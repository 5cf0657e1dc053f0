"""Drafts of updates: kept while somebody types, thrown away when the update is saved."""

import datetime
from collections.abc import Mapping
from typing import NamedTuple

from django.db import transaction

from organizations.models import User

from ..models import Activity, StatusUpdate, UpdateDraft

MAX_SLOTS = 5


class Draft(NamedTuple):
    """The fields as typed, and when they were kept."""

    fields: dict[str, list[str]]
    saved_at: datetime.datetime


def _slot(corrects: int | None) -> str:
    """A new update and the correction of each entry have drafts of their own."""
    return f"corrects-{corrects}" if corrects else "new"


def draft_of(author: User, activity: Activity, corrects: int | None = None) -> Draft | None:
    row = UpdateDraft.objects.filter(author=author, activity=activity).first()
    fields = row and row.data.get(_slot(corrects))
    return Draft(fields, row.saved_at) if row and fields else None


def keep_draft(
    author: User, activity: Activity, fields: Mapping[str, list[str]], corrects: int | None = None, token: object = None
) -> Draft | None:
    """Keep what was typed. None when the form with this token was saved meanwhile: then there is nothing to keep."""
    with transaction.atomic():
        if token and StatusUpdate.objects.filter(author=author, token=token).exists():
            return None
        row, _ = UpdateDraft.objects.select_for_update().get_or_create(author=author, activity=activity)
        others = {slot: typed for slot, typed in row.data.items() if slot != _slot(corrects)}
        row.data = dict([*others.items(), (_slot(corrects), dict(fields))][-MAX_SLOTS:])
        row.save(update_fields=["data", "saved_at"])
    return Draft(dict(fields), row.saved_at)


def drop_draft(author: User, activity: Activity, corrects: int | None = None) -> None:
    drafts = UpdateDraft.objects.filter(author=author, activity=activity)
    if not drafts.exists():  # mostly: no transaction, and on SQLite no waiting for the others
        return
    with transaction.atomic():
        row = drafts.select_for_update().first()
        if row is None or row.data.pop(_slot(corrects), None) is None:
            return
        if row.data:
            row.save(update_fields=["data"])
        else:
            row.delete()
