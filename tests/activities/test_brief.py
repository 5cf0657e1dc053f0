"""The brief on an organization: everything it takes part in that the reader may see, and what is asked of it next."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from activities.choices import Response, Role, Status, Visibility
from activities.reading import brief
from activities.workflow import close_round
from activities.workflow.handover import propose_lead
from organizations.models import OrganizationName
from tests.activities.paper_reading import get, languages, paper
from tests.activities.report_reading import Element, parse
from tests.activities.test_paper_documents import document, texts
from tests.factories import (
    make_item,
    make_organization,
    make_participation,
    make_round,
    make_undertaking,
    make_update,
)
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, queries, rows_behind

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()
OLD = 9000  # days: entries of later years may follow


def of(slug: str) -> str:
    return f"/organizations/{slug}/brief/"


def groups(found: Element) -> dict[str, dict[str, list[str]]]:
    """Under each heading: the reference of an activity with role, state and last word."""
    return {
        table.attributes["aria-labelledby"]: {
            next(row.all("bdi")).text: [cell.text for cell in row.all("td")] for row in list(table.all("tr"))[1:]
        }
        for table in found.all("table")
    }


def codes(found: Element) -> dict[str, set[str]]:
    return {name: set(rows) for name, rows in groups(found).items()}


def asked(found: Element) -> list[str] | None:
    """What is asked of it next; None where the reader is not told."""
    if "What is asked of it next" not in [head.text for head in found.all("h2")]:
        return None
    return [row.text for row in found.all("li")]


def test_everything_it_takes_part_in_with_role_state_and_last_word(cast: Cast) -> None:
    lead, stranger = cast.organizations["lead"], cast.organizations["stranger"]
    own = make_undertaking(lead=stranger, title="Own", status=Status.UNDER_WAY, days_ago=OLD)
    done = make_undertaking(lead=stranger, title="Done", status=Status.COMPLETED)
    left = make_undertaking(lead=lead, title="Left")
    make_participation(activity=left, organization=stranger, until="2020")
    helped = make_undertaking(lead=lead, title="Helped")
    make_participation(activity=helped, organization=stranger, role=Role.FUNDER)
    make_participation(activity=helped, organization=stranger, role=Role.HOST)
    invited = make_undertaking(lead=lead, title="Only invited")
    make_participation(activity=invited, organization=stranger, response=Response.INVITED)
    make_update(
        activity=own, organization=stranger, author=cast.stranger, as_of="2020-10-01", done="تم التدريب.",
        language="ar", progress=40,
    )  # fmt: skip
    found = paper(NOBODY, of("stranger"))
    rows = groups(found)
    assert codes(found) == {
        "h-leads": {own.code}, "h-supports": {helped.code}, "h-ended": {done.code, left.code},
    }  # fmt: skip
    role, state, word = rows["h-leads"][own.code]
    assert (role, word) == ("Lead", "STRANGER, 1 Oct 2020: تم التدريب.")
    assert state.startswith("Under way")
    assert state.endswith(", 40%")
    assert rows["h-supports"][helped.code][0] == "Host, Funder"
    assert rows["h-ended"][left.code][0] == "Partner until 2020"
    assert languages(found)["تم التدريب."] == "ar rtl"
    assert "Takes or took part in 4 activities: leads or co-leads 1, supports 1; ended: 2." in found.text


@pytest.mark.parametrize("person", PEOPLE)
def test_only_what_the_reader_may_see(cast: Cast, person: str) -> None:
    make_update(
        activity=cast.restricted, organization=cast.organizations["colead"], author=cast.co_lead,
        done="Restricted words.",
    )  # fmt: skip
    found = paper(getattr(cast, person), of("colead"))
    number = {"anonymous": 1, "stranger": 2}.get(person, 3)
    seen = [cast.public, cast.internal, cast.restricted][:number]
    assert codes(found) == {"h-leads": {activity.code for activity in seen}}
    assert ("Restricted words." in found.text) == (number == 3)
    assert ("Its last entry is of" in found.text) == (number == 3)
    assert f"part in {number} activit" in found.text


@pytest.mark.parametrize("person", PEOPLE)
def test_what_is_asked_next_is_for_its_members_and_coordinators(cast: Cast, person: str) -> None:
    make_round(by=cast.coordinator, title="Round one", due_in=20)
    found = asked(paper(getattr(cast, person), of("partner")))
    if person not in ("partner", "reporter", "coordinator", "administrator"):
        assert found is None
        return
    assert found is not None
    assert {row.split(",")[0] for row in found} == {
        "An update on A.5.1 Public course",
        "An update on A.5.2 Internal course",
        "An update on A.5.3 Restricted course",
    }
    assert all("(Not yet due). Round one" in row for row in found)


def test_answers_invitations_and_proposals(cast: Cast) -> None:
    made = make_round(by=cast.coordinator, title="Round one", due_in=20, filters="organization=partner")
    make_update(
        activity=cast.public, organization=cast.organizations["partner"], author=cast.partner, done="Told.",
        may_set_status=False,
    )  # fmt: skip
    invited_to = make_undertaking(item=make_item(code="B.1"), lead=cast.organizations["lead"], title="Mission")
    make_participation(
        activity=invited_to, organization=cast.organizations["partner"], role=Role.HOST, response=Response.INVITED
    )
    propose_lead(
        activity=cast.public, organization=cast.organizations["partner"], then_role="", by=cast.lead, words="Your turn."
    )
    found = asked(paper(cast.partner, of("partner")))
    assert found is not None
    assert [row.split(",")[0] for row in found] == [
        "An update on A.5.2 Internal course",
        "An update on A.5.3 Restricted course",
        "An answer to the invitation to B.1.1 Mission",
        "An answer to the proposal to lead A.5.1 Public course",
    ]
    assert ", as Host, invited " in found[2]
    close_round(made=made, by=cast.coordinator)
    rest = asked(paper(cast.partner, of("partner")))
    assert rest is not None
    assert len(rest) == 2


@pytest.fixture
def unity(db: None) -> dict[str, Any]:
    """The OAU, succeeded in 2002 by the AU; the OIC, renamed in 2011; what they took part in."""
    au = make_organization(acronym="AU", name_en="African Union")
    oau = make_organization(
        acronym="OAU", name_en="Organization of African Unity", successor=au, succeeded_on="2002-07-09"
    )
    oic = make_organization(acronym="OIC", name_en="Organization of Islamic Cooperation")
    OrganizationName.objects.create(
        organization=oic, name_en="Organization of the Islamic Conference", until="2011-06-28"
    )
    host = make_organization()
    dates = {"actual_start_on": "2001", "actual_end_on": "2001-12"}
    before = make_undertaking(lead=host, partners=[oau, oic], status=Status.COMPLETED, **dates)
    after = make_undertaking(lead=au, partners=[oic], status=Status.COMPLETED, actual_end_on="2012")
    return {"before": before.code, "after": after.code}


def named(found: Element) -> dict[str, str]:
    return {code: cells[0] for rows in groups(found).values() for code, cells in rows.items()}


def title(found: Element) -> str:
    return next(found.all("h1")).text


def test_under_todays_name_or_the_names_of_the_time(unity: dict[str, Any]) -> None:
    before, after = unity["before"], unity["after"]
    today = paper(NOBODY, of("oic"))
    assert title(today) == "Organization of Islamic Cooperation (OIC)"
    assert named(today) == {before: "Partner", after: "Partner"}
    time = paper(NOBODY, of("oic"), names="time")
    assert title(time) == "Organization of Islamic Cooperation (OIC)"
    assert named(time) == {before: "Partner as Organization of the Islamic Conference (OIC)", after: "Partner"}


def test_predecessors_record_on_request(unity: dict[str, Any]) -> None:
    before, after = unity["before"], unity["after"]
    assert named(paper(NOBODY, of("au"))) == {after: "Lead"}
    assert named(paper(NOBODY, of("au"), predecessors="1")) == {after: "Lead", before: "Partner"}
    added = paper(NOBODY, of("au"), predecessors="1", names="time")
    assert named(added) == {after: "Lead", before: "Partner as Organization of African Unity (OAU)"}
    assert "With the record of: Organization of African Unity (OAU)." in added.text
    # The predecessor itself, under its successor's name and its own.
    assert title(paper(NOBODY, of("oau"))) == "African Union (AU)"
    assert title(paper(NOBODY, of("oau"), names="time")) == "Organization of African Unity (OAU)"
    assert named(paper(NOBODY, of("oau"), names="time")) == {before: "Partner"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("names=old", ["names"]), ("predecessors=yes", ["predecessors"]), ("organization=lead", ["organization"]),
        ("area=A&names=time&names=today", ["area", "names"]), ("page=2&sort=code", ["page", "sort"]),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_and_named(cast: Cast, query: str, names: list[str]) -> None:
    response = client_of(cast.lead).get(f"{of('lead')}?{query}")
    assert response.status_code == 400
    for name in names:
        assert name in response.content.decode()


def test_an_organization_that_does_not_exist_is_not_found(client: Any) -> None:
    assert client.get(of("nowhere")).status_code == 404


def test_it_stays_short_and_leads_to_the_rest(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brief, "SHOWN", 2)
    found = paper(cast.coordinator, of("lead"))
    assert len(groups(found)["h-leads"]) == 2
    [more] = found.all("p", class_="more")
    assert more.text == "1 more in the register"
    assert next(more.all("a"))["href"] == "/activities/?organization=lead"


def lists(found: Any) -> set[str]:
    """Where the list of activities is linked to, on the page or in the paper."""
    return {row["href"] for row in found.all("a") if row["href"].startswith("/activities/?")}


def test_its_lists_hold_what_it_counts(unity: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brief, "SHOWN", 1)
    for given, number in (({}, 1), ({"predecessors": "1"}, 2), ({"predecessors": "1", "as_of": "2010-01-01"}, 0)):
        found = parse(get(NOBODY, of("au"), names="time", **given))
        [address] = lists(found)
        assert rows_behind(NOBODY, address) == number
        assert f"in {number or 'no'} activit" in found.text
        assert ("as_of=2010-01-01" in address) == ("as_of" in given)


def test_the_document_says_what_the_page_says(unity: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brief, "SHOWN", 1)
    for slug, given, said in (
        ("au", {"predecessors": "1", "names": "time"}, "With the record of: Organization of African Unity (OAU)."),
        ("au", {"predecessors": "1"}, "1 more in the register"),
        ("oau", {}, "OAU until 9 July 2002."),
        ("oau", {"names": "time"}, "Succeeded by African Union, 9 July 2002."),
        ("oic", {"names": "time"}, "Scope: Organization: OIC"),
    ):
        page, written = paper(NOBODY, of(slug), **given), document(NOBODY, of(slug), **given)
        assert said in page.text
        assert said in texts(written)
        assert title(page) in {row.text for row in written.paragraphs if row.style.name == "Title"}
        cells = {code: [cell.replace("–none", "–") for cell in row] for code, row in groups(page)["h-ended"].items()}
        [table] = written.tables
        rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
        assert [code for code in cells if not rows[0][0].startswith(code)] == []
        assert [row[1] for row in rows] == [row[0] for row in cells.values()]


def test_the_document_names_the_round_of_a_request(cast: Cast) -> None:
    make_round(by=cast.coordinator, title="Round one", due_in=20)
    onscreen = asked(paper(cast.partner, of("partner")))
    written = document(cast.partner, of("partner"))
    assert onscreen == [row.text for row in written.paragraphs if row.style.name == "List Bullet"]
    assert len(onscreen or []) == 3
    assert all(row.endswith(". Round one") for row in onscreen or [])


def test_a_constant_number_of_statements(cast: Cast) -> None:
    def add() -> None:
        activity = make_undertaking(
            lead=cast.organizations["partner"], partners=[cast.organizations["lead"]], status=Status.UNDER_WAY,
            visibility=Visibility.INTERNAL,
        )  # fmt: skip
        make_participation(activity=activity, organization=cast.organizations["colead"], response=Response.INVITED)
        make_update(activity=activity, organization=cast.organizations["partner"], done="Done.")

    make_round(by=cast.coordinator, filters="organization=partner")
    add()
    one = queries(cast.partner, of("partner"))
    add()
    add()
    assert queries(cast.partner, of("partner")) == one <= 22


def test_the_page_of_the_organization_leads_to_it(cast: Cast) -> None:
    html = client_of(NOBODY).get("/organizations/lead/").content.decode()
    assert f'href="{of("lead")}"' in html
