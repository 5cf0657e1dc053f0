"""`manage.py nightly`: everything periodic; a second run on the same day does nothing more."""

import logging
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...workflow.nightly import do_part, parts, refresh_statistics

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Reminds of what is due, tells of mentions and of followed activities, writes the weekly digests, removes "
        "ended sessions. Mail is only queued: “manage.py send_notifications” sends it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        failed = []
        for part in parts(now):
            try:
                self.stdout.write(f"{part.name}: {do_part(part)}")
            except Exception:
                # The other parts must not wait for somebody to mend this one.
                logger.exception("nightly: %s failed", part.name)
                failed.append(part.name)
        for name, keep_house in (("Ended sessions", _clear_sessions), ("Statistics", refresh_statistics)):
            try:
                keep_house()
            except Exception:
                logger.exception("nightly: %s failed", name)
                failed.append(name)
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}. The log says why; all other parts are done.")


def _clear_sessions() -> None:
    call_command("clearsessions")
