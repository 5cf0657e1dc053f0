"""A report exported as XLSX or CSV, in any language, is an import that changes nothing; one edit is one change."""

import datetime
import io
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from openpyxl import load_workbook

from activities.imports.carrying import prepare
from activities.imports.plan import Plan, plan_from
from activities.models import Activity, FunctionalField, Theme
from activities.workflow import edit_undertaking
from tests.factories import make_item, make_organization, make_participation, make_undertaking, make_update
from tests.personas import Cast
from tests.reading import client_of
from tracker.toolkit.dates import PartialDate

from .importing import changes, outcomes, saved

LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.fixture
def register(cast: Cast) -> Cast:
    """Activities with everything a report shows, in one language and in several, some with awkward words."""
    fields = [
        FunctionalField.objects.create(code=f"f{n}", title_en=f"Field; {n}", title_ar=f"مجال {n}") for n in (1, 2)
    ]
    theme = Theme.objects.create(code="t", title_en="Theme", title_zh_hans="主题")
    # Two organizations of one name, and titles that begin like a formula.
    twins = [make_organization(acronym=slug, name_en="One name") for slug in ("T1", "T2")]
    for number, (title, due) in enumerate(
        (("=1+1", "2027"), ("'quoted", "2027-05"), ("- dash\tand tab", "2027-05-17"))
    ):
        made = make_undertaking(
            item=make_item(code="B.1"),
            title=title,
            title_zh_hans=f"培训{number}" if number else "",
            lead=twins[number % 2],
            partners=twins[1 - number % 2 :],
            planned_end_on=due,
            level="field",
            countries=["TJ", "KG"],
            functional_fields=fields[: number + 1],
            themes=[theme],
            visibility="restricted" if number else "public",
        )
        edit_undertaking(activity=made, changes={"title_ar": "دورة"}, version=made.version, by=cast.coordinator)
    return cast


def exported(client: Client, language: str, form: str, **asked: str) -> bytes:
    client.cookies["language"] = language
    response: Any = client.get("/activities/", {"format": form, **asked})
    return response.getvalue() if form == "csv" else b"".join(response)


def read_again(cast: Cast, content: bytes, form: str, reader: str) -> Plan:
    with translation.override(reader):
        upload = SimpleUploadedFile(f"activities.{form}", content)
        return plan_from(prepare(kind="undertakings", upload=upload, by=cast.coordinator, reason="").plan)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_changes_nothing(register: Cast, language: str, form: str) -> None:
    content = exported(client_of(register.coordinator), language, form)
    told = read_again(register, content, form, "en")
    assert [(line.code, line.problems, line.cells) for line in told.lines if line.outcome != "unchanged"] == []
    assert {line.code for line in told.lines} == set(Activity.objects.values_list("code", flat=True))
    assert told.language == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_edited_cell_is_exactly_one_change(register: Cast, language: str) -> None:
    workbook = load_workbook(io.BytesIO(exported(client_of(register.coordinator), language, "xlsx")))
    sheet = workbook.worksheets[1]
    with translation.override(language):
        label = translation.gettext("Due")
    column = next(cell.column_letter for cell in sheet[1] if cell.value == label)
    row = next(cell.row for cell in sheet["A"] if cell.value == "A.5.1")
    sheet[f"{column}{row}"].value = "2028-02"
    with translation.override("en"):
        upload = saved(workbook)
        told = plan_from(prepare(kind="undertakings", upload=upload, by=register.coordinator, reason="").plan)
    assert outcomes(told).count("unchanged") == len(told.lines) - 1
    (line,) = told.changing
    assert (line.code, changes(line)) == ("A.5.1", [(f"{column}{row}", "Due", "", "February 2028")])


def test_a_computed_cell_that_was_edited_says_how_it_is_really_changed(register: Cast) -> None:
    workbook = load_workbook(io.BytesIO(exported(client_of(register.coordinator), "fr", "xlsx")))
    sheet = workbook.worksheets[1]
    with translation.override("fr"):
        status = translation.gettext("Status")
    column = next(cell.column_letter for cell in sheet[1] if cell.value == status)
    sheet[f"{column}2"].value = "Achevée"
    told = read_again(register, saved(workbook).read(), "xlsx", "en")
    ((problem,),) = [line.problems for line in told.refused]
    assert problem.address == f"{column}2"
    assert "import updates" in problem.sentence


def test_the_administrations_export_of_a_selection_is_an_import(register: Cast) -> None:
    client = client_of(register.coordinator)
    chosen = list(Activity.objects.filter(code__startswith="B.1.").values_list("pk", flat=True))
    response: Any = client.post(
        "/admin/activities/activity/", {"action": "export_xlsx", "_selected_action": chosen}, follow=True
    )
    told = read_again(register, response.getvalue(), "xlsx", "en")
    assert outcomes(told) == ["unchanged"] * 3


def test_the_cost_of_rows_that_change_nothing_does_not_grow(register: Cast, django_assert_max_num_queries: Any) -> None:
    content = exported(client_of(register.coordinator), "en", "xlsx")
    with django_assert_max_num_queries(60):
        read_again(register, content, "xlsx", "en")


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_columns_chosen_and_in_another_order_come_back(register: Cast, form: str) -> None:
    asked = {"columns": "title,countries,due,code,fields,status"}
    content = exported(client_of(register.coordinator), "fr", form, **asked)
    told = read_again(register, content, form, "en")
    assert (set(outcomes(told)), len(told.lines)) == ({"unchanged"}, Activity.objects.count())
    if form == "xlsx":
        workbook = load_workbook(io.BytesIO(content))
        (row,) = (cell.row for cell in workbook.worksheets[1]["A"] if cell.value == "A.5.1")
        workbook.worksheets[1][f"C{row}"].value = "Tadjikistan"
        told = read_again(register, saved(workbook).read(), form, "en")
        (line,) = told.changing
        assert (line.code, changes(line)) == ("A.5.1", [(f"C{row}", "Countries", "", "Tajikistan")])


