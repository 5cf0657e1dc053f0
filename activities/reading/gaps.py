"""Gaps and overlaps of a selection in plain sentences, counted over what the reader may see."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db.models import Count, Exists, Min, OuterRef

from tracker.toolkit.keys import among
from tracker.toolkit.texts import Text, current_language, find_text

from ..choices import ASKED_ROLES, OPEN_STATUSES
from ..filters import LARGE, Selection
from ..models import Activity
from ..models.names import LANGUAGES, Name
from .alike import COMPARED, Pair, find_pairs, read_candidates
from .matrix import activities_found
from .overlaps import answered_pairs

# So many activities with several leads are named; so many hints are shown.
NAMED = 10
HINTS = 50
TITLES = tuple(f"title_{language}" for language in LANGUAGES)


class Item(NamedTuple):
    """An agreed item or an undertaking as a sentence names it."""

    pk: int
    framework: str
    code: str
    title: Text


class SeveralLeads(NamedTuple):
    activity: Item
    leads: list[Name]


class Covered(NamedTuple):
    """A functional field with the only organization that takes an active part in it, or with none."""

    field: Name
    organization: Name | None


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the sentences are made of. Of `several` and `pairs` only the first are here, with how many there are.

    `all_compared` is False where some were not looked at.
    """

    untaken: list[Item]
    leaderless: list[Item]
    covered: list[Covered]
    several_number: int
    several: list[SeveralLeads]
    pairs_number: int
    pairs: list[Pair]
    all_compared: bool


def read_gaps(selection: Selection, total: int) -> Gaps:
    """Gaps and overlaps among `total` activities; of a large result at most 30 seconds old. Eight statements."""
    # The scope is part of the key: nobody is told of what another may read.
    wanted = f"{current_language()}|{selection.scope()}|{selection.today}|{selection.tidy()}"
    key = "gaps:" + hashlib.sha256(wanted.encode()).hexdigest()
    gaps: Gaps | None = caches["process"].get(key)
    if gaps is None:
        gaps = _find(selection)
        if total > LARGE:
            caches["process"].set(key, gaps)
    return gaps


def _find(selection: Selection) -> Gaps:
    untaken, leaderless = _items(selection)
    number, several = _several_leads(selection)
    status, lead = selection.column("status"), selection.column("lead_id")
    open_ones = selection.rows().filter(**{f"{status}__in": OPEN_STATUSES})
    candidates = read_candidates(open_ones, lead=lead, status=status)
    pairs = _unanswered(find_pairs(candidates))
    return Gaps(
        untaken=untaken,
        leaderless=leaderless,
        covered=_fields(selection),
        several_number=number,
        several=several,
        pairs_number=len(pairs),
        # So many more than are shown that answering some leaves enough.
        pairs=pairs[: 4 * HINTS],
        all_compared=len(candidates) < COMPARED,
    )


def _unanswered(pairs: list[Pair]) -> list[Pair]:
    """Those that nobody has answered, the likest first."""
    answered = answered_pairs(pairs)
    return [pair for pair in pairs if pair.key not in answered]


def _items(selection: Selection) -> tuple[list[Item], list[Item]]:
    """Agreed items that nobody took up, and those taken up without any lead; of the areas asked for.

    What an undertaking of another item serves as well is led, or not, where that undertaking is: it stands in neither.
    """
    undertakings = selection.rows().undertakings()
    carrying = undertakings.filter(parent=OuterRef("pk"))
    led = {f"{selection.column('lead_id')}__isnull": False}
    serving = Activity.also_serves.through.objects.filter(
        to_activity=OuterRef("pk"), from_activity__in=undertakings.values("pk")
    )
    taking_part = selection.participations().filter(activity=OuterRef("pk"), role__in=ASKED_ROLES)
    leading = selection.participations().leading().current_on(selection.today).filter(activity=OuterRef("pk"))
    rows = _items_asked_for(selection).annotate(
        carried=Exists(carrying),
        served=Exists(serving),
        held=Exists(taking_part),
        led=Exists(carrying.filter(**led)),
        own_lead=Exists(leading),
    )
    found = rows.order_by("framework_id", "sort_key").values(
        *("pk", "parent_id", "framework__code", "code", "language", *TITLES),
        *("carried", "served", "held", "led", "own_lead"),
    )
    taken = {row["pk"] for row in found if row["carried"] or row["served"] or row["held"]}
    # An item is taken up by what takes up one of its parts: C.1 by C.1.a.
    taken |= {row["parent_id"] for row in found if row["pk"] in taken}
    untaken, leaderless = [], []
    for row in found:
        if row["pk"] not in taken:
            untaken.append(_item(row))
        elif (row["carried"] or row["held"]) and not (row["led"] or row["own_lead"]):
            leaderless.append(_item(row))
    return untaken, leaderless


def _items_asked_for(selection: Selection) -> Any:
    """The other filters speak of undertakings: a country or a status says nothing of which items there are."""
    kept = selection
    for name in selection.given.keys() - {"framework", "area", "as_of"}:
        kept = kept.without(name)
    items = kept.rows().agreed_items()
    codes = selection.values.get("parent")
    return items.filter(pk__in=selection.filters.filters["parent"].ids(codes)) if codes else items


def _item(row: dict[str, Any]) -> Item:
    return Item(row["pk"], row["framework__code"], row["code"], find_text(row, "title"))


def _fields(selection: Selection) -> list[Covered]:
    """The functional fields in which one organization alone takes an active part, or none, whichever were asked for."""
    parts = selection.participations().order_by().filter(role__in=ASKED_ROLES)
    rows = parts.filter(activity__in=activities_found(selection).values("pk"))
    rows = rows.values("activity__functional_fields").annotate(
        number=Count("organization", distinct=True), one=Min("organization")
    )
    found = {row["activity__functional_fields"]: row for row in rows}
    chosen = selection.given.get("field")
    names = selection.names
    covered = []
    for code, name in names.fields.items():
        row = found.get(name.pk)
        if chosen and code not in chosen:
            continue
        if row is None:
            covered.append(Covered(name, None))
        elif row["number"] == 1:
            covered.append(Covered(name, names.of("organizations", row["one"])))
    return covered


def _several_leads(selection: Selection) -> tuple[int, list[SeveralLeads]]:
    """How many activities more than one organization leads or co-leads today, and those that most do."""
    leading = selection.participations().leading().current_on(selection.today)
    here = leading.order_by().filter(activity__in=selection.rows().values("pk"))
    rows = here.values("activity").annotate(number=Count("organization", distinct=True)).filter(number__gt=1)
    keys = [row["activity"] for row in rows.order_by("-number", "activity__sort_key", "activity")[: LARGE + 1]]
    named = keys[:NAMED]
    if not named:
        return 0, []
    activities = {
        row["pk"]: _item(row)
        for row in Activity.objects.rewrite(False)
        .order_by()
        .filter(pk__in=among(named))
        .values("pk", "framework__code", "code", "language", *TITLES)
    }
    leads: dict[int, dict[int, Name]] = defaultdict(dict)
    of = selection.names.of
    for activity, organization in (
        leading.filter(activity__in=among(named)).order_by("-role", "id").values_list("activity_id", "organization_id")
    ):
        leads[activity][organization] = of("organizations", organization)
    return len(keys), [SeveralLeads(activities[pk], list(leads[pk].values())) for pk in named]
