"""The geometry of the timeline: what is sure, what is known only to the month or year, and where it stands."""

import datetime
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.reading.timeline_chart import LABELS, QUARTER, YEAR, Part, Scale, draw, pieces
from activities.reading.timeline_window import Window, moved, window_of
from tests.doses import dose
from tracker.toolkit.dates import PartialDate

Day = datetime.date
TODAY = Day(2001, 11, 1)
TWO_YEARS = Scale(Day(2001, 2, 6), Day(2002, 12, 31), QUARTER)


def told(start: str, end: str, lasting: Day | None = None) -> list[tuple[str, str, str]]:
    return [
        (piece.kind, piece.first.isoformat(), piece.until.isoformat()) for piece in pieces(start, end, lasting=lasting)
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2001-03-01", "2002-06-30", [("sure", "2001-03-01", "2002-07-01")]),
        ("2001-03-01", "2001-03-01", [("sure", "2001-03-01", "2001-03-02")]),
        ("2001", "2001", [("soft", "2001-01-01", "2002-01-01")]),
        ("2001-05", "2001-05", [("soft", "2001-05-01", "2001-06-01")]),
        ("2001", "2002", [("soft", "2001-01-01", "2002-01-01"), ("soft", "2002-01-01", "2003-01-01")]),
        (
            "2001",
            "2003",
            [
                ("soft", "2001-01-01", "2002-01-01"),
                ("sure", "2002-01-01", "2003-01-01"),
                ("soft", "2003-01-01", "2004-01-01"),
            ],
        ),
        ("2001-05-17", "2002", [("sure", "2001-05-17", "2002-01-01"), ("soft", "2002-01-01", "2003-01-01")]),
        ("2001-05", "2002-02-28", [("soft", "2001-05-01", "2001-06-01"), ("sure", "2001-06-01", "2002-03-01")]),
        ("2001-05-17", "2001", [("soft", "2001-05-17", "2002-01-01")]),
        ("2001", "2001-05-20", [("soft", "2001-01-01", "2001-05-21")]),
        ("2003", "2001", [("soft", "2001-01-01", "2004-01-01")]),  # somebody turned them round
        ("", "2001", [("soft", "2001-01-01", "2002-01-01")]),
        ("", "2001-06-30", [("sure", "2001-06-30", "2001-07-01")]),
        ("2001-03-01", "", [("sure", "2001-03-01", "2001-03-02"), ("tail", "2001-03-02", "2001-03-02")]),
        ("2001", "", [("soft", "2001-01-01", "2002-01-01"), ("tail", "2002-01-01", "2002-01-01")]),
        ("", "", []),
        ("9999", "9999-12-31", [("soft", "9999-01-01", "9999-12-31")]),
    ],
)
def test_a_bar_says_how_much_is_known(start: str, end: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(start, end) == expected


def test_what_goes_on_is_drawn_up_to_today() -> None:
    assert told("2001-03-01", "", TODAY) == [
        ("sure", "2001-03-01", "2001-11-02"),
        ("tail", "2001-11-02", "2001-11-02"),
    ]
    assert told("2001-03", "", TODAY) == [
        ("soft", "2001-03-01", "2001-04-01"),
        ("sure", "2001-04-01", "2001-11-02"),
        ("tail", "2001-11-02", "2001-11-02"),
    ]
    # Begun somewhere in this year: no day of it is sure.
    assert told("2001", "", TODAY) == told("2001", "")
    assert told("2001-03-01", "2001-06-30", TODAY) == told("2001-03-01", "2001-06-30")


dates = st.dates(Day(1990, 1, 1), Day(2030, 12, 31)).flatmap(
    lambda day: st.sampled_from([day.isoformat(), day.isoformat()[:7], day.isoformat()[:4], ""])
)


@settings(max_examples=dose(60, 1000), derandomize=True, deadline=None)
@given(dates, dates)
def test_the_parts_of_a_bar_follow_one_another(start: str, end: str) -> None:
    found = pieces(start, end)
    assert bool(found) == bool(start or end)
    assert all(before.until == after.first for before, after in pairwise(found))
    assert all(piece.first < piece.until for piece in found if piece.kind != "tail")
    # No day that an approximate date may mean is drawn as sure.
    vague = [date for date in (PartialDate(text) for text in (start, end) if text) if not date.is_exact]
    sure = [piece for piece in found if piece.kind == "sure"]
    assert not [1 for date in vague for piece in sure if piece.first <= date.last_day and date.first_day < piece.until]


def test_the_scale_holds_whole_quarters() -> None:
    assert (TWO_YEARS.first, TWO_YEARS.until) == (Day(2001, 1, 1), Day(2003, 1, 1))
    assert len(TWO_YEARS.starts) == 8
    assert [TWO_YEARS.place(day) for day in (Day(2001, 1, 1), Day(2002, 1, 1), Day(2003, 1, 1))] == [0, 50, 100]
    assert [(head.year, head.name) for head in TWO_YEARS.heads()] == [
        ("2001", "Q1"), ("", "Q2"), ("", "Q3"), ("", "Q4"), ("2002", "Q1"), ("", "Q2"), ("", "Q3"), ("", "Q4"),
    ]  # fmt: skip
    assert TWO_YEARS.heads()[0].x == "0" and TWO_YEARS.heads()[4].x == "50"


def test_words_of_the_scale_are_mirrored_and_lines_are_not() -> None:
    """The stylesheet turns the bars round; it cannot turn words."""
    with translation.override("ar"):
        assert [head.x for head in TWO_YEARS.heads()][::4] == ["100", "50"]
        assert TWO_YEARS.lines()[::4] == ["0", "50"]


@pytest.mark.parametrize("years", [1, 3, 12, 13, 40, 100, 1100])
def test_labels_of_years_have_room(years: int) -> None:
    scale = Scale(Day(1900, 1, 1), Day(1900 + years - 1, 12, 31), YEAR)
    labels = [head.year for head in scale.heads()]
    assert 1 <= len(labels) <= LABELS + 1
    assert len(scale.lines()) == len(labels)


def drawn(planned: tuple[str, str], actual: tuple[str, str] = ("", ""), *, is_open: bool = True) -> list[Part]:
    return draw(TWO_YEARS, planned, actual, today=TODAY, is_open=is_open)


def test_the_plan_stands_beside_what_happened() -> None:
    plan, actual, tail = drawn(("2001-01-01", "2001-12-31"), ("2001-07-02", ""))
    assert (plan.bar, plan.kind, plan.x, plan.width) == ("plan", "sure", "0", "50")
    assert (actual.bar, actual.kind, actual.x) == ("actual", "sure", "24.93")
    assert float(actual.x) + float(actual.width) == pytest.approx(TWO_YEARS.place(Day(2001, 11, 2)), abs=0.02)
    assert tail.kind == "tail"
    assert plan.y + plan.height < actual.y, "one above the other"


def test_what_has_ended_is_not_drawn_up_to_today() -> None:
    actual, tail = drawn(("", ""), ("2001-03-01", ""), is_open=False)
    assert (actual.kind, float(actual.width)) == ("sure", 0.5), "a day is still seen"
    assert tail.kind == "tail"


def test_nothing_is_drawn_outside_the_picture() -> None:
    assert drawn(("1999", "2000-12-31")) == []
    assert drawn(("2003-01-01", "2004")) == []
    [across] = drawn(("1999-01-01", "2009-12-31"))
    assert (across.x, across.width) == ("0", "100")
    [last_day] = drawn(("2002-12-31", "2002-12-31"))
    assert float(last_day.x) + float(last_day.width) == 100


SPAN = (Day(1993, 1, 1), Day(2027, 12, 31))
NOW = Day(2026, 11, 29)


def window(
    by: str = "", first: str = "", until: str = "", span: tuple[Day | None, Day | None] = SPAN, today: Day = NOW
) -> Window:
    return window_of(by, PartialDate(first) if first else None, PartialDate(until) if until else None, span, today)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, (YEAR, "1993-01-01", "2027-12-31", False)),
        ({"span": (Day(2001, 1, 1), Day(2004, 12, 31))}, (QUARTER, "2001-01-01", "2004-12-31", False)),
        ({"span": (Day(2001, 1, 1), Day(2005, 12, 31))}, (YEAR, "2001-01-01", "2005-12-31", False)),
        ({"span": (None, None)}, (QUARTER, "2026-01-01", "2026-12-31", False)),
        ({"by": YEAR, "span": (Day(2001, 1, 1), Day(2001, 12, 31))}, (YEAR, "2001-01-01", "2001-12-31", False)),
        ({"by": QUARTER}, (QUARTER, "2026-01-01", "2027-12-31", True)),
        ({"by": QUARTER, "today": Day(2020, 5, 1)}, (QUARTER, "2020-01-01", "2021-12-31", True)),
        ({"by": QUARTER, "today": Day(2040, 5, 1)}, (QUARTER, "2026-01-01", "2027-12-31", True)),
        ({"by": QUARTER, "today": Day(1980, 5, 1)}, (QUARTER, "1993-01-01", "1994-12-31", True)),
        ({"by": QUARTER, "first": "2001-05"}, (QUARTER, "2001-05-01", "2002-12-31", True)),
        ({"by": QUARTER, "until": "2001-05"}, (QUARTER, "2000-01-01", "2001-05-31", True)),
        ({"first": "2001", "until": "2002"}, (QUARTER, "2001-01-01", "2002-12-31", True)),
        ({"first": "2001", "until": "2009"}, (YEAR, "2001-01-01", "2009-12-31", True)),
        ({"first": "2001"}, (YEAR, "2001-01-01", "2027-12-31", True)),
        ({"until": "2001-05-17"}, (YEAR, "1993-01-01", "2001-05-17", True)),
        ({"first": "2030"}, (QUARTER, "2030-01-01", "2030-12-31", True)),
        ({"until": "1980"}, (QUARTER, "1980-01-01", "1980-12-31", True)),
        # One slip of the pen, and everything else would be a dot.
        ({"span": (Day(1993, 1, 1), Day(9999, 12, 31))}, (YEAR, "1993-01-01", "2036-12-31", False)),
        ({"span": (Day(1001, 1, 1), Day(2027, 12, 31))}, (YEAR, "1928-01-01", "2027-12-31", False)),
    ],
)
def test_the_time_that_is_shown(asked: dict, expected: tuple[str, str, str, bool]) -> None:
    found = window(**asked)
    assert (found.by, found.first.isoformat(), found.last.isoformat(), found.restricts) == expected


@pytest.mark.parametrize(
    ("first", "until", "earlier", "later"),
    [
        ("2001", "2002", ("1999", "2000"), ("2003", "2004")),
        ("2001-04", "2001-09", ("2000-10", "2001-03"), ("2001-10", "2002-03")),
    ],
)
def test_paging_through_time(first: str, until: str, earlier: tuple[str, str], later: tuple[str, str]) -> None:
    shown = window(first=first, until=until)
    scale = Scale(shown.first, shown.last, shown.by)
    assert (moved(scale, -1), moved(scale, 1)) == (earlier, later)


def test_time_ends_where_addresses_do() -> None:
    assert moved(Scale(Day(1900, 1, 1), Day(1901, 12, 31), QUARTER), -1) is None
    assert moved(Scale(Day(2998, 1, 1), Day(2999, 12, 31), QUARTER), 1) is None


def test_the_time_in_words() -> None:
    assert window(first="2001", until="2002").words() == "2001 – 2002"
    assert window(first="2001", until="2001").words() == "2001"
    assert window(first="2001-05", until="2001-06").words() == "May 2001 – June 2001"
    assert window(first="2001-05-17", until="2001-06").words() == "17 May 2001 – 30 June 2001"
