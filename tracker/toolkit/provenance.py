"""Where a report comes from: said at the head of a paper, on a cover sheet, or in the headers of a response."""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

# Servers and proxies refuse larger headers.
LONGEST_HEADER = 2000


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What every output of a report says about itself."""

    title: str
    source: str
    filters: str
    as_of: datetime.date
    made_at: datetime.datetime
    made_by: str
    rows: int
    left_out: int
    address: str
    # What else a reader has to know to understand the rows.
    note: str = ""

    def facts(self) -> list[tuple[str, str]]:
        """Labels and values in the reader's language."""
        return [
            (_("Report"), self.title),
            (_("Source"), self.source),
            (_("Filters"), self.filters or _("None: all activities that the reader may see")),
            (_("As at"), date_format(self.as_of, "DATE_FORMAT")),
            *([(_("Note"), self.note)] if self.note else []),
            (_("Made"), date_format(timezone.localtime(self.made_at), "DATETIME_FORMAT")),
            (_("Made by"), self.made_by),
            (_("Rows"), str(self.rows)),
            (_("Left out by the filters"), str(self.left_out)),
            (_("Address"), self.address),
        ]

    def values(self) -> dict[str, Any]:
        """The same for programs: names in English, dates in ISO."""
        return {
            "title": self.title,
            "source": self.source,
            "filters": self.filters,
            "as_of": self.as_of.isoformat(),
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "made_by": self.made_by,
            "rows": self.rows,
            "left_out": self.left_out,
            "address": self.address,
            **({"note": self.note} if self.note else {}),
        }

    def headers(self) -> dict[str, str]:
        """The same as response headers: “X-Report-Made-At”, values as percent-encoded UTF-8."""
        return {
            f"X-Report-{name.replace('_', '-').title()}": _header(str(value)) for name, value in self.values().items()
        }


def _header(value: str) -> str:
    encoded = quote(value, safe=" ,;:()/?&=+-._~")
    if len(encoded) <= LONGEST_HEADER:
        return encoded
    # Cut where no encoded character is split.
    return encoded[:LONGEST_HEADER].rsplit("%", 1)[0] + quote("…")
