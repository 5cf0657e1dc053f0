"""Mail of one kind that somebody does not want: the signed link that says so, declining, and taking it again."""

from typing import NamedTuple

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from organizations.models import User

from ..choices import NotificationKind
from ..models import Notification, Unsubscription

SALT = "activities.unsubscribe"


class Wish(NamedTuple):
    """What a link at the foot of a mail speaks of: a kind of mail to a person, or to a mailbox (`user` is None)."""

    user: User | None
    mailbox: str
    kind: str

    @property
    def address(self) -> str:
        """Where this mail goes."""
        return self.user.email if self.user else self.mailbox

    @property
    def kind_in_words(self) -> str:
        return str(NotificationKind(self.kind).label)

    @property
    def is_declined(self) -> bool:
        return Unsubscription.objects.filter(user=self.user, address=self.mailbox, kind=self.kind).exists()


def wish_of(notification: Notification) -> Wish:
    """About mail like this one."""
    return Wish(notification.user, "" if notification.user_id else notification.address, notification.kind)


def unsubscribe_path(notification: Notification) -> str:
    """The address of the page that declines mail like this. It never expires: old mail must be declinable too."""
    # Who it is about, not the address: somebody's address may change.
    about = notification.user_id or notification.address
    return reverse("unsubscribe", args=[_signer().sign_object([about, notification.kind])])


def read_wish(token: str) -> Wish | None:
    """What a link of `unsubscribe_path` speaks of; None where it was not made here, or its person is gone."""
    try:
        about, kind = _signer().unsign_object(token)
    except (BadSignature, ValueError, TypeError):
        return None
    if kind not in NotificationKind.values:
        return None
    if isinstance(about, str):
        return Wish(None, about, kind)
    user = User.objects.filter(pk=about).first()
    return Wish(user, "", kind) if user else None


def decline(wish: Wish) -> None:
    """Send no more of it. The list on screen is not affected; declining twice is declining once."""
    Unsubscription.objects.get_or_create(user=wish.user, address=wish.mailbox, kind=wish.kind)


def take_again(wish: Wish) -> None:
    Unsubscription.objects.filter(user=wish.user, address=wish.mailbox, kind=wish.kind).delete()


def _signer() -> Signer:
    return Signer(salt=SALT)
