"""Everything periodic that writes: the parts of `manage.py nightly`, each for itself and safe to do twice."""

import datetime
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from ..models import PreparedImport, ReportingRound
from .derived import refresh_leads
from .digest import write_digests
from .followed import tell_followed
from .mentions import tell_mentions
from .reminders import remind_as_days_go_by
from .rounds import follow_the_days


class Part(NamedTuple):
    """`do` returns a number that `name` tells of."""

    name: str
    do: Callable[[], int]


def parts(now: datetime.datetime) -> Iterator[Part]:
    """What is done, in this order: what is asked of people before what they merely like to know."""
    today = timezone.localdate(now)
    yield Part("Leads that end or begin with the day", partial(refresh_leads, today))
    for made in ReportingRound.objects.open().order_by("number"):
        yield Part(f"Joining or leaving round {made.number} with the day", partial(follow_the_days, made))
        yield Part(f"Reminders of round {made.number}", partial(remind_as_days_go_by, made, today))
    yield Part("Mentions of organizations", partial(tell_mentions, now))
    yield Part("Changes of followed activities", partial(tell_followed, now))
    yield Part("Weekly digests", partial(write_digests, now))
    yield Part("Previews of imports that have expired", forget_previews)


def forget_previews() -> int:
    """Files that were sent to be imported are kept for hours only."""
    return PreparedImport.objects.expired().delete()[0]


def do_part(part: Part) -> int:
    """All of it or nothing."""
    with transaction.atomic():
        return part.do()


def refresh_statistics() -> None:
    """Let SQLite count its rows, by which it chooses indexes; PostgreSQL does it by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA optimize")
