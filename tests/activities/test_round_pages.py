"""The pages of reporting rounds: the list, opening with a preview, the board, its requests, reminding, closing."""

import csv
import datetime
import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document

from activities.choices import NotificationKind, Role
from activities.models import FrozenReport, Notification, Participation, ReportingRound, UpdateRequest
from activities.reading import round_chart
from activities.reading.coordination import without_focal_point
from activities.reading.rounds import Rate, percent_of, rate_of, requests_of
from activities.workflow import accept, close_round, edit_round, reopen_round, return_update
from organizations.choices import MembershipRole
from tests.factories import make_item, make_organization, make_participation, make_round, make_undertaking, make_update
from tests.forms_sent import fields_of, send
from tests.personas import Cast
from tests.reading import client_of, links, main_part, page, queries, queries_of_post
from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import day_words

Digest = Callable[[], str]
LIST, NEW = "/rounds/", "/rounds/new/"


@pytest.fixture
def opened(cast: Cast) -> ReportingRound:
    """A round over the three activities of the cast; each asks the lead, the co-lead and the partner."""
    return make_round(by=cast.coordinator, title="Round 1")


@pytest.fixture
def keeper(cast: Cast) -> Client:
    return client_of(cast.coordinator)


def address(made: ReportingRound, name: str = "round-detail") -> str:
    return reverse(name, args=[made.number])


def numbers(html: str) -> dict[str, tuple[str, str]]:
    """Requested and answered by organization, as the board shows them."""
    table = html.split('id="h-organizations"', 1)[1].split("</table>", 1)[0]
    found = {}
    for row in table.split("<tr")[2:]:
        name = re.search(r'class="ttl"><a [^>]*>([^<]*)', row)
        cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r'class="num"[^>]*>(.*?)</td>', row)]
        assert name
        found[name[1]] = (cells[0], cells[1])
    return found


def rows_behind(user: Any, link: str) -> int:
    response = client_of(user).get(link + ("&" if "?" in link else "?") + "format=csv")
    assert response.status_code == 200, link
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return len(list(csv.reader(io.StringIO(text)))) - 1


# The list


def test_nothing_yet(cast: Cast) -> None:
    html = page(cast.anonymous, LIST)
    assert "No reporting round yet" in html
    assert NEW not in links(main_part(html))
    assert NEW in links(main_part(page(cast.coordinator, LIST)))


def test_the_list_counts_what_the_reader_may_see(cast: Cast, opened: ReportingRound) -> None:
    seen = {
        name: re.findall(r'"num" data-label="(?:Requested|Answered):">(.*?)</td>', page(cast.people[name], LIST))
        for name in ("anonymous", "stranger", "partner", "coordinator")
    }
    assert seen == {"anonymous": ["3", "0"], "stranger": ["6", "0"], "partner": ["9", "0"], "coordinator": ["9", "0"]}


def test_the_list_has_no_rate_where_everything_is_hidden(cast: Cast) -> None:
    make_round(by=cast.coordinator, filters="visibility=restricted")
    html = main_part(page(cast.anonymous, LIST))
    assert "not shown" in html
    assert re.findall(r'data-label="Requested:">(\d+)', html) == []


def test_closed_rounds_link_their_reports(cast: Cast, opened: ReportingRound) -> None:
    close_round(made=opened, by=cast.coordinator)
    report = FrozenReport.objects.get()
    html = main_part(page(cast.anonymous, LIST))
    assert links(html) == [report.get_absolute_url()]
    assert opened.get_absolute_url() in links(main_part(page(cast.stranger, LIST)))


@pytest.mark.parametrize("who", ["anonymous", "partner", "coordinator"])
def test_the_list_costs_the_same_for_many_rounds(cast: Cast, who: str) -> None:
    close_round(made=make_round(by=cast.coordinator), by=cast.coordinator)
    one = queries(cast.people[who], LIST)
    for _ in range(2):
        close_round(made=make_round(by=cast.coordinator), by=cast.coordinator)
    assert queries(cast.people[who], LIST) == one


# Opening


def test_the_form_suggests_the_next_round(cast: Cast, keeper: Client) -> None:
    fields = fields_of(keeper, NEW, "round")
    assert (fields["title"], fields["filters"]) == (["Round 1"], [""])
    assert len(fields["call_languages"]) == 6
    made = close_round(made=make_round(by=cast.coordinator), by=cast.coordinator)
    assert fields_of(keeper, f"{NEW}?filters={quote('area=A&kind=undertaking')}", "round")["filters"] == [
        "area=A&kind=undertaking"
    ]
    assert fields_of(keeper, NEW, "round")["title"] == [f"Round {made.number + 1}"]


