"""What was entered after a report was frozen: corrections of entries that were there, and additions to its round."""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.keys import among

from ..models import FrozenReport, StatusUpdate, UpdateRequest
from ..models.names import Names, obstacle_names
from ..reports import read_entries
from .frozen_entries import Since, revived


def read_since(report: FrozenReport, rows: Sequence[Mapping[str, Any]], names: Names) -> dict[int, list[Since]]:
    """For the frozen rows given, by activity and in order of entry. `names` are those of today, for what is said today.

    One statement where nothing was entered since; some more where something was, however many rows.
    """
    links = {row["pk"]: row for row in _candidates(report, rows)}
    late = _late_answers(links, rows)
    wanted = [pk for pk, row in links.items() if _belongs(row, links, report, late)]
    if not wanted:
        return {}
    corrected = {row["corrects"] for row in links.values()}
    obstacles = obstacle_names()
    by_activity: dict[int, list[Since]] = defaultdict(list)
    entries = read_entries(StatusUpdate.objects.filter(pk__in=among(wanted)))
    for entry in sorted(entries, key=lambda entry: entry["pk"]):
        link = links[entry["pk"]]
        speaker, as_of = link["corrects__organization"], link["corrects__as_of"]
        by_activity[entry["activity_id"]].append(
            Since(
                entry=revived(entry, lambda pk: names.of("organizations", pk), obstacles.__getitem__),
                corrects=link["corrects"] is not None,
                organization=names.of("organizations", speaker) if speaker else None,
                as_of=PartialDate(as_of) if as_of else None,
                is_corrected=entry["pk"] in corrected,
                is_late=entry["pk"] in late,
            )
        )
    return by_activity


def _candidates(report: FrozenReport, rows: Sequence[Mapping[str, Any]]) -> QuerySet[Any, Any]:
    """Entries of these activities that may concern the report, in order of entry."""
    known = [entry["pk"] for row in rows for entry in row["said"]]
    later = Q(created_at__gt=report.frozen_at) | Q(pk__gt=report.facts["last_entry"])
    of_round = Q(round=report.round_id)
    # Entered while the report was being written: it stands, and the report does not know it.
    missed = of_round & ~later & Q(correction__isnull=True) & ~Q(pk__in=among(known))
    asked = UpdateRequest.objects.standing().filter(
        round=report.round_id, activity=OuterRef("activity"), organization=OuterRef("organization")
    )
    # Typed while the round closed: nobody asked any more when it arrived, so it names no round.
    late = Q(round=None, corrects=None) & Exists(asked)
    return (
        StatusUpdate.objects.filter(activity__in=among([row["pk"] for row in rows]))
        .filter(later & (Q(corrects__isnull=False) | of_round | late) | missed)
        .order_by("pk")
        .values(
            "pk", "activity", "organization", "round",
            "corrects", "corrects__organization", "corrects__as_of", "corrects__created_at",
        )
    )  # fmt: skip


def _late_answers(links: Mapping[int, Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """The first entry since of each organization that was asked and had not answered when the report was frozen."""
    answered = {(row["pk"], entry["organization_id"]) for row in rows for entry in row["said"]}
    answered |= {(row["activity"], row["organization"]) for row in links.values() if row["round"] is not None}
    first: dict[tuple[int, int], int] = {}
    for pk, row in links.items():
        if row["round"] is None and row["corrects"] is None:
            first.setdefault((row["activity"], row["organization"]), pk)
    return {pk for key, pk in first.items() if key not in answered}


def _belongs(
    row: Mapping[str, Any], links: Mapping[int, Mapping[str, Any]], report: FrozenReport, late: set[int]
) -> bool:
    """Whether an entry adds to the round, or its chain of corrections begins with one that was there or that adds."""
    while row["corrects"] in links:
        row = links[row["corrects"]]
    if row["round"] == report.round_id or row["pk"] in late:
        return True
    if row["corrects"] is None:
        return False
    moment: datetime.datetime = row["corrects__created_at"]
    return moment <= report.frozen_at and row["corrects"] <= report.facts["last_entry"]
