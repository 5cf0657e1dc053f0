"""Undertakings from a table: new, changed cell by cell, unchanged, refused; written as a person would write them."""

from typing import Any

import pytest

from activities.choices import Response, Role, Visibility
from activities.imports.carrying import Differs, apply
from activities.imports.plan import plan_from
from activities.models import Activity, ChangeSet, Framework, FunctionalField, Notification, Participation, Theme
from activities.workflow import edit_undertaking
from tests.factories import make_framework, make_item, make_organization, make_undertaking
from tests.personas import Cast

from .importing import changes, imported, outcomes, plan, prepared, sentences

KIND = "undertakings"


def test_a_new_undertaking_gets_the_next_reference(cast: Cast) -> None:
    FunctionalField.objects.create(code="law", title_en="Rule of law", title_fr="État de droit")
    before = set(Activity.objects.values_list("pk", flat=True))
    head = ("parent", "title", "title_fr", "due", "level", "countries", "fields", "visibility", "lead")
    row = ("A.5", "Course", "Cours", "2027-03", "Siège", "TJ; Afghanistan", "état de droit", "internal", "Partner")
    told = plan(KIND, cast.coordinator, [head, row])
    assert set(Activity.objects.values_list("pk", flat=True)) == before
    (line,) = told.lines
    assert (line.outcome, line.code, line.title) == ("new", "A.5.4", "Course")
    assert changes(line) == [
        ("B2", "Activity", "", "Course"), ("C2", "title (French)", "", "Cours"), ("D2", "Due", "", "March 2027"),
        ("E2", "Level", "", "Headquarters"), ("F2", "Countries", "", "Afghanistan; Tajikistan"),
        ("G2", "Functional fields", "", "Rule of law"), ("H2", "Visible to", "", "Signed-in members"),
        ("I2", "Lead", "", "PARTNER"),
    ]  # fmt: skip
    made = imported(KIND, cast.coordinator, [head, row])
    activity = Activity.objects.exclude(pk__in=before).get()
    assert (activity.code, activity.title_en, activity.title_fr, activity.planned_end_on, activity.visibility) == (
        "A.5.4", "Course", "Cours", "2027-03", Visibility.INTERNAL,
    )  # fmt: skip
    assert ([country.code for country in activity.countries], activity.level, activity.created_by) == (
        ["AF", "TJ"], "headquarters", cast.coordinator,
    )  # fmt: skip
    lead = Participation.objects.get(activity=activity)
    # An organization speaks for itself: it is invited, and told so.
    assert (lead.organization, lead.role, lead.response) == (
        cast.organizations["partner"], Role.LEAD, Response.INVITED,
    )  # fmt: skip
    assert Notification.objects.filter(activity=activity, kind="invitation").exists()
    assert (made.kind, made.title, made.reason, made.by) == ("import", KIND, "From the field", cast.coordinator)
    assert set(made.entries.values_list("what", "created", "code")) == {
        ("activity", True, "A.5.4"), ("participation", True, "A.5.4"),
    }  # fmt: skip


def test_one_cell_is_one_change(cast: Cast) -> None:
    head = ("code", "title", "due", "place", "aim")
    rows = [("A.5.1", "Public course", "", "", ""), ("A.5.2", "Internal course", "2027-05-17", "", "")]
    told = plan(KIND, cast.coordinator, [head, *rows])
    assert outcomes(told) == ["unchanged", "changed"]
    assert changes(told.lines[1]) == [("C3", "Due", "", "17 May 2027")]
    versions = dict(Activity.objects.values_list("code", "version"))
    made = imported(KIND, cast.coordinator, [head, *rows])
    activity = Activity.objects.get(code="A.5.2")
    assert activity.planned_end_on == "2027-05-17"
    assert dict(Activity.objects.values_list("code", "version")) == {**versions, "A.5.2": versions["A.5.2"] + 1}
    record = activity.history.latest("history_id")
    assert (record.history_user, record.history_change_reason) == (cast.coordinator, "From the field")
    assert [(entry.activity, entry.history_id) for entry in made.entries.all()] == [(activity, record.history_id)]


def test_an_empty_cell_leaves_things_as_they_are(cast: Cast) -> None:
    Activity.objects.filter(code="A.5.1").update(place="Dushanbe", countries="TJ", aim="One method")
    told = plan(KIND, cast.coordinator, [("code", "title", "place", "countries", "aim"), ("A.5.1", "", "", "", "")])
    assert outcomes(told) == ["unchanged"]