def test_the_list_of_activities_leads_to_a_round_over_them(cast: Cast) -> None:
    wanted = f"{NEW}?filters=area%3DA"
    found = {name: wanted in links(page(cast.people[name], "/activities/?area=A")) for name in cast.people}
    assert {name for name, there in found.items() if there} == {"coordinator", "administrator"}


def test_the_preview_says_who_is_asked_and_writes_nothing(cast: Cast, keeper: Client, digest: Digest) -> None:
    before = digest()
    response = send(keeper, f"{NEW}?filters=area%3DA", "round", step="preview", asked="What was <b>done</b>?")
    html = response.content.decode()
    assert response.status_code == 200
    assert "9 updates would be asked for." in html
    assert "3 organizations would be written to." in html
    assert "Area: A Area A" in html
    assert "What was &lt;b&gt;done&lt;/b&gt;?" in html
    assert digest() == before


def test_opening_after_the_preview(cast: Cast, keeper: Client) -> None:
    typed = fields_of(keeper, f"{NEW}?filters=area%3DA", "round") | {"title": ["Second quarter"], "step": ["open"]}
    response = keeper.post(NEW, typed)
    made = ReportingRound.objects.get()
    assert (response.status_code, response["Location"]) == (302, address(made))
    assert (made.title, made.filters, made.opened_by) == ("Second quarter", "area=A", cast.coordinator)
    assert made.requests.count() == 9
    # The same form again: no error, the same round.
    again = keeper.post(NEW, typed)
    assert (again.status_code, again["Location"]) == (302, address(made))
    assert (ReportingRound.objects.count(), UpdateRequest.objects.count()) == (1, 9)


def test_back_to_the_form_keeps_what_was_typed(cast: Cast, keeper: Client, digest: Digest) -> None:
    before = digest()
    typed = fields_of(keeper, NEW, "round") | {"title": ["Mine"], "call_languages": ["ar", "fr"], "step": ["back"]}
    html = keeper.post(NEW, typed).content.decode()
    assert 'value="Mine"' in html
    assert re.findall(r'name="call_languages" value="([^"]+)"[^>]* checked', html) == ["ar", "fr"]
    assert digest() == before


@pytest.mark.parametrize("step", ["preview", "open"])
@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"title": ""}, "title", "This field is required."),
        ({"due_on": "2001-01-01"}, "due_on", "This day is past."),
        ({"due_on": "soon"}, "due_on", "Enter a day as year-month-day"),
        ({"period_end": "1999-01-01"}, "period_end", "The period must end after it begins."),
        ({"call_languages": []}, "call_languages", "Tick at least one language."),
        ({"filters": "area=Z"}, "filters", "area: “Z” is not one of the values"),
        ({"filters": "colour=red"}, "filters", "colour: There is no such parameter."),
        ({"filters": "nonsense"}, "filters", "This is no filter of the list of activities."),
        ({"filters": "status=discontinued"}, "filters", "Nobody takes part in these activities"),
        ({"language": "tlh"}, "language", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    cast: Cast, keeper: Client, digest: Digest, step: str, changes: dict[str, Any], field: str, sentence: str
) -> None:
    before = digest()
    typed = fields_of(keeper, NEW, "round") | {"asked": ["Tell us."], "step": [step]}
    response = keeper.post(NEW, typed | changes)
    html = response.content.decode()
    assert response.status_code == 422
    beside = html.split(f'id="id_{field}_error"', 1)[1].split("</div>", 1)[0]
    assert sentence in beside
    assert "Tell us." in html
    assert digest() == before


def test_a_second_round_of_a_framework_is_refused(
    cast: Cast, keeper: Client, opened: ReportingRound, digest: Digest
) -> None:
    before = digest()
    for step in ("preview", "open"):
        response = keeper.post(NEW, fields_of(keeper, NEW, "round") | {"step": [step]})
        assert response.status_code == 422
        assert (
            "A round of this framework is still open." in response.content.decode().split('id="id_framework_error"')[1]
        )
    assert digest() == before


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("?area=A&sort=-due&page=3&format=csv", "area=A"),
        ("https://register.example.org/activities/?area=A&kind=undertaking#results", "area=A&kind=undertaking"),
        ("area=A&status=", "area=A"),
        ("/activities/", ""),
    ],
)
def test_an_address_of_the_list_is_understood(cast: Cast, keeper: Client, given: str, kept: str) -> None:
    keeper.post(NEW, fields_of(keeper, NEW, "round") | {"filters": [given], "step": ["open"]})
    assert ReportingRound.objects.get().filters == kept


