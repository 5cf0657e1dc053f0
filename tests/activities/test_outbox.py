"""Sending mail: once each, whoever sends and whatever stops half-way; what is refused, and what is no longer wanted."""

import datetime
import io
import signal
import subprocess
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from activities.choices import MailState, NotificationKind, Visibility
from activities.models import Activity, Notification, UndeliverableAddress, Unsubscription
from activities.notifications import Recipient, tell
from activities.workflow import close_round, no_change
from activities.workflow.outbox import BATCH, MailServerDown, claim, count_as_sent, send_again, send_queued
from organizations.models import Membership, User
from tests.factories import make_organization, make_round, make_undertaking, make_user
from tests.mail_server import HANG_UP_AFTER_DATA, HANG_UP_AT_RCPT, HANG_UP_IN_DATA, MailServer
from tests.processes import start

from .test_concurrency import together

MINUTE, HOUR = datetime.timedelta(minutes=1), datetime.timedelta(hours=1)


def queue(*users: User | str, activity: Activity | None = None, **more: Any) -> list[Notification]:
    """One mail for each, about an activity that everybody may read; alone in the outbox."""
    activity = activity or make_undertaking()
    Notification.objects.all().delete()
    recipients = [
        Recipient(None, user, "en") if isinstance(user, str) else Recipient(user, user.email, "en") for user in users
    ]
    tell(NotificationKind.FOLLOWED, recipients, str(uuid4()), by=None, activity=activity, **more)
    return list(Notification.objects.order_by("pk"))


def people(number: int) -> list[User]:
    return [make_user() for _ in range(number)]


def addresses(users: list[User]) -> list[str]:
    return sorted(user.email for user in users)


def states() -> dict[str, str]:
    """The state of the mail to each."""
    return {row.user.email if row.user else row.address: row.mail_state for row in Notification.objects.all()}


def only() -> Notification:
    return Notification.objects.get()


@pytest.mark.django_db
class TestSending:
    def test_each_is_sent_once_and_marked(self, mail_server: MailServer) -> None:
        users = people(BATCH + 2)
        queue(*users)
        assert send_queued() == {MailState.SENT: BATCH + 2}
        assert mail_server.recipients == addresses(users)
        assert {(row.mail_state, row.sent_to, row.attempts, row.error) for row in Notification.objects.all()} == {
            (MailState.SENT, user.email, 1, "") for user in users
        }
        assert not Notification.objects.filter(sent_at__isnull=True).exists()
        assert send_queued() == {}
        assert mail_server.recipients == addresses(users)

    def test_nothing_is_sent_before_its_time_nor_what_is_not_to_be_mailed(self, mail_server: MailServer) -> None:
        first, second = queue(*people(2))
        Notification.objects.filter(pk=first.pk).update(send_after=timezone.now() + HOUR)
        Notification.objects.filter(pk=second.pk).update(mail_state=MailState.NONE)
        assert send_queued() == {}
        assert (mail_server.recipients, mail_server.conversations) == ([], 0)

    def test_the_address_is_that_of_the_day_it_is_sent(self, mail_server: MailServer) -> None:
        user = make_user()
        queue(user)
        User.objects.filter(pk=user.pk).update(email="moved@example.org")
        send_queued()
        assert mail_server.recipients == ["moved@example.org"]
        assert only().sent_to == "moved@example.org"

    def test_one_that_cannot_be_put_into_words_holds_up_no_other(self, mail_server: MailServer) -> None:
        broken, fine = people(2)
        queue(broken, fine)
        Notification.objects.filter(user=broken).update(kind=NotificationKind.DIGEST, facts={"lines": [{}]})
        assert send_queued() == {MailState.FAILED: 1, MailState.SENT: 1}
        assert states() == {broken.email: MailState.FAILED, fine.email: MailState.SENT}
        assert "KeyError" in Notification.objects.get(user=broken).error

    def test_the_command_says_what_it_did_and_nothing_otherwise(self, mail_server: MailServer) -> None:
        queue(*people(2))
        said = io.StringIO()
        call_command("send_notifications", stdout=said)
        assert said.getvalue() == "2 Sent\n"
        call_command("send_notifications", stdout=said)
        assert said.getvalue() == "2 Sent\n"


