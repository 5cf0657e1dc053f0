"""Each parameter finds exactly the rows it names; what is not understood is refused by name."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from activities.choices import Response, Role, Signal, Status, Visibility
from activities.filters import SORTS, Selection, in_order
from activities.models import Activity, FunctionalField, Participation, Principle, Theme
from activities.workflow import refresh_search_text
from organizations.models import OrganizationName
from tests.factories import (
    make_framework,
    make_item,
    make_organization,
    make_participation,
    make_undertaking,
    make_update,
    make_user,
)

pytestmark = pytest.mark.django_db
Find = Callable[..., set[str]]


@pytest.fixture
def find() -> Find:
    """The codes of the undertakings that these parameters find, for a reader who is not signed in."""

    def codes(user: Any = None, **given: list[str]) -> set[str]:
        selection = Selection(given, user or AnonymousUser())
        assert selection.problems == []
        return set(selection.rows().filter(agreed=False).values_list("title_en", flat=True))

    return codes


def test_values_of_one_parameter_are_alternatives_and_parameters_restrict_each_other(find: Find) -> None:
    make_undertaking(title="a", item=make_item(code="A.5"), status=Status.UNDER_WAY)
    make_undertaking(title="b", item=make_item(code="B.1"), status=Status.UNDER_WAY)
    make_undertaking(title="c", item=make_item(code="C.1"), status=Status.STALLED)
    assert find(area=["A"]) == {"a"}
    assert find(area=["A", "B"]) == {"a", "b"}
    assert find(area=["A", "C"], status=["under_way"]) == {"a"}
    assert find(area=["A", "C"], status=["under_way", "stalled"]) == {"a", "c"}
    assert find(area=["B"], status=["stalled"]) == set()
    assert find() == {"a", "b", "c"}


def test_kind_parent_level_framework() -> None:
    item, sub = make_item(code="C.1"), make_item(code="C.1.a")
    Activity.objects.filter(pk=sub.pk).update(parent=item)
    under = make_undertaking(title="u", item=sub, level="field")
    under.also_serves.set([item])
    other = make_item(code="A.1", framework=make_framework(code="S-1998-1"))

    def codes(**given: list[str]) -> set[tuple[str, str]]:
        selection = Selection(given, AnonymousUser())
        assert selection.problems == []
        return set(selection.rows().values_list("framework__code", "code"))

    ours = "S-2001-138"
    assert codes(kind=["agreed"]) == {(ours, "C.1"), (ours, "C.1.a"), ("S-1998-1", other.code)}
    assert codes(kind=["undertaking"]) == {(ours, under.code)}
    assert codes(kind=["undertaking", "agreed"]) == codes()
    # The main item only: what it serves besides is found by its own words.
    assert codes(parent=["C.1"]) == {(ours, "C.1.a")}
    assert codes(parent=["C.1.a"]) == {(ours, under.code)}
    assert codes(level=["field"]) == {(ours, under.code)}
    assert codes(level=["both"]) == set()
    assert codes(framework=["S-1998-1"]) == {("S-1998-1", "A.1")}
    # An area of the same code in two frameworks means both, until a framework is named.
    assert codes(area=["A"]) == {("S-1998-1", "A.1")}
    make_item(code="A.2")
    caches["process"].clear()
    assert codes(area=["A"]) == {("S-1998-1", "A.1"), (ours, "A.2")}
    assert codes(area=["A"], framework=[ours]) == {(ours, "A.2")}


def test_organization_and_role_speak_of_the_same_participation(find: Find) -> None:
    osce, undp = make_organization(acronym="OSCE"), make_organization(acronym="UNDP")
    make_undertaking(title="osce leads, undp is partner", lead=osce, partners=[undp])
    make_undertaking(title="undp leads, osce is partner", lead=undp, partners=[osce])
    declined = make_undertaking(title="osce declined", lead=undp)
    make_participation(activity=declined, organization=osce, response=Response.DECLINED)
    invited = make_undertaking(title="osce is invited")
    make_participation(activity=invited, organization=osce, role=Role.LEAD, response=Response.INVITED)
    in_part = make_undertaking(title="osce accepted in part")
    make_participation(activity=in_part, organization=osce, role=Role.OBSERVER, response=Response.ACCEPTED_IN_PART)
    past = make_undertaking(title="osce took part once")
    Participation.objects.create(
        activity=past, organization=osce, role=Role.HOST, response=Response.ACCEPTED, since="2001", until="2002-05"
    )
    both = {"osce leads, undp is partner", "undp leads, osce is partner"}
    assert find(organization=["osce"]) == both | {"osce took part once", "osce accepted in part"}
    assert find(organization=["osce"], role=["lead"]) == {"osce leads, undp is partner"}
    assert find(organization=["osce"], role=["partner", "host"]) == {
        "undp leads, osce is partner",
        "osce took part once",
    }
    assert find(organization=["osce", "undp"], role=["lead"]) == both | {"osce declined"}
    assert find(organization=["osce"], role=["funder"]) == set()
    assert find(role=["host"]) == {"osce took part once"}


def test_an_activity_with_many_matching_links_is_found_once() -> None:
    fields = [FunctionalField.objects.create(code=f"f{n}", title_en=f"F{n}") for n in range(3)]
    orgs = [make_organization() for _ in range(3)]
    make_undertaking(partners=orgs, functional_fields=fields)
    given = {"organization": [org.slug for org in orgs], "field": [f.code for f in fields]}
    assert Selection(given, AnonymousUser()).rows().count() == 1


def test_classification(find: Find) -> None:
    field, theme = FunctionalField.objects.create(code="security"), Theme.objects.create(code="gender")
    principle = Principle.objects.create(framework=make_framework(), code="P1", position=1, title="T", text="x")
    make_undertaking(title="field", functional_fields=[field])
    make_undertaking(title="theme", themes=[theme], functional_fields=[field])
    make_undertaking(title="principle", principles=[principle])
    make_undertaking(title="none")
    assert find(field=["security"]) == {"field", "theme"}
    assert find(theme=["gender"]) == {"theme"}
    assert find(principle=["P1"]) == {"principle"}
    assert find(field=["security"], theme=["gender"]) == {"theme"}
    assert find(principle=["P1"], theme=["gender"]) == set()


def test_country(find: Find) -> None:
    make_undertaking(title="ghana", countries=["GH"])
    make_undertaking(title="both", countries=["GH", "SL"])
    make_undertaking(title="other", countries=["GM", "HT"])
    assert find(country=["GH"]) == {"ghana", "both"}
    assert find(country=["SL", "HT"]) == {"both", "other"}
    assert find(country=["TJ"]) == set()


def test_signals_are_alternatives(find: Find) -> None:
    make_undertaking(title="overdue", planned_end_on="2001", closing_condition="x", lead=make_organization())
    make_undertaking(title="no lead", closing_condition="x")
    make_undertaking(title="well", closing_condition="x", lead=make_organization())
    assert find(signal=[Signal.OVERDUE]) == {"overdue"}
    assert find(signal=[Signal.NO_LEAD]) == {"no lead"}
    assert find(signal=[Signal.OVERDUE, Signal.NO_LEAD]) == {"overdue", "no lead"}
    assert find(signal=[Signal.SILENT]) == set()


def test_silent_days_agree_with_the_signal(find: Find) -> None:
    make_undertaking(title="long ago", status=Status.UNDER_WAY, days_ago=91)
    make_undertaking(title="just", status=Status.UNDER_WAY, days_ago=90)
    make_undertaking(title="closed", status=Status.COMPLETED, days_ago=400)
    never = make_undertaking(title="never")
    Activity.objects.filter(pk=never.pk).update(created_at=timezone.now() - datetime.timedelta(days=91))
    assert find(silent_days=["90"]) == {"long ago", "never"}
    assert find(silent_days=["89"]) == {"long ago", "just", "never"}
    assert find(silent_days=["91"]) == set()
    Activity.objects.filter(pk=never.pk).update(silent_on=timezone.localdate())
    assert find(signal=["silent"]) == find(silent_days=["90"])


def test_dates_count_with_their_whole_span(find: Find) -> None:
    for text in ("2001", "2001-05", "2001-05-17", "2002-01-01", ""):
        make_undertaking(title=text or "unknown", planned_end_on=text)
    assert find(due_after=["2001-05-18"]) == {"2001", "2001-05", "2002-01-01"}
    assert find(due_after=["2001-06"]) == {"2001", "2002-01-01"}
    assert find(due_before=["2001-05"]) == {"2001", "2001-05", "2001-05-17"}
    assert find(due_before=["2001-04-30"]) == {"2001"}
    assert find(due_after=["2001"], due_before=["2001"]) == {"2001", "2001-05", "2001-05-17"}
    assert find(due_after=["2002"], due_before=["2002-01"]) == {"2002-01-01"}


def test_last_update(find: Find) -> None:
    def told(title: str, moment: datetime.datetime) -> None:
        activity = make_undertaking(title=title)
        Activity.objects.filter(pk=activity.pk).update(last_update_at=moment)

    told("first", datetime.datetime(2026, 5, 1, 0, 0, tzinfo=datetime.UTC))
    told("last", datetime.datetime(2026, 5, 31, 23, 59, 59, tzinfo=datetime.UTC))
    told("after", datetime.datetime(2026, 6, 1, 0, 0, tzinfo=datetime.UTC))
    make_undertaking(title="never")
    assert find(updated_after=["2026-05"], updated_before=["2026-05"]) == {"first", "last"}
    assert find(updated_after=["2026-05-02"]) == {"last", "after"}
    assert find(updated_before=["2026-05-31"]) == {"first", "last"}
    assert find(updated_before=["2026"]) == {"first", "last", "after"}
    assert find(updated_after=["2027"]) == set()


def test_words_are_found_whatever_their_script(find: Find) -> None:
    org = make_organization(acronym="AU", name_en="African Union", name_ru="Африканский союз")
    OrganizationName.objects.create(organization=org, acronym_en="OUA", name_en="Organization of African Unity")
    with translation.override("en"):
        make_undertaking(title="Économie de paix", title_zh_hans="合作建设和平", title_ar="السَّلَامُ الدائم")
        make_undertaking(title="Mission to the river", lead=org)
        third = make_undertaking(title="Quiet", description_ru="Миротворчество и ЕЩЁ")
    make_update(activity=third, done="Trained forty observers.", may_set_status=False)
    assert find(q=["economie"]) == {"Économie de paix"}
    assert find(q=["建设"]) == {"Économie de paix"}
    assert find(q=["合建"]) == set()
    assert find(q=["السلام"]) == find(q=["السَّلَام"]) == {"Économie de paix"}
    assert find(q=["МИРОТВОРЧЕСТВО еще"]) == {"Quiet"}
    assert find(q=["African Unity"]) == find(q=["oua"]) == find(q=["африканский"]) == {"Mission to the river"}
    assert find(q=["observers forty"]) == {"Quiet"}
    assert find(q=['"observers forty"']) == set()
    assert find(q=['"forty observers"']) == {"Quiet"}


def test_signs_of_the_database_are_plain_characters(find: Find) -> None:
    make_undertaking(title="Save 100 percent")
    refresh_search_text(Activity.objects.all())
    for sign in ("100%", "1_0 percent", "per\\cent"):
        selection = Selection({"q": [sign]}, AnonymousUser())
        found = {a.title_en for a in selection.rows()}
        assert found == ({"Save 100 percent"} if sign == "100%" else set()), sign


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("colour=red", "colour"),
        ("Area=A", "Area"),
        ("colour=", "colour"),
        ("area=Z", "area"),
        ("area=a", "area"),
        ("area=A&area=Z", "area"),
        ("status=done", "status"),
        ("kind=both", "kind"),
        ("parent=A.99", "parent"),
        ("organization=nobody", "organization"),
        ("organization=1", "organization"),
        ("role=boss", "role"),
        ("country=XX", "country"),
        ("country=gh", "country"),
        ("field=1", "field"),
        ("theme=x", "theme"),
        ("principle=P99", "principle"),
        ("level=both&level=moon", "level"),
        ("framework=S/2001/138", "framework"),
        ("signal=angry", "signal"),
        ("due_after=2001-13", "due_after"),
        ("due_before=yesterday", "due_before"),
        ("due_after=0001", "due_after"),
        ("due_before=9999-12-31", "due_before"),
        ("updated_after=2001-02-30", "updated_after"),
        ("updated_before=9999", "updated_before"),
        ("due_after=2001&due_after=2002", "due_after"),
        ("silent_days=0", "silent_days"),
        ("silent_days=-1", "silent_days"),
        ("silent_days=1.5", "silent_days"),
        ("silent_days=%D9%A3", "silent_days"),
        ("silent_days=99999999999999999999", "silent_days"),
        ("q=%E2%80%A6", "q"),
        ("q=a&q=b", "q"),
        ("q=" + "x" * 201, "q"),
        ("q=a%00b", "q"),
        ("q=a%0Ab", "q"),
        ("area=A%1F", "area"),
        ("x%00y=1", "xy"),
        ("visibility=public", "visibility"),
        ("sort=progress", "sort"),
        ("sort=--code", "sort"),
        ("sort=code&sort=title", "sort"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=one", "page"),
        ("page=%D9%A3", "page"),
        ("page=1&page=2", "page"),
        ("page=" + "9" * 30, "page"),
        ("format=pdf", "format"),
        ("format=csv&format=xlsx", "format"),
        ("format=csv&page=2", "page"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(client: Client, query: str, named: str) -> None:
    make_undertaking(item=make_item(code="A.5"))
    for form in ("", "&format=csv", "&format=xlsx", "&format=print"):
        if form and "format=" in query:
            continue
        response = client.get(f"{reverse('activity-list')}?{query}{form}")
        assert response.status_code == 400
        assert not response.streaming
        assert "Content-Disposition" not in response.headers
        assert named in [parameter for parameter, _ in response.context["problems"]]
        assert f"<bdi>{named}</bdi>" in response.content.decode()
    assert client.get(reverse("activity-list"), {"area": "A"}).status_code == 200


def test_everything_not_understood_is_named_at_once(client: Client) -> None:
    response = client.get(reverse("activity-list") + "?area=Z&colour=red&page=x&due_after=2")
    assert {name for name, _ in response.context["problems"]} == {"area", "colour", "page", "due_after"}
    assert all(sentence for _, sentence in response.context["problems"])


def test_what_is_refused_has_no_rows() -> None:
    """A filter set would pass over what it does not understand and find more than was asked for."""
    make_item(code="A.5")
    for given in ({"area": ["A"], "status": ["done"]}, {"area": ["A"], "colour": ["red"]}):
        with pytest.raises(ValueError, match="not understood"):
            Selection(given, AnonymousUser()).rows()


def test_the_refusal_stands_on_the_page_while_developing(client: Client, settings: Any) -> None:
    """Django would answer with a traceback instead."""
    settings.DEBUG = True
    response = client.get(reverse("activity-list") + "?area=Z")
    assert response.status_code == 400
    assert "<bdi>area</bdi>" in response.content.decode()


def test_empty_values_of_a_form_were_not_given(client: Client) -> None:
    make_item(code="A.5")
    response = client.get(reverse("activity-list") + "?q=&area=A&organization=&due_after=&page=")
    assert (response.status_code, response["Location"]) == (302, reverse("activity-list") + "?area=A")
    response = client.get(reverse("activity-list") + "?q=&area=")
    assert (response.status_code, response["Location"]) == (302, reverse("activity-list"))
    swapped = client.get(reverse("activity-list") + "?q=&area=A", headers={"HX-Request": "true"})
    assert (swapped.status_code, swapped["HX-Push-Url"]) == (200, reverse("activity-list") + "?area=A")


def test_only_coordinators_may_ask_for_visibility(client: Client) -> None:
    make_undertaking(title="hidden", visibility=Visibility.RESTRICTED)
    make_undertaking(title="open")
    coordinator = make_user(coordinator=True)
    selection = Selection({"visibility": ["restricted"]}, coordinator)
    assert {a.title_en for a in selection.rows()} == {"hidden"}
    member = make_user(organization=make_organization())
    assert [name for name, _ in Selection({"visibility": ["restricted"]}, member).problems] == ["visibility"]
    client.force_login(member)
    assert b'name="visibility"' not in client.get(reverse("activity-list")).content
    client.force_login(coordinator)
    assert b'name="visibility"' in client.get(reverse("activity-list")).content


def test_a_value_made_this_moment_is_known(client: Client) -> None:
    """The names are kept for seconds; what they do not hold is looked up before it is refused."""
    make_item(code="A.5")
    assert client.get(reverse("activity-list")).status_code == 200
    new = make_organization(acronym="NEW")
    make_undertaking(lead=new, item=make_item(code="A.5"))
    response = client.get(reverse("activity-list"), {"organization": "new"})
    assert response.status_code == 200
    assert response.context["count_words"] == "1 of 2 activities"


def test_orders_are_complete_in_both_directions() -> None:
    a, b = make_organization(acronym="aaa"), make_organization(acronym="BBB")
    item = make_item(code="A.5", title="Zeta")
    rows = {
        "one": make_undertaking(item=item, title="élan", lead=b, status=Status.STALLED, planned_end_on="2001-05"),
        "two": make_undertaking(item=item, title="Alpha", status=Status.COMPLETED, planned_end_on="2001"),
        "three": make_undertaking(item=item, title="beta", lead=a, planned_end_on="2001-04-30"),
    }
    for number in range(7):
        make_undertaking(item=item, title=f"m{number}", lead=a)
    late = make_undertaking(item=item, title="n", planned_end_on="2002")
    assert late.code == "A.5.11"
    now = timezone.now()
    Activity.objects.exclude(pk=rows["one"].pk).update(last_update_at=None)
    Activity.objects.filter(pk=rows["two"].pk).update(last_update_at=now)

    def order(sort: str) -> list[str]:
        return list(in_order(Activity.objects.all(), sort).values_list("code", flat=True))

    codes = ["A.5", *(f"A.5.{n}" for n in range(1, 12))]
    middle = [f"A.5.{n}" for n in range(4, 11)]
    assert order("code") == codes
    assert order("-code") == codes[::-1]
    assert order("title") == ["A.5.2", "A.5.3", *middle, "A.5.11", "A.5", "A.5.1"]
    assert order("-title") == ["A.5.1", "A.5", "A.5.11", *middle[::-1], "A.5.3", "A.5.2"]
    unknown_due = ["A.5", *middle]
    assert order("due") == ["A.5.2", "A.5.3", "A.5.1", "A.5.11", *unknown_due]
    assert order("-due") == ["A.5.11", "A.5.1", "A.5.3", "A.5.2", *unknown_due]
    never = [code for code in codes if code not in ("A.5.1", "A.5.2")]
    assert order("updated") == ["A.5.1", "A.5.2", *never]
    assert order("-updated") == ["A.5.2", "A.5.1", *never]
    proposed = ["A.5.3", *middle, "A.5.11"]
    assert order("status") == ["A.5.2", "A.5", *proposed, "A.5.1"]
    assert order("-status") == ["A.5.1", *proposed, "A.5", "A.5.2"]
    no_lead = ["A.5", "A.5.2", "A.5.11"]
    assert order("lead") == ["A.5.3", *middle, "A.5.1", *no_lead]
    assert order("-lead") == ["A.5.1", "A.5.3", *middle, *no_lead]
    assert set(SORTS) == {"code", "title", "due", "updated", "status", "lead"}


def test_titles_are_sorted_as_the_reader_sees_them() -> None:
    item = make_item(code="A.5")
    make_undertaking(item=item, title="Zulu", title_fr="Abricot")
    make_undertaking(item=item, title="Mike")
    Activity.objects.filter(agreed=True).update(title_en="Lima")
    with translation.override("fr"):
        assert list(in_order(Activity.objects.all(), "title").values_list("code", flat=True)) == [
            "A.5.1", "A.5", "A.5.2",
        ]  # fmt: skip
    with translation.override("en"):
        assert list(in_order(Activity.objects.all(), "title").values_list("code", flat=True)) == [
            "A.5", "A.5.2", "A.5.1",
        ]  # fmt: skip


def test_the_selection_in_words() -> None:
    make_item(code="A.5")
    make_item(code="B.1")
    given = {"area": ["A", "B"], "status": ["stalled"], "due_before": ["2001-05"], "q": ["peace"], "silent_days": ["1"]}
    selection = Selection(given, AnonymousUser())
    assert selection.sentence() == (
        "Words: “peace”; Area: A Area A or B Area B; Status: Stalled; Due on or before: May 2001; "
        "No update for: more than 1 day"
    )
    chips = {(chip.parameter, chip.value): chip.query for chip in selection.chips()}
    assert chips["area", "A Area A"] == "area=B&status=stalled&due_before=2001-05&q=peace&silent_days=1"
    assert chips["due_before", "May 2001"] == "area=A&area=B&status=stalled&q=peace&silent_days=1"
    assert Selection({}, AnonymousUser()).sentence() == ""
