"""Saved reports when the register changes beneath them: what is gone is said, and the rest is offered."""

import re
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import SavedReport, Theme
from organizations.models import Organization
from tests.factories import make_organization, make_saved_report
from tests.personas import Cast
from tests.reading import client_of, links, main_part, page

pytestmark = pytest.mark.django_db

LIST = "/activities/"


@pytest.fixture
def report(cast: Cast) -> SavedReport:
    """Saved while its theme and one of its two organizations existed."""
    Theme.objects.create(code="arms", title_en="Small arms", position=90)
    make_organization(acronym="GONE")
    caches["process"].clear()
    sent = {
        "address": f"{LIST}?organization=lead&organization=gone&theme=arms&area=A&sort=-due",
        "name": "Arms",
        "shared": "members",
    }
    assert client_of(cast.partner).post("/reports/save/", sent).status_code == 302
    return SavedReport.objects.get()


def shrink() -> None:
    """The register loses the theme and the organization."""
    Theme.objects.get(code="arms").delete()
    Organization.objects.get(slug="gone").delete()
    caches["process"].clear()


def said(html: str) -> list[tuple[str, str]]:
    main = main_part(html)
    found = re.findall(r"<li><b>(.*?)</b><small>(.*?)</small>", main)
    return [(re.sub(r"<[^>]*>", "", what), why) for what, why in found]


def test_what_is_gone_is_named_and_the_rest_offered(cast: Cast, report: SavedReport) -> None:
    assert client_of(cast.stranger).get(report.get_absolute_url())["Location"] == report.target
    shrink()
    html = page(cast.stranger, report.get_absolute_url())
    assert said(html) == [
        ("Organization: GONE", "This no longer exists."),
        ("Cross-cutting theme: Small arms", "This no longer exists."),
    ]
    assert "Area: A Area A; Organization: LEAD" in html
    rest = f"{LIST}?area=A&organization=lead&sort=-due"
    assert rest in links(main_part(html))
    assert client_of(cast.stranger).get(rest).status_code == 200
    assert "Save it so" not in html


