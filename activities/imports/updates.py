"""Rows of updates: only ever added, through the form that logs one; one that is there already changes nothing."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from organizations.models import User
from tracker.toolkit.keys import among

from ..choices import UpdateKind
from ..forms.updates import UpdateForm
from ..forms.words import as_typed
from ..models import Activity, StatusUpdate
from ..models.names import read_names
from ..permissions import organizations_to_report_for
from ..workflow import StaleUpdate
from ..workflow.changesets import ChangesTogether
from .cells import Sight
from .comparing import title_of
from .finding import Activities
from .heads import Row, Table
from .lists import Lists
from .plan import NEW, CellChange, Line
from .refusing import at_the_same_moment, refuse_form, refuse_with

NEEDED = ("organization", "as_of")
# By these an entry is known again.
SAID = ("done", "obstacles", "next_steps", "status", "progress", "reason")


@dataclass
class Work:
    activity: int
    facts: dict[str, list[str]] = field(default_factory=dict)


class UpdateSheet:
    """A table of updates: `lines` compares it with the log, `write` adds one of them to it."""

    def __init__(self, table: Table, by: User, reason: str) -> None:
        self.table, self.by, self.reason = table, by, reason
        self.lists = Lists()
        self.sight = Sight(self.lists, read_names(fresh=True))

    def lines(self) -> list[Line]:
        rows = Activity.objects.select_related("framework").defer("search_text")
        self.found = Activities(self.table, self.lists, rows)  # type: ignore[arg-type]
        ids = [activity.pk for activity in self.found.all()]
        taken_back = Q(kind=UpdateKind.TAKEN_BACK) | Q(correction__kind=UpdateKind.TAKEN_BACK)
        self.logged: dict[tuple[int, str, str], list[dict[str, Any]]] = defaultdict(list)
        days = {row.cells.get("as_of", "") for row in self.table.rows}
        entries = StatusUpdate.objects.filter(activity__in=among(ids)).exclude(taken_back)
        for entry in entries.values("activity_id", "organization_id", "as_of", *SAID):
            if str(entry["as_of"]) in days:
                self.logged[entry["activity_id"], str(entry["organization_id"]), str(entry["as_of"])].append(entry)
        self.newest = dict(
            StatusUpdate.objects.filter(activity__in=among(ids)).order_by("pk").values_list("activity_id", "pk")
        )
        seen: dict[Any, int] = {}
        lines = [self.line(row, seen) for row in self.table.rows]
        # An organization's entries are told by day: a table may stand in any order.
        return sorted(lines, key=lambda line: line.work.facts["as_of"] if line.work else [])

    def line(self, row: Row, seen: dict[Any, int]) -> Line:
        line = Line(row.number)
        activity = self.found.of(row, line)
        work = Work(activity.pk if activity else 0)
        for column in self.table.columns:
            text = row.cells.get(column.name, "")
            if not text or not column.field:
                continue
            where = self.table.address(row.number, column.name)
            try:
                values = column.kind.read(text, self.sight)
            except ValueError as error:
                line.refuse(str(error), where, column.label)
                continue
            work.facts[column.field] = values
            line.cells.append(CellChange(where, column.label, "", column.kind.say(values, self.sight)))
        missing = [name for name in NEEDED if not row.cells.get(name)]
        if missing:
            line.refuse(_("For whom, and for which day, is needed in each row."))
        if activity is None or line.problems:
            return line
        line.title = title_of(activity)
        (organization,), (day,) = work.facts["organization"], work.facts["as_of"]
        said = tuple("".join(work.facts.get(name, [])) for name in SAID)
        if any(self.is_same(entry, said) for entry in self.logged[activity.pk, organization, day]):
            line.cells = []
            return line
        key = (activity.pk, organization, day, said)
        if key in seen:
            line.refuse(_("Row %(row)d is the same update.") % {"row": seen[key]})
            return line
        seen[key] = row.number
        line.outcome, line.work, line.rests_on = NEW, work, str(self.newest.get(activity.pk, 0))
        return line

    def is_same(self, entry: dict[str, Any], said: tuple[str, ...]) -> bool:
        """Whether the log has it: the same words, and what the row says of status and progress."""
        logged = tuple("".join(as_typed(entry[name])).strip() for name in SAID)
        words = slice(0, 3)
        return logged[words] == said[words] and all(
            new in ("", old) for new, old in zip(said[3:], logged[3:], strict=True)
        )

    def write(self, line: Line, act: ChangesTogether) -> None:
        """Log one line through the form; a refusal is put on the line."""
        work: Work = line.work
        activity = Activity.objects.select_related("framework").get(pk=work.activity)
        (organization,) = work.facts["organization"]
        speaking = [one for one in organizations_to_report_for(self.by, activity) if str(one.pk) == organization]
        column = next(column for column in self.table.columns if column.name == "organization")
        if not speaking:
            line.refuse(
                _("This organization takes no part in the activity today, so no update can be logged for it."),
                self.table.address(line.number, "organization"),
                column.label,
            )
            return
        # The newest entry that the table was compared with, or that it has added itself.
        given = {**work.facts, "token": [str(uuid4())], "seen": [str(self.newest.get(activity.pk, 0))]}
        given.setdefault("language", [self.table.language])
        given["nevertheless"] = ["old", "due_past", "lower", "unfinished"]
        try:
            form = UpdateForm(MultiValueDict(given), user=self.by, activity=activity, organizations=speaking)
            refuse_form(form, line, self.table)
            entry = form.save()
            act.add_update(entry)
            self.newest[activity.pk] = entry.pk
        except ValidationError as error:
            refuse_with(error, line, self.table)
        except StaleUpdate:
            line.refuse(at_the_same_moment())
