"""Following: what is followed by whom, what of its changes is told, and the weekly digest."""

import datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.choices import MailState, NotificationKind, Response, Role, Status
from activities.models import Activity, Area, Follow, Notification, Unsubscription
from activities.notifications.words import with_rows, words_of
from activities.workflow import accept, return_update
from activities.workflow.bell import MOST_FILTERS, follow
from activities.workflow.digest import write_digests
from activities.workflow.followed import tell_followed
from organizations.choices import MembershipRole
from organizations.models import Organization, User
from tests.factories import (
    make_item,
    make_organization,
    make_participation,
    make_round,
    make_undertaking,
    make_update,
    make_user,
)
from tests.personas import Cast
from tests.reading import client_of, links, main_part, page

pytestmark = pytest.mark.django_db

FOLLOW, SETTINGS = "/follow/", "/notifications/settings/"


def followed(user: User) -> set[Any]:
    return {row.activity or row.area or row.organization or row.query for row in Follow.objects.filter(user=user)}


class TestByTheButtons:
    def test_each_thing_can_be_followed_and_left_again_from_its_page(self, cast: Cast) -> None:
        user, client = cast.stranger, client_of(cast.stranger)
        places = {
            cast.public.get_absolute_url(): {"activity": cast.public.pk},
            "/organizations/lead/": {"organization": cast.organizations["lead"].pk},
            "/activities/?area=A": {"area": cast.item.area_id},
        }
        for address, what in places.items():
            [(name, pk)] = what.items()
            html = main_part(page(user, address))
            assert f'name="{name}" value="{pk}"' in html.split(f'action="{FOLLOW}"')[1].split("</form>")[0]
            response = client.post(FOLLOW, {**what, "next": address})
            assert (response.status_code, response["Location"]) == (302, address)
        assert followed(user) == {cast.public, cast.organizations["lead"], cast.item.area}
        for address in (cast.public.get_absolute_url(), "/organizations/lead/"):
            form = main_part(page(user, address)).split("/unfollow/")[1].split("</form>")[0]
            assert "Stop following" in form
            client.post("/unfollow/" + form.split("/")[0] + "/", {"next": address})
        assert followed(user) == {cast.item.area}

    def test_a_filter_is_followed_under_a_name_in_one_way_of_writing_it(self, cast: Cast) -> None:
        client = client_of(cast.lead)
        [address] = [link for link in links(page(cast.lead, "/activities/?status=under_way&area=A")) if FOLLOW in link]
        html = client.get(address).content.decode()
        assert "Area: A Area A; Status: Under way" in html
        for query in ("status=under_way&area=A&page=2&sort=-due&q=", "?area=A&area=A&status=under_way"):
            client.post(FOLLOW, {"query": query, "name": "Under way in A"})
        row = Follow.objects.get(user=cast.lead)
        assert (row.query, row.name) == ("area=A&status=under_way", "Under way in A")

    def test_nobody_is_offered_it_who_is_not_signed_in(self, cast: Cast) -> None:
        for address in (cast.public.get_absolute_url(), "/organizations/lead/", "/activities/?area=A&status=stalled"):
            assert "/follow/" not in page(cast.anonymous, address)

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"query": "area=A"},
            {"query": "area=Z", "name": "Nowhere"},
            {"query": "colour=red", "name": "Red"},
            {"query": "page=2", "name": "All"},
            {"query": "q=" + "x" * 1000, "name": "Long"},
            {"query": "q=a%00b", "name": "NUL"},
            {"query": "area=A&visibility=restricted", "name": "Hidden"},
            {"query": "area=A", "name": "x" * 121},
            {"query": "area=A", "name": "turned \u202e around"},
            {"query": "area=A", "name": " \u200b "},
            {"area": "1", "organization": "1"},
        ],
    )
    def test_what_is_not_understood_is_refused_and_what_was_typed_comes_back(
        self, cast: Cast, digest: Any, sent: dict[str, str]
    ) -> None:
        if "area" in sent:
            sent = {"area": str(cast.item.area_id), "organization": str(cast.organizations["lead"].pk)}
        before = digest()
        response = client_of(cast.lead).post(FOLLOW, sent)
        assert (response.status_code, digest()) == (422, before)
        if sent.get("name") == "Nowhere":
            html = response.content.decode()
            assert 'value="Nowhere"' in html and 'value="area=Z"' in html and "error-summary" in html

    @pytest.mark.parametrize("query", ["", "area=Z", "colour=red"])
    def test_a_filter_that_is_not_understood_is_not_even_named(self, cast: Cast, query: str) -> None:
        assert client_of(cast.lead).get(FOLLOW, {"query": query}).status_code == 400

    def test_what_one_may_not_read_does_not_exist(self, cast: Cast, digest: Any) -> None:
        before = digest()
        for what in ({"activity": cast.restricted.pk}, {"activity": "x"}, {"area": 999999}, {"organization": "-1"}):
            assert client_of(cast.stranger).post(FOLLOW, what).status_code == 404
        assert digest() == before
        assert client_of(cast.observer).post(FOLLOW, {"activity": cast.restricted.pk}).status_code == 302

    def test_following_twice_is_following_once(self, cast: Cast) -> None:
        for _ in range(2):
            client_of(cast.lead).post(FOLLOW, {"activity": cast.public.pk})
        assert Follow.objects.filter(user=cast.lead).count() == 1

    def test_nobody_ends_what_another_follows(self, cast: Cast, digest: Any) -> None:
        follow(cast.lead, activity=cast.public)
        before = digest()
        assert client_of(cast.partner).post(f"/unfollow/{Follow.objects.get().pk}/").status_code == 404
        assert digest() == before

    def test_filters_are_limited(self, cast: Cast) -> None:
        Follow.objects.bulk_create(
            [Follow(user=cast.lead, query=f"silent_days={n}", name=str(n)) for n in range(1, MOST_FILTERS + 1)]
        )
        response = client_of(cast.lead).post(FOLLOW, {"query": "area=A", "name": "One more"})
        assert response.status_code == 422 and Follow.objects.count() == MOST_FILTERS
        assert client_of(cast.lead).post(FOLLOW, {"query": "silent_days=1", "name": "Other"}).status_code == 302
        assert Follow.objects.get(query="silent_days=1").name == "Other"

    def test_a_foreign_address_is_not_returned_to(self, cast: Cast) -> None:
        response = client_of(cast.lead).post(FOLLOW, {"activity": cast.public.pk, "next": "https://example.org/"})
        assert response["Location"] == SETTINGS


