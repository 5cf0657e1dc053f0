"""`manage.py check_register`: recompute every derived column from the log and report what differs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...workflow.register import check_register

SHOWN = 60


class Command(BaseCommand):
    help = (
        "Recomputes every derived column from the log and the participations, and reports what differs. "
        "Some of it depends on the day: run it nightly with --fix."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="Put right what differs.")

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for difference in check_register(fix=options["fix"]):
            count += 1
            remembered, computed = (str(value)[:SHOWN] for value in (difference.remembered, difference.computed))
            self.stdout.write(f"{difference.activity} {difference.column}: {remembered!r}, should be {computed!r}")
        if not count:
            self.stdout.write("The register agrees with its log.")
        elif options["fix"]:
            self.stdout.write(f"{count} differences put right.")
        else:
            raise CommandError(f"{count} differences. Run “manage.py check_register --fix” to put them right.")
