"""Writing notifications: once for each event and recipient, whoever writes them and however often."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from organizations.models import User

from ..choices import MailState
from ..models import Notification, Unsubscription
from .addresses import Recipient


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One recipient to be told of one event. `key` names the event; `rows` are the rows it speaks of, by column."""

    kind: str
    recipient: Recipient
    key: str
    rows: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    mail: bool = True
    hidden: bool = False

    @property
    def dedupe_key(self) -> str:
        to = self.recipient.user.pk if self.recipient.user else self.recipient.address
        return f"{self.kind}:{self.key}:{to}"


def tell(
    kind: str,
    recipients: Iterable[Recipient],
    key: str,
    *,
    by: User | None,
    facts: Mapping[str, Any] | None = None,
    mail: bool = True,
    **rows: Any,
) -> int:
    """Tell these recipients of one event; returns how many are told. Nobody hears of what they did themselves."""
    return write(
        [
            Telling(kind=kind, recipient=recipient, key=key, rows=rows, facts=facts or {}, mail=mail)
            for recipient in recipients
        ],
        by=by,
    )


def write(tellings: Sequence[Telling], *, by: User | None) -> int:
    """Write rows for all that were not told already, in the caller's transaction; returns how many are new.

    Four statements, however many there are. A second telling of the same event to the same recipient is none.
    """
    wanted = {
        telling.dedupe_key: telling
        for telling in tellings
        if not (by and telling.recipient.user and telling.recipient.user.pk == by.pk)
    }
    if not wanted:
        return 0
    known = set(Notification.objects.filter(dedupe_key__in=wanted).values_list("dedupe_key", flat=True))
    new = {key: telling for key, telling in wanted.items() if key not in known}
    if not new:
        return 0
    declined = _declined(new.values())
    Notification.objects.bulk_create(
        [
            Notification(
                user=telling.recipient.user,
                address="" if telling.recipient.user else telling.recipient.address,
                kind=telling.kind,
                dedupe_key=key,
                language=telling.recipient.language,
                by=by,
                facts={**telling.facts, **telling.recipient.reason},
                hidden=telling.hidden,
                mail_state=MailState.QUEUED
                if telling.mail and (_who(telling.recipient), telling.kind) not in declined
                else MailState.NONE,
                **telling.rows,
            )
            for key, telling in new.items()
        ],
        # Another process may tell the same at this moment.
        ignore_conflicts=True,
        batch_size=500,
    )
    count_unread({telling.recipient.user.pk for telling in new.values() if telling.recipient.user})
    return len(new)


def _who(recipient: Recipient) -> int | str:
    return recipient.user.pk if recipient.user else recipient.address


def _declined(tellings: Iterable[Telling]) -> set[tuple[int | str, str]]:
    recipients = [telling.recipient for telling in tellings]
    people = {recipient.user.pk for recipient in recipients if recipient.user}
    mailboxes = {recipient.address for recipient in recipients if not recipient.user}
    rows = Unsubscription.objects.filter(Q(user__in=people) | Q(address__in=mailboxes))
    return {(user or address, kind) for user, address, kind in rows.values_list("user_id", "address", "kind")}


def count_unread(user_ids: Iterable[int]) -> None:
    """Write the number beside the bell anew for these people, in one statement."""
    User.objects.filter(pk__in=list(user_ids)).update(unread_notifications=_unread())


def miscounted() -> QuerySet[User]:
    """People beside whose bell another number stands than that of their unread notifications, `unread`."""
    return User.objects.annotate(unread=_unread()).exclude(unread=F("unread_notifications")).order_by("pk")


def _unread() -> Coalesce:
    unread = (
        Notification.objects.filter(user=OuterRef("pk"), hidden=False, read_at__isnull=True)
        .order_by()
        .values("user")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(unread), 0)
