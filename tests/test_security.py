"""Promises to whoever comes with bad intentions: headers, forged requests, redirects, guessing, error pages."""

import hashlib
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.urls import path, reverse

from tests.personas import Cast
from tracker import urls as site_urls

BACKEND = "organizations.adapter.AuthenticationBackend"


def broken(request: Any) -> None:
    raise RuntimeError("the secret of this test")


broken.login_required = False
urlpatterns = [*site_urls.urlpatterns, path("broken/", broken)]
handler400, handler403 = site_urls.handler400, site_urls.handler403
handler404, handler500 = site_urls.handler404, site_urls.handler500


def database_digest() -> str:
    """One number for everything the database holds, but for sessions and the counters of rate limits."""
    digest = hashlib.sha256()
    left_out = {"django_session", "cache_entries", "usersessions_usersession"}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table not in left_out:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")  # noqa: S608 - our own table names
                digest.update(repr((table, cursor.fetchall())).encode())
    return digest.hexdigest()


# --- headers ------------------------------------------------------------------------------------

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/activities/",
        "/activities/?format=csv",
        "/activities/?nonsense=1",
        "/activities/S-2001-138/A.999/",
        "/desk/",
        "/account/login/",
        "/broken/",
        "/static/css/app.css",
        "/healthz",
    ],
)
def test_every_response_carries_the_headers(address: str, cast: Cast) -> None:
    response = Client(raise_request_exception=False).get(address)
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    directives = {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}
    assert directives["default-src"] == ["'none'"]
    assert directives["frame-ancestors"] == ["'none'"]
    assert directives["base-uri"] == ["'none'"]
    assert directives["script-src"] == ["'self'"]
    assert directives["style-src"] == ["'self'"]
    assert response.headers["X-Request-ID"]


# --- errors -------------------------------------------------------------------------------------


@override_settings(ROOT_URLCONF=__name__)
def test_a_failure_tells_its_reference_and_nothing_else(db: None) -> None:
    response = Client(raise_request_exception=False).get("/broken/")
    page = response.content.decode()
    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in page
    assert "secret of this test" not in page
    assert "Traceback" not in page


# --- reading changes nothing --------------------------------------------------------------------


def test_no_link_changes_the_database(cast: Cast) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(cast.people["administrator"], backend=BACKEND)
    client.get("/")  # whatever a first visit sets up
    before = database_digest()
    to_visit, seen = ["/", "/desk/", "/activities/", "/organizations/", "/admin/"], set()
    while to_visit and len(seen) < 220:
        address = to_visit.pop(0).split("#")[0]
        if address in seen or "logout" in address:
            continue
        seen.add(address)
        response = client.get(address)
        assert response.status_code < 500, address
        if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            for link in re.findall(r'href="([^"]+)"', response.content.decode()):
                link = link.replace("&amp;", "&")
                if link.startswith("?"):
                    link = address.split("?")[0] + link
                if link.startswith("/") and not link.startswith(("//", "/static/")):
                    to_visit.append(link)
    assert len(seen) > 40
    assert database_digest() == before


# --- forged requests ----------------------------------------------------------------------------


def posts(cast: Cast) -> list[str]:
    args = ["S-2001-138", cast.public.code]
    return [
        reverse("update-new", args=args),
        reverse("update-no-change", args=args),
        reverse("update-draft", args=args),
        reverse("activity-edit", args=args),
        reverse("participant-invite", args=args),
        reverse("activity-new") + "?parent=A.5",
        reverse("set-language"),
        reverse("account_logout"),
        reverse("account_change_password"),
        reverse("admin:organizations_organization_add"),
    ]


def test_a_post_without_or_with_a_foreign_token_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.people["administrator"], backend=BACKEND)
    before = database_digest()
    statuses = {
        (address, kind): client.post(address, data, headers=headers).status_code
        for address in posts(cast)
        for kind, data, headers in [
            ("none", {}, {}),
            ("wrong", {"csrfmiddlewaretoken": "x" * 64}, {}),
            ("foreign", {}, {"origin": "https://elsewhere.example"}),
        ]
    }
    assert set(statuses.values()) == {403}
    assert database_digest() == before


