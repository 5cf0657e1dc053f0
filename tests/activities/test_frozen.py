"""Freezing a round: all or nothing, kept by the database, checked by its sum; and the page that shows it."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.choices import Status, Visibility
from activities.models import Activity, Evidence, FrozenReport, FrozenRow, FunctionalField, ObstacleKind
from activities.workflow import close_round, edit_undertaking, reopen_round, return_update
from activities.workflow.freezing import verify
from tests.activities.frozen_reading import (
    codes_on_page,
    csv_column,
    csv_rows,
    freeze,
    get,
    lines,
    page,
    text,
    without_triggers,
)
from tests.factories import make_item, make_round, make_undertaking, make_update
from tests.personas import PEOPLE, Cast
from tests.reading import queries

pytestmark = pytest.mark.django_db


def say_something(cast: Cast, activity: Activity, **fields: Any) -> Any:
    """An answer with everything an entry can hold, in a script that is not ASCII."""
    kind, _ = ObstacleKind.objects.get_or_create(code="funds", defaults={"title_en": "Funds", "title_ar": "الأموال"})
    return make_update(
        activity=activity,
        organization=cast.organizations["lead"],
        author=cast.lead,
        done="两国同意：“合作”。",
        obstacles="Нет средств.",
        obstacle_kinds=[kind],
        next_steps="Zürich – Genève",
        next_steps_due_on="2027-03",
        evidence=[Evidence(kind="link", title="Minutes", url="https://un.org/minutes")],
        **fields,
    )


def test_what_comes_back_from_the_database_has_the_sum_it_was_frozen_with(cast: Cast) -> None:
    field = FunctionalField.objects.create(code="security", title_en="Security", title_ru="Безопасность")
    make_undertaking(
        title="Курс 𝔄 “é” \\ / \u2028 <b>", lead=cast.organizations["lead"], planned_end_on="2026-05", countries=["GH"],
        functional_fields=[field], title_ar="دورة", status=Status.UNDER_WAY,
    )  # fmt: skip
    made = make_round(by=cast.coordinator, title="第一轮", asked="Что сделано?", filters="organization=lead")
    update = say_something(cast, cast.public, status=Status.STALLED, reason="Ein Grund.", progress=40)
    return_update(update.review, by=cast.coordinator, reasons=["unclear", "no_evidence"], sentence="What was done?")
    report = freeze(cast.coordinator, made)
    fresh = FrozenReport.objects.get(pk=report.pk)
    assert (fresh.row_count, fresh.rows.count()) == (4, 4)
    assert verify(fresh)
    assert len(fresh.checksum) == 64
    kept = fresh.rows.get(activity=cast.public).data
    assert kept["said"][0]["reasons"] == ["no_evidence", "unclear"]
    assert kept["said"][0]["evidence"][0][1:] == ["link", "Minutes", "https://un.org/minutes"]
    out = StringIO()
    call_command("check_register", stdout=out)
    assert out.getvalue() == "The register agrees with its log.\n"


REFUSED = [
    "UPDATE activities_frozenreport SET checksum = checksum",
    "UPDATE activities_frozenreport SET version = 9",
    "DELETE FROM activities_frozenrow",
    "DELETE FROM activities_frozenreport",
    "UPDATE activities_frozenrow SET position = position",
    "UPDATE activities_frozenrow SET data = '{}'",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses_to_change_or_delete(cast: Cast, digest: Callable[[], str], statement: str) -> None:
    freeze(cast.coordinator)
    before = digest()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert digest() == before


def test_the_orm_is_refused_as_well(cast: Cast, digest: Callable[[], str]) -> None:
    report = freeze(cast.coordinator)
    row = report.rows.first()
    before = digest()
    attempts: list[Callable[[], object]] = [
        report.save, report.delete, row.save, row.delete, FrozenRow.objects.all().delete, report.round.delete,
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert digest() == before


TAMPERED = {
    "a word": ("activities_frozenrow", "UPDATE activities_frozenrow SET data = {data} WHERE position = 1"),
    "whose row": ("activities_frozenrow", "UPDATE activities_frozenrow SET activity_id = {other} WHERE position = 1"),
    "a row": ("activities_frozenrow", "DELETE FROM activities_frozenrow WHERE position = 3"),
    "the order": ("activities_frozenrow", "UPDATE activities_frozenrow SET position = 9 WHERE position = 0"),
    "the facts": ("activities_frozenreport", "UPDATE activities_frozenreport SET facts = {facts}"),
    "the names": ("activities_frozenreport", "UPDATE activities_frozenreport SET names = {names}"),
    "the day": ("activities_frozenreport", "UPDATE activities_frozenreport SET frozen_at = '2026-01-01 00:00:00+00'"),
    "the person": ("activities_frozenreport", "UPDATE activities_frozenreport SET frozen_by_id = {person}"),
    "the number of rows": ("activities_frozenreport", "UPDATE activities_frozenreport SET row_count = 3"),
    "the sum": ("activities_frozenreport", "UPDATE activities_frozenreport SET checksum = 'abc'"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_is_changed_behind_the_trigger_is_found(cast: Cast, what: str) -> None:
    report = freeze(cast.coordinator)
    table, statement = TAMPERED[what]
    cut = "jsonb_set({}, '{{{}}}', '\"x\"')" if connection.vendor == "postgresql" else "json_set({}, '$.{}', 'x')"
    values = {
        "data": cut.format("data", "status"), "facts": cut.format("facts", "asked"),
        "names": cut.format("names", "en"), "other": cast.item.pk, "person": cast.lead.pk,
    }  # fmt: skip
    assert verify(report)
    with without_triggers(table) as cursor:
        cursor.execute(statement.format(**values))
        assert cursor.rowcount == 1
    assert not verify(FrozenReport.objects.get())
    for options in ({}, {"fix": True}):
        out = StringIO()
        with pytest.raises(CommandError, match="1 frozen reports were changed"):
            call_command("check_register", stdout=out, **options)
        assert f"of round {report.round.number}: not what was frozen." in out.getvalue()


def test_a_failure_half_way_leaves_nothing(cast: Cast, digest: Callable[[], str]) -> None:
    """The database itself fails at the third row."""
    made = make_round(by=cast.coordinator)
    table, when = "activities_frozenrow", "NEW.position = 2"
    statements = [
        f"CREATE TRIGGER broken BEFORE INSERT ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, 'no room'); END"
    ]
    if connection.vendor == "postgresql":
        statements = [
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f"CREATE TRIGGER broken BEFORE INSERT ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION broken()",
        ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    before = digest()
    with pytest.raises(DatabaseError, match="no room"):
        close_round(made=made, by=cast.coordinator)
    assert digest() == before
    made.refresh_from_db()
    assert made.is_open


def test_freezing_takes_as_many_statements_for_many_rows(cast: Cast) -> None:
    taken = []
    for number in (1, 6):
        item = make_item(code=f"B.{number}")
        for _ in range(number):
            activity = make_undertaking(item=item, lead=cast.organizations["lead"])
        made = make_round(by=cast.coordinator, filters=f"parent=B.{number}")
        say_something(cast, activity)
        with CaptureQueriesContext(connection) as captured:
            report = freeze(cast.coordinator, made)
        assert report.row_count == number
        taken.append(len(captured))
    assert taken[0] == taken[1]


def test_what_was_answered_stays_in_though_the_answer_took_it_out_of_the_filter(cast: Cast) -> None:
    make_undertaking(item=cast.item, lead=cast.organizations["partner"])
    made = make_round(by=cast.coordinator, filters="status=under_way")
    make_update(
        activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, status=Status.COMPLETED,
        closing="objective_met", done="All of it.",
    )  # fmt: skip
    report = freeze(cast.coordinator, made)
    assert csv_column(cast.coordinator, report, "Status") == {
        "A.5.1": "Completed", "A.5.2": "Under way", "A.5.3": "Under way",
    }  # fmt: skip


def test_the_report_stands_still_while_the_register_moves_on(cast: Cast) -> None:
    made = make_round(by=cast.coordinator, filters="area=A&organization=lead")
    make_update(
        activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, progress=40, done="Begun."
    )
    report = freeze(cast.coordinator, made)
    before = {name: csv_rows(cast.coordinator, report, name) for name in ("en", "zh-hans", "ar")}
    on_page = list(lines(page(cast.coordinator, report), "acts"))
    asked = text(cast.coordinator, report)
    assert "Area: A Area A; Organization: LEAD" in asked
    lead = cast.organizations["lead"]
    lead.acronym_en, lead.name_en = "NEWLEAD", "Renamed"
    lead.save()
    make_update(activity=cast.public, organization=lead, author=cast.lead, progress=90, done="More.")
    make_update(activity=cast.public, organization=lead, author=cast.lead, status=Status.STALLED, reason="Halt.")
    edit_undertaking(
        activity=cast.public, changes={"title_en": "Another title", "countries": ["GH"]}, by=cast.lead,
        version=Activity.objects.get(pk=cast.public.pk).version,
    )  # fmt: skip
    area = cast.public.area
    area.title_en = "Another area"
    area.save()
    make_undertaking(item=cast.item, title="Newcomer", lead=lead)
    caches["process"].clear()
    assert {name: csv_rows(cast.coordinator, report, name) for name in before} == before
    assert list(lines(page(cast.coordinator, report), "acts")) == on_page
    assert text(cast.coordinator, report) == asked
    live = Client().get(reverse("activity-list")).content.decode()
    assert "NEWLEAD" in live
    assert "Another title" in live


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_reads_the_rows_of_activities_they_may_read_today(cast: Cast, name: str) -> None:
    report = freeze(cast.coordinator)
    Activity.objects.filter(pk=cast.public.pk).update(visibility=Visibility.RESTRICTED)
    Activity.objects.filter(pk=cast.restricted.pk).update(visibility=Visibility.PUBLIC)
    user = cast.people[name]
    seen = list(Activity.objects.visible_to(user).order_by("sort_key").values_list("code", flat=True))
    assert codes_on_page(user, report) == seen
    assert [row[0] for row in csv_rows(user, report)[1:]] == seen
    hidden = 4 - len(seen)
    assert hidden == {"anonymous": 2, "stranger": 1}.get(name, 0)
    response = get(user, report, format="print")
    assert (response["X-Report-Rows"], response["X-Report-Left-Out"]) == (str(len(seen)), str(hidden))
    whole = get(user, report).content.decode()
    assert ("Public course" in whole) == (cast.public.code in seen)
    assert ("not shown, because you may not read" in whole) == bool(hidden)


def test_people_and_reasons_are_named_to_members_only(cast: Cast) -> None:
    report = freeze(cast.coordinator)
    made = reopen_round(made=report.round, by=cast.coordinator, reason="One more week.")
    second = freeze(cast.coordinator, made)
    nobody, member = text(cast.anonymous, report), text(cast.stranger, report)
    assert "coordinator" not in nobody
    assert "One more week." not in nobody
    assert "the round was opened again on" in nobody
    assert "coordinator opened the round again on" in member
    assert "One more week." in member
    assert second.get_absolute_url() in get(cast.anonymous, report).content.decode()
    assert "opened again" not in text(cast.stranger, second)
    assert "not the latest report" not in text(cast.stranger, second)
    for user in (cast.anonymous, cast.stranger):
        assert report.checksum in text(user, report)
        assert f"http://testserver{report.get_absolute_url()}" in text(user, report)


def test_pages_of_fifty_and_addresses_that_lead_nowhere(cast: Cast, client: Client) -> None:
    for number in range(52):
        make_undertaking(item=make_item(code="B.1"), title=f"Course {number}", lead=cast.organizations["lead"])
    report = freeze(cast.coordinator, filters="area=B&kind=undertaking")
    codes = [f"B.1.{number}" for number in range(1, 53)]
    assert codes_on_page(cast.anonymous, report) == codes[:50]
    assert codes_on_page(cast.anonymous, report, page=2) == codes[50:]
    assert codes_on_page(cast.anonymous, report, sort="-code") == codes[::-1][:50]
    address = report.get_absolute_url()
    wrong = {
        f"{address}?page=3": 404, f"{address}?area=A": 400, f"{address}?format=pdf": 400, f"{address}?sort=due": 400,
        f"{address}?format=csv&page=2": 400, f"{address}?q=%00": 400,
        reverse("frozen-report", args=[report.round.number, 2]): 404,
        reverse("frozen-report", args=[10**30, 10**30]): 404,
    }  # fmt: skip
    assert {url: client.get(url).status_code for url in wrong} == wrong
    assert {client.generic(method, address).status_code for method in ("POST", "PUT", "PATCH", "DELETE")} == {405}


@pytest.mark.parametrize("form", ["", "?format=csv", "?format=xlsx", "?format=print"])
def test_statements_do_not_grow_with_rows(cast: Cast, form: str) -> None:
    taken = []
    for number in (1, 3):
        item = make_item(code=f"B.{number}")
        activities = [make_undertaking(item=item, lead=cast.organizations["lead"]) for _ in range(number)]
        made = make_round(by=cast.coordinator, filters=f"parent=B.{number}")
        entries = [say_something(cast, activity) for activity in activities]
        report = freeze(cast.coordinator, made)
        for entry in entries:
            say_something(cast, entry.activity, corrects=entry)
        taken.append(queries(cast.partner, report.get_absolute_url() + form))
    assert taken[0] == taken[1]
    assert taken[0] <= 24