@pytest.mark.django_db
class TestRefused:
    def test_for_the_moment_is_tried_again_later_and_later_and_given_up(self, mail_server: MailServer) -> None:
        (user,) = people(1)
        queue(user)
        mail_server.behaviour[user.email] = "rcpt 451 4.3.0 later"
        waits = []
        with time_machine.travel(timezone.now(), tick=False) as clock:
            for _ in range(5):
                assert send_queued() == {MailState.QUEUED: 1}
                waits.append(only().send_after - timezone.now())
                clock.shift(waits[-1] - MINUTE)
                assert send_queued() == {}
                clock.shift(MINUTE)
            assert send_queued() == {MailState.FAILED: 1}
            clock.shift(30 * 24 * HOUR)
            assert send_queued() == {}
        assert waits == [5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR, 24 * HOUR]
        assert (only().attempts, only().error) == (6, "451 4.3.0 later")
        assert not UndeliverableAddress.objects.exists()

    def test_tried_again_it_is_sent_once(self, mail_server: MailServer) -> None:
        (user,) = people(1)
        queue(user)
        mail_server.behaviour[user.email] = "rcpt 421 4.7.0 come back"
        assert send_queued() == {MailState.QUEUED: 1}
        mail_server.behaviour.clear()
        with time_machine.travel(timezone.now() + 6 * MINUTE):
            assert send_queued() == {MailState.SENT: 1}
        assert mail_server.recipients == [user.email]
        assert only().error == ""

    @pytest.mark.parametrize(
        ("told", "state", "is_flagged"),
        [
            ("rcpt 550 5.1.1 no such mailbox", MailState.REFUSED, True),
            ("rcpt 553 what is this", MailState.REFUSED, True),
            ("rcpt 554 5.7.1 relay access denied", MailState.REFUSED, False),
            ("rcpt 530 5.5.1 say who you are", MailState.REFUSED, False),
            ("rcpt 452 4.2.2 mailbox full", MailState.QUEUED, False),
            ("data 554 5.6.0 not such words", MailState.REFUSED, False),
            ("data 451 4.3.2 not now", MailState.QUEUED, False),
            (HANG_UP_AT_RCPT, MailState.QUEUED, False),
            (HANG_UP_IN_DATA, MailState.UNCERTAIN, False),
        ],
    )
    def test_one_recipient_holds_up_no_other(
        self, mail_server: MailServer, told: str, state: str, is_flagged: bool
    ) -> None:
        first, middle, last = people(3)
        queue(first, middle, last)
        mail_server.behaviour[middle.email] = told
        assert send_queued() == {MailState.SENT: 2, state: 1}
        assert mail_server.recipients == addresses([first, last])
        assert states() == {first.email: MailState.SENT, middle.email: state, last.email: MailState.SENT}
        said = told.partition(" ")[2] if told[:4] in ("rcpt", "data") else "SMTPServerDisconnected"
        assert Notification.objects.get(user=middle).error.startswith(said)
        flagged = list(UndeliverableAddress.objects.values_list("address", "said"))
        assert flagged == ([(middle.email, said)] if is_flagged else [])
        if state in (MailState.REFUSED, MailState.UNCERTAIN):
            with time_machine.travel(timezone.now() + 48 * HOUR):
                assert send_queued() == {}

    def test_taken_without_saying_so_is_not_sent_a_second_time(self, mail_server: MailServer) -> None:
        (user,) = people(1)
        queue(user)
        mail_server.behaviour[user.email] = HANG_UP_AFTER_DATA
        assert send_queued() == {MailState.UNCERTAIN: 1}
        mail_server.behaviour.clear()
        with time_machine.travel(timezone.now() + 48 * HOUR):
            assert send_queued() == {}
        assert mail_server.recipients == [user.email]


