"""How large a file may be, and how long reading it may take: told to whoever sends one."""

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _

MAX_BYTES = 5 * 1024 * 1024
# A workbook is a ZIP archive of XML. What it may hold once it is opened, so that it cannot choke its reader.
MAX_MEMBERS = 500
MAX_UNPACKED = 40 * 1024 * 1024
MAX_RATIO = 150
SMALL_ENOUGH = 1024 * 1024  # not worth measuring a ratio

MAX_ROWS = 5_000
MAX_COLUMNS = 80
MAX_CELL = 10_000  # characters: as much as a form takes
MAX_TEXT = 5_000_000  # characters in all cells together
# Rows that one import may add or change: while it is written nobody else can write.
MAX_CHANGES = 300
MAX_SECONDS = 20

# A spreadsheet program counts no further.
LAST_ROW = 1_048_576


class Unreadable(Exception):
    """The file is not taken; `sentence` says why, and what to do instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def grouped(number: int) -> str:
    """“5,000”, as the reader's language writes it."""
    return number_format(number, force_grouping=True)


def limits_in_words() -> list[str]:
    """The limits as sentences, for whoever sends a file."""
    return [
        _("Excel (.xlsx) or CSV in UTF-8, at most %(size)s.") % {"size": filesizeformat(MAX_BYTES)},
        _("At most %(rows)s rows of %(columns)s columns, %(cell)s characters in one cell.")
        % {"rows": grouped(MAX_ROWS), "columns": MAX_COLUMNS, "cell": grouped(MAX_CELL)},
        _("At most %(changes)d rows that add or change something; rows that change nothing are not counted.")
        % {"changes": MAX_CHANGES},
        _("Values only: no formulas, no merged cells, no macros."),
    ]
