"""The outbox: mail is claimed, sent and marked row by row, so that two senders, or one killed half-way, do no harm."""

import datetime
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ..choices import MailState
from ..models import Notification, UndeliverableAddress
from ..notifications import reader_of, with_rows, words_of
from .letters import letter
from .outdated import why_not_sent
from .smtp_answers import Answer, Verdict, understand

log = logging.getLogger(__name__)

BATCH = 20
# Whoever claimed a row so long ago no longer works on it: a mail server is waited for half a minute.
ABANDONED_AFTER = datetime.timedelta(minutes=15)
# After the first, second … attempt that failed for the moment; then it is given up.
PAUSES = tuple(datetime.timedelta(minutes=minutes) for minutes in (5, 30, 2 * 60, 8 * 60, 24 * 60))


class MailServerDown(Exception):
    """No mail server answered as it should. Nothing was tried, and everything waits as it did."""

    def __init__(self, said: str, counts: Counter[str]) -> None:
        super().__init__(said)
        self.counts = counts


def send_queued(*, is_stopping: Callable[[], bool] = lambda: False) -> Counter[str]:
    """Send what is due; how many rows came to each state of mail. Safe to run twice, and in two processes at once.

    `is_stopping` is asked before each mail. Raises MailServerDown.
    """
    counts: Counter[str] = Counter()
    counts[MailState.UNCERTAIN] += set_aside_abandoned()
    # What is put off during this run is not looked at again, whatever the clock does meanwhile.
    began = timezone.now()
    connection = get_connection()
    try:
        while not is_stopping() and (mine := claim(began)):
            _send_claimed(mine, connection, began, counts, is_stopping)
    finally:
        _close(connection)
    return +counts


def claim(until: datetime.datetime, batch: int = BATCH) -> UUID | None:
    """Make the next rows due by `until` one's own; None where there are none."""
    due = Notification.objects.filter(mail_state=MailState.QUEUED, send_after__lte=until)
    while keys := list(due.order_by("send_after", "pk").values_list("pk", flat=True)[:batch]):
        mine = uuid4()
        # Of two senders that found the same rows, the condition lets one have each.
        if due.filter(pk__in=keys).update(
            mail_state=MailState.SENDING, claim=mine, claimed_at=timezone.now(), sent_to="", error=""
        ):
            return mine
    return None


def set_aside_abandoned() -> int:
    """Mark what a sender claimed and never finished: nobody knows whether it was sent, so nobody sends it again.

    A claim from the future was made by another clock, and is as little to be relied on.
    """
    now = timezone.now()
    abandoned = Notification.objects.filter(mail_state=MailState.SENDING).filter(
        Q(claimed_at__lt=now - ABANDONED_AFTER) | Q(claimed_at__gt=now + ABANDONED_AFTER) | Q(claimed_at__isnull=True)
    )
    untried = abandoned.filter(sent_to="").update(
        mail_state=MailState.UNCERTAIN,
        error=_("The sender stopped. It had probably not begun with this mail, but that is not certain."),
    )
    return untried + abandoned.update(
        mail_state=MailState.UNCERTAIN,
        error=_("The sender stopped while it handed this mail to the mail server, which may have taken it."),
    )


def send_again(rows: QuerySet) -> int:
    """Queue anew what was refused, given up or left uncertain; returns how many. Uncertain mail may arrive twice."""
    return rows.troubled().update(
        mail_state=MailState.QUEUED, send_after=timezone.now(), attempts=0, claim=None, claimed_at=None
    )


def count_as_sent(rows: QuerySet, note: str) -> int:
    """Let go of mail that was refused, given up or left uncertain; `note` says who decided so. Returns how many."""
    return rows.troubled().update(mail_state=MailState.SENT, claim=None, error=note)


# --- one batch --------------------------------------------------------------------------------------------------------


def _send_claimed(
    mine: UUID, connection: Any, began: datetime.datetime, counts: Counter[str], is_stopping: Callable[[], bool]
) -> None:
    """Send the rows of one claim; put back those not begun when the mail server is down or the sender has to stop."""
    rows = Notification.objects.filter(claim=mine).order_by("send_after", "pk")
    try:
        for pk in list(rows.values_list("pk", flat=True)):
            if is_stopping():
                break
            _open(connection, mine, counts)
            answer = _send_one(pk, mine, connection)
            if answer:
                counts[_write_down(pk, mine, answer, began)] += 1
                if answer.verdict != Verdict.TAKEN:
                    # Some servers end the conversation after a refusal, without saying so.
                    _close(connection)
    finally:
        _put_back(mine)
        _close(connection)


