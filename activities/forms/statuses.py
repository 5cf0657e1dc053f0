"""What each status means, said where it is chosen."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..choices import Status, needs_reason

MEANINGS = {
    Status.PROPOSED: _("Somebody has suggested it; nobody has committed to it yet."),
    Status.AGREED: _("Those concerned have committed to it; work has not begun."),
    Status.UNDER_WAY: _("Work is going on."),
    Status.STALLED: _("Work has stopped and something must happen before it can go on."),
    Status.COMPLETED: _("What was agreed has been delivered."),
    Status.DISCONTINUED: _("The participants have agreed to stop."),
}


class StatusOption(NamedTuple):
    value: str
    label: str | Promise
    hint: str | Promise
    needs: str  # which further field it asks for: "reason", "closing" or none


def options(before: str, statuses: Iterable[Status]) -> list[StatusOption]:
    """The statuses that may follow `before`, each with its meaning and what else it needs."""
    made = []
    for status in statuses:
        needs = "reason" if needs_reason(before, status) else "closing" if status == Status.COMPLETED else ""
        made.append(StatusOption(status.value, status.label, MEANINGS[status], needs))
    return made
