"""A frozen report as it is read: its rows with the names of that day, what was said in the round, what came since."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.keys import among
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.texts import Text, current_language

from ..choices import RequestState
from ..models import FrozenReport, FrozenRow
from ..models.names import LISTS, Name, Names, read_names
from ..reports import Row, RowReader
from .frozen_entries import Said, Since, Teller, revived
from .frozen_since import read_since
from .lines import columns_of_lines

ROWS_AT_A_TIME = 500
TOLD = ("said", "since")


class FrozenLine(NamedTuple):
    """One row of the report as it was kept, what was said in the round, and what was entered since."""

    row: Row
    said: list[Said]
    since: list[Since]

    @property
    def area(self) -> Name:
        return self.row.area

    @property
    def title(self) -> Text:
        return self.row.title


def find_report(number: int, version: int) -> FrozenReport:
    """Raises FrozenReport.DoesNotExist."""
    reports = FrozenReport.objects.select_related("round__framework", "frozen_by")
    return reports.get(round__number=number, version=version)


def names_in(report: FrozenReport, language: str) -> tuple[Names, dict[str, str]]:
    """What everything was called when the report was frozen, and the countries; of a newer language, in English."""
    kept = report.names.get(language) or report.names["en"]
    by_id = {kind: {int(pk): _name(int(pk), name) for pk, name in kept.get(kind, {}).items()} for kind in KINDS}
    by_code = {kind: {name.code: name for name in names.values()} for kind, names in by_id.items()}
    return Names(by_code, by_id), kept["countries"]


KINDS = (*LISTS, "organizations", "obstacles")


def _name(pk: int, kept: Sequence[str]) -> Name:
    code, title, language = kept
    return Name(pk, code, title, language, (pk,))


class FrozenRows:
    """The rows of a report that one person may see, in the reader's language; which they are is settled when made."""

    def __init__(self, report: FrozenReport, user: Any, *, descending: bool = False) -> None:
        self.report = report
        rows = FrozenRow.objects.filter(report=report).visible_to(user)
        self.ids = list(rows.order_by("-position" if descending else "position").values_list("pk", flat=True))
        names, countries = names_in(report, current_language())
        self.reader = RowReader(names, self.as_of)
        self.reader.country_names = countries
        self.names_today = read_names()
        self.revived = partial(
            revived, organization=partial(names.of, "organizations"), obstacle=partial(names.of, "obstacles")
        )

    @property
    def as_of(self) -> datetime.date:
        return datetime.date.fromisoformat(self.report.facts["as_of"])

    @property
    def hidden(self) -> int:
        """How many rows this person may not see."""
        return self.report.row_count - len(self.ids)

    def all(self) -> Iterator[FrozenLine]:
        for start in range(0, len(self.ids), ROWS_AT_A_TIME):
            yield from self.lines(start, start + ROWS_AT_A_TIME)

    def lines(self, start: int, end: int) -> list[FrozenLine]:
        """These of the rows, with what was entered since: a few statements, however many they are."""
        here = self.ids[start:end]
        found = dict(FrozenRow.objects.filter(pk__in=among(here)).values_list("pk", "data"))
        kept = [found[pk] for pk in here]
        since = read_since(self.report, kept, self.names_today) if kept else {}
        return [
            FrozenLine(
                row=self.reader.row(_as_read(data)),
                said=[self.revived(entry) for entry in data["said"]],
                since=since.get(data["pk"], []),
            )
            for data in kept
        ]


def _as_read(data: dict[str, Any]) -> dict[str, Any]:
    """The row with its dates as the database gives them."""
    due, heard = data["planned_end_on"], data["last_update_at"]
    return data | {
        "planned_end_on": PartialDate(due) if due else "",
        "last_update_at": heard and datetime.datetime.fromisoformat(heard),
    }


def frozen_columns(user: Any) -> list[Column]:
    """Those of the live report, and what was reported in the round and corrected since."""
    teller = Teller()
    said, since = TOLD
    return [
        *columns_of_lines(user),
        Column(name=said, label=_("Reported in the round"), value=lambda line: teller.said(line.said), width=60),
        Column(name=since, label=_("Corrected since"), value=lambda line: teller.since(line.since), width=40),
    ]


class Head(NamedTuple):
    """What the page and the paper say of the report itself, in the reader's language, as it was when it was frozen."""

    title: Text
    framework: str
    period: tuple[datetime.date, datetime.date]
    as_of: datetime.date
    filters: str
    asked: str
    counts: list[tuple[str, str, int]]
    answered: int
    requests: int


def read_head(report: FrozenReport) -> Head:
    facts, language = report.facts, current_language()
    names, _countries = names_in(report, language)
    framework = names.of("frameworks", facts["framework_id"])
    begins, ends = map(datetime.date.fromisoformat, facts["period"])
    counts = facts["counts"]
    return Head(
        title=Text(facts["title"], facts["language"]),
        framework=f"{framework.title} ({framework.code})",
        period=(begins, ends),
        as_of=datetime.date.fromisoformat(facts["as_of"]),
        filters=facts["filters_in_words"].get(language) or facts["filters_in_words"]["en"],
        asked=facts["asked"],
        counts=[(state, str(label), counts[state]) for state, label in RequestState.choices],
        answered=counts["answered_in_all"],
        requests=counts["requests"],
    )


class Reopening(NamedTuple):
    at: datetime.datetime
    by: str
    reason: str


def read_reopening(report: FrozenReport, user: Any) -> Reopening | None:
    """When the round was first opened again after this report; by whom and why only for signed-in readers."""
    history = report.round.history
    closing = history.filter(closed_at=report.frozen_at).order_by("history_id").values("history_id")[:1]
    later = history.filter(history_id__gt=Subquery(closing), closed_at__isnull=True)
    first = later.select_related("history_user").order_by("history_id").first()
    if first is None:
        return None
    if not user.is_authenticated:
        return Reopening(first.history_date, "", "")
    return Reopening(first.history_date, str(first.history_user or ""), first.history_change_reason or "")


def newest_version(report: FrozenReport) -> FrozenReport | None:
    """A later report of the same round, if there is one."""
    later = FrozenReport.objects.filter(round=report.round_id, version__gt=report.version).order_by("-version").first()
    if later:
        later.round = report.round
    return later


@dataclass(frozen=True, kw_only=True)
class FrozenProvenance(Provenance):
    """Names the frozen report in every output; `left_out` counts rows that the reader may not see."""

    frozen_at: datetime.datetime
    version: int
    checksum: str

    def facts(self) -> list[tuple[str, str]]:
        return [
            (_("Frozen report"), self.title),
            (_("Version"), str(self.version)),
            (_("Source"), self.source),
            (_("Filters"), self.filters or _("None: all activities of the framework")),
            (_("As at"), date_format(self.as_of, "DATE_FORMAT")),
            (_("Frozen"), date_format(timezone.localtime(self.frozen_at), "DATETIME_FORMAT")),
            (_("Checksum (SHA-256)"), self.checksum),
            (_("Address"), self.address),
            (_("Rows"), str(self.rows)),
            (_("Rows not visible to the reader"), str(self.left_out)),
            (_("Made"), date_format(timezone.localtime(self.made_at), "DATETIME_FORMAT")),
            (_("Made by"), self.made_by),
        ]

    def values(self) -> dict[str, Any]:
        return super().values() | {
            "frozen_at": self.frozen_at.isoformat(timespec="seconds"),
            "version": self.version,
            "checksum": self.checksum,
        }
