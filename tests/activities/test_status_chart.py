"""Status over time: which days are shown, and that columns and words say the numbers of the database."""

import datetime
from collections.abc import Mapping

import pytest
from django.utils import translation

from activities.choices import Status
from activities.reading.status_chart import BASE, HIGHEST, days_asked, draw

Day = datetime.date
TODAY = Day(2026, 11, 29)


def stocks(first: Day, numbers: Mapping[str, int]) -> dict[Day, Mapping[str, int]]:
    """The same numbers from `first` on, nothing before."""
    return {day: numbers if day >= first else {} for day in days_asked(TODAY)}


def test_a_young_register_is_shown_by_quarter_from_its_first_day() -> None:
    chart = draw(stocks(Day(2026, 5, 1), {Status.UNDER_WAY: 3, Status.COMPLETED: 1}), TODAY)
    assert chart
    assert [(column.day, column.label, column.year) for column in chart.columns] == [
        (Day(2026, 6, 30), "Q2", "2026"),
        (Day(2026, 9, 30), "Q3", ""),
        (TODAY, "today", ""),
    ]


def test_an_old_register_is_shown_by_year() -> None:
    chart = draw(stocks(Day(2020, 5, 1), {Status.UNDER_WAY: 3}), TODAY)
    assert chart
    assert [column.label for column in chart.columns] == ["2020", "2021", "2022", "2023", "2024", "2025", "today"]


def test_two_years_are_eight_quarters() -> None:
    chart = draw(stocks(Day(2025, 1, 1), {Status.UNDER_WAY: 3}), TODAY)
    assert chart
    assert [(column.label, column.year) for column in chart.columns] == [
        ("Q1", "2025"), ("Q2", ""), ("Q3", ""), ("Q4", ""), ("Q1", "2026"), ("Q2", ""), ("Q3", ""), ("today", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("today", [Day(2026, 1, 1), Day(2026, 3, 31), Day(2026, 12, 31), Day(2024, 2, 29)])
def test_on_any_day_there_are_eight_quarters_and_ten_years(today: Day) -> None:
    days = days_asked(today)
    assert days[-1] == today and len(days) == len(set(days))
    chart = draw({day: {Status.AGREED: 1} for day in days}, today)
    assert chart and len(chart.columns) == 10


def test_columns_are_as_high_as_the_numbers() -> None:
    days = stocks(Day(2026, 5, 1), {Status.UNDER_WAY: 2})
    days[TODAY] = {Status.UNDER_WAY: 1, Status.COMPLETED: 2, Status.STALLED: 1}
    chart = draw(days, TODAY)
    assert chart
    before, *_, now = chart.columns
    assert [(part.status, part.y, part.height) for part in before.segments] == [
        (Status.UNDER_WAY, f"{BASE - HIGHEST / 2:.1f}", f"{HIGHEST / 2:.1f}")
    ]
    assert [part.status for part in now.segments] == [Status.COMPLETED, Status.UNDER_WAY, Status.STALLED]
    assert sum(float(part.height) for part in now.segments) == HIGHEST
    assert float(now.segments[-1].y) == BASE - HIGHEST
    assert (now.total, dict(now.counts)[Status.COMPLETED], dict(now.counts)[Status.AGREED]) == (4, 2, 0)


def test_the_sentence_says_the_first_day_and_the_last() -> None:
    days = stocks(Day(2026, 5, 1), {Status.UNDER_WAY: 1})
    days[TODAY] = {Status.UNDER_WAY: 1, Status.COMPLETED: 2}
    chart = draw(days, TODAY)
    assert chart and chart.sentence == (
        "30 June 2026: 1 undertaking (Under way 1). 29 November 2026: 3 undertakings (Completed 2, Under way 1)."
    )


def test_columns_are_mirrored_for_languages_from_the_right() -> None:
    days = stocks(Day(2026, 5, 1), {Status.UNDER_WAY: 1})
    here = draw(days, TODAY)
    with translation.override("ar"):
        there = draw(days, TODAY)
    assert here and there
    assert [float(column.middle) for column in there.columns] == [
        pytest.approx(100 - float(column.middle), abs=0.02) for column in here.columns
    ]


def test_nothing_ever_no_chart() -> None:
    assert draw(stocks(TODAY, {}), TODAY) is None
