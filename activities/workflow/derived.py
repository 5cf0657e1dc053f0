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
from tracker.toolkit.search import searchable

from ..choices import UpdateKind
from ..models import ENDLESS, Activity, ActivityState, Participation, StatusUpdate
from ..models.querysets import DATED
from .chain import Entry, standing, written_entries
from .facts import (
    Facts,
    computed_states,
    derived_from_log,
    heard_at,
    leading_of,
    led_on,
    remembered_states,
    states_of,
)

MODEL_LANGUAGES = settings.MODELTRANSLATION_LANGUAGES
LANGUAGES = tuple(language.replace("-", "_") for language in MODEL_LANGUAGES)


def refresh_derived(activity: Activity) -> dict[str, tuple[Any, Any]]:
    """Recompute the derived columns of one activity, but for `search_text`; return (before, after) of what differed."""
    entries, leading = written_entries(activity), leading_of(activity)
    changed = _write(activity, derived_from_log(activity, standing(entries)) | led_on(timezone.localdate(), leading))
    refresh_states(activity, states_of(activity, entries, leading))
    return changed


def remember_entry(activity: Activity, entries: Sequence[Entry], update: StatusUpdate, said: Iterable[str]) -> None:
    """After the new entry `update`: `entries` are those that stand now, `said` what it adds to `search_text`.

    Who leads is no matter of the log, and the rest of the text was searched before: neither is read again.
    """
    fresh = derived_from_log(activity, entries)
    if added := " | ".join(filter(None, map(searchable, said))):
        fresh["search_text"] = f"{activity.search_text} | {added}" if activity.search_text else added
    _write(activity, fresh)
    if update.kind == UpdateKind.TAKEN_BACK:
        # What is known may be again what was known before: that is one state.
        refresh_states(activity, computed_states(activity))
    else:
        _append_state(activity, timezone.localdate(heard_at(update)))


def _append_state(activity: Activity, day: datetime.date) -> None:
    """From that day on the columns say what is known, where nothing was heard later: one state ends, one begins.

    Whatever falls between earlier days changes what was known since: then all states are computed anew.
    """
    last = ActivityState.objects.filter(activity=activity, known_until=ENDLESS)
    facts = {name: getattr(activity, name) for name in DATED}
    if last.filter(known_from__lt=day).update(known_until=day):
        ActivityState.objects.create(activity=activity, known_from=day, **facts)
    elif not last.filter(known_from=day).update(**facts):
        refresh_states(activity, computed_states(activity))


def refresh_states(activity: Activity, states: Sequence[Facts]) -> None:
    """Write the states of an activity where they differ."""
    remembered = remembered_states(activity)
    if remembered != states:
        if remembered:
            ActivityState.objects.filter(activity=activity).delete()
        ActivityState.objects.bulk_create(ActivityState(activity=activity, **state) for state in states)


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
