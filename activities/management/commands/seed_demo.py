"""Adds the demonstration set where DEBUG is on, or takes exactly that away."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from activities.loading import demonstration, demonstration_removal


class Command(BaseCommand):
    help = "Add invented organizations, accounts and undertakings to try the register with. Safe to run again."
    requires_system_checks = []  # `migrate` has just run them, and this runs at every start

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="take the demonstration set away")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            # Allowed everywhere: a register that has it by mistake must be able to get rid of it.
            for line in demonstration_removal.remove():
                self.stdout.write(line)
            self.stdout.write("The demonstration set has been removed.")
            return
        if not settings.DEBUG:
            raise CommandError(
                "The demonstration accounts have a published password and are only made where DEBUG is true. "
                "Open real accounts in the administration."
            )
        try:
            tally = demonstration.load()
        except demonstration.ReferenceMissing as missing:
            raise CommandError(f"{missing} is not in the register. Run load_reference first.") from missing
        for line in tally.lines(every_kind=options["verbosity"] > 1):
            self.stdout.write(f"{demonstration.FILE.name}: {line}")
        self._write_accounts()

    def _write_accounts(self) -> None:
        people = demonstration.read()["people"]
        width = max(len(demonstration.address_of(person)) for person in people)
        self.stdout.write(f"\nDemonstration accounts (password for all: {demonstration.PASSWORD})")
        for person in people:
            self.stdout.write(f"  {demonstration.address_of(person):<{width}}  {person['may']}")