def told(user: User) -> dict[str, list[Any]]:
    """What the person was told of followed activities: code → the kinds of change."""
    rows = Notification.objects.filter(user=user, kind=NotificationKind.FOLLOWED).select_related("activity")
    assert all(row.mail_state == MailState.NONE and not row.hidden for row in rows)
    return {row.activity.code: [change["what"] for change in row.facts["changes"]] for row in rows}


def later(hours: float = 1) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(hours=hours)


class TestWhatIsTold:
    @pytest.fixture(autouse=True)
    def quiet(self, cast: Cast) -> None:
        """The cast's own beginnings lie long ago."""
        past = timezone.now() - datetime.timedelta(days=40)
        Activity.objects.update(created_at=past)
        cast.public.participations.model.history.update(history_date=past)

    def update(self, cast: Cast, activity: Activity, by: str = "lead", **fields: Any) -> None:
        make_update(
            activity=activity, organization=cast.organizations["lead"], author=getattr(cast, by), done="Met.", **fields
        )

    def test_updates_of_others_reach_each_kind_of_follower_once(self, cast: Cast) -> None:
        other = make_undertaking(item=make_item(code="B.1"), title="Elsewhere")
        past = timezone.now() - datetime.timedelta(days=40)
        Activity.objects.filter(pk=other.pk).update(created_at=past)
        follow(cast.stranger, activity=cast.public)
        follow(cast.stranger, area=cast.item.area)
        follow(cast.observer, area=cast.item.area)
        follow(cast.partner, organization=cast.organizations["observer"])
        follow(cast.coordinator, query="status=stalled", name="Stuck")
        follow(cast.co_lead, activity=cast.item)
        self.update(cast, cast.public)
        self.update(cast, cast.restricted, status=Status.STALLED, reason="Funds.")
        tell_followed(later())
        public, restricted = cast.public.code, cast.restricted.code
        assert told(cast.stranger) == {public: ["update"]}
        assert told(cast.observer) == {public: ["update"], restricted: ["status"]}
        assert told(cast.partner) == {public: ["update"], restricted: ["status"]}
        assert told(cast.coordinator) == {restricted: ["status"]}
        assert told(cast.co_lead) == {}
        row = Notification.objects.get(user=cast.coordinator, kind=NotificationKind.FOLLOWED)
        assert row.facts["changes"] == [{"what": "status", "before": "under_way", "after": "stalled"}]
        cast.stranger.refresh_from_db()
        assert cast.stranger.unread_notifications == 1

    def test_what_one_did_oneself_is_no_news_nor_what_was_before_one_followed(self, cast: Cast) -> None:
        follow(cast.lead, activity=cast.public)
        self.update(cast, cast.public)
        with time_machine.travel(later(), tick=False):
            follow(cast.stranger, activity=cast.public)
        tell_followed(later(2))
        assert told(cast.lead) == {} == told(cast.stranger)

    def test_new_undertakings_and_participants_are_told_but_not_invitations(self, cast: Cast) -> None:
        follow(cast.stranger, area=cast.item.area)
        follow(cast.partner, organization=cast.organizations["stranger"])
        new = make_undertaking(item=cast.item, title="Brand new", lead=cast.organizations["stranger"])
        joining = cast.organizations["stranger"]
        make_participation(activity=cast.public, organization=joining, role=Role.HOST)
        make_participation(activity=cast.internal, organization=joining, role=Role.HOST, response=Response.INVITED)
        tell_followed(later())
        assert told(cast.stranger) == {new.code: ["entered"], cast.public.code: ["participants"]}
        assert told(cast.partner) == {new.code: ["entered"], cast.public.code: ["participants"]}

    def test_one_line_for_each_activity_and_day_and_nothing_is_lost(self, cast: Cast) -> None:
        follow(cast.stranger, activity=cast.public)
        with time_machine.travel(later(1), tick=False) as clock:
            self.update(cast, cast.public)
            assert tell_followed(timezone.now()) == 1
            assert tell_followed(timezone.now()) == 0
            clock.shift(datetime.timedelta(minutes=10))
            self.update(cast, cast.public, progress=50)
            assert tell_followed(timezone.now()) == 0
            clock.shift(datetime.timedelta(days=1))
            assert tell_followed(timezone.now()) == 1
            clock.shift(datetime.timedelta(days=1))
            assert tell_followed(timezone.now()) == 0

    def test_a_filter_that_is_understood_no_longer_stops_nobody(self, cast: Cast) -> None:
        Follow.objects.create(user=cast.lead, query="area=Z", name="Gone")
        follow(cast.partner, activity=cast.public)
        self.update(cast, cast.public)
        assert tell_followed(later()) == 1

    def test_statements_do_not_grow_with_people_or_changes(self, cast: Cast) -> None:
        counts = []
        for number in range(2):
            for step in range(2):
                user = make_user(name=f"Follower {number} {step}")
                follow(user, area=cast.item.area)
                follow(user, query="area=A", name="A")
                activity = make_undertaking(item=cast.item, title="New")
                self.update(cast, activity)
            caches["process"].clear()
            with CaptureQueriesContext(connection) as captured:
                assert tell_followed(later(number)) > 0
            counts.append(len(captured))
            Notification.objects.all().delete()
        assert counts[0] == counts[1] <= 20