@pytest.mark.django_db
class TestServerDown:
    @pytest.mark.parametrize("trouble", ["nobody listens", "421 too busy", "554 go away"])
    def test_everything_waits_as_it_did(self, mail_server: MailServer, settings: Any, trouble: str) -> None:
        rows = queue(*people(3))
        if trouble == "nobody listens":
            settings.EMAIL_PORT = 1
        else:
            mail_server.greeting = trouble
        for _ in range(10):
            with pytest.raises(MailServerDown):
                send_queued()
        after = Notification.objects.order_by("pk")
        assert [(row.mail_state, row.attempts, row.send_after, row.claim, row.claimed_at) for row in after] == [
            (MailState.QUEUED, 0, row.send_after, None, None) for row in rows
        ]
        assert {bool(row.error) for row in after} == {True}
        assert not UndeliverableAddress.objects.exists()
        settings.EMAIL_PORT, mail_server.greeting = mail_server.port, "220 back"
        assert send_queued() == {MailState.SENT: 3}

    def test_the_command_ends_with_an_error_that_says_so(self, settings: Any, mail_server: MailServer) -> None:
        queue(*people(1))
        settings.EMAIL_PORT = 1
        with pytest.raises(CommandError, match=r"The mail server cannot be reached, all other mail waits: .*refused"):
            call_command("send_notifications")

    def test_a_sender_that_is_refused_flags_nobody(self, mail_server: MailServer) -> None:
        queue(*people(2))
        mail_server.to_senders = "550 5.7.1 not you"
        assert send_queued() == {MailState.QUEUED: 2}
        assert {row.error for row in Notification.objects.all()} == {"550 5.7.1 not you"}
        assert not UndeliverableAddress.objects.exists()


