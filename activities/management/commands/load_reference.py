"""Loads the frameworks the product ships, or given files: creates and corrects reference texts, deletes nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from activities.loading import reference


class Command(BaseCommand):
    help = "Load frameworks with their organizations and lists. Safe to run again: rows are matched by code."
    requires_system_checks = []  # `migrate` has just run them, and this runs at every start

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="framework files; without any, those of the product")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["files"] or reference.files():
            tally = reference.load(path)
            for line in tally.lines(every_kind=options["verbosity"] > 1):
                self.stdout.write(f"{path.name}: {line}")
