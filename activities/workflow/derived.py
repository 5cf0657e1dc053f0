"""The columns that remember what the log and the participations say. They are written here and nowhere else."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from organizations.models import Organization, OrganizationName
from tracker.toolkit.dates import PartialDate
from tracker.toolkit.search import normalise

from ..choices import LEADING_ROLES, Response, Role, Status, UpdateKind
from ..models import Activity, Participation, StatusUpdate

LANGUAGES = ("en", "zh_hans", "fr", "es", "ru", "ar")


def heard_at(update: StatusUpdate) -> datetime.datetime:
    """When the register heard: the moment of entry, but for what was recorded from old sources the day it speaks of."""
    if update.kind != UpdateKind.DOCUMENTED:
        return update.created_at
    day = PartialDate(update.as_of).last_day
    at = datetime.datetime.combine(day, datetime.time(), tzinfo=datetime.UTC)
    return min(at, update.created_at)


def derived_from_log(activity: Activity) -> dict[str, Any]:
    """Status, progress and last word as the standing entries tell them."""
    standing = list(
        StatusUpdate.objects.filter(activity=activity)
        .standing()
        .newest_first()
        .only("as_of", "status", "progress", "kind", "created_at")
    )
    deciding = next((update for update in standing if update.status), None)
    measured = next((update for update in standing if update.progress is not None), None)
    heard = max(map(heard_at, standing), default=None)
    # An agreed item that nobody has taken up directly cannot fall silent.
    since = heard or (None if activity.agreed else activity.created_at)
    return {
        "status": deciding.status if deciding else (Status.AGREED if activity.agreed else Status.PROPOSED),
        "status_as_of": deciding.as_of if deciding else "",
        "progress": measured.progress if measured else None,
        "last_update_at": heard,
        "silent_on": since and since.date() + datetime.timedelta(days=activity.update_interval_days + 1),
    }


def derived_from_participations(activity: Activity, today: datetime.date) -> dict[str, Any]:
    """Who leads: the lead, or else the first co-lead; or since when the lead has withdrawn."""
    leading = Participation.objects.filter(activity=activity).leading()
    current = leading.taking_part().current_on(today).values_list("role", "organization_id").order_by("id")
    by_role: dict[str, int] = {}
    for role, organization_id in current:
        by_role.setdefault(role, organization_id)
    lead_id = next((by_role[role] for role in LEADING_ROLES if role in by_role), None)
    withdrew_on = ""
    if lead_id is None:
        last = leading.filter(role=Role.LEAD, response=Response.WITHDRAWN).order_by("-until", "-id").first()
        withdrew_on = (last.until or today.isoformat()) if last else ""
    return {"lead_id": lead_id, "lead_withdrew_on": withdrew_on}


def refresh_derived(activity: Activity) -> dict[str, tuple[Any, Any]]:
    """Recompute the derived columns of one activity, but for `search_text`; return (before, after) of what differed."""
    fresh = derived_from_log(activity) | derived_from_participations(activity, timezone.localdate())
    changed = {
        name: (getattr(activity, name), value) for name, value in fresh.items() if getattr(activity, name) != value
    }
    if changed:
        # Not save(): derived columns are no event of the activity's history, and nothing else may be overwritten.
        Activity.objects.filter(pk=activity.pk).update(**{name: after for name, (_, after) in changed.items()})
        for name, (_, after) in changed.items():
            setattr(activity, name, after)
    return changed


def names_of(organization_ids: Iterable[int]) -> list[str]:
    """Every name and acronym, of any time and language, of these organizations and of those linked by succession."""
    ids = set(organization_ids)
    linked = Organization.objects.filter(Q(pk__in=ids) | Q(successor__in=ids) | Q(predecessors__in=ids)).distinct()
    columns = [f"{field}_{language}" for field in ("acronym", "name") for language in LANGUAGES]
    rows = [*linked.values_list(*columns), *OrganizationName.objects.filter(organization__in=ids).values_list(*columns)]
    return list(dict.fromkeys(text for row in rows for text in row if text))


def search_text_of(activity: Activity) -> str:
    """Everything an activity is found by, normalised: code, texts, places, countries, participants' names, the log."""
    texts: list[str] = [
        activity.code,
        activity.place,
        activity.aim,
        activity.closing_condition,
        activity.other_participants,
    ]
    for language in LANGUAGES:
        texts += [getattr(activity, f"title_{language}") or "", getattr(activity, f"description_{language}") or ""]
    texts += [str(country.name) for country in activity.countries]
    participants = Participation.objects.filter(activity=activity).exclude(response=Response.DECLINED)
    texts += participants.values_list("responsibility", flat=True)
    texts += names_of(participants.values_list("organization_id", flat=True))
    for entry in StatusUpdate.objects.filter(activity=activity).values_list(
        "done", "obstacles", "next_steps", "reason"
    ):
        texts += entry
    return " | ".join(filter(None, map(normalise, texts)))


def refresh_search_text(activities: Iterable[Activity]) -> int:
    """Rewrite `search_text` where it differs; return how many rows changed."""
    changed = 0
    for activity in activities:
        text = search_text_of(activity)
        if text != activity.search_text:
            Activity.objects.filter(pk=activity.pk).update(search_text=text)
            activity.search_text = text
            changed += 1
    return changed


def append_search_text(activity: Activity, *texts: str) -> None:
    """Add what an entry of the log says without reading the whole log again."""
    added = " | ".join(filter(None, map(normalise, texts)))
    if added:
        activity.search_text = f"{activity.search_text} | {added}" if activity.search_text else added
        Activity.objects.filter(pk=activity.pk).update(search_text=activity.search_text)
