"""What changed between two days, in words: one line for each change of an activity, read in whole sets."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from tracker.toolkit.days import day_words
from tracker.toolkit.keys import among
from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.texts import Text

from ..choices import Role, Status
from ..filters import LARGE, Change, Comparison, in_order
from ..models import ActivityState
from ..models.names import Name
from ..reports import Row, RowReader, wording
from .lines import columns_of_lines

READ_AT_A_TIME = 500


class Line(NamedTuple):
    """One change of one activity, which is shown as it is on the later day."""

    change: str
    row: Row
    words: str

    @property
    def area(self) -> Name:
        return self.row.area

    @property
    def title(self) -> Text:
        return self.row.title


def count_changes(comparison: Comparison) -> dict[str, int]:
    """How many activities changed in each way, in one statement; where they are many at most every 30 seconds."""
    key = comparison.cache_key("changes")
    if known := caches["process"].get(key):
        return known
    numbers = {change: Count("pk", filter=condition) for change, condition in comparison.changes().items()}
    found = comparison.rows().aggregate(**numbers)
    counts = {change: found[change] for change in Change.values}
    if sum(counts.values()) > LARGE:
        caches["process"].set(key, counts)
    return counts


class Comparing:
    """Reads the lines of a comparison in the reader's language; `sort` is the order within each kind of change."""

    def __init__(self, comparison: Comparison, sort: str) -> None:
        self.comparison = comparison
        self.sort = sort
        self.reader = RowReader(comparison.names, comparison.today)
        self.status, self.role = wording(Status), wording(Role)

    def keys(self, change: str) -> Any:
        return in_order(self.comparison.changed(change), self.sort).values_list("pk", flat=True)

    def page(self, counts: dict[str, int], start: int, size: int) -> list[Line]:
        """The lines from `start` on: as many statements as kinds of change stand on the page, and a few."""
        wanted: list[tuple[str, int]] = []
        for change, number in counts.items():
            if start < number and len(wanted) < size:
                keys = self.keys(change)[max(start, 0) : start + size - len(wanted)]
                wanted += [(change, pk) for pk in keys]
                start = 0
            else:
                start = max(start - number, 0)
        return self.read(wanted)

    def wanted(self) -> list[tuple[str, int]]:
        """Each change of each activity, in order."""
        return [(change, pk) for change in Change.values for pk in self.keys(change)]

    def all(self, wanted: Sequence[tuple[str, int]]) -> Iterator[Line]:
        """The lines of `wanted`, read some hundred at a time."""
        for start in range(0, len(wanted), READ_AT_A_TIME):
            yield from self.read(wanted[start : start + READ_AT_A_TIME])

    def read(self, wanted: Sequence[tuple[str, int]]) -> list[Line]:
        keys = list(dict.fromkeys(pk for _change, pk in wanted))
        if not keys:
            return []
        rows = {row.pk: row for row in self.reader.all(keys)}
        before = self._before(keys)
        joined, left = self._people(self.comparison.joining(), keys), self._people(self.comparison.leaving(), keys)
        lines = []
        for change, pk in wanted:
            if row := rows.get(pk):
                said = joined[pk] if change == Change.JOINED else left[pk] if change == Change.LEFT else ""
                lines.append(Line(change, row, said or self._words(change, row, *before.get(pk, ("", None)))))
        return lines

    def _before(self, keys: Sequence[int]) -> dict[int, tuple[str, int | None]]:
        since = self.comparison.since
        states = ActivityState.objects.filter(
            Q(known_from__lte=since, known_until__gt=since), activity__in=among(keys)
        ).order_by()
        return {pk: (status, progress) for pk, status, progress in states.values_list("activity", "status", "progress")}

    def _people(self, participations: Any, keys: Sequence[int]) -> dict[int, str]:
        """“OSCE (Lead); UNDP (Funder)” by activity."""
        found: dict[int, list[str]] = defaultdict(list)
        rows = participations.filter(activity__in=among(keys)).order_by("pk")
        for activity_id, organization_id, role in rows.values_list("activity_id", "organization_id", "role"):
            name = self.comparison.names.of("organizations", organization_id).title
            # Translators: an organization and its role in an activity.
            found[activity_id].append(
                _("%(organization)s (%(role)s)") % {"organization": name, "role": self.role(role)}
            )
        return defaultdict(str, {pk: "; ".join(names) for pk, names in found.items()})

    def _words(self, change: str, row: Row, status: str, progress: int | None) -> str:
        if change == Change.SILENT:
            if row.updated_on is None:
                return _("Never reported on")
            return _("No update since %(day)s") % {"day": day_words(row.updated_on)}
        if change == Change.NEW:
            return self.status(row.status)
        said = []
        if status != row.status:
            said.append(before_and_after(self.status(status), self.status(row.status)))
        if progress != row.progress:
            said.append(before_and_after(percent(progress), percent(row.progress)))
        return "; ".join(said)


def before_and_after(before: str, after: str) -> str:
    # Translators: what a value was on the earlier day and what it is on the later one; turn the arrow where text runs
    # from right to left.
    return _("%(before)s → %(after)s") % {"before": before, "after": after}


def percent(progress: int | None) -> str:
    return "–" if progress is None else f"{progress}%"


def comparison_columns(user: Any) -> list[Column]:
    """The kind of change, the activity, what changed in words, and the other columns of the report."""
    change = wording(Change)
    code, title, *others = columns_of_lines(user)
    return [
        Column(
            name="change",
            label=_("Change"),
            value=lambda line: change(line.change),
            codes=lambda line: [line.change],
        ),
        code,
        title,
        Column(name="words", label=_("What changed"), value=lambda line: line.words, width=40),
        *others,
    ]
