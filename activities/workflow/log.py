"""Logging: the one function that adds an entry to an activity's log."""

import datetime
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization, User
from tracker.toolkit.dates import PartialDate

from ..choices import TRANSITIONS, Status, UpdateKind, needs_reason
from ..models import Activity, Evidence, ObstacleKind, StatusUpdate
from .derived import append_search_text, refresh_derived
from .errors import StaleUpdate


def check_status(activity: Activity, status: str, reason: str, closing: str) -> dict[str, str]:
    """Sentences about a status that may not follow the present one, or lacks what it needs, by field."""
    problems: dict[str, str] = {}
    if not status or status == activity.status:
        return problems
    if status not in TRANSITIONS[activity.status]:
        problems["status"] = _("“%(before)s” cannot be followed by “%(after)s”.") % {
            "before": Status(activity.status).label,
            "after": Status(status).label,
        }
    elif needs_reason(activity.status, status) and not reason.strip():
        problems["reason"] = _("Say why the status changes to “%(after)s”.") % {"after": Status(status).label}
    elif status == Status.COMPLETED and not closing:
        problems["closing"] = _("Choose how the activity ended.")
    return problems


def check_as_of(
    activity: Activity,
    organization: Organization | None,
    as_of: PartialDate,
    sets_status: bool,
    corrects: StatusUpdate | None,
) -> dict[str, str]:
    """Sentences about a date in the future, or before what the log already says."""
    if as_of.first_day > timezone.localdate():
        return {"as_of": _("The date lies in the future. Enter the day for which the update is true.")}
    if corrects:
        return {}
    earlier = StatusUpdate.objects.filter(activity=activity).standing()
    # Organizations tell of different days; only the status of the whole activity must not run backwards.
    earlier = earlier.exclude(status="") if sets_status else earlier.filter(organization=organization)
    previous = earlier.newest_first().first()
    if previous and as_of.last_day < previous.as_of.first_day:
        return {
            "as_of": _(
                "The log already has an entry of %(date)s. Enter that day or a later one, or correct that entry."
            )
            % {"date": previous.as_of.localized()}
        }
    return {}


def check_correction(
    activity: Activity, organization: Organization | None, corrects: StatusUpdate | None
) -> dict[str, str]:
    if corrects is None:
        return {}
    if corrects.activity_id != activity.pk or corrects.organization_id != (organization and organization.pk):
        return {"corrects": _("An organization corrects its own entries of this activity.")}
    if StatusUpdate.objects.filter(corrects=corrects).exists():
        return {"corrects": _("That entry has already been corrected. Correct the later entry.")}
    return {}


def post_update(
    *,
    activity: Activity,
    organization: Organization | None,
    author: User | None,
    as_of: str | datetime.date,
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
    evidence: Sequence[Evidence] = (),
    token: UUID | None = None,
    seen: int | None = None,
    at: datetime.datetime | None = None,
) -> StatusUpdate:
    """Add one entry to the log and bring the derived columns up to date, in one transaction.

    `may_set_status` is the answer to `activities.set_status`: without it the entry leaves status and progress alone.
    `token` makes a second arrival of the same form the same entry. `seen` is the id of the newest entry the author had
    before them (0 for none); None asks for no such check. `at` is the moment of entry, for importers.
    `evidence` holds unsaved rows.

    Raises ValidationError (by field) when a rule of the log refuses it, StaleUpdate when somebody else's newer entry
    and this one both speak of status or progress.
    """
    with transaction.atomic():
        activity = Activity.objects.select_for_update().get(pk=activity.pk)
        if token and (same := StatusUpdate.objects.filter(token=token, author=author, activity=activity).first()):
            return same
        if not may_set_status:
            status, progress, reason, closing = "", None, "", ""
        date = PartialDate(as_of)
        problems = (
            # A source that tells only of the end is recorded as such: the steps and reasons between are not known.
            ({} if kind == UpdateKind.DOCUMENTED else check_status(activity, status, reason, closing))
            | check_as_of(activity, organization, date, bool(status), corrects)
            | check_correction(activity, organization, corrects)
        )
        speaks_of_state = bool(status) or progress is not None
        if seen is not None and speaks_of_state:
            newer = StatusUpdate.objects.filter(activity=activity, pk__gt=seen).select_related("organization", "author")
            moved = [update for update in newer if update.status or update.progress is not None]
            if moved:
                raise StaleUpdate(moved)
        if problems:
            raise ValidationError(problems)
        changes_status = bool(status) and status != activity.status
        update = StatusUpdate.objects.create(
            activity=activity,
            organization=organization,
            author=author,
            on_behalf=on_behalf,
            kind=kind,
            as_of=date,
            created_at=at or timezone.now(),
            status=status,
            progress=progress,
            status_before=activity.status if changes_status else "",
            progress_before=activity.progress,
            reason=reason,
            closing=closing if status == Status.COMPLETED else "",
            done=done,
            obstacles=obstacles,
            next_steps=next_steps,
            next_steps_due_on=next_steps_due_on,
            language=language,
            corrects=corrects,
            token=token or uuid4(),
        )
        if obstacle_kinds:
            update.obstacle_kinds.set(obstacle_kinds)
        for position, item in enumerate(evidence):
            item.update, item.position = update, position
            item.save(force_insert=True)
        refresh_derived(activity)
        append_search_text(activity, done, obstacles, next_steps, reason)
    return update


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
