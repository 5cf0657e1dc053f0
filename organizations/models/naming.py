"""What organizations are called: today, and what they were called on a day of the past."""

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.texts import Text, find_text

from .organization import NAME_COLUMNS, Organization, OrganizationName

Day = datetime.date | PartialDate


class Called(NamedTuple):
    """An organization under the name of one day, in the reader's language or the nearest other."""

    pk: int
    slug: str
    acronym: Text
    name: Text

    @property
    def text(self) -> Text:
        """The name with the acronym after it, where they differ."""
        if self.name.value == self.acronym.value or not self.acronym.value:
            return self.name
        # Translators: an organization's name and its acronym.
        return Text(f"{self.name.value} ({self.acronym.value})", self.name.language)


class NamesThroughTime:
    """The names of all organizations, read once (two statements).

    On a day an organization has the name that was in use on that day, and once another has succeeded it, that one's.
    A day known only to the month or the year counts as its first: the older name is the one then in use.
    """

    def __init__(self, today: datetime.date) -> None:
        self.today = today
        columns = ("pk", "slug", "successor_id", "succeeded_on", *NAME_COLUMNS)
        rows = Organization.objects.order_by().rewrite(False).values(*columns)
        self._organizations = {row["pk"]: row for row in rows}
        self._earlier: dict[int, list[Mapping[str, Any]]] = {}
        # What has no end is a spelling beside the name, not one before it.
        earlier = OrganizationName.objects.exclude(until="").order_by("until", "pk").rewrite(False)
        for row in earlier.values("organization_id", "since", "until", *NAME_COLUMNS):
            self._earlier.setdefault(row["organization_id"], []).append(row)
        self._found: dict[tuple[int, datetime.date], Called] = {}

    def today_of(self, pk: int) -> Called:
        return self.on(pk, self.today)

    def on(self, pk: int, day: Day) -> Called:
        first = day.first_day if isinstance(day, PartialDate) else day
        if (pk, first) not in self._found:
            self._found[pk, first] = self._on(pk, first)
        return self._found[pk, first]

    def _on(self, pk: int, day: datetime.date) -> Called:
        row = self._organizations[pk]
        passed = {pk}
        while row["successor_id"] and row["successor_id"] not in passed and is_over(row["succeeded_on"], day):
            passed.add(row["successor_id"])
            row = self._organizations[row["successor_id"]]
        then = next((name for name in self._earlier.get(row["pk"], ()) if _in_use(name, day)), row)
        acronym = find_text(then, "acronym")
        return Called(
            row["pk"],
            row["slug"],
            acronym if acronym.value else find_text(row, "acronym"),
            find_text(then, "name"),
        )


def is_over(succeeded_on: PartialDate | str, day: datetime.date) -> bool:
    """Whether the successor had taken over; of one whose day nobody knows it has."""
    return not isinstance(succeeded_on, PartialDate) or succeeded_on.last_day <= day


def _in_use(name: Mapping[str, Any], day: datetime.date) -> bool:
    """`until` is the day on which it ceased to be used."""
    since, until = name["since"], name["until"]
    return (not since or since.first_day <= day) and day < until.last_day
