"""Reminding by hand: a coordinator's sentence to organizations that have not answered, and whom it spares."""

from collections.abc import Collection
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import User

from ..choices import NotificationKind
from ..models import Participation, ReportingRound, UpdateRequest
from ..notifications import Telling, write
from .calling import reminded_lately, tellings_of


class Reminder(NamedTuple):
    """What reminding these organizations means today: ids of organizations, and the rows that would be written.

    `due` are written to; `spared` were called on or reminded within the last days; of `answered` nothing is asked any
    more; for `unreached` nobody could be written to but the one who reminds.
    """

    due: set[int]
    spared: set[int]
    answered: set[int]
    unreached: set[int]
    tellings: list[Telling]


def plan_reminder(
    *, made: ReportingRound, organization_ids: Collection[int], by: User, sentence: str = "", language: str = "en"
) -> Reminder:
    """Who would be written to and who would be left alone; writes nothing."""
    asked = UpdateRequest.objects.filter(round=made, organization__in=organization_ids)
    waiting = asked.waiting(timezone.localdate())
    rows = list(Participation.objects.filter(pk__in=waiting.values("participation")))
    silent = {row.organization_id for row in rows}
    spared = reminded_lately(made, silent)
    # The day tells apart two reminders; within it a second one is none.
    event = f"by-hand-{timezone.localdate().isoformat()}"
    facts = {"sentence": sentence, "language": language}
    due = [row for row in rows if row.organization_id not in spared]
    found = tellings_of(NotificationKind.REMINDER, made, due, event, facts, one_by_one=True)
    tellings = [telling for telling in found if telling.recipient.user != by]
    told = {telling.rows["organization_id"] for telling in tellings}
    return Reminder(told, spared, set(organization_ids) - silent, silent - spared - told, tellings)


def remind(
    *, made: ReportingRound, organization_ids: Collection[int], by: User, sentence: str = "", language: str = "en"
) -> Reminder:
    """Remind organizations that have not answered, with a sentence of one's own. Raises ValidationError: closed."""
    with transaction.atomic():
        current = ReportingRound.objects.select_for_update().get(pk=made.pk)
        if not current.is_open:
            raise ValidationError(_("This round is closed. Nobody is asked any more."))
        reminder = plan_reminder(
            made=current, organization_ids=organization_ids, by=by, sentence=sentence, language=language
        )
        write(reminder.tellings, by=by)
    return reminder