def test_values_are_codes_or_labels_of_any_language(cast: Cast) -> None:
    law, order = (FunctionalField.objects.create(code=code, title_en=code.title()) for code in ("law", "order"))
    theme = Theme.objects.create(code="gender", title_en="Gender", title_zh_hans="性别")
    head = ("code", "level", "countries", "fields", "themes", "visibility", "also_serves", "language", "follows")
    make_item(code="C.1.a")
    rows = [
        ("A.5.1", "На местах", "Tadjikistan; af", "LAW ; Order", "性别", "restricted", "c.1.a", "fr", "A.5.2"),
        ("A.5.2", "both", "塔吉克斯坦", "law", "gender", "Public", "", "", ""),
    ]
    imported(KIND, cast.coordinator, [head, *rows])
    one, two = (Activity.objects.get(code=code) for code in ("A.5.1", "A.5.2"))
    assert (one.level, one.visibility, one.language, one.follows) == ("field", "restricted", "fr", two)
    assert [country.code for country in one.countries] == ["AF", "TJ"]
    assert ({*one.functional_fields.all()}, {*one.themes.all()}) == ({law, order}, {theme})
    assert [item.code for item in one.also_serves.all()] == ["C.1.a"]
    assert ([country.code for country in two.countries], two.level) == (["TJ"], "both")


@pytest.mark.parametrize(
    ("column", "text", "why"),
    [
        ("level", "somewhere", "“somewhere” is not known here"),
        ("countries", "TJ; Atlantis", "“Atlantis” is not known here"),
        ("due", "17.05.2001", "Enter a date as year-month-day"),
        ("due", "2001-13", "Enter a date as year-month-day"),
        ("review_on", "2027", "Enter a day as year-month-day"),
        ("update_interval_days", "often", "“often” is not a whole number."),
        ("update_interval_days", "0", "Enter a number of days from 1 to 3650"),
        ("actual_end_on", "2999", "This day lies in the future."),
        ("also_serves", "A.5", "Select a valid choice."),
        ("also_serves", "Z.9", "“Z.9” is not an agreed item."),
        ("follows", "A.5.99", "There is no other activity with the reference “A.5.99”."),
        ("title", "x" * 301, "Ensure this value has at most 300 characters"),
        ("parent", "A.6", "The register says “A.5”. An undertaking stays under its agreed item."),
        ("status", "Completed", "The register says “Under way”. The status is changed by logging an update"),
        ("progress", "99", "The register says “–”. Progress is changed by logging an update"),
        ("lead", "PARTNER", "The register says “LEAD; COLEAD”. The lead is changed by who takes part"),
        ("participants", "Nobody", "The register says “"),
        ("signals", "Late", "The register says “"),
        ("kind", "Agreed item", "The register says “Undertaking”. A kind is given once"),
        ("area", "B", "The register says “A Area A”."),
        ("updated", "2999-01-01", "The register says “"),
    ],
)
def test_a_cell_that_cannot_stand_is_refused_at_its_address(cast: Cast, column: str, text: str, why: str) -> None:
    make_item(code="A.6")
    told = plan(KIND, cast.coordinator, [("code", "place", column), ("A.5.1", "Accra", text)])
    assert outcomes(told) == ["refused"]
    ((address, sentence),) = sentences(told)
    assert (address, sentence[: len(why)]) == ("C2", why)


def test_computed_cells_that_say_the_same_are_accepted(cast: Cast) -> None:
    head = ("code", "kind", "area", "parent", "status", "lead", "signals", "place")
    row = ("A.5.1", "undertaking", "A", "A.5", "under_way", "lead organization", "", "Accra")
    assert [cell.label for cell in plan(KIND, cast.coordinator, [head, row]).lines[0].cells] == ["place"]


def test_the_text_of_an_agreed_item_is_fixed_and_its_classification_is_not(cast: Cast) -> None:
    theme = Theme.objects.create(code="gender", title_en="Gender")
    cells = [("code", "title", "themes"), ("A.5", "Another text", "gender")]
    assert sentences(plan(KIND, cast.coordinator, cells)) == [("B2", "The text of an agreed item is fixed.")]
    hidden = [("code", "visibility"), ("A.5", "internal")]
    assert sentences(plan(KIND, cast.coordinator, hidden)) == [("B2", "Agreed items are always public.")]
    imported(KIND, cast.coordinator, [("code", "title", "themes"), ("A.5", "Joint staff training", "gender")])
    assert {*cast.item.themes.all()} == {theme}


