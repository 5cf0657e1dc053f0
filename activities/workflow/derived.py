"""The columns that remember what the log and the participations say. They are written here and nowhere else."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import override
from django_countries import countries

from organizations.models import NAME_COLUMNS, Organization, OrganizationName
from tracker.toolkit.dates import PartialDate
from tracker.toolkit.search import searchable

from ..choices import LEADING_ROLES, Response, Role, UpdateKind
from ..models import Activity, Participation, StatusUpdate
from .chain import Entry, standing_entries, state_after

MODEL_LANGUAGES = settings.MODELTRANSLATION_LANGUAGES
LANGUAGES = tuple(language.replace("-", "_") for language in MODEL_LANGUAGES)


def heard_at(entry: Entry) -> datetime.datetime:
    """When the register heard: the moment of entry, but for what was recorded from old sources the day it speaks of."""
    if entry.kind != UpdateKind.DOCUMENTED:
        return entry.created_at
    day = PartialDate(entry.as_of).last_day
    at = datetime.datetime.combine(day, datetime.time(), tzinfo=timezone.get_default_timezone())
    return min(at, entry.created_at)


def derived_from_log(activity: Activity, entries: Sequence[Entry] | None = None) -> dict[str, Any]:
    """Status, progress and last word as the standing entries tell them; they are read where they are not given."""
    if entries is None:
        entries = standing_entries(activity)
    state = state_after(activity, entries)
    heard = max(map(heard_at, entries), default=None)
    # An agreed item that nobody has taken up directly cannot fall silent.
    since = heard or (None if activity.agreed else activity.created_at)
    return {
        "status": state.status,
        "status_as_of": state.as_of,
        "progress": state.progress,
        "last_update_at": heard,
        "silent_on": since and timezone.localdate(since) + datetime.timedelta(days=activity.update_interval_days + 1),
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
        # An invitation that was taken back before it was accepted is no lead that withdrew.
        withdrawn = leading.held().filter(role=Role.LEAD, response=Response.WITHDRAWN)
        last = withdrawn.order_by("-until", "-id").first()
        withdrew_on = (last.until or today.isoformat()) if last else ""
    return {"lead_id": lead_id, "lead_withdrew_on": withdrew_on}


def refresh_derived(activity: Activity) -> dict[str, tuple[Any, Any]]:
    """Recompute the derived columns of one activity, but for `search_text`; return (before, after) of what differed."""
    return _write(activity, derived_from_log(activity) | derived_from_participations(activity, timezone.localdate()))


def remember_entry(activity: Activity, entries: Sequence[Entry], said: Iterable[str]) -> None:
    """After a new entry: `entries` are those that stand now, `said` is what it adds to `search_text`.

    Who leads is no matter of the log, and the rest of the text was searched before: neither is read again.
    """
    fresh = derived_from_log(activity, entries)
    if added := " | ".join(filter(None, map(searchable, said))):
        fresh["search_text"] = f"{activity.search_text} | {added}" if activity.search_text else added
    _write(activity, fresh)


def refresh_leads(today: datetime.date) -> int:
    """Who leads where it changes as days go by: a role has ended, or begins. Returns how many activities changed."""
    leading = Participation.objects.filter(activity=OuterRef("pk")).leading().taking_part().current_on(today)
    leads = leading.order_by("-role", "id").values("organization")[:1]  # “lead” before “co_lead”
    key = BigIntegerField()
    outdated = Activity.objects.annotate(leads=Coalesce(Subquery(leads), 0, output_field=key))
    outdated = outdated.exclude(leads=Coalesce("lead", 0, output_field=key))
    changed = 0
    for pk in outdated.order_by("pk").values_list("pk", flat=True):
        changed += bool(refresh_derived(Activity.objects.select_for_update().get(pk=pk)))
    return changed


def _write(activity: Activity, fresh: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    changed = {
        name: (getattr(activity, name), value) for name, value in fresh.items() if getattr(activity, name) != value
    }
    columns = {name: after for name, (_, after) in changed.items()}
    if columns:
        # Not save(): derived columns are no event of the activity's history, and nothing else may be overwritten.
        # One statement for all: each would write the row and its indexes anew.
        Activity.objects.filter(pk=activity.pk).update(**columns)
        for name, value in columns.items():
            setattr(activity, name, value)
    return changed


def names_of(organization_ids: Iterable[int]) -> list[str]:
    """Every name and acronym, of any time and language, of these organizations and of those linked by succession."""
    ids = set(organization_ids)
    linked = Organization.objects.filter(Q(pk__in=ids) | Q(successor__in=ids) | Q(predecessors__in=ids))
    # Sorted by id, not by name: the order must not depend on the language in which somebody happens to work.
    now = linked.distinct().order_by("pk").values_list(*NAME_COLUMNS)
    earlier = OrganizationName.objects.filter(organization__in=ids).order_by("pk").values_list(*NAME_COLUMNS)
    rows = [*now, *earlier]
    return list(dict.fromkeys(text for row in rows for text in row if text))


@cache
def names_of_country(code: str) -> tuple[str, ...]:
    """The name of a country in each language of the register."""
    names = []
    for language in MODEL_LANGUAGES:
        with override(language):
            names.append(str(countries.name(code)))
    return tuple(dict.fromkeys(names))


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
    texts += [name for country in activity.countries for name in names_of_country(country.code)]
    # An organization that is only invited takes no part yet: the activity is not found by its name.
    participants = Participation.objects.filter(activity=activity).taking_part().order_by("pk")
    texts += participants.values_list("responsibility", flat=True)
    texts += names_of(participants.values_list("organization_id", flat=True))
    # In order of entry, so that appending the newest one gives the same text as writing all of it again.
    entries = StatusUpdate.objects.filter(activity=activity).order_by("pk")
    for entry in entries.values_list("done", "obstacles", "next_steps", "reason"):
        texts += entry
    return " | ".join(filter(None, map(searchable, texts)))


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
