"""The progress report by item: the framework's order, what was undertaken, and only what the reader may see."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from activities.choices import Role, Status, Visibility
from activities.models import Activity, Evidence, ObstacleKind, Passage
from activities.reading import item_report
from organizations.models import OrganizationName
from tests.activities.paper_reading import blocks, facts, get, languages, paper, told
from tests.activities.report_reading import body
from tests.factories import (
    make_area,
    make_framework,
    make_item,
    make_organization,
    make_participation,
    make_undertaking,
    make_update,
)
from tests.personas import Cast
from tests.reading import client_of, queries
from tracker.toolkit.days import day_words

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()
ADDRESS = "/frameworks/S-2001-138/report/"


@pytest.fixture
def framework(db: None) -> Any:
    """Two areas and the follow-up, five items, one of them a part of another; sections as in the document."""
    framework = make_framework()
    for number, (anchor, title) in enumerate(
        [("section-I", "Principles"), ("section-II", "Activities"), ("section-III", "Follow-up")]
    ):
        Passage.objects.create(
            framework=framework, part="annex_i", position=number, anchor=anchor, kind="heading",
            number=anchor.removeprefix("section-"), title_en=title,
        )  # fmt: skip
    Passage.objects.create(framework=framework, part="annex_i", position=9, anchor="K1", text_en="A paragraph.")
    for code in ("A.10", "A.2", "C.1", "C.1.a", "F.1"):
        make_item(code=code)
    Activity.objects.filter(code="C.1.a").update(parent=Activity.objects.get(code="C.1"))
    Activity.objects.filter(code="A.2").update(
        description_en="Organize joint training.", description_zh_hans="联合培训。"
    )
    make_area(code="B")
    return framework


def item(code: str) -> Activity:
    return Activity.objects.get(code=code)


def order(found: Any) -> list[str]:
    """Headings and undertakings as they follow one another."""
    lines = []
    for block in blocks(found):
        if block.tag in ("h2", "h3", "h4"):
            lines.append(f"{block.tag} {block.text}")
        elif block.has("class", "told"):
            lines.append(next(block.all("a")).text)
    return lines


def test_the_order_is_that_of_the_framework_and_principles_are_not_repeated(framework: Any) -> None:
    make_undertaking(item=item("C.1.a"), title="Protocol")
    make_undertaking(item=item("A.2"), title="Second")
    make_undertaking(item=item("A.2"), title="Third")
    assert order(paper(NOBODY, ADDRESS)) == [
        "h2 II. Activities",
        "h3 A. Area A",
        "h4 A.2 Item A.2", "A.2.1 Second", "A.2.2 Third",
        "h4 A.10 Item A.10",
        "h3 C. Area C",
        "h4 C.1 Item C.1",
        "h4 C.1.a Item C.1.a", "C.1.a.1 Protocol",
        "h2 III. Follow-up",
        "h3 F. Area F",
        "h4 F.1 Item F.1",
    ]  # fmt: skip


def test_items_with_nothing_under_them_say_so(framework: Any) -> None:
    make_undertaking(item=item("A.2"), title="Second", also_serves=[item("F.1")])
    make_update(activity=item("C.1"), done="The item was discussed.")
    found = paper(NOBODY, ADDRESS)
    current, silent = "", []
    for block in blocks(found):
        current = block.text if block.has("class", "item") else current
        if block.text == "Nothing was recorded under this item.":
            silent.append(current)
    assert silent == ["A.10 Item A.10", "C.1.a Item C.1.a"]
    [also] = found.all("p", class_="also")
    assert also.text == "Also served by: A.2.1 Second"
    # Told once, under its main item.
    assert list(told(found)) == ["A.2.1"]


@pytest.mark.parametrize(
    ("status", "also", "words"),
    [
        (Status.PROPOSED, (), "0 of 5 items acted on."),
        (Status.AGREED, (), "0 of 5 items acted on."),
        (Status.DISCONTINUED, (), "0 of 5 items acted on."),
        # C.1 with its part C.1.a.
        (Status.UNDER_WAY, (), "2 of 5 items acted on."),
        (Status.STALLED, (), "2 of 5 items acted on."),
        (Status.COMPLETED, ("A.2",), "3 of 5 items acted on."),
    ],
)
def test_how_many_items_are_acted_on(framework: Any, status: str, also: tuple[str, ...], words: str) -> None:
    lead = make_organization()
    make_undertaking(item=item("C.1.a"), status=status, lead=lead, also_serves=[item(code) for code in also])
    [summary] = paper(NOBODY, ADDRESS).all("div", class_="abstract")
    assert words in summary.text


@pytest.mark.parametrize("person", ["anonymous", "stranger", "partner", "coordinator"])
@pytest.mark.parametrize("form", ["", "print"])
def test_only_what_the_reader_may_see_is_told_and_counted(cast: Cast, person: str, form: str) -> None:
    item_b = make_item(code="B.1")
    for visibility in Visibility.values:
        hidden = make_undertaking(
            item=item_b, title=f"Secret {visibility}", lead=cast.organizations["lead"], visibility=visibility,
            status=Status.UNDER_WAY, also_serves=[make_item(code="C.2")],
        )  # fmt: skip
        make_update(activity=hidden, done=f"Words of {visibility}", obstacles=f"Obstacle of {visibility}")
    seen = {
        "anonymous": ["public"], "stranger": ["public", "internal"],
        "partner": ["public", "internal", "restricted"], "coordinator": ["public", "internal", "restricted"],
    }[person]  # fmt: skip
    # The partner takes part in the restricted activity of the cast, not in this one.
    under_b = ["public", "internal"] if person == "partner" else seen
    found = paper(getattr(cast, person), ADDRESS, **({"format": form} if form else {}))
    by_code = told(found)
    assert {code for code in by_code if code.startswith("B.1.")} == {f"B.1.{n}" for n in range(1, len(under_b) + 1)}
    assert {code for code in by_code if code.startswith("A.5.")} == {f"A.5.{n}" for n in range(1, len(seen) + 1)}
    for visibility in Visibility.values:
        for words in (f"Secret {visibility}", f"Words of {visibility}", f"Obstacle of {visibility}"):
            assert (words in found.text) == (visibility in under_b), words
    number = len(seen) + len(under_b)
    assert f"{number} undertaking{'' if number == 1 else 's'}" in found.text


def test_what_is_hidden_makes_no_item_acted_on(cast: Cast) -> None:
    make_undertaking(
        item=make_item(code="B.1"), lead=cast.organizations["lead"], visibility=Visibility.RESTRICTED,
        status=Status.UNDER_WAY, also_serves=[make_item(code="C.2")],
    )  # fmt: skip
    words = {}
    for person in ("anonymous", "coordinator"):
        [summary] = paper(getattr(cast, person), ADDRESS).all("div", class_="abstract")
        words[person] = summary.text.removeprefix("Summary. ").split(" acted")[0]
    assert words == {"anonymous": "1 of 3 items", "coordinator": "3 of 3 items"}


OLD = 9200  # days: entries of later years may follow


def test_by_whom_state_last_word_obstacles_and_sources(db: None) -> None:
    kind = ObstacleKind.objects.create(code="funds", title_en="Funds", title_ar="الأموال")
    lead, partner = (make_organization(acronym=name, name_en=name.title()) for name in ("LEAD", "PARTNER"))
    activity = make_undertaking(lead=lead, partners=[partner], status=Status.UNDER_WAY, days_ago=OLD)
    make_participation(activity=activity, organization=partner, role=Role.HOST, until="2020-03")
    make_update(activity=activity, as_of="2020-12", obstacles="لا توجد أموال.", obstacle_kinds=[kind], language="ar")
    make_update(
        activity=activity, as_of="2021-01", done="第一批学员毕业。", language="zh-hans", next_steps="第二批。",
        next_steps_due_on="2021-05", progress=60,
        evidence=[Evidence(kind="link", title="Minutes", url="https://un.org/minutes")],
    )  # fmt: skip
    said = facts(told(paper(NOBODY, ADDRESS))[activity.code])
    assert {name: value.text for name, value in said.items()} == {
        "By": "Lead (LEAD), Lead; Partner (PARTNER), Partner, Host until March 2020",
        "State": f"Under way as of {day_words(activity.status_as_of)}, 60%",
        "Last word": "LEAD, January 2021: 第一批学员毕业。 Next steps: 第二批。 Due May 2021",
        "Obstacles": "LEAD, December 2020: Funds. لا توجد أموال.",
        "Sources": "Minutes",
    }
    assert languages(said["Obstacles"])["لا توجد أموال."] == "ar rtl"
    assert languages(said["Last word"])["第二批。"] == "zh-hans ltr"
    assert next(said["Sources"].all("a"))["href"] == "https://un.org/minutes"


def test_the_last_word_is_the_newest_that_stands_and_has_words(db: None) -> None:
    activity = make_undertaking(lead=make_organization(acronym="LEAD"), status=Status.UNDER_WAY, days_ago=OLD)
    make_update(activity=activity, as_of="2020-09-01", done="The older word.")
    wrong = make_update(activity=activity, as_of="2020-10-01", done="The wrong word.")
    make_update(activity=activity, as_of="2020-10-01", done="The right word.", next_steps="Next.", corrects=wrong)
    make_update(activity=activity, as_of="2020-10-20", kind="no_change")
    said = facts(told(paper(NOBODY, ADDRESS))[activity.code])
    assert said["Last word"].text == (
        "LEAD, 1 October 2020: The right word. Next steps: Next. No change reported on 20 October 2020."
    )


@pytest.fixture
def oic(db: None) -> Any:
    oic = make_organization(acronym="OIC", name_en="Organization of Islamic Cooperation")
    OrganizationName.objects.create(
        organization=oic, name_en="Organization of the Islamic Conference", until="2011-06-28"
    )
    return oic


def test_organizations_bear_the_names_of_the_time(oic: Any) -> None:
    au = make_organization(acronym="AU", name_en="African Union")
    oau = make_organization(
        acronym="OAU", name_en="Organization of African Unity", successor=au, succeeded_on="2002-07-09"
    )
    old = make_undertaking(lead=oic, partners=[oau], actual_start_on="2001", actual_end_on="2001-12")
    young = make_undertaking(lead=oic, partners=[oau], actual_start_on="2012", actual_end_on="2013")
    # Under way, as far as anything is known of it.
    silent = make_undertaking(lead=oic, partners=[oau], status=Status.UNDER_WAY, days_ago=OLD)
    open_still = make_undertaking(lead=oic, status=Status.UNDER_WAY, actual_start_on="2001")
    rows = told(paper(NOBODY, ADDRESS))
    assert {activity.code: facts(rows[activity.code])["By"].text for activity in (old, young, silent, open_still)} == {
        old.code: "Organization of the Islamic Conference (OIC), Lead; Organization of African Unity (OAU), Partner",
        young.code: "Organization of Islamic Cooperation (OIC), Lead; African Union (AU), Partner",
        silent.code: "Organization of the Islamic Conference (OIC), Lead; Organization of African Unity (OAU), Partner",
        open_still.code: "Organization of Islamic Cooperation (OIC), Lead",
    }


@pytest.mark.parametrize(
    ("language", "text", "marked"),
    [
        ("en", "Organize joint training.", "en ltr"),
        ("zh-hans", "联合培训。", "zh-hans ltr"),
        ("ar", "Organize joint training.", "en ltr"),
        ("fr", "Organize joint training.", "en ltr"),
        ("ru", "Organize joint training.", "en ltr"),
        ("es", "Organize joint training.", "en ltr"),
    ],
)
def test_the_text_of_an_item_is_in_the_readers_language_or_says_in_which(
    framework: Any, language: str, text: str, marked: str
) -> None:
    found = paper(NOBODY, ADDRESS, language)
    quoted = [(row.text, f"{row['lang']} {row['dir']}") for row in found.all("blockquote")]
    assert quoted == [(text, marked)]
    sources = [row["href"] for row in found.all("a") if row["href"].startswith("/frameworks/")]
    assert sources[0] == "/frameworks/S-2001-138/#A.2"


def test_the_filters_of_the_report_choose_what_is_told(cast: Cast) -> None:
    other = make_undertaking(item=make_item(code="B.1"), title="Elsewhere", lead=cast.organizations["stranger"])
    everything = paper(cast.coordinator, ADDRESS)
    assert set(told(everything)) == {"A.5.1", "A.5.2", "A.5.3", other.code}
    by_organization = paper(cast.coordinator, ADDRESS, organization="stranger")
    assert set(told(by_organization)) == {other.code}
    # The items stay: what is missing is the answer.
    assert [row.text for row in by_organization.all("h3", class_="item")] == [
        "A.5 Joint staff training", "B.1 Item B.1",
    ]  # fmt: skip
    assert "Nothing under this item fits the filters." in by_organization.text
    assert "Left out by the filters: 3 undertakings." in by_organization.text
    assert "Organization: STRANGER." in by_organization.text
    by_area = paper(cast.coordinator, ADDRESS, area="B")
    assert [row.text for row in by_area.all("h3", class_="item")] == ["B.1 Item B.1"]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("colour=red", ["colour"]), ("area=Z", ["area"]), ("page=2", ["page"]), ("sort=code", ["sort"]),
        ("framework=S-1998-1", ["framework"]), ("format=csv&visibility=public", ["format", "visibility"]),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_and_named(cast: Cast, query: str, named: list[str]) -> None:
    response = client_of(cast.lead).get(f"{ADDRESS}?{query}")
    assert response.status_code == 400
    for name in named:
        assert name in response.content.decode()


def test_a_framework_that_does_not_exist_is_not_found(client: Any) -> None:
    assert client.get("/frameworks/S-1900-1/report/").status_code == 404


def test_the_page_stays_bounded_and_leads_to_the_rest(framework: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = make_organization(acronym="LEAD")
    monkeypatch.setattr(item_report, "SHOWN", 3)
    monkeypatch.setattr(item_report, "SHOWN_OF_EACH", 2)
    for number in range(4):
        make_undertaking(item=item("A.2"), title=f"Course {number}", lead=lead)
    found = paper(NOBODY, ADDRESS, organization="lead")
    assert {code for code in told(found) if code.startswith("A.2.")} == {"A.2.1", "A.2.2"}
    [more] = found.all("p", class_="more")
    assert more.text == "2 further undertakings under this item"
    [link] = more.all("a")
    assert link["href"] == (
        reverse("activity-list") + "?organization=lead&parent=A.2&kind=undertaking&framework=S-2001-138"
    )
    # Print holds all of them.
    whole = paper(NOBODY, ADDRESS, organization="lead", format="print")
    assert {code for code in told(whole) if code.startswith("A.2.")} == {"A.2.1", "A.2.2", "A.2.3", "A.2.4"}


def test_print_says_the_same_as_the_page_in_pieces(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_report, "TOLD_AT_A_TIME", 2)
    make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, done="Said.")
    for language in ("en", "ar"):
        on_page, printed = (paper(cast.coordinator, ADDRESS, language, **given) for given in ({}, {"format": "print"}))
        assert [block.text for block in blocks(printed)][4:] == [block.text for block in blocks(on_page)][4:]
        assert len(blocks(printed)) > 6


def test_a_constant_number_of_statements(cast: Cast) -> None:
    def add() -> None:
        activity = make_undertaking(
            item=make_item(code="A.5"), lead=cast.organizations["lead"], partners=[cast.organizations["partner"]],
            status=Status.UNDER_WAY, also_serves=[make_item(code="B.1")],
        )  # fmt: skip
        kind, _ = ObstacleKind.objects.get_or_create(code="funds", defaults={"title_en": "Funds"})
        make_update(
            activity=activity, done="Done.", obstacles="None of it.", obstacle_kinds=[kind],
            evidence=[Evidence(kind="link", title="Minutes", url="https://un.org/minutes")],
        )  # fmt: skip

    add()
    one = queries(cast.lead, ADDRESS)
    add()
    add()
    assert queries(cast.lead, ADDRESS) == one <= 20


def test_the_answer_says_where_it_comes_from(cast: Cast) -> None:
    response = get(cast.partner, ADDRESS, format="print", organization="partner")
    assert response["X-Report-Rows"] == "3"
    assert response["X-Report-Left-Out"] == "0"
    assert "Organization" in response["X-Report-Filters"]
    assert "</html>" in body(response).decode()