@pytest.mark.django_db
class TestAbandoned:
    def test_what_was_claimed_and_never_finished_is_uncertain_and_left_alone(self, mail_server: MailServer) -> None:
        queue(*people(2))
        begun, claimed = Notification.objects.order_by("pk")
        assert claim(timezone.now())
        Notification.objects.filter(pk=begun.pk).update(sent_to="somebody@example.org")
        with time_machine.travel(timezone.now() + 14 * MINUTE):
            assert send_queued() == {}
            assert set(states().values()) == {MailState.SENDING}
        with time_machine.travel(timezone.now() + 16 * MINUTE):
            assert send_queued() == {MailState.UNCERTAIN: 2}
            assert send_queued() == {}
        begun.refresh_from_db()
        claimed.refresh_from_db()
        assert {begun.mail_state, claimed.mail_state} == {MailState.UNCERTAIN}
        assert "may have taken it" in begun.error
        assert "had probably not begun" in claimed.error
        assert mail_server.recipients == []

    def test_an_administrator_lets_it_be_sent_again(self, mail_server: MailServer) -> None:
        (user,) = people(1)
        queue(user)
        claim(timezone.now())
        with time_machine.travel(timezone.now() + 16 * MINUTE):
            send_queued()
            assert send_again(Notification.objects.all()) == 1
            assert send_queued() == {MailState.SENT: 1}
        assert mail_server.recipients == [user.email]

    def test_or_counts_it_as_sent(self, mail_server: MailServer) -> None:
        queue(*people(1))
        claim(timezone.now())
        with time_machine.travel(timezone.now() + 16 * MINUTE):
            send_queued()
            assert count_as_sent(Notification.objects.all(), "Ana says so.") == 1
            assert send_queued() == {}
        assert (only().mail_state, only().error, only().sent_at) == (MailState.SENT, "Ana says so.", None)
        assert mail_server.recipients == []

    def test_only_what_is_in_trouble_can_be_decided_on(self) -> None:
        queue(*people(4))
        healthy = (MailState.NONE, MailState.QUEUED, MailState.SENDING, MailState.SENT)
        for row, state in zip(Notification.objects.order_by("pk"), healthy, strict=True):
            Notification.objects.filter(pk=row.pk).update(mail_state=state)
        before = list(Notification.objects.order_by("pk").values())
        assert (send_again(Notification.objects.all()), count_as_sent(Notification.objects.all(), "no")) == (0, 0)
        assert list(Notification.objects.order_by("pk").values()) == before

    def test_a_slow_sender_does_not_send_what_was_decided_on_meanwhile(self, mail_server: MailServer) -> None:
        """Between its first and its second mail the sender sleeps; the second is set aside and queued anew."""
        first, second = people(2)
        queue(first, second)
        asked = []

        def sleep() -> bool:
            asked.append(1)
            if mail_server.taken and len(asked) == 3:
                with time_machine.travel(timezone.now() + 16 * MINUTE):
                    from_elsewhere = send_queued()
                    assert from_elsewhere == {MailState.UNCERTAIN: 1}
                    send_again(Notification.objects.filter(user=second))
                    assert send_queued() == {MailState.SENT: 1}
            return False

        send_queued(is_stopping=sleep)
        assert mail_server.recipients == addresses([first, second])
        assert set(states().values()) == {MailState.SENT}

    def test_a_slow_sender_goes_on_while_nobody_decided(self, mail_server: MailServer) -> None:
        """A clock that is ahead elsewhere sets its mail aside; the sender itself knows better."""
        first, second = people(2)
        queue(first, second)

        def set_aside_elsewhere() -> bool:
            if len(mail_server.taken) == 1:
                with time_machine.travel(timezone.now() + 16 * MINUTE):
                    send_queued()
            return False

        assert send_queued(is_stopping=set_aside_elsewhere) == {MailState.SENT: 2}
        assert mail_server.recipients == addresses([first, second])
        assert set(states().values()) == {MailState.SENT}


@pytest.mark.django_db
class TestClock:
    def test_a_clock_that_runs_backwards_does_not_make_it_try_again_and_again(self, mail_server: MailServer) -> None:
        users = people(3)
        queue(*users)
        mail_server.behaviour.update({user.email: "rcpt 451 later" for user in users})
        with time_machine.travel(timezone.now(), tick=False) as clock:

            def back() -> bool:
                clock.shift(-HOUR)
                return False

            assert send_queued(is_stopping=back) == {MailState.QUEUED: 3}
        assert set(Notification.objects.values_list("attempts", flat=True)) == {1}

    def test_a_clock_that_runs_ahead_neither(self, mail_server: MailServer) -> None:
        users = people(3)
        queue(*users)
        mail_server.behaviour.update({user.email: "rcpt 451 later" for user in users})
        with time_machine.travel(timezone.now(), tick=False) as clock:

            def ahead() -> bool:
                clock.shift(HOUR)
                return False

            assert send_queued(is_stopping=ahead) == {MailState.QUEUED: 3}
        assert set(Notification.objects.values_list("attempts", flat=True)) == {1}

    def test_a_claim_from_the_future_is_set_aside(self, mail_server: MailServer) -> None:
        queue(*people(1))
        with time_machine.travel(timezone.now() + 24 * HOUR):
            claim(timezone.now())
        assert send_queued() == {MailState.UNCERTAIN: 1}
        assert mail_server.recipients == []


