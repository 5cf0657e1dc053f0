"""Gaps and overlaps: what is said above the matrix, to whom, and under which filters."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from activities.choices import Role, Status
from activities.filters import Selection, count_options
from activities.models import Activity, FunctionalField
from activities.reading import alike
from activities.reading import gaps as reading
from activities.reading.alike import find_pairs, read_candidates
from activities.reading.gaps import read_gaps
from activities.reading.matrix import read_matrix
from activities.views import matrix_sentences
from activities.views.matrix_sentences import gap_sentences, overlap_sentences
from organizations.models import Organization
from tests.activities.report_reading import parse
from tests.factories import make_item, make_organization, make_participation, make_undertaking
from tests.personas import Cast
from tests.reading import client_of, rows_behind

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


def asked(user: Any = NOBODY, **given: list[str]) -> Selection:
    selection = Selection(given, user)
    assert selection.problems == []
    return selection


def gaps(user: Any = NOBODY, **given: list[str]) -> Any:
    selection = asked(user, **given)
    return read_gaps(selection, selection.rows().count())


def sentences(user: Any = NOBODY, **given: list[str]) -> list[Any]:
    selection = asked(user, **given)
    found = read_gaps(selection, 0)
    return gap_sentences(selection, read_matrix(selection, "area"), found, count_options(selection))


def codes(items: list[Any]) -> list[str]:
    return [item.code for item in items]


def alike_pairs(user: Any = NOBODY, **given: list[str]) -> set[tuple[str, str]]:
    return {(pair.one.title.value, pair.other.title.value) for pair in gaps(user, **given).pairs}


def test_items_that_nobody_took_up() -> None:
    osce = make_organization(acronym="OSCE")
    items = {code: make_item(code=code) for code in ("A.1", "A.2", "A.3", "A.4", "B.1")}
    make_undertaking(item=items["A.1"], lead=osce, also_serves=[items["A.2"]], countries=["GH"])
    make_participation(activity=items["A.3"], organization=osce, role=Role.HOST)
    assert codes(gaps().untaken) == ["A.4", "B.1"]
    # Filters speak of undertakings; areas, items and frameworks of both.
    assert codes(gaps(area=["A"]).untaken) == ["A.4"]
    assert codes(gaps(parent=["B.1"]).untaken) == ["B.1"]
    assert codes(gaps(country=["GH"]).untaken) == ["A.4", "B.1"]
    assert codes(gaps(country=["SL"]).untaken) == ["A.1", "A.2", "A.4", "B.1"]
    # One that is only hosted lacks a lead; one that is merely also served is led where the undertaking is.
    assert codes(gaps().leaderless) == ["A.3"]


def test_an_item_is_taken_up_by_its_parts() -> None:
    whole, part, idle = make_item(code="C.1"), make_item(code="C.1.a"), make_item(code="C.1.b")
    Activity.objects.filter(pk__in=[part.pk, idle.pk]).update(parent=whole)
    make_undertaking(item=part, lead=make_organization())
    assert codes(gaps().untaken) == ["C.1.b"]


def test_items_carried_out_without_a_lead() -> None:
    osce = make_organization(acronym="OSCE")
    items = {code: make_item(code=code) for code in ("A.1", "A.2", "A.3")}
    for code, item in items.items():
        make_undertaking(item=item, title=f"Without {code}", partners=[osce])
    make_undertaking(item=items["A.2"], lead=osce)
    make_participation(activity=items["A.3"], organization=osce, role=Role.LEAD)
    assert codes(gaps().leaderless) == ["A.1"]


def test_what_is_hidden_neither_fills_a_gap_nor_makes_an_overlap(cast: Cast) -> None:
    hidden = make_item(code="C.1")
    other = make_organization(acronym="OTHER")
    one = make_undertaking(item=hidden, title="Secret talks abroad", lead=other, visibility="restricted")
    make_undertaking(item=hidden, title="Secret talks abroad", lead=make_organization(acronym="THIRD"))
    make_participation(activity=one, organization=cast.organizations["lead"], role=Role.CO_LEAD)
    for person in ("anonymous", "stranger"):
        user = cast.people[person]
        found = gaps(user)
        assert "OTHER" in {link.title.value for sentence in sentences(user) for link in sentence.links}
        assert one.code not in codes([several.activity for several in found.several])
        assert alike_pairs(user) == set()
    keeper = cast.coordinator
    assert one.code in codes([several.activity for several in gaps(keeper).several])
    assert alike_pairs(keeper) == {("Secret talks abroad", "Secret talks abroad")}


def test_fields_covered_by_one_organization_only() -> None:
    fields = {
        code: FunctionalField.objects.create(code=code, title_en=code.title(), position=number)
        for number, code in enumerate(("justice", "relief", "media"))
    }
    osce, undp = make_organization(acronym="OSCE"), make_organization(acronym="UNDP")
    make_undertaking(lead=osce, functional_fields=[fields["justice"], fields["relief"]])
    activity = make_undertaking(lead=osce, partners=[undp], functional_fields=[fields["relief"]])
    # Who only observes covers nothing.
    make_participation(activity=activity, organization=make_organization(acronym="OAS"), role=Role.OBSERVER)
    found = [
        (covered.field.code, covered.organization.title if covered.organization else "") for covered in gaps().covered
    ]
    assert found == [("justice", "OSCE"), ("media", "")]
    # A filter of organizations does not make one of them the only one.
    assert [covered.field.code for covered in gaps(organization=["undp"], role=["partner"]).covered] == [
        "justice", "media",
    ]  # fmt: skip
    texts = [sentence.text for sentence in sentences()]
    assert "The field “Justice” is covered by OSCE only" in texts
    assert "Nobody takes an active part in the field “Media”" in texts


def test_several_leads_today() -> None:
    osce, undp, oas = (make_organization(acronym=name) for name in ("OSCE", "UNDP", "OAS"))
    shared = make_undertaking(lead=osce, title="Shared")
    make_participation(activity=shared, organization=undp, role=Role.CO_LEAD)
    make_participation(activity=shared, organization=oas, role=Role.CO_LEAD, since="2000", until="2001")
    former = make_undertaking(lead=osce, title="Former")
    make_participation(activity=former, organization=undp, role=Role.CO_LEAD, since="2000", until="2001")
    found = gaps()
    assert found.several_number == 1
    [sentence] = overlap_sentences(found)
    assert sentence.text == f"{shared.code} has 2 leads" and sentence.note == "OSCE, UNDP"
    assert sentence.href == shared.get_absolute_url()


def unfolded(user: Any = NOBODY) -> str:
    """What stands under “Overlaps”, as text."""
    document = parse(client_of(user).get(reverse("matrix")))
    [section] = [one for one in document.all("section") if one.attributes.get("aria-labelledby") == "h-overlaps"]
    return section.text


@pytest.mark.parametrize(("number", "rest"), [(10, None), (12, "2 more in the register")])
def test_of_many_with_several_leads_it_is_said_how_many_are_not_named(number: int, rest: str | None) -> None:
    osce, undp = make_organization(acronym="OSCE"), make_organization(acronym="UNDP")
    for each in range(number):
        activity = make_undertaking(lead=osce, title=f"Shared {each}")
        make_participation(activity=activity, organization=undp, role=Role.CO_LEAD)
    said = unfolded()
    assert said.count("has 2 leads") == 10
    assert f"{number - 3} more activities with several leads" in said
    assert re.findall(r"\d+ more in the register", said) == ([rest] if rest else [])


def test_it_is_said_that_not_all_hints_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        make_undertaking(lead=make_organization(acronym=f"O{number}"), title="Joint training course")
    assert "are shown" not in unfolded() and "3 more pairs that look alike" in unfolded()
    monkeypatch.setattr(reading, "HINTS", 1)
    monkeypatch.setattr(matrix_sentences, "HINTS", 4)
    found = unfolded()
    assert found.count("Two undertakings look alike") == 4
    assert "3 more pairs that look alike" in found
    assert "The first 4 of 6 are shown; the others follow as these are done." in found


def test_a_number_in_a_sentence_is_that_of_the_list_behind_it(cast: Cast) -> None:
    for number in range(3):
        make_undertaking(title=f"Nobody’s {number}", visibility=["public", "internal", "restricted"][number])
    for person, expected in {"anonymous": 1, "stranger": 2, "coordinator": 3}.items():
        user = cast.people[person]
        [sentence] = [one for one in sentences(user) if "without a lead" in one.text and one.href]
        assert sentence.text.split()[0] == str(expected)
        assert rows_behind(user, sentence.href) == expected


@pytest.fixture
def two() -> Any:
    """Makes two undertakings that look alike but for what is given for the second."""
    osce, undp = make_organization(acronym="OSCE"), make_organization(acronym="UNDP")

    def make(**changes: Any) -> set[tuple[str, str]]:
        same: dict[str, Any] = {"title": "Joint course for civilian mission planners", "countries": ["GH", "SL"]}
        make_undertaking(lead=osce, planned_start_on="2001-05", planned_end_on="2001-09", **same)
        make_undertaking(**({"lead": undp, "planned_start_on": "2001", **same} | changes))
        return alike_pairs()

    return make


PLANNERS = "Joint course for civilian mission planners"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "Course for civilian planners of a mission"},
        {"countries": ["SL", "LR"]},
        {"planned_start_on": ""},
        {"planned_start_on": "2001-09-30"},
        {"status": Status.STALLED},
    ],
)
def test_undertakings_that_look_alike(two: Any, changes: dict[str, Any]) -> None:
    assert two(**changes) == {(PLANNERS, changes.get("title", PLANNERS))}


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Joint mission to the delta"},
        {"countries": ["LR"]},
        {"countries": []},
        {"planned_start_on": "2001-10"},
        {"status": Status.COMPLETED},
        {"lead": None},
    ],
)
def test_undertakings_that_do_not(two: Any, changes: dict[str, Any]) -> None:
    assert two(**changes) == set()


def test_of_the_same_lead_or_another_area_none_looks_alike(two: Any) -> None:
    assert two(item=make_item(code="B.1")) == set()
    make_undertaking(lead=Organization.objects.get(slug="osce"), title=PLANNERS, countries=["GH"])
    assert alike_pairs() == set()


def test_titles_are_compared_in_one_language(db: None) -> None:
    osce, undp = make_organization(acronym="OSCE"), make_organization(acronym="UNDP")
    make_undertaking(lead=osce, title_en="", title_zh_hans="联合培训课程", language="zh-hans")
    make_undertaking(lead=undp, title_en="Training together", title_zh_hans="联合培训讲习班")
    make_undertaking(lead=osce, title_en="Training together with neighbours")
    pairs = {(pair.one.code, pair.other.code) for pair in gaps().pairs}
    assert pairs == {("A.5.2", "A.5.3")}


def test_comparing_is_bounded(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        make_undertaking(lead=make_organization(acronym=f"O{number}"), title="Joint training course")
    rows = Activity.objects.rewrite(False)

    def pairs() -> int:
        return len(find_pairs(read_candidates(rows, lead="lead_id", status="status")))

    assert pairs() == 15
    monkeypatch.setattr(alike, "PAIRS", 4)
    assert pairs() == 4
    monkeypatch.setattr(alike, "COMMON", 5)
    assert pairs() == 0, "what all of them share is no reason to compare them"


def test_the_newest_are_compared_and_it_is_said(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gaps().all_compared
    rows = Activity.objects.rewrite(False)
    made = [make_undertaking(lead=make_organization(), title=f"Course {number}") for number in range(3)]
    found = read_candidates(rows, lead="lead_id", status="status", limit=2)
    assert [candidate.pk for candidate in found] == [made[2].pk, made[1].pk]