def test_its_owner_saves_it_without(cast: Cast, report: SavedReport, digest: Any) -> None:
    shrink()
    client = client_of(cast.partner)
    html = client.get(report.get_absolute_url()).content.decode()
    form = html.split('mend/"')[1].split("</form>")[0]
    sent = {name: value.replace("&amp;", "&") for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    before = digest()
    for wrong in ({}, sent | {"rest": "area=A"}, sent | {"version": "7"}):
        assert client.post(f"{report.get_absolute_url()}mend/", wrong).status_code == 409
    assert digest() == before
    assert client.post(f"{report.get_absolute_url()}mend/", sent)["Location"] == f"{LIST}?{sent['rest']}"
    report.refresh_from_db()
    assert (report.query, report.version) == ("area=A&organization=lead&sort=-due", 2)
    assert report.words == {"area": {"A": "A Area A"}, "organization": {"lead": "LEAD"}}
    assert client.get(report.get_absolute_url())["Location"] == report.target
    again = client.post(f"{report.get_absolute_url()}mend/", sent)
    assert (again.status_code, again["Location"]) == (302, report.get_absolute_url())


def test_opening_it_costs_the_same_however_much_it_asks_for(cast: Cast) -> None:
    """The link that leads on, and the page that says what is gone: with one value of each filter and with three."""
    costs: dict[bool, set[int]] = {True: set(), False: set()}
    for number in (1, 3):
        slugs = [make_organization(acronym=f"MANY{number}{n}").slug for n in range(number)]
        themes = [Theme.objects.create(code=f"t{number}{n}", title_en=f"Theme {n}").code for n in range(number)]
        caches["process"].clear()
        asked = [*(f"organization={slug}" for slug in slugs), *(f"theme={code}" for code in themes)]
        sent = {"address": f"{LIST}?{'&'.join(asked)}", "name": f"{number}", "shared": "private"}
        assert client_of(cast.partner).post("/reports/save/", sent).status_code == 302
        report = SavedReport.objects.get(name=f"{number}")
        for is_gone in (False, True):
            if is_gone:
                Theme.objects.filter(code__in=themes).delete()
                Organization.objects.filter(slug__in=slugs).delete()
            client = client_of(cast.partner)
            caches["process"].clear()
            with CaptureQueriesContext(connection) as captured:
                answer = client.get(report.get_absolute_url())
            assert answer.status_code == (200 if is_gone else 302)
            costs[is_gone].add(len(captured))
            if is_gone:
                assert len(said(answer.content.decode())) == 2 * number
    assert [len(found) for found in costs.values()] == [1, 1], costs


def test_the_page_of_reports_marks_it(cast: Cast, report: SavedReport) -> None:
    assert "no longer exists" not in page(cast.stranger, "/reports/")
    shrink()
    assert "Asks for something that no longer exists" in page(cast.stranger, "/reports/")


@pytest.mark.parametrize(
    ("query", "gone", "rest"),
    [
        ("colour=red", [("colour: red", "There is no such parameter.")], ""),
        ("area=A&sort=colour", [("sort: colour", None)], "area=A"),
        (
            "columns=code,title,colour,due&sort=-due",
            [("columns: code,title,colour,due", "There is no column “colour”.")],
            "columns=code,title,due&sort=-due",
        ),
        ("area=Z", [("Area: Z", "This no longer exists.")], ""),
        ("due_after=soon&area=A", [("Due on or after: soon", None)], "area=A"),
        ("q=one&q=two&area=A", [("Words: one, two", None)], "area=A"),
        ("area=A&area=%3Cb%3E", [("Area: &lt;b&gt;", "This no longer exists.")], "area=A"),
    ],
)
def test_each_kind_of_refusal_is_explained(
    cast: Cast, query: str, gone: list[tuple[str, str | None]], rest: str
) -> None:
    report = make_saved_report(by=cast.partner, query=query)
    html = page(cast.partner, report.get_absolute_url())
    assert [what for what, _ in said(html)] == [what for what, _ in gone]
    assert [bool(why) for _, why in said(html)] == [True] * len(gone)
    assert all(why in (None, found) for (_, found), (_, why) in zip(said(html), gone, strict=True))
    there = f"{LIST}?{rest}" if rest else LIST
    assert there in links(main_part(html)) and client_of(cast.partner).get(there).status_code == 200


def test_what_only_coordinators_may_ask_is_said_to_others(cast: Cast) -> None:
    report = make_saved_report(by=cast.coordinator, query="area=A&visibility=restricted", everybody=True)
    assert client_of(cast.administrator).get(report.get_absolute_url())["Location"] == report.target
    html = page(cast.stranger, report.get_absolute_url())
    assert said(html) == [("Visible to: restricted", "Only coordinators can ask for this.")]


def test_a_view_that_is_not_installed_or_lost_its_subject_says_so(cast: Cast) -> None:
    nowhere = make_saved_report(by=cast.partner, kind="brief", query="", subject="unknown")
    html = page(cast.partner, nowhere.get_absolute_url())
    assert "so there is nothing to show" in html and reverse("report-delete", args=[nowhere.key]) in links(html)
    assert client_of(cast.partner).post(f"{nowhere.get_absolute_url()}mend/", {"rest": ""}).status_code == 409


def test_what_was_shared_with_an_organization_that_is_gone_is_its_owners_again(cast: Cast) -> None:
    there = make_organization(acronym="THERE")
    membership = cast.partner.memberships.create(organization=there, role="reader")
    report = make_saved_report(by=cast.partner, organization=there)
    membership.delete()
    there.delete()
    assert client_of(cast.partner).get(report.get_absolute_url()).status_code == 302
    assert client_of(cast.stranger).get(report.get_absolute_url()).status_code == 404
    assert "no longer in the register" in page(cast.partner, reverse("report-edit", args=[report.key]))