# The board


def test_the_board_counts_and_every_number_opens_its_list(cast: Cast, opened: ReportingRound) -> None:
    orgs = cast.organizations
    make_update(activity=cast.public, organization=orgs["lead"], author=cast.lead, done="Met.")
    entry = make_update(activity=cast.public, organization=orgs["partner"], author=cast.partner, done="Met.")
    return_update(entry.review, by=cast.coordinator, reasons=["unclear"], sentence="Say with whom.")
    taken = make_update(activity=cast.internal, organization=orgs["lead"], author=cast.lead, done="Met.")
    accept([taken.review], cast.coordinator)
    html = page(cast.coordinator, address(opened))
    assert numbers(html) == {"LEAD": ("3", "2"), "PARTNER": ("3", "0"), "COLEAD": ("3", "0")}
    assert "of 9 requested updates are in." in re.sub(r"<[^>]+>", "", html)
    counted = [
        (link, int(re.sub(r"<span.*?</span>", "", number)))
        for link, number in re.findall(r'<a href="(/rounds/\d+/requests/[^"]*)">(\d+(?:<span.*?</span>)?)</a>', html)
    ]
    assert len(counted) == 14
    # No number of the lede and of the tables stands by itself.
    lede = html.split('<p class="lede">', 1)[1].split("</p>", 1)[0]
    tables = [html.split(f'id="h-{name}"', 1)[1].split("</table>", 1)[0] for name in ("organizations", "areas")]
    cells = re.findall(r'<td [^>]*class="num"[^>]*>(.*?)</td>', "".join(tables))
    assert len(cells) == 8
    bare = [re.sub(r"<a .*?</a>", "", text) for text in (lede.split("requested update")[0].split(". ", 1)[-1], *cells)]
    assert [text for text in bare if re.search(r"\d", text)] == []
    for link, number in counted:
        assert rows_behind(cast.coordinator, link.replace("&amp;", "&")) == number, link


def test_lowest_first_or_by_name(cast: Cast, opened: ReportingRound) -> None:
    make_update(activity=cast.public, organization=cast.organizations["colead"], author=cast.co_lead, done="Met.")
    assert list(numbers(page(cast.coordinator, address(opened)))) == ["LEAD", "PARTNER", "COLEAD"]
    assert list(numbers(page(cast.coordinator, f"{address(opened)}?sort=name"))) == ["COLEAD", "LEAD", "PARTNER"]
    assert client_of(cast.coordinator).get(f"{address(opened)}?sort=colour").status_code == 404


def test_members_see_what_concerns_activities_they_may_read_and_no_controls(cast: Cast, opened: ReportingRound) -> None:
    only = make_organization(acronym="HIDDEN")
    make_participation(activity=cast.restricted, organization=only)
    stranger = page(cast.stranger, address(opened))
    assert numbers(stranger) == {"LEAD": ("2", "0"), "PARTNER": ("2", "0"), "COLEAD": ("2", "0")}
    assert "HIDDEN" not in stranger
    assert numbers(page(cast.partner, address(opened)))["HIDDEN"] == ("1", "0")
    for name in ("stranger", "partner", "lead"):
        html = main_part(page(cast.people[name], address(opened)))
        assert "<form" not in html
        assert not {address(opened, f"round-{verb}") for verb in ("edit", "close", "remind")} & set(links(html))
        assert "<bdi>lead</bdi>" not in html.split('id="h-history"')[0]


def test_who_answers_is_named_for_coordinators(cast: Cast, opened: ReportingRound) -> None:
    cast.partner.memberships.all().delete()
    html = page(cast.coordinator, address(opened))
    table = html.split('id="h-organizations"', 1)[1].split("</table>", 1)[0]
    assert re.findall(r"Focal point:\"?[^>]*>(.*?)</td>", table.replace("\n", "")) == [
        "<bdi>co lead</bdi>",
        "<bdi>lead</bdi>",
        *re.findall(r'<span class="sig sig-no_lead">.*?</span>', table),
    ]
    follow = html.split('id="h-follow"', 1)[1].split("</section>", 1)[0]
    assert "1 organization without a focal point" in follow
    link = next(link for link in links(follow) if "organization=partner" in link)
    assert rows_behind(cast.coordinator, link) == 3


