"""The timeline: what it shows of whom, in which time, in words and as a picture."""

import csv
import datetime
import io
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from activities.choices import Status, Visibility
from activities.models import Activity
from activities.workflow import refresh_derived
from tests.factories import make_area, make_item, make_organization, make_undertaking, make_update
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, main_part, page, queries

from .report_reading import Element, body, form_values, parse

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


def address(**given: Any) -> str:
    if "first" in given:
        given["from"] = given.pop("first")
    return reverse("timeline", query=given or None)


def dated(title: str, *dates: str, **fields: Any) -> Activity:
    """An undertaking with its planned start and end and its actual start and end."""
    names = ("planned_start_on", "planned_end_on", "actual_start_on", "actual_end_on")
    return make_undertaking(title=title, **dict(zip(names, dates, strict=False)), **fields)


def opened(user: Any = NOBODY, **given: Any) -> Element:
    response = client_of(user).get(address(**given))
    assert response.status_code == 200, given
    return parse(response)


def charted(document: Element, table: str = "sched") -> dict[str, Element]:
    """Rows of the chart by their reference."""
    [found] = document.all("table", class_=table)
    return {
        next(row.all("bdi")).text if list(row.all("bdi")) else next(row.all("b")).text: row
        for group in found.all("tbody")
        for row in group.all("tr")
        if not row.has("class", "cut")
    }


def bars(row: Element) -> list[tuple[str, str, str]]:
    return [(rect["class"], rect["x"], rect["width"]) for rect in row.all("rect")]


def in_csv(user: Any = NOBODY, **given: Any) -> list[list[str]]:
    response = client_of(user).get(address(**given, format="csv"))
    return list(csv.reader(io.StringIO(body(response).decode("utf-8-sig"), newline="")))[1:]


@pytest.fixture
def several(db: None) -> dict[str, Activity]:
    """In two areas, of every kind of knowledge about dates."""
    lead = make_organization()
    return {
        "whole": dated(
            "whole", "2001-03-01", "2002-06-30", "2001-04-01", "2002-05-31", status=Status.COMPLETED, lead=lead
        ),
        "years": dated("years", "2001", "2002", lead=lead),
        "going": dated("going", "2001-07", "2001-10-31", "2001-08-01", status=Status.UNDER_WAY, lead=lead),
        "late": dated("late", "", "2003-05", item=make_item(code="B.1"), lead=lead),
        "none": dated("none", item=make_item(code="B.1"), lead=lead),
    }


def test_words_and_bars_say_the_same(several: dict[str, Activity]) -> None:
    rows = charted(opened(by="quarter", first="2001", until="2002"))
    assert {code: next(row.all("small")).text for code, row in rows.items()} == {
        several["whole"].code: "Completed. Planned: 1 Mar 2001 – 30 Jun 2002. Actual: 1 Apr 2001 – 31 May 2002.",
        several["years"].code: "Proposed. Planned: 2001 – 2002.",
        several["going"].code: "Under way. Planned: July 2001 – 31 Oct 2001. Actual: since 1 Aug 2001.",
    }
    assert bars(rows[several["whole"].code]) == [
        ("plan", "8.08%", "66.71%"),
        ("f-completed", "12.33%", "58.36%"),
    ]
    # Known to the year only: two years of which no day is sure.
    assert bars(rows[several["years"].code]) == [("plan soft", "0%", "50%"), ("plan soft", "50%", "50%")]
    assert bars(rows[several["going"].code]) == [
        ("plan soft", "24.79%", "4.25%"),
        ("plan", "29.04%", "12.6%"),
        ("f-under_way", "29.04%", "70.96%"),
    ]
    overdue = [mark.text for mark in rows[several["going"].code].all("span", class_="sig-overdue")]
    assert overdue == ["31 Oct 2001"]


def test_an_unknown_start_and_an_unknown_end_are_said(db: None) -> None:
    lead = make_organization()
    known = {
        "Planned: from 1 Mar 2001, end not stated.": dated("a", "2001-03-01"),
        "Planned: until May 2003, start not stated.": dated("b", "", "2003-05", status=Status.DISCONTINUED),
        "Actual: from 2001, end not stated.": dated("c", "", "", "2001", status=Status.COMPLETED, lead=lead),
        "Actual: until 5 Jul 2001, start not stated.": dated("d", "", "", "", "2001-07-05"),
        "Actual: 5 Jul 2001.": dated("e", "", "", "2001-07-05", "2001-07-05"),
    }
    rows = charted(opened())
    for words, activity in known.items():
        assert words in next(rows[activity.code].all("small")).text
    tails = {code: len(list(row.all("line", class_="tail"))) for code, row in rows.items()}
    assert tails == {a.code: int("end not stated" in words) for words, a in known.items()}


