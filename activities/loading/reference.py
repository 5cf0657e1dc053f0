"""A framework from its data file: document, text, principles, areas, agreed items, controlled lists, participants."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import override

from organizations.models import Organization
from organizations.workflow import refresh_search_text as refresh_names

from ..models import (
    Activity,
    Area,
    Framework,
    FunctionalField,
    ObstacleKind,
    PartnerKind,
    Passage,
    Principle,
    ResourceKind,
    Theme,
)
from ..models.vocabulary import VocabularyEntry
from ..workflow import refresh_search_text
from .annex_iii import load_participants
from .items import Classification, load_item
from .passages import pieces
from .tally import REFERENCE, Tally
from .texts import LANGUAGES, columns

DATA = Path(__file__).resolve().parent.parent / "data"


def files() -> list[Path]:
    """The frameworks the product ships."""
    return sorted(DATA.glob("framework_*.json"))


def load(path: Path) -> Tally:
    """Load one framework file, all or nothing; a second run changes nothing. Raises KeyError where it is incomplete."""
    data = json.loads(path.read_text(encoding="utf-8"))
    tally = Tally(REFERENCE)
    # The column without a language repeats the active language on saving: it must be the default one.
    with transaction.atomic(), override("en"):
        framework = _load_framework(data, tally)
        _load_passages(data, framework, tally)
        _load_principles(data, framework, tally)
        _load_vocabularies(data, tally)
        _load_areas(data, framework, tally)
        load_participants(data, framework, tally)
        if tally.wrote:
            refresh_names(Organization.objects.all())
            refresh_search_text(Activity.objects.iterator())
    return tally


def _load_framework(data: Mapping[str, Any], tally: Tally) -> Framework:
    document, meeting = data["document"], data["document"]["meeting"]
    return tally.keep(
        Framework,
        {"code": slugify(document["symbol"].replace("/", "-")).upper()},
        {
            "symbol": document["symbol"],
            "issued_on": document.get("letter_date", ""),
            "meeting_started_on": meeting.get("date_start", ""),
            "meeting_ended_on": meeting.get("date_end", ""),
            **columns("title", document["title"]),
            **columns("short_title", document.get("annex_I_title", document["title"])),
            **columns("subtitle", document.get("annex_I_subtitle", {})),
            **columns("meeting_name", meeting["name"]),
            **columns("meeting_theme", meeting.get("theme", {})),
            **columns("meeting_place", meeting.get("place", {})),
            **columns("meeting_chair", meeting.get("chair", {})),
            **columns("legal_nature", meeting.get("legal_nature", {})),
        },
        first={
            "source_language": LANGUAGES[document.get("source_language", "en")],
            "position": Framework.objects.count() + 1,
        },
    )


def _load_passages(data: Mapping[str, Any], framework: Framework, tally: Tally) -> None:
    positions: dict[str, int] = {}
    for piece in pieces(data):
        positions[piece.part] = positions.get(piece.part, 0) + 1
        values = {
            "part": piece.part,
            "position": positions[piece.part],
            "kind": piece.kind,
            "number": piece.number,
            "source": piece.source,
            **columns("title", piece.title),
            **columns("text", piece.text),
        }
        tally.keep(Passage, {"framework": framework, "anchor": piece.anchor}, values)


def _load_principles(data: Mapping[str, Any], framework: Framework, tally: Tally) -> None:
    for entry in data.get("principles", []):
        values = {"position": entry["order"], **columns("title", entry["title"]), **columns("text", entry)}
        tally.keep(Principle, {"framework": framework, "code": entry["code"]}, values)


def _vocabularies(data: Mapping[str, Any]) -> Iterator[tuple[type[VocabularyEntry], list[Mapping[str, Any]]]]:
    yield FunctionalField, data.get("functional_fields", [])
    yield Theme, data.get("cross_cutting_concerns", [])
    yield ResourceKind, data.get("resource_kinds", [])
    yield PartnerKind, data.get("partner_kinds_named", [])
    obstacles = data.get("closing_remarks", {}).get("obstacles", {}).get("items", [])
    yield ObstacleKind, [*obstacles, *data.get("register_obstacle_kinds", [])]


def _load_vocabularies(data: Mapping[str, Any], tally: Tally) -> None:
    for model, entries in _vocabularies(data):
        for position, entry in enumerate(entries, start=1):
            values = {"position": position, "source": entry.get("source", ""), **columns("title", entry["title"])}
            tally.keep(model, {"code": entry.get("code") or slugify(entry["title"]["en"])}, values)


def _load_areas(data: Mapping[str, Any], framework: Framework, tally: Tally) -> None:
    classification = Classification(data)
    for position, entry in enumerate(_areas(data), start=1):
        values = {"position": position, **columns("title", entry["title"])}
        area = tally.keep(Area, {"framework": framework, "code": entry["code"]}, values)
        for item in entry["activities"]:
            parent = load_item(item, framework, area, None, classification, tally)
            for child in item.get("children", []):
                load_item(child, framework, area, parent, classification, tally)


def _areas(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from data.get("areas", [])
    if follow_up := data.get("follow_up"):
        # Section III stands beside the areas of section II: its points are agreed items like theirs.
        section = next(section for section in data["document"]["sections"] if section["n"] == "III")
        yield {"code": "F", "title": section, "activities": [{**item, "description": item} for item in follow_up]}