def test_who_is_named_for_a_request_answers_for_it(cast: Cast, opened: ReportingRound) -> None:
    """As mail does: a person named on the participation comes first, whatever the organization says of itself."""
    for organization in ("partner", "colead"):
        cast.organizations[organization].memberships.filter(role=MembershipRole.FOCAL_POINT).delete()
    row = cast.public.participations.get(organization=cast.organizations["partner"])
    Participation.objects.filter(pk=row.pk).update(focal_point=cast.reporter)
    # Named, but no member of that organization.
    other = cast.public.participations.get(organization=cast.organizations["colead"])
    Participation.objects.filter(pk=other.pk).update(focal_point=cast.stranger)
    assert focal_points(page(cast.coordinator, address(opened))) == {
        "LEAD": "lead", "PARTNER": "reporter", "COLEAD": "None named",
    }  # fmt: skip
    assert focal_points(page(cast.stranger, address(opened)))["PARTNER"] == "Named"
    assert set(without_focal_point(timezone.localdate())) == {
        cast.organizations[name] for name in ("colead", "observer")
    }
    # Of a request one may not see nobody learns who is named.
    Participation.objects.filter(pk=row.pk).update(focal_point=None)
    hidden = cast.restricted.participations.get(organization=cast.organizations["partner"])
    Participation.objects.filter(pk=hidden.pk).update(focal_point=cast.reporter)
    assert focal_points(page(cast.stranger, address(opened)))["PARTNER"] == "None named"
    assert focal_points(page(cast.coordinator, address(opened)))["PARTNER"] == "reporter"
    # Who has left the organization answers no more.
    cast.reporter.memberships.all().delete()
    assert focal_points(page(cast.coordinator, address(opened)))["PARTNER"] == "None named"


def focal_points(html: str) -> dict[str, str]:
    table = html.split('id="h-organizations"', 1)[1].split("</table>", 1)[0]
    found = {}
    for row in table.split("<tr")[2:]:
        name, cell = (
            re.search(r'class="ttl"><a [^>]*>([^<]*)', row),
            re.search(r'Focal point:"[^>]*>(.*?)</td>', row, re.S),
        )
        assert name and cell
        found[name[1]] = re.sub(r"<[^>]+>", "", cell[1]).strip()
    return found


def test_follow_up_first_shows_waiting_activities_with_a_signal(cast: Cast) -> None:
    late = make_undertaking(
        title="Late course", lead=cast.organizations["lead"], planned_end_on="2001-05-01", closing_condition="Ends."
    )
    answered = make_undertaking(
        title="Late and answered",
        lead=cast.organizations["lead"],
        planned_end_on="2001-05-01",
        closing_condition="Ends.",
    )
    made = make_round(by=cast.coordinator)
    make_update(activity=answered, organization=cast.organizations["lead"], author=cast.lead, done="Met.")
    follow = page(cast.coordinator, address(made)).split('id="h-follow"', 1)[1].split("</section>", 1)[0]
    assert links(follow)[0] == late.get_absolute_url()
    assert answered.get_absolute_url() not in links(follow)


def test_when_each_was_reminded(cast: Cast, opened: ReportingRound) -> None:
    assert len(re.findall(r'data-label="Reminded:">\s*\d', page(cast.coordinator, address(opened)))) == 3
    Notification.objects.filter(organization=cast.organizations["lead"]).delete()
    assert len(re.findall(r'data-label="Reminded:">\s*\d', page(cast.coordinator, address(opened)))) == 2


@pytest.mark.parametrize("who", ["coordinator", "partner", "stranger"])
def test_the_board_costs_the_same_for_many_organizations(cast: Cast, who: str) -> None:
    item = make_item(code="B.2")
    make_undertaking(item=item, lead=make_organization())
    close_round(made=make_round(by=cast.coordinator, filters="area=B"), by=cast.coordinator)
    made = make_round(by=cast.coordinator, filters="area=B")
    one = queries(cast.people[who], address(made))
    assert made.requests.count() == 1
    for _ in range(2):
        make_undertaking(item=item, lead=make_organization())
    assert made.requests.count() == 3
    assert queries(cast.people[who], address(made)) == one
    assert one <= 15


def test_the_board_draws_what_the_round_asks_about(cast: Cast) -> None:
    lead, item = cast.organizations["lead"], make_item(code="B.2")
    for visibility in ("public", "internal", "restricted"):
        make_undertaking(item=item, lead=lead, status="under_way", days_ago=40, visibility=visibility)
    make_undertaking(lead=lead, status="under_way", days_ago=40, title="Not asked about")
    made = make_round(by=cast.coordinator, filters="area=B")
    for person, number in {"coordinator": 3, "stranger": 2}.items():
        html = page(cast.people[person], address(made))
        drawn = [html.split(f'id="{name}"', 1)[1].split("</section>", 1)[0] for name in ("h-over-time", "h-pulse")]
        assert [re.findall(r"<b>(\d+)</b></td>", part)[-1] for part in drawn] == [str(number)] * 2, person
        assert re.findall(r"(\d+) open activit", drawn[1]) == [str(number)]


