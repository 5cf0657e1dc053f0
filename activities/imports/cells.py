"""What a cell may hold, by kind: how its text is read into what a form would send, and said again in words."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.toolkit.dates import INVALID_DATE, PartialDate

from ..models.names import Names, country_names
from .lists import Labels, Lists, Unknown, item_of

BETWEEN = ";"


@dataclass(frozen=True)
class Sight:
    """What a cell is read with: the lists, the names in the reader's language, and the framework of its row."""

    lists: Lists
    names: Names
    framework: int | None = None


@dataclass(frozen=True)
class Kind:
    """`read` gives texts as a form would send them, or raises ValueError with a sentence; `say` gives them in words."""

    takes: str | Promise
    read: Callable[[str, Sight], list[str]]
    say: Callable[[Sequence[str], Sight], str]


def _as_it_is(text: str, sight: Sight) -> list[str]:
    return [text]


def _joined(values: Sequence[str], sight: Sight) -> str:
    return "; ".join(values)


TEXT = Kind(gettext_lazy("text"), _as_it_is, _joined)


def _read_date(text: str, sight: Sight) -> list[str]:
    try:
        return [str(PartialDate(text))]
    except ValueError as error:
        raise ValueError(str(INVALID_DATE)) from error


def _say_date(values: Sequence[str], sight: Sight) -> str:
    return PartialDate(values[0]).localized() if values else ""


def _read_day(text: str, sight: Sight) -> list[str]:
    try:
        return [datetime.date.fromisoformat(text).isoformat()]
    except ValueError as error:
        raise ValueError(_("Enter a day as year-month-day, like 2026-11-23.")) from error


DATE = Kind(
    gettext_lazy("a date as year-month-day, or only year-month or year: 2001-05-17, 2001-05, 2001"),
    _read_date,
    _say_date,
)
DAY = Kind(gettext_lazy("a day as year-month-day: 2001-05-17"), _read_day, _say_date)


def _read_number(text: str, sight: Sight) -> list[str]:
    try:
        return [str(int(text.removesuffix("%").strip()))]
    except ValueError as error:
        raise ValueError(_("“%(text)s” is not a whole number.") % {"text": text[:20]}) from error


NUMBER = Kind(gettext_lazy("a whole number"), _read_number, _joined)
PERCENT = Kind(
    gettext_lazy("a whole number from 0 to 100"), _read_number, lambda values, sight: f"{values[0]}%" if values else ""
)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", BETWEEN).split(BETWEEN) if part.strip()]


def choice(choices: Any) -> Kind:
    """One of a fixed list, by code or by label in any language."""
    return Kind(
        gettext_lazy("one of the codes, or its label"),
        lambda text, sight: [sight.lists.choices(choices).find(text)],
        lambda values, sight: str(dict(choices.choices).get(values[0], values[0])) if values else "",
    )


def _found(text: str, labels: Labels) -> list[str]:
    """Several things in one cell, in the order of a form. Names what is not known all at once."""
    found, unknown = set(), []
    for part in _parts(text):
        try:
            found.add(str(labels.find(part)))
        except Unknown as error:
            unknown.append(str(error))
    if unknown:
        raise Unknown(" ".join(unknown))
    return sorted(found)


COUNTRIES = Kind(
    gettext_lazy("codes of two letters or names, with “;” between them"),
    lambda text, sight: _found(text, sight.lists.countries),
    lambda values, sight: "; ".join(country_names().get(code, code) for code in values),
)
LANGUAGE = Kind(
    gettext_lazy("the code of a language: ar, zh-hans, en, fr, ru, es"),
    lambda text, sight: [sight.lists.languages.find(text)],
    _joined,
)


def vocabulary(name: str) -> Kind:
    """Functional fields or themes, by code or title."""
    return Kind(
        gettext_lazy("codes or titles, with “;” between them"),
        lambda text, sight: _found(text, sight.lists.vocabulary(name)),
        lambda values, sight: "; ".join(_titles(values, sight, name)),
    )


def _titles(values: Sequence[str], sight: Sight, name: str) -> list[str]:
    if name not in sight.names.by_id:
        codes = {str(key): code for code, key in sight.lists.vocabulary(name).codes.items()}
        return [codes.get(key, key) for key in values]
    return [sight.names.of(name, int(key)).title for key in values]


def _read_principles(text: str, sight: Sight) -> list[str]:
    return _found(text, sight.lists.principles[sight.framework or 0])


PRINCIPLES = Kind(
    gettext_lazy("codes of principles, with “;” between them"),
    _read_principles,
    lambda values, sight: "; ".join(sight.names.of("principles", int(key)).code for key in values),
)


def _read_items(text: str, sight: Sight) -> list[str]:
    return sorted({str(item_of(sight.lists, part, sight.framework).pk) for part in _parts(text)})


ITEMS = Kind(
    gettext_lazy("references of agreed items, with “;” between them"),
    _read_items,
    lambda values, sight: "; ".join(sight.names.of("items", int(key)).code for key in values),
)
ORGANIZATION = Kind(
    gettext_lazy("an organization by its acronym, any of its names, or the last part of its address"),
    lambda text, sight: [str(sight.lists.organizations.find(text))],
    lambda values, sight: "; ".join(sight.names.of("organizations", int(key)).title for key in values),
)


def _read_person(text: str, sight: Sight) -> list[str]:
    key = sight.lists.people.get(text.casefold())
    if key is None:
        raise Unknown(_("Nobody signs in with the address “%(text)s”.") % {"text": text[:60]})
    return [str(key)]


def _say_person(values: Sequence[str], sight: Sight) -> str:
    addresses = {str(key): address for address, key in sight.lists.people.items()}
    return "; ".join(addresses.get(key, key) for key in values)


PERSON = Kind(gettext_lazy("the e-mail address with which a person signs in"), _read_person, _say_person)