@pytest.mark.django_db
class TestNoLongerWanted:
    """Each is told on screen; the mail is not sent, and the row says why."""

    def not_sent(self, server: MailServer, sentence: str) -> None:
        assert send_queued() == {MailState.NONE: 1}
        assert (only().mail_state, only().sent_to, only().sent_at) == (MailState.NONE, "", None)
        assert sentence in only().error
        assert server.recipients == []

    def test_account_closed(self, mail_server: MailServer) -> None:
        (user,) = people(1)
        queue(user)
        User.objects.filter(pk=user.pk).update(is_active=False)
        self.not_sent(mail_server, "account is closed")

    def test_address_flagged(self, mail_server: MailServer) -> None:
        (user,) = people(1)
        queue(user)
        UndeliverableAddress.objects.create(address=user.email)
        self.not_sent(mail_server, "undeliverable addresses")

    def test_declined_meanwhile(self, mail_server: MailServer) -> None:
        (user,) = people(1)
        queue(user)
        Unsubscription.objects.create(user=user, kind=NotificationKind.FOLLOWED)
        self.not_sent(mail_server, "wants no mail of this kind")

    def test_mail_of_another_kind_declined(self, mail_server: MailServer) -> None:
        user, other = people(2)
        queue(user)
        Unsubscription.objects.create(user=user, kind=NotificationKind.CALL)
        Unsubscription.objects.create(user=other, kind=NotificationKind.FOLLOWED)
        assert send_queued() == {MailState.SENT: 1}

    def test_mailbox_given_up(self, mail_server: MailServer) -> None:
        organization = make_organization(mailbox="registry@example.org")
        queue("registry@example.org")
        organization.mailbox = ""
        organization.save()
        self.not_sent(mail_server, "No organization has this mailbox")

    def test_mailbox_declined(self, mail_server: MailServer) -> None:
        make_organization(mailbox="registry@example.org")
        queue("registry@example.org")
        Unsubscription.objects.create(address="registry@example.org", kind=NotificationKind.FOLLOWED)
        self.not_sent(mail_server, "wants no mail of this kind")

    def test_activity_no_longer_visible(self, mail_server: MailServer) -> None:
        lead = make_organization()
        inside, outside = make_user(organization=lead), make_user()
        queue(inside, outside, activity=make_undertaking(title="Secret", lead=lead, visibility=Visibility.RESTRICTED))
        assert send_queued() == {MailState.SENT: 1, MailState.NONE: 1}
        assert states() == {inside.email: MailState.SENT, outside.email: MailState.NONE}
        assert "can no longer see" in Notification.objects.get(user=outside).error

    def test_mailbox_of_an_organization_that_left(self, mail_server: MailServer) -> None:
        lead = make_organization(mailbox="lead@example.org")
        make_organization(mailbox="other@example.org")
        activity = make_undertaking(lead=lead, visibility=Visibility.RESTRICTED)
        queue("lead@example.org", "other@example.org", activity=activity)
        send_queued()
        assert mail_server.recipients == ["lead@example.org"]
        assert states() == {"lead@example.org": MailState.SENT, "other@example.org": MailState.NONE}


@pytest.fixture
def asked(db: None) -> User:
    """A focal point asked, by one mail in the outbox, for the update of one activity in an open round."""
    organization = make_organization()
    user = make_user(organization=organization)
    make_undertaking(lead=organization)
    Notification.objects.all().delete()
    make_round()
    assert list(Notification.objects.values_list("user", "kind", "mail_state")) == [(user.pk, "call", MailState.QUEUED)]
    return user


class TestNoLongerAsked:
    not_sent = TestNoLongerWanted.not_sent

    def test_otherwise_it_is_sent(self, asked: User, mail_server: MailServer) -> None:
        assert send_queued() == {MailState.SENT: 1}
        assert mail_server.recipients == [asked.email]

    def test_left_the_organization(self, asked: User, mail_server: MailServer) -> None:
        Membership.objects.filter(user=asked).update(until=timezone.localdate() - datetime.timedelta(days=1))
        self.not_sent(mail_server, "no longer belongs")

    def test_round_closed(self, asked: User, mail_server: MailServer) -> None:
        made = only().round
        assert made
        row = only()
        close_round(made=made, by=make_user(coordinator=True))
        Notification.objects.exclude(pk=row.pk).delete()
        self.not_sent(mail_server, "round is closed")

    def test_answered(self, asked: User, mail_server: MailServer) -> None:
        activity = Activity.objects.undertakings().get()
        no_change(activity=activity, organization=activity.lead, author=asked)
        Notification.objects.exclude(kind=NotificationKind.CALL).delete()
        self.not_sent(mail_server, "has been answered meanwhile")


