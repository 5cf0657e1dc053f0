"""What was entered after a report was frozen: corrections of entries that were there, and additions to its round."""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.keys import among

from ..models import FrozenReport, StatusUpdate
from ..models.names import Names, obstacle_names
from ..reports import read_entries
from .frozen_entries import Since, revived


def read_since(report: FrozenReport, rows: Sequence[Mapping[str, Any]], names: Names) -> dict[int, list[Since]]:
    """For the frozen rows given, by activity and in order of entry. `names` are those of today, for what is said today.

    One statement where nothing was entered since; some more where something was, however many rows.
    """
    frozen_at, last = report.frozen_at, report.facts["last_entry"]
    known = [entry["pk"] for row in rows for entry in row["said"]]
    later = Q(created_at__gt=frozen_at) | Q(pk__gt=last)
    of_round = Q(round=report.round_id)
    # Entered while the report was being written: it stands, and the report does not know it.
    missed = of_round & ~later & Q(correction__isnull=True) & ~Q(pk__in=among(known))
    found = (
        StatusUpdate.objects.filter(activity__in=among([row["pk"] for row in rows]))
        .filter(later & (Q(corrects__isnull=False) | of_round) | missed)
        .order_by("pk")
        .values("pk", "corrects", "corrects__organization", "corrects__as_of", "corrects__created_at", "round")
    )
    links = {row["pk"]: row for row in found}
    wanted = {pk for pk, row in links.items() if row["round"] == report.round_id or _begins_there(row, links, report)}
    corrected = {row["corrects"] for row in links.values()}
    if not wanted:
        return {}
    obstacles = obstacle_names()
    by_activity: dict[int, list[Since]] = defaultdict(list)
    entries = read_entries(StatusUpdate.objects.filter(pk__in=among(sorted(wanted))))
    for entry in sorted(entries, key=lambda entry: entry["pk"]):
        link = links[entry["pk"]]
        said = revived(entry, lambda pk: names.of("organizations", pk), obstacles.__getitem__)
        speaker, as_of = link["corrects__organization"], link["corrects__as_of"]
        by_activity[entry["activity_id"]].append(
            Since(
                entry=said,
                corrects=link["corrects"] is not None,
                organization=names.of("organizations", speaker) if speaker else None,
                as_of=PartialDate(as_of) if as_of else None,
                is_corrected=said.pk in corrected,
            )
        )
    return by_activity


def _begins_there(row: Mapping[str, Any], links: Mapping[int, Mapping[str, Any]], report: FrozenReport) -> bool:
    """Whether the corrections that end here begin with one of an entry that was there when the report was frozen."""
    while row["corrects"] in links:
        row = links[row["corrects"]]
    if row["corrects"] is None:
        return False
    moment: datetime.datetime = row["corrects__created_at"]
    return moment <= report.frozen_at and row["corrects"] <= report.facts["last_entry"]