def test_rows_stand_by_area_and_begin_in_order(several: dict[str, Activity]) -> None:
    several["first of all"] = dated("first of all", "1999", item=make_item(code="B.1"))
    document = opened()
    [table] = document.all("table", class_="sched")
    areas = [[next(row.all("th")).text for row in group.all("tr", class_="cut")] for group in table.all("tbody")]
    assert areas == [["A Area A"], ["B Area B"]]
    assert list(charted(document)) == [
        several[name].code for name in ("years", "whole", "going", "first of all", "late")
    ]
    turned = list(charted(opened(sort="-start")))
    assert turned == [several[name].code for name in ("going", "whole", "years", "late", "first of all")]
    assert list(charted(opened(sort="code"))) == [
        several[name].code for name in ("whole", "years", "going", "late", "first of all")
    ]


def test_on_a_phone_it_is_a_list_by_date(several: dict[str, Activity]) -> None:
    [found] = opened(sort="code").all("div", class_="by-date")
    assert [heading.text for heading in found.all("h3")] == ["2001", "2003"]
    assert [(next(row.all("time")).text, next(row.all("bdi")).text) for row in found.all("li")] == [
        ("2001", several["years"].code),
        ("1 Apr 2001", several["whole"].code),
        ("1 Aug 2001", several["going"].code),
        ("May 2003", several["late"].code),
    ]


def test_what_has_no_date_is_listed_in_words(several: dict[str, Activity]) -> None:
    document = opened()
    # The agreed items have none either.
    [heading] = document.all("h2", id="h-undated")
    assert heading.text == "3 activities without any date"
    [section] = document.all("section", class_="minor")
    assert {ref.text for ref in section.all("bdi")} == {several["none"].code, "A.5", "B.1"}


def test_the_time_asked_for(several: dict[str, Activity]) -> None:
    def found(**given: Any) -> set[str]:
        by_code = {activity.code: name for name, activity in several.items()}
        rows = {by_code.get(row[0], row[0]) for row in in_csv(**given)}
        [sched] = list(opened(**given).all("table", class_="sched")) or [None]
        if sched:
            charts = set(charted(opened(**given)))
            assert {by_code.get(code, code) for code in charts} == {
                name for name in rows if name in ("whole", "years", "going", "late")
            }
        return rows

    assert found() == {"whole", "years", "going", "late", "none", "A.5", "B.1"}
    assert found(first="2002-06", until="2002-12") == {"whole", "years", "going"}
    assert found(first="2002-06-30", until="2002-06-30") == {"whole", "years", "going"}
    assert found(first="2002-07-01", until="2002") == {"years", "going"}
    assert found(until="2001-02") == {"years"}
    assert found(first="2003-05-31", until="2003") == {"late", "going"}
    assert found(first="2003-06-01", until="2004") == {"going"}
    ahead = timezone.localdate() + datetime.timedelta(days=1)
    assert found(first=ahead.isoformat()) == set()
    html = main_part(page(NOBODY, address(first="2002-07-01", until="2002")))
    assert "2 more activities lie outside this time." in html and "3 activities without any date" in html


def test_files_hold_the_rows_of_the_page(several: dict[str, Activity]) -> None:
    expected = [
        [several["years"].code, "years", "2001", "2002", "", "", "Proposed"],
        [several["whole"].code, "whole", "2001-03-01", "2002-06-30", "2001-04-01", "2002-05-31", "Completed"],
        [several["going"].code, "going", "2001-07", "2001-10-31", "2001-08-01", "", "Under way"],
        [several["late"].code, "late", "", "2003-05", "", "", "Proposed"],
        ["A.5", "Item A.5", "", "", "", "", "Agreed"],
        ["B.1", "Item B.1", "", "", "", "", "Agreed"],
        [several["none"].code, "none", "", "", "", "", "Proposed"],
    ]
    assert in_csv() == expected
    response = client_of(NOBODY).get(address(format="xlsx"))
    sheet = load_workbook(io.BytesIO(body(response))).worksheets[1]
    rows = [["" if cell.value is None else str(cell.value)[:10] for cell in row] for row in sheet][1:]
    assert [row[0] for row in rows] == [row[0] for row in expected]
    paper = parse(client_of(NOBODY).get(address(format="print")))
    assert list(charted(paper, "annex")) == [row[0] for row in expected]
    response = client_of(NOBODY).get(address(area="B", first="2003", until="2003", format="csv"))
    assert (response["X-Report-Rows"], response["X-Report-Left-Out"]) == ("1", "6")
    assert "Area%3A B B%3B Time%3A 2003" in response["X-Report-Filters"] or "2003" in response["X-Report-Filters"]