def test_the_history_is_told_in_words(cast: Cast, opened: ReportingRound) -> None:
    edit_round(made=opened, changes={"title": "Spring"}, version=1, by=cast.coordinator, reason="It says when.")
    opened = close_round(made=opened, by=cast.coordinator)
    reopen_round(made=opened, by=cast.administrator, reason="Two answers were late.")
    history = page(cast.stranger, address(opened)).split('id="h-history"', 1)[1]
    assert re.findall(r"<h3>(.*?) <span", history) == [
        "Round opened again",
        "Round closed",
        "Round changed",
        "Round opened",
    ]
    assert re.findall(r"By <bdi>(.*?)</bdi>(?:\. Reason: (.*?))?</p>", history) == [
        ("administrator", "Two answers were late."),
        ("coordinator", ""),
        ("coordinator", "It says when."),
        ("coordinator", ""),
    ]
    assert tuple(re.findall(r"<(?:del|ins)>.*?</(?:del|ins)>", history)) == ("<del>Round 1</del>", "<ins>Spring</ins>")


def test_no_such_round(cast: Cast, keeper: Client) -> None:
    for name in ("round-detail", "round-edit", "round-close", "round-reopen", "round-requests"):
        for number in (7, 10**20):
            assert keeper.get(reverse(name, args=[number])).status_code == 404


# The chart


def test_per_cent() -> None:
    assert [percent_of(part, 300) for part in (0, 1, 100, 200, 299, 300)] == [0, 1, 33, 67, 99, 100]
    assert (percent_of(0, 0), Rate(6, 2).percent, Rate(6, 2).waiting) == (0, 33, 4)


def test_the_curve_ends_where_the_numbers_stand(cast: Cast) -> None:
    orgs = cast.organizations
    course = make_undertaking(item=make_item(code="B.2"), lead=orgs["lead"], partners=[orgs["partner"], orgs["colead"]])
    made = make_round(by=cast.coordinator, opened_days_ago=10, due_in=10, filters="area=B")
    make_update(activity=course, organization=orgs["lead"], author=cast.lead, done="Met.", days_ago=7)
    make_update(activity=course, organization=orgs["partner"], author=cast.partner, done="Met.", days_ago=2)
    today = timezone.localdate()
    asked = requests_of(cast.coordinator, [made], today)[made.pk]
    curve = round_chart.curve_of(made, asked, today)
    assert curve.shares == [0, 0, 0, 33, 33, 33, 33, 33, 67, 67, 67]
    assert (curve.last_day, rate_of(asked).percent) == (20, 67)
    drawn = round_chart.draw(curve, None)
    assert drawn.now_path == "M0 100 2 100 3 67 7 67 8 33 10 33"
    assert drawn.sentence == f"{made.title} stands at 67% on day 11 of 21."
    assert [row.share for row in drawn.rows] == [0, 0, 33, 33, 67, 67]


def test_the_last_round_stands_beside_it_and_arabic_is_mirrored(cast: Cast, client: Client) -> None:
    first = close_round(made=make_round(by=cast.coordinator, title="First"), by=cast.coordinator)
    second = make_round(by=cast.coordinator, title="Second")
    html = page(cast.coordinator, address(second))
    assert "First stood at 0% on the same day and closed at 0%." in html
    assert html.count('class="line-2"') == 1
    assert "Closed" in page(cast.coordinator, address(first))
    arabic = client_of(cast.coordinator)
    arabic.cookies["django_language"] = "ar"
    left, right = (
        re.search(r'<svg x="([^"]+)" y="(?:\d+)" overflow', text)
        for text in (html, arabic.get(address(second), headers={"accept-language": "ar"}).content.decode())
    )
    assert left and right
    assert float(left[1].strip("%")) + float(right[1].strip("%")) == pytest.approx(100)


# The requests


def test_requests_are_filtered_by_what_the_address_says(cast: Cast, opened: ReportingRound) -> None:
    make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, done="Met.")
    found = {
        query: rows_behind(cast.coordinator, f"{address(opened, 'round-requests')}?{query}")
        for query in (
            "sort=code", "organization=lead", "organization=lead&organization=partner", "state=answered",
            "state=not_yet_due", "organization=lead&state=answered", "area=A", "role=lead", "role=co_lead&role=partner",
            "role=observer", "organization=stranger",
        )
    }  # fmt: skip
    assert list(found.values()) == [9, 3, 6, 1, 8, 1, 9, 3, 6, 0, 0]


