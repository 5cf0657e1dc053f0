"""The message catalogues: compiled ones are fresh, every text is in them, and the complete languages are complete."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from tests.settings import ENVIRONMENT
from tests.sources import ROOT, files, modules

LANGUAGES = ["ar", "en", "es", "fr", "ru", "zh_Hans"]
COMPLETE = ["ar", "es", "fr", "ru", "zh_Hans"]  # besides English, which is what the source is written in

# Folders whose texts are shown to readers.
TRANSLATED = ("manage.py", "tracker/", "organizations/", "activities/", "templates/", "static/", "locale/")

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

Key = tuple[str | None, str]


def catalogue(language: str, root: Path = ROOT) -> polib.POFile:
    path = root / "locale" / language / "LC_MESSAGES" / "django.po"
    assert path.is_file(), f"{path.relative_to(root)} is missing: run make messages"
    return polib.pofile(str(path))


def texts(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    """The translations of an entry: one, or one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def key(entry: polib.POEntry | polib.MOEntry) -> Key:
    return entry.msgctxt, entry.msgid


def standing(po: polib.POFile) -> dict[Key, polib.POEntry]:
    return {key(entry): entry for entry in po if not entry.obsolete}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_fresh(language: str) -> None:
    """What is compiled is what is written: nobody needs GNU gettext to run the product."""
    po = catalogue(language)
    compiled = polib.mofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.mo"))
    written = {key(entry): texts(entry) for entry in po.translated_entries()}
    assert {key(entry): texts(entry) for entry in compiled} == written
    assert compiled.metadata["Plural-Forms"] == po.metadata["Plural-Forms"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    """A text that lost or invented a placeholder fails where it is shown; a plural form may leave the number out."""
    wrong = []
    for entry in catalogue(language).translated_entries():
        wanted = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural))
        for text in texts(entry):
            found = set(PLACEHOLDER.findall(text))
            if found - wanted or (found != wanted and not entry.msgid_plural):
                wrong.append(f"{entry.msgid!r}: {sorted(found)}, not {sorted(wanted)}")
    assert wrong == []


@pytest.mark.parametrize("language", COMPLETE)
def test_a_complete_language_lacks_nothing(language: str) -> None:
    entries = standing(catalogue(language)).values()
    assert len(entries) > 100
    assert [entry.msgid for entry in entries if entry.fuzzy] == []
    assert [entry.msgid for entry in entries if not all(text.strip() for text in texts(entry))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_keeps_doubtful_texts(language: str) -> None:
    """A fuzzy text is a guess of the tools: it is not shown, and it hides that the translation is missing."""
    assert [entry.msgid for entry in standing(catalogue(language)).values() if entry.fuzzy] == []


def test_all_catalogues_hold_the_same_texts() -> None:
    held = {language: set(standing(catalogue(language))) for language in LANGUAGES}
    assert {language: sorted(map(str, ids ^ held["en"])) for language, ids in held.items() if ids != held["en"]} == {}


def test_translation_functions_keep_names_that_the_collector_knows() -> None:
    """Collecting looks for `gettext(`, `_(` and the like; a text given to a function of another name is not found."""
    wrong = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                wrong += [
                    f"{name}: {alias.name} as {alias.asname}" for alias in node.names if alias.asname not in (None, "_")
                ]
    assert wrong == []


def test_every_text_of_the_source_is_in_the_catalogue(tmp_path: Path) -> None:
    """Collects the texts anew in a copy of the source and compares: `make messages` would change nothing."""
    if shutil.which("xgettext") is None:
        sentence = "GNU gettext was not found: whether the catalogues hold every text was NOT TESTED"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        warnings.warn(sentence, stacklevel=1)
        pytest.skip(sentence)
    for name in files():
        if name.startswith(TRANSLATED):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale=en", "--no-obsolete", "--no-wrap"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **ENVIRONMENT, "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    collected, kept = set(standing(catalogue("en", tmp_path))), set(standing(catalogue("en")))
    assert {"missing": collected - kept, "superfluous": kept - collected} == {"missing": set(), "superfluous": set()}


def renderings(node: object) -> Iterator[dict[str, str]]:
    """Every text of a data file that is given in English and in other languages."""
    if isinstance(node, dict):
        if isinstance(node.get("en"), str):
            yield {language: text for language, text in node.items() if isinstance(text, str)}
        for value in node.values():
            yield from renderings(value)
    elif isinstance(node, list):
        for value in node:
            yield from renderings(value)


@pytest.mark.parametrize("language", ["ar", "es", "fr", "ru", "zh_Hans"])
def test_the_interface_says_what_the_framework_says(language: str) -> None:
    """Where a text of the interface is also in the data of the framework, both are translated alike."""
    data = json.loads((ROOT / "activities" / "data" / "framework_S-2001-138.json").read_text(encoding="utf-8"))
    given = {row["en"]: row.get(language.split("_")[0]) for row in renderings(data)}
    shared = [entry for entry in catalogue(language) if given.get(entry.msgid)]
    assert {"Headquarters", "Field", "Other", "United Nations Secretariat"} <= {entry.msgid for entry in shared}
    differing = {entry.msgid: entry.msgstr for entry in shared if entry.msgstr != given[entry.msgid].replace("'", "’")}
    assert differing == {}
