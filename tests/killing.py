"""Kills the server again and again while people log updates, and counts what is lost or torn.

    DATABASE_URL=… python -m tests.killing 20

The database must be empty, as for the benchmark, whose servers and register are used. Prints one line of JSON.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from http.client import HTTPException
from typing import Any
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

import django

django.setup()

from django.db import connection  # noqa: E402

from activities.bench.browser import Browser  # noqa: E402
from activities.bench.cases import Subjects  # noqa: E402
from activities.bench.measure import Bench, filled  # noqa: E402
from activities.bench.servers import Server, collect_static, serve  # noqa: E402
from activities.management.commands.bench import Command  # noqa: E402
from activities.models import Review, StatusUpdate  # noqa: E402
from activities.workflow.register import check_activity  # noqa: E402

ACTIVITIES = 200
WRITERS = 8


def write(bench: Bench, cookies: dict[str, str], number: int, kept: list[UUID]) -> None:
    """Log updates until the server is gone; `kept` gets the tokens of what it acknowledged."""
    browser = Browser(bench.product.port, cookies)
    turn = number
    while True:
        path = bench.subjects.new_update(bench.subjects.led[turn % len(bench.subjects.led)])
        turn += 1
        try:
            fields = filled(browser.get(path).text)
            if browser.post(path, fields).status == 302:
                kept.append(UUID(dict(fields)["token"]))
        except (OSError, HTTPException, LookupError, ValueError):
            return


def trial(subjects: Subjects, after: float) -> list[UUID]:
    """Start the server, let people write for a moment, kill all of it at once; what it had acknowledged."""
    kept: list[UUID] = []
    with serve("tracker.wsgi", "/healthz") as product:
        bench = Bench(product, Server(0, product.process), subjects, 1, 1)
        cookies = bench.cookies()
        threads = [threading.Thread(target=write, args=(bench, cookies, number, kept)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        give_up = time.monotonic() + 60
        while len(kept) < WRITERS and time.monotonic() < give_up:
            time.sleep(0.01)
        time.sleep(after)
        os.killpg(product.process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join(60)
    return kept


def is_sound() -> bool:
    """What the database itself says of its files and references."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check")
            whole = cursor.fetchall() == [("ok",)]
            cursor.execute("PRAGMA foreign_key_check")
            return whole and not cursor.fetchall()
        cursor.execute("SELECT count(*) FROM activities_statusupdate")  # reads every row
        return bool(cursor.fetchone())


def main(trials: int) -> dict[str, Any]:
    command = Command(stdout=sys.stderr)
    command.prepare()
    command.fill(ACTIVITIES)
    collect_static()
    subjects = Subjects()
    before = StatusUpdate.objects.latest("pk").pk
    rng = random.Random(6)
    found = {"trials": trials, "acknowledged": 0, "lost": 0, "torn": 0, "sound": True}
    for _ in range(trials):
        kept = trial(subjects, rng.uniform(0, 0.5))
        found["acknowledged"] += len(kept)
        found["lost"] += len(kept) - StatusUpdate.objects.filter(token__in=kept).count()
        found["sound"] = found["sound"] and is_sound()
    # Torn: an entry without its review, or an activity that does not remember what its log says.
    written = StatusUpdate.objects.filter(pk__gt=before)
    found["written"] = written.count()
    found["torn"] = written.count() - Review.objects.filter(update__in=written).count()
    for activity in subjects.led:
        # The synthetic register puts the searched text together in an order of its own.
        found["torn"] += any(difference.column != "search_text" for difference in check_activity(activity.pk))
    return found


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
