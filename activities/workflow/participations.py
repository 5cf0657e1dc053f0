"""Taking part: inviting, answering, changing role, ending. Rows are ended and begun, never overwritten."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization, User
from tracker.toolkit.dates import PartialDate

from ..choices import TAKING_PART, Response
from ..models import Activity, Participation
from .derived import refresh_derived, refresh_search_text
from .errors import StaleEdit

ANSWERS: dict[str, tuple[str, ...]] = {
    Response.INVITED: (Response.ACCEPTED, Response.ACCEPTED_IN_PART, Response.DECLINED),
    Response.ACCEPTED: (Response.ACCEPTED_IN_PART, Response.WITHDRAWN),
    Response.ACCEPTED_IN_PART: (Response.ACCEPTED, Response.WITHDRAWN),
    Response.DECLINED: (Response.ACCEPTED, Response.ACCEPTED_IN_PART),
    Response.WITHDRAWN: (),
}
NEEDS_WORDS = (Response.ACCEPTED_IN_PART, Response.DECLINED)


def _settle(participation: Participation, activity: Activity) -> None:
    """Check the row against the others and save it; then bring the activity's derived columns up to date."""
    participation.full_clean(exclude=["invited_by", "answered_by", "focal_point"])
    participation.save()
    refresh_derived(activity)
    refresh_search_text([activity])


def _locked(participation: Participation, version: int) -> Participation:
    """The row as it stands, if it still stands at `version`. Raises StaleEdit."""
    Activity.objects.select_for_update().get(pk=participation.activity_id)
    raised = Participation.objects.filter(pk=participation.pk, version=version).update(version=F("version") + 1)
    current = Participation.objects.select_related("activity", "organization").get(pk=participation.pk)
    if not raised:
        raise StaleEdit(current)
    return current


def invite(
    *,
    activity: Activity,
    organization: Organization,
    role: str,
    by: User | None,
    responsibility: str = "",
    note: str = "",
    response: str = Response.INVITED,
    since: str = "",
    until: str = "",
    mandate: str = "",
    at: datetime.datetime | None = None,
) -> Participation:
    """Name an organization as a participant. It takes part once it answers; importers of known facts give `response`.

    Raises ValidationError, for example when there is already a lead.
    """
    with transaction.atomic():
        activity = Activity.objects.select_for_update().get(pk=activity.pk)
        participation = Participation(
            activity=activity,
            organization=organization,
            role=role,
            response=response,
            responsibility=responsibility,
            note=note,
            mandate=mandate,
            since=since,
            until=until,
            invited_by=by,
            invited_at=at or timezone.now(),
        )
        _settle(participation, activity)
    return participation


def answer_invitation(
    *,
    participation: Participation,
    response: str,
    by: User | None,
    version: int,
    words: str = "",
    answered_for: str = "",
    mandate: str | None = None,
    focal_point: Any = ...,
    on: datetime.date | None = None,
) -> Participation:
    """Record an organization's own answer; `answered_for` says who gave it when a coordinator records it.

    Raises StaleEdit, or ValidationError by field.
    """
    day = on or timezone.localdate()
    with transaction.atomic():
        current = _locked(participation, version)
        if response not in ANSWERS[current.response]:
            raise ValidationError(
                {
                    "response": _("“%(before)s” cannot be followed by “%(after)s”.")
                    % {"before": current.get_response_display(), "after": Response(response).label}
                }
            )
        if response in NEEDS_WORDS and not words.strip():
            raise ValidationError({"words": _("Say which part is accepted, or why not.")})
        current.response = response
        current.accepted_part = words
        current.answered_by, current.answered_at, current.answered_for = by, timezone.now(), answered_for
        if mandate is not None:
            current.mandate = mandate
        if focal_point is not ...:
            current.focal_point = focal_point
        if response in TAKING_PART and not current.since:
            current.since = PartialDate(day)
        if response == Response.WITHDRAWN:
            current.until = PartialDate(day)
        _settle(current, current.activity)
    return current


def change_role(
    *, participation: Participation, role: str, on: datetime.date, by: User | None, version: int, note: str = ""
) -> Participation:
    """End the present role on that day and begin the new one; return the new row. Raises StaleEdit, ValidationError."""
    with transaction.atomic():
        current = _locked(participation, version)
        if role == current.role:
            raise ValidationError({"role": _("That is the present role. Choose another.")})
        if not current.takes_part or current.until:
            raise ValidationError({"role": _("Only an organization that takes part can change its role.")})
        if current.since and PartialDate(on).last_day < PartialDate(current.since).first_day:
            raise ValidationError({"on": _("The present role began later than that.")})
        current.until = PartialDate(on)
        current.save(update_fields=["until", "version"])
        begun = Participation(
            activity=current.activity,
            organization=current.organization,
            role=role,
            response=current.response,
            responsibility=current.responsibility,
            mandate=current.mandate,
            focal_point=current.focal_point,
            since=PartialDate(on),
            note=note,
            invited_by=by,
            answered_by=by,
            answered_at=timezone.now(),
        )
        _settle(begun, current.activity)
    return begun


def end_participation(
    *, participation: Participation, on: datetime.date, by: User | None, version: int, words: str = ""
) -> Participation:
    """The organization leaves on that day. Raises StaleEdit, ValidationError."""
    return answer_invitation(
        participation=participation, response=Response.WITHDRAWN, by=by, version=version, words=words, on=on
    )
