"""The views of the whole site: language, health, and what is said when something goes wrong."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path

from organizations.models import User
from tests.factories import make_user
from tracker.urls import *  # noqa: F403
from tracker.urls import urlpatterns as site

pytestmark = pytest.mark.django_db


class Refused(BadRequest):
    """As a report refuses parameters."""

    problems = [("colour", "There is no parameter <colour>.")]


@login_not_required
def fail(request: HttpRequest, how: str) -> HttpResponse:
    raise {
        "refused": Refused(),
        "bad": BadRequest("secret detail"),
        "forbidden": PermissionDenied(),
        "reason": PermissionDenied("Only the lead may do this."),
        "missing": Http404("secret detail"),
        "broken": RuntimeError("secret detail"),
    }[how]


urlpatterns = [path("fail/<how>/", fail), *site]


def page(how: str, status: int, **options: Any) -> str:
    with override_settings(ROOT_URLCONF=__name__):
        response = Client(raise_request_exception=False, **options).get(f"/fail/{how}/")
    assert response.status_code == status
    return response.content.decode()


def words(html: str) -> str:
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


# --- language -----------------------------------------------------------------------------------


def test_the_language_is_remembered_and_the_reader_returns_to_the_same_page() -> None:
    client = Client()
    response = client.post("/language/", {"language": "zh-hans", "next": "/account/login/?next=/desk/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/account/login/?next=/desk/")
    cookie = response.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["samesite"], bool(cookie["httponly"])) == ("zh-hans", "Lax", True)
    assert '<html lang="zh-hans" dir="ltr"' in client.get("/account/login/").content.decode()


def test_arabic_turns_the_page_round() -> None:
    client = Client()
    client.post("/language/", {"language": "ar"})
    assert '<html lang="ar" dir="rtl"' in client.get("/account/login/").content.decode()


def test_a_signed_in_persons_language_goes_with_the_account() -> None:
    person = make_user(name="Awa Mensah", language="en")
    client = Client()
    client.force_login(person)
    with CaptureQueriesContext(connection) as queries:
        client.post("/language/", {"language": "fr"})
    person.refresh_from_db()
    assert person.language == "fr"
    table = User._meta.db_table
    writes = [query["sql"] for query in queries if query["sql"].startswith(f'UPDATE "{table}"')]
    # A save of the whole row would roll back what somebody else changed meanwhile.
    assert [re.findall(r'"(\w+)" = ', sql.split(" WHERE ")[0]) for sql in writes] == [["language"]]


@pytest.mark.parametrize("language", ["", "de", "xx", "../en", "en\x00", "EN"])
def test_an_unknown_language_changes_nothing(language: str) -> None:
    person = make_user(name="Awa Mensah", language="es")
    client = Client()
    client.force_login(person)
    response = client.post("/language/", {"language": language, "next": "/account/login/"})
    person.refresh_from_db()
    assert response.status_code == 302
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies
    assert person.language == "es"


def test_reading_does_not_change_the_language() -> None:
    response = Client().get("/language/", {"language": "fr"})
    assert response.status_code == 405
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies


# --- where the reader is ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "marked"),
    [
        ("/definitions/", []),
        ("/account/login/", ['<a href="/account/login/" aria-current="page">']),
        ("/activities/S-2001-138/A.99/", ['<a href="/activities/" aria-current="true">']),
        ("/organizations/nobody/", ['<a href="/organizations/" aria-current="true">']),
    ],
)
def test_the_navigation_marks_the_section(address: str, marked: list[str]) -> None:
    html = Client().get(address).content.decode()
    nav = html[html.index("<nav class=") : html.index("</nav>")]
    assert re.findall(r"<a [^>]*aria-current[^>]*>", nav) == marked


# --- when something goes wrong ------------------------------------------------------------------


def test_a_refused_address_names_each_parameter() -> None:
    html = page("refused", 400)
    assert "<bdi>colour</bdi>" in html
    assert "There is no parameter &lt;colour&gt;." in html


def test_a_technical_bad_request_keeps_its_detail_to_itself() -> None:
    assert "secret detail" not in page("bad", 400)


def test_a_refusal_says_the_reason_when_there_is_one() -> None:
    assert "Only the lead may do this." in page("reason", 403)
    assert "changing it is for others" in page("forbidden", 403)


def test_a_missing_page_says_where_to_look_instead() -> None:
    html = page("missing", 404)
    assert "secret detail" not in html
    assert 'href="/account/login/?next=%2Ffail%2Fmissing%2F"' in html


def test_a_failure_quotes_its_reference_in_the_readers_language() -> None:
    with override_settings(ROOT_URLCONF=__name__):
        client = Client(raise_request_exception=False)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
        response = client.get("/fail/broken/")
    html = response.content.decode()
    assert response.status_code == 500
    assert '<html lang="ar" dir="rtl">' in html
    assert response.headers["X-Request-ID"] in words(html)
    assert "secret detail" not in html


def test_the_failure_page_asks_the_database_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert "500" in words(page("broken", 500))


def test_a_form_without_its_token_is_told_apart_from_a_lack_of_rights() -> None:
    response = Client(enforce_csrf_checks=True).post("/language/", {"language": "fr"})
    assert response.status_code == 403
    assert "This form has expired" in words(response.content.decode())


# --- health -------------------------------------------------------------------------------------


def test_health_says_that_the_database_answers() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"database": "ok"})
    assert "no-store" in response.headers["Cache-Control"]
