"""What a person does with the bell: reading, following, and saying of what no mail is wanted."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from organizations.models import User

from ..choices import MAILED
from ..models import Follow, Notification, Unsubscription
from ..notifications import count_unread

# Each filter is asked anew every night.
MOST_FILTERS = 50


def mark_read(user: User, pk: int) -> None:
    """Mark one notification of this person as read; one that was read before keeps its time."""
    _read(user, pk=pk)


def mark_all_read(user: User, until: int | None = None) -> int:
    """Mark everything as read, up to the notification `until`: what arrived since the page was shown stays unread."""
    return _read(user, **({} if until is None else {"pk__lte": until}))


def _read(user: User, **which: Any) -> int:
    with transaction.atomic():
        unread = Notification.objects.for_person(user).unread().filter(**which)
        number = unread.update(read_at=timezone.now())
        if number:
            count_unread([user.pk])
    return number


def follow(user: User, *, name: str = "", **what: Any) -> bool:
    """Follow one of `activity`, `area`, `organization` or `query`; False where it was followed already.

    A filter followed under another name is renamed. Raises ValidationError: too many filters.
    """
    with transaction.atomic():
        # One after another, so that two tabs together do not pass the limit.
        User.objects.select_for_update().get(pk=user.pk)
        filters = Follow.objects.filter(user=user).exclude(query="")
        if what.get("query") and not filters.filter(**what).exists() and filters.count() >= MOST_FILTERS:
            raise ValidationError(
                ngettext(
                    "You follow %(number)d filter already. Stop following one first.",
                    "You follow %(number)d filters already. Stop following one first.",
                    MOST_FILTERS,
                )
                % {"number": MOST_FILTERS}
            )
        found, made = Follow.objects.get_or_create(user=user, **what, defaults={"name": name})
        if not made and name and found.name != name:
            found.name = name
            found.save(update_fields=["name"])
    return made


def unfollow(user: User, pk: int) -> bool:
    """Stop following; False where this person follows no such thing."""
    number, _ = Follow.objects.filter(user=user, pk=pk).delete()
    return bool(number)


def choose_mail(user: User, kinds: Collection[str]) -> None:
    """Let mail of exactly these kinds be sent to this person."""
    declined = set(MAILED) - set(kinds)
    with transaction.atomic():
        mine = Unsubscription.objects.filter(user=user)
        mine.filter(kind__in=set(MAILED) - declined).delete()
        known = set(mine.values_list("kind", flat=True))
        Unsubscription.objects.bulk_create(
            # Somebody else's link in a mail may say the same at this moment.
            [Unsubscription(user=user, kind=kind) for kind in sorted(declined - known)],
            ignore_conflicts=True,
        )
