"""One activity as its page shows it: the record with its signals, its log, its participants and what it is tied to."""

import datetime
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery, Value, Window
from django.db.models.functions import RowNumber

from organizations.models import Organization
from tracker.toolkit.dates import PartialDate

from ..choices import OverlapKind, ProposalState, Response, Role, UpdateKind
from ..models import Activity, FunctionalField, LeadProposal, Participation, Principle, StatusUpdate, Theme
from .bell import follow_id
from .review import Exchange, exchange_of, with_exchange

UPDATES_SHOWN = 10
RELATED_SHOWN = 20
RELATED = OverlapKind.RELATED
TITLES = ("title_en", "title_zh_hans", "title_fr", "title_es", "title_ru", "title_ar")


def find_record(user: Any, framework: str, code: str, today: datetime.date) -> Activity:
    """The activity of that address with its signals, and the id of a proposal for its lead that waits.

    Raises Activity.DoesNotExist for what the person may not see.
    """
    waiting = LeadProposal.objects.filter(activity=OuterRef("pk"), state=ProposalState.PROPOSED).order_by()
    activity = (
        Activity.objects.visible_to(user)
        .with_signals(today)
        .annotate(open_proposal=Subquery(waiting.values("pk")[:1]))
        .annotate(follow_id=follow_id(user, "activity"))
        .select_related("framework", "area", "parent", "lead")
        .defer("search_text", "parent__search_text")
        .get(framework__code=framework, code=code)
    )
    if activity.parent:
        activity.parent.framework = activity.framework
    return activity


class LogEntry(NamedTuple):
    """An entry with the status that held after it, the entry that corrects it, what became of it in review, and the
    returned entry that it answers without correcting it, if any.
    """

    update: StatusUpdate
    status: str
    corrected_by: StatusUpdate | None
    may_correct: bool
    exchange: Exchange | None
    answers: StatusUpdate | None


class Log(NamedTuple):
    entries: list[LogEntry]
    total: int
    latest: StatusUpdate | None


def read_log(activity: Activity, everything: bool, may_correct: Mapping[int, bool]) -> Log:
    """The log, newest first.

    `may_correct` holds the organizations whose entries this person may correct, and whether those that set the status.
    """
    updates: QuerySet[Any, Any] = (
        with_exchange(StatusUpdate.objects.filter(activity=activity))
        .newest_first()
        .select_related("organization", "author", "corrects", "correction")
        .prefetch_related("evidence", "obstacle_kinds")
        .annotate(total=Window(Count("pk")))
    )
    found = list(updates if everything else updates[:UPDATES_SHOWN])
    statuses = _statuses(found, activity.status)
    answered = {row.answer_id: row for row in found if row.answer_id}
    entries = []
    for update, status in zip(found, statuses, strict=True):
        correction = getattr(update, "correction", None)
        sets_status = bool(update.status) or update.progress is not None
        may_undo = may_correct.get(update.organization_id)
        correctable = correction is None and may_undo is not None and (may_undo or not sets_status)
        correctable = correctable and update.kind != UpdateKind.TAKEN_BACK
        returned = answered.get(update.pk)
        answers = returned if returned and returned.pk != update.corrects_id else None
        entries.append(LogEntry(update, status, correction, correctable, exchange_of(update), answers))
    total = found[0].total if found else 0  # type: ignore[attr-defined]
    told = [update for update in found if update.kind not in (UpdateKind.DOCUMENTED, UpdateKind.TAKEN_BACK)]
    return Log(entries, total, max(told, key=lambda update: update.created_at, default=None))


def _statuses(updates: Sequence[StatusUpdate], present: str) -> list[str]:
    """The status after each entry, newest first; entries that set none keep that of the entry before them."""
    setting = [update for update in reversed(updates) if update.status]
    status = (setting[0].status_before or setting[0].status) if setting else present
    statuses = []
    for update in reversed(updates):
        status = update.status or status
        statuses.append(status)
    return statuses[::-1]


class RoleGroup(NamedTuple):
    role: Role
    rows: list[Participation]


class Participants(NamedTuple):
    """Those who take part or are invited, by role; those who left or declined; how many organizations take part."""

    groups: list[RoleGroup]
    former: list[Participation]
    organizations: int
    any_heard: bool

    def current(self, role: str) -> list[Participation]:
        return [row for group in self.groups if group.role == role for row in group.rows if row.takes_part]

    def reporting(self, organization_ids: set[int] | None) -> list[Organization]:
        """Organizations taking part, of those given; all of them for None."""
        taking_part = {
            row.organization_id: row.organization for group in self.groups for row in group.rows if row.takes_part
        }
        return [
            organization
            for key, organization in taking_part.items()
            if organization_ids is None or key in organization_ids
        ]


