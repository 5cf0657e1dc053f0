"""`manage.py send_notifications`: send the mail that waits in the outbox; for every few minutes."""

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...choices import MailState
from ...workflow.outbox import MailServerDown, send_queued


class Command(BaseCommand):
    help = (
        "Sends the mail that waits in the outbox. Run it every few minutes: it may run twice, and on two machines, at "
        "once. Ends with an error where the mail server does not answer; then everything waits for the next run."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with stopping() as is_stopping:
                counts = send_queued(is_stopping=is_stopping)
        except MailServerDown as down:
            self.report(down.counts)
            raise CommandError(f"The mail server cannot be reached, all other mail waits: {down}") from down
        self.report(counts)

    def report(self, counts: Counter[str]) -> None:
        """One line for each state some mail came to; nothing where nothing happened, so that cron keeps quiet."""
        for state in MailState:
            if counts[state]:
                self.stdout.write(f"{counts[state]} {state.label}")


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Whether somebody asked the process to end: the mail being handed over is finished, the others wait."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set  # only the main thread hears signals
        return
    before = {number: signal.signal(number, lambda *_: asked.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