class TestDigest:
    def lines(self, user: User) -> list[tuple[str, str]]:
        row = Notification.objects.filter(user=user, kind=NotificationKind.DIGEST).latest("pk")
        assert row.hidden and row.mail_state == MailState.QUEUED
        for line in row.facts["lines"]:
            assert set(line) == {"activity", "code", "title", "text"}
            assert line["activity"] == f"S-2001-138/{line['code']}"
        return [(line["title"], line["text"]) for line in row.facts["lines"]]

    @pytest.fixture
    def week(self, db: None) -> dict[str, Any]:
        host, guest = make_organization(acronym="HOST"), make_organization(acronym="GUEST")
        focal = make_user(name="focal", organization=guest)
        fan = make_user(name="fan", language="fr")
        activity = make_undertaking(title="Course", title_fr="Cours", lead=host, partners=[guest], days_ago=30)
        past = timezone.now() - datetime.timedelta(days=30)
        Activity.objects.update(created_at=past)
        activity.participations.model.history.update(history_date=past)
        follow(fan, activity=activity)
        Follow.objects.update(since=past)
        return {"host": host, "guest": guest, "focal": focal, "fan": fan, "activity": activity}

    def test_what_changed_in_the_language_of_the_reader(self, week: dict[str, Any]) -> None:
        make_update(activity=week["activity"], organization=week["host"], status=Status.UNDER_WAY)
        assert write_digests(later()) == 1
        [(title, text)] = self.lines(week["fan"])
        assert title == "Cours"
        assert "Proposé" in text and "En cours" in text
        week["fan"].refresh_from_db()
        assert week["fan"].unread_notifications == 0

    def test_what_is_asked(self, week: dict[str, Any]) -> None:
        invited = make_undertaking(title="Visit", lead=week["host"])
        make_participation(activity=invited, organization=week["guest"], role=Role.FUNDER, response=Response.INVITED)
        made = make_round(due_in=10)
        day = made.due_on
        make_user(name="reporter", organization=week["guest"], role=MembershipRole.REPORTER)
        make_user(name="reader", organization=week["guest"], role=MembershipRole.READER)
        assert write_digests(later()) == 2
        update = ("Course", f"GUEST: an update is due on {day:%-d %B %Y}.")
        assert self.lines(week["focal"]) == [update, ("Visit", "GUEST is invited to take part: Funder.")]
        # Only a focal point answers invitations.
        assert self.lines(User.objects.get(name="reporter")) == [update]

    def test_nothing_new_is_no_mail_and_a_week_has_one(self, week: dict[str, Any]) -> None:
        fan = week["fan"]

        def night(day: int) -> int:
            with time_machine.travel(start + datetime.timedelta(days=day), tick=False):
                return write_digests(timezone.now())

        def log(day: int, **fields: Any) -> None:
            with time_machine.travel(start + datetime.timedelta(days=day), tick=False):
                make_update(activity=week["activity"], organization=week["host"], done="Met.", **fields)

        start = timezone.now() + datetime.timedelta(hours=1)
        assert night(0) == 0
        log(1)
        assert [night(1), night(1), night(2)] == [1, 0, 0]
        log(3)
        assert [night(day) for day in range(3, 8)] == [0] * 5
        assert [night(8), night(9)] == [1, 0]
        assert [night(day) for day in range(10, 25)] == [0] * 15
        assert Notification.objects.filter(kind=NotificationKind.DIGEST, user=fan).count() == 2

    def test_what_is_asked_is_repeated_only_beside_something_new(self, week: dict[str, Any]) -> None:
        made = make_round(due_in=10)
        assert write_digests(later()) == 1
        with time_machine.travel(later(24 * 8), tick=False):
            assert write_digests(timezone.now()) == 0
            update = make_update(
                activity=week["activity"], organization=week["guest"], done="Met.", author=week["focal"]
            )
            keeper = User.objects.get(pk=made.opened_by_id)
            return_update(update.review, by=keeper, reasons=["unclear"], sentence="Since when?")
            Follow.objects.all().delete()
            assert write_digests(later()) == 1
        assert self.lines(week["focal"]) == [("Course", "GUEST: the update was returned, and a new entry is awaited.")]

    def test_an_answer_that_was_accepted_is_not_asked_again(self, week: dict[str, Any]) -> None:
        made = make_round(due_in=10)
        update = make_update(activity=week["activity"], organization=week["guest"], done="Met.", author=week["focal"])
        accept([update.review], User.objects.get(pk=made.opened_by_id))
        Follow.objects.all().delete()
        assert write_digests(later()) == 0

    def test_who_declined_the_digest_gets_none_and_its_words_can_be_made(self, week: dict[str, Any]) -> None:
        Unsubscription.objects.create(user=week["fan"], kind=NotificationKind.DIGEST)
        make_update(activity=week["activity"], organization=week["host"], done="Met.")
        write_digests(later())
        row = with_rows(Notification.objects.filter(kind=NotificationKind.DIGEST), week["fan"]).get()
        assert row.mail_state == MailState.NONE
        assert [line.code for line in words_of(row).lines] == [week["activity"].code]

    def test_statements_do_not_grow(self, week: dict[str, Any]) -> None:
        counts = []
        for number in range(2):
            for step in range(2):
                member = make_user(name=f"Member {number} {step}", organization=make_organization())
                follow(member, area=Area.objects.get(code="A"))
                activity = make_undertaking(lead=Organization.objects.get(memberships__user=member))
                make_update(activity=activity, organization=week["host"], done="Met.")
            caches["process"].clear()
            with CaptureQueriesContext(connection) as captured:
                assert write_digests(later()) > 0
            counts.append(len(captured))
            Notification.objects.all().delete()
        # What each scope of rights may see is asked once: one statement for each organization.
        assert counts[1] - counts[0] <= 2
