"""Whom the register writes to, and that it tells each of them once."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from activities.choices import MailState, NotificationKind
from activities.models import Notification, UndeliverableAddress, Unsubscription
from activities.notifications import AddressBook, Recipient, tell
from activities.notifications.addresses import COORDINATION, MAILBOX
from organizations.choices import MembershipRole
from organizations.models import Membership, Organization, User
from tests.factories import make_organization, make_participation, make_undertaking, make_user

pytestmark = pytest.mark.django_db


def reached(recipients: list[Recipient]) -> set[tuple[str, str]]:
    """Addresses with the reason why they were chosen."""
    return {(recipient.address, recipient.because) for recipient in recipients}


def book_of(*organizations: Organization) -> AddressBook:
    return AddressBook({organization.pk for organization in organizations})


class TestWhoIsWrittenTo:
    def test_the_participation_has_a_focal_point_of_its_own(self) -> None:
        organization = make_organization()
        make_user(name="general", organization=organization)
        own = make_user(name="special", organization=organization, role=MembershipRole.REPORTER)
        row = make_participation(activity=make_undertaking(), organization=organization)
        row.focal_point = own
        assert reached(book_of(organization).for_participation(row)) == {(own.email, "")}

    def test_somebody_who_left_the_organization_is_not_written_to(self) -> None:
        organization = make_organization()
        general = make_user(name="general", organization=organization)
        left = make_user(name="left", organization=organization)
        Membership.objects.filter(user=left).update(until=timezone.localdate() - datetime.timedelta(days=1))
        row = make_participation(activity=make_undertaking(), organization=organization)
        row.focal_point = left
        assert reached(book_of(organization).for_participation(row)) == {(general.email, "")}

    def test_without_one_all_focal_points_of_the_organization_are_written_to_and_no_reporter(self) -> None:
        organization = make_organization()
        first, second = (make_user(name=name, organization=organization) for name in ("first", "second"))
        make_user(name="reporter", organization=organization, role=MembershipRole.REPORTER)
        other = make_user(name="elsewhere", organization=make_organization())
        found = reached(book_of(organization).for_organization(organization.pk))
        assert found == {(first.email, ""), (second.email, "")}
        assert (other.email, "") not in found

    def test_without_a_focal_point_its_mailbox_in_its_working_language(self) -> None:
        organization = make_organization(mailbox="registry@example.org", working_languages=["de", "fr", "en"])
        make_user(coordinator=True)
        assert book_of(organization).for_organization(organization.pk) == [
            Recipient(None, "registry@example.org", "fr", MAILBOX, organization.pk)
        ]

    def test_without_a_mailbox_the_coordinators(self) -> None:
        organization = make_organization()
        keeper = make_user(name="keeper", coordinator=True)
        make_user(name="administrator", administrator=True)
        assert reached(book_of(organization).for_organization(organization.pk)) == {(keeper.email, COORDINATION)}

    def test_where_nobody_coordinates_the_administrators(self) -> None:
        organization = make_organization()
        administrator = make_user(name="administrator", administrator=True)
        assert reached(book_of(organization).for_organization(organization.pk)) == {(administrator.email, COORDINATION)}

    def test_a_focal_point_whom_mail_does_not_reach_sees_it_on_screen_and_the_next_is_written_to(self) -> None:
        organization = make_organization(mailbox="registry@example.org")
        point = make_user(name="point", organization=organization)
        UndeliverableAddress.objects.create(address=point.email)
        assert reached(book_of(organization).for_organization(organization.pk)) == {
            (point.email, ""),
            ("registry@example.org", MAILBOX),
        }

    def test_an_author_who_left_is_replaced_by_the_organization(self) -> None:
        organization = make_organization()
        point = make_user(name="point", organization=organization)
        author = make_user(name="author", organization=organization, role=MembershipRole.REPORTER)
        assert reached(book_of(organization).for_author(author, organization.pk)) == {(author.email, "")}
        Membership.objects.filter(user=author).delete()
        assert reached(book_of(organization).for_author(author, organization.pk)) == {(point.email, "")}

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_statements_do_not_depend_on_the_number_of_organizations(
        self, number: int, django_assert_num_queries: Any
    ) -> None:
        organizations = [make_organization() for _ in range(number)]
        for organization in organizations[1:]:
            make_user(organization=organization)
        make_user(coordinator=True)
        ids = {organization.pk for organization in organizations}
        with django_assert_num_queries(5):
            book = AddressBook(ids)
            assert all(book.for_organization(pk) for pk in ids)


def told() -> set[tuple[str, str]]:
    return {
        (row.user.email if row.user else row.address, row.mail_state)
        for row in Notification.objects.select_related("user")
    }


def person(user: User) -> Recipient:
    return Recipient(user, user.email, "en")


class TestTelling:
    def test_the_same_event_is_told_once_to_each_recipient(self) -> None:
        one, two = make_user(), make_user()
        box = Recipient(None, "registry@example.org", "en")
        assert tell(NotificationKind.CALL, [person(one), box], "1:7", by=None) == 2
        assert tell(NotificationKind.CALL, [person(one), box, person(two)], "1:7", by=None) == 1
        assert tell(NotificationKind.CALL, [person(one)], "1:8", by=None) == 1
        rows = Notification.objects.values_list("user", "address", "dedupe_key")
        assert set(rows) == {
            (one.pk, "", f"call:1:7:{one.pk}"),
            (None, "registry@example.org", "call:1:7:registry@example.org"),
            (two.pk, "", f"call:1:7:{two.pk}"),
            (one.pk, "", f"call:1:8:{one.pk}"),
        }

    def test_nobody_hears_of_what_they_did_themselves(self) -> None:
        one, two = make_user(), make_user()
        tell(NotificationKind.ANSWER, [person(one), person(two)], "1", by=one)
        assert told() == {(two.email, MailState.QUEUED)}

    def test_who_declined_mail_of_a_kind_still_sees_it_on_screen(self) -> None:
        one = make_user()
        Unsubscription.objects.create(user=one, kind=NotificationKind.CALL)
        Unsubscription.objects.create(address="registry@example.org", kind=NotificationKind.OVERDUE)
        box = Recipient(None, "registry@example.org", "en")
        tell(NotificationKind.CALL, [person(one), box], "1", by=None)
        assert told() == {(one.email, MailState.NONE), ("registry@example.org", MailState.QUEUED)}
        tell(NotificationKind.OVERDUE, [person(one), box], "1", by=None)
        assert Notification.objects.get(kind="overdue", user=one).mail_state == MailState.QUEUED
        assert Notification.objects.get(kind="overdue", user=None).mail_state == MailState.NONE

    def test_the_number_beside_the_bell_is_that_of_unread_rows(self) -> None:
        one = make_user()
        tell(NotificationKind.CALL, [person(one)], "1", by=None)
        tell(NotificationKind.CALL, [person(one)], "1", by=None)
        tell(NotificationKind.CALL, [person(one)], "2", by=None)
        one.refresh_from_db()
        assert one.unread_notifications == 2

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_statements_do_not_depend_on_the_number_of_recipients(
        self, number: int, django_assert_num_queries: Any
    ) -> None:
        people = [person(make_user()) for _ in range(number)]
        with django_assert_num_queries(4):
            tell(NotificationKind.CALL, people, "1", by=None)
