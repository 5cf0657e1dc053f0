"""The activity report: its rows, read in few statements, and its columns, shared by all of its forms."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import BooleanField, CharField, ExpressionWrapper
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.keys import among
from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.texts import Text, current_language, find_text

from .choices import OPEN_STATUSES, Level, Role, Signal, Status, Visibility
from .models import Activity, Evidence, Participation, ReviewReason, StatusUpdate
from .models.names import ACTIVITY_KINDS, LANGUAGES, Name, Names, country_names
from .models.querysets import ActivityQuerySet, signal_rule

TITLES = tuple(f"title_{language}" for language in LANGUAGES)
PLAIN = (
    "pk", "framework_id", "area_id", "parent_id", "code", "agreed", "status", "progress", "planned_end_on",
    "last_update_at", "countries", "level", "visibility", "lead_id", "language",
)  # fmt: skip
ENTRY = (
    "pk", "activity_id", "organization_id", "on_behalf", "kind", "as_of", "status", "progress", "reason", "closing",
    "done", "obstacles", "next_steps", "next_steps_due_on", "language",
)  # fmt: skip
# Each look at `Signal.values` makes a new list, and a file has many rows.
SIGNAL_COLUMNS = tuple((signal, f"signal_{signal}") for signal in Signal.values)
UNANSWERED = f"signal_{Signal.UNANSWERED}"
ROWS_READ = 2000  # at a time: for each time the statements are put together anew
FIRST_ROWS = 500  # fewer, so that a file begins to arrive
ROLE_ORDER = {role: number for number, role in enumerate(Role.values)}


class Row(NamedTuple):
    """One activity as the report shows it, with everything it refers to by name."""

    pk: int
    framework: str
    code: str
    title: Text
    agreed: bool
    area: Name
    parent: Name | None
    leaders: list[Name]
    participants: list[Name]
    status: str
    progress: int | None
    due: PartialDate | str
    updated_on: datetime.date | None
    signals: list[str]
    countries: list[str]
    fields: list[Name]
    themes: list[Name]
    level: str
    visibility: str
    country_codes: list[str]


class RowReader:
    """Reads rows of the report from an ordered set of activities, in the language in which it was made.

    Of a day in the past it reads what was known on that day; `present`: what is known now, whatever the day.
    """

    def __init__(self, names: Names, today: datetime.date, *, present: bool = False) -> None:
        self.names = names
        self.today = today
        self.is_past = not present and today < timezone.localdate()
        self.zone = timezone.get_current_timezone()
        self.country_names = country_names()
        self.language = current_language()
        self.title_column = f"title_{self.language.replace('-', '_')}"

    def all(self, ids: Sequence[int]) -> Iterator[Row]:
        """The activities of `ids` in that order, some thousand at a time.

        Whoever found the ids asked what the person may see, and in which order: neither is asked again.
        """
        return map(self.row, self.raw_rows(ids))

    def raw_rows(self, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
        """The same as references and texts in every language: all that `row` needs beside the names."""
        activities: ActivityQuerySet = Activity.objects.rewrite(False).order_by()
        start, step = 0, min(FIRST_ROWS, ROWS_READ)
        while here := ids[start : start + step]:
            found = {row["pk"]: row for row in self._raw(activities.filter(pk__in=among(here)), ids=here)}
            yield from (found[pk] for pk in here if pk in found)
            start, step = start + step, ROWS_READ

    def read(self, activities: ActivityQuerySet, *, signals: Collection[str] | None = None) -> list[Row]:
        """These activities in their order, in four statements.

        In two for who shows of them only `signals`: then no others are asked for, and no fields and themes.
        """
        wanted = SIGNAL_COLUMNS if signals is None else [pair for pair in SIGNAL_COLUMNS if pair[0] in signals]
        return [self.row(raw) for raw in self._raw(activities, wanted, classified=signals is None)]

    def _raw(
        self,
        activities: ActivityQuerySet,
        wanted: Sequence[tuple[str, str]] = SIGNAL_COLUMNS,
        *,
        classified: bool = True,
        ids: Sequence[int] | None = None,
    ) -> list[dict[str, Any]]:
        """`ids`, where they are known and many, spare a look at every unanswered invitation for each reading."""
        if self.is_past:
            activities = activities.as_known_on(self.today)
        signals = {
            column: ExpressionWrapper(signal_rule(signal, self.today, activities.column), BooleanField())
            for signal, column in wanted
            if ids is None or signal != Signal.UNANSWERED
        }
        columns = (*PLAIN, *TITLES, *signals)
        found = activities.annotate(**signals).values_list(*map(activities.column, columns))
        rows = [dict(zip(columns, values, strict=True)) for values in found]
        if ids is not None:
            unanswered = Participation.objects.unanswered(self.today).filter(activity__in=among(ids))
            waiting = set(unanswered.values_list("activity_id", flat=True))
            for row in rows:
                row[UNANSWERED] = row["pk"] in waiting and row["status"] in OPEN_STATUSES
        ids = [row["pk"] for row in rows]
        parts = self._participations(ids)
        fields = self._linked(Activity.functional_fields.through, "functionalfield_id", ids, classified)
        themes = self._linked(Activity.themes.through, "theme_id", ids, classified)
        for row in rows:
            pk = row["pk"]
            row["parts"], row["fields"], row["themes"] = parts[pk], fields[pk], themes[pk]
        return rows

    def row(self, row: dict[str, Any]) -> Row:
        """One raw row in the reader's language."""
        of = self.names.of
        title = row[self.title_column]
        leaders, participants = self._people(row["lead_id"], row["parts"])
        updated_at = row["last_update_at"]
        country_codes = [code for code in str(row["countries"]).split(",") if code]
        return Row(
            pk=row["pk"],
            framework=of("frameworks", row["framework_id"]).code,
            code=row["code"],
            title=Text(title, self.language) if title else find_text(row, "title", self.language),
            agreed=row["agreed"],
            area=of("areas", row["area_id"]),
            parent=of("items", row["parent_id"]) if row["parent_id"] else None,
            leaders=leaders,
            participants=participants,
            status=row["status"],
            progress=row["progress"],
            due=row["planned_end_on"],
            updated_on=updated_at and updated_at.astimezone(self.zone).date(),
            signals=[signal for signal, column in SIGNAL_COLUMNS if row.get(column)],
            countries=[self.country_names.get(code, code) for code in country_codes],
            fields=[of("fields", pk) for pk in row["fields"]],
            themes=[of("themes", pk) for pk in row["themes"]],
            level=row["level"],
            visibility=row["visibility"],
            country_codes=country_codes,
        )

    def _people(self, lead_id: int | None, parts: list[tuple]) -> tuple[list[Name], list[Name]]:
        """Who leads today, and everybody else who takes part or took part: the filter asks for any time."""
        leading = {lead_id: None} if lead_id else {}
        for organization_id, role, until, *_activity in parts:
            if role == Role.CO_LEAD and (not until or PartialDate(until).last_day >= self.today):
                leading.setdefault(organization_id)
        others = dict.fromkeys([part[0] for part in parts if part[0] not in leading])
        known, of = self.names.by_id["organizations"], self.names.of
        return (
            [known.get(pk) or of("organizations", pk) for pk in leading],
            [known.get(pk) or of("organizations", pk) for pk in others],
        )

    def _participations(self, ids: list[int]) -> dict[int, list[tuple]]:
        found = Participation.objects.filter(activity__in=among(ids)).order_by("id")
        found = found.known_on(self.today) if self.is_past else found.taking_part()
        by_activity: dict[int, list[tuple]] = defaultdict(list)
        # As plain text: hardly any of so many dates is looked at.
        until = Cast("until", CharField())
        for part in found.values_list("organization_id", "role", until, "activity_id"):
            by_activity[part[3]].append(part)
        for parts in by_activity.values():
            parts.sort(key=lambda part: ROLE_ORDER[part[1]])
        return by_activity

    def _linked(self, through: Any, target: str, ids: list[int], wanted: bool) -> dict[int, list[int]]:
        by_activity: dict[int, list[int]] = defaultdict(list)
        if wanted:
            links = through.objects.filter(activity__in=among(ids)).order_by("id")
            for activity_id, pk in links.values_list("activity_id", target):
                by_activity[activity_id].append(pk)
        return by_activity


