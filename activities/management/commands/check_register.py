"""`manage.py check_register`: recompute every derived column from the log, verify frozen reports, say what differs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...workflow.register import check_register, tampered_reports

SHOWN = 60


class Command(BaseCommand):
    help = (
        "Recomputes every derived column from the log and the participations, and reports what differs. "
        "Some of it depends on the day: run it nightly with --fix. Frozen reports are compared with their checksums."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="Put right what differs.")

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for difference in check_register(fix=options["fix"]):
            count += 1
            remembered, computed = (str(value)[:SHOWN] for value in (difference.remembered, difference.computed))
            self.stdout.write(f"{difference.activity} {difference.column}: {remembered!r}, should be {computed!r}")
        tampered = 0
        for report in tampered_reports():
            tampered += 1
            self.stdout.write(f"Frozen report {report.version} of round {report.round.number}: not what was frozen.")
        if not count and not tampered:
            self.stdout.write("The register agrees with its log.")
        elif count and options["fix"]:
            self.stdout.write(f"{count} differences put right.")
        if tampered:
            raise CommandError(f"{tampered} frozen reports were changed in the database. Restore them from a backup.")
        if count and not options["fix"]:
            raise CommandError(f"{count} differences. Run “manage.py check_register --fix” to put them right.")