def test_requests_show_what_became_of_each(cast: Cast, opened: ReportingRound) -> None:
    entry = make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, done="Met.")
    accept([entry.review], cast.coordinator)
    response = client_of(cast.coordinator).get(f"{address(opened, 'round-requests')}?organization=lead&format=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    today = timezone.localdate().isoformat()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == [
        "Ref.", "Activity", "Organization", "Role", "State", "Asked", "Answered", "Review", "Last reminder"
    ]  # fmt: skip
    assert {tuple(row) for row in rows[1:]} == {
        (cast.public.code, "Public course", "LEAD", "Lead", "Accepted", today, today, "Accepted", today),
        (cast.internal.code, "Internal course", "LEAD", "Lead", "Not yet due", today, "", "", today),
        (cast.restricted.code, "Restricted course", "LEAD", "Lead", "Not yet due", today, "", "", today),
    }
    assert response["X-Report-Rows"] == "3"
    assert response["X-Report-Left-Out"] == "6"


@pytest.mark.parametrize("query", ["colour=red", "state=late", "organization=nobody", "area=Z", "role=boss", "sort=x"])
def test_what_is_not_understood_is_refused(cast: Cast, opened: ReportingRound, query: str) -> None:
    for more in ("", "&format=csv"):
        assert client_of(cast.stranger).get(f"{address(opened, 'round-requests')}?{query}{more}").status_code == 400


def test_requests_of_hidden_activities_stay_hidden(cast: Cast, opened: ReportingRound) -> None:
    where = address(opened, "round-requests")
    assert rows_behind(cast.stranger, where) == 6
    only = make_organization(acronym="HIDDEN")
    make_participation(activity=cast.restricted, organization=only)
    for form in ("", "?format=print"):
        response = client_of(cast.stranger).get(where + form)
        body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
        assert b"HIDDEN" not in body
        assert b"Restricted course" not in body
        assert b"Internal course" in body


def test_the_print_holds_every_row(cast: Cast, opened: ReportingRound) -> None:
    response = client_of(cast.coordinator).get(f"{address(opened, 'round-requests')}?format=print&role=lead")
    html = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert len(re.findall(r'<tr><td class="nw"><bdi>', html)) == 3
    assert "Role: Lead" in html


def test_document_and_data_hold_what_the_table_holds(cast: Cast, opened: ReportingRound) -> None:
    """For somebody who may not see all of it."""
    where, client = address(opened, "round-requests"), client_of(cast.stranger)

    def content(form: str) -> bytes:
        return b"".join(client.get(where, {"format": form}).streaming_content)  # type: ignore[attr-defined]

    heads, *rows = csv.reader(io.StringIO(content("csv").decode("utf-8-sig")))
    assert len(rows) == 6
    data = json.loads(content("json"))
    assert [column["label"] for column in data["columns"]] == heads
    names = [column["name"] for column in data["columns"]]
    assert [[row[name] or "" for name in names] for row in data["rows"]] == rows
    assert data["rows"][0]["codes"] == {"organization": ["colead"], "state": ["not_yet_due"]}
    [table] = Document(io.BytesIO(content("docx"))).tables
    in_words = [
        [day_words(PartialDate(cell), short=True) if re.fullmatch(r"\d{4}-\d\d-\d\d", cell) else cell for cell in row]
        for row in rows
    ]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [heads, *in_words]
    menu = links(main_part(client.get(f"{where}?role=lead&sort=organization").content.decode()))
    assert {link for link in menu if "format=" in link} == {
        f"?role=lead&sort=organization&format={form}" for form in ("docx", "xlsx", "csv", "json", "print")
    }


@pytest.mark.parametrize("form", ["", "?format=csv", "?format=print"])
def test_the_requests_cost_the_same_for_many(cast: Cast, form: str) -> None:
    item = make_item(code="B.2")
    make_undertaking(item=item, lead=make_organization())
    made = make_round(by=cast.coordinator, filters="area=B")
    where = address(made, "round-requests") + form
    one = queries(cast.partner, where)
    for _ in range(2):
        make_undertaking(item=item, lead=make_organization())
    assert queries(cast.partner, where) == one


# Reminding


def after_the_pause() -> Any:
    return time_machine.travel(timezone.now() + datetime.timedelta(days=4), tick=False)


