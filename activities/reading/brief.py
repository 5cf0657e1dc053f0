"""An organization on a page or two: what it takes part in, in which role, the state, the last word, what is asked."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Called, NamesThroughTime, Organization
from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import day_words

from ..choices import CLOSED_STATUSES, LEADING_ROLES, ProposalState, RequestState, Response, Role
from ..filters import Selection
from ..models import Activity, LeadProposal, Participation, ReportingRound, UpdateRequest
from ..models.querysets import ActivityQuerySet
from .narrative import By, Narrator, Told

# As many as two pages hold; of more, those led and those still open come first.
SHOWN = 30
GROUPS = ("leads", "supports", "ended")


class Line(NamedTuple):
    """An activity, and as what the organization takes part: once more under the name of one it succeeded."""

    told: Told
    roles: list[By]


class Group(NamedTuple):
    """Activities that are led, supported, or over; `more` of them do not stand here."""

    name: str
    lines: list[Line]
    number: int

    @property
    def more(self) -> int:
        return self.number - len(self.lines)


class Asked(NamedTuple):
    """Something the organization is asked for: `what` in words, where, and `until` when or since when."""

    what: str
    activity: Activity
    until: str
    round: ReportingRound | None = None


class Brief:
    """What one person may read of an organization, and of those it succeeded where `with_predecessors`.

    `selection` finds what they take part in, at any time. `by_time` gives it the name it had then: else it has today's
    everywhere.
    """

    def __init__(
        self,
        organization: Organization,
        selection: Selection,
        predecessors: Sequence[Organization],
        *,
        with_predecessors: bool,
        by_time: bool,
    ) -> None:
        self.organization, self.selection, self.by_time = organization, selection, by_time
        self.predecessors, self.with_predecessors = predecessors, with_predecessors
        self.ids = {organization.pk, *(row.pk for row in predecessors if with_predecessors)}
        self.narrator = Narrator(selection, by_time=by_time)
        self.own = selection.participations().filter(organization__in=self.ids)
        self.rows = selection.rows()
        self.numbers = self._numbers()
        self.groups = self._groups()
        self.heard = self._heard()

    @property
    def names(self) -> NamesThroughTime:
        return self.narrator.called

    @property
    def called(self) -> Called:
        """The organization as the brief names it: today's name, or the last it had itself."""
        return self._last_name(self.organization) if self.by_time else self.names.today_of(self.organization.pk)

    @property
    def former(self) -> list[Called]:
        """The organizations it succeeded."""
        return [self._last_name(row) for row in self.predecessors]

    def _last_name(self, organization: Organization) -> Called:
        over = organization.succeeded_on if organization.successor_id else ""
        day = over.first_day - datetime.timedelta(days=1) if over else self.selection.today
        return self.names.on(organization.pk, min(day, self.selection.today))

    @property
    def number(self) -> int:
        return sum(self.numbers.values())

    def _heard(self) -> PartialDate | None:
        """The day of its newest entry that the person may read."""
        entries = self.narrator.entries().filter(
            self.selection.visible().include("activity"), organization__in=self.ids
        )
        return entries.newest_first().values_list("as_of", flat=True).first()

    def _grouped(self) -> Any:
        """The rows with the group in which each stands."""
        status = self.selection.column("status")
        leading = self.own.filter(activity=OuterRef("pk"), role__in=LEADING_ROLES).current_on(self.selection.today)
        # Of one that is over, every role counts; what has ended for this organization alone is over for it, too.
        current = self.own.filter(activity=OuterRef("pk")).current_on(self.selection.today)
        return self.rows.annotate(
            standing=Case(
                When(Q(**{f"{status}__in": CLOSED_STATUSES}) | ~Exists(current), then=Value("ended")),
                When(Exists(leading), then=Value("leads")),
                default=Value("supports"),
            )
        )

    def _numbers(self) -> dict[str, int]:
        found = self._grouped().order_by().values_list("standing").annotate(number=Count("pk"))
        return dict(found)

    def _groups(self) -> list[Group]:
        order = Case(*(When(standing=name, then=Value(number)) for number, name in enumerate(GROUPS)))
        rows = self._grouped().annotate(turn=order).order_by("turn", "framework_id", "sort_key", "pk")
        found = list(rows.values_list("pk", "standing")[:SHOWN])
        told = self.narrator.tell(self.rows, [pk for pk, _standing in found])
        groups: dict[str, list[Line]] = defaultdict(list)
        for pk, standing in found:
            if pk in told:
                roles = [by for by in told[pk].by if by.pk in self.ids]
                groups[standing].append(Line(told[pk], roles))
        return [Group(name, groups[name], self.numbers[name]) for name in GROUPS if self.numbers.get(name)]


