"""Mentions: which organizations an entry of the log names besides the one that wrote it, and telling them."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from organizations.models import NAME_COLUMNS, Organization, OrganizationName
from tracker.toolkit.search import normalise

from ..choices import NotificationKind, UpdateKind, Visibility
from ..models import Participation, StatusUpdate
from ..notifications import AddressBook, Recipient, Telling, write

# How far back entries are read again: whoever becomes a focal point within these days still hears of them.
MENTION_DAYS = 14
# Two capital letters mean too many things.
SHORTEST = 3
BATCH = 500
TEXTS = ("done", "obstacles", "next_steps")


class Phrase(NamedTuple):
    """A name as a row of words; `exact` ones, acronyms, must be written in the same capitals."""

    words: tuple[str, ...]
    folded: tuple[str, ...]
    exact: bool
    organization_id: int


class Names:
    """Every acronym and name of any time and language, to be found in running text."""

    def __init__(self) -> None:
        """Reads all of them: two statements."""
        self.by_first_word: dict[str, list[Phrase]] = defaultdict(list)
        earlier = OrganizationName.objects.order_by("pk").values_list("organization_id", *NAME_COLUMNS)
        for pk, *names in [*Organization.objects.order_by("pk").values_list("pk", *NAME_COLUMNS), *earlier]:
            for column, name in zip(NAME_COLUMNS, names, strict=True):
                self._add(pk, name or "", exact=column.startswith("acronym"))
        for phrases in self.by_first_word.values():
            # The longest first: “Western European Union” does not name the European Union.
            phrases.sort(key=lambda phrase: -len(phrase.words))

    def _add(self, organization_id: int, name: str, *, exact: bool) -> None:
        words = _words(name)
        if words and len(name) >= SHORTEST:
            folded = tuple(word.casefold() for word in words)
            self.by_first_word[folded[0]].append(Phrase(words, folded, exact, organization_id))

    def named_in(self, text: str) -> set[int]:
        """The organizations that the text names in whole words."""
        words = _words(text)
        folded = tuple(word.casefold() for word in words)
        found: set[int] = set()
        place = 0
        while place < len(words):
            length = 1
            for phrase in self.by_first_word.get(folded[place], ()):
                end = place + len(phrase.words)
                if found_here := phrase.folded == folded[place:end]:
                    found_here = not phrase.exact or phrase.words == words[place:end]
                if found_here and len(phrase.words) >= length:
                    found.add(phrase.organization_id)
                    length = len(phrase.words)
            place += length
        return found


def _words(text: str) -> tuple[str, ...]:
    return tuple(normalise(text, keep_case=True).split())


class Mention(NamedTuple):
    """An entry that names another organization."""

    update: dict[str, Any]
    organization_id: int


def tell_mentions(now: datetime.datetime) -> int:
    """Tell focal points of what others wrote of their organization in the last days; returns how many are told."""
    names, rows = Names(), _recent(now)
    batches = (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
    return sum(_tell(list(_mentions(batch, names))) for batch in batches)


def _recent(now: datetime.datetime) -> list[dict[str, Any]]:
    # What was recorded from public sources tells nobody anything new of themselves.
    since = now - datetime.timedelta(days=MENTION_DAYS)
    entries = StatusUpdate.objects.standing().filter(created_at__gte=since).exclude(kind=UpdateKind.DOCUMENTED)
    columns = ("pk", "organization_id", "author_id", "activity_id", "activity__visibility", *TEXTS)
    return list(entries.order_by("pk").values(*columns))


def _mentions(rows: Iterable[dict[str, Any]], names: Names) -> Iterator[Mention]:
    for row in rows:
        named = set().union(*(names.named_in(row[column]) for column in TEXTS))
        for organization_id in sorted(named - {row["organization_id"]}):
            yield Mention(row, organization_id)


def _tell(mentions: Sequence[Mention]) -> int:
    """Write what is new of these; the number of statements does not depend on how many they are."""
    mentions = list(_readable(mentions))
    if not mentions:
        return 0
    book = AddressBook({mention.organization_id for mention in mentions})
    # Each for itself `by`: who wrote an entry is not told of it.
    tellings = [
        Telling(
            kind=NotificationKind.MENTION,
            recipient=recipient,
            key=f"{row['pk']}:{organization_id}",
            rows={"update_id": row["pk"], "activity_id": row["activity_id"], "organization_id": organization_id},
        )
        for row, organization_id in mentions
        for recipient in _focal_points(book, organization_id)
        if recipient.user and recipient.user.pk != row["author_id"]
    ]
    return write(tellings, by=None)


def _focal_points(book: AddressBook, organization_id: int) -> list[Recipient]:
    """Without the mailbox and the coordinators: a mention asks nobody to do anything."""
    return [recipient for recipient in book.for_organization(organization_id) if not recipient.because]


def _readable(mentions: Collection[Mention]) -> Iterator[Mention]:
    """Those of which the organization named may read the activity."""
    restricted = {row["activity_id"] for row, _ in mentions if row["activity__visibility"] == Visibility.RESTRICTED}
    opened: set[tuple[int, int]] = set()
    if restricted:
        opening = Participation.objects.opening_to({organization_id for _, organization_id in mentions})
        opened = set(opening.filter(activity__in=restricted).values_list("activity_id", "organization_id"))
    for mention in mentions:
        row = mention.update
        if row["activity_id"] not in restricted or (row["activity_id"], mention.organization_id) in opened:
            yield mention