@pytest.mark.django_db(transaction=True)
def test_many_who_claim_at_once_get_different_rows() -> None:
    queue(*people(40))

    def claims(_: int) -> list[Any]:
        return list(iter(lambda: claim(timezone.now(), batch=2), None))

    made = [mine for claimed in together(8, claims) for mine in claimed]
    held = [Notification.objects.filter(claim=mine).count() for mine in made]
    assert sum(held) == Notification.objects.filter(mail_state=MailState.SENDING).count() == 40
    assert min(held) > 0, "nobody took away what another had claimed"


def in_another_process(server: MailServer) -> subprocess.Popen[str]:
    """The command as cron starts it."""
    return start("manage.py", "send_notifications", EMAIL_URL=f"smtp://127.0.0.1:{server.port}")


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_send_each_mail_once(mail_server: MailServer) -> None:
    """As when cron starts the command again before it has ended."""
    users = people(3 * BATCH + 5)
    queue(*users)
    mail_server.hesitates = 0.1  # so long that the second has begun before the first has sent all
    processes = [in_another_process(mail_server) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert mail_server.recipients == addresses(users)
    sent = [int(words.split()[0]) for words in said]
    assert (sum(sent), [process.returncode for process in processes]) == (len(users), [0, 0])
    assert min(sent) > 0, "both took part"
    assert set(states().values()) == {MailState.SENT}


@pytest.fixture
def started(mail_server: MailServer) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts the command; it ends with the test, whatever happens."""
    processes = []

    def start() -> subprocess.Popen[str]:
        processes.append(in_another_process(mail_server))
        assert mail_server.has_text.wait(60), processes[-1].communicate(timeout=5)
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_while_it_sends_sends_nothing_twice_and_loses_nothing(
    mail_server: MailServer, started: Callable[[], subprocess.Popen[str]]
) -> None:
    users = people(3)
    first, *_others = queue(*users)
    mail_server.hesitates = 60
    process = started()
    process.send_signal(signal.SIGKILL)
    assert process.wait(20) == -signal.SIGKILL
    first.refresh_from_db()
    assert (first.mail_state, first.sent_to) == (MailState.SENDING, users[0].email)
    mail_server.hesitates = 0
    mail_server.may_answer.set()  # it took the text, and found nobody to tell
    assert send_queued() == {}
    with time_machine.travel(timezone.now() + 16 * MINUTE):
        assert send_queued() == {MailState.UNCERTAIN: 3}
        assert send_queued() == {}
        assert mail_server.recipients == [users[0].email]
        assert Notification.objects.troubled().count() == 3
        # An administrator sees that the other two had not been begun.
        assert send_again(Notification.objects.filter(sent_to="")) == 2
        assert send_queued() == {MailState.SENT: 2}
    assert mail_server.recipients == addresses(users)


@pytest.mark.django_db(transaction=True)
def test_a_sender_asked_to_stop_finishes_its_mail_and_leaves_the_others_waiting(
    mail_server: MailServer, started: Callable[[], subprocess.Popen[str]]
) -> None:
    users = people(3)
    queue(*users)
    mail_server.hesitates = 60
    process = started()
    process.terminate()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    mail_server.may_answer.set()
    said, trouble = process.communicate(timeout=20)
    assert (process.returncode, said, trouble) == (0, "1 Sent\n", "")
    assert sorted(states().values()) == [MailState.QUEUED, MailState.QUEUED, MailState.SENT]
    assert send_queued() == {MailState.SENT: 2}
    assert mail_server.recipients == addresses(users)
