"""The order of a log: which entries stand, in which order they tell the story, and what a new one would follow."""

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tracker.toolkit.dates import PartialDate

from ..choices import Status, UpdateKind
from ..models import Activity, StatusUpdate


class Entry(NamedTuple):
    """What the chain needs to know of one entry. `root` is the first entry of a row of corrections."""

    pk: int
    as_of: str
    root: int
    status: str
    progress: int | None
    kind: str
    created_at: datetime.datetime
    organization_id: int | None
    corrects: int | None

    @property
    def place(self) -> tuple[str, int]:
        """Entries are told by the day they speak of; a correction stands where the corrected entry stood."""
        return self.as_of, self.root


class State(NamedTuple):
    """Where an activity stands, as far as its log tells."""

    status: str
    as_of: str
    progress: int | None


def written_entries(activity: Activity, up_to: int | None = None) -> list[Entry]:
    """All entries as they were entered, each its own root; `up_to` leaves out those with a higher id."""
    rows = StatusUpdate.objects.filter(activity=activity).order_by("pk")
    if up_to is not None:
        rows = rows.filter(pk__lte=up_to)
    columns = ("pk", "as_of", "pk", "status", "progress", "kind", "created_at", "organization_id", "corrects_id")
    return [Entry(*row) for row in rows.values_list(*columns)]


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """Those of the entries that none of the others corrects or takes back, in the order of the story they tell."""
    roots: dict[int, int] = {}
    found: dict[int, Entry] = {}
    for entry in entries:
        if entry.corrects:
            found.pop(entry.corrects, None)
            entry = entry._replace(root=roots.get(entry.corrects, entry.corrects))
        roots[entry.pk] = entry.root
        found[entry.pk] = entry
    stand = (entry for entry in found.values() if entry.kind != UpdateKind.TAKEN_BACK)
    return sorted(stand, key=lambda entry: entry.place)


def standing_entries(activity: Activity, up_to: int | None = None) -> list[Entry]:
    """The entries nobody corrected or took back, in order; `up_to` leaves out those of a higher id, as if unwritten."""
    return standing(written_entries(activity, up_to))


def standing_with(entries: Sequence[Entry], update: StatusUpdate) -> list[Entry]:
    """The standing entries once `update` is written as well: it takes the place of the one it corrects."""
    root = next((entry.root for entry in entries if entry.pk == update.corrects_id), update.pk)
    entry = Entry(
        update.pk, PartialDate(update.as_of), root, update.status, update.progress, update.kind, update.created_at,
        update.organization_id, update.corrects_id,
    )  # fmt: skip
    others = [e for e in entries if e.pk != update.corrects_id]
    if update.kind == UpdateKind.TAKEN_BACK:
        return others
    return sorted([*others, entry], key=lambda one: one.place)


def state_after(activity: Activity, entries: Sequence[Entry]) -> State:
    """Status, its date and progress as the last entries that speak of them say."""
    deciding = next((entry for entry in reversed(entries) if entry.status), None)
    measured = next((entry for entry in reversed(entries) if entry.progress is not None), None)
    return State(
        status=deciding.status if deciding else (Status.AGREED if activity.agreed else Status.PROPOSED),
        as_of=deciding.as_of if deciding else "",
        progress=measured.progress if measured else None,
    )


def state_seen(activity: Activity, seen: int) -> State:
    """Where the activity stood for somebody whose newest entry was `seen`."""
    return state_after(activity, standing_entries(activity, up_to=seen))


class Place(NamedTuple):
    """Where a new entry comes to stand: the entries before it, and those after it."""

    before: list[Entry]
    after: list[Entry]


def place_for(entries: Sequence[Entry], as_of: PartialDate, corrects: StatusUpdate | None) -> Place:
    """The place of a new entry among the standing ones, without the one that it corrects."""
    corrected = next((entry for entry in entries if corrects and entry.pk == corrects.pk), None)
    others = [entry for entry in entries if entry is not corrected]
    if corrected is None:
        # A new entry follows all others: what it says of the whole activity may not be of an earlier day.
        return Place(others, [])
    mine = (str(as_of), corrected.root)
    return Place([entry for entry in others if entry.place < mine], [e for e in others if e.place > mine])


def before_correction(activity: Activity, corrects: StatusUpdate) -> State:
    """Where the activity stood before the entry that is to be corrected."""
    entries = standing_entries(activity)
    return state_after(activity, place_for(entries, corrects.as_of, corrects).before)
