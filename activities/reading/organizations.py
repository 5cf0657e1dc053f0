"""Organizations as their pages show them: what they lead and support, what they were called, what they logged."""

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db.models import Count, F, OuterRef, Q, Subquery

from organizations.choices import MembershipRole, OrganizationKind
from organizations.models import NAME_COLUMNS, Membership, Organization, OrganizationName
from tracker.toolkit.search import normalise, terms

from ..choices import LEADING_ROLES, TAKING_PART
from ..models import Activity, FrameworkParticipant, Participation, StatusUpdate
from ..models.querysets import scope_of

ROWS_SHOWN = 20
LOGGED_SHOWN = 8
# Beyond so many participations, numbers half a minute old are as good as new ones, and counting anew is dear.
LARGE = 1000


class Line(NamedTuple):
    """An organization with the activities it takes or took part in, as far as the person may see them."""

    organization: Organization
    leads: int
    takes_part: int
    heard_at: datetime.datetime | None


class KindGroup(NamedTuple):
    kind: OrganizationKind
    lines: list[Line]


def list_organizations(user: Any, words: str = "", kinds: Sequence[str] = ()) -> list[KindGroup]:
    """All organizations by kind; `words` must all occur in one of the names an organization has or had."""
    organizations = Organization.objects.select_related("successor").by_acronym()
    if kinds:
        organizations = organizations.filter(kind__in=kinds)
    found = list(organizations)
    if wanted := terms(words):
        named = _names_by_organization()
        found = [row for row in found if all(any(term in name for name in named[row.pk]) for term in wanted)]
    counts, heard = _counts(user), _heard(user)
    groups: dict[str, list[Line]] = {}
    for row in found:
        count = counts.get(row.pk, {"leads": 0, "number": 0})
        line = Line(row, count["leads"], count["number"], heard.get(row.pk))
        groups.setdefault(row.kind, []).append(line)
    return [KindGroup(kind, groups[kind]) for kind in OrganizationKind if kind in groups]


def _counts(user: Any) -> dict[int, dict[str, int]]:
    """How many activities each organization leads and takes part in; of many at most 30 seconds old."""
    # The scope is part of the key: nobody is shown a number that counts what another may read.
    key = f"organizations:{scope_of(user)}"
    counts = caches["process"].get(key)
    if counts is None:
        found = Participation.objects.filter(
            Activity.objects.visible_to(user).include("activity"), response__in=TAKING_PART
        ).order_by()
        counts = {
            row["organization"]: row
            for row in found.values("organization").annotate(
                leads=Count("activity", filter=Q(role__in=LEADING_ROLES), distinct=True),
                number=Count("activity", distinct=True),
            )
        }
        if sum(row["number"] for row in counts.values()) > LARGE:
            caches["process"].set(key, counts)
    return counts


def _heard(user: Any) -> dict[int, datetime.datetime | None]:
    """When each organization logged last what this person may read."""
    # Asked of each organization from its newest entry on, which mostly is the answer.
    entries = StatusUpdate.objects.visible_to(user).filter(organization=OuterRef("pk")).order_by("-created_at")
    last = Subquery(entries.values("created_at")[:1])
    return dict(Organization.objects.order_by().values_list("pk", last))


def _names_by_organization() -> dict[int, list[str]]:
    """Every name and acronym of any time and language, as it is searched."""
    names: dict[int, list[str]] = {}
    rows = [
        *Organization.objects.values_list("pk", *NAME_COLUMNS),
        *OrganizationName.objects.values_list("organization_id", *NAME_COLUMNS),
    ]
    for key, *texts in rows:
        names.setdefault(key, []).extend(normalise(text) for text in texts if text)
    return names


class Profile(NamedTuple):
    """What stands on the page of one organization; the counts are of activities, the lists the first participations."""

    names: list[OrganizationName]
    predecessors: list[Organization]
    leads: list[Participation]
    supports: list[Participation]
    leads_count: int
    supports_count: int
    # Every role it has or had, the newest first.
    roles: list[Participation]
    logged: list[StatusUpdate]
    focal_points: list[Membership]
    notes: list[Any]
    printed: list[FrameworkParticipant]


def read_profile(user: Any, organization: Organization, today: datetime.date) -> Profile:
    """Everything on one organization, with the activities this person may see."""
    visible = Activity.objects.visible_to(user).include("activity")
    of_organization = Participation.objects.filter(visible, organization=organization, response__in=TAKING_PART)
    leading = Q(role__in=LEADING_ROLES)
    counts = of_organization.aggregate(
        leads=Count("activity", filter=leading, distinct=True),
        supports=Count("activity", filter=~leading, distinct=True),
    )
    logged = StatusUpdate.objects.standing().filter(visible, organization=organization)
    focal_points = Membership.objects.active_on(today).filter(
        organization=organization, role=MembershipRole.FOCAL_POINT, user__is_active=True
    )
    return Profile(
        names=list(OrganizationName.objects.filter(organization=organization).order_by("since", "until", "id")),
        predecessors=list(Organization.objects.filter(successor=organization).by_acronym()),
        leads=_latest(of_organization.filter(leading)),
        supports=_latest(of_organization.exclude(leading)),
        leads_count=counts["leads"],
        supports_count=counts["supports"],
        roles=_roles(Participation.objects.held().filter(visible, organization=organization)),
        logged=list(
            logged.order_by("-created_at", "-pk")
            .select_related("activity__framework")
            .defer("activity__search_text")[:LOGGED_SHOWN]
        ),
        # Names of people are for those who have signed in.
        focal_points=list(focal_points.select_related("user")) if user.is_authenticated else [],
        # Facts with a date or a source are for everyone; the rest are hints for those who keep the register.
        notes=[
            note
            for note in organization.notes.order_by("position", "id")  # type: ignore[attr-defined]
            if note.occurred_on or note.source or getattr(user, "is_coordinator", False)
        ],
        printed=list(FrameworkParticipant.objects.filter(organization=organization).select_related("group__framework")),
    )


def _roles(participations: Any) -> list[Participation]:
    rows = participations.select_related("activity__framework").defer("activity__search_text")
    # Of unknown beginning last: no text sorts before every day.
    return list(rows.order_by("-since", "-pk")[: ROWS_SHOWN + 1])


def _latest(participations: Any) -> list[Participation]:
    """Those in activities last heard of, first."""
    rows = participations.select_related("activity__framework").defer("activity__search_text")
    return list(
        rows.order_by(F("activity__last_update_at").desc(nulls_last=True), "activity__sort_key", "pk")[:ROWS_SHOWN]
    )
