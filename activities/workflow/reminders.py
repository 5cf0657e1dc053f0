"""Reminders of a round, as the days go by: before its due day, after it, and then every so often."""

import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from ..choices import (
    REMIND_AFTER,
    REMIND_BEFORE,
    REMIND_EVERY,
    NotificationKind,
)
from ..models import Participation, ReportingRound, UpdateRequest
from ..notifications import write
from .calling import reminded_lately, tellings_of, told_in


class Step(NamedTuple):
    """A day on which those who have not answered are reminded, and by which kind of notification."""

    kind: str
    on: datetime.date


def last_step(due_on: datetime.date, today: datetime.date) -> Step | None:
    """The latest step that has come by `today`; None while there is none yet."""
    past = (today - due_on).days
    after = max((day for day in REMIND_AFTER if day <= past), default=None)
    if after is not None:
        if after == max(REMIND_AFTER):
            after += (past - after) // REMIND_EVERY * REMIND_EVERY
        return Step(NotificationKind.OVERDUE, due_on + datetime.timedelta(days=after))
    before = min((day for day in REMIND_BEFORE if -day <= past), default=None)
    if before is None:
        return None
    return Step(NotificationKind.DUE_SOON, due_on - datetime.timedelta(days=before))


def remind_as_days_go_by(made: ReportingRound, today: datetime.date) -> int:
    """Remind the organizations that owe this round an answer, where a step has come; returns how many are told.

    A step that was missed, or that came too soon after another, is made up for: once, and only the latest. A call or a
    reminder by a coordinator since its day takes its place.
    """
    with transaction.atomic():
        # A coordinator's own reminder, or a second nightly run, waits here, and then finds these written.
        current = ReportingRound.objects.select_for_update().get(pk=made.pk)
        step = last_step(current.due_on, today)
        if not current.is_open or step is None:
            return 0
        waiting = UpdateRequest.objects.filter(round=current).waiting(today)
        rows = list(Participation.objects.filter(pk__in=waiting.values("participation")).order_by("pk"))
        asked = {row.organization_id for row in rows}
        spared = reminded_lately(current, asked) | _told_since(current, asked, step)
        due = [row for row in rows if row.organization_id not in spared]
        return write(tellings_of(step.kind, current, due, step.on.isoformat()), by=None)


def _told_since(made: ReportingRound, organization_ids: set[int], step: Step) -> set[int]:
    """Organizations that were called on or reminded since the day of the step: it is done, whoever did it."""
    since = timezone.make_aware(datetime.datetime.combine(step.on, datetime.time()))
    return told_in(made, organization_ids, created_at__gte=since)
