"""What changed between writing a notification and mailing it, so that nothing is to be mailed any more."""

from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization

from ..choices import REMINDING, NotificationKind
from ..models import Notification, UndeliverableAddress, UpdateRequest
from .declining import wish_of

# Told because one belongs to the organization that the notification names.
OF_MEMBERS = (
    *REMINDING,
    NotificationKind.ROUND_CLOSED,
    NotificationKind.RETURNED,
    NotificationKind.ACCEPTED,
    NotificationKind.INVITATION,
    NotificationKind.MENTION,
)


def why_not_sent(row: Notification, address: str) -> str:
    """Why this notification is not mailed, although it was to be; "" where it is."""
    if row.user and not row.user.is_active:
        return _("The account is closed.")
    if not row.user and not Organization.objects.filter(mailbox=address).exists():
        return _("No organization has this mailbox any more.")
    if UndeliverableAddress.objects.filter(address=address).exists():
        return _("The mail server refused this address before: see the undeliverable addresses.")
    if wish_of(row).is_declined:
        return _("The recipient wants no mail of this kind.")
    if row.kind in OF_MEMBERS and not _belongs(row):
        return _("The recipient no longer belongs to the organization.")
    return _why_not_asked(row) if row.kind in REMINDING else ""


def _belongs(row: Notification) -> bool:
    if not row.user or not row.organization_id or row.user.is_coordinator:
        return True
    return row.organization_id in row.user.organization_ids


def _why_not_asked(row: Notification) -> str:
    if row.round is None or not row.round.is_open:
        return _("The round is closed.")
    asked = row.facts.get("unmanned") or [row.organization_id]
    waiting = UpdateRequest.objects.filter(round=row.round, organization__in=asked)
    if not waiting.waiting(timezone.localdate()).exists():
        return _("Everything asked of the organization has been answered meanwhile.")
    return ""
