"""Rows of undertakings: matched by reference, compared cell by cell, written through the forms that a person uses."""

import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import User
from tracker.toolkit.texts import find_text, text_in

from ..forms.undertakings import TEXTS
from ..models import Activity
from ..models.names import read_names
from ..workflow.changesets import ChangesTogether
from ..workflow.keeping import CLASSIFICATION
from .cells import Sight
from .columns import COMPUTED, KEY, ImportColumn
from .comparing import present_fact, shown_by_report, title_of, why_computed
from .finding import Activities
from .heads import Row, Table
from .lists import CODES, Lists, Unknown, item_of
from .plan import CHANGED, NEW, CellChange, Line
from .writing import UndertakingWriter, Work, suffix

RELATIONS = ("functional_fields", "themes", "principles", "also_serves")


class UndertakingSheet:
    """A table of undertakings: `lines` compares it with the register, `write` writes one of them."""

    def __init__(self, table: Table, by: User, reason: str) -> None:
        self.table, self.by, self.reason = table, by, reason
        self.lists = Lists()
        self.sight = Sight(self.lists, read_names(fresh=True))

    def lines(self) -> list[Line]:
        rows: QuerySet[Any] = Activity.objects.select_related("framework", "parent", "area", "follows", "lead")
        rows = rows.defer("search_text", "lead__search_text").prefetch_related(*RELATIONS)
        self.found = Activities(self.table, self.lists, rows)  # type: ignore[arg-type]
        self.shown = self.shown_on(timezone.localdate(), {column.name for column in self.table.columns})
        seen: dict[Any, int] = {}
        return [self.line(row, seen) for row in self.table.rows]

    def shown_on(self, day: datetime.date, names: set[str]) -> dict[int, dict[str, str]]:
        return shown_by_report(self.found.all(), names, self.table.language, day)

    @cached_property
    def shown_then(self) -> list[dict[int, dict[str, str]]]:
        """What the computed columns showed on the day of the file, and on the one before: it was made between them."""
        if not self.table.day:
            return []
        day, names = datetime.date.fromisoformat(self.table.day), {"lead", "participants", "status", "progress"}
        days = [day, day - datetime.timedelta(days=1)] if day > datetime.date.min else []
        return [self.shown_on(day, names) for day in days if day < timezone.localdate()]

    def line(self, row: Row, seen: dict[Any, int]) -> Line:
        line = Line(row.number)
        if not row.cells.get("code") and row.cells.get("parent"):
            self.new(row, line, seen)
            return line
        activity = self.found.of(row, line)
        if activity is None:
            return line
        if activity.pk in seen:
            line.refuse(
                _("Row %(row)d speaks of the same activity.") % {"row": seen[activity.pk]},
                self.table.address(row.number, "code"),
            )
        seen[activity.pk] = row.number
        self.compare(row, activity, line)
        return line

    # --- what is there already --------------------------------------------------------------------------------

    def compare(self, row: Row, activity: Activity, line: Line) -> None:
        line.title = title_of(activity)
        shown = self.shown.get(activity.pk, {})
        work = Work(activity=activity.pk, language=form_language(activity, self.table.language))
        sight = Sight(self.lists, self.sight.names, activity.framework_id)
        for column in self.table.columns:
            text = row.cells.get(column.name, "")
            if not text or column.name in ("code", "framework") or text == shown.get(column.name):
                continue
            where = self.table.address(row.number, column.name)
            if column.use in (COMPUTED, KEY):
                if any(text == then.get(activity.pk, {}).get(column.name) for then in self.shown_then):
                    continue
                if why := why_computed(column, text, activity, shown.get(column.name, ""), sight):
                    line.refuse(why, where, column.label)
                continue
            self.fact(line, work, column, text, where, sight, activity)
        if line.cells and not line.problems:
            line.outcome, line.work, line.rests_on = CHANGED, work, str(activity.version)

    def fact(
        self, line: Line, work: Work, column: ImportColumn, text: str, where: str, sight: Sight, activity: Activity
    ) -> None:
        """One cell that may change a fact."""
        language = column.language or self.table.language
        try:
            values = column.kind.read(text, sight)
        except ValueError as error:
            line.refuse(str(error), where, column.label)
            return
        before = present_fact(activity, column, language)
        if values == before:
            return
        if activity.agreed and column.field not in CLASSIFICATION:
            sentence = _("The text of an agreed item is fixed.")
            if column.field == "visibility":
                sentence = _("Agreed items are always public.")
            line.refuse(sentence, where, column.label)
            return
        if column.field in TEXTS and not column.language and not before and find_text(activity, column.field).value:
            here = find_text(activity, column.field).language
            line.refuse(
                _("This text is in another language only. Use the column %(one)s or %(other)s to say which is meant.")
                % {"one": f"{column.field}_{suffix(here)}", "other": f"{column.field}_{suffix(language)}"},
                where,
                column.label,
            )
            return
        said = column.kind.say
        spoken = language if column.field in TEXTS else ""
        line.cells.append(CellChange(where, column.label, said(before, sight), said(values, sight), spoken))
        if column.field == "language":
            work.text_language = values[0]
        elif column.field in TEXTS and language != work.language:
            work.texts.setdefault(language, {})[column.field] = values
        else:
            work.facts[column.field] = values

    # --- what is new ------------------------------------------------------------------------------------------

    def new(self, row: Row, line: Line, seen: dict[Any, int]) -> None:
        where = self.table.address(row.number, "parent")
        try:
            parent = item_of(self.lists, row.cells["parent"], self.found.framework(row, line))
        except Unknown as error:
            line.refuse(str(error), where)
            return
        sight = Sight(self.lists, self.sight.names, parent.framework_id)
        work = Work(parent=parent, language=self.new_language(row))
        for column in self.table.columns:
            text = row.cells.get(column.name, "")
            if not text or column.use == KEY:
                continue
            where = self.table.address(row.number, column.name)
            if column.use == COMPUTED and column.name != "lead":
                if not self._is_so_for_new(column.name, text, parent):
                    line.refuse(
                        _("A new undertaking cannot say this: it is computed. Leave the cell empty."),
                        where,
                        column.label,
                    )
                continue
            try:
                values = column.kind.read(text, sight)
            except ValueError as error:
                line.refuse(str(error), where, column.label)
                continue
            language = column.language or self.table.language
            spoken = language if column.field in TEXTS else ""
            line.cells.append(CellChange(where, column.label, "", column.kind.say(values, sight), spoken))
            if column.field == "language":
                work.text_language = values[0]
            elif column.field in TEXTS and language != work.language:
                work.texts.setdefault(language, {})[column.field] = values
            else:
                work.facts[column.field] = values
        title = (work.facts.get("title") or [""])[0]
        line.title = title
        key = (parent.pk, title, *(tuple(work.facts.get(f"planned_{which}_on", ())) for which in ("start", "end")))
        if title and key in seen:
            line.refuse(_("Row %(row)d is the same undertaking.") % {"row": seen[key]})
        seen[key] = row.number
        if not line.problems:
            line.outcome, line.work = NEW, work

    def new_language(self, row: Row) -> str:
        """The language of the form: that of a title in the table's own language, else of the first title given."""
        if row.cells.get("title"):
            return self.table.language
        given = (code for code in CODES if row.cells.get(f"title_{suffix(code)}"))
        return next(given, self.table.language)

    def _is_so_for_new(self, name: str, text: str, parent: Activity) -> bool:
        if name == "area":
            return text.split()[0] == parent.area.code
        if name == "kind":
            return text == "undertaking"
        return False

    # --- writing ----------------------------------------------------------------------------------------------

    def write(self, line: Line, act: ChangesTogether) -> None:
        """Write one line through the form and the workflow; a refusal is put on the line."""
        UndertakingWriter(self.table, self.by, self.reason).write(line, act)


def form_language(activity: Activity, language: str) -> str:
    """The language of the form of an activity: the table's, where there is a title to keep, else that of a title."""
    return language if text_in(activity, "title", language) else find_text(activity, "title").language or language