def test_the_reminder_is_seen_before_it_is_sent(cast: Cast, opened: ReportingRound, digest: Digest) -> None:
    where = address(opened, "round-remind")
    with after_the_pause():
        keeper = client_of(cast.coordinator)
        make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, done="Met.")
        before = digest()
        typed = {"org": ["lead", "partner"], "sentence": "Needed on <Monday>.", "language": "en", "step": "preview"}
        response = keeper.post(where, typed)
        html = response.content.decode()
        assert response.status_code == 200
        assert "2 organizations would be written to." in html
        assert html.count("Needed on &lt;Monday&gt;.") == 3  # once in each letter, once in the form
        letters = re.findall(r"(\d) updates that (\w+) is asked for in “Round 1” have not arrived yet", html)
        assert set(letters) == {("2", "LEAD"), ("3", "PARTNER")}
        assert digest() == before
        sent = keeper.post(where, typed | {"step": "send"})
        assert (sent.status_code, sent["Location"]) == (302, address(opened))
        reminders = Notification.objects.filter(kind=NotificationKind.REMINDER)
        assert set(reminders.values_list("user__name", flat=True)) == {"lead", "partner"}
        before = digest()
        keeper.post(where, typed | {"step": "send"})
        assert digest() == before


def test_the_preview_names_who_is_spared(cast: Cast, opened: ReportingRound) -> None:
    keeper = client_of(cast.coordinator)
    for activity in (cast.public, cast.internal, cast.restricted):
        make_update(activity=activity, organization=cast.organizations["lead"], author=cast.lead, done="Met.")
    html = keeper.post(address(opened, "round-remind"), {"org": ["lead", "partner"]}).content.decode()
    spared = html.split('id="h-spared"', 1)[1]
    assert re.findall(r"<li>(\w+)<small>(.*?)</small>", spared) == [
        ("PARTNER", "Was written to in this round within the last 3 days."),
        ("LEAD", "Has answered everything."),
    ]
    assert "Nobody would be written to." in html
    assert 'value="send"' not in html


@pytest.mark.parametrize("org", [[], ["stranger"], ["nobody"]])
def test_reminding_nobody_or_who_is_not_asked(
    cast: Cast, opened: ReportingRound, digest: Digest, org: list[str]
) -> None:
    keeper = client_of(cast.coordinator)
    before = digest()
    for step in ("preview", "send"):
        response = keeper.post(address(opened, "round-remind"), {"org": org, "sentence": "Kept.", "step": step})
        assert response.status_code == 422
        assert "Kept." in response.content.decode()
        assert 'id="id_org_error"' in response.content.decode()
    assert digest() == before


def test_a_closed_round_reminds_nobody(cast: Cast, opened: ReportingRound, digest: Digest) -> None:
    close_round(made=opened, by=cast.coordinator)
    keeper = client_of(cast.coordinator)
    before = digest()
    response = keeper.post(address(opened, "round-remind"), {"org": ["lead"], "step": "send"})
    assert (response.status_code, response["Location"]) == (302, address(opened))
    assert digest() == before


# Editing


def test_extending_a_round(cast: Cast, opened: ReportingRound, keeper: Client) -> None:
    later = opened.due_on + datetime.timedelta(days=7)
    response = send(keeper, address(opened, "round-edit"), "round", due_on=later.isoformat(), reason="Holidays.")
    assert (response.status_code, response["Location"]) == (302, address(opened))
    opened.refresh_from_db()
    assert (opened.due_on, opened.version) == (later, 2)


def test_saving_without_a_change_writes_nothing(
    cast: Cast, opened: ReportingRound, keeper: Client, digest: Digest
) -> None:
    before = digest()
    assert send(keeper, address(opened, "round-edit"), "round").status_code == 302
    assert digest() == before


def test_a_wrong_edit_is_told_beside_the_field(
    cast: Cast, opened: ReportingRound, keeper: Client, digest: Digest
) -> None:
    before = digest()
    for changes, field in (({"due_on": "2001-01-01"}, "due_on"), ({"title": ""}, "title")):
        response = send(keeper, address(opened, "round-edit"), "round", asked="Kept.", **changes)
        assert response.status_code == 422
        assert f'id="id_{field}_error"' in response.content.decode()
        assert "Kept." in response.content.decode()
    assert digest() == before


