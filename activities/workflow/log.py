"""Logging: the one function that adds an entry to an activity's log."""

import datetime
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from organizations.models import Organization, User
from tracker.toolkit.dates import PartialDate

from ..choices import EvidenceKind, Status, UpdateKind
from ..models import Activity, Evidence, ObstacleKind, StatusUpdate
from .chain import place_for, standing_entries, standing_with, state_after
from .checks import check_as_of, check_correction, check_status
from .derived import remember_entry
from .errors import StaleUpdate
from .review import submit
from .rounds import round_asking

# What an entry is checked against and what it changes: an activity's texts in six languages are not read for that.
LOGGED = (
    "framework", "area", "parent", "code", "agreed", "update_interval_days", "created_at", "version", "visibility",
    "status", "status_as_of", "progress", "last_update_at", "silent_on", "search_text",
)  # fmt: skip


def post_update(
    *,
    activity: Activity,
    organization: Organization | None,
    author: User | None,
    as_of: str | datetime.date,
    may_set_status: bool,
    evidence: Sequence[Evidence] = (),
    **entry: Any,
) -> StatusUpdate:
    """Add one entry to the log and bring the derived columns up to date, in one transaction.

    `may_set_status` is the answer to `activities.set_status`: without it the entry leaves status and progress alone.
    `evidence` holds unsaved rows; their files are removed again when the entry is refused.
    The other arguments are those of `_append`: `kind`, `status`, `progress`, `reason`, `closing`, `done`, `obstacles`,
    `obstacle_kinds`, `next_steps`, `next_steps_due_on`, `language`, `on_behalf`, `corrects`, and
    `token`: makes a second arrival of the same form the same entry;
    `seen`: the id of the newest entry the author had before them (0 for none; None asks for no such check);
    `at`: the moment of entry, for importers.

    Raises ValidationError (by field) when a rule of the log refuses it, StaleUpdate when somebody else's newer entry
    and this one both speak of status or progress.
    """
    kept: list[FieldFile] = []
    try:
        with transaction.atomic():
            update, is_new = _append(
                activity=Activity.objects.select_for_update().only(*LOGGED).get(pk=activity.pk),
                organization=organization,
                author=author,
                as_of=PartialDate(as_of),
                may_set_status=may_set_status,
                **entry,
            )
            if is_new:
                _attach(update, evidence, kept)
    except BaseException:
        for file in kept:  # no row names them
            file.storage.delete(str(file.name))
        raise
    return update


def _append(
    *,
    activity: Activity,
    organization: Organization | None,
    author: User | None,
    as_of: PartialDate,
    may_set_status: bool,
    kind: str = UpdateKind.UPDATE,
    status: str = "",
    progress: int | None = None,
    reason: str = "",
    closing: str = "",
    done: str = "",
    obstacles: str = "",
    obstacle_kinds: Collection[ObstacleKind] = (),
    next_steps: str = "",
    next_steps_due_on: str = "",
    language: str = "en",
    on_behalf: bool = False,
    corrects: StatusUpdate | None = None,
    token: UUID | None = None,
    seen: int | None = None,
    at: datetime.datetime | None = None,
) -> tuple[StatusUpdate, bool]:
    """The entry, and whether it is new. The activity is locked by the caller."""
    if token and (same := _arrived_before(token)):
        if (same.author_id, same.activity_id) == (author and author.pk, activity.pk):
            return same, False
        token = None  # somebody else's: no two forms are given one token, so this one was made up
    if not may_set_status:
        status, progress, reason, closing = "", None, "", ""
    taken_back = kind == UpdateKind.TAKEN_BACK
    if not status and not taken_back:
        reason, closing = "", ""  # typed beside a status that was then not chosen
    speaks_of_state = bool(status) or progress is not None
    if seen is not None and speaks_of_state:
        _refuse_stale(activity, seen)
    entries = standing_entries(activity)
    place = place_for(entries, as_of, corrects)
    before = state_after(activity, place.before)
    problems = check_correction(activity, organization, corrects, entries, may_set_status)
    # A source that tells only of the end is recorded as such: the steps and reasons between are not known.
    if kind != UpdateKind.DOCUMENTED and (speaks_of_state or corrects):
        problems |= check_status(before.status, status, reason, closing, place.after)
    problems |= check_as_of(organization, as_of, speaks_of_state, corrects, entries)
    if problems:
        raise ValidationError(problems)
    update = StatusUpdate.objects.create(
        activity=activity,
        organization=organization,
        author=author,
        on_behalf=on_behalf,
        kind=kind,
        as_of=as_of,
        created_at=at or timezone.now(),
        status=status,
        progress=progress,
        status_before=before.status if status and status != before.status else "",
        progress_before=before.progress,
        reason=reason,
        closing=closing if status == Status.COMPLETED else "",
        done=done,
        obstacles=obstacles,
        next_steps=next_steps,
        next_steps_due_on=next_steps_due_on,
        language=language,
        corrects=corrects,
        round_id=None if taken_back else corrects.round_id if corrects else round_asking(activity, organization),
        token=token or uuid4(),
    )
    if obstacle_kinds:
        update.obstacle_kinds.set(obstacle_kinds)
    if kind not in (UpdateKind.DOCUMENTED, UpdateKind.TAKEN_BACK):
        submit(update)
    remember_entry(activity, standing_with(entries, update), update, (done, obstacles, next_steps, reason))
    return update, True


def _arrived_before(token: UUID) -> StatusUpdate | None:
    """The entry of the same form. Nearly always there is none, so its many columns are asked for only then."""
    earlier = StatusUpdate.objects.filter(token=token)
    return earlier.get() if earlier.order_by().exists() else None


def _refuse_stale(activity: Activity, seen: int) -> None:
    newer = StatusUpdate.objects.filter(activity=activity, pk__gt=seen).select_related("organization", "author")
    moved = [update for update in newer.order_by("-pk") if update.status or update.progress is not None]
    if moved:
        raise StaleUpdate(moved)


def _attach(update: StatusUpdate, evidence: Sequence[Evidence], kept: list[FieldFile]) -> None:
    """Store the files and their rows; `kept` names the files stored, should the rest fail."""
    for position, item in enumerate(evidence):
        item.update, item.position = update, position
        if item.kind == EvidenceKind.FILE:
            kept.append(item.file)
            item.file.save(item.title or "file", item.file.file, save=False)
        item.save(force_insert=True)


def no_change(
    *, activity: Activity, organization: Organization, author: User, on_behalf: bool = False, **more: Any
) -> StatusUpdate:
    """“No change to report”: counts as an answer and resets the silence clock."""
    return post_update(
        activity=activity,
        organization=organization,
        author=author,
        as_of=timezone.localdate(),
        may_set_status=False,
        kind=UpdateKind.NO_CHANGE,
        on_behalf=on_behalf,
        **more,
    )
