"""Measures one filled register: every page round by round, what is sent, exports, writes, memory."""

import random
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations.models import User

from ..models import StatusUpdate
from .browser import Browser, Page, local
from .cases import Case, Subjects, cases
from .servers import Server
from .timing import median, percentile, rounds

Result = dict[str, Any]
WARM_UP = 12  # visits, each on a connection of its own, so that both workers have seen the page
WORDS = "The steering group met and agreed the next course."


@dataclass
class Bench:
    """The servers and the rows that are measured, and how long."""

    product: Server
    bare: Server
    subjects: Subjects
    rounds: int
    seconds: float

    def cookies(self, person: User | None = None) -> dict[str, str]:
        """A session of this person, or else of the measured focal point."""
        client = Client()
        client.force_login(person or self.subjects.person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


class Visits:
    """The connections that are kept open, and a fresh visit to any case."""

    def __init__(self, bench: Bench) -> None:
        self.cookies = {"member": bench.cookies(), "coordinator": bench.cookies(bench.subjects.coordinator)}
        self.bench = bench
        self.member, self.coordinator = self.open("member"), self.open("coordinator")
        self.anonymous, self.bare = self.open("anonymous"), self.open("bare")

    def open(self, who: str) -> Browser:
        server = self.bench.bare if who == "bare" else self.bench.product
        return Browser(server.port, self.cookies.get(who))

    def of(self, case: Case) -> Browser:
        found: Browser = getattr(self, who_asks(case))
        return found

    def warm(self, case: Case) -> None:
        for _ in range(min(WARM_UP, self.bench.rounds)):
            fresh = self.open(who_asks(case))
            fresh.get(case.path)
            fresh.close()
        self.of(case).get(case.path)

    def close(self) -> None:
        for browser in (self.member, self.coordinator, self.anonymous, self.bare):
            browser.close()


def who_asks(case: Case) -> str:
    if case.is_bare:
        return "bare"
    if case.as_coordinator:
        return "coordinator"
    return "member" if case.signed_in else "anonymous"


def measure_pages(bench: Bench) -> dict[str, Result]:
    """Every case and the writes, interleaved: what disturbs the machine disturbs all of them alike."""
    visits = Visits(bench)
    found: dict[str, Result] = {}
    working = []
    for case in cases(bench.subjects):
        first = visits.of(case).get(case.path)
        found[case.key] = {"label": case.label, "path": case.path, "status": first.status}
        if first.status == 200:
            visits.warm(case)
            working.append(case)
            if not case.is_bare:
                found[case.key] |= {
                    "queries": count_queries(bench, case),
                    **weigh(visits.open("anonymous"), visits, case),
                }
    times: dict[str, list[float]] = defaultdict(list)
    order = random.Random(1)
    writes = Writes(bench, visits)
    for number in rounds(bench.rounds, bench.seconds):
        order.shuffle(working)
        for case in working:
            times[case.key].append(visits.of(case).get(case.path).total)
        writes.one(number, times)
    found |= writes.results()
    for key, series in times.items():
        found[key] |= {"median": median(series), "p95": percentile(series, 95), "rounds": len(series)}
    visits.close()
    return found


def count_queries(bench: Bench, case: Case) -> int:
    """Statements of a warm page, sent in this process by the same code."""
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    if case.signed_in:
        person = bench.subjects.coordinator if case.as_coordinator else bench.subjects.person
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    client.get(case.path)
    with CaptureQueriesContext(connection) as captured:
        client.get(case.path)
    return len(captured)


def weigh(visitor: Browser, visits: Visits, case: Case) -> Result:
    """Bytes of the page, plain and compressed; of a first visit with everything it asks for; of a second one."""
    plain, compressed = (visits.of(case).get(case.path, compressed=packed) for packed in (False, True))
    again = visits.of(case).get(case.path, compressed=True, known=compressed.headers.get("etag", ""))
    assets = local(Page(plain.text).assets, case.path)
    sizes = [visitor.get(asset, compressed=True).transferred for asset in assets]
    visitor.close()
    return {
        "bytes": plain.transferred,
        "compressed": compressed.transferred,
        "first_visit": compressed.transferred + sum(sizes),
        # What it asks for is kept for good; the page itself is asked for again.
        "second_visit": again.transferred,
        "requests": 1 + len(assets),
    }


class Writes:
    """Logging an update through the real form, and the bare view that inserts and updates."""

    def __init__(self, bench: Bench, visits: Visits) -> None:
        self.bench, self.visits = bench, visits
        self.before = StatusUpdate.objects.count()
        self.made = 0
        self.queries: int | None = None
        self.status: dict[str, int] = {}

    def one(self, number: int, times: dict[str, list[float]]) -> None:
        """Open a form and send it; then write as much without one. A form that is refused is not measured."""
        led = self.bench.subjects.led
        if self.status.get("write", 302) == 302:
            self._real(led[number % len(led)], times)
        activity = led[-1 - number % len(led)]
        who = f"activity={activity.pk}&organization={activity.lead_id}&author={self.bench.subjects.person.pk}"
        answer = self.visits.bare.post(f"/write/?{who}", [("done", WORDS)])
        self.status["bare_write"] = answer.status
        times["bare_write"].append(answer.total)
        self.made += 1

    def _real(self, activity: Any, times: dict[str, list[float]]) -> None:
        path = self.bench.subjects.new_update(activity)
        page = self.visits.member.get(path)
        self.status["form"] = page.status
        if page.status != 200:
            self.status["write"] = page.status
            return
        answer = self.visits.member.post(path, filled(page.text))
        self.status["write"] = answer.status
        if answer.status == 302:
            times["form"].append(page.total)
            times["write"].append(answer.total)
            self.made += 1
            if self.queries is None:
                self.queries = self._count(path)

    def _count(self, path: str) -> int:
        client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        client.force_login(self.bench.subjects.person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        fields = dict(filled(client.get(path).content.decode()))
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(path, fields)
        self.made += answer.status_code == 302
        return len(captured)

    def results(self) -> dict[str, Result]:
        labels = {"form": "update form", "write": "log an update", "bare_write": "= bare INSERT and UPDATE"}
        found: dict[str, Result] = {
            key: {"label": label, "status": self.status.get(key, 0)} for key, label in labels.items()
        }
        found["write"] |= {"queries": self.queries, "lost": self.before + self.made - StatusUpdate.objects.count()}
        return found


def filled(text: str) -> list[tuple[str, str]]:
    """The fields of the update form, with one sentence about what was done."""
    fields = [(name, value) for name, value in Page(text).form("done") if name != "done"]
    return [*fields, ("done", WORDS)]
