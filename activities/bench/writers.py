"""Many people logging at once: nothing may be refused, and nothing that was acknowledged may be lost."""

import threading
from dataclasses import dataclass, field
from http.client import HTTPException
from time import monotonic
from typing import Any
from uuid import UUID

from ..models import StatusUpdate
from .browser import Browser
from .measure import Bench, filled
from .timing import median, percentile

WRITERS = 32


@dataclass
class Tally:
    """What all writers together met. Only tokens of acknowledged forms are kept."""

    times: list[float] = field(default_factory=list)
    tokens: list[UUID] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def measure_writers(bench: Bench, seconds: float) -> dict[str, Any]:
    """Let 32 writers open and send update forms for so many seconds, several of them on the same activities."""
    tally, until = Tally(), monotonic() + seconds
    cookies = bench.cookies()
    threads = [
        threading.Thread(target=_write, args=(bench, cookies, number, until, tally), daemon=True)
        for number in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)
    kept = 0
    for start in range(0, len(tally.tokens), 500):
        kept += StatusUpdate.objects.filter(token__in=tally.tokens[start : start + 500]).count()
    return {
        "writers": WRITERS,
        "seconds": seconds,
        "written": len(tally.times),
        "errors": len(tally.errors),
        "first_errors": sorted(set(tally.errors))[:3],
        "lost": len(tally.tokens) - kept,
        "median": median(tally.times or [0]),
        "p99": percentile(tally.times or [0], 99),
    }


def _write(bench: Bench, cookies: dict[str, str], number: int, until: float, tally: Tally) -> None:
    browser = Browser(bench.product.port, cookies)
    led = bench.subjects.led[: WRITERS // 4]
    turn = number
    while monotonic() < until:
        path = bench.subjects.new_update(led[turn % len(led)])
        turn += 1
        try:
            fields = filled(browser.get(path).text)
            answer = browser.post(path, fields)
        except (OSError, HTTPException, LookupError, ValueError) as error:
            tally.errors.append(repr(error)[:200])
            browser.close()
            browser = Browser(bench.product.port, cookies)
            continue
        if answer.status != 302:
            tally.errors.append(f"answered {answer.status}")
            continue
        tally.times.append(answer.total)
        tally.tokens.append(UUID(dict(fields)["token"]))
    browser.close()
