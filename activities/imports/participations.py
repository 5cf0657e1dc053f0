"""Rows of participations: matched by activity, organization, role and beginning; invited, answered, ended."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from organizations.models import User
from tracker.toolkit.dates import PartialDate
from tracker.toolkit.keys import among

from ..choices import Response
from ..forms.behalf import BETWEEN
from ..forms.participants import AnswerForm, InviteForm
from ..forms.words import as_typed
from ..models import Activity, Participation
from ..models.names import read_names
from ..workflow import StaleEdit, answer_invitation, end_participation, invite
from ..workflow.changesets import ChangesTogether
from ..workflow.keeping import PARTICULARS, edit_participation
from .cells import Sight
from .columns import KEY
from .comparing import title_of
from .finding import Activities
from .heads import Row, Table
from .lists import Lists
from .plan import CHANGED, NEW, CellChange, Line
from .refusing import at_the_same_moment, refuse_form, refuse_with

# Matched by them: they are not edited.
KEYS = ("organization", "role")


@dataclass
class Work:
    """What a row writes: `facts` by name as a form holds them; `participation` is the row that is there already."""

    activity: int
    facts: dict[str, list[str]] = field(default_factory=dict)
    participation: int | None = None

    def one(self, name: str) -> str:
        return self.facts[name][0] if self.facts.get(name) else ""


class ParticipationSheet:
    """A table of participations: `lines` compares it with the register, `write` writes one of them."""

    def __init__(self, table: Table, by: User, reason: str) -> None:
        self.table, self.by, self.reason = table, by, reason
        self.lists = Lists()
        self.sight = Sight(self.lists, read_names(fresh=True))

    def lines(self) -> list[Line]:
        rows = Activity.objects.select_related("framework").defer("search_text")
        self.found = Activities(self.table, self.lists, rows)  # type: ignore[arg-type]
        self.present: dict[tuple[int, str, str], list[Participation]] = defaultdict(list)
        ids = [activity.pk for activity in self.found.all()]
        for row in Participation.objects.filter(activity__in=among(ids)).order_by("pk"):
            self.present[row.activity_id, str(row.organization_id), row.role].append(row)
        seen: dict[Any, int] = {}
        return [self.line(row, seen) for row in self.table.rows]

    def line(self, row: Row, seen: dict[Any, int]) -> Line:
        line = Line(row.number)
        activity = self.found.of(row, line)
        facts = self.facts(row, line)
        for name in KEYS:
            if name not in facts and not any(problem.label == self.label(name) for problem in line.problems):
                line.refuse(_("Who takes part, and in which role, is needed in each row."), "", self.label(name))
        if activity is None or line.problems:
            return line
        organization, role = facts["organization"][0], facts["role"][0]
        line.title = f"{self.say('organization', facts)}, {self.say('role', facts)} – {title_of(activity)}"
        key = (activity.pk, organization, role, *facts.get("since", [""]))
        if key in seen:
            line.refuse(_("Row %(row)d is the same participation.") % {"row": seen[key]})
            return line
        seen[key] = row.number
        work = Work(activity.pk)
        present = self.match(self.present.get((activity.pk, organization, role), []), facts, line)
        if line.problems:
            return line
        self.compare(row, line, work, facts, present)
        return line

    def label(self, name: str) -> str:
        return next(column.label for column in self.table.columns if column.name == name)

    def say(self, name: str, facts: dict[str, list[str]]) -> str:
        column = next(column for column in self.table.columns if column.name == name)
        return column.kind.say(facts.get(name, []), self.sight)

    def facts(self, row: Row, line: Line) -> dict[str, list[str]]:
        found = {}
        for column in self.table.columns:
            text = row.cells.get(column.name, "")
            if not text or not column.field:
                continue
            try:
                found[column.field] = column.kind.read(text, self.sight)
            except ValueError as error:
                line.refuse(str(error), self.table.address(row.number, column.name), column.label)
        return found

    def match(self, rows: list[Participation], facts: dict[str, list[str]], line: Line) -> Participation | None:
        """The participation that a row speaks of: the one that began then, or else the one that still holds."""
        since = facts.get("since", [""])[0]
        if since:
            begun = [row for row in rows if row.since == since]
            unknown = [row for row in rows if not row.since]
            chosen = begun or unknown
        else:
            chosen = [row for row in rows if not row.until] or rows
        if len(chosen) > 1:
            line.refuse(_("This organization had this role several times. Say in “since” which one is meant."))
        return chosen[0] if chosen else None

    def compare(
        self, row: Row, line: Line, work: Work, facts: dict[str, list[str]], present: Participation | None
    ) -> None:
        for column in self.table.columns:
            values = facts.get(column.field)
            if values is None or (column.use == KEY and present):
                continue
            before = present_fact(present, column.field) if present else []
            if column.field == "answered_where":
                work.facts[column.field] = values  # kept with the answer, or not at all
                continue
            if values == before:
                continue
            where = self.table.address(row.number, column.name)
            line.cells.append(
                CellChange(
                    where, column.label, column.kind.say(before, self.sight), column.kind.say(values, self.sight)
                )
            )
            work.facts[column.field] = values
        if not line.cells:
            return
        line.outcome, line.work = (CHANGED if present else NEW), work
        if present:
            work.participation, line.rests_on = present.pk, str(present.version)

    # --- writing ----------------------------------------------------------------------------------------------

    def write(self, line: Line, act: ChangesTogether) -> None:
        """Write one line through the forms and the workflow; a refusal is put on the line."""
        work: Work = line.work
        activity = Activity.objects.get(pk=work.activity)
        newest = Participation.history.order_by("-history_id").values_list("history_id", flat=True).first() or 0
        try:
            written = self.write_changed(line, work) if work.participation else self.write_new(line, work, activity)
            act.add_participation(written, since=newest, created=not work.participation)
        except ValidationError as error:
            refuse_with(error, line, self.table)
        except StaleEdit:
            line.refuse(at_the_same_moment())

    def write_new(self, line: Line, work: Work, activity: Activity) -> Participation:
        names = ("organization", "role", "responsibility", "note")
        form = InviteForm(MultiValueDict({name: work.facts.get(name, []) for name in names}), activity=activity)
        refuse_form(form, line, self.table)
        response = work.one("response") or Response.INVITED
        source = BETWEEN.join(filter(None, (work.one("answered_for"), work.one("answered_where"))))
        if response != Response.INVITED and not source:
            sentence = _("Say who in the organization gave this answer, and where, such as a letter and its date.")
            raise ValidationError({"answered_for" if "answered_for" in self.table.letters else "response": sentence})
        written = invite(
            activity=activity,
            by=self.by,
            response=response,
            answered_for=source if response != Response.INVITED else "",
            since=work.one("since"),
            until=work.one("until"),
            mandate=work.one("mandate"),
            **form.cleaned_data,
        )
        further = self.particulars(work, {"responsibility", "note", "since", "mandate", "answered_for"})
        return self.describe(written, further) if further else written

    def write_changed(self, line: Line, work: Work) -> Participation:
        row = Participation.objects.select_related("activity", "organization").get(pk=work.participation)
        if row.version != int(line.rests_on):
            raise StaleEdit(row)
        answers = bool(work.facts.get("response"))
        with_answer = {"accepted_part", "answered_for", "mandate", "focal_point"} if answers else set()
        if particulars := self.particulars(work, with_answer):
            row = self.describe(row, particulars)
        if answers:
            row = self.answer(line, work, row)
        if work.facts.get("until") and work.one("response") != Response.WITHDRAWN:
            row = end_participation(
                participation=row, on=self.day(work, "until"), by=self.by, version=row.version, words=self.reason
            )
        return row

    def answer(self, line: Line, work: Work, row: Participation) -> Participation:
        withdrawn = work.one("response") == Response.WITHDRAWN
        day = self.day(work, "until") if withdrawn and work.facts.get("until") else timezone.localdate()
        given = {
            "response": work.facts["response"],
            "words": work.facts.get("accepted_part", []),
            "on": [day.isoformat()],
            "answered_for": work.facts.get("answered_for", []),
            "answered_where": work.facts.get("answered_where", []),
            "mandate": work.facts.get("mandate", as_typed(row.mandate)),
            "focal_point": work.facts.get("focal_point", as_typed(row.focal_point)),
            "version": [str(row.version)],
        }
        form = AnswerForm(MultiValueDict(given), participation=row, on_behalf=True)
        refuse_form(form, line, self.table)
        cleaned = form.cleaned_data
        return answer_invitation(
            participation=row,
            response=cleaned["response"],
            by=self.by,
            version=row.version,
            words=cleaned["words"],
            answered_for=form.source,
            mandate=cleaned["mandate"],
            focal_point=cleaned["focal_point"],
            on=day,
        )

    def particulars(self, work: Work, without: set[str]) -> dict[str, Any]:
        changes: dict[str, Any] = {
            name: work.one(name) for name in PARTICULARS if name in work.facts and name not in without
        }
        if "focal_point" in changes:
            changes["focal_point"] = User.objects.get(pk=changes["focal_point"])
        return changes

    def describe(self, row: Participation, changes: dict[str, Any]) -> Participation:
        return edit_participation(
            participation=row, changes=changes, version=row.version, by=self.by, reason=self.reason
        )

    def day(self, work: Work, name: str) -> datetime.date:
        """The day of a date that must be known to the day. Raises ValidationError."""
        date = PartialDate(work.one(name))
        if not date.is_exact:
            raise ValidationError({name: _("Enter a day as year-month-day, like 2026-11-23.")})
        return date.first_day


def present_fact(row: Participation, name: str) -> list[str]:
    if name == "answered_where":
        return []
    value = getattr(row, f"{name}_id" if name in ("organization", "focal_point") else name)
    return as_typed(value.strip() if type(value) is str else value)
