"""Days in words, once per day and language: "1 November 2001", "1 Nov 2001", "8 days ago"."""

from datetime import date
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.texts import current_language


def day_words(value: date | PartialDate, *, short: bool = False) -> str:
    """A day in the reader's language, as far as it is known; ``short`` for tables."""
    return _day_words(value, short, current_language())


def age_words(value: date | None) -> str:
    """How long ago a day was, counted in the current time zone: in days, then in years; "Never" for None."""
    if value is None:
        return gettext("Never")
    return _age_words((timezone.localdate() - value).days, current_language())


# A list of 50 rows holds the same few days again and again; formatting them was 15 % of the page.
@lru_cache(maxsize=4096)
def _day_words(value: date | PartialDate, short: bool, language: str) -> str:
    if isinstance(value, PartialDate):
        return value.localized(short=short)
    return date_format(value, "SHORT_DATE_FORMAT" if short else "DATE_FORMAT")


@lru_cache(maxsize=4096)
def _age_words(days: int, language: str) -> str:
    if days == 0:
        return gettext("Today")
    if days == 1:
        return gettext("Yesterday")
    # From two years on in whole years: nobody can read "9,307 days ago".
    if abs(days) >= 2 * 365:
        years = int((abs(days) + 1) / 365.2425)  # two years without a leap day are 730 days
        if days < 0:
            return ngettext("in %(years)d year", "in %(years)d years", years) % {"years": years}
        return ngettext("%(years)d year ago", "%(years)d years ago", years) % {"years": years}
    if days < 0:
        return ngettext("in %(days)d day", "in %(days)d days", -days) % {"days": -days}
    return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}