def test_a_paper_keeps_areas_together(several: dict[str, Activity]) -> None:
    dated("first of all", "1999", item=make_item(code="B.1"))
    paper = parse(client_of(NOBODY).get(address(format="print")))
    [table] = paper.all("table", class_="annex")
    cuts = [row.text for row in table.all("tr", class_="cut")]
    assert cuts == ["A Area A", "B Area B", "3 activities without any date"]


def test_filters_hold_and_stay_in_every_link(several: dict[str, Activity]) -> None:
    assert set(charted(opened(area="B"))) == {several["late"].code}
    document = opened(area="B", first="2003", until="2003", sort="code")
    [main] = document.all("main")
    for link in main.all("a"):
        if link["href"].startswith("?"):
            response = client_of(NOBODY).get(reverse("timeline") + link["href"])
            assert response.status_code == 200, link["href"]
            lets_go = link.text.startswith("Remove filter") or link.text.startswith("Clear")
            assert "area=B" in link["href"] or lets_go, link["href"]
    earlier = {link["rel"]: link["href"] for link in main.all("a") if link.attributes.get("rel") in ("prev", "next")}
    assert earlier == {}, "nothing of area B lies before or after"
    [other] = opened(first="2003", until="2003").all("a", rel="prev")
    assert other["href"] == "?by=quarter&from=2002&until=2002"


def test_the_form_asks_for_what_is_shown(several: dict[str, Activity]) -> None:
    asked = {"area": ["B"], "from": ["2003"], "by": ["year"], "sort": ["code"]}
    [form] = parse(client_of(NOBODY).get(reverse("timeline", query=asked))).all("form", id="filters")
    assert form_values(form) == asked and form["action"] == reverse("timeline")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"by": "month"}, {"by"}),
        ({"by": ["year", "quarter"]}, {"by"}),
        ({"from": "31.12.2001"}, {"from"}),
        ({"until": ["2001", "2002"]}, {"until"}),
        ({"from": "2002", "until": "2001"}, {"until"}),
        ({"from": "2001", "until": "2009", "by": "quarter"}, {"by"}),
        ({"from": "0999"}, {"from"}),
        ({"colour": "red", "by": "x", "sort": "due"}, {"colour", "by", "sort"}),
        ({"format": "csv", "page": "2"}, {"page"}),
    ],
)
def test_what_is_not_understood_is_refused_by_name(given: dict[str, Any], named: set[str], client: Client) -> None:
    response = client.get(reverse("timeline", query=given))
    assert response.status_code == 400
    assert {name for name, _sentence in response.context["problems"]} == named


def test_what_is_hidden_adds_no_bar_no_number_and_no_year(cast: Cast) -> None:
    Activity.objects.filter(agreed=False).update(planned_start_on="2001")
    Activity.objects.filter(pk=cast.internal.pk).update(planned_end_on="1950", planned_start_on="1950")
    Activity.objects.filter(pk=cast.restricted.pk).update(planned_end_on="1930", planned_start_on="1930")
    make_undertaking(title="Hidden, without a date", visibility=Visibility.RESTRICTED)
    for person in PEOPLE:
        html = main_part(page(cast.people[person], address()))
        sees_internal, sees_restricted = person != "anonymous", person not in ("anonymous", "stranger")
        assert (cast.internal.get_absolute_url() in html) is sees_internal, person
        assert (cast.restricted.get_absolute_url() in html) is sees_restricted, person
        first = "1930" if sees_restricted else "1950" if sees_internal else "2001"
        assert f'<h2 id="h-time">{first}' in html, person
        keeps = person in ("coordinator", "administrator")
        number = 1 + sees_internal + sees_restricted + 1 + keeps
        assert f"{number} activities." in html, person
        assert ("2 activities without any date" in html) is keeps, person


def test_pages_hold_fifty_and_end(db: None) -> None:
    item = make_item()
    make = [
        Activity(
            framework=item.framework, area=item.area, parent=item, code=f"A.5.{n}", sort_key=f"A.005.{n:03}",
            title_en=f"Number {n}", planned_start_on=f"2001-01-{n % 28 + 1:02}",
        )
        for n in range(1, 61)
    ]  # fmt: skip
    Activity.objects.bulk_create(make)
    first, second = opened(), opened(page=2)
    assert len(charted(first)) == 50 and len(charted(second)) == 10
    assert set(charted(first)) | set(charted(second)) == {activity.code for activity in make}
    # The same scale on every page, so that they can be laid side by side.
    assert [text.text for text in first.all("text")] == [text.text for text in second.all("text")]
    assert list(second.all("h2", id="h-undated")) and not list(first.all("h2", id="h-undated"))
    [link] = [link for link in first.all("a") if link.text == "listed from page 2"]
    assert link["href"] == "?page=2"
    assert client_of(NOBODY).get(address(page=3)).status_code == 404


