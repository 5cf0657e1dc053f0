"""The overview: its numbers are those of the rows behind them, and it tells nobody of what they may not see."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone, translation

from activities.choices import Response, Status, UpdateKind, Visibility
from activities.models import Activity, Area
from activities.reading.overview import areas, coming_up, needs_attention, numbers
from activities.reading.pulse import MARKS, gather, pulse
from activities.reading.status_chart import status_over_time
from activities.workflow import answer_invitation
from tests.activities.report_reading import Element, parse
from tests.factories import make_area, make_item, make_organization, make_undertaking, make_update, make_user
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, links, main_part, page, queries, rows_behind

pytestmark = pytest.mark.django_db


def days_from_now(days: int) -> str:
    return (timezone.localdate() + datetime.timedelta(days=days)).isoformat()


@pytest.fixture
def every_state(cast: Cast) -> Cast:
    """The cast, and one activity for each word of the overview, of each visibility."""
    lead, partner = cast.organizations["lead"], cast.organizations["partner"]
    for visibility in Visibility.values:
        known: dict[str, Any] = {"visibility": visibility, "partners": [partner]}
        make_undertaking(lead=lead, status=Status.STALLED, days_ago=10, title=f"{visibility} stalled", **known)
        make_undertaking(
            lead=lead, status=Status.UNDER_WAY, planned_end_on=days_from_now(-20), title=f"{visibility} late", **known
        )
        make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=140, title=f"{visibility} silent", **known)
        make_undertaking(title=f"{visibility} leaderless", **known)
        make_undertaking(lead=lead, status=Status.COMPLETED, days_ago=400, title=f"{visibility} done", **known)
        left = make_undertaking(lead=lead, status=Status.UNDER_WAY, title=f"{visibility} left", **known)
        leading = left.participations.get(organization=lead)
        answer_invitation(participation=leading, response=Response.WITHDRAWN, by=None, version=leading.version)
    return cast


@pytest.mark.parametrize("person", ["anonymous", "stranger", "invited", "partner", "coordinator"])
def test_each_number_is_that_of_the_rows_behind_its_link(every_state: Cast, person: str) -> None:
    user = every_state.people[person]
    html = main_part(page(user, reverse("overview")))
    ledger = html.split('<ul class="ledger"')[1].split("</ul>")[0]
    told = re.findall(r'href="([^"]*)"><b>(\d+)</b>', ledger) + re.findall(r'href="([^"]*)">(\d+) \w+</a>', ledger)
    assert len(told) == 5, "moving, silent and without a lead, and the two parts of stuck"
    groups = re.findall(r'href="([^"]*)">(\d+) in the list</a>', html)
    assert len(groups) == 4
    for address, number in told + groups:
        address = address.replace("&amp;", "&")
        assert rows_behind(user, address) == int(number) > 0, address


@pytest.mark.parametrize("person", ["anonymous", "stranger", "partner", "coordinator"])
def test_the_areas_count_the_undertakings_of_the_list(every_state: Cast, person: str) -> None:
    user = every_state.people[person]
    make_area(code="B")
    html = main_part(page(user, reverse("overview")))
    for code in ("A", "B"):
        row = re.search(rf'href="([^"]*area={code}&amp;kind=undertaking)".*?c-all"><b>(\d+)</b>', html, re.DOTALL)
        assert row and rows_behind(user, row[1].replace("&amp;", "&")) == int(row[2])
    total = re.search(r'<tfoot.*?c-all"><b>(\d+)</b>', html, re.DOTALL)
    assert total and int(total[1]) == rows_behind(user, reverse("activity-list") + "?kind=undertaking")


def test_the_words_mean_what_the_definitions_say(every_state: Cast) -> None:
    today = timezone.localdate()
    public = Activity.objects.filter(visibility=Visibility.PUBLIC, agreed=False)

    def titles(rows: Any) -> set[str]:
        return {row.title for row in rows}

    assert titles(public.moving(today)) == {"Public course", "public late", "public left"}
    assert titles(public.stuck(today)) == {"public stalled", "public late"}
    assert titles(public.showing("silent", today)) == {"public silent"}
    assert titles(public.without_lead(today)) == {"public leaderless", "public left"}


def test_moving_ends_after_ninety_days(db: None) -> None:
    lead, today = make_organization(), timezone.localdate()
    for days in (90, 91):
        make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=days, title=f"{days} days ago")
    assert [row.title for row in Activity.objects.moving(today)] == ["90 days ago"]


def test_what_is_hidden_leaves_no_trace(every_state: Cast) -> None:
    make_update(
        activity=every_state.restricted,
        organization=every_state.organizations["lead"],
        done="Met in secret",
        progress=5,
    )
    Activity.objects.filter(pk=every_state.restricted.pk).update(planned_end_on=days_from_now(10))
    seen = {person: page(every_state.people[person], reverse("overview")) for person in PEOPLE}
    for person, html in seen.items():
        hidden = person in ("anonymous", "stranger")
        assert ("Met in secret" in html) is not hidden, person
        assert (every_state.restricted.get_absolute_url() in html) is not hidden, person
        takes_part = person in ("reporter", "partner", "lead_reporter", "lead", "coordinator", "administrator")
        assert ("restricted silent" in html) is takes_part, person
        assert ("internal silent" in html) is (person != "anonymous"), person


def test_mean_progress_counts_only_what_was_stated(db: None) -> None:
    lead = make_organization()
    for progress in (10, 50):
        activity = make_undertaking(lead=lead, status=Status.UNDER_WAY)
        make_update(activity=activity, organization=lead, progress=progress)
    make_undertaking(lead=lead)
    rows = {row.area.code if row.area else "": row for row in areas(Activity.objects.all())}
    assert rows["A"].mean == 30 and rows["A"].total == 3
    assert rows[""].mean == 30 and rows[""].total == 3
    assert dict(rows["A"].counts) == dict.fromkeys(Status.values, 0) | {Status.UNDER_WAY: 2, Status.PROPOSED: 1}


def test_items_taken_up_are_those_with_an_undertaking_or_served_by_one(db: None) -> None:
    items = {code: make_item(code=code) for code in ("A.1", "A.2", "A.3")}
    make_undertaking(item=items["A.1"], also_serves=[items["A.2"]])
    counted = numbers(Activity.objects.all(), timezone.localdate())
    assert (counted["items"], counted["items_taken_up"]) == (3, 2)


def test_the_worst_come_first_and_five_are_shown(db: None) -> None:
    today, lead = timezone.localdate(), make_organization()
    for days in (3, 1, 7, 5, 2, 6, 4):
        make_undertaking(lead=lead, planned_end_on=days_from_now(-days), title=f"{days} late")
    activities = Activity.objects.all()
    (overdue,) = needs_attention(activities, today, numbers(activities, today))
    assert overdue.number == 7
    assert [(row.title, reason) for row, reason in overdue.rows] == [
        ("7 late", "7 days late"),
        ("6 late", "6 days late"),
        ("5 late", "5 days late"),
        ("4 late", "4 days late"),
        ("3 late", "3 days late"),
    ]


def test_entries_from_old_sources_are_no_news(db: None) -> None:
    activity = make_undertaking(lead=make_organization(), title="Documented")
    make_update(activity=activity, organization=None, kind=UpdateKind.DOCUMENTED, done="Held in 2003", as_of="2003")
    make_update(activity=activity, done="Held again", as_of="2026-01")
    html = main_part(page(AnonymousUser(), reverse("overview")))
    assert "Held again" in html and "Held in 2003" not in html


def test_a_corrected_entry_is_no_latest_update(db: None) -> None:
    lead = make_organization()
    author = make_user(organization=lead)
    activity = make_undertaking(lead=lead)
    wrong = make_update(activity=activity, author=author, done="Wrong number")
    make_update(activity=activity, author=author, done="Right number", corrects=wrong)
    html = page(author, reverse("overview"))
    assert "Right number" in html and "Wrong number" not in html


def test_what_comes_up(db: None) -> None:
    today = datetime.date(2026, 11, 23)
    known: dict[str, dict[str, Any]] = {
        "soon": {"planned_end_on": "2026-12-01"},
        "this month": {"planned_end_on": "2026-11"},
        "next month": {"planned_end_on": "2026-12"},
        "review": {"review_on": datetime.date(2026, 11, 30)},
        "too far": {"planned_end_on": "2027-03"},
        "past": {"planned_end_on": "2026-11-22"},
        "this year": {"planned_end_on": "2026"},
        "next year": {"planned_end_on": "2027"},
        "past review": {"review_on": datetime.date(2026, 11, 22)},
    }
    for title, fields in known.items():
        make_undertaking(title=title, **fields)
    make_undertaking(title="done", status=Status.COMPLETED, planned_end_on="2026-12-02")
    found = [(coming.activity.title, coming.what) for coming in coming_up(Activity.objects.all(), today)]
    assert found == [
        ("this month", "Planned end"),
        ("review", "Review"),
        ("next month", "Planned end"),
        ("soon", "Planned end"),
    ]


def strips(language: str = "en") -> dict[str, list[tuple[float, str, str]]]:
    with translation.override(language):
        found = pulse(Activity.objects.all(), timezone.localdate(), list(Area.objects.all()))
    return (
        {strip.code: [(float(m.x), m.status, m.label) for m in strip.marks] for strip in found.strips} if found else {}
    )


def test_the_marks_stand_where_the_days_are(db: None) -> None:
    lead = make_organization()
    make_undertaking(lead=lead, status=Status.UNDER_WAY)
    make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=90)
    make_undertaking(lead=lead, status=Status.STALLED, days_ago=120)
    for _ in range(2):
        make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=4000)
    make_undertaking(lead=lead)
    make_undertaking(lead=lead, status=Status.COMPLETED)
    make_item(code="B.1")  # nobody expects an item to report before it has been taken up
    assert strips() == {
        "A": [
            (2.0, Status.UNDER_WAY, ""),
            (35.5, Status.UNDER_WAY, ""),
            (46.7, Status.STALLED, "A.5.3"),
            (81.0, Status.UNDER_WAY, "2"),
            (95.0, Status.PROPOSED, "A.5.6"),
        ]
    }
    right_to_left = [x for x, _status, _label in strips("ar")["A"]]
    assert right_to_left == [98.0, 64.5, 53.3, 19.0, 5.0]


def test_a_table_says_the_same_as_the_marks(db: None) -> None:
    lead = make_organization()
    for days in (0, 30, 31, 90, 91, 180, 181, 4000):
        make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=days)
    make_undertaking(lead=lead, status=Status.STALLED, days_ago=91, item=make_item(code="B.1"))
    make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=91, visibility="restricted")
    make_undertaking(lead=lead, status=Status.COMPLETED, days_ago=1)
    make_undertaking(lead=lead)
    document = parse(client_of(AnonymousUser()).get(reverse("overview")))
    [section] = [one for one in document.all("section") if one.attributes.get("aria-labelledby") == "h-pulse"]
    rows = [[cell.text.strip() for cell in row.inside if isinstance(cell, Element)] for row in section.all("tr")]
    spans = ["0–30", "31–60", "61–90", "91–120", "121–150", "151–180", "longer", "never"]
    assert rows == [
        ["Area", "Status", *spans, "All"],
        ["A", "Under way", *"21110120", "8"],
        ["A", "Proposed", *"00000001", "1"],
        ["B", "Stalled", *"00010000", "1"],
    ]


def test_a_large_register_has_no_more_marks_than_can_be_told_apart() -> None:
    today = timezone.localdate()

    def marks(areas: int, statuses: int) -> list[Any]:
        rows = [
            {"area": area, "status": status, "heard_on": today - datetime.timedelta(days=days), "was_heard": 1}
            | {"number": 2, "first": "A.1"}
            for area in range(areas)
            for status in range(statuses)
            for days in range(180)
        ]
        found = [mark for bins in gather(rows, today).values() for mark in bins]
        assert sum(mark.number for mark in found) == 2 * areas * statuses * 180
        return found

    assert len(marks(1, 1)) == 60, "three days each"
    assert len(marks(6, 4)) == 6 * 4 * 18 <= MARKS


def test_the_sentence_names_the_outliers(db: None) -> None:
    lead = make_organization()
    make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=1)
    make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=120)
    make_undertaking(lead=lead)
    found = pulse(Activity.objects.all(), timezone.localdate(), list(Area.objects.all()))
    assert found and found.sentence == (
        "3 open activities. 2 not heard of for more than 90 days or never. 1 never reported on. A.5.2: 120 days."
    )


def test_status_over_time_is_that_of_what_the_reader_may_see(every_state: Cast) -> None:
    today = timezone.localdate()
    for person in ("anonymous", "stranger", "invited", "partner", "coordinator"):
        seen = Activity.objects.visible_to(every_state.people[person]).undertakings()
        chart = status_over_time(seen, today)
        assert chart
        expected = {status: seen.filter(status=status).count() for status in Status.values}
        assert dict(chart.columns[-1].counts) == expected, person
        html = main_part(page(every_state.people[person], reverse("overview")))
        over_time = html.split('id="h-over-time"')[1].split("</section>")[0]
        last = re.findall(r'<td class="num">(\d+)</td>', over_time)[-len(Status) :]
        assert [int(number) for number in last] == list(expected.values()), person


def test_status_over_time_tells_what_was_known_then(db: None) -> None:
    lead, today = make_organization(), timezone.localdate()
    make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=200)
    activity = make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=200)
    make_update(activity=activity, organization=lead, status=Status.STALLED, reason="No road.", days_ago=1)
    chart = status_over_time(Activity.objects.undertakings(), today)
    assert chart
    numbers = [dict(column.counts) for column in chart.columns]
    # On the day before yesterday both were under way; only today's column knows that one of them stands still.
    assert (numbers[-1][Status.UNDER_WAY], numbers[-1][Status.STALLED]) == (1, 1)
    ends = [column for column in chart.columns[:-1] if column.day < today - datetime.timedelta(days=1)]
    assert [dict(column.counts)[Status.STALLED] for column in ends] == [0] * len(ends)


def test_no_open_activity_no_chart(db: None) -> None:
    make_item()
    assert pulse(Activity.objects.all(), timezone.localdate(), list(Area.objects.all())) is None


def test_an_empty_register_has_an_overview(db: None) -> None:
    html = main_part(page(AnonymousUser(), reverse("overview")))
    assert "No activity shows a signal today." in html
    assert "No open activity is expected to report." in html


@pytest.mark.parametrize("person", ["anonymous", "lead", "coordinator"])
def test_queries_do_not_grow_with_the_rows(cast: Cast, person: str) -> None:
    counts = []
    for _ in range(2):
        for _ in range(2):
            make_undertaking(
                lead=cast.organizations["lead"],
                item=make_item(code="B.1"),
                status=Status.UNDER_WAY,
                days_ago=140,
                planned_end_on=days_from_now(-3),
                review_on=timezone.localdate() + datetime.timedelta(days=3),
            )
        counts.append(queries(cast.people[person], reverse("overview")))
    assert counts[0] == counts[1] <= 12


def test_every_link_leads_somewhere(every_state: Cast) -> None:
    user = every_state.coordinator
    addresses = {address for address in links(main_part(page(user, reverse("overview")))) if address.startswith("/")}
    assert len(addresses) > 20
    for address in addresses:
        page(user, address.partition("#")[0])
