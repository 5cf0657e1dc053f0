"""A notification as a letter: one plain part and one HTML part, in the recipient's language, with absolute links."""

from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import Truncator

from tracker.toolkit.texts import Text, direction
from tracker.toolkit.words import TURNING, cleaned

from ..models import Notification
from ..notifications import Words
from ..notifications.wording import one_line
from .declining import unsubscribe_path

LONGEST_SUBJECT = 180
# What was written at more length is read on the site.
LONGEST_QUOTE = 4000


def letter(notification: Notification, words: Words, address: str) -> EmailMultiAlternatives:
    """The mail of this notification to this address, in the active language, which is the notification's own."""
    unsubscribe = absolute(unsubscribe_path(notification))
    context: dict[str, Any] = {
        "words": words,
        "quote": _harmless(words.quote),
        "link": absolute(words.path),
        "lines": [(line, absolute(line.path)) for line in words.lines],
        "kind": notification.get_kind_display(),
        "language": notification.language,
        "direction": direction(notification.language),
        "address": address,
        "site": settings.SITE_URL,
        "unsubscribe": unsubscribe,
        "preferences": absolute(reverse("notification-settings")) if notification.user_id else "",
        "secretariat": settings.SECRETARIAT_EMAIL,
    }
    mail = EmailMultiAlternatives(
        subject=one_line(words.subject, LONGEST_SUBJECT),
        body=render_to_string("emails/notification.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        reply_to=[settings.SECRETARIAT_EMAIL] if settings.SECRETARIAT_EMAIL else None,
        headers={
            # The same at each attempt: of a mail that arrives twice after all, many programs show one.
            "Message-ID": f"<notification-{notification.pk}@{_domain()}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    mail.attach_alternative(render_to_string("emails/notification.html", context), "text/html")
    return mail


def absolute(path: str) -> str:
    """An address of this site that works in mail."""
    return f"{settings.SITE_URL}{path}"


def _domain() -> str:
    """The part of a Message-ID after the @: that of the sender, or of the site where the sender has none."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or str(urlsplit(settings.SITE_URL).hostname)


def _harmless(quote: Text) -> Text:
    """What a person wrote, without characters that would turn around or hide what stands beside it."""
    plain = "".join(character for character in cleaned(quote.value) if character not in TURNING)
    return Text(Truncator(plain).chars(LONGEST_QUOTE), quote.language)