def test_rows_that_name_nothing_or_the_same_thing_twice(cast: Cast) -> None:
    head = ("code", "parent", "title", "place")
    rows = [
        ("A.5.99", "", "", "Accra"), ("", "", "A title alone", ""), ("", "A.9", "New", ""), ("A.5.1", "", "", "Accra"),
        ("A.5.1", "", "", "Bonn"), ("", "A.5", "Twice", ""), ("", "A.5", "Twice", ""), ("", "A.5", "", "Accra"),
    ]  # fmt: skip
    assert sentences(plan(KIND, cast.coordinator, [head, *rows])) == [
        ("A2", "There is no activity with the reference “A.5.99”."),
        ("A3", "The reference of the activity is missing."),
        ("B4", "“A.9” is not an agreed item."),
        ("A6", "Row 5 speaks of the same activity."),
        ("", "Row 7 is the same undertaking."),
        ("C9", "This field is required."),
    ]


def test_the_same_file_a_second_time_enters_nothing_again(cast: Cast) -> None:
    cells = [("parent", "title", "due"), ("A.5", "Course", "2027")]
    imported(KIND, cast.coordinator, cells)
    assert sentences(plan(KIND, cast.coordinator, cells)) == [
        ("B2", "A.5.4 has this title and these dates already. Write its reference to change it.")
    ]


def test_references_of_several_frameworks(cast: Cast) -> None:
    other: Framework = make_framework(code="S-1998-1")
    twin = make_undertaking(item=make_item(code="A.5", framework=other), title="Elsewhere")
    assert twin.code == "A.5.1"
    ambiguous = plan(KIND, cast.coordinator, [("code", "place"), ("A.5.1", "Accra")])
    assert sentences(ambiguous)[0][1].startswith("“A.5.1” exists in several frameworks.")
    imported(KIND, cast.coordinator, [("code", "framework", "place"), ("A.5.1", "s-1998-1", "Accra")])
    assert dict(Activity.objects.filter(code="A.5.1").values_list("framework__code", "place")) == {
        "S-2001-138": "", "S-1998-1": "Accra",
    }  # fmt: skip


def test_a_title_that_stands_in_another_language_is_not_overwritten(cast: Cast) -> None:
    told = plan(KIND, cast.coordinator, [("Cote", "Activité"), ("A.5.1", "Public course"), ("A.5.2", "Cours interne")])
    assert (told.language, outcomes(told)) == ("fr", ["unchanged", "refused"])
    assert sentences(told)[0] == (
        "B3", "This text is in another language only. Use the column title_en or title_fr to say which is meant.",
    )  # fmt: skip
    imported(KIND, cast.coordinator, [("code", "title_fr"), ("A.5.2", "Cours interne")])
    activity = Activity.objects.get(code="A.5.2")
    assert (activity.title_en, activity.title_fr) == ("Internal course", "Cours interne")


def test_all_or_nothing(cast: Cast, digest: Any) -> None:
    made = prepared(KIND, cast.coordinator, [("code", "place", "level"), ("A.5.1", "Accra", ""), ("A.5.2", "", "?")])
    assert outcomes(plan_from(made.plan)) == ["changed", "refused"]
    before = digest()
    with pytest.raises(Differs):
        apply(made, made.digest)
    assert digest() == before


def test_what_changed_meanwhile_is_shown_again(cast: Cast) -> None:
    made = prepared(KIND, cast.coordinator, [("code", "place"), ("A.5.1", "Accra")])
    edit_undertaking(activity=cast.public, changes={"place": "Bonn"}, version=cast.public.version, by=cast.lead)
    with pytest.raises(Differs) as late:
        apply(made, made.digest)
    assert [changes(line) for line in late.value.plan.lines] == [[("B2", "place", "Bonn", "Accra")]]
    assert (Activity.objects.get(pk=cast.public.pk).place, ChangeSet.objects.count()) == ("Bonn", 0)


def test_sent_twice_it_is_applied_once(cast: Cast) -> None:
    made = prepared(KIND, cast.coordinator, [("parent", "title"), ("A.5", "Course")])
    assert apply(made, made.digest) == apply(made, made.digest)
    assert (ChangeSet.objects.count(), Activity.objects.filter(title_en="Course").count()) == (1, 1)


def test_what_is_odd_is_noted_and_not_refused(cast: Cast) -> None:
    told = plan(KIND, cast.coordinator, [("parent", "title", "due"), ("A.5", "Course", "2001")])
    assert [(line.outcome, line.notes) for line in told.lines] == [("new", ["The planned end is already past."])]


def test_organizations_are_found_by_acronym_and_by_any_unique_name(cast: Cast) -> None:
    make_organization(acronym="ONE", name_en="Same name")
    make_organization(acronym="TWO", name_en="Same name")
    cells = [("parent", "title", "lead"), ("A.5", "First", "two"), ("A.5", "Second", "Same name")]
    told = plan(KIND, cast.coordinator, cells)
    assert outcomes(told) == ["new", "refused"]
    assert sentences(told) == [("C3", "“Same name” could be several things. Write the code.")]
