"""The pages of importing: for those who keep the register, private to who sent the file, in every language."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from activities.imports.limits import MAX_CHANGES
from activities.imports.plan import plan_from
from activities.models import Activity, ChangeSet, PreparedImport
from activities.models.imports import KEPT_FOR, SheetKind
from activities.reading.history import read_history
from activities.workflow import edit_undertaking
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, main_part, page, queries

from .importing import csv_file, imported, outcomes, plan, prepared, xlsx

NEW = reverse("admin:activities_import")
CHANGE = [("code", "place"), ("A.5.1", "Accra")]
KEEPERS = ("coordinator", "administrator")


def preview_of(made: PreparedImport) -> str:
    return reverse("admin:activities_import_preview", args=[made.pk])


def undo_of(made: ChangeSet) -> str:
    return reverse("admin:activities_changeset_undo", args=[made.pk])


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return client_of(cast.coordinator)


def send(client: Client, upload: Any, kind: str = "undertakings") -> Any:
    return client.post(NEW, {"kind": kind, "file": upload, "change_reason": "From the field"}, follow=True)


def test_from_the_file_to_the_register_and_back(cast: Cast, coordinator: Client) -> None:
    shown = send(coordinator, xlsx(CHANGE))
    html = shown.content.decode()
    assert "Importing adds and changes, never deletes." in html
    assert "1 row changes something" in html and ">Accra</ins>" in html and "B2" in html
    (made,) = PreparedImport.objects.all()
    assert Activity.objects.get(pk=cast.public.pk).place == ""
    done = coordinator.post(preview_of(made), {"digest": made.digest}, follow=True)
    assert [str(message) for message in done.context["messages"]] == ["Imported: 1 activity was written."]
    assert Activity.objects.get(pk=cast.public.pk).place == "Accra"
    act = ChangeSet.objects.get()
    assert done.redirect_chain[-1][0] == reverse("admin:activities_changeset_change", args=[act.pk])
    assert undo_of(act) in done.content.decode()
    # What was imported is not imported again, however often it is sent.
    again = coordinator.post(preview_of(made), {"digest": made.digest})
    assert (again.status_code, ChangeSet.objects.count()) == (302, 1)
    unexplained = coordinator.post(undo_of(act), {"change_reason": ""})
    assert (unexplained.status_code, ChangeSet.objects.count()) == (422, 1)
    back = coordinator.post(undo_of(act), {"change_reason": "Wrong file"}, follow=True)
    assert [str(message) for message in back.context["messages"]] == ["The import was taken back."]
    assert Activity.objects.get(pk=cast.public.pk).place == ""
    assert "This import was taken back on" in coordinator.get(undo_of(act)).content.decode()


def test_a_file_that_is_not_taken_says_so_beside_the_field(cast: Cast, coordinator: Client) -> None:
    answer = send(coordinator, csv_file([("code", "colour"), ("A.5.1", "red")]))
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"][0].startswith("B1: there is no column “colour”.")
    assert not PreparedImport.objects.exists()
    empty = coordinator.post(NEW, {"kind": "paintings"})
    assert {*empty.context["form"].errors} == {"kind", "file"}


def test_nothing_is_imported_while_a_row_is_refused(cast: Cast, coordinator: Client, digest: Callable[[], str]) -> None:
    send(coordinator, xlsx([("code", "place", "level"), ("A.5.1", "Accra", ""), ("A.5.2", "Bonn", "moon")]))
    (made,) = PreparedImport.objects.all()
    html = coordinator.get(preview_of(made)).content.decode()
    assert "Import all of it" not in html and "Nothing can be imported while a row is refused" in html
    before = digest()
    forced = coordinator.post(preview_of(made), {"digest": made.digest})
    made.refresh_from_db()
    assert (forced.status_code, digest()) == (409, before)


def test_refused_rows_come_back_with_the_reason_and_can_be_sent_again(cast: Cast, coordinator: Client) -> None:
    head = ("Cote", "Niveau", "place")
    made = prepared("undertakings", cast.coordinator, [head, ("A.5.1", "field", "Accra"), ("A.5.2", "moon", "Bonn")])
    files = {}
    for which in ("refused", "others"):
        answer: Any = coordinator.get(reverse("admin:activities_import_rows", args=[made.pk, which]))
        content = b"".join(answer.streaming_content)
        files[which] = [list(row) for row in load_workbook(io.BytesIO(content)).worksheets[1].values]
    assert files["refused"] == [
        [files["refused"][0][0], "Cote", "Niveau", "lieu"],
        [files["refused"][1][0], "A.5.2", "moon", "Bonn"],
    ]
    assert files["refused"][1][0].startswith("B3 “moon” is not known here.")
    assert files["others"] == [["Cote", "Niveau", "lieu"], ["A.5.1", "field", "Accra"]]
    files["refused"][1][2] = "both"
    again = plan("undertakings", cast.coordinator, files["refused"])
    assert (again.language, outcomes(again)) == ("fr", ["changed"])
    assert coordinator.get(reverse("admin:activities_import_rows", args=[made.pk, "all"])).status_code == 404


def test_what_changed_meanwhile_is_shown_and_nothing_imported(cast: Cast, coordinator: Client) -> None:
    made = prepared("undertakings", cast.coordinator, CHANGE)
    edit_undertaking(activity=cast.public, changes={"place": "Bonn"}, version=cast.public.version, by=cast.lead)
    late = coordinator.post(preview_of(made), {"digest": made.digest})
    html = late.content.decode()
    assert late.status_code == 409
    assert "the register has changed since you saw this preview" in html and ">Bonn</del>" in html
    made.refresh_from_db()
    coordinator.post(preview_of(made), {"digest": made.digest})
    assert Activity.objects.get(pk=cast.public.pk).place == "Accra"


def test_a_preview_is_private_and_expires(cast: Cast) -> None:
    made = prepared("undertakings", cast.coordinator, CHANGE)
    rows = reverse("admin:activities_import_rows", args=[made.pk, "others"])
    for url in (preview_of(made), rows):
        got = {person: client_of(cast.people[person]).get(url).status_code for person in PEOPLE}
        assert got == dict.fromkeys(PEOPLE, 302) | {"coordinator": 200, "administrator": 404}, url
    PreparedImport.objects.update(made_at=timezone.now() - KEPT_FOR)
    assert client_of(cast.coordinator).get(preview_of(made)).status_code == 404
    prepared("undertakings", cast.administrator, CHANGE)
    assert not PreparedImport.objects.filter(by=cast.coordinator).exists()


def test_only_a_few_previews_of_one_person_are_kept(cast: Cast) -> None:
    kept = [prepared("undertakings", cast.coordinator, CHANGE).pk for _ in range(7)]
    assert set(PreparedImport.objects.values_list("pk", flat=True)) == set(kept[-5:])


def test_every_page_is_for_keepers(cast: Cast) -> None:
    made = imported("undertakings", cast.coordinator, CHANGE)
    addresses = [NEW, undo_of(made), reverse("admin:activities_import_template", args=["updates"])]
    for url in addresses:
        got = {person: client_of(cast.people[person]).get(url).status_code for person in PEOPLE}
        assert got == dict.fromkeys(PEOPLE, 302) | dict.fromkeys(KEEPERS, 200), url
    for person in set(PEOPLE) - set(KEEPERS):
        client = client_of(cast.people[person])
        assert send(client, xlsx(CHANGE)).redirect_chain
        client.post(undo_of(made), {"change_reason": "Mine"})
    assert (PreparedImport.objects.count(), ChangeSet.objects.count()) == (1, 1)
    bulk = ChangeSet.objects.create(kind="bulk", title="set_visibility", by=cast.coordinator)
    assert client_of(cast.coordinator).get(undo_of(bulk)).status_code == 404


@pytest.mark.parametrize("kind", SheetKind.values)
def test_a_template_names_its_columns_and_every_code(cast: Cast, coordinator: Client, kind: str) -> None:
    answer: Any = coordinator.get(reverse("admin:activities_import_template", args=[kind]))
    table, codes = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets
    head = [cell.value for cell in table[1]]
    assert head[0] == "code" and "refused" not in head and ("status" in head) is (kind == "updates")
    told = list(codes.iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in told if not row[1]} == set(head)
    assert {row[0] for row in told} <= {*head, "framework"}
    # The template itself, filled in, is understood.
    assert outcomes(plan(kind, cast.coordinator, [head, ["A.9.9"]]))[-1] == "refused"


def test_the_history_of_each_activity_tells_of_the_import_as_one_event(cast: Cast) -> None:
    imported("undertakings", cast.coordinator, [("code", "place"), ("A.5.1", "Accra"), ("A.5.2", "Accra")])
    html = main_part(page(cast.coordinator, f"/activities/S-2001-138/{cast.public.code}/history/"))
    assert "Undertakings were imported" in html and "Part of an import into 2 activities" in html
    made = imported(
        "participations", cast.coordinator,
        [("code", "organization", "role"), ("A.5.1", "stranger", "host"), ("A.5.1", "stranger", "funder")],
    )  # fmt: skip
    events = [event for event in read_history(cast.coordinator, cast.public) if event.bulk]
    assert [(event.bulk.change_set, event.bulk.number) for event in events if event.bulk][:2] == [(made, 1), (made, 1)]


def test_more_changes_than_one_import_takes(cast: Cast, coordinator: Client) -> None:
    rows = [("A.5", f"Course {number}") for number in range(MAX_CHANGES + 1)]
    answer = send(coordinator, xlsx([("parent", "title"), *rows]))
    assert answer.context["form"].errors["file"][0].startswith(f"The table would add or change {MAX_CHANGES + 1} rows")


def test_a_preview_costs_the_same_for_every_number_of_changing_rows(cast: Cast) -> None:
    costs = {}
    for number in (1, 3):
        rows = [(f"A.5.{n}", f"Accra {number}", "TJ") for n in range(1, number + 1)]
        made = prepared("undertakings", cast.coordinator, [("code", "place", "countries"), *rows])
        assert outcomes(plan_from(made.plan)) == ["changed"] * number
        costs[number] = queries(cast.coordinator, preview_of(made))
    assert costs[1] == costs[3]


@pytest.mark.parametrize("language", ["ar", "zh-hans"])
def test_a_preview_speaks_the_language_of_its_reader(cast: Cast, coordinator: Client, language: str) -> None:
    made = prepared("undertakings", cast.coordinator, [("code", "level"), ("A.5.1", "field")])
    coordinator.cookies["language"] = language
    html = coordinator.get(preview_of(made)).content.decode()
    made.refresh_from_db()
    assert made.language == language
    assert f'<html lang="{language}"' in html and ">Field</ins>" not in html
    assert coordinator.post(preview_of(made), {"digest": made.digest}).status_code == 302
