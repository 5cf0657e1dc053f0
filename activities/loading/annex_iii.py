"""The participants of a meeting: organizations with all their names, what became of them, and the list as printed."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify

from organizations.models import Organization, OrganizationName, OrganizationNote

from ..models import Framework, FrameworkParticipant, ParticipantGroup
from .tally import Tally
from .texts import columns

ADDRESS = re.compile(r"https?://[^\s);,]+")


def load_participants(data: Mapping[str, Any], framework: Framework, tally: Tally) -> None:
    """Load groups, organizations and the printed list of the file's framework."""
    groups = {}
    for position, category in enumerate(data.get("organization_categories", []), start=1):
        values = {
            "position": position,
            "title_as_printed": category["zh_seed"],
            "footnote_as_printed": category.get("zh_footnote", ""),
            **columns("title", category["title"]),
        }
        key = {"framework": framework, "code": category["code"]}
        groups[category["code"]] = tally.keep(ParticipantGroup, key, values)
    for entry in data.get("organizations", []):
        organization = load_organization(entry, entry["category"], tally, printed_in=framework.symbol)
        tally.keep(
            FrameworkParticipant,
            {"group": groups[entry["category"]], "organization": organization},
            {"position": entry["order"], "name_as_printed": entry["zh_seed"]},
        )


def load_organization(entry: Mapping[str, Any], kind: str, tally: Tally, printed_in: str = "") -> Organization:
    """Load one organization of a data file under its present name, with its other names, notes and successor.

    `kind` is only the first proposal: coordinators may classify the organization otherwise later.
    """
    later = entry.get("later") or {}
    names = _in_chinese_as_published(entry["name"])
    acronym = entry.get("screen_acronym", entry["acronym"])
    changed_on = str(later.get("date") or later.get("year") or "")
    source = later.get("src") or later.get("source") or ""
    facts = {
        "seat": entry.get("seat", ""),
        "website": entry.get("website", ""),
        "working_languages": entry.get("working_languages", []),
    }
    succession: dict[str, Any] = {}
    if "successor" in later:
        # The facts of the file are present-day ones: those of the successor as well.
        successor = _organization(later["successor"], later["name"], {}, facts, kind, tally)
        succession = {"successor": successor, "succeeded_on": changed_on}
    present = later["name"] if "renamed" in later else names
    organization = _organization(acronym, present, entry.get("acronym_local", {}), facts | succession, kind, tally)
    if "renamed" in later:
        _name(organization, names, tally, until=changed_on, source=source)
        _name(organization, later["name"], tally, since=changed_on, source=source)
    if entry.get("zh_seed", names.get("zh")) != names.get("zh"):
        # What the document prints is kept, even its slips: readers search for the words they have before them.
        _name(organization, names | {"zh": entry["zh_seed"]}, tally, source=printed_in)
    if "screen_acronym" in entry:
        _name(organization, names, tally, acronym=entry["acronym"])
    _load_notes(organization, entry, later, changed_on, source, tally)
    return organization


def _organization(
    acronym: str,
    names: Mapping[str, str],
    local_acronyms: Mapping[str, str],
    facts: Mapping[str, Any],
    kind: str,
    tally: Tally,
) -> Organization:
    texts = columns("acronym", {"en": acronym, **local_acronyms}) | columns("name", names)
    return tally.keep(
        Organization, {"slug": slugify(acronym)}, {}, until_edited={**texts, **facts}, first={"kind": kind}
    )


def _in_chinese_as_published(name: Mapping[str, str]) -> dict[str, str]:
    """The name with the organization's own Chinese spelling under `zh`."""
    own = {code: text for code, text in name.items() if code != "zh_official"}
    return own | ({"zh": name["zh_official"]} if "zh_official" in name else {})


def _name(
    organization: Organization,
    names: Mapping[str, str],
    tally: Tally,
    *,
    acronym: str = "",
    since: str = "",
    until: str = "",
    source: str = "",
) -> None:
    texts = columns("name", names)
    key = {"organization": organization, "name_zh_hans": texts["name_zh_hans"], "since": since}
    values = {**texts, "until": until, "source": source, **(columns("acronym", {"en": acronym}) if acronym else {})}
    values.pop("name_zh_hans")
    tally.keep(OrganizationName, key, {}, until_edited=values)


def _load_notes(
    organization: Organization,
    entry: Mapping[str, Any],
    later: Mapping[str, Any],
    changed_on: str,
    source: str,
    tally: Tally,
) -> None:
    notes = [{"text": text, "occurred_on": "", "source": _address(text)} for text in entry.get("notes", [])]
    if "successor" in later:
        text = f"Succeeded by {later['name']['en']} ({later['successor']})."
        notes.append({"text": text, "occurred_on": changed_on, "source": source})
    elif "renamed" in later:
        text = f"Renamed {later['name']['en']} ({later['renamed']})."
        notes.append({"text": text, "occurred_on": changed_on, "source": source})
    elif later:
        notes.append({"text": f"{later['en']}.", "occurred_on": changed_on, "source": source})
    for position, note in enumerate(notes, start=1):
        key = {"organization": organization, "position": position}
        tally.keep(OrganizationNote, key, {}, until_edited={**note, "language": "en"})


def _address(text: str) -> str:
    found = ADDRESS.search(text)
    return found.group(0) if found else ""