def test_what_was_typed_into_an_expired_form_is_given_back(cast: Cast) -> None:
    """Signing in or out in another tab makes the token of an open form invalid."""
    client = Client(enforce_csrf_checks=True)
    typed = {"done": "Twelve officers were trained.", "password": "a secret of four words"}
    page = reverse("update-new", args=["S-2001-138", cast.public.code])
    assert b"Twelve officers" not in client.post(page, typed).content, "who is not signed in has typed nothing here"
    client.force_login(cast.people["lead"], backend=BACKEND)
    response = client.post(page, typed)
    assert response.status_code == 403
    assert (b"Twelve officers were trained." in response.content, b"a secret" in response.content) == (True, False)


FOREIGN = [
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "///elsewhere.example",
    "////elsewhere.example",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "http:elsewhere.example",
    "https:/elsewhere.example",
    "https:///elsewhere.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,hello",
    "vbscript:msgbox(1)",
    "/\t/elsewhere.example",
    "/\n/elsewhere.example",
    "\t//elsewhere.example",
    " //elsewhere.example",
    "https://testserver@elsewhere.example/",
    "https://testserver.elsewhere.example/",
    "//testserver@elsewhere.example",
    "https://elsewhere.example#testserver",
    "https://elsewhere.example?testserver",
    "https://elsewhere.example\\@testserver",
    "ftp://elsewhere.example",
    "//elsewhere.example%2f..",
    "//0x7f000001/",
    "//[::1]/",
    "http://[::1",
    "https://еlsewhere.example/",
    "\u2028//elsewhere.example",
]


@pytest.mark.parametrize("target", FOREIGN)
def test_no_redirect_leaves_the_site(target: str, cast: Cast) -> None:
    client = Client()
    language = client.post(reverse("set-language"), {"language": "fr", "next": target})
    assert language.headers["Location"].startswith("/")
    assert not language.headers["Location"].startswith(("//", "/\\"))
    login = client.post(
        reverse("account_login"),
        {"login": "lead@example.org", "password": "correct horse battery staple", "next": target},
    )
    assert login.status_code == 302
    assert login.headers["Location"] == reverse("start")


def test_a_foreign_host_header_is_refused(db: None) -> None:
    assert Client().get("/", headers={"host": "elsewhere.example"}).status_code == 400


# --- guessing -----------------------------------------------------------------------------------


def test_guessing_a_password_is_slowed_down(cast: Cast) -> None:
    client = Client()
    attempt = {"login": "lead@example.org", "password": "not the password"}
    statuses = [client.post(reverse("account_login"), attempt).status_code for _ in range(12)]
    assert 429 in statuses or "Too many" in client.post(reverse("account_login"), attempt).content.decode()
    right = client.post(reverse("account_login"), attempt | {"password": "correct horse battery staple"})
    assert right.status_code != 302


def test_a_wrong_address_is_answered_like_a_wrong_password(cast: Cast) -> None:
    answers = []
    for login in ("lead@example.org", "nobody@example.org"):
        page = Client().post(reverse("account_login"), {"login": login, "password": "not it"}).content.decode()
        answers.append(re.sub(r'value="[^"]*"', "", page))
    assert answers[0] == answers[1]


def test_signing_in_changes_the_session_and_signing_out_ends_it(cast: Cast) -> None:
    client = Client()
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": "lead@example.org", "password": "correct horse battery staple"})
    key = client.session.session_key
    assert client.get(reverse("desk")).status_code == 200
    client.post(reverse("account_logout"))
    stolen = Client()
    stolen.cookies["sessionid"] = key
    assert stolen.get(reverse("desk")).status_code == 302


def test_password_reset_does_not_tell_who_has_an_account(cast: Cast, mailoutbox: list[Any]) -> None:
    known = Client().post(reverse("account_reset_password"), {"email": "lead@example.org"})
    unknown = Client().post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert "lead@example.org" in [to for mail in mailoutbox for to in mail.to]
