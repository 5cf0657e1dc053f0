"""Kinds of filter: the form field that understands or refuses what was given, the rows it finds, the words for it."""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import day_words
from tracker.toolkit.search import terms

from ..models import Activity
from ..models.names import Names

Text = str | Promise
Options = Mapping[str, Text]


def shown(value: str) -> str:
    """A value that somebody sent, short enough for a sentence."""
    return value if len(value) <= 60 else f"{value[:60]}…"


class ListedField(forms.MultipleChoiceField):
    """Any number of values of a list. `options(fresh)` gives the list, from the database where `fresh`."""

    default_error_messages = {
        "invalid_choice": gettext_lazy("“%(value)s” is not one of the values that can be asked for.")
    }

    def __init__(self, *, options: Callable[[bool], Options], **kwargs: Any) -> None:
        self.options = options
        super().__init__(choices=lambda: list(options(False).items()), **kwargs)

    def to_python(self, given: Any) -> list[str]:
        return list(dict.fromkeys(super().to_python(given)))

    def validate(self, values: Any) -> None:
        for fresh in (False, True):
            # What was made in the last seconds is no unknown value.
            options = self.options(fresh)
            unknown = [value for value in values if value not in options]
            if not unknown:
                return
        raise ValidationError(self.error_messages["invalid_choice"], params={"value": shown(unknown[0])})


class SingleField(forms.Field):
    """One value; a second one is refused, where forms usually take the last."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"several": gettext_lazy("It is given more than once. Give it one value.")}

    def to_python(self, given: Sequence[str]) -> Any:
        if not given:
            return None
        if len(given) > 1:
            raise ValidationError(self.error_messages["several"])
        return self.read(given[0])

    def read(self, value: str) -> Any:
        """The value as it is looked up. Raises ValidationError with a sentence that says what to put right."""
        raise NotImplementedError


class WordsField(SingleField):
    """Words to search for."""

    max_length = 200

    def read(self, value: str) -> str:
        if len(value) > self.max_length:
            raise ValidationError(
                _("The text is longer than %(number)d characters. Search for fewer words.")
                % {"number": self.max_length}
            )
        if not terms(value):
            raise ValidationError(_("“%(value)s” holds no letter or digit to search for.") % {"value": shown(value)})
        return value


class DayField(SingleField):
    """A date that may be known to the day, the month or the year."""

    # Further years are slips of the pen, and the last representable one cannot be moved between time zones.
    years = (1900, 2999)

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


class PastDayField(SingleField):
    """A full day up to today: of what may be known only to the month nobody can say what was known on it."""

    def read(self, value: str) -> datetime.date:
        try:
            date = PartialDate(value)
        except ValueError:
            date = None
        if date is None or not date.is_exact or date.first_day.year < DayField.years[0]:
            raise ValidationError(
                _("“%(value)s” is not a full day. Write it as year-month-day, like 2001-12-31.")
                % {"value": shown(value)}
            )
        if date.first_day > timezone.localdate():
            raise ValidationError(_("That day lies in the future. Give today or an earlier day."))
        return date.first_day


def past_day(given: Sequence[str]) -> datetime.date | None:
    """The full day that these values of a parameter name; None where they name none, or are not understood."""
    try:
        return PastDayField(required=False).clean(list(given))
    except ValidationError:
        return None


class DaysField(SingleField):
    """A number of days."""

    low, high = 1, 36500

    def read(self, value: str) -> int:
        if not re.fullmatch(r"\d{1,6}", value, re.ASCII) or not self.low <= int(value) <= self.high:
            raise ValidationError(
                _("“%(value)s” is not a whole number from %(low)d to %(high)d.")
                % {"value": shown(value), "low": self.low, "high": self.high}
            )
        return int(value)


class AnyOf(django_filters.Filter):
    """Values of a list, any of which a row may have. `options` gives the values with their titles."""

    field_class = ListedField

    def __init__(self, *args: Any, options: Callable[[Names], Options], **kwargs: Any) -> None:
        kwargs.setdefault("lookup_expr", "in")
        super().__init__(*args, options=self.listed, **kwargs)
        self.list_options = options

    def listed(self, fresh: bool = False) -> Options:
        return self.list_options(self.parent.read_names(fresh=fresh))

    def words(self, value: str) -> str:
        return str(self.listed()[value])


class AnyNamed(AnyOf):
    """Codes of a list of names, each of which may stand for several rows: frameworks use the same codes."""

    def __init__(self, *args: Any, kind: str, with_code: bool = False, **kwargs: Any) -> None:
        def titles(names: Names) -> Options:
            entries = names.by_code[kind].items()
            return {code: f"{code} {name.title}" if with_code else name.title for code, name in entries}

        super().__init__(*args, options=titles, **kwargs)
        self.kind = kind

    def ids(self, codes: Sequence[str]) -> list[int]:
        names = self.parent.read_names().by_code[self.kind]
        return [pk for code in codes for pk in names[code].ids]

    def filter(self, rows: QuerySet, codes: Sequence[str]) -> QuerySet:
        return super().filter(rows, self.ids(codes))


class AnyLinked(AnyNamed):
    """The same for what an activity may have several of; as a subquery, so that no row comes twice."""

    def filter(self, rows: QuerySet, codes: Sequence[str]) -> QuerySet:
        if not codes:
            return rows
        column: Any = Activity._meta.get_field(self.field_name)
        links = column.remote_field.through.objects
        links = links.filter(**{f"{column.m2m_reverse_field_name()}__in": self.ids(codes)})
        return rows.filter(Q(pk__in=links.values("activity_id")))


class Words(django_filters.Filter):
    """Words, every one of which a row must hold."""

    field_class = WordsField

    def filter(self, rows: QuerySet, value: str | None) -> QuerySet:
        for term in terms(value or ""):
            rows = rows.filter(**{f"{self.field_name}__contains": term})
        return rows

    def words(self, value: str) -> str:
        return _("“%(words)s”") % {"words": value}


class Day(django_filters.Filter):
    """A day, a month or a year."""

    field_class = DayField

    def words(self, value: PartialDate) -> str:
        return value.localized()


class KnownOn(django_filters.Filter):
    """The day of which everything else speaks: it finds nothing itself, and needs no label before its words."""

    field_class = PastDayField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label": "", **kwargs})

    def filter(self, rows: QuerySet, value: datetime.date | None) -> QuerySet:
        return rows

    def words(self, value: datetime.date) -> str:
        # Translators: a filter: the report shows what was known on that day.
        return _("As of %(day)s") % {"day": day_words(value)}


class ComparedWith(KnownOn):
    """The earlier day of two."""

    def words(self, value: datetime.date) -> str:
        # Translators: a filter: the report shows what changed from that day on.
        return _("Changes since %(day)s") % {"day": day_words(value)}


class Days(django_filters.Filter):
    """More than so many days."""

    field_class = DaysField

    def words(self, value: int) -> str:
        return ngettext("more than %(days)d day", "more than %(days)d days", value) % {"days": value}
