"""Answers to hints of overlap, as far as a person may read both undertakings."""

from collections.abc import Iterable
from typing import Any

from tracker.toolkit.keys import among

from ..choices import OverlapKind
from ..models import Activity, OverlapAnswer
from ..models.overlaps import OverlapAnswerQuerySet
from .alike import Pair

LISTED = 200


def answered_pairs(pairs: Iterable[Pair]) -> set[tuple[int, int]]:
    """Which of these hints have been answered; asked afresh, because an answered hint does not come back."""
    keys = [pair.key for pair in pairs]
    if not keys:
        return set()
    found = OverlapAnswer.objects.order_by().filter(first__in=among([first for first, _second in keys]))
    return set(found.values_list("first_id", "second_id")) & set(keys)


def answers_for(user: Any) -> OverlapAnswerQuerySet:
    """The answers this person may read, with both undertakings."""
    rows = OverlapAnswer.objects.between(Activity.objects.visible_to(user)).told_to(user)
    both = ("first__framework", "first__lead", "second__framework", "second__lead", "by")
    return rows.select_related(*both).defer("first__search_text", "second__search_text")


def list_answers(user: Any) -> list[tuple[OverlapKind, list[OverlapAnswer]]]:
    """The newest answers by kind: first what is still to be done, the proposals to merge."""
    rows = list(answers_for(user)[:LISTED])
    kinds = (OverlapKind.MERGE, OverlapKind.RELATED, OverlapKind.DIFFERENT)
    return [(kind, found) for kind in kinds if (found := [row for row in rows if row.answer == kind])]


def merges_proposed(user: Any, activity: Activity) -> list[OverlapAnswer]:
    """Proposals to merge this undertaking with another: for coordinators."""
    if activity.agreed or not (user.is_authenticated and user.is_coordinator):
        return []
    return list(answers_for(user).of(activity).filter(answer=OverlapKind.MERGE))


def find_pair(user: Any, first: int, second: int) -> tuple[Activity, Activity, OverlapAnswer | None] | None:
    """Two undertakings in the order of their keys, with their answer; None where the person may not read both."""
    if not first < second < 2**63:
        return None
    rows = Activity.objects.visible_to(user).undertakings().filter(pk__in=[first, second])
    found = {row.pk: row for row in rows.select_related("framework", "area", "parent", "lead").defer("search_text")}
    if len(found) < 2:
        return None
    present = OverlapAnswer.objects.filter(first=first, second=second).select_related("by").first()
    return found[first], found[second], present
