"""Which entries stood on a day of the past: those heard by then, without corrections made later."""

import datetime

import pytest
from django.utils import timezone

from activities.choices import Status, UpdateKind
from activities.filters import entries_known_on
from activities.models import StatusUpdate
from tests.factories import make_organization, make_undertaking, make_update

pytestmark = pytest.mark.django_db


def known(days_ago: int) -> set[str]:
    day = timezone.localdate() - datetime.timedelta(days=days_ago)
    return set(entries_known_on(day).values_list("done", flat=True)) - {""}


def test_of_each_day_what_had_been_heard_and_stood() -> None:
    activity = make_undertaking(lead=make_organization(), status=Status.UNDER_WAY, days_ago=90)
    first = make_update(activity=activity, days_ago=60, done="first")
    make_update(activity=activity, days_ago=30, done="second")
    make_update(activity=activity, days_ago=10, as_of=first.as_of, done="instead of the first", corrects=first)
    assert {days: known(days) for days in (61, 60, 31, 30, 11, 10, 0)} == {
        61: set(), 60: {"first"}, 31: {"first"}, 30: {"first", "second"}, 11: {"first", "second"},
        10: {"second", "instead of the first"}, 0: {"second", "instead of the first"},
    }  # fmt: skip


def test_what_is_recorded_from_an_old_source_was_known_when_it_took_place() -> None:
    activity = make_undertaking()
    for as_of in ("2001", "2001-05", "2001-05-17"):
        make_update(activity=activity, as_of=as_of, done=as_of, kind=UpdateKind.DOCUMENTED, author=None)
    days = ("2001-05-16", "2001-05-17", "2001-05-31", "2001-12-31")
    found = {
        day: set(StatusUpdate.objects.standing_on(datetime.date.fromisoformat(day)).values_list("done", flat=True))
        for day in days
    }
    assert found == {
        "2001-05-16": set(),
        "2001-05-17": {"2001-05-17"},
        "2001-05-31": {"2001-05-17", "2001-05"},
        "2001-12-31": {"2001-05-17", "2001-05", "2001"},
    }
