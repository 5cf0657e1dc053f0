"""What organizations are called on a day: a rename keeps the organization, a succession names another."""

import datetime

import pytest
from django.utils.translation import override

from organizations.models import NamesThroughTime, Organization, OrganizationName
from tests.factories import make_organization
from tracker.toolkit.dates import PartialDate
from tracker.toolkit.texts import Text

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 29)


@pytest.fixture
def oic() -> Organization:
    """Renamed on 28 June 2011; its acronym stayed."""
    row = make_organization(
        acronym="OIC", name_en="Organization of Islamic Cooperation", name_ar="منظمة التعاون الإسلامي"
    )
    earlier = {"name_en": "Organization of the Islamic Conference", "name_ar": "منظمة المؤتمر الإسلامي"}
    OrganizationName.objects.create(organization=row, until="2011-06-28", **earlier)
    OrganizationName.objects.create(organization=row, since="2011-06-28", name_en="Organization of Islamic Cooperation")
    # As a document prints it: beside the name, not before it.
    OrganizationName.objects.create(organization=row, name_en="Islamic Conference", name_zh_hans="伊斯兰会议")
    return row


@pytest.fixture
def oau() -> Organization:
    """Succeeded by the AU on 9 July 2002."""
    au = make_organization(acronym="AU", name_en="African Union")
    return make_organization(
        acronym="OAU", name_en="Organization of African Unity", successor=au, succeeded_on="2002-07-09"
    )


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (datetime.date(2001, 2, 12), "Organization of the Islamic Conference"),
        (datetime.date(2011, 6, 27), "Organization of the Islamic Conference"),
        (datetime.date(2011, 6, 28), "Organization of Islamic Cooperation"),
        (PartialDate("2011"), "Organization of the Islamic Conference"),
        (PartialDate("2011-07"), "Organization of Islamic Cooperation"),
        (TODAY, "Organization of Islamic Cooperation"),
    ],
)
def test_a_renamed_organization_has_the_name_of_the_day(oic: Organization, day: datetime.date, name: str) -> None:
    called = NamesThroughTime(TODAY).on(oic.pk, day)
    # The earlier name has no acronym of its own.
    assert (called.pk, called.slug, called.text) == (oic.pk, "oic", Text(f"{name} (OIC)", "en"))


def test_in_the_readers_language_or_in_one_that_says_so(oic: Organization) -> None:
    with override("ar"):
        names = NamesThroughTime(TODAY)
        assert names.on(oic.pk, PartialDate("2001")).name == Text("منظمة المؤتمر الإسلامي", "ar")
    with override("fr"):
        assert NamesThroughTime(TODAY).on(oic.pk, PartialDate("2001")).name.language == "en"


@pytest.mark.parametrize(
    ("day", "slug"),
    [
        (datetime.date(2002, 7, 8), "oau"),
        (PartialDate("2002"), "oau"),
        (PartialDate("2002-07"), "oau"),
        (datetime.date(2002, 7, 9), "au"),
        (TODAY, "au"),
    ],
)
def test_who_was_succeeded_has_the_successors_name_from_that_day(
    oau: Organization, day: datetime.date, slug: str
) -> None:
    assert NamesThroughTime(TODAY).on(oau.pk, day).slug == slug


def test_successors_that_go_round_come_to_an_end(oau: Organization) -> None:
    Organization.objects.filter(slug="au").update(successor=oau)
    assert NamesThroughTime(TODAY).today_of(oau.pk).slug in ("oau", "au")


def test_two_statements_for_all_of_them(
    oic: Organization, oau: Organization, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        names = NamesThroughTime(TODAY)
        assert {names.today_of(row).acronym.value for row in (oic.pk, oau.pk)} == {"OIC", "AU"}
