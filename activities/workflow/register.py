"""Recomputing what the register remembers, and telling where it differs from what the log says."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from ..models import Activity, FrozenReport
from ..notifications import count_unread, miscounted
from .derived import refresh_states, search_text_of
from .facts import computed_states, derived_from_log, derived_from_participations, remembered_states
from .freezing import verify
from .undertakings import sort_key_of


class Difference(NamedTuple):
    """A derived column that does not hold what it should; `activity` names the row, which may be a person's."""

    activity: str
    column: str
    remembered: Any
    computed: Any


def computed(activity: Activity) -> dict[str, Any]:
    """Every derived column of one activity as it should be."""
    return {
        **derived_from_log(activity),
        **derived_from_participations(activity, timezone.localdate()),
        "search_text": search_text_of(activity),
        "sort_key": sort_key_of(activity.code),
        "last_child_number": max(activity.last_child_number, _highest_child(activity)),
    }


def _highest_child(activity: Activity) -> int:
    codes = Activity.objects.filter(parent=activity, agreed=False).values_list("code", flat=True)
    numbers = [code.rsplit(".", 1)[-1] for code in codes]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def check_activity(pk: int, fix: bool = False) -> list[Difference]:
    """The differences of one activity; with `fix` they are put right, under the lock every write takes."""
    with transaction.atomic():
        rows = Activity.objects.select_related("framework")
        activity = (rows.select_for_update(of=("self",)) if fix else rows).get(pk=pk)
        wrong = {name: value for name, value in computed(activity).items() if getattr(activity, name) != value}
        named = f"{activity.framework.code} {activity.code}"
        found = [Difference(named, name, getattr(activity, name), value) for name, value in wrong.items()]
        if fix and wrong:
            # Not save(): derived columns are no event of the activity's history.
            Activity.objects.filter(pk=pk).update(**wrong)
        remembered, states = remembered_states(activity), computed_states(activity)
        if remembered != states:
            pairs = zip_longest(remembered, states)
            found += [Difference(named, "states", *next(pair for pair in pairs if pair[0] != pair[1]))]
            if fix:
                refresh_states(activity, states)
    return found


def check_register(fix: bool = False) -> Iterator[Difference]:
    """The differences of all activities, one at a time so that nobody waits, and of the numbers beside the bell."""
    for pk in Activity.objects.order_by("pk").values_list("pk", flat=True):
        yield from check_activity(pk, fix)
    yield from _check_bells(fix)


def _check_bells(fix: bool) -> list[Difference]:
    rows: Any = miscounted()
    found = list(rows.values_list("pk", "email", "unread_notifications", "unread"))
    if fix and found:
        count_unread([pk for pk, *_ in found])
    return [Difference(email, "unread_notifications", remembered, unread) for _pk, email, remembered, unread in found]


def tampered_reports() -> Iterator[FrozenReport]:
    """Frozen reports that no longer say what their checksum says they said. Nothing puts them right but a backup."""
    for report in FrozenReport.objects.select_related("round").order_by("round__number", "version"):
        if not verify(report):
            yield report
