"""Who follows what, and what of that each of them may read: worked out for all of them at once."""

import datetime
from collections import defaultdict
from collections.abc import Collection

from django.http import QueryDict
from django.utils import timezone

from organizations.choices import COORDINATORS
from organizations.models import Membership, User

from ..filters import StandingSelection
from ..models import Activity, Follow
from ..models.querysets import scope_of
from .changes import ENTERED, Change, Changes, interests


def know_rights(people: Collection[User]) -> None:
    """Read the memberships of these people, and who of them coordinates, in two statements instead of two for each."""
    members: dict[int, list[Membership]] = defaultdict(list)
    memberships = Membership.objects.active_on(timezone.localdate()).filter(user__in=people)
    for membership in memberships.select_related("organization"):
        members[membership.user_id].append(membership)
    keepers = set(User.objects.filter(groups__name=COORDINATORS).values_list("pk", flat=True))
    for user in people:
        # Where `User` itself keeps what it once read.
        vars(user)["current_memberships"] = members[user.pk]
        vars(user)["is_coordinator"] = user.is_active and (user.is_superuser or user.pk in keepers)


class Audience:
    """People who follow something, beside what happened. The statements grow with filters and scopes, not with people.

    The rights of `people` were read by `know_rights`.
    """

    def __init__(self, people: Collection[User], changes: Changes) -> None:
        self.changes = changes
        self.follows: dict[int, list[Follow]] = defaultdict(list)
        for follow in Follow.objects.filter(user__in=people).order_by("pk"):
            self.follows[follow.user_id].append(follow)
        self.areas = dict(Activity.objects.filter(pk__in=changes).order_by().values_list("pk", "area_id"))
        wanted = {row.organization_id for rows in self.follows.values() for row in rows if row.organization_id}
        self.organizations = interests(changes, wanted) if wanted else {}
        self._visible: dict[str, set[int]] = {}
        self._filtered: dict[tuple[str, str], set[int]] = {}

    def told(self, user: User) -> Changes:
        """What others did to activities this person follows and may read, since the person follows them."""
        since: dict[int, datetime.datetime] = {}
        for follow in self.follows[user.pk]:
            for pk in self._meant(follow, user):
                since[pk] = min(since.get(pk, follow.since), follow.since)
        if not since:
            return {}
        visible = self._visible_to(user)
        found = {
            pk: [change for change in self.changes[pk] if change.at >= first and change.by != user.pk]
            for pk, first in since.items()
            if pk in visible
        }
        return {pk: without_echo(changes) for pk, changes in found.items() if changes}

    def _meant(self, follow: Follow, user: User) -> Collection[int]:
        if follow.activity_id:
            return {follow.activity_id} & set(self.changes)
        if follow.area_id:
            return [pk for pk, area in self.areas.items() if area == follow.area_id]
        if follow.organization_id:
            return [pk for pk, organizations in self.organizations.items() if follow.organization_id in organizations]
        return self._found_by(follow.query, user)

    def _visible_to(self, user: User) -> set[int]:
        scope = scope_of(user)
        if scope not in self._visible:
            rows = Activity.objects.visible_to(user).filter(pk__in=self.changes).order_by()
            self._visible[scope] = set(rows.values_list("pk", flat=True))
        return self._visible[scope]

    def _found_by(self, query: str, user: User) -> set[int]:
        key = scope_of(user), query
        if key not in self._filtered:
            selection = StandingSelection(dict(QueryDict(query).lists()), user)
            # A filter may name what no longer exists; the page of settings says so.
            found = Activity.objects.none() if selection.problems else selection.rows()
            self._filtered[key] = set(found.filter(pk__in=self.changes).order_by().values_list("pk", flat=True))
        return self._filtered[key]


def without_echo(changes: list[Change]) -> list[Change]:
    """Of a new undertaking only that it is new: naming its first participants is part of entering it."""
    entered = [change for change in changes if change.what == ENTERED]
    return [*entered, *(change for change in changes if change.update)] if entered else changes
