"""Undertakings that look alike: same area, a country in common, periods that overlap, titles of the same words."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Q

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.search import likeness, normalise, words_of
from tracker.toolkit.texts import Text, find_text

from ..models.names import LANGUAGES
from ..models.querysets import ActivityQuerySet

# So many undertakings are compared, the newest first: a page must not hang on the size of the register.
COMPARED = 1000
# A word that more of them share is no reason to compare two of them.
COMMON = 60
# So many pairs are looked at more closely.
PAIRS = 10_000
# How much of two titles must be the same.
ALIKE = 0.6

# So many are shown with the form of a new undertaking.
SIMILAR = 5
# Of so many that hold one of the longest so many words.
READ, WORDS = 300, 6

TITLES = tuple(f"title_{language}" for language in LANGUAGES)
PLAIN = (
    "pk", "framework__code", "code", "language", "area_id", "parent_id", "countries", "planned_start_on",
    "planned_end_on", "actual_start_on", "actual_end_on",
)  # fmt: skip


class Candidate(NamedTuple):
    """An undertaking as it is compared with others."""

    pk: int
    framework: str
    code: str
    title: Text
    area: int
    parent: int
    lead: int | None
    status: str
    countries: frozenset[str]
    first_day: datetime.date
    last_day: datetime.date
    # By language: a title is compared with one in the same language only.
    words: dict[str, frozenset[str]]


class Side(NamedTuple):
    """An undertaking as a hint names it."""

    pk: int
    framework: str
    code: str
    title: Text
    lead: int | None


class Pair(NamedTuple):
    """Two undertakings that look alike, in the order of their keys, how much so, and the countries in common."""

    one: Side
    other: Side
    likeness: float
    countries: list[str]

    @property
    def key(self) -> tuple[int, int]:
        return self.one.pk, self.other.pk


def read_candidates(rows: ActivityQuerySet, *, lead: str, status: str, limit: int = COMPARED) -> list[Candidate]:
    """The newest of these undertakings; `lead` and `status` are the columns that hold them. One statement."""
    columns = (*PLAIN, *TITLES)
    found = rows.undertakings().order_by("-pk").values_list(*columns, lead, status)[:limit]
    return [_candidate(dict(zip((*columns, "lead", "status"), values, strict=True))) for values in found]


def _candidate(row: dict[str, Any]) -> Candidate:
    titles = {language: row[f"title_{language}"] for language in LANGUAGES}
    start = row["actual_start_on"] or row["planned_start_on"]
    end = row["actual_end_on"] or row["planned_end_on"]
    return Candidate(
        pk=row["pk"],
        framework=row["framework__code"],
        code=row["code"],
        title=find_text(row, "title"),
        area=row["area_id"],
        parent=row["parent_id"],
        lead=row["lead"],
        status=row["status"],
        countries=frozenset(code for code in str(row["countries"]).split(",") if code),
        # An unknown day leaves the period open.
        first_day=PartialDate(start).first_day if start else datetime.date.min,
        last_day=PartialDate(end).last_day if end else datetime.date.max,
        words={language: words_of(title) for language, title in titles.items() if title},
    )


def title_likeness(one: dict[str, frozenset[str]], other: dict[str, frozenset[str]]) -> float:
    """Of two titles, in the language in which they are most alike."""
    return max((likeness(one[language], other[language]) for language in one.keys() & other.keys()), default=0.0)


def find_pairs(candidates: Iterable[Candidate]) -> list[Pair]:
    """Those that look alike and are led by different organizations, the likest first."""
    pairs = []
    for one, other in _worth_comparing(candidates):
        if one.lead == other.lead or one.first_day > other.last_day or other.first_day > one.last_day:
            continue
        alike = title_likeness(one.words, other.words)
        if alike >= ALIKE:
            first, second = sorted(map(_side, (one, other)))
            pairs.append(Pair(first, second, alike, sorted(one.countries & other.countries)))
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.key))


def _side(one: Candidate) -> Side:
    return Side(one.pk, one.framework, one.code, one.title, one.lead)


def _worth_comparing(candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, Candidate]]:
    """Pairs of one area with a country in common, or both with none, that share a word that not all have."""
    blocks: dict[tuple[Any, ...], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.lead is None:
            continue
        for country in candidate.countries or ("",):
            for language, words in candidate.words.items():
                for word in words:
                    blocks[candidate.area, country, language, word].append(candidate)
    seen: set[tuple[int, int]] = set()
    # The rarest words first: what they bring together is most likely to be alike.
    for members in sorted(blocks.values(), key=len):
        if len(members) > COMMON:
            return
        for one, other in combinations(members, 2):
            key = (min(one.pk, other.pk), max(one.pk, other.pk))
            if key not in seen:
                seen.add(key)
                yield one, other
            if len(seen) >= PAIRS:
                return


class Similar(NamedTuple):
    """An undertaking similar to one that is being typed, and the countries in common."""

    candidate: Candidate
    likeness: float
    countries: list[str]


def worth_reading(rows: ActivityQuerySet, title: str) -> ActivityQuerySet:
    """Those that hold one of the words typed so far, somewhere: titles are taken apart of few only."""
    words = sorted(words_of(title), key=lambda word: (-len(word), word))[:WORDS]
    return rows.filter(reduce(or_, (Q(search_text__contains=normalise(word)) for word in words), Q(pk=None)))


def find_similar(
    candidates: Iterable[Candidate], title: str, *, parent: int | None = None, countries: Iterable[str] = ()
) -> list[Similar]:
    """Those whose title, in any language, shares half of the words typed so far; the likest first.

    A country in common and the same item make two undertakings of like titles more alike.
    """
    typed, wanted = words_of(title), set(countries)
    if not typed:
        return []
    found = []
    for candidate in candidates:
        shared = max((len(typed & words) for words in candidate.words.values()), default=0)
        # One word in common is chance, but for a title of one word.
        if shared < min(2, len(typed)) or 2 * shared < len(typed):
            continue
        here = sorted(wanted & candidate.countries)
        close = max(likeness(typed, words) for words in candidate.words.values())
        close += 0.2 * bool(here) + 0.1 * (candidate.parent == parent)
        found.append(Similar(candidate, close, here))
    return sorted(found, key=lambda one: (-one.likeness, -one.candidate.pk))[:SIMILAR]
