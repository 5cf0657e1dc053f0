"""While a new undertaking is typed, similar ones are shown, as far as the person may see them."""

import re
from typing import Any

import pytest
from django.urls import reverse

from activities.models import Activity
from activities.reading import alike
from tests.factories import make_framework, make_item, make_organization, make_undertaking
from tests.personas import Cast
from tests.reading import client_of, main_part, page, queries

from .test_undertakings import NEW, proposal

pytestmark = pytest.mark.django_db


def address(**given: Any) -> str:
    return reverse("activity-similar", query=given)


def found(user: Any, **given: Any) -> list[str]:
    response = client_of(user).get(address(**given), headers={"HX-Request": "true"})
    assert response.status_code == 200
    html = response.content.decode()
    assert "<html" not in html
    return re.findall(r'<bdi class="ref">([^<]*)</bdi>', html)


def test_titles_that_share_half_of_the_words(cast: Cast) -> None:
    lead, item = cast.organizations["lead"], cast.item
    made = {
        title: make_undertaking(item=item, lead=lead, title=title).code
        for title in ("Course for mission planners", "Training of mission planners in Accra", "Talks on the delta")
    }
    course, training, _talks = made.values()
    assert found(cast.partner, title="a mission planners’ course") == [course, training]
    assert found(cast.partner, title="MISSION planners") == [course, training]
    assert found(cast.partner, title="Course for drivers") == []
    assert found(cast.partner, title="of the") == []


def test_country_and_item_come_first(cast: Cast) -> None:
    lead, other = cast.organizations["lead"], make_item(code="A.6")
    plain = make_undertaking(item=other, lead=lead, title="Course for mission planners")
    here = make_undertaking(item=cast.item, lead=lead, title="Course for mission planners")
    there = make_undertaking(item=other, lead=lead, title="Course for mission planners", countries=["GH"])
    far = make_undertaking(item=make_item(code="B.1"), lead=lead, title="Course for mission planners")
    typed = {"title": "Course for mission planners", "countries": ["GH", "SL"]}
    assert found(cast.partner, parent=cast.item.pk, **typed) == [there.code, here.code, plain.code]
    assert far.code in found(cast.partner, **typed), "in all areas, while no item is chosen"


def test_nobody_is_shown_what_they_may_not_see(cast: Cast) -> None:
    codes = {which: getattr(cast, which).code for which in ("public", "internal", "restricted")}
    for person, seen in {"stranger": 2, "partner": 3, "coordinator": 3}.items():
        shown = {code for which in codes for code in found(cast.people[person], title=f"{which} course")}
        assert shown == set(list(codes.values())[:seen]), person


def test_another_framework_is_another_register(cast: Cast) -> None:
    make_framework(code="S-2030-1")
    assert found(cast.partner, title="Public course", framework="S-2030-1") == []
    assert client_of(cast.partner).get(address(title="x", framework="nowhere")).status_code == 404


@pytest.mark.parametrize(
    ("given", "named"),
    [({"colour": "red"}, "colour"), ({"title": ["a", "b"]}, "title"), ({"countries": "Ghana"}, "countries")],
)
def test_what_is_not_understood_is_refused(cast: Cast, given: dict[str, Any], named: str) -> None:
    response = client_of(cast.partner).get(address(**given))
    assert response.status_code == 400
    assert [name for name, _sentence in response.context["problems"]] == [named]


def test_without_javascript_the_button_looks_and_keeps_what_was_typed(cast: Cast) -> None:
    typed = proposal(cast, title="Public course", planned_end_on="next year", countries=["GH", "SL"], look="1")
    typed["organization"] = cast.organizations["partner"].pk
    before = Activity.objects.count()
    response = client_of(cast.partner).post(NEW, typed)
    html = main_part(response.content.decode())
    assert response.status_code == 200 and Activity.objects.count() == before
    assert cast.public.get_absolute_url() in html and "no errors" not in html
    assert 'value="Public course"' in html and 'value="next year"' in html
    assert re.search(r'<option value="GH"\s+selected', html) and re.search(r'<option value="SL"\s+selected', html)


def test_a_refused_form_shows_similar_ones_too(cast: Cast) -> None:
    response = client_of(cast.partner).post(NEW, proposal(cast, title="Public course", update_interval_days="0"))
    assert response.status_code == 422
    assert cast.public.get_absolute_url() in main_part(response.content.decode())


def test_the_address_is_a_page_of_its_own(cast: Cast) -> None:
    html = page(cast.partner, address(title="Public course"))
    assert "<h1>Similar undertakings</h1>" in html and cast.public.get_absolute_url() in html


def test_looking_is_bounded(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    before = queries(cast.partner, address(title="Course for mission planners", parent=cast.item.pk))
    for number in range(8):
        make_undertaking(item=cast.item, lead=make_organization(), title=f"Course {number} for mission planners")
    assert queries(cast.partner, address(title="Course for mission planners", parent=cast.item.pk)) == before
    assert len(found(cast.partner, title="Course for mission planners")) == alike.SIMILAR
