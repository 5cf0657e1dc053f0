"""Actions on a selection: each row through the workflow and reported; exports hold what the report holds."""

import csv
import io
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from openpyxl import load_workbook

from activities.choices import Visibility
from activities.models import Activity, FunctionalField, Theme
from tests.factories import make_item, make_undertaking
from tests.personas import Cast

BACKEND = "organizations.adapter.AuthenticationBackend"
LIST = "/admin/activities/activity/"


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.people["coordinator"], backend=BACKEND)
    return client


def act(client: Client, action: str, rows: list[Activity], **more: Any) -> Any:
    data = {"action": action, ACTION_CHECKBOX_NAME: [row.pk for row in rows], **more}
    return client.post(LIST, data, follow=True)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_page_between_asks_for_value_and_reason(cast: Cast, coordinator: Client) -> None:
    before = Activity.history.count()
    response = act(coordinator, "set_visibility", [cast.item, cast.public])
    page = response.content.decode()
    assert [row.pk for row in response.context["rows"]] == [cast.item.pk, cast.public.pk]
    assert all(f'name="{name}"' in page for name in ("value", "change_reason", "apply", ACTION_CHECKBOX_NAME))
    unexplained = act(coordinator, "set_visibility", [cast.public], apply="1", value="internal")
    assert set(unexplained.context["form"].errors) == {"change_reason"}
    assert Activity.history.count() == before


def test_visibility_is_set_and_each_refusal_named(cast: Cast, coordinator: Client) -> None:
    rows = [cast.item, cast.public, cast.internal, cast.restricted]
    response = act(coordinator, "set_visibility", rows, apply="1", value="internal", change_reason="Asked by the host")
    assert said(response) == [
        "2 activities were changed.",
        "1 activity was so already.",
        "A.5: Agreed items are always public.",
    ]
    assert dict(Activity.objects.values_list("pk", "visibility")) == {
        cast.item.pk: Visibility.PUBLIC,
        **{row.pk: Visibility.INTERNAL for row in rows[1:]},
    }
    record = cast.public.history.latest("history_id")
    assert (record.history_user, record.history_change_reason) == (cast.people["coordinator"], "Asked by the host")
    assert Activity.objects.get(pk=cast.public.pk).version == cast.public.version + 1


def test_fields_and_themes_are_added_to_what_is_there(cast: Cast, coordinator: Client) -> None:
    old, new = (FunctionalField.objects.create(code=code, title_en=code.title()) for code in ("old", "new"))
    theme = Theme.objects.create(code="gender", title_en="Gender")
    cast.public.functional_fields.add(old)
    for action, value in (("add_fields", new), ("add_themes", theme)):
        response = act(coordinator, action, [cast.item, cast.public], apply="1", value=value.pk, change_reason="Sorted")
        assert said(response) == ["2 activities were changed."]
    assert {*cast.public.functional_fields.all()} == {old, new}
    assert {*cast.item.functional_fields.all()} == {new}
    assert {*cast.public.themes.all()} == {*cast.item.themes.all()} == {theme}
    act(coordinator, "set_fields", [cast.public], apply="1", value=new.pk, change_reason="Sorted")
    assert {*cast.public.functional_fields.all()} == {new}
    other = Theme.objects.create(code="children", title_en="Children")
    act(coordinator, "set_themes", [cast.public], apply="1", value=other.pk, change_reason="Sorted")
    assert ({*cast.public.themes.all()}, {*cast.item.themes.all()}) == ({other}, {theme})


def test_an_action_is_for_coordinators(cast: Cast, client: Client) -> None:
    client.force_login(cast.people["lead"], backend=BACKEND)
    data = {"action": "set_visibility", ACTION_CHECKBOX_NAME: [cast.public.pk], "apply": "1", "value": "internal"}
    assert client.post(LIST, {**data, "change_reason": "x"}).status_code in (302, 403)
    assert Activity.objects.get(pk=cast.public.pk).visibility == Visibility.PUBLIC


def report(client: Client, **query: str) -> list[list[str]]:
    response: Any = client.get("/activities/", {**query, "format": "csv"})
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


@pytest.mark.parametrize("language", ["en", "zh-hans", "ar"])
def test_an_export_holds_what_the_report_holds(cast: Cast, coordinator: Client, language: str) -> None:
    coordinator.cookies["language"] = language
    make_undertaking(item=make_item(code="B.1"), title="=cmd()")
    head, *rows = report(coordinator)
    chosen = [Activity.objects.get(code=code) for code in ("B.1.1", "A.5.2", "A.5")]
    wanted = [head, *(row for row in rows if row[0] in ("A.5", "A.5.2", "B.1.1"))]
    response: Any = act(coordinator, "export_csv", chosen)
    assert list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig")))) == wanted
    assert response.headers["X-Report-Rows"] == "3"
    assert "attachment" in response.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(act(coordinator, "export_xlsx", chosen).getvalue())).worksheets[1]
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in table] == [row[0] for row in wanted]
    assert table[0] == head
    assert [row[1] for row in table[:3]] == [row[1] for row in wanted[:3]]
    assert sheet.cell(row=4, column=2).data_type == "s"
    assert sheet.sheet_view.rightToLeft == (language == "ar")
