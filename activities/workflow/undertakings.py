"""Proposing and editing undertakings."""

import datetime
import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization, User

from ..choices import Response, Role
from ..models import Activity, Participation
from .derived import refresh_derived, refresh_search_text
from .errors import StaleEdit
from .hearing import tell_invitation
from .rounds import follow_participation

MANY_TO_MANY = ("also_serves", "functional_fields", "themes", "principles")


def sort_key_of(code: str) -> str:
    """`A.10` as `A.00010`, so that it comes after `A.9`."""
    return re.sub(r"\d+", lambda number: number[0].zfill(5), code)


def check_links(activity: Activity, also_serves: Any) -> None:
    """The further items served are agreed items, and not the main one. Raises ValidationError."""
    for item in also_serves or ():
        if not item.agreed:
            raise ValidationError({"also_serves": _("“%(code)s” is not an agreed item.") % {"code": item.code}})
        if item.pk == activity.parent_id:
            raise ValidationError({"also_serves": _("“%(code)s” is already the main item.") % {"code": item.code}})


def _set_all(activity: Activity, sets: Mapping[str, Any]) -> None:
    """Write the many-to-many sets without an event of history for each: the save that follows records them all."""
    activity.skip_history_when_saving = True
    for name, members in sets.items():
        getattr(activity, name).set(members)
    del activity.skip_history_when_saving


def propose_undertaking(
    *,
    parent: Activity,
    by: User | None,
    organization: Organization | None = None,
    response: str = Response.ACCEPTED,
    answered_for: str = "",
    reason: str = "",
    once_within: datetime.timedelta | None = None,
    **fields: Any,
) -> Activity:
    """Create an undertaking under an agreed item, with the next code, and name `organization` as its lead.

    What a demonstration organization proposes is part of the demonstration.
    `response` is `invited` where somebody else names the lead: an organization speaks for itself. `answered_for` says
    who in it accepted, where a coordinator records that.
    `once_within`: a second proposal by the same person under the same title within this time is the same one, sent
    twice; it gives the one already made.
    `fields` are columns and many-to-many sets of `Activity`. Raises ValidationError by field.
    """
    if not parent.agreed:
        raise ValidationError({"parent": _("An undertaking stands under an agreed item.")})
    sets = {name: fields.pop(name) for name in MANY_TO_MANY if name in fields}
    with transaction.atomic():
        # The counter only rises, so a code is never used twice, whatever is deleted.
        Activity.objects.select_for_update().get(pk=parent.pk)
        if once_within and by:
            titles = {name: text for name, text in fields.items() if name.startswith("title_")}
            since = timezone.now() - once_within
            same = Activity.objects.filter(parent=parent, created_by=by, created_at__gte=since, **titles).first()
            if same:
                return same
        Activity.objects.filter(pk=parent.pk).update(last_child_number=F("last_child_number") + 1)
        parent.refresh_from_db(fields=["last_child_number"])
        code = f"{parent.code}.{parent.last_child_number}"
        activity = Activity(
            framework_id=parent.framework_id,
            area_id=parent.area_id,
            parent=parent,
            code=code,
            sort_key=sort_key_of(code),
            agreed=False,
            created_by=by,
            **{"is_demonstration": bool(organization and organization.is_demonstration), **fields},
        )
        check_links(activity, sets.get("also_serves"))
        activity.full_clean(exclude=["created_by"])
        activity._history_user, activity._change_reason = by, reason or None
        activity.save()
        if any(sets.values()):
            _set_all(activity, sets)
            activity.save(update_fields=["version"])
        if organization:
            invited = response == Response.INVITED
            lead = Participation(
                activity=activity,
                organization=organization,
                role=Role.LEAD,
                response=response,
                since="" if invited else timezone.localdate().isoformat(),
                invited_by=by,
                answered_by=None if invited else by,
                answered_at=None if invited else timezone.now(),
                answered_for=answered_for,
            )
            lead._history_user, lead._change_reason = by, reason or None
            lead.save()
        refresh_derived(activity)
        refresh_search_text([activity])
        if organization:
            follow_participation(lead, by)
        if organization and invited:
            tell_invitation(lead, by)
    return activity


def edit_undertaking(
    *, activity: Activity, changes: Mapping[str, Any], version: int, by: User | None, reason: str = ""
) -> Activity:
    """Write exactly the named changes, if the undertaking still stands at `version`.

    Raises StaleEdit when somebody else saved meanwhile, ValidationError (by field) for values that do not fit.
    """
    columns = {name: value for name, value in changes.items() if name not in MANY_TO_MANY}
    sets = {name: value for name, value in changes.items() if name in MANY_TO_MANY}
    with transaction.atomic():
        if activity.agreed:
            raise ValidationError(_("The text of an agreed item is fixed."))
        raised = Activity.objects.filter(pk=activity.pk, version=version).update(version=F("version") + 1)
        current = Activity.objects.get(pk=activity.pk)
        if not raised:
            raise StaleEdit(current)
        for name, value in columns.items():
            setattr(current, name, value)
        check_links(current, sets.get("also_serves"))
        current.full_clean(exclude=["created_by"])
        # One edit is one record of the history, which also holds the sets: they are written first, without a record.
        current.skip_history_when_saving = True
        for name, members in sets.items():
            getattr(current, name).set(members)
        del current.skip_history_when_saving
        current._history_user = by
        current._change_reason = reason or None
        current.save(update_fields=[*columns, "version"] if columns else ["version"])
        refresh_derived(current)
        refresh_search_text([current])
    return current
