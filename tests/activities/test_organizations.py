"""The organizations: found by any name they had, counted and listed only by what the reader may see."""

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from activities.choices import Response, Role, Status
from activities.models import FrameworkParticipant, ParticipantGroup
from activities.workflow import change_role, end_participation
from organizations.choices import OrganizationKind
from organizations.models import Organization, OrganizationName, OrganizationNote
from tests.factories import (
    make_framework,
    make_organization,
    make_participation,
    make_undertaking,
    make_update,
    make_user,
)
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, main_part, page, queries, rows_behind

pytestmark = pytest.mark.django_db

ANYBODY = AnonymousUser()
LIST = "/organizations/"


def slugs(query: str = "", user: Any = ANYBODY) -> set[str]:
    html = main_part(page(user, LIST + query))
    return set(re.findall(r'<th scope="row"[^>]*><a href="/organizations/([\w-]+)/"', html))


@pytest.fixture
def named(db: None) -> None:
    au = make_organization(acronym="AU", name_en="African Union", name_zh_hans="非洲联盟", name_ar="الاتحاد الأفريقي")
    make_organization(acronym="OAU", name_en="Organization of African Unity", successor=au, succeeded_on="2002-07")
    oic = make_organization(
        acronym="OIC", name_en="Organisation of Islamic Cooperation", name_fr="Coopération islamique"
    )
    OrganizationName.objects.create(
        organization=oic,
        name_en="Organization of the Islamic Conference",
        until="2011-06-28",
        source="https://example.org/a",
    )
    make_organization(acronym="UNDP", name_en="Development Programme", kind=OrganizationKind.UN_AGENCY)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"au", "oau", "oic", "undp"}),
        ("?q=", {"au", "oau", "oic", "undp"}),
        ("?q=african", {"au", "oau"}),
        ("?q=african+union", {"au"}),
        ("?q=islamic+conference", {"oic"}),
        ("?q=cooperation+islamique", {"oic"}),
        ("?q=非洲", {"au"}),
        ("?q=الإتحاد", {"au"}),
        ("?q=undp", {"undp"}),
        ("?q=nothing", set()),
        ("?kind=un_agency", {"undp"}),
        ("?kind=un_agency&kind=regional&q=a", {"au", "oau", "oic", "undp"}),
        ("?kind=un_agency&q=african", set()),
    ],
)
def test_found_by_any_name_and_kind(named: None, query: str, found: set[str]) -> None:
    assert slugs(query) == found


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("?kind=club", "kind"),
        ("?q=a&q=b", "q"),
        ("?q=a%00b", "q"),
        ("?q=" + "a" * 201, "q"),
        ("?sort=name", "sort"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(named: None, query: str, name: str) -> None:
    response = client_of(ANYBODY).get(LIST + query)
    assert response.status_code == 400
    assert f"<dt><bdi>{name}</bdi></dt>" in response.content.decode()


def test_an_empty_result_has_a_way_out(named: None) -> None:
    html = main_part(page(ANYBODY, LIST + "?q=%3Cb%3Ezz"))
    assert 'href="/organizations/">Show all organizations' in html and 'value="&lt;b&gt;zz"' in html


def test_a_successor_is_named(named: None) -> None:
    html = main_part(page(ANYBODY, LIST))
    assert re.search(r'Known today as <a href="/organizations/au/">', html)
    assert "Succeeded July 2002 by" in page(ANYBODY, "/organizations/oau/")
    assert re.search(r'Succeeds <a href="/organizations/oau/">', page(ANYBODY, "/organizations/au/"))


def counts(user: Any) -> dict[str, tuple[int, int]]:
    """Slug: (leads, takes part in), as the list says."""
    html = main_part(page(user, LIST))
    rows = re.findall(r'<th scope="row".*?<a href="/organizations/([\w-]+)/".*?</tr>', html, re.DOTALL)
    found = {}
    for slug, row in zip(rows, re.findall(r'<th scope="row".*?</tr>', html, re.DOTALL), strict=True):
        leads = re.search(r"role=co_lead\">(\d+)<", row)
        takes_part = re.search(rf'organization={slug}">(\d+)<', row)
        found[slug] = (int(leads[1]) if leads else 0, int(takes_part[1]) if takes_part else 0)
    return found


@pytest.mark.parametrize("person", ["anonymous", "stranger", "lead", "coordinator"])
def test_the_counts_are_those_of_the_list(cast: Cast, person: str) -> None:
    make_participation(activity=cast.public, organization=cast.organizations["lead"], role=Role.HOST)
    user = cast.people[person]
    visible = {"anonymous": 1, "stranger": 2}.get(person, 3)
    told = counts(user)
    assert told == {
        "lead": (visible, visible),
        "colead": (visible, visible),
        "partner": (0, visible),
        "observer": (0, visible),
        "invited": (0, 0),
        "stranger": (0, 0),
    }
    for slug in ("lead", "partner"):
        listed = f"{reverse('activity-list')}?organization={slug}"
        assert rows_behind(user, listed) == told[slug][1]
        assert rows_behind(user, listed + "&role=lead&role=co_lead") == told[slug][0]


def test_the_page_of_an_organization_shows_what_the_reader_may_see(cast: Cast) -> None:
    make_update(
        activity=cast.restricted,
        organization=cast.organizations["lead"],
        author=cast.lead,
        done="Met in secret",
    )
    for person in PEOPLE:
        html = main_part(page(cast.people[person], "/organizations/lead/"))
        seen = {which for which in ("public", "internal", "restricted") if f"{which.title()} course" in html}
        expected = {"public", "internal", "restricted"}
        if person in ("anonymous", "stranger"):
            expected = {"public"} if person == "anonymous" else {"public", "internal"}
        assert seen == expected, person
        assert f"Leads or co-leads {len(expected)} activit" in html, person
        assert (cast.restricted.get_absolute_url() in html) is ("restricted" in expected), person


def test_focal_points_are_named_to_those_who_signed_in(cast: Cast) -> None:
    user = cast.lead
    user.name = "Liv Tangen"
    user.save()
    assert "Liv Tangen" not in page(ANYBODY, "/organizations/lead/")
    assert "Liv Tangen" in main_part(page(cast.stranger, "/organizations/lead/"))
    user.is_active = False
    user.save()
    assert "None named" in main_part(page(cast.stranger, "/organizations/lead/"))


def test_names_notes_and_the_printed_entry(named: None) -> None:
    oic = Organization.objects.get(slug="oic")
    OrganizationNote.objects.create(
        organization=oic, position=1, occurred_on="2011", text="Renamed <in> Astana.", source="general knowledge"
    )
    group = ParticipantGroup.objects.create(
        framework=make_framework(), code="regional", position=1, title_en="Regional", title_as_printed="区域组织"
    )
    FrameworkParticipant.objects.create(group=group, organization=oic, position=3, name_as_printed="伊斯兰会议组织")
    html = main_part(page(ANYBODY, "/organizations/oic/"))
    assert "Organization of the Islamic Conference" in html and "until 28 June 2011" in html
    assert "Renamed &lt;in&gt; Astana." in html and "general knowledge" in html
    assert "伊斯兰会议组织" in html and 'href="/frameworks/S-2001-138/#participant-oic"' in html
    assert 'href="https://example.org/a" rel="noopener noreferrer"' in html


def test_hints_without_date_or_source_are_for_coordinators(cast: Cast) -> None:
    organization = cast.organizations["lead"]
    OrganizationNote.objects.create(organization=organization, text="Keep both names.")
    OrganizationNote.objects.create(organization=organization, text="Moved to Vienna.", occurred_on="2003")
    told = {}
    for person in ("anonymous", "lead", "coordinator"):
        html = main_part(page(cast.people[person], "/organizations/lead/"))
        told[person] = {text for text in ("Keep both names.", "Moved to Vienna.") if text in html}
    everything = {"Keep both names.", "Moved to Vienna."}
    assert told == {"anonymous": {"Moved to Vienna."}, "lead": {"Moved to Vienna."}, "coordinator": everything}


def test_a_declined_invitation_is_no_support(db: None) -> None:
    organization = make_organization(acronym="EC")
    activity = make_undertaking(title="Joint course")
    make_participation(activity=activity, organization=organization, response=Response.DECLINED)
    assert "Joint course" not in page(ANYBODY, "/organizations/ec/")


def test_an_unknown_organization_is_not_found(db: None) -> None:
    assert client_of(ANYBODY).get("/organizations/nato/").status_code == 404


@pytest.mark.parametrize("person", ["anonymous", "stranger"])
@pytest.mark.parametrize("address", [LIST, "/organizations/?q=org", "/organizations/lead/"])
def test_queries_do_not_grow_with_the_rows(cast: Cast, person: str, address: str) -> None:
    found = []
    lead = cast.organizations["lead"]
    for number in range(2):
        for step in range(2):
            other = make_organization(successor=lead)
            activity = make_undertaking(lead=lead, partners=[other], status=Status.UNDER_WAY)
            make_participation(activity=activity, organization=lead, role=Role.HOST)
            make_user(organization=lead)
            OrganizationName.objects.create(organization=lead, name_en=f"Former name {number} {step}")
            OrganizationNote.objects.create(organization=lead, text="Noted.")
        found.append(queries(cast.people[person], address))
    assert found[0] == found[1] <= 14


def roles(user: Any, slug: str) -> list[tuple[str, ...]]:
    """Activity, role, since and until, as the page says."""
    html = main_part(page(user, f"/organizations/{slug}/")).split('id="roles"')[1].split("</section>")[0]
    rows = re.findall(r'<th scope="row".*?</tr>', html, re.DOTALL)
    return [
        tuple(" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.split(r"</t[hd]>", row)[:4])
        for row in rows
    ]


def test_roles_over_time_are_told_by_date(cast: Cast) -> None:
    """Each role with its days, newest first; no invitation, and nothing of what the reader may not see."""
    organization = cast.organizations["stranger"]
    held = make_participation(activity=cast.public, organization=organization, role=Role.CO_LEAD, since="2001")
    change_role(participation=held, role=Role.PARTNER, on=date(2002, 5, 17), by=cast.coordinator, version=1)
    make_participation(
        activity=cast.public, organization=organization, role=Role.FUNDER, response=Response.WITHDRAWN, until="2000"
    )
    make_participation(activity=cast.public, organization=organization, role=Role.HOST, response=Response.INVITED)
    make_participation(activity=cast.public, organization=organization, role=Role.LEAD, response=Response.DECLINED)
    back = make_participation(
        activity=cast.internal, organization=organization, role=Role.LEAD, response=Response.INVITED
    )
    end_participation(participation=back, on=date(2003, 1, 1), by=cast.coordinator, version=1)
    make_participation(activity=cast.restricted, organization=organization, role=Role.HOST, since="2004-03")
    title = f"{cast.public.code} Public course"
    expected = [
        (title, "Partner", "17 May 2002", "– not ended"),
        (title, "Co-lead", "2001", "17 May 2002"),
        (title, "Funder Withdrawn", "– not known", "2000"),
    ]
    assert roles(ANYBODY, "stranger") == expected
    hidden = (f"{cast.restricted.code} Restricted course", "Host", "March 2004", "– not ended")
    assert roles(cast.coordinator, "stranger") == [hidden, *expected]
