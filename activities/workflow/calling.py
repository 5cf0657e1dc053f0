"""Who is told of a round, in how many notifications, and who was told lately."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone

from ..choices import REMINDER_PAUSE_DAYS, REMINDING
from ..models import Notification, Participation, ReportingRound
from ..notifications import COORDINATION, AddressBook, Recipient, Telling


def tellings_of(
    kind: str,
    made: ReportingRound,
    participations: Collection[Participation],
    event: str,
    facts: Mapping[str, Any] | None = None,
    *,
    one_by_one: bool = False,
) -> list[Telling]:
    """One telling for each organization and recipient, however many of its participations are meant.

    Of the organizations that nobody answers for, each coordinator is told together: how many, unless `one_by_one`.
    `event` tells apart the calls and reminders of one round: a second one under the same name is not written.
    """
    book = AddressBook({row.organization_id for row in participations})
    meant: dict[tuple[int, Recipient], int] = defaultdict(int)
    unmanned: dict[Recipient, set[int]] = defaultdict(set)
    for row in participations:
        for recipient in book.for_participation(row):
            if recipient.because == COORDINATION and not one_by_one:
                unmanned[recipient._replace(instead_of=None)].add(row.organization_id)
            else:
                meant[row.organization_id, recipient] += 1
    told = [
        Telling(
            kind=kind,
            recipient=recipient,
            key=f"{made.number}:unmanned:{event}",
            rows={"round": made},
            facts={**(facts or {}), "unmanned": sorted(organization_ids)},
        )
        for recipient, organization_ids in unmanned.items()
    ]
    return told + [
        Telling(
            kind=kind,
            recipient=_in_a_language_of(made, recipient),
            key=f"{made.number}:{organization_id}:{event}",
            rows={"round": made, "organization_id": organization_id},
            facts={**(facts or {}), "requests": number},
        )
        for (organization_id, recipient), number in meant.items()
    ]


def _in_a_language_of(made: ReportingRound, recipient: Recipient) -> Recipient:
    if not made.call_languages or recipient.language in made.call_languages:
        return recipient
    return recipient._replace(language=made.call_languages[0])


def reminded_lately(made: ReportingRound, organization_ids: Collection[int]) -> set[int]:
    """Organizations that were called on or reminded in this round within the last days."""
    since = timezone.now() - datetime.timedelta(days=REMINDER_PAUSE_DAYS)
    return told_in(made, organization_ids, created_at__gt=since)


def told_in(made: ReportingRound, organization_ids: Collection[int], **when: Any) -> set[int]:
    """Those of these organizations that were called on or reminded in this round at such a time.

    Where nobody answers for them, coordinators were told of them together: that counts as well.
    """
    rows = Notification.objects.filter(round=made, kind__in=REMINDING, **when)
    own = rows.filter(organization__in=organization_ids).values_list("organization", flat=True)
    together = rows.filter(organization=None).values_list("facts", flat=True)
    named = {pk for facts in together for pk in facts.get("unmanned", ())}
    return set(own) | (named & set(organization_ids))
