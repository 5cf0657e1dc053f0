"""What a paper tells of an activity: by whom, its state, the last word, obstacles and sources, read in whole sets."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.models import Called, NamesThroughTime
from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import day_words
from tracker.toolkit.keys import among
from tracker.toolkit.texts import Text, find_text

from ..choices import CLOSED_STATUSES, EvidenceKind, Role, Status, UpdateKind
from ..filters import Selection, entries_known_on
from ..models import Evidence, StatusUpdate
from ..models.log import StatusUpdateQuerySet
from ..models.names import LANGUAGES, Name, country_names, obstacle_names
from ..reports import wording

SOURCES_SHOWN = 5
TITLES = tuple(f"title_{language}" for language in LANGUAGES)
ACTIVITY = (
    "pk", "framework__code", "code", "agreed", "language", "countries", "place", "planned_start_on", "planned_end_on",
    "actual_start_on", "actual_end_on", "dates_as_stated", "other_participants",
)  # fmt: skip
WORD = (
    "pk", "activity_id", "organization_id", "as_of", "kind", "done", "reason", "next_steps", "next_steps_due_on",
    "obstacles", "language",
)  # fmt: skip
DERIVED = ("status", "status_as_of", "progress")
ENTRIES = ("newest", "last", "hindered")
# What an entry says of an activity, in words.
SAID = ~Q(done="", next_steps="", reason="")
ROLE_ORDER = {role: number for number, role in enumerate(Role.values)}


class By(NamedTuple):
    """An organization and its roles in words, with the day until which it held one that has ended.

    `organization` is what it is called, `pk` the one that takes part: another may have succeeded it.
    """

    pk: int
    organization: Called
    roles: str


class Word(NamedTuple):
    """A standing entry. Texts are in `language`; `organization` is None for what public sources say."""

    pk: int
    organization: Called | None
    as_of: PartialDate
    kind: str
    done: str
    reason: str
    next_steps: str
    due: PartialDate | str
    obstacles: str
    kinds: list[Name]
    language: str

    @property
    def is_no_change(self) -> bool:
        return self.kind == UpdateKind.NO_CHANGE

    @property
    def texts(self) -> list[str]:
        """Why, what was done, and what comes next."""
        return [text for text in (self.reason, self.done, self.next_steps) if text]


class Source(NamedTuple):
    """A piece of evidence: a link, or the address of a file in the register."""

    title: str
    address: str
    is_file: bool


class Told(NamedTuple):
    """One activity. `last` is the newest entry with words; `since` a newer one that reports no change.

    `obstacles` is the newest entry that names any, which may be `last` itself; `more_sources` were left out.
    """

    pk: int
    code: str
    title: Text
    address: str
    status: str
    status_on: PartialDate | str
    progress: int | None
    when: str
    where: list[str]
    by: list[By]
    others: Text
    last: Word | None
    since: Word | None
    obstacles: Word | None
    sources: list[Source]
    more_sources: int

    @property
    def status_words(self) -> str:
        return str(Status(self.status).label)


class Narrator:
    """Tells activities of a selection; names, kinds of obstacle and countries are read once.

    Organizations bear the names of the time, or `by_time=False` those of today.
    """

    def __init__(self, selection: Selection, *, by_time: bool = True) -> None:
        self.selection, self.by_time = selection, by_time
        self.called = NamesThroughTime(selection.today)
        self.obstacle_kinds = obstacle_names()
        self.country_names = country_names()
        self.role = wording(Role)

    def name(self, pk: int, day: datetime.date | PartialDate) -> Called:
        return self.called.on(pk, day) if self.by_time else self.called.today_of(pk)

    def entries(self) -> StatusUpdateQuerySet:
        """The entries that stand, as they were known on the day of the report."""
        return entries_known_on(self.selection.today)

    def tell(self, rows: QuerySet, ids: Sequence[int]) -> dict[int, Told]:
        """Those of `ids` that are among `rows`, in five statements whatever their number."""
        own = self.entries().filter(activity=OuterRef("pk")).newest_first()
        kinds = StatusUpdate.obstacle_kinds.through.objects.filter(statusupdate=OuterRef("pk"))
        columns = {name: self.selection.column(name) for name in DERIVED}
        read = rows.filter(pk__in=among(ids)).annotate(
            newest=Subquery(own.values("pk")[:1]),
            last=Subquery(own.filter(SAID).values("pk")[:1]),
            hindered=Subquery(own.filter(~Q(obstacles="") | Exists(kinds)).values("pk")[:1]),
        )
        found = [
            row | {name: row[column] for name, column in columns.items()}
            for row in read.order_by().values(*ACTIVITY, *TITLES, *columns.values(), *ENTRIES)
        ]
        here = [row["pk"] for row in found]
        by = self._participations(here)
        words = self._words({row[name] for row in found for name in ENTRIES} - {None})
        sources = self._sources(here)
        return {row["pk"]: self._told(row, by[row["pk"]], words, sources[row["pk"]]) for row in found}

    def _told(self, row: dict[str, Any], parts: list[dict[str, Any]], words: dict[int, Word], sources: list) -> Told:
        newest, last = words.get(row["newest"]), words.get(row["last"])
        file = _("File")
        shown = [Source(title or (file if is_file else url), url, is_file) for title, url, is_file, _all in sources]
        return Told(
            pk=row["pk"],
            code=row["code"],
            title=find_text(row, "title"),
            address=reverse("activity-detail", args=[row["framework__code"], row["code"]]),
            status=row["status"],
            status_on=row["status_as_of"],
            progress=row["progress"],
            when=_when(row),
            where=[self.country_names.get(code, code) for code in str(row["countries"]).split(",") if code],
            by=self._by(parts, self._last_day(row, newest)),
            others=Text(row["other_participants"], row["language"]),
            last=last,
            since=newest if newest and newest != last and newest.is_no_change else None,
            obstacles=words.get(row["hindered"]),
            sources=shown,
            more_sources=(sources[0][3] - len(sources)) if sources else 0,
        )

    def _last_day(self, row: dict[str, Any], newest: Word | None) -> datetime.date | PartialDate:
        """Whose names the participants bear: that of the last day of the activity, or the last anything is known of."""
        last: Any = row["actual_end_on"] or (newest.as_of if newest else "")
        return last if last and last.first_day <= self.selection.today else self.selection.today

    def _participations(self, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
        rows = self.selection.participations().filter(activity__in=among(ids)).order_by("pk")
        found: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in rows.values("activity_id", "organization_id", "role", "until"):
            found[row["activity_id"]].append(row)
        return found

    def _by(self, parts: list[dict[str, Any]], day: datetime.date | PartialDate) -> list[By]:
        """The lead first; each organization once, under the name of that day or of the last it took part."""
        roles: dict[int, list[str]] = {}
        names: dict[int, Called] = {}
        for part in sorted(parts, key=lambda part: ROLE_ORDER[part["role"]]):
            pk, words, until = part["organization_id"], self.role(part["role"]), part["until"]
            if until and until.last_day <= self.selection.today:
                words = _("%(role)s until %(date)s") % {"role": words, "date": day_words(until)}
                names.setdefault(pk, self.name(pk, min(until, day, key=_first)))
            else:
                names[pk] = self.name(pk, day)
            roles.setdefault(pk, []).append(words)
        # Translators: between two roles of one organization.
        between = _(", ")
        return [By(pk, names[pk], between.join(dict.fromkeys(words))) for pk, words in roles.items()]

    def _words(self, keys: set[int]) -> dict[int, Word]:
        rows = list(StatusUpdate.objects.filter(pk__in=among(sorted(keys))).order_by().values(*WORD))
        links = StatusUpdate.obstacle_kinds.through.objects.filter(statusupdate__in=among(sorted(keys)))
        kinds: dict[int, list[Name]] = defaultdict(list)
        for key, kind in links.order_by("id").values_list("statusupdate_id", "obstaclekind_id"):
            kinds[key].append(self.obstacle_kinds[kind])
        return {row["pk"]: self.word(row, kinds[row["pk"]]) for row in rows}

    def word(self, row: dict[str, Any], kinds: list[Name]) -> Word:
        """An entry from the columns of WORD; its organization under the name it had when the entry was true."""
        speaker = row["organization_id"]
        return Word(
            **{name: row[name] for name in Word._fields if name in row},
            organization=self.name(speaker, row["as_of"]) if speaker else None,
            due=row["next_steps_due_on"],
            kinds=kinds,
        )

    def _sources(self, ids: Sequence[int]) -> dict[int, list[tuple[str, str, bool, int]]]:
        """The newest evidence of each activity as (title, address, is a file, how many there are)."""
        of_activity = [F("update__activity")]
        newest = [F("update").desc(), F("position").asc(), F("pk").asc()]
        rows = (
            Evidence.objects.filter(update__in=self.entries().filter(activity__in=among(ids)))
            .annotate(
                rank=Window(RowNumber(), partition_by=of_activity, order_by=newest),
                number=Window(Count("pk"), partition_by=of_activity),
            )
            .filter(rank__lte=SOURCES_SHOWN)
            .order_by("update__activity", "rank")
        )
        found: dict[int, list[tuple[str, str, bool, int]]] = defaultdict(list)
        columns = ("pk", "update__activity", "kind", "title", "url", "number")
        for pk, activity, kind, title, url, number in rows.values_list(*columns):
            is_file = kind == EvidenceKind.FILE
            address = reverse("evidence-download", args=[pk]) if is_file else url
            found[activity].append((title, address, is_file, number))
        return found


def _first(day: datetime.date | PartialDate) -> datetime.date:
    return day.first_day if isinstance(day, PartialDate) else day


def _when(row: dict[str, Any]) -> str:
    """From when to when, as far as it is known: what took place before what is planned."""
    if row["dates_as_stated"] and not row["actual_start_on"]:
        return str(row["dates_as_stated"])
    start = row["actual_start_on"] or row["planned_start_on"]
    end = row["actual_end_on"] or row["planned_end_on"]
    if start and end and start != end:
        # Translators: from one day to another.
        return _("%(start)s – %(end)s") % {"start": day_words(start), "end": day_words(end)}
    if start and (end or row["status"] in CLOSED_STATUSES):
        return day_words(start)
    if start:
        return _("from %(date)s") % {"date": day_words(start)}
    return _("until %(date)s") % {"date": day_words(end)} if end else ""
