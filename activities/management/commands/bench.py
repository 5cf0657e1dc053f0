"""Fills an empty database with synthetic activities and measures every page, export and write against bare views."""

import io
import json
import os
import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from activities.bench import report
from activities.bench.asking import ask_for_updates, submit_for_review
from activities.bench.cases import Subjects
from activities.bench.exports import measure_exports
from activities.bench.measure import Bench, measure_pages
from activities.bench.people import is_ours
from activities.bench.servers import collect_static, serve
from activities.bench.synthetic import Register
from activities.bench.writers import measure_writers
from activities.models import Activity


class Command(BaseCommand):
    help = (
        "Measure the product on the database of DATABASE_URL, which must be empty (or filled by this command before): "
        "it is filled with synthetic activities and stays so."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--activities", default="10000,100000", help="sizes, smallest first, between commas")
        parser.add_argument("--rounds", type=int, default=40, help="how often each page is fetched, at most")
        parser.add_argument("--seconds", type=float, default=60, help="how long the rounds of one size may take")
        parser.add_argument("--writers-seconds", type=float, default=60, help="how long 32 people write at once")
        parser.add_argument("--json", type=Path, help="where to write everything that was found")
        parser.add_argument("--beside", type=Path, help="such a file of a run on PostgreSQL, to compare SQLite with")

    def handle(self, *args: Any, **options: Any) -> None:
        sizes = sorted({int(size) for size in options["activities"].split(",") if size.strip().isdecimal()})
        if not sizes:
            raise CommandError("--activities takes whole numbers between commas, such as 10000,100000.")
        if "DATABASE_URL" not in os.environ:
            raise CommandError("DATABASE_URL is not set. Set it to an empty database, or use “make bench”.")
        # So that the servers end with it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        beside = json.loads(options["beside"].read_text()) if options["beside"] else None
        self.prepare()
        collect_static()
        run: dict[str, Any] = {"database": database(), "cores": os.cpu_count(), "sizes": {}}
        for size in sizes:
            filled = self.fill(size)
            seconds = options["writers_seconds"] if size == sizes[-1] else 0
            run["sizes"][str(size)] = {**filled, **self.measure(options["rounds"], options["seconds"], seconds)}
        for line in report.lines(run, beside):
            self.stdout.write(line)
        if options["json"]:
            options["json"].parent.mkdir(parents=True, exist_ok=True)
            options["json"].write_text(json.dumps(run, indent=1, ensure_ascii=False))

    def prepare(self) -> None:
        """An empty database gets tables and reference data. Any other is refused, but for one filled here before."""
        if connection.introspection.table_names():
            if not is_ours():
                raise CommandError("The database is not empty. Name an empty one in DATABASE_URL: it will be filled.")
            return
        self.stdout.write("Preparing an empty register")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_reference", verbosity=0, stdout=io.StringIO())

    def fill(self, size: int) -> dict[str, Any]:
        missing = size - Activity.objects.undertakings().count()
        began = time.monotonic()
        if missing > 0:
            self.stdout.write(f"Adding {missing:,} synthetic activities")
            for saved in Register().add(missing):
                if saved % 10_000 == 0:
                    self.stdout.write(f"  {saved:,} after {time.monotonic() - began:.0f} s")
            ask_for_updates()
            submit_for_review()
        return {"filled_seconds": time.monotonic() - began, "size_mb": size_in_mb()}

    def measure(self, rounds: int, seconds: float, writers_seconds: float) -> dict[str, Any]:
        self.stdout.write("Measuring")
        began = time.monotonic()
        with serve("tracker.wsgi", "/healthz") as product, serve("activities.bench.bare", "/") as bare:
            bench = Bench(product, bare, Subjects(), rounds, seconds)
            found: dict[str, Any] = {"cases": measure_pages(bench), "memory_before": product.memory()}
            found["exports"] = measure_exports(bench)
            if writers_seconds:
                found["writers"] = measure_writers(bench, writers_seconds)
            found["memory"] = product.memory()
        return found | {"seconds": time.monotonic() - began}


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version" if connection.vendor == "postgresql" else "SELECT sqlite_version()")
        return f"{connection.display_name} {cursor.fetchone()[0]}"


def size_in_mb() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return round(cursor.fetchone()[0] / 1024 / 1024)
