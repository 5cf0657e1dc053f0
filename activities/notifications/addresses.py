"""Who answers for an organization today: its focal points, else its mailbox, else the coordinators."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from organizations.choices import COORDINATORS, MembershipRole
from organizations.models import Membership, Organization, User

from ..models import Participation, UndeliverableAddress

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
# Why somebody else than a focal point is written to; the mail says it.
MAILBOX, COORDINATION = "mailbox", "coordinators"


class Recipient(NamedTuple):
    """A person, or a mailbox (`user` is None). `because` is "" or why it is this one, see above; then `instead_of` is
    the id of the organization whose focal point it should have been.
    """

    user: User | None
    address: str
    language: str
    because: str = ""
    instead_of: int | None = None

    @property
    def reason(self) -> dict[str, Any]:
        """Why it is this one, as it is kept with the facts of a notification."""
        return {"because": self.because, "instead_of": self.instead_of} if self.because else {"because": ""}


class AddressBook:
    """Those who may be told something for these organizations, read once: four statements, however many there are."""

    def __init__(self, organization_ids: Collection[int]) -> None:
        today = timezone.localdate()
        self.organizations = Organization.objects.in_bulk(list(organization_ids))
        self.members: dict[int, dict[int, User]] = defaultdict(dict)
        self.focal_points: dict[int, list[User]] = defaultdict(list)
        memberships = (
            Membership.objects.active_on(today)
            .filter(organization__in=self.organizations, user__is_active=True)
            .select_related("user")
            .order_by("pk")
        )
        for membership in memberships:
            self.members[membership.organization_id][membership.user_id] = membership.user
            if membership.role == MembershipRole.FOCAL_POINT:
                self.focal_points[membership.organization_id].append(membership.user)
        self.undeliverable = set(UndeliverableAddress.objects.values_list("address", flat=True))
        self._coordinators: list[User] | None = None

    @property
    def coordinators(self) -> list[User]:
        """Read only where nobody else is found."""
        if self._coordinators is None:
            found = User.objects.filter(Q(groups__name=COORDINATORS) | Q(is_superuser=True), is_active=True)
            members = found.filter(groups__name=COORDINATORS).distinct()
            self._coordinators = list((members if members.exists() else found.distinct()).order_by("pk"))
        return self._coordinators

    def for_participation(self, participation: Participation) -> list[Recipient]:
        """The participation's focal point while it belongs to the organization, else as `for_organization`."""
        named = self.members[participation.organization_id].get(participation.focal_point_id or 0)
        if named and named.email not in self.undeliverable:
            return [_person(named)]
        return self.for_organization(participation.organization_id, [_person(named)] if named else ())

    def for_organization(self, organization_id: int, known: Iterable[Recipient] = ()) -> list[Recipient]:
        """Its focal points; where mail reaches none of them, its mailbox or the coordinators as well.

        `known` are persons already found whom mail does not reach: they still see it on screen.
        """
        found = list(known)
        points = [_person(user) for user in self.focal_points[organization_id]]
        found += [point for point in points if point not in found]
        if any(point.address not in self.undeliverable for point in found):
            return found
        organization = self.organizations[organization_id]
        if organization.mailbox and organization.mailbox not in self.undeliverable:
            box = Recipient(None, organization.mailbox, _language_of(organization), MAILBOX, organization_id)
            return [*found, box]
        return [*found, *(_person(user, COORDINATION, organization_id) for user in self.coordinators)]

    def for_author(self, author: User | None, organization_id: int | None) -> list[Recipient]:
        """Who wrote for the organization, while that person belongs to it or coordinates; else the organization."""
        if author and author.is_active and (organization_id is None or author.pk in self.members[organization_id]):
            return [_person(author)]
        if author and author.is_active and author.is_coordinator:
            return [_person(author)]
        return self.for_organization(organization_id) if organization_id else []


def _person(user: User, because: str = "", instead_of: int | None = None) -> Recipient:
    return Recipient(user, user.email, user.language or settings.LANGUAGE_CODE, because, instead_of)


def _language_of(organization: Any) -> str:
    """The first of its working languages that the register speaks."""
    return next((code for code in organization.working_languages if code in LANGUAGES), settings.LANGUAGE_CODE)
