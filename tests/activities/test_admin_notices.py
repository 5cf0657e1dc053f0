"""The outbox in the administration: what is in trouble is found, and decided on by those who keep the register."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.choices import MailState, NotificationKind
from activities.models import Notification, UndeliverableAddress
from tests.factories import make_round, make_user
from tests.personas import Cast

LIST = "admin:activities_notification_changelist"


def notice(state: str = MailState.QUEUED, **more: Any) -> Notification:
    return Notification.objects.create(
        user=more.pop("user", None) or make_user(),
        kind=more.pop("kind", NotificationKind.CALL),
        dedupe_key=str(Notification.objects.count()),
        mail_state=state,
        **more,
    )


@pytest.fixture
def keeper(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.coordinator, backend=settings.AUTHENTICATION_BACKENDS[-1])
    Notification.objects.all().delete()
    return client


def shown(page: Any) -> set[int]:
    return {row.pk for row in page.context["cl"].result_list}


def act(client: Client, action: str, *rows: Notification) -> list[str]:
    """What is said after an action on these rows."""
    answer = client.post(reverse(LIST), {"action": action, "_selected_action": [row.pk for row in rows]})
    assert answer.status_code == 302
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_the_list_is_filtered_and_searched(keeper: Client) -> None:
    failed = notice(MailState.FAILED, user=make_user(name="Özlem"))
    sent = notice(MailState.SENT, kind=NotificationKind.ANSWER)
    mailbox = Notification.objects.create(address="registry@example.org", kind="digest", dedupe_key="box")
    url = reverse(LIST)
    assert shown(keeper.get(url)) == {failed.pk, sent.pk, mailbox.pk}
    assert shown(keeper.get(url, {"mail_state__exact": "failed"})) == {failed.pk}
    assert shown(keeper.get(url, {"kind__exact": "answer"})) == {sent.pk}
    assert shown(keeper.get(url, {"q": "registry@"})) == {mailbox.pk}
    assert shown(keeper.get(url, {"q": failed.user.name})) == {failed.pk}


def test_the_list_is_filtered_by_round(keeper: Client, cast: Cast) -> None:
    made = make_round(by=cast.coordinator)
    Notification.objects.all().delete()
    of_round, _other = notice(round=made), notice()
    assert shown(keeper.get(reverse(LIST), {"round__id__exact": made.pk})) == {of_round.pk}


def test_the_list_costs_the_same_for_one_and_for_three(keeper: Client) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            keeper.get(reverse(LIST))
        return len(captured)

    notice()
    statements()
    before = statements()
    notice()
    notice()
    assert statements() == before


def test_nobody_writes_changes_or_deletes_a_notification(keeper: Client) -> None:
    row = notice(MailState.FAILED)
    before = list(Notification.objects.values())
    name = "admin:activities_notification"
    assert keeper.get(reverse(f"{name}_add")).status_code == 403
    assert keeper.get(reverse(f"{name}_delete", args=[row.pk])).status_code == 403
    page = keeper.get(reverse(f"{name}_change", args=[row.pk]))
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert keeper.post(reverse(f"{name}_change", args=[row.pk]), {"mail_state": "sent"}).status_code == 403
    assert list(Notification.objects.values()) == before


def test_trouble_is_sent_again_and_uncertain_mail_is_said_to_arrive_twice_perhaps(keeper: Client) -> None:
    trouble = [notice(state, attempts=6) for state in (MailState.UNCERTAIN, MailState.REFUSED, MailState.FAILED)]
    sent = notice(MailState.SENT)
    assert act(keeper, "send_again", *trouble, sent) == [
        "3 mails wait to be sent again.",
        "1 of them was uncertain: it may arrive twice.",
    ]
    assert dict(Notification.objects.values_list("pk", "mail_state")) == {
        **{row.pk: MailState.QUEUED for row in trouble},
        sent.pk: MailState.SENT,
    }
    assert set(Notification.objects.values_list("attempts", flat=True)) == {0}


def test_trouble_is_counted_as_sent_with_a_name(keeper: Client) -> None:
    row = notice(MailState.UNCERTAIN)
    assert act(keeper, "count_as_sent", row) == ["1 mail counts as sent."]
    row.refresh_from_db()
    assert row.mail_state == MailState.SENT
    assert row.error.startswith("Counted as sent by coordinator, ")


@pytest.mark.parametrize("action", ["send_again", "count_as_sent"])
def test_nothing_is_decided_on_mail_without_trouble(keeper: Client, action: str) -> None:
    row = notice(MailState.SENT)
    before = list(Notification.objects.values())
    assert act(keeper, action, row) == ["None of the selected mails was refused, given up or left uncertain."]
    assert list(Notification.objects.values()) == before


@pytest.mark.parametrize("person", ["anonymous", "stranger", "lead"])
def test_nobody_else_decides(cast: Cast, person: str) -> None:
    row = notice(MailState.FAILED)
    client = Client()
    if person != "anonymous":
        client.force_login(cast.people[person], backend=settings.AUTHENTICATION_BACKENDS[-1])
    for action in ("send_again", "count_as_sent"):
        client.post(reverse(LIST), {"action": action, "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.mail_state == MailState.FAILED


def test_an_address_is_written_to_again_once_its_row_is_taken_away(keeper: Client) -> None:
    gone, kept = (UndeliverableAddress.objects.create(address=f"{name}@example.org") for name in ("gone", "kept"))
    url = reverse("admin:activities_undeliverableaddress_delete", args=[gone.pk])
    answer = keeper.post(url, {"post": "yes"})
    assert answer.status_code == 302
    assert "gone@example.org is written to again" in str(next(iter(get_messages(answer.wsgi_request))))
    assert list(UndeliverableAddress.objects.all()) == [kept]
    assert keeper.get(reverse("admin:activities_undeliverableaddress_add")).status_code == 403
