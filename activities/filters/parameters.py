"""Kinds of filter parameter: what may be given, what it means for rows, how it reads in words."""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.search import terms

from ..models.names import Names, read_names

Text = str | Promise


@dataclass
class Reading:
    """What a parameter is read against: the names of the register and today's date."""

    today: datetime.date
    names: Names = field(default_factory=read_names)
    _fresh: bool = False

    def refresh(self) -> bool:
        """Read the names from the database, once: what was made in the last seconds is no unknown value."""
        if self._fresh:
            return False
        self.names, self._fresh = read_names(fresh=True), True
        return True


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One filter parameter. `condition` takes the cleaned values, any of which a row may fulfil."""

    name: str
    label: Text
    condition: Callable[[Sequence[Any], Reading], Q] = lambda values, reading: Q()
    hint: Text = ""

    def clean(self, given: Sequence[str], reading: Reading) -> list[Any]:
        """The values as they are looked up. Raises ValidationError with a sentence that says what to put right."""
        raise NotImplementedError

    def words(self, value: Any, reading: Reading) -> str:
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter):
    """Any number of values of a list."""

    options: Callable[[Names], Mapping[str, Text]]

    def clean(self, given: Sequence[str], reading: Reading) -> list[str]:
        unknown = [value for value in given if value not in self.options(reading.names)]
        if unknown and reading.refresh():
            unknown = [value for value in given if value not in self.options(reading.names)]
        if unknown:
            raise ValidationError(
                _("“%(value)s” is not one of the values that can be asked for.") % {"value": shown(unknown[0])}
            )
        return list(dict.fromkeys(given))

    def words(self, value: str, reading: Reading) -> str:
        return str(self.options(reading.names)[value])


@dataclass(frozen=True, kw_only=True)
class Single(Parameter):
    """A parameter that takes one value."""

    def clean(self, given: Sequence[str], reading: Reading) -> list[Any]:
        if len(given) > 1:
            raise ValidationError(_("It is given more than once. Give it one value."))
        return [self.read(given[0])]

    def read(self, value: str) -> Any:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Words(Single):
    """Words to search for; a row must hold every one of them."""

    max_length: int = 200

    def read(self, value: str) -> str:
        if len(value) > self.max_length:
            raise ValidationError(
                _("The text is longer than %(number)d characters. Search for fewer words.")
                % {"number": self.max_length}
            )
        if not terms(value):
            raise ValidationError(_("“%(value)s” holds no letter or digit to search for.") % {"value": shown(value)})
        return value

    def words(self, value: str, reading: Reading) -> str:
        return _("“%(words)s”") % {"words": value}


@dataclass(frozen=True, kw_only=True)
class Day(Single):
    """A date that may be known to the day, the month or the year."""

    # Further years are slips of the pen, and the last representable one cannot be moved between time zones.
    years: tuple[int, int] = (1900, 2999)

    def read(self, value: str) -> PartialDate:
        try:
            date = PartialDate(value)
        except ValueError:
            date = None
        if date is None or not self.years[0] <= date.first_day.year <= self.years[1]:
            raise ValidationError(
                _(
                    "“%(value)s” is not a date. Write it as year-month-day, or only year-month or year, "
                    "like 2001-05-17, 2001-05 or 2001."
                )
                % {"value": shown(value)}
            )
        return date

    def words(self, value: PartialDate, reading: Reading) -> str:
        return value.localized()


@dataclass(frozen=True, kw_only=True)
class WholeNumber(Single):
    """A whole number between two bounds."""

    low: int
    high: int

    def read(self, value: str) -> int:
        if not re.fullmatch(r"\d{1,6}", value, re.ASCII) or not self.low <= int(value) <= self.high:
            raise ValidationError(
                _("“%(value)s” is not a whole number from %(low)d to %(high)d.")
                % {"value": shown(value), "low": self.low, "high": self.high}
            )
        return int(value)


def shown(value: str) -> str:
    """A value that somebody sent, short enough for a sentence."""
    return value if len(value) <= 60 else f"{value[:60]}…"
