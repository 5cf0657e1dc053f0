"""The documented examples as undertakings, written through the workflow like anything a person enters."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import override

from organizations.models import Organization
from organizations.workflow import refresh_search_text as refresh_names

from ..choices import EvidenceKind, Response, UpdateKind, Visibility
from ..models import Activity, Evidence, Framework
from ..workflow import invite, post_update, propose_undertaking
from .annex_iii import load_organization
from .reference import DATA
from .tally import EXAMPLES, Tally

FILE = DATA / "documented_examples.json"


class ReferenceMissing(Exception):
    """The framework or an organization that the examples name has not been loaded."""


def load(path: Path = FILE) -> Tally:
    """Load the examples that are not there yet, all or nothing; those that are there belong to the coordinators.

    Raises ReferenceMissing before anything is written.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    tally = Tally(EXAMPLES)
    with transaction.atomic(), override("en"):
        items = _items(data)
        organizations = _organizations(data, tally)
        known = dict(Activity.objects.exclude(import_key=None).values_list("import_key", "pk"))
        for entry in data["examples"]:
            if entry["id"] in known:
                tally.unchanged["undertakings"] += 1
                continue
            known[entry["id"]] = _undertake(entry, items, organizations, known).pk
            tally.created["undertakings"] += 1
        for entry in data["items"]:
            item = items[entry["code"]]
            if item.updates.exists():
                tally.unchanged["entries of agreed items"] += 1
                continue
            _record_outcome(item, entry)
            tally.created["entries of agreed items"] += 1
    return tally


def _items(data: Mapping[str, Any]) -> dict[str, Activity]:
    symbol = data["_about"]["framework"]
    framework = Framework.objects.filter(symbol=symbol).first()
    if framework is None:
        raise ReferenceMissing(symbol)
    return {item.code: item for item in Activity.objects.agreed_items().filter(framework=framework)}


def _organizations(data: Mapping[str, Any], tally: Tally) -> dict[str, Organization]:
    present = set(Organization.objects.values_list("slug", flat=True))
    for entry in data["organizations"]:
        organization = load_organization(entry, entry["kind"], tally)
        if organization.slug not in present:
            # Only once: whoever groups them otherwise later means it.
            for part in Organization.objects.filter(acronym_en__in=entry.get("parts", []), parent=None):
                part.parent = organization
                part._change_reason = EXAMPLES  # type: ignore[attr-defined]
                part.save(update_fields=["parent"])
    if tally.wrote:
        # Before the undertakings: they are found by these names too.
        refresh_names(Organization.objects.all())
    named = {p["organization"] for entry in data["examples"] for p in entry["participants"]}
    found = {
        organization.acronym_en: organization  # type: ignore[attr-defined]
        for organization in Organization.objects.filter(acronym_en__in=named, is_demonstration=False)
    }
    if missing := named - found.keys():
        raise ReferenceMissing(", ".join(sorted(missing)))
    return found


def _undertake(
    entry: Mapping[str, Any],
    items: Mapping[str, Activity],
    organizations: Mapping[str, Organization],
    known: Mapping[str | None, int],
) -> Activity:
    main, *further = entry["framework_codes"]
    activity = propose_undertaking(
        parent=items[main],
        by=None,
        reason=EXAMPLES,
        also_serves=[items[code] for code in further],
        follows_id=known[entry["follows"]] if entry["follows"] else None,
        language="en",
        title_en=entry["title"],
        title_zh_hans=entry["title_zh"],
        place=entry["place"],
        countries=entry["countries"],
        planned_end_on=entry.get("planned_end", ""),
        actual_start_on=entry["date_start"],
        actual_end_on=entry["date_end"] or "",
        dates_as_stated=entry["date_text"],
        other_participants=entry["others_named"],
        visibility=Visibility.PUBLIC,
        confidence=entry["confidence"],
        editorial_note=entry["note"],
        import_key=entry["id"],
    )
    for participant in entry["participants"]:
        invite(
            activity=activity,
            organization=organizations[participant["organization"]],
            role=participant["role"],
            by=None,
            # The sources tell of what took place: nobody waits for an answer.
            response=Response.ACCEPTED,
            responsibility=participant["responsibility"],
            until=participant.get("until", ""),
        )
    _record_outcome(activity, entry)
    return activity


def _record_outcome(activity: Activity, entry: Mapping[str, Any]) -> None:
    """What the sources say came of it: one entry of the log, which nobody signs."""
    post_update(
        activity=activity,
        organization=None,
        author=None,
        kind=UpdateKind.DOCUMENTED,
        as_of=entry["as_of"],
        may_set_status=True,
        status=entry["status"],
        done=entry["outcome"],
        evidence=[Evidence(kind=EvidenceKind.LINK, url=address) for address in entry["sources"]],
    )
