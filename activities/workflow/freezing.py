"""Freezing: the rows of a report written down as they stand, with every name, and a checksum over all of it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import override

from organizations.models import User

from ..choices import ANSWERED_STATES, RequestState
from ..filters import in_order
from ..models import FrozenReport, FrozenRow, ReportingRound, ReviewReason, StatusUpdate, UpdateRequest
from ..models.names import Names, country_names, read_names
from ..models.querysets import ActivityQuerySet
from ..reports import RowReader

ROWS_AT_A_TIME = 500


def freeze(made: ReportingRound, by: User, activities: ActivityQuerySet) -> FrozenReport:
    """Write the frozen report of a round, with one row for each of these activities. The caller holds the round."""
    now = timezone.now()
    today = timezone.localdate(now)
    reader = RowReader(read_names(fresh=True), today)
    ids = list(in_order(activities, "code").values_list("pk", flat=True))
    kept = [
        {"activity": raw["pk"], "data": _data(raw, said)}
        for raw, said in _with_answers(made, reader.raw_rows(activities.order_by(), ids))
    ]
    report = FrozenReport(
        round=made,
        version=FrozenReport.objects.filter(round=made).count() + 1,
        frozen_at=now,
        frozen_by=by,
        facts=_facts(made, today),
        names=_names(row["data"] for row in kept),
        row_count=len(kept),
    )
    report.checksum = checksum_of(report, (row["data"] for row in kept))
    report.save(force_insert=True)
    FrozenRow.objects.bulk_create(
        [
            FrozenRow(report=report, position=position, activity_id=row["activity"], data=row["data"])
            for position, row in enumerate(kept)
        ],
        batch_size=ROWS_AT_A_TIME,
    )
    return report


def checksum_of(report: FrozenReport, data: Iterable[Any]) -> str:
    """SHA-256 over the report's facts, names and rows, written as JSON with sorted keys, one line each."""
    sum_of = hashlib.sha256()
    head = {
        "round": report.round.number,
        "version": report.version,
        "frozen_at": report.frozen_at.isoformat(timespec="microseconds"),
        "facts": report.facts,
        "names": report.names,
    }
    for part in (head, *data):
        sum_of.update(json.dumps(part, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
    return sum_of.hexdigest()


def verify(report: FrozenReport) -> bool:
    """Whether the report still says what it said when it was frozen."""
    data = FrozenRow.objects.filter(report=report).order_by("position").values_list("data", flat=True)
    return checksum_of(report, data.iterator(chunk_size=ROWS_AT_A_TIME)) == report.checksum


def _facts(made: ReportingRound, today: Any) -> dict[str, Any]:
    states = UpdateRequest.objects.filter(round=made).standing().with_state(today)
    counted = states.aggregate(
        **{state: Count("pk", filter=Q(state=state)) for state in RequestState.values},
        answered_in_all=Count("pk", filter=Q(state__in=ANSWERED_STATES)),
        requests=Count("pk"),
    )
    return {
        "title": made.title,
        "framework": made.framework.code,
        "period": [made.period_start.isoformat(), made.period_end.isoformat()],
        "due_on": made.due_on.isoformat(),
        "filters": made.filters,
        "asked": made.asked,
        "as_of": today.isoformat(),
        "counts": counted,
    }


def _data(raw: dict[str, Any], said: list[dict[str, Any]]) -> dict[str, Any]:
    """What a row holds: the report's own columns as references, and what was reported in the round."""
    heard = raw["last_update_at"]
    plain = {**raw, "last_update_at": heard and heard.isoformat(), "countries": str(raw["countries"])}
    return {**plain, "said": said}


def _with_answers(made: ReportingRound, rows: Iterator[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], list]]:
    answers: dict[int, list[dict[str, Any]]] = defaultdict(list)
    reasons: dict[int, list[str]] = defaultdict(list)
    for update, code in ReviewReason.objects.filter(review__update__round=made).values_list("review__update", "code"):
        reasons[update].append(code)
    entries = StatusUpdate.objects.filter(round=made).standing().order_by("as_of", "pk")
    columns = (
        "pk", "activity_id", "organization_id", "on_behalf", "kind", "as_of", "status", "progress", "reason",
        "closing", "done", "obstacles", "next_steps", "next_steps_due_on", "language",
    )  # fmt: skip
    for *values, moment, state in entries.values_list(*columns, "created_at", "review__state"):
        entry = dict(zip(columns, values, strict=True))
        entry |= {"created_at": moment.isoformat(), "review": state or "", "reasons": sorted(reasons[entry["pk"]])}
        answers[entry.pop("activity_id")].append(entry)
    for row in rows:
        yield row, answers[row["pk"]]


def _names(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What everything that the rows refer to is called today, in each language of the register."""
    used: dict[str, set[Any]] = defaultdict(set)
    for row in rows:
        used["frameworks"].add(row["framework_id"])
        used["areas"].add(row["area_id"])
        used["items"] |= {row["parent_id"]} - {None}
        used["fields"] |= set(row["fields"])
        used["themes"] |= set(row["themes"])
        used["organizations"] |= {part[0] for part in row["parts"]} | {said["organization_id"] for said in row["said"]}
        used["organizations"] |= {row["lead_id"]} - {None}
        used["countries"] |= {code for code in row["countries"].split(",") if code}
    found: dict[str, Any] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            names, countries = read_names(fresh=True), country_names()
            found[language] = {
                kind: {str(pk): _called(names, kind, pk) for pk in sorted(keys)}
                for kind, keys in used.items()
                if kind != "countries"
            }
            found[language]["countries"] = {code: countries.get(code, code) for code in sorted(used["countries"])}
    return found


def _called(names: Names, kind: str, pk: int) -> list[str]:
    name = names.of(kind, pk)
    return [name.code, name.title, name.language]
