"""What everything is called: the short lists that filters offer and rows refer to, kept for seconds in each process."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from organizations.models import NAME_COLUMNS, Organization
from tracker.toolkit.texts import current_language, find_text

from .activity import Activity
from .framework import Area, Framework, Principle
from .vocabulary import FunctionalField, ObstacleKind, Theme

LANGUAGES = tuple(code.replace("-", "_") for code, _name in settings.LANGUAGES)
LISTS = ("frameworks", "areas", "items", "principles", "fields", "themes")

# The two kinds of activity, as addresses and columns name them.
ACTIVITY_KINDS = {"agreed": _("Agreed item"), "undertaking": _("Undertaking")}


class Name(NamedTuple):
    """A code with its title in the reader's language, or else in `language`, and the rows it stands for."""

    pk: int
    code: str
    title: str
    language: str
    # Several frameworks may use the same code.
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Every list by code, and by primary key. Organizations are known by their slug, their title is the acronym."""

    by_code: dict[str, dict[str, Name]]
    by_id: dict[str, dict[int, Name]]

    def __getattr__(self, kind: str) -> dict[str, Name]:
        try:
            return self.by_code[kind]
        except KeyError:
            raise AttributeError(kind) from None

    def of(self, kind: str, pk: int) -> Name:
        """The name of one row; of one made in the last seconds too."""
        found = self.by_id[kind].get(pk)
        if found is None:
            self.by_id[kind].update(read_names(fresh=True).by_id[kind])
            found = self.by_id[kind][pk]
        return found


def read_names(*, fresh: bool = False) -> Names:
    """The names in the reader's language: at most 30 seconds old, or `fresh` from the database (two statements)."""
    key = f"names:{current_language()}"
    read = _read_once.get()
    names = read.get(key) if fresh and read is not None else None
    names = names or (None if fresh else caches["process"].get(key))
    if names is None:
        names = _collect([*_vocabulary(), *_organizations()])
        caches["process"].set(key, names)
        if read is not None:
            read[key] = names
    return names


_read_once: ContextVar[dict[str, Names] | None] = ContextVar("names_read_once", default=None)


@contextmanager
def names_read_once() -> Iterator[None]:
    """In here `fresh` names are read once: for pages that look at many filters."""
    token = _read_once.set({})
    try:
        yield
    finally:
        _read_once.reset(token)


def obstacle_names() -> dict[int, Name]:
    """The kinds of obstacle in the reader's language, by primary key."""
    rows = ObstacleKind.objects.rewrite(False).values("pk", "code", *(f"title_{language}" for language in LANGUAGES))
    return {row["pk"]: Name(row["pk"], row["code"], *find_text(row, "title"), (row["pk"],)) for row in rows}


def country_names() -> dict[str, str]:
    """Country names in the reader's language by their two-letter code."""
    return _countries(current_language())


@lru_cache(maxsize=16)
def _countries(language: str) -> dict[str, str]:
    return {country.code: str(country.name) for country in countries}


def _titles(field: str) -> dict[str, Any]:
    return {f"t_{language}": F(f"{field}_{language}") for language in LANGUAGES}


def _vocabulary() -> list[dict[str, Any]]:
    """All lists but the organizations, in one statement."""
    sources: tuple[tuple[Any, ...], ...] = (
        (Framework.objects.all(), "short_title", F("pk"), F("code"), Value("en")),
        (Area.objects.all(), "title", F("framework_id"), Value(""), Value("en")),
        (Activity.objects.agreed_items(), "title", F("framework_id"), F("sort_key"), F("language")),
        (Principle.objects.all(), "title", F("framework_id"), Value(""), Value("en")),
        (FunctionalField.objects.all(), "title", Value(0), Value(""), Value("en")),
        (Theme.objects.all(), "title", Value(0), Value(""), Value("en")),
    )
    queries = []
    for kind, (rows, title, framework, order, language) in zip(LISTS, sources, strict=True):
        position = Value(0) if kind == "items" else F("position")
        # Without rewriting: modeltranslation shuffles the columns, which a union must not.
        queries.append(
            rows.order_by()
            .rewrite(False)
            .values_list(
                Value(kind),
                "pk",
                framework,
                position,
                Cast(order, CharField()),
                "code",
                Cast(language, CharField()),
                *_titles(title).values(),
            )
        )
    columns = ("kind", "pk", "framework", "position", "order", "code", "language", *_titles("title"))
    rows = queries[0].union(*queries[1:], all=True)
    found = [_readable(dict(zip(columns, row, strict=True))) for row in rows]
    return sorted(found, key=lambda row: (row["framework"], row["position"], row["order"], row["code"]))


def _organizations() -> list[dict[str, Any]]:
    found = []
    for row in Organization.objects.order_by().rewrite(False).values("pk", "slug", *NAME_COLUMNS):
        text = find_text(row, "acronym")
        text = text if text.value else find_text(row, "name")
        found.append({"kind": "organizations", "pk": row["pk"], "code": row["slug"], "text": text})
    return sorted(found, key=lambda row: (row["text"].value.casefold(), row["code"]))


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    titles = {name.replace("t_", "title_", 1): value for name, value in row.items() if name.startswith("t_")}
    return row | {"text": find_text(titles | {"language": row["language"]}, "title")}


def _collect(rows: list[dict[str, Any]]) -> Names:
    ids: dict[tuple[str, str], tuple[int, ...]] = {}
    for row in rows:
        ids[row["kind"], row["code"]] = (*ids.get((row["kind"], row["code"]), ()), row["pk"])
    by_code: dict[str, dict[str, Name]] = {kind: {} for kind in (*LISTS, "organizations")}
    by_id: dict[str, dict[int, Name]] = {kind: {} for kind in (*LISTS, "organizations")}
    for row in rows:
        kind, code, text = row["kind"], row["code"], row["text"]
        name = Name(row["pk"], code, text.value, text.language, ids[kind, code])
        by_code[kind].setdefault(code, name)
        by_id[kind][row["pk"]] = name
    return Names(by_code, by_id)
