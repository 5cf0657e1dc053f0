"""What a mail server meant: taken, try later, refused for good, or nobody knows."""

import enum
import logging
import smtplib
import traceback
from typing import NamedTuple

log = logging.getLogger(__name__)

LONGEST = 1000
AUTHENTICATION_REQUIRED = 530


class Verdict(enum.Enum):
    """What to do with a mail after an attempt."""

    TAKEN = enum.auto()
    # Refused for the moment.
    LATER = enum.auto()
    # Refused for good, whatever the address.
    REFUSED = enum.auto()
    # Refused for good because of the address.
    UNDELIVERABLE = enum.auto()
    # The conversation broke off when the server may have taken it already.
    UNKNOWN = enum.auto()
    # Never attempted: nothing is to be sent, or it could not be put into words.
    UNWANTED = enum.auto()
    IMPOSSIBLE = enum.auto()


class Answer(NamedTuple):
    """A verdict, and what the server said, or why nothing was sent."""

    verdict: Verdict
    said: str = ""


def understand(error: Exception) -> Answer:
    """What a failed attempt with one recipient means."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return Answer(_of_recipient(code, _text(said)), f"{code} {_text(said)}")
    if isinstance(error, smtplib.SMTPDataError):
        verdict = Verdict.REFUSED if error.smtp_code >= 500 else Verdict.LATER
        return Answer(verdict, f"{error.smtp_code} {_text(error.smtp_error)}")
    if isinstance(error, smtplib.SMTPResponseException):
        # The server refuses the sender or the conversation: that is for the operator to mend, and says nothing of
        # this mail.
        return Answer(Verdict.LATER, f"{error.smtp_code} {_text(error.smtp_error)}")
    trouble = f"{type(error).__name__}: {error}"[:LONGEST]
    if isinstance(error, OSError):
        return Answer(Verdict.UNKNOWN if _text_was_on_its_way(error) else Verdict.LATER, trouble)
    log.error("A mail could not be handed over", exc_info=error)
    return Answer(Verdict.UNKNOWN, trouble)


def _of_recipient(code: int, said: str) -> Verdict:
    if code < 500:
        return Verdict.LATER
    # 5.7 speaks of rules of the server (RFC 3463), such as whom it relays for: the address may be right all the same.
    if code == AUTHENTICATION_REQUIRED or said.startswith("5.7."):
        return Verdict.REFUSED
    return Verdict.UNDELIVERABLE


def _text_was_on_its_way(error: Exception) -> bool:
    """Whether it happened after the text of the mail was begun: then a server may have taken it without saying so."""
    return any(frame.f_code is smtplib.SMTP.data.__code__ for frame, _line in traceback.walk_tb(error.__traceback__))


def _text(said: bytes | str) -> str:
    return (said.decode("utf-8", "replace") if isinstance(said, bytes) else said)[:LONGEST]
