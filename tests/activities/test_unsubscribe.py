"""The link at the foot of each mail: it declines mail of its kind, for whoever holds it, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse

from activities.choices import MailState, NotificationKind
from activities.models import Notification, Unsubscription
from activities.notifications import Recipient, tell
from activities.workflow.declining import SALT, unsubscribe_path
from organizations.models import User
from tests.factories import make_organization, make_undertaking, make_user

pytestmark = pytest.mark.django_db

MAILBOX = "registry@example.org"


def link(*, user: User | None = None, kind: str = NotificationKind.CALL) -> str:
    return unsubscribe_path(Notification(user=user, address="" if user else MAILBOX, kind=kind))


@pytest.fixture
def user() -> User:
    return make_user(name="Ana", organization=make_organization(mailbox=MAILBOX))


def declined() -> set[tuple[str, str]]:
    return {(row.user.email if row.user else row.address, row.kind) for row in Unsubscription.objects.all()}


def test_looking_at_it_changes_nothing(user: User, client: Client, digest: Callable[[], str]) -> None:
    before = digest()
    page = client.get(link(user=user))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Stop mail of the kind “Call for updates”" in text
    assert user.email in text
    assert "Stop this mail" in text
    assert client.head(link(user=user)).status_code == 200
    assert digest() == before
    assert "no-store" in page.headers["Cache-Control"]


def test_the_button_declines_mail_of_this_kind_alone_and_can_be_taken_back(user: User, client: Client) -> None:
    path = link(user=user)
    for _ in range(2):
        assert client.post(path).headers["Location"] == path
        assert declined() == {(user.email, "call")}
    text = client.get(path).content.decode()
    assert "Mail of the kind “Call for updates” is stopped" in text
    assert "Send mail of this kind again" in text
    assert client.post(link(user=user, kind=NotificationKind.ANSWER)).status_code == 302
    assert client.post(path, {"again": "1"}).headers["Location"] == path
    assert declined() == {(user.email, "answer")}
    assert "Stop this mail" in client.get(path).content.decode()


def test_a_mail_program_does_it_for_its_reader(user: User) -> None:
    """RFC 8058: without cookies, without a token of ours, and without being sent elsewhere."""
    program = Client(enforce_csrf_checks=True)
    answer = program.post(
        link(user=user), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    assert declined() == {(user.email, "call")}
    assert not answer.cookies


def test_a_browser_without_a_token_of_ours_can_do_it_too(user: User) -> None:
    assert Client(enforce_csrf_checks=True).post(link(user=user)).status_code == 302
    assert declined() == {(user.email, "call")}


def test_a_mailbox_declines_by_its_address(user: User, client: Client) -> None:
    text = client.get(link()).content.decode()
    assert MAILBOX in text
    assert "notifications/settings" not in text
    client.post(link())
    assert declined() == {(MAILBOX, "call")}


def test_what_is_declined_is_told_on_screen_and_not_mailed(user: User, client: Client) -> None:
    client.post(link(user=user, kind=NotificationKind.ANSWER))
    everybody = [Recipient(user, user.email, "en"), Recipient(None, MAILBOX, "en")]
    Notification.objects.all().delete()
    activity = make_undertaking()
    for kind in (NotificationKind.ANSWER, NotificationKind.MENTION):
        tell(kind, everybody, "1", by=None, activity=activity)
    states = {(row.kind, row.user_id): row.mail_state for row in Notification.objects.all()}
    assert states == {
        ("answer", user.pk): MailState.NONE,
        ("answer", None): MailState.QUEUED,
        ("mention", user.pk): MailState.QUEUED,
        ("mention", None): MailState.QUEUED,
    }


def test_a_closed_account_can_still_decline(user: User, client: Client) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    client.post(link(user=user))
    assert declined() == {(user.email, "call")}


def forged(value: Any, salt: str = SALT) -> str:
    return reverse("unsubscribe", args=[Signer(salt=salt).sign_object(value)])


@pytest.mark.parametrize(
    "path",
    [
        lambda user: reverse("unsubscribe", args=["nothing"]),
        lambda user: reverse("unsubscribe", args=["é:" + "x" * 5000]),
        lambda user: link(user=user)[:-2] + "/",
        lambda user: link(user=user).replace("unsubscribe/W", "unsubscribe/X"),
        lambda user: forged([user.pk, "call"], salt="another purpose"),
        lambda user: reverse("unsubscribe", args=[Signer().sign_object([user.pk, "call"])]),
        lambda user: forged([user.pk, "a kind of former times"]),
        lambda user: forged([user.pk + 1000, "call"]),
        lambda user: forged([user.pk]),
        lambda user: forged({"user": user.pk}),
        lambda user: forged([None, "call"]),
    ],
)
def test_a_link_not_made_here_finds_nothing(
    user: User, client: Client, digest: Callable[[], str], path: Callable[[User], str]
) -> None:
    before = digest()
    assert client.get(path(user)).status_code == 404
    assert client.post(path(user)).status_code == 404
    assert digest() == before


def test_links_of_two_people_and_two_kinds_differ(user: User) -> None:
    other = make_user()
    paths = {link(user=who, kind=kind) for who in (user, other, None) for kind in NotificationKind}
    assert len(paths) == 3 * len(NotificationKind)