def test_today_is_a_line_where_it_lies_in_the_time(several: dict[str, Activity]) -> None:
    def lines(**given: Any) -> int:
        [now] = opened(**given).all("symbol", id="t-now")
        return len(list(now.all("line")))

    assert lines() == 1, "what is under way reaches up to today"
    assert lines(first="2001", until="2002") == 0


def test_as_of_a_day_it_shows_what_was_known_then(db: None) -> None:
    day = timezone.localdate() - datetime.timedelta(days=10)
    lead = make_organization()
    known = dated("known", "2026", "2027", "2026", lead=lead, status=Status.UNDER_WAY, days_ago=20)
    make_update(activity=known, organization=lead, status=Status.COMPLETED, closing="objective_met", days_ago=2)
    Activity.objects.filter(pk=known.pk).update(created_at=timezone.now() - datetime.timedelta(days=30))
    refresh_derived(Activity.objects.get(pk=known.pk))
    dated("new", "2026", lead=lead)

    def state(**given: Any) -> dict[str, str]:
        rows = charted(opened(**given))
        return {code: next(row.all("small")).text.split(".")[0] for code, row in rows.items()}

    assert state()[known.code] == "Completed" and len(state()) == 2
    assert state(as_of=day.isoformat()) == {known.code: "Under way"}
    [row] = charted(opened(as_of=day.isoformat())).values()
    assert {css for css, _x, _width in bars(row) if css[0] in "fs"} <= {"f-under_way", "s-under_way soft"}
    assert [row[-1] for row in in_csv(as_of=day.isoformat(), kind="undertaking")] == ["Under way"]
    [strip] = opened(as_of=day.isoformat(), by="year").all("aside", class_="asof")
    assert next(strip.all("a"))["href"] == "?by=year"


def test_right_to_left_and_other_languages(several: dict[str, Activity]) -> None:
    client = client_of(NOBODY)
    response = client.get(address(first="2001", until="2002"), headers={"accept-language": "ar"})
    document = parse(response)
    [scale] = document.all("svg", class_="chart")
    assert next(scale.all("text"))["x"] == "100%"
    assert all(svg.has("class", "mirror") for svg in document.all("svg", class_="track"))
    [title] = {
        span["lang"] for row in charted(document).values() for span in row.all("span") if "lang" in span.attributes
    }
    assert title == "en"
    with translation.override("ar"):
        status = str(Status.COMPLETED.label)
    assert status in document.text


def test_an_empty_register_has_a_timeline(db: None) -> None:
    assert "The register holds no activity that you may see." in page(NOBODY, address())
    make_area()
    assert "Nothing in this time" not in page(NOBODY, address(first="2001"))


@pytest.mark.parametrize("person", ["anonymous", "lead", "coordinator"])
@pytest.mark.parametrize("given", [{}, {"first": "2001", "until": "2003"}, {"by": "quarter"}])
def test_statements_do_not_grow_with_the_rows(cast: Cast, person: str, given: dict[str, str]) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            dated("more", "2001", "2002", item=make_item(code="B.1"), lead=cast.organizations["lead"])
        counts.append(queries(cast.people[person], address(**given)))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("given", [{}, {"by": "quarter"}])
def test_nor_do_they_on_a_day_in_the_past(db: None, given: dict[str, str]) -> None:
    lead, today = make_organization(), timezone.localdate()
    day = (today - datetime.timedelta(days=10)).isoformat()
    dates = (f"{today.year - 1}", f"{today.year}", f"{today.year - 1}")
    counts = []
    for more in (1, 2):
        for _ in range(more):
            made = dated("known", *dates, lead=lead, status=Status.UNDER_WAY, days_ago=20)
            Activity.objects.filter(pk=made.pk).update(created_at=timezone.now() - datetime.timedelta(days=30))
            refresh_derived(Activity.objects.get(pk=made.pk))
        assert len(charted(opened(as_of=day, **given))) == Activity.objects.undertakings().count()
        counts.append(queries(NOBODY, address(as_of=day, **given)))
    assert counts[0] == counts[1] <= 12
