"""What each status means, said where it is chosen."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..choices import Status

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


def options(statuses: Iterable[Status]) -> list[StatusOption]:
    return [StatusOption(status.value, status.label, MEANINGS[status]) for status in statuses]