def read_entries(entries: Any) -> list[dict[str, Any]]:
    """Entries of logs as plain values, ready for JSON, with the review, obstacles and evidence of each (4 statements).

    `evidence` holds [key, kind, title, address].
    """
    rows = []
    for *values, moment, state in entries.order_by().values_list(*ENTRY, "created_at", "review__state"):
        entry = dict(zip(ENTRY, values, strict=True)) | {"created_at": moment.isoformat(), "review": state or ""}
        rows.append(entry | {"reasons": [], "obstacle_kinds": [], "evidence": []})
    if rows:
        by_key = {row["pk"]: row for row in rows}
        keys = list(by_key)
        reasons = ReviewReason.objects.filter(review__update__in=among(keys)).order_by("code")
        for pk, code in reasons.values_list("review__update", "code"):
            by_key[pk]["reasons"].append(code)
        links = StatusUpdate.obstacle_kinds.through.objects.filter(statusupdate__in=among(keys)).order_by("id")
        for pk, kind in links.values_list("statusupdate_id", "obstaclekind_id"):
            by_key[pk]["obstacle_kinds"].append(kind)
        proofs = Evidence.objects.filter(update__in=among(keys)).order_by("position", "pk")
        for pk, *proof in proofs.values_list("update_id", "pk", "kind", "title", "url"):
            by_key[pk]["evidence"].append(proof)
    return rows