def read_participants(activity: Activity, today: datetime.date) -> Participants:
    """Each participation with `heard_at`, the last time its organization logged something here."""
    heard = StatusUpdate.objects.filter(activity=OuterRef("activity"), organization=OuterRef("organization"))
    taken_back = Participation.objects.taken_back().filter(pk=OuterRef("pk"))
    rows = list(
        Participation.objects.filter(activity=activity)
        .select_related("organization", "focal_point", "answered_by")
        .annotate(
            heard_at=Subquery(heard.order_by("-created_at").values("created_at")[:1]),
            was_taken_back=Exists(taken_back),
        )
    )
    present, former = [], []
    for row in rows:
        over = bool(row.until) and row.until.last_day < today
        gone = over or row.response in (Response.DECLINED, Response.WITHDRAWN)
        (former if gone else present).append(row)
    order = list(Role)
    present.sort(key=lambda row: (order.index(row.role), row.organization.acronym))
    groups = [RoleGroup(Role(role), list(members)) for role, members in groupby(present, key=lambda row: row.role)]
    taking_part = {row.organization_id for row in present if row.takes_part}
    return Participants(groups, former, len(taking_part), any(row.heard_at for row in rows))


class Related(NamedTuple):
    """What this activity is tied to, as far as the person may see it; `more` tells which lists were cut."""

    children: list[Activity]
    also_served_by: list[Activity]
    also_serves: list[Activity]
    follows: list[Activity]
    followed_by: list[Activity]
    # Those that looked alike and that a coordinator called related.
    beside: list[Activity]
    more: set[str]


def read_related(user: Any, activity: Activity) -> Related:
    """One query, whatever there is: the first of each kind, in the order of their references."""
    visible = Activity.objects.visible_to(user).select_related("framework", "lead").order_by()
    if activity.agreed:
        kinds = {"children": visible.filter(parent=activity), "also_served_by": visible.filter(also_serves=activity)}
    else:
        kinds = {
            "also_serves": visible.filter(also_served_by=activity),
            # Mostly it follows none: then there is nothing to ask for.
            **({"follows": visible.filter(pk=activity.follows_id)} if activity.follows_id else {}),
            "followed_by": visible.filter(follows=activity),
            "beside": visible.filter(overlaps_as_second__first=activity, overlaps_as_second__answer=RELATED),
            "beside_too": visible.filter(overlaps_as_first__second=activity, overlaps_as_first__answer=RELATED),
        }
    parts = [
        rows.annotate(relation=Value(name), rank=Window(RowNumber(), order_by=F("sort_key").asc())).defer(
            "search_text", "description", "editorial_note"
        )
        for name, rows in kinds.items()
    ]
    limit = RELATED_SHOWN + 1
    found = parts[0].union(*parts[1:], all=True).order_by("rank")[: limit * len(parts)]
    lists: dict[str, list[Activity]] = {name: [] for name in Related._fields if name != "more"}
    for row in found:
        lists[row.relation.removesuffix("_too")].append(row)
    more = {name for name, rows in lists.items() if len(rows) > RELATED_SHOWN}
    return Related(**{name: rows[:RELATED_SHOWN] for name, rows in lists.items()}, more=more)


def read_terms(activity: Activity) -> dict[str, list[dict[str, Any]]]:
    """Functional fields, themes and principles, each as its columns of titles, with one query for the three tables."""
    parts = [
        model.objects.filter(activities=activity)
        .order_by()
        .annotate(list_name=Value(name))
        .values("list_name", "position", "code", *TITLES)
        for name, model in (("fields", FunctionalField), ("themes", Theme), ("principles", Principle))
    ]
    terms: dict[str, list[dict[str, Any]]] = {"fields": [], "themes": [], "principles": []}
    for row in parts[0].union(*parts[1:], all=True):
        terms[row["list_name"]].append(row)
    for rows in terms.values():
        rows.sort(key=lambda row: (row["position"], row["code"]))
    return terms


def read_proposal(user: Any, activity: Activity) -> LeadProposal | None:
    """The proposal for the lead that waits; asked only for those who speak for an organization or coordinate."""
    if not activity.open_proposal or not (user.is_coordinator or user.focal_organization_ids):  # type: ignore[attr-defined]
        return None
    proposal = LeadProposal.objects.select_related("organization", "present").get(pk=activity.open_proposal)  # type: ignore[attr-defined]
    proposal.activity = activity
    return proposal


def last_day_of(date: PartialDate | str) -> datetime.date | None:
    """The last day a date may mean, for saying how far it is; None for no date."""
    return date.last_day if isinstance(date, PartialDate) else None