def test_two_coordinators_at_once(cast: Cast, opened: ReportingRound, keeper: Client, digest: Digest) -> None:
    where = address(opened, "round-edit")
    mine = fields_of(keeper, where, "round") | {"title": ["Mine"], "asked": ["What I typed."]}
    edit_round(made=opened, changes={"title": "Theirs"}, version=1, by=cast.administrator)
    before = digest()
    response = keeper.post(where, mine)
    html = response.content.decode()
    assert response.status_code == 409
    assert all(words in html for words in ("Saved by administrator", "Round 1", "Theirs", "Mine", "What I typed."))
    assert digest() == before
    chosen = fields_of(keeper, where, "round")
    assert chosen["version"] == ["2"]
    keeper.post(where, mine | {"version": ["2"], "keep-title": ["theirs"], "keep-asked": ["yours"]})
    opened.refresh_from_db()
    assert (opened.title, opened.asked) == ("Theirs", "What I typed.")


def test_closed_while_the_form_was_open(cast: Cast, opened: ReportingRound, keeper: Client, digest: Digest) -> None:
    where = address(opened, "round-edit")
    mine = fields_of(keeper, where, "round") | {"asked": ["What I typed."]}
    close_round(made=opened, by=cast.administrator)
    before = digest()
    response = keeper.post(where, mine)
    assert response.status_code == 409
    assert "This round is closed." in response.content.decode()
    assert "What I typed." in response.content.decode()
    assert digest() == before
    assert keeper.get(where)["Location"] == address(opened)


# Closing and opening again


def test_closing_says_what_it_means_and_leads_to_the_report(
    cast: Cast, opened: ReportingRound, keeper: Client, digest: Digest
) -> None:
    make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, done="Met.")
    where = address(opened, "round-close")
    before = digest()
    html = keeper.get(where).content.decode()
    assert "1 of 9 requested updates are in." in html
    assert "8 updates are still waited for." in html
    assert "3 organizations have not answered everything." in html
    assert digest() == before
    response = keeper.post(where)
    report = FrozenReport.objects.get()
    assert (response.status_code, response["Location"]) == (302, report.get_absolute_url())
    # A double click, and the address opened again.
    assert keeper.post(where)["Location"] == report.get_absolute_url()
    assert keeper.get(where)["Location"] == report.get_absolute_url()
    assert FrozenReport.objects.count() == 1


def test_opening_again_needs_a_reason(cast: Cast, opened: ReportingRound, keeper: Client, digest: Digest) -> None:
    where = address(opened, "round-reopen")
    assert keeper.get(where)["Location"] == address(opened)  # it is open
    close_round(made=opened, by=cast.coordinator)
    before = digest()
    for reason in ("", "   "):
        response = keeper.post(where, {"reason": reason})
        assert response.status_code == 422
        assert "Say why the round is opened again." in response.content.decode().split('id="id_reason_error"')[1]
    assert digest() == before
    assert keeper.post(where, {"reason": "Two answers were late."})["Location"] == address(opened)
    opened.refresh_from_db()
    assert opened.is_open


def test_opening_again_beside_another_round_is_refused(
    cast: Cast, opened: ReportingRound, keeper: Client, digest: Digest
) -> None:
    close_round(made=opened, by=cast.coordinator)
    make_round(by=cast.coordinator)
    before = digest()
    response = keeper.post(address(opened, "round-reopen"), {"reason": "Two answers were late."})
    assert response.status_code == 422
    assert "A round of this framework is still open." in response.content.decode()
    assert "Two answers were late." in response.content.decode()
    assert digest() == before


def test_roles_that_are_not_asked_are_not_on_the_board(cast: Cast, opened: ReportingRound) -> None:
    assert Role.OBSERVER in cast.public.participations.values_list("role", flat=True)
    assert "OBSERVER" not in numbers(page(cast.coordinator, address(opened)))


# What the pages between cost


def test_the_pages_between_cost_the_same_for_many_organizations(cast: Cast, keeper: Client) -> None:
    """The preview of a round, the preview of a reminder, and the page that closes a round."""
    item = make_item(code="B.2")
    who = cast.coordinator

    def costs() -> dict[str, int]:
        typed = fields_of(keeper, f"{NEW}?filters=area%3DB", "round") | {"asked": ["Tell."], "step": ["preview"]}
        found = {"preview": queries_of_post(who, NEW, typed)}
        made = make_round(by=who, filters="area=B")
        slugs = list(made.requests.values_list("organization__slug", flat=True))
        words = {"org": slugs, "sentence": "Needed.", "language": "en", "step": "preview"}
        found["reminder"] = queries_of_post(who, address(made, "round-remind"), words)
        found["closing"] = queries(who, address(made, "round-close"))
        close_round(made=made, by=who)
        return found | {"asked": len(slugs)}

    make_undertaking(item=item, lead=make_organization())
    one = costs()
    for _ in range(2):
        make_undertaking(item=item, lead=make_organization())
    assert costs() == one | {"asked": 3}
