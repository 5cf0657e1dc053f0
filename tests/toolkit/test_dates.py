"""Dates known to the day, the month or the year: reading, sorting, spans, words."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from activities.models import Activity
from tests.factories import make_undertaking
from tracker.toolkit.dates import PartialDate, PartialDateField, PartialDateFormField, is_past, spans_from, spans_until

DATES = ["2000-12-31", "2001", "2001-01", "2001-01-01", "2001-05", "2001-05-01", "2001-05-17", "2001-05-31", "2001-06",
         "2001-12", "2001-12-31", "2002", "2004-02", ""]  # fmt: skip
DAYS = [
    datetime.date.fromisoformat(day)
    for day in "2000-12-31 2001-01-01 2001-05-01 2001-05-17 2001-05-31 2001-12-31 2002-01-01 2004-02-29".split()
]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2001", "2001-01-01", "2001-12-31"),
        ("2001-05", "2001-05-01", "2001-05-31"),
        ("2001-12", "2001-12-01", "2001-12-31"),
        ("2004-02", "2004-02-01", "2004-02-29"),
        ("2001-02", "2001-02-01", "2001-02-28"),
        ("2001-05-17", "2001-05-17", "2001-05-17"),
        (" 9999 ", "9999-01-01", "9999-12-31"),
    ],
)
def test_a_date_means_a_span_of_days(text: str, first: str, last: str) -> None:
    date = PartialDate(text)
    assert (date.first_day.isoformat(), date.last_day.isoformat()) == (first, last)
    assert date.is_exact == (first == last)


@pytest.mark.parametrize(
    "text",
    ["", "x", "01", "201", "0999", "20011", "2001-5", "2001-13", "2001-00", "2001-02-30", "2001-05-17T10", "2001/05/17",
     "٢٠٠١", "2001-05-", "-2001", "2001-05-17-01"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a date|day|month"):
        PartialDate(text)


def test_the_field_refuses_with_a_sentence() -> None:
    for field in (PartialDateField(), PartialDateFormField()):
        with pytest.raises(ValidationError, match="year-month-day"):
            field.clean("2001-13", None) if isinstance(field, PartialDateField) else field.clean("2001-13")
    assert PartialDateFormField(required=False).clean("") == ""
    assert PartialDateFormField().clean(" 2001-05 ") == PartialDate("2001-05")


@given(st.dates(min_value=datetime.date(1000, 1, 1)))
def test_an_exact_date_survives(day: datetime.date) -> None:
    date = PartialDate(day)
    assert (date.first_day, date.last_day, date) == (day, day, day.isoformat())


@given(st.lists(st.dates(min_value=datetime.date(1000, 1, 1)), max_size=8), st.data())
def test_dates_sort_by_their_first_day(days: list[datetime.date], data: st.DataObject) -> None:
    dates = [PartialDate(day.isoformat()[: data.draw(st.sampled_from([4, 7, 10]))]) for day in days]
    assert [date.first_day for date in sorted(dates)] == sorted(date.first_day for date in dates)


@pytest.mark.django_db
def test_rows_are_found_by_their_whole_span() -> None:
    """Each rule as the database applies it, against the same rule on the days themselves."""
    for text in DATES:
        make_undertaking(planned_end_on=text)
    for day in DAYS:
        expected_from = {t for t in DATES if t and PartialDate(t).last_day >= day}
        expected_until = {t for t in DATES if t and PartialDate(t).first_day <= day}
        expected_past = {t for t in DATES if t and PartialDate(t).last_day < day}

        def found(condition: object) -> set[str]:
            rows = Activity.objects.filter(condition, agreed=False)
            return {str(value) for value in rows.values_list("planned_end_on", flat=True)}

        assert found(spans_from("planned_end_on", day)) == expected_from, day
        assert found(spans_until("planned_end_on", day)) == expected_until, day
        assert found(is_past("planned_end_on", day)) == expected_past, day


@pytest.mark.parametrize(
    ("language", "text", "words", "short"),
    [
        ("en", "2001-05-17", "17 May 2001", "17 May 2001"),
        ("en", "2001-11-01", "1 November 2001", "1 Nov 2001"),
        ("en", "2001-05", "May 2001", "May 2001"),
        ("en", "2001", "2001", "2001"),
        ("fr", "2001-05-17", "17 mai 2001", None),
        ("zh-hans", "2001-05", "2001年5月", None),
    ],
)
def test_a_date_in_words_says_no_more_than_is_known(language: str, text: str, words: str, short: str | None) -> None:
    with translation.override(language):
        assert PartialDate(text).localized() == words
        if short:
            assert PartialDate(text).localized(short=True) == short
