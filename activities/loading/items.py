"""One agreed item of a framework: its text as the document has it, its classification as the document implies it."""

from collections.abc import Mapping
from typing import Any

from ..choices import Level
from ..models import Activity, Area, Framework, Theme
from ..workflow import refresh_derived
from ..workflow.undertakings import sort_key_of
from .tally import Tally
from .texts import columns

NOTES = ("data_shape", "translation_note", "what_happened")


class Classification:
    """Where the file says that a level or a theme is named in an item; coordinators may classify otherwise later."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._levels = {entry["code"]: _codes(entry) for entry in data.get("levels", [])}
        self._themes = {entry["code"]: _codes(entry) for entry in data.get("cross_cutting_concerns", [])}

    def level_of(self, code: str) -> str:
        named = [level for level, codes in self._levels.items() if code in codes]
        return Level.BOTH if len(named) == 2 else named[0] if named else ""

    def themes_of(self, code: str) -> list[str]:
        return [theme for theme, codes in self._themes.items() if code in codes]


def load_item(
    entry: Mapping[str, Any],
    framework: Framework,
    area: Area,
    parent: Activity | None,
    classification: Classification,
    tally: Tally,
) -> Activity:
    """Load an agreed item. Its text always follows the file; the rest is the coordinators' from then on."""
    code = entry["code"]
    created_before = sum(tally.created.values())
    item = tally.keep(
        Activity,
        {"framework": framework, "code": code},
        {
            "area": area,
            "parent": parent,
            "sort_key": sort_key_of(code),
            "agreed": True,
            **columns("title", entry["title"]),
            **columns("description", entry["description"]),
        },
        first={
            "language": framework.source_language,
            "level": classification.level_of(code),
            "planned_end_on": entry.get("due", ""),
            "editorial_note": "\n".join(_notes(entry)),
        },
    )
    if sum(tally.created.values()) > created_before:
        item.themes.set(Theme.objects.filter(code__in=classification.themes_of(code)))
        refresh_derived(item)
    return item


def _codes(entry: Mapping[str, Any]) -> list[str]:
    return [code.strip() for code in entry["source"].split(",")]


def _notes(entry: Mapping[str, Any]) -> list[str]:
    sentences = [entry[name] for name in NOTES if name in entry]
    return [*sentences, entry["source"]] if "source" in entry else sentences
