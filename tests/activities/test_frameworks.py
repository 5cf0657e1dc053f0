"""The source text: everything the register holds of a document stands on its page, citable, in two languages."""

import re
from itertools import pairwise

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db.models import CharField
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import escape

from activities.models import (
    Activity,
    Area,
    Framework,
    FrameworkParticipant,
    ParticipantGroup,
    Passage,
    Principle,
)
from tests.factories import make_framework, make_undertaking, make_user
from tests.reading import client_of, links, main_part, page, queries

pytestmark = pytest.mark.django_db

ANYBODY = AnonymousUser()
ADDRESS = "/frameworks/S-2001-138/"


@pytest.fixture
def loaded(db: None) -> Framework:
    call_command("load_reference", verbosity=0)
    return Framework.objects.get(code="S-2001-138")


def read_in(language: str) -> str:
    client = client_of(ANYBODY)
    client.cookies["language"] = language
    response = client.get(ADDRESS)
    assert response.status_code == 200
    return main_part(response.content.decode())


def text_of(html: str) -> str:
    """What a reader sees, in one line, with the escaping that the page has."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", escape(text)).strip()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_text_of_the_document_is_on_the_page(loaded: Framework, language: str) -> None:
    """For readers of English and of Chinese alike both are there; the other languages have only some texts."""
    rows: list[tuple[str, ...]] = []
    columns = ("title_en", "title_zh_hans")
    rows += Passage.objects.values_list(*columns, "text_en", "text_zh_hans", "number", "source")
    rows += Principle.objects.values_list(*columns, "text_en", "text_zh_hans", "code")
    rows += Area.objects.values_list(*columns, "code")
    rows += Activity.objects.agreed_items().values_list(*columns, "description_en", "description_zh_hans", "code")
    suffix = language.replace("-", "_")
    rows += ParticipantGroup.objects.values_list("title_as_printed", f"title_{suffix}")
    acronym = Coalesce(f"organization__acronym_{suffix}", "organization__acronym_en", output_field=CharField())
    rows += FrameworkParticipant.objects.values_list("name_as_printed", f"organization__name_{suffix}", acronym)
    wanted = {one_line(text) for row in rows for text in row if text}
    assert len(wanted) > 300
    seen = text_of(read_in(language))
    assert {text for text in wanted if text not in seen} == set()


def test_the_columns_are_marked_with_their_language(loaded: Framework) -> None:
    passage = Passage.objects.get(anchor="letter-1")
    block = read_in("en").split('id="letter-1"')[1].split('class="pair"')[0]
    source, reader = re.findall(r'<div lang="([^"]*)" dir="ltr">', block)
    assert (source, reader) == ("zh-hans", "en")
    assert escape(passage.text_zh_hans) in block and escape(passage.text_en) in block  # type: ignore[attr-defined]


def test_readers_of_another_language_see_what_there_is(loaded: Framework) -> None:
    html = read_in("fr")
    principle = Principle.objects.get(code="P1")
    assert escape(principle.title_fr) in html  # type: ignore[attr-defined]
    block = html.split('id="letter-1"')[1].split('class="pair"')[0]
    assert 'lang="en"' in block, "there is no French rendering: the English one stands there, marked as such"


def test_the_order_is_that_of_the_document(loaded: Framework) -> None:
    html = read_in("en")
    order = [
        "letter", "letter-5", "annex-I", "annex-I-footnote", "section-I", "P1", "P8", "section-II", "area-A", "A.1",
        "area-E", "E.2", "section-III", "area-F", "F.2", "annex-II", "K1", "K12", "closing", "annex-III",
        "group-regional", "participant-oau", "editorial", "slip-1",
    ]  # fmt: skip
    places = [html.index(f'id="{anchor}"') for anchor in order]
    assert places == sorted(places)


def test_every_anchor_is_once_on_the_page_and_every_link_to_one_arrives(loaded: Framework) -> None:
    html = page(ANYBODY, ADDRESS)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
    targets = {address[1:] for address in links(html) if address.startswith("#")}
    assert targets <= set(ids)
    passages = set(Passage.objects.values_list("anchor", flat=True)) - {"annex-III-regional"}
    assert passages <= set(ids)
    assert set(Activity.objects.agreed_items().values_list("code", flat=True)) <= set(ids)


def test_items_lead_to_their_activities_and_names_to_todays_organizations(loaded: Framework) -> None:
    html = read_in("en")
    found = set(links(html))
    assert {item.get_absolute_url() for item in Activity.objects.agreed_items()} <= found
    entry = html.split('id="participant-oau"')[1].split("</div></div>")[0]
    assert links(entry)[1:] == ["/organizations/oau/", "/organizations/au/"]
    assert "非洲统一组织" in entry and "African Union" in entry


def test_headings_are_in_the_order_of_their_levels(loaded: Framework) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", page(ANYBODY, ADDRESS))]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_markup_in_a_text_is_shown_as_text(db: None) -> None:
    framework = make_framework()
    Passage.objects.create(
        framework=framework, part="letter", position=1, anchor="x", text_zh_hans="<b>文</b>", text_en="a <script> b"
    )
    html = page(ANYBODY, ADDRESS)
    assert "&lt;b&gt;文&lt;/b&gt;" in html and "a &lt;script&gt; b" in html


def test_a_framework_with_little_text_still_has_a_page(db: None) -> None:
    make_undertaking()
    html = page(ANYBODY, ADDRESS)
    assert 'id="area-A"' in html and 'id="A.5"' in html


def test_an_unknown_framework_is_not_found(db: None) -> None:
    assert client_of(ANYBODY).get(reverse("framework-detail", args=["S-1998-1"])).status_code == 404


def test_queries_do_not_grow_with_the_text(loaded: Framework) -> None:
    whole = queries(ANYBODY, ADDRESS)
    FrameworkParticipant.objects.filter(position__gt=2).delete()
    Passage.objects.exclude(anchor="letter-1").delete()
    assert queries(ANYBODY, ADDRESS) == whole <= 8


def test_who_has_the_page_is_not_sent_it_again(loaded: Framework) -> None:
    member = client_of(make_user(name="Ana Reader"))
    first = member.get(ADDRESS)
    known = {"HTTP_IF_NONE_MATCH": first["ETag"]}
    again = member.get(ADDRESS, **known)
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    # It is another page in another language, for another person, after a change.
    assert member.get(ADDRESS, **known, HTTP_ACCEPT_LANGUAGE="fr").status_code == 200
    assert client_of(make_user(name="Ben Reader")).get(ADDRESS, **known).status_code == 200
    Passage.objects.filter(framework=loaded, anchor="letter-1").update(text_en="Something else.")
    changed = member.get(ADDRESS, **known)
    assert changed.status_code == 200
    assert "Something else." in changed.content.decode()


def test_a_page_kept_over_a_new_sign_in_is_sent_anew(loaded: Framework) -> None:
    """Its forms hold a token that a new secret does not fit."""
    person = make_user(name="Ana Reader")
    member = client_of(person)
    known = {"HTTP_IF_NONE_MATCH": member.get(ADDRESS)["ETag"]}
    del member.cookies[settings.CSRF_COOKIE_NAME]
    assert member.get(ADDRESS, **known).status_code == 200
