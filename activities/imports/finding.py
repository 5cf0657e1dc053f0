"""Which activities the rows of a table speak of: by reference, and by framework where it exists in several."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from ..models import Activity
from ..models.querysets import ActivityQuerySet
from .heads import Row, Table
from .lists import SHOWN, Lists, Unknown
from .plan import Line

AT_A_TIME = 500


class Activities:
    """The activities that a table names, read some hundred at a time."""

    def __init__(self, table: Table, lists: Lists, rows: ActivityQuerySet) -> None:
        self.table, self.lists = table, lists
        self.by_code: dict[str, list[Activity]] = defaultdict(list)
        codes = sorted({row.cells["code"] for row in table.rows if row.cells.get("code")})
        for start in range(0, len(codes), AT_A_TIME):
            for activity in rows.filter(code__in=codes[start : start + AT_A_TIME]):
                self.by_code[activity.code].append(activity)

    def all(self) -> Iterable[Activity]:
        return (activity for found in self.by_code.values() for activity in found)

    def framework(self, row: Row, line: Line) -> int | None:
        """The framework that the row names, if it names one."""
        text = row.cells.get("framework")
        if not text:
            return None
        try:
            key: Any = self.lists.frameworks.find(text)
        except Unknown as error:
            line.refuse(str(error), self.table.address(row.number, "framework"))
            return -1
        return int(key)

    def of(self, row: Row, line: Line) -> Activity | None:
        """The activity of a row; where there is none, the line says so."""
        code = row.cells.get("code", "")
        framework = self.framework(row, line)
        found = [one for one in self.by_code.get(code, ()) if framework in (None, one.framework_id)]
        where = self.table.address(row.number, "code")
        if len(found) == 1:
            line.code = found[0].code
            return found[0]
        words = {"code": code[:SHOWN]}
        if found:
            line.refuse(
                _("“%(code)s” exists in several frameworks. Say which one in a column “framework”.") % words, where
            )
        elif not code:
            line.refuse(_("The reference of the activity is missing."), where)
        elif framework != -1:
            line.refuse(_("There is no activity with the reference “%(code)s”.") % words, where)
        return None
