"""The obstacles report: numbers by kind, area, organization and round, and the sentences behind each of them."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from activities.models import ObstacleKind
from activities.workflow import close_round
from tests.activities.frozen_reading import csv_of
from tests.activities.paper_reading import get, languages, paper, told
from tests.activities.report_reading import Element
from tests.factories import make_item, make_round, make_undertaking, make_update
from tests.personas import Cast
from tests.reading import client_of, queries

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()
ADDRESS = "/reports/obstacles/"


@pytest.fixture
def kinds(db: None) -> dict[str, ObstacleKind]:
    rows = (("support", "Support fades"), ("funds", "Shared pool"), ("security", "Security"))
    return {
        code: ObstacleKind.objects.create(code=code, title_en=title, position=number)
        for number, (code, title) in enumerate(rows)
    }


def hinder(cast: Cast, activity: Any, by: str, words: str, *kinds: Any, **fields: Any) -> Any:
    people = {"lead": cast.lead, "partner": cast.partner, "stranger": cast.stranger}
    return make_update(
        activity=activity, organization=cast.organizations[by], author=people[by], obstacles=words,
        obstacle_kinds=kinds, may_set_status=False, **fields,
    )  # fmt: skip


@pytest.fixture
def named(cast: Cast, kinds: dict[str, ObstacleKind]) -> dict[str, Any]:
    """Obstacles on what everybody may read: two areas, two organizations, one round."""
    other = make_undertaking(item=make_item(code="B.1"), title="Elsewhere", lead=cast.organizations["stranger"])
    first = hinder(cast, cast.public, "lead", "No money.", kinds["funds"])
    made = make_round(by=cast.coordinator, title="第一轮", filters="organization=stranger")
    found = {
        "first": first,
        "both": hinder(cast, cast.public, "partner", "منع.", kinds["funds"], kinds["security"], language="ar"),
        "words": hinder(cast, other, "stranger", "Only words."),
        "kind": hinder(cast, other, "stranger", "", kinds["security"]),
    }
    make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, done="No obstacle.")
    close_round(made=made, by=cast.coordinator)
    return found


def table(found: Element, label: str) -> dict[str, list[str]]:
    """The numbers of a table by the head of their row."""
    [chosen] = [row for row in found.all("table") if row.attributes.get("aria-labelledby") == label]
    return {next(row.all("th")).text: [cell.text for cell in row.all("td")] for row in chosen.all("tr")}


def links_of(found: Element) -> list[tuple[int, str]]:
    """Each number of the tables with its address."""
    return [
        (int(link.text), ADDRESS + link["href"].split("#")[0]) for row in found.all("table") for link in row.all("a")
    ]


def keys(found: Element) -> set[int]:
    return {int(row["id"].removeprefix("entry-")) for row in found.all("div", class_="told")}


def test_by_kind_and_area_by_organization_and_by_round(cast: Cast, named: dict[str, Any]) -> None:
    found = paper(NOBODY, ADDRESS)
    assert table(found, "h-kinds") == {
        "Kind of obstacle": [],
        "Shared pool": ["2", "–none", "2"],
        "Security": ["1", "1", "2"],
        "No kind named": ["–none", "1", "1"],
        "All entries": ["2", "2", "4"],
    }
    assert table(found, "h-speakers") == {"Said by": [], "STRANGER": ["2"], "LEAD": ["1"], "PARTNER": ["1"]}
    assert table(found, "h-rounds") == {"Reporting round": [], "第一轮": ["2"], "Outside a round": ["2"]}
    assert keys(found) == {row.pk for row in named.values()}


def test_each_number_opens_exactly_the_sentences_it_counts(cast: Cast, named: dict[str, Any]) -> None:
    for start in (ADDRESS, f"{ADDRESS}?area=B", f"{ADDRESS}?obstacle=security", f"{ADDRESS}?organization=partner"):
        numbers = links_of(paper(NOBODY, start))
        assert numbers
        for number, address in numbers:
            assert len(keys(paper(NOBODY, address))) == number, address


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"first", "both", "words", "kind"}),
        ("obstacle=funds", {"first", "both"}),
        ("obstacle=funds&obstacle=security", {"first", "both", "kind"}),
        ("obstacle=none", {"words"}),
        ("obstacle=none&obstacle=funds", {"words", "first", "both"}),
        ("speaker=lead", {"first"}),
        ("speaker=lead&speaker=stranger", {"first", "words", "kind"}),
        # Who takes part, whoever speaks: a filter of the activities.
        ("organization=partner", {"first", "both"}),
        ("round=1", {"words", "kind"}),
        ("round=none", {"first", "both"}),
        ("area=B&obstacle=security", {"kind"}),
        ("q=elsewhere", {"words", "kind"}),
    ],
)
def test_the_filters_find_whole_sets(cast: Cast, named: dict[str, Any], query: str, expected: set[str]) -> None:
    by_key = {row.pk: name for name, row in named.items()}
    assert {by_key[key] for key in keys(paper(NOBODY, f"{ADDRESS}?{query}"))} == expected
    # The file holds the same.
    rows = csv_of(get(NOBODY, f"{ADDRESS}?{query}{'&' if query else ''}format=csv"))[1:]
    assert sorted(row[7] for row in rows) == sorted(named[name].obstacles for name in expected)


def test_what_was_corrected_does_not_count(cast: Cast, kinds: dict[str, ObstacleKind]) -> None:
    wrong = hinder(cast, cast.public, "lead", "Wrong.", kinds["funds"])
    right = hinder(cast, cast.public, "lead", "Right.", kinds["security"], corrects=wrong)
    found = paper(NOBODY, ADDRESS)
    assert keys(found) == {right.pk}
    assert table(found, "h-kinds") == {
        "Kind of obstacle": [], "Security": ["1", "1"], "All entries": ["1", "1"],
    }  # fmt: skip


@pytest.mark.parametrize("person", ["anonymous", "stranger", "partner", "coordinator"])
@pytest.mark.parametrize("form", ["", "print", "csv"])
def test_numbers_and_sentences_are_those_the_reader_may_see(
    cast: Cast, kinds: dict[str, ObstacleKind], person: str, form: str
) -> None:
    words = {}
    for visibility in ("public", "internal", "restricted"):
        words[visibility] = f"Obstacle of {visibility}."
        hinder(cast, getattr(cast, visibility), "lead", words[visibility], kinds["funds"])
    seen = {"anonymous": 1, "stranger": 2, "partner": 3, "coordinator": 3}[person]
    expected = set(list(words.values())[:seen])
    user = getattr(cast, person)
    if form == "csv":
        response = get(user, ADDRESS, format="csv")
        assert {row[7] for row in csv_of(response)[1:]} == expected
        assert (response["X-Report-Rows"], response["X-Report-Left-Out"]) == (str(seen), "0")
        return
    found = paper(user, ADDRESS, **({"format": form} if form else {}))
    assert {text for text in words.values() if text in found.text} == expected
    assert table(found, "h-kinds")["All entries"] == [str(seen)] * 2
    assert table(found, "h-speakers")["LEAD"] == [str(seen)]
    narrower = paper(user, ADDRESS, obstacle="security")
    assert ("The filters leave out " + str(seen)) in narrower.text


def test_sentences_keep_their_language_and_say_whose_they_are(cast: Cast, named: dict[str, Any]) -> None:
    found = paper(NOBODY, ADDRESS)
    [row] = [row for row in found.all("div", class_="told") if row["id"] == f"entry-{named['both'].pk}"]
    assert languages(row)["منع."] == "ar rtl"
    assert "Shared pool; Security" in row.text
    [link] = row.all("a")
    assert link["href"] == f"/activities/S-2001-138/A.5.1/?all=1#update-{named['both'].pk}"
    assert told(found)


@pytest.mark.parametrize(
    ("query", "named_in_it"),
    [
        ("obstacle=hail", ["obstacle"]), ("speaker=nobody", ["speaker"]), ("round=9&round=x", ["round"]),
        ("area=Z&obstacle=hail&colour=red", ["area", "obstacle", "colour"]), ("sort=code&page=0", ["page"]),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_and_named(cast: Cast, query: str, named_in_it: list[str]) -> None:
    response = client_of(cast.lead).get(f"{ADDRESS}?{query}")
    assert response.status_code == 400
    for name in named_in_it:
        assert name in response.content.decode()


def test_sentences_come_in_pages_and_in_order(cast: Cast, named: dict[str, Any], monkeypatch: Any) -> None:
    monkeypatch.setattr("activities.views.obstacles.ObstacleReport.page_size", 3)
    first, second = (paper(NOBODY, f"{ADDRESS}?sort=code&page={page}") for page in (1, 2))
    assert (len(keys(first)), len(keys(second))) == (3, 1)
    assert keys(first) | keys(second) == {row.pk for row in named.values()}
    codes = [next(row.all("bdi")).text for part in (first, second) for row in part.all("div", class_="told")]
    assert codes == ["A.5.1", "A.5.1", "B.1.1", "B.1.1"]
    assert client_of(NOBODY).get(f"{ADDRESS}?page=3").status_code == 404


def test_a_constant_number_of_statements(cast: Cast, kinds: dict[str, ObstacleKind]) -> None:
    hinder(cast, cast.public, "lead", "First.", kinds["funds"])
    one = queries(cast.lead, ADDRESS)
    hinder(cast, cast.public, "partner", "Second.", kinds["security"], kinds["funds"])
    hinder(cast, cast.internal, "lead", "Third.")
    assert queries(cast.lead, ADDRESS) == one <= 16


def test_where_nobody_names_any(cast: Cast) -> None:
    assert "No entry names an obstacle." in paper(NOBODY, ADDRESS).text
    assert "No entry that fits the filters names an obstacle." in paper(NOBODY, ADDRESS, area="A").text