def _open(connection: Any, mine: UUID, counts: Counter[str]) -> None:
    try:
        connection.open()
    except OSError as error:  # and with it every refusal smtplib knows
        _put_back(mine, str(error))
        raise MailServerDown(str(error), +counts) from error


def _put_back(mine: UUID, said: str = "") -> None:
    untouched = Notification.objects.filter(claim=mine, mail_state=MailState.SENDING, sent_to="")
    untouched.update(mail_state=MailState.QUEUED, claim=None, claimed_at=None, error=said)


def _send_one(pk: int, mine: UUID, connection: Any) -> Answer | None:
    """Write the mail now, of what may be read now, and hand it over. None where the row is another's meanwhile."""
    row = Notification.objects.select_related("user", "round").filter(pk=pk).first()
    if row is None:
        return None
    address = row.user.email if row.user else row.address
    if reason := why_not_sent(row, address):
        return Answer(Verdict.UNWANTED, reason)
    try:
        row = with_rows(Notification.objects.filter(pk=pk), reader_of(row)).select_related("user").get()
        with translation.override(row.language):
            words = words_of(row)
            mail = letter(row, words, address)
        mail.connection = connection
    except Exception as error:  # one row that cannot be put into words must not hold up all others
        log.exception("Notification %s could not be put into words", pk)
        return Answer(Verdict.IMPOSSIBLE, repr(error))
    if not words.told:
        return Answer(Verdict.UNWANTED, _("It speaks of what the recipient can no longer see."))
    if not _begin(pk, mine, address):
        return None
    try:
        mail.send()
    except Exception as error:
        return understand(error)
    return Answer(Verdict.TAKEN)


def _begin(pk: int, mine: UUID, address: str) -> bool:
    """Say that this row is being handed over. False where somebody decided on it meanwhile.

    A row set aside as abandoned is still one's own as long as nobody decided: nobody else sends it.
    """
    own = Notification.objects.filter(pk=pk, claim=mine, mail_state__in=(MailState.SENDING, MailState.UNCERTAIN))
    return bool(
        own.update(
            mail_state=MailState.SENDING,
            claimed_at=timezone.now(),
            sent_to=address,
            attempts=F("attempts") + 1,
            error="",
        )
    )


def _write_down(pk: int, mine: UUID, answer: Answer, began: datetime.datetime) -> str:
    """Keep what became of it, at once and for itself; returns the state of its mail."""
    with transaction.atomic():
        row = Notification.objects.filter(pk=pk, claim=mine).select_for_update().first()
        if row is None:
            return MailState.UNCERTAIN
        changes: dict[str, Any] = {"error": answer.said}
        if answer.verdict == Verdict.TAKEN:
            changes |= {"mail_state": MailState.SENT, "sent_at": timezone.now()}
        elif answer.verdict == Verdict.UNWANTED:
            changes |= {"mail_state": MailState.NONE, "sent_to": ""}
        elif answer.verdict == Verdict.LATER and row.attempts <= len(PAUSES):
            later = max(began, timezone.now()) + PAUSES[row.attempts - 1]
            changes |= {"mail_state": MailState.QUEUED, "send_after": later, "claim": None, "claimed_at": None}
        elif answer.verdict in (Verdict.LATER, Verdict.IMPOSSIBLE):
            changes |= {"mail_state": MailState.FAILED}
        elif answer.verdict == Verdict.UNKNOWN:
            changes |= {"mail_state": MailState.UNCERTAIN}
        else:
            changes |= {"mail_state": MailState.REFUSED}
        if answer.verdict == Verdict.UNDELIVERABLE:
            UndeliverableAddress.objects.get_or_create(address=row.sent_to, defaults={"said": answer.said})
        Notification.objects.filter(pk=pk).update(**changes)
    return str(changes["mail_state"])


def _close(connection: Any) -> None:
    """End the conversation; a server that is gone has ended it already."""
    try:
        connection.close()
    except OSError:
        log.info("The mail server did not say goodbye.")