class TestAFileThatHasAged:
    @pytest.fixture
    def monday(self, register: Cast) -> Iterator[Any]:
        """Later days, on which the clock can be moved on."""
        then = timezone.now().replace(hour=12) + datetime.timedelta(days=30)
        with time_machine.travel(then, tick=False) as clock:
            yield clock

    def meanwhile(self, cast: Cast, clock: Any, days: int) -> None:
        """An update and a new partner come in; then nobody says anything until signals change."""
        for activity in (cast.public, Activity.objects.get(code="B.1.1")):
            status = "stalled" if activity == cast.public else "agreed"
            make_update(activity=activity, status=status, reason="Rain", progress=60)
        joined = PartialDate(timezone.localdate())
        make_participation(activity=cast.public, organization=cast.organizations["stranger"], since=joined)
        clock.shift(datetime.timedelta(days=days))

    @pytest.mark.parametrize("language", ["en", "ar"])
    @pytest.mark.parametrize("days", [1, 200])
    def test_it_changes_nothing_but_what_was_edited(
        self, register: Cast, monday: Any, language: str, days: int
    ) -> None:
        workbook = load_workbook(io.BytesIO(exported(client_of(register.coordinator), language, "xlsx")))
        shown = [row.pk for row in Activity.objects.all()]
        monday.shift(datetime.timedelta(days=1))
        self.meanwhile(register, monday, days)
        told = read_again(register, saved(workbook).read(), "xlsx", "en")
        assert [line.problems for line in told.refused] == []
        assert outcomes(told) == ["unchanged"] * len(shown)
        sheet = workbook.worksheets[1]
        with translation.override(language):
            label = translation.gettext("Countries")
        column = next(cell.column_letter for cell in sheet[1] if cell.value == label)
        (row,) = (cell.row for cell in sheet["A"] if cell.value == "A.5.1")
        sheet[f"{column}{row}"].value = "GH"
        told = read_again(register, saved(workbook).read(), "xlsx", "en")
        assert [(line.code, changes(line)) for line in told.changing] == [
            ("A.5.1", [(f"{column}{row}", "Countries", "", "Ghana")])
        ]
        assert told.may_be_applied

    def test_made_before_an_update_of_the_same_day(self, register: Cast, monday: Any) -> None:
        content = exported(client_of(register.coordinator), "en", "xlsx")
        self.meanwhile(register, monday, 1)
        refused = read_again(register, content, "xlsx", "en").refused
        assert [problem.sentence for line in refused for problem in line.problems] == []

    def test_what_the_register_never_said_is_refused_as_before(self, register: Cast, monday: Any) -> None:
        workbook = load_workbook(io.BytesIO(exported(client_of(register.coordinator), "en", "xlsx")))
        monday.shift(datetime.timedelta(days=1))
        self.meanwhile(register, monday, 1)
        sheet = workbook.worksheets[1]
        column = next(cell.column_letter for cell in sheet[1] if cell.value == "Status")
        (row,) = (cell.row for cell in sheet["A"] if cell.value == "A.5.1")
        sheet[f"{column}{row}"].value = "Completed"
        (line,) = read_again(register, saved(workbook).read(), "xlsx", "en").refused
        ((where, sentence),) = [(problem.address, problem.sentence) for problem in line.problems]
        assert (where, sentence[:33]) == (f"{column}{row}", "The register says “Stalled”. The ")

    def test_a_report_of_a_day_in_the_past_is_compared_with_that_day(self, register: Cast, monday: Any) -> None:
        day = timezone.localdate().isoformat()
        monday.shift(datetime.timedelta(days=1))
        self.meanwhile(register, monday, 100)
        content = exported(client_of(register.coordinator), "fr", "xlsx", as_of=day)
        assert "En cours" in [cell.value for cell in column_of(content, "État")]
        assert "Achevée" not in [cell.value for cell in column_of(content, "État")]
        told = read_again(register, content, "xlsx", "en")
        assert ([line.problems for line in told.refused], set(outcomes(told))) == ([], {"unchanged"})

    def test_a_plain_table_does_not_say_its_day(self, register: Cast, monday: Any) -> None:
        content = exported(client_of(register.coordinator), "en", "csv")
        monday.shift(datetime.timedelta(days=200))
        assert set(outcomes(read_again(register, content, "csv", "en"))) == {"unchanged"}
        self.meanwhile(register, monday, 1)
        refused = read_again(register, content, "csv", "en").refused
        assert {line.code for line in refused} == {"A.5.1", "B.1.1"}

    def test_it_costs_two_looks_at_the_register_more(
        self, register: Cast, monday: Any, django_assert_max_num_queries: Any
    ) -> None:
        content = exported(client_of(register.coordinator), "en", "xlsx")
        monday.shift(datetime.timedelta(days=1))
        self.meanwhile(register, monday, 1)
        with django_assert_max_num_queries(80):
            read_again(register, content, "xlsx", "en")


def column_of(content: bytes, label: str) -> Any:
    sheet = load_workbook(io.BytesIO(content)).worksheets[1]
    return sheet[next(cell.column_letter for cell in sheet[1] if cell.value == label)]