def predecessors_of(organization: Organization) -> list[Organization]:
    """Those it succeeded, and those they succeeded, the latest first."""
    found: list[Organization] = []
    step = [organization]
    while step:
        known = {organization.pk, *(row.pk for row in found)}
        rows = Organization.objects.filter(successor__in=step).exclude(pk__in=known)
        step = list(rows.order_by("-succeeded_on", "slug"))
        found += step
    return found


def may_read_what_is_asked(user: Any, organization: Organization) -> bool:
    """Its own members, and who keeps the register."""
    return user.is_authenticated and (user.is_coordinator or organization.pk in user.organization_ids)


def read_what_is_asked(user: Any, organization: Organization, today: datetime.date) -> list[Asked]:
    """What waits for an answer of this organization, what is due first; invitations and proposals after."""
    visible = Activity.objects.visible_to(user)
    return [
        *_updates(user, organization, today),
        *_invitations(visible, organization),
        *_proposals(visible, organization, today),
    ]


def _updates(user: Any, organization: Organization, today: datetime.date) -> list[Asked]:
    rows = (
        UpdateRequest.objects.waiting(today)
        .filter(organization=organization, round__closed_at__isnull=True)
        .visible_to(user)
        .select_related("round", "activity__framework")
        .defer("activity__search_text")
        .order_by("round__due_on", "activity__sort_key", "pk")
    )
    asked: dict[int, Asked] = {}
    for row in rows:
        words = {"date": day_words(row.round.due_on), "state": RequestState(row.state).label}
        until = _("due %(date)s (%(state)s)") % words
        # One answer speaks for all roles of an organization.
        asked.setdefault(row.activity_id, Asked(_("An update on"), row.activity, until, row.round))
    return list(asked.values())


def _invitations(visible: ActivityQuerySet, organization: Organization) -> list[Asked]:
    rows = Participation.objects.filter(
        visible.open().include("activity"), organization=organization, response=Response.INVITED
    )
    rows = rows.select_related("activity__framework").defer("activity__search_text").order_by("invited_at", "pk")
    what = _("An answer to the invitation to")
    return [
        Asked(what, row.activity, _("as %(role)s, invited %(date)s") % {
            "role": row.get_role_display(), "date": day_words(timezone.localdate(row.invited_at)),
        })
        for row in rows
    ]  # fmt: skip


def _proposals(visible: ActivityQuerySet, organization: Organization, today: datetime.date) -> list[Asked]:
    co_leads = (
        Participation.objects.filter(activity=OuterRef("activity"), organization=organization, role=Role.CO_LEAD)
        .taking_part()
        .current_on(today)
    )
    to_it = Q(offered=False, organization=organization)
    of_others = Q(Exists(co_leads), offered=True) & ~Q(organization=organization)
    rows = LeadProposal.objects.filter(
        to_it | of_others, visible.include("activity"), state=ProposalState.PROPOSED
    ).select_related("activity__framework", "organization")
    found = []
    for row in rows.defer("activity__search_text").order_by("proposed_at", "pk"):
        what, until = _("An answer to the proposal to lead"), _("proposed %(date)s")
        if row.offered:
            what, until = _("An answer to the offer to lead"), _("offered by %(organization)s, %(date)s")
        words = {"organization": str(row.organization), "date": day_words(timezone.localdate(row.proposed_at))}
        found.append(Asked(what, row.activity, until % words))
    return found
