"""Dates known only to the year or the month: kept, sorted, filtered and shown as what they are."""

import calendar
import datetime
import re
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)

INVALID_DATE = _("Enter a date as year-month-day, or only year-month or year, like 2001-05-17, 2001-05 or 2001.")


class PartialDate(str):
    """An ISO date of which the day, or the month and the day, may be unknown: “2001-05-17”, “2001-05”, “2001”.

    As text it sorts by its first day, which is why the database keeps it as text.
    Raises ValueError for anything that is no date between the years 1000 and 9999.
    """

    __slots__ = ()

    def __new__(cls, value: "str | datetime.date") -> "PartialDate":
        text = value.isoformat()[:10] if isinstance(value, datetime.date) else str(value).strip()
        match = _FORM.fullmatch(text)
        if not match or int(match[1]) < 1000:
            raise ValueError(f"not a date: {text!r}")
        year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
        datetime.date(year, month, day)
        return super().__new__(cls, text)

    @property
    def first_day(self) -> datetime.date:
        """The earliest day this date may mean."""
        return datetime.date.fromisoformat((self + "-01-01")[:10])

    @property
    def last_day(self) -> datetime.date:
        """The latest day this date may mean."""
        first = self.first_day
        if len(self) == 4:
            return first.replace(month=12, day=31)
        if len(self) == 7:
            return first.replace(day=calendar.monthrange(first.year, first.month)[1])
        return first

    @property
    def is_exact(self) -> bool:
        return len(self) == 10

    def localized(self, short: bool = False) -> str:
        """The date in the reader's language: “17 May 2001”, “May 2001”, “2001”."""
        if len(self) == 4:
            # Translators: a year standing alone as a date.
            return pgettext("year alone", "%(year)s") % {"year": str(self)}
        if len(self) == 7:
            return date_format(self.first_day, "YEAR_MONTH_FORMAT")
        return date_format(self.first_day, "SHORT_DATE_FORMAT" if short else "DATE_FORMAT")


@lru_cache(maxsize=4096)
def _read(value: str) -> PartialDate:
    """A column of a long table holds the same days again and again."""
    return PartialDate(value)


def spans_from(field: str, day: datetime.date) -> Q:
    """Rows whose date may lie on or after `day`: an approximate date counts with its whole span."""
    iso = day.isoformat()
    return Q(**{f"{field}__gte": iso}) | Q(**{f"{field}__in": [iso[:4], iso[:7]]})


def spans_until(field: str, day: datetime.date) -> Q:
    """Rows whose date may lie on or before `day`. An unknown date never matches."""
    return Q(**{f"{field}__lte": day.isoformat()}) & ~Q(**{field: ""})


def is_past(field: str, day: datetime.date) -> Q:
    """Rows whose date, with all of its span, lies before `day`."""
    iso = day.isoformat()
    return Q(**{f"{field}__lt": iso}) & ~Q(**{f"{field}__in": ["", iso[:4], iso[:7]]})


class PartialDateFormField(forms.CharField):
    """A text field that takes a date known to the day, the month or the year."""

    default_error_messages = {"invalid": INVALID_DATE}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 10)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        value = super().to_python(value)
        if value in self.empty_values:
            return ""
        try:
            return PartialDate(value)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"inputmode": "numeric", "autocomplete": "off"}


class PartialDateField(models.CharField):
    """A column of `PartialDate`; empty text means unknown."""

    # For the type checker: what a row gives, and what may be set.
    _pyi_private_get_type: "PartialDate"
    _pyi_private_set_type: Any

    description = _("Date, possibly known only to the month or the year")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return _read(value) if value else value

    def to_python(self, value: Any) -> Any:
        if not value:
            return ""
        try:
            return PartialDate(value)
        except ValueError as error:
            raise ValidationError(INVALID_DATE, code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        return str(self.to_python(value)) if value else value

    def formfield(self, **kwargs: Any) -> forms.Field:
        return PartialDateFormField(
            required=not self.blank,
            label=kwargs.get("label", capfirst(self.verbose_name)),
            help_text=kwargs.get("help_text", self.help_text),
        )
