"""Every derived column can be recomputed from the log, and the command tells where it differs."""

import datetime
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override

from activities.choices import Response, Role
from activities.models import Activity
from activities.workflow import change_role, invite
from tests.factories import make_update
from tests.personas import Cast

WRONG: dict[str, Any] = {
    "status": "completed",
    "status_as_of": "1999",
    "progress": 7,
    "last_update_at": None,
    "silent_on": None,
    "lead_id": None,
    "lead_withdrew_on": "1999",
    "search_text": "nothing",
    "sort_key": "Z",
    "last_child_number": 0,
}


def run(**options: Any) -> str:
    out = StringIO()
    call_command("check_register", stdout=out, **options)
    return out.getvalue()


def columns() -> list[dict[str, Any]]:
    return list(Activity.objects.order_by("pk").values(*WRONG))


def test_after_ordinary_work_there_is_nothing_to_report(cast: Cast) -> None:
    lead = cast.organizations["lead"]
    first = make_update(activity=cast.public, organization=lead, author=cast.lead, progress=40, done="Eins zwei.")
    make_update(activity=cast.public, organization=lead, author=cast.lead, progress=50, corrects=first, done="Drei.")
    make_update(activity=cast.public, organization=lead, author=cast.lead, status="stalled", reason="Ein Grund.")
    assert run() == "The register agrees with its log.\n"
    for language in ("ar", "zh-hans"):
        with override(language):
            assert run() == "The register agrees with its log.\n"


@pytest.mark.parametrize("column", WRONG)
def test_each_derived_column_is_checked_and_put_right(cast: Cast, column: str) -> None:
    row = cast.item if column == "last_child_number" else cast.public
    right = columns()
    Activity.objects.filter(pk=row.pk).update(**{column: WRONG[column]})
    assert columns() != right
    with pytest.raises(CommandError, match="1 differences"):
        run()
    assert columns() != right, "without --fix nothing is written"
    count = row.history.count()
    assert f"S-2001-138 {row.code} {column}: " in run(fix=True)
    assert columns() == right
    assert row.history.count() == count
    assert run() == "The register agrees with its log.\n"


def test_what_depends_on_the_day_is_put_right_by_the_nightly_run(cast: Cast) -> None:
    colead = cast.public.participations.get(role=Role.CO_LEAD)
    lead = cast.public.participations.get(role=Role.LEAD)
    today = timezone.localdate()
    change_role(participation=lead, role=Role.PARTNER, on=today, by=cast.lead, version=lead.version)
    later = today + datetime.timedelta(days=5)
    invite(
        activity=cast.public,
        organization=cast.organizations["stranger"],
        role=Role.LEAD,
        response=Response.ACCEPTED,
        since=later.isoformat(),
        by=cast.coordinator,
    )
    assert Activity.objects.get(pk=cast.public.pk).lead == colead.organization
    with time_machine.travel(datetime.datetime.combine(later, datetime.time(12), tzinfo=datetime.UTC)):
        run(fix=True)
    assert Activity.objects.get(pk=cast.public.pk).lead == cast.organizations["stranger"]
