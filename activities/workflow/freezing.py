"""Freezing: the rows of a report written down as they stand, with every name, and a checksum over all of it."""

import datetime
import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import override

from organizations.models import User
from tracker.toolkit.keys import among

from ..choices import ANSWERED_STATES, RequestState
from ..filters import KEEPER, StandingSelection, in_order
from ..models import Activity, FrozenReport, FrozenRow, ReportingRound, StatusUpdate, UpdateRequest
from ..models.names import country_names, obstacle_names, read_names
from ..models.querysets import ActivityQuerySet
from ..reports import RowReader, read_entries

ROWS_AT_A_TIME = 500


def freeze(
    made: ReportingRound, by: User, activities: ActivityQuerySet, at: datetime.datetime | None = None
) -> FrozenReport:
    """Write the frozen report of a round: one row for each of these activities and of those it asked about.

    The caller holds the round, in the transaction that closes it. `at`: the moment of closing, for loaders.
    """
    now = at or timezone.now()
    today = timezone.localdate(now)
    names = read_names(fresh=True)
    # What was answered stays in, even where the answer took the activity out of the filter.
    asked = UpdateRequest.objects.filter(round=made).values("activity")
    whole = Activity.objects.rewrite(False).filter(Q(pk__in=activities.order_by().values("pk")) | Q(pk__in=asked))
    ids = list(in_order(whole, "code").values_list("pk", flat=True))
    raw = RowReader(names, today, present=True).raw_rows(ids)
    used: dict[str, set[Any]] = defaultdict(set, frameworks={made.framework_id})
    # The checksum stands in the report, which must be there before its rows: they wait as compressed text.
    texts: list[bytes] = []
    for data in _with_answers(made, raw):
        _note_names(used, data)
        texts.append(zlib.compress(_text(data).encode(), 1))
    report = FrozenReport(
        round=made,
        version=FrozenReport.objects.filter(round=made).count() + 1,
        frozen_at=now,
        frozen_by=by,
        facts=_facts(made, today),
        names=_names(used),
        row_count=len(ids),
    )
    report.checksum = _checksum(report, zip(range(len(ids)), ids, map(_unpacked, texts), strict=True))
    report.save(force_insert=True)
    for start in range(0, len(ids), ROWS_AT_A_TIME):
        end = start + ROWS_AT_A_TIME
        rows = zip(range(start, end), ids[start:end], map(_unpacked, texts[start:end]), strict=False)
        FrozenRow.objects.bulk_create(
            FrozenRow(report=report, position=place, activity_id=pk, data=json.loads(text)) for place, pk, text in rows
        )
    return report


def verify(report: FrozenReport) -> bool:
    """Whether the report still says what it said when it was frozen."""
    rows = FrozenRow.objects.filter(report=report).order_by("position").values_list("position", "activity_id", "data")
    found = ((place, pk, _text(data)) for place, pk, data in rows.iterator(chunk_size=ROWS_AT_A_TIME))
    return _checksum(report, found) == report.checksum


def _checksum(report: FrozenReport, rows: Iterable[tuple[int, int, str]]) -> str:
    """SHA-256 over everything the report says and, in order, its rows: a line of JSON each, keys sorted, in UTF-8."""
    sum_of = hashlib.sha256()
    head = {
        "round": report.round.number,
        "version": report.version,
        "frozen_at": report.frozen_at.isoformat(timespec="microseconds"),
        "frozen_by": report.frozen_by_id,
        "facts": report.facts,
        "names": report.names,
        "row_count": report.row_count,
    }
    sum_of.update(f"{_text(head)}\n".encode())
    for place, pk, text in rows:
        sum_of.update(f"[{place},{pk},{text}]\n".encode())
    return sum_of.hexdigest()


def _text(value: Any) -> str:
    """As JSON that is the same before it was stored and after, whatever order of keys the database likes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _unpacked(text: bytes) -> str:
    return zlib.decompress(text).decode()


def _facts(made: ReportingRound, today: Any) -> dict[str, Any]:
    states = UpdateRequest.objects.filter(round=made).standing().with_state(today)
    # By groups: a count for each state would look for the answer of each request as often.
    found = dict(states.order_by().values_list("state").annotate(number=Count("pk")))
    counted = {state: found.get(state, 0) for state in RequestState.values}
    counted["answered_in_all"] = sum(counted[state] for state in ANSWERED_STATES)
    counted["requests"] = sum(found.values())
    return {
        "title": made.title,
        "language": made.language,
        "framework": made.framework.code,
        "framework_id": made.framework_id,
        "period": [made.period_start.isoformat(), made.period_end.isoformat()],
        "due_on": made.due_on.isoformat(),
        "filters": made.filters,
        "filters_in_words": {language: _in_words(made, language) for language, _name in settings.LANGUAGES},
        "asked": made.asked,
        "as_of": today.isoformat(),
        "counts": counted,
        # What was entered later has a higher number, whatever moment it was given.
        "last_entry": StatusUpdate.objects.aggregate(last=Max("pk"))["last"] or 0,
    }


def _in_words(made: ReportingRound, language: str) -> str:
    with override(language):
        return StandingSelection(parse_qs(made.filters), KEEPER).sentence()


def _with_answers(made: ReportingRound, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What each row holds: the report's own columns as references, and what was reported in the round."""
    while here := list(islice(rows, ROWS_AT_A_TIME)):
        entries = StatusUpdate.objects.filter(round=made, activity__in=among([row["pk"] for row in here])).standing()
        said: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for entry in sorted(read_entries(entries), key=lambda entry: (entry["as_of"], entry["pk"])):
            said[entry.pop("activity_id")].append(entry)
        for row in here:
            heard = row["last_update_at"]
            plain = {"last_update_at": heard and heard.isoformat(), "countries": str(row["countries"])}
            yield row | plain | {"said": said[row["pk"]]}


def _note_names(used: dict[str, set[Any]], data: dict[str, Any]) -> None:
    """Add what a row refers to."""
    said = data["said"]
    used["frameworks"].add(data["framework_id"])
    used["areas"].add(data["area_id"])
    used["items"].add(data["parent_id"])
    used["fields"].update(data["fields"])
    used["themes"].update(data["themes"])
    used["organizations"].add(data["lead_id"])
    used["organizations"].update(part[0] for part in data["parts"])
    used["organizations"].update(entry["organization_id"] for entry in said)
    used["obstacles"].update(pk for entry in said for pk in entry["obstacle_kinds"])
    used["countries"].update(code for code in data["countries"].split(",") if code)


def _names(used: dict[str, set[Any]]) -> dict[str, Any]:
    """What everything that the rows refer to is called today, in each language of the register."""
    countries = sorted(used.pop("countries", ()))
    found: dict[str, Any] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            names, called = read_names(fresh=True), country_names()
            by_id: dict[str, Any] = {**names.by_id, "obstacles": obstacle_names()}
            found[language] = {
                kind: {str(pk): [by_id[kind][pk].code, by_id[kind][pk].title, by_id[kind][pk].language] for pk in keys}
                for kind, keys in ((kind, sorted(keys - {None})) for kind, keys in used.items())
            }
            found[language]["countries"] = {code: called.get(code, code) for code in countries}
    return found
