"""A session that ends while a form is filled in: what was typed is kept for who wrote it, to be sent again."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from activities.models import Follow, Participation, StatusUpdate
from tests.factories import make_round
from tests.forms_sent import fields_of
from tests.personas import Cast
from tests.reading import client_of, main_part

pytestmark = pytest.mark.django_db

AGAIN = reverse("typed-again")
WORDS = "We pay the travel\r\nof twelve trainers."


def signed_out(path: str, data: dict[str, Any], user: Any) -> Client:
    """A browser from which this was sent after its session had ended, and in which the person has signed in again."""
    client = Client()
    response = client.post(path, {"writer": user.pk, **data})
    assert response.headers["Location"] == f"{reverse('account_login')}?next={AGAIN}"
    assert "What you typed is kept" in client.get(reverse("account_login")).content.decode()
    client.force_login(user)
    return client


def inviting(cast: Cast) -> dict[str, Any]:
    return {"organization": cast.organizations["stranger"].pk, "role": "funder", "responsibility": WORDS}


def invite_at(cast: Cast) -> str:
    return reverse("participant-invite", args=["S-2001-138", cast.public.code])


def test_it_is_shown_and_sent_again(cast: Cast, digest: Callable[[], str]) -> None:
    before = digest()
    client = signed_out(invite_at(cast), inviting(cast), cast.lead)
    for _ in range(2):  # reading it does not lose it
        html = main_part(client.get(AGAIN).content.decode())
        assert "We pay the travel<br>of twelve trainers." in html
    assert digest() == before
    sent = fields_of(client, AGAIN, "again")
    assert client.post(invite_at(cast), sent).status_code == 302
    made = Participation.objects.get(activity=cast.public, organization=cast.organizations["stranger"])
    assert (made.responsibility, made.role, made.invited_by) == (WORDS.replace("\r\n", "\n"), "funder", cast.lead)
    # Sent again, it is kept no longer.
    assert "Nothing you typed is waiting here" in client.get(AGAIN).content.decode()


def test_what_is_wrong_with_it_is_said_in_its_own_form(cast: Cast) -> None:
    client = signed_out(invite_at(cast), {**inviting(cast), "role": "boss"}, cast.lead)
    response = client.post(invite_at(cast), fields_of(client, AGAIN, "again"))
    assert (response.status_code, response.context["form"]["responsibility"].value()) == (422, WORDS)


def test_a_click_is_sent_again_as_well(cast: Cast) -> None:
    client = signed_out(reverse("follow"), {"activity": cast.public.pk}, cast.partner)
    assert "What you typed" not in main_part(client.get(AGAIN).content.decode()).replace("</h2>", "")
    assert client.post(reverse("follow"), fields_of(client, AGAIN, "again")).status_code == 302
    assert Follow.objects.get().activity == cast.public
    # Several ticked at once on the desk are one answer each.
    make_round(by=cast.coordinator)
    keys = [f"{row.pk}-{cast.organizations['partner'].pk}" for row in (cast.public, cast.internal)]
    client = signed_out(reverse("desk-no-change"), {"chosen": keys}, cast.partner)
    assert client.post(reverse("desk-no-change"), fields_of(client, AGAIN, "again")).status_code == 302
    newest = StatusUpdate.objects.filter(organization=cast.organizations["partner"], kind="no_change")
    assert set(newest.values_list("activity", flat=True)) == {cast.public.pk, cast.internal.pk}


def test_another_person_gets_nothing(cast: Cast) -> None:
    client = Client()
    client.post(invite_at(cast), {"writer": cast.lead.pk, **inviting(cast)})
    client.force_login(cast.partner)
    html = client.get(AGAIN).content.decode()
    assert "travel" not in html and "Nothing you typed is waiting here" in html
    # Nor is it given to who is named by nobody.
    client = Client()
    client.post(invite_at(cast), inviting(cast))
    client.force_login(cast.lead)
    assert "travel" not in client.get(AGAIN).content.decode()


def test_every_form_names_its_writer(cast: Cast) -> None:
    for user, path in ((cast.lead, invite_at(cast)), (cast.coordinator, reverse("round-new"))):
        html = main_part(client_of(user).get(path).content.decode())
        assert html.count(f'name="writer" value="{user.pk}"') == html.count("csrfmiddlewaretoken")
    assert 'name="writer"' not in Client().get(reverse("account_login")).content.decode()


def test_passwords_tokens_and_files_are_not_kept(cast: Cast) -> None:
    data = {
        "oldpassword": "four plain quiet words", "form_token": "a b", "token-1": "c d", "csrfmiddlewaretoken": "e f",
        "words": WORDS, "files": SimpleUploadedFile("minutes.pdf", b"%PDF-1.7 in the file"),
    }  # fmt: skip
    client = signed_out(invite_at(cast), data, cast.lead)
    assert client.session["typed"]["fields"] == {"words": [WORDS], "writer": [str(cast.lead.pk)]}
    assert "Files could not be kept" in client.get(AGAIN).content.decode()


def test_it_has_a_size(cast: Cast) -> None:
    client = Client()
    client.post(invite_at(cast), {"writer": cast.lead.pk, "responsibility": "x " * 35_000})
    assert "too long to be kept" in client.get(reverse("account_login")).content.decode()
    assert "typed" not in client.session


def test_it_can_be_thrown_away(cast: Cast) -> None:
    client = signed_out(invite_at(cast), inviting(cast), cast.lead)
    assert client.post(AGAIN).headers["Location"] == reverse("desk")
    assert "travel" not in client.get(AGAIN).content.decode()


def test_nothing_is_kept_of_what_another_site_sends(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(invite_at(cast), inviting(cast)).status_code == 403
    assert "typed" not in client.session
