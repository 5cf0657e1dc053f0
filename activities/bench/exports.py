"""Measures files that hold the whole register, against what the database itself needs to write them."""

import threading
from typing import Any

from django.urls import reverse

from .browser import Browser
from .measure import Bench
from .servers import Server
from .timing import median, percentile, rounds

ROUNDS = 5


class Peak:
    """The highest memory of a server's workers while something runs, in MiB above what it was before."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Peak":
        self.before = self.highest = self.server.memory()
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.highest = max(self.highest, self.server.memory())

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def growth(self) -> float:
        return round(self.highest - self.before, 1)


def measure_exports(bench: Bench) -> dict[str, dict[str, Any]]:
    """Every form of the whole report, and the bare copy, in turns."""
    report = reverse("activity-list")
    wanted = {
        "csv": ("CSV of everything", f"{report}?format=csv", bench.product),
        "json": ("JSON of everything", f"{report}?format=json", bench.product),
        "xlsx": ("XLSX of everything", f"{report}?format=xlsx", bench.product),
        "print": ("print of everything", f"{report}?format=print", bench.product),
        "docx": ("DOCX of everything", f"{report}?format=docx", bench.product),
        "bare_csv": ("= bare copy of everything", f"/copy/?as={bench.subjects.person.pk}", bench.bare),
    }
    cookies = bench.cookies()
    found: dict[str, dict[str, Any]] = {}
    series: dict[str, list[tuple[float, float]]] = {key: [] for key in wanted}
    for _ in rounds(ROUNDS, bench.seconds, least=1):
        for key, (label, path, server) in wanted.items():
            if found.get(key, {}).get("status", 200) != 200:
                continue
            browser = Browser(server.port, cookies if server is bench.product else None)
            with Peak(server) as peak:
                answer = browser.get(path, keep=False)
            browser.close()
            growth = max(peak.growth, found.get(key, {}).get("growth", 0))
            found[key] = {"label": label, "path": path, "status": answer.status, "bytes": answer.transferred}
            found[key]["growth"] = growth
            series[key].append((answer.first_byte, answer.total))
    for key, times in series.items():
        found[key] |= {
            "first_byte": median([first for first, _ in times]),
            "median": median([total for _, total in times]),
            "p95": percentile([total for _, total in times], 95),
            "rounds": len(times),
        }
    return found
