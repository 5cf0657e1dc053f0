"""Reporting rounds: opening one asks everybody concerned, closing it freezes a report; who comes or goes between."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization, User

from ..choices import ASKED_ROLES, NotificationKind
from ..filters import KEEPER, StandingSelection
from ..models import Activity, Framework, Participation, ReportingRound, UpdateRequest
from ..models.querysets import ActivityQuerySet
from ..notifications import write
from .calling import tellings_of
from .errors import StaleEdit
from .freezing import freeze

EDITABLE = ("title", "period_start", "period_end", "due_on", "asked", "language", "call_languages")


def activities_asked(framework: Framework, filters: str) -> ActivityQuerySet:
    """The activities of a framework that this query string of the report finds. Raises ValidationError (`filters`)."""
    selection = StandingSelection(parse_qs(filters), KEEPER)
    if selection.problems:
        parameter, sentence = selection.problems[0]
        raise ValidationError({"filters": f"{parameter}: {sentence}"})
    return selection.rows().filter(framework=framework)


def _asked_in(made: ReportingRound, activities: Any) -> Any:
    """Those of a round. One that was invented asks no real organization, and of no real activity."""
    asked = participations_asked(activities)
    if not made.is_demonstration:
        return asked
    return asked.filter(organization__is_demonstration=True, activity__is_demonstration=True)


def participations_asked(activities: Any) -> Any:
    """Participations that are asked: taking part today, in another role than observer."""
    return (
        Participation.objects.filter(activity__in=activities, role__in=ASKED_ROLES)
        .taking_part()
        .current_on(timezone.localdate())
    )


def open_round(
    *,
    framework: Framework,
    title: str,
    period_start: datetime.date,
    period_end: datetime.date,
    due_on: datetime.date,
    by: User,
    filters: str = "",
    asked: str = "",
    language: str = "en",
    call_languages: Sequence[str] = ("en",),
    is_demonstration: bool = False,
    at: datetime.datetime | None = None,
) -> ReportingRound:
    """Open a round: one request for each participation concerned, and one call for each of their recipients.

    All or nothing. The same round sent a second time is the one already open. Raises ValidationError by field: another
    round is open, the filter asks nobody, dates do not fit.
    """
    with transaction.atomic():
        # Whoever opens a round of this framework at the same moment waits here, and then finds one open.
        Framework.objects.select_for_update().get(pk=framework.pk)
        if present := ReportingRound.objects.open().filter(framework=framework).first():
            asked_for = (title, period_start, period_end, due_on, filters, by)
            if _told_apart(present) == asked_for:
                return present
            raise ValidationError({"framework": _("A round of this framework is still open. Close it first.")})
        newest = ReportingRound.objects.aggregate(number=Max("number"))["number"] or 0
        made = ReportingRound(
            number=newest + 1,
            framework=framework,
            title=title,
            period_start=period_start,
            period_end=period_end,
            due_on=due_on,
            asked=asked,
            language=language,
            filters=filters,
            call_languages=list(call_languages),
            opened_by=by,
            opened_at=at or timezone.now(),
            is_demonstration=is_demonstration,
        )
        made.full_clean()
        _check_due(made)
        participations = list(_asked_in(made, activities_asked(framework, filters)).order_by("pk"))
        if not participations:
            raise ValidationError({"filters": _("Nobody takes part in these activities, so nobody would be asked.")})
        made._history_user, made._history_date = by, made.opened_at
        made.save()
        _ask(made, participations, by, made.opened_at)
    return made


def _told_apart(made: ReportingRound) -> tuple[Any, ...]:
    """What two rounds that are not the same form sent twice would differ in."""
    return (made.title, made.period_start, made.period_end, made.due_on, made.filters, made.opened_by)


def _check_due(made: ReportingRound) -> None:
    if made.due_on < timezone.localdate(made.opened_at):
        raise ValidationError({"due_on": _("Answers cannot be due before the round opens.")})


def _ask(
    made: ReportingRound,
    participations: Sequence[Participation],
    by: User | None,
    at: datetime.datetime,
    event: str = "call",
) -> None:
    """Add the requests, and call on everybody who answers for them; `event` tells a later call from the first."""
    _request(made, participations, at)
    write(tellings_of(NotificationKind.CALL, made, participations, event), by=by)


def _request(made: ReportingRound, participations: Sequence[Participation], at: datetime.datetime) -> None:
    UpdateRequest.objects.bulk_create(
        [
            UpdateRequest(
                round=made,
                participation=row,
                activity_id=row.activity_id,
                organization_id=row.organization_id,
                asked_at=at,
            )
            for row in participations
        ],
        batch_size=500,
    )


def follow_participation(participation: Participation, by: User | None) -> None:
    """Let a participation that was just written join the open round of its framework, or leave it."""
    here = ReportingRound.objects.open().filter(framework=participation.activity.framework_id).first()
    if here is None:
        return
    own = UpdateRequest.objects.filter(round=here, participation=participation)
    asked = _asked_in(here, [participation.activity_id]).filter(pk=participation.pk).exists()
    if not asked:
        own.filter(left_at__isnull=True).update(left_at=timezone.now())
        return
    if own.exists():
        own.filter(left_at__isnull=False).update(left_at=None)
        return
    if not activities_asked(here.framework, here.filters).filter(pk=participation.activity_id).exists():
        return
    also = UpdateRequest.objects.filter(
        round=here, activity=participation.activity_id, organization=participation.organization_id
    )
    if also.exists():
        # Another role in the same activity: it was called on, and one answer serves both.
        _request(here, [participation], timezone.now())
    else:
        _ask(here, [participation], by, timezone.now(), f"call-{participation.activity_id}")


def round_asking(activity: Activity, organization: Organization | None) -> int | None:
    """The id of the open round in which this organization is asked about the activity."""
    return (
        UpdateRequest.objects.standing()
        .filter(activity=activity, organization=organization, round__closed_at__isnull=True)
        .values_list("round", flat=True)
        .first()
    )


def edit_round(
    *, made: ReportingRound, changes: Mapping[str, Any], version: int, by: User, reason: str = ""
) -> ReportingRound:
    """Write what may still change of an open round. Raises StaleEdit, or ValidationError by field."""
    if not set(changes) <= set(EDITABLE):
        raise ValidationError(_("Which activities are asked about is settled when a round opens."))
    with transaction.atomic():
        current = _locked(made, version)
        if not current.is_open:
            raise ValidationError(_("This round is closed. Reopen it first."))
        for name, value in changes.items():
            setattr(current, name, value)
        current.full_clean()
        _check_due(current)
        _save(current, [*changes, "version"], by, reason)
    return current


def close_round(*, made: ReportingRound, by: User, at: datetime.datetime | None = None) -> ReportingRound:
    """Freeze the report and close the round, all or nothing; tell everybody who was asked. Closed stays closed.

    `at`: the moment of closing, for loaders.
    """
    with transaction.atomic():
        current = ReportingRound.objects.select_for_update().get(pk=made.pk)
        if not current.is_open:
            return current
        report = freeze(current, by, activities_asked(current.framework, current.filters), at)
        current.closed_at, current.closed_by = report.frozen_at, by
        current.version += 1
        if at:
            current._history_date = at
        _save(current, ["closed_at", "closed_by", "version"], by, "")
        asked = Participation.objects.filter(requests__round=current, requests__left_at__isnull=True)
        told = tellings_of(NotificationKind.ROUND_CLOSED, current, list(asked), f"closed-{report.version}")
        # Where nobody answers for an organization there is nothing left to be done about it.
        write([telling for telling in told if "unmanned" not in telling.facts], by=by)
    return current


def reopen_round(*, made: ReportingRound, by: User, reason: str) -> ReportingRound:
    """Open a closed round again; its frozen report stays. Raises ValidationError: no reason, or another one is open."""
    with transaction.atomic():
        Framework.objects.select_for_update().get(pk=made.framework_id)
        current = ReportingRound.objects.select_for_update().get(pk=made.pk)
        if current.is_open:
            return current
        if not reason.strip():
            raise ValidationError({"reason": _("Say why the round is opened again.")})
        if ReportingRound.objects.open().filter(framework=current.framework_id).exists():
            raise ValidationError(_("A round of this framework is still open. Close it first."))
        current.closed_at = current.closed_by = None
        current.version += 1
        current.full_clean()
        _save(current, ["closed_at", "closed_by", "version"], by, reason)
        _catch_up(current, by)
    return current


def follow_the_days(made: ReportingRound) -> int:
    """Let participations join or leave an open round that begin or end with the day; returns how many do."""
    with transaction.atomic():
        current = ReportingRound.objects.select_for_update().get(pk=made.pk)
        if not current.is_open:
            return 0
        # What began earlier joined when it was written, or was not asked about when the round opened.
        begun = Q(since__gt=timezone.localdate(current.opened_at).isoformat())
        return _catch_up(current, None, begun)


def _catch_up(made: ReportingRound, by: User | None, which: Q | None = None) -> int:
    """Of `which` participations those asked now join the round; who is asked no more leaves it. Returns how many do."""
    known = UpdateRequest.objects.filter(round=made)
    asked = _asked_in(made, activities_asked(made.framework, made.filters)).filter(which or Q())
    coming = list(asked.exclude(pk__in=known.values("participation")).order_by("pk"))
    called = set(known.values_list("activity", "organization"))
    _request(made, coming, timezone.now())
    # Another role in the same activity: it was called on, and one answer serves both.
    new = [row for row in coming if (row.activity_id, row.organization_id) not in called]
    event = f"call-{timezone.localdate().isoformat()}"
    write(tellings_of(NotificationKind.CALL, made, new, event), by=by)
    still = participations_asked(known.values("activity")).values("pk")
    return len(coming) + known.standing().exclude(participation__in=still).update(left_at=timezone.now())


def _locked(made: ReportingRound, version: int) -> ReportingRound:
    raised = ReportingRound.objects.filter(pk=made.pk, version=version).update(version=F("version") + 1)
    current = ReportingRound.objects.select_related("framework").get(pk=made.pk)
    if not raised:
        raise StaleEdit(current)
    return current


def _save(made: ReportingRound, columns: Sequence[str], by: User, reason: str) -> None:
    made._history_user, made._change_reason = by, reason or None
    made.save(update_fields=columns)
