"""How the report is shown: its order and its columns, kept in every link of the page, and the choice of columns."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.toolkit.choosing import COLUMNS
from tracker.toolkit.report_files import FORMS, MADE_WHOLE
from tracker.toolkit.spreadsheets import Column

from ..filters import LARGE, SORTS

# The columns of the report that stand in the table on the page, with their classes; countries stand under the title.
ON_PAGE = (
    ("code", gettext_lazy("Ref."), ""),
    ("title", gettext_lazy("Activity"), ""),
    ("lead", gettext_lazy("Lead"), ""),
    ("participants", gettext_lazy("Participants"), "c-part"),
    ("status", gettext_lazy("Status"), ""),
    ("progress", gettext_lazy("Progress"), ""),
    ("due", gettext_lazy("Due"), "c-due"),
    ("updated", gettext_lazy("Last update"), "c-age"),
)
CLASSES = {"due": "c-due", "updated": "c-age"}
# Those that the page reads only where they are shown.
READ_ON_DEMAND = {"signals", "fields", "themes"}


class Look(NamedTuple):
    """Order and columns; the usual ones are not said in addresses."""

    sort: str
    usual_sort: str = "code"
    columns: Sequence[str] | None = None

    @property
    def kept(self) -> str:
        return self._query({})

    def address(self, query: str, **changes: str) -> str:
        """A link to a selection with this look; `changes` replace or add parameters that are not of the selection."""
        return "?" + "&".join(filter(None, (query, self._query(changes))))

    def _query(self, changes: Mapping[str, str]) -> str:
        pairs = {"sort": self.sort if self.sort != self.usual_sort else "", COLUMNS: ",".join(self.columns or ())}
        pairs |= changes
        if pairs["sort"] == self.usual_sort:
            pairs["sort"] = ""
        return urlencode({name: value for name, value in pairs.items() if value}, safe=",")

    def hidden(self) -> list[tuple[str, str]]:
        """The same for forms."""
        return [(name, value) for name, _eq, value in (pair.partition("=") for pair in self.kept.split("&")) if name]


def chosen_columns(columns: Sequence[Column], look: Look) -> list[Column] | None:
    """The columns that were chosen, None where the usual ones stand."""
    if look.columns is None:
        return None
    by_name = {column.name: column for column in columns}
    return [by_name[name] for name in look.columns if name in by_name]


def heads(
    query: str, look: Look, columns: Sequence[Column] | None, sorts: Collection[str] = SORTS
) -> list[dict[str, str]]:
    """The heads of the columns on the page: where one can be sorted by, the link that does it or turns it round."""
    usual = [(name, str(label), css) for name, label, css in ON_PAGE]
    chosen = [(column.name, str(column.label), CLASSES.get(column.name, "")) for column in columns or ()]
    found = []
    for name, label, css in usual if columns is None else chosen:
        head = {"label": label, "css": css}
        if name in sorts:
            head["href"] = look.address(query, sort=f"-{name}" if look.sort == name else name)
            if look.sort.removeprefix("-") == name:
                head["aria"] = "descending" if look.sort.startswith("-") else "ascending"
        found.append(head)
    return found


def exports(address: Callable[[str], str]) -> list[dict[str, Any]]:
    """The forms that can be had, as templates/components/exports.html lists them; `address` gives that of a form."""
    return [
        {"label": label, "href": address(form), "waits": form in MADE_WHOLE, "file": form != "print"}
        for form, label in FORMS.items()
    ]


def choices(columns: Sequence[Column], chosen: Sequence[str] | None) -> list[dict[str, Any]]:
    """What can be ticked: the chosen columns in their order with their places, then the others."""
    labels = {column.name: str(column.label) for column in columns}
    names = list(labels) if chosen is None else [*chosen, *(name for name in labels if name not in chosen)]
    ticked = len(labels) if chosen is None else len(chosen)
    place_of = _("Place of %(column)s")
    return [
        {
            "name": name,
            "label": labels[name],
            "place_label": place_of % {"column": labels[name]},
            "place": number if number <= ticked else "",
            "ticked": number <= ticked,
        }
        for number, name in enumerate(names, start=1)
    ]


def number_words(number: int) -> str:
    if number > LARGE:
        return _("more than 1,000")
    return str(number)


def rows_words(number: int) -> str:
    return ngettext("%(count)s row", "%(count)s rows", number) % {"count": number_words(number)}
