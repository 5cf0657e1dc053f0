"""Loads the documented cooperation activities that the product ships; those already there are left alone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from activities.loading import examples


class Command(BaseCommand):
    help = "Load the documented examples as undertakings. Safe to run again."
    requires_system_checks = []  # `migrate` has just run them, and this runs at every start

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tally = examples.load()
        except examples.ReferenceMissing as missing:
            raise CommandError(f"{missing} is not in the register. Run load_reference first.") from missing
        for line in tally.lines(every_kind=options["verbosity"] > 1):
            self.stdout.write(f"{examples.FILE.name}: {line}")