def joined(names: Sequence[Any]) -> str:
    """Several values in one cell. Not by commas: names hold them."""
    return "; ".join([name if isinstance(name, str) else name.title for name in names]) if names else ""


def wording(choices: Any) -> Callable[[str], str]:
    """The labels of a list of choices in the present language, looked up once: a file has many rows."""
    labels = {code: str(label) for code, label in choices.choices}
    return lambda code: labels.get(code, code)


def columns_for(user: Any) -> list[Column]:
    """The columns in the reader's language, the reference first; visibility only for who keeps the register."""
    status, signal, level, visibility = wording(Status), wording(Signal), wording(Level), wording(Visibility)
    agreed, undertaking = (str(label) for label in ACTIVITY_KINDS.values())
    of_agreed, of_undertaking = ([code] for code in ACTIVITY_KINDS)
    columns = [
        Column(name="code", label=_("Ref."), value=lambda row: row.code, width=12),
        Column(
            name="title", label=_("Activity"), value=lambda row: row.title.value, width=60,
            language=lambda row: row.title.language,
        ),
        Column(
            name="kind", label=_("Kind"), value=lambda row: agreed if row.agreed else undertaking,
            codes=lambda row: of_agreed if row.agreed else of_undertaking,
        ),
        Column(
            name="area", label=_("Area"), value=lambda row: f"{row.area.code} {row.area.title}", width=28,
            codes=lambda row: [row.area.code],
        ),
        Column(name="parent", label=_("Main item"), value=lambda row: row.parent.code if row.parent else "", width=10),
        listed("lead", _("Lead"), lambda row: row.leaders),
        listed("participants", _("Participants"), lambda row: row.participants, width=40),
        Column(
            name="status", label=_("Status"), value=lambda row: status(row.status), codes=lambda row: [row.status]
        ),
        Column(name="progress", label=_("Progress (%)"), value=lambda row: row.progress, width=12, kind="number"),
        Column(name="due", label=_("Due"), value=lambda row: row.due, width=12, kind="date"),
        Column(name="updated", label=_("Last update"), value=lambda row: row.updated_on, width=12, kind="date"),
        Column(
            name="signals", label=_("Signals"), value=lambda row: joined([signal(code) for code in row.signals]),
            width=24, kind="list", codes=lambda row: row.signals,
        ),
        Column(
            name="countries", label=_("Countries"), value=lambda row: joined(row.countries), width=28, kind="list",
            codes=lambda row: row.country_codes,
        ),
        listed("fields", _("Functional fields"), lambda row: row.fields, width=28),
        listed("themes", _("Cross-cutting themes"), lambda row: row.themes, width=28),
        Column(
            name="level", label=_("Level"), value=lambda row: level(row.level),
            codes=lambda row: [row.level] if row.level else [],
        ),
    ]  # fmt: skip
    if getattr(user, "is_coordinator", False):
        columns.append(
            Column(
                name="visibility",
                label=_("Visible to"),
                value=lambda row: visibility(row.visibility),
                codes=lambda row: [row.visibility],
            )
        )
    return columns


def listed(name: str, label: Any, names: Callable[[Row], list[Name]], width: int = 16) -> Column:
    """A column of names, each of which has a code."""
    return Column(
        name=name,
        label=label,
        value=lambda row: joined(names(row)),
        width=width,
        kind="list",
        codes=lambda row: [name.code for name in names(row)],
    )
