"""The bell: the list of what one was told, reading it, and of what mail is wanted."""

import datetime
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from activities.choices import MAILED, NotificationKind, Visibility
from activities.models import Follow, Notification, Unsubscription
from activities.notifications import Recipient, count_unread, tell
from activities.workflow.bell import follow, mark_all_read
from organizations.models import Membership, User
from tests.factories import make_undertaking, make_user
from tests.forms_sent import send
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, links, main_part, page, queries

pytestmark = pytest.mark.django_db

LIST, READ, SETTINGS = "/notifications/", "/notifications/read/", "/notifications/settings/"


def ring(user: User, activity: Any, *keys: str, **more: Any) -> None:
    """Tell this person of one change for each key."""
    for key in keys or ("1",):
        known = {"by": None, "activity": activity, "facts": {"changes": [{"what": "update"}]}} | more
        tell(NotificationKind.FOLLOWED, [Recipient(user, user.email, "en")], f"{activity.pk}:{key}", **known)
    user.refresh_from_db()


def subjects(html: str) -> list[str]:
    return re.findall(r"<bdi>([^<]*)</bdi></button>", main_part(html))


def count_beside_bell(html: str) -> int:
    """The number in the head of the page; 0 where there is none."""
    found = re.search(r'class="btn btn-s btn-q bell".*?</a>', html, re.S)
    assert found
    number = re.search(r'class="badge">(\d+)', found[0])
    return int(number[1]) if number else 0


def test_each_reads_what_they_were_told_and_nothing_else(cast: Cast) -> None:
    ring(cast.lead, cast.public, "1", "2")
    ring(cast.partner, cast.internal)
    # Somebody is invited to three activities.
    found = {who: len(subjects(page(cast.people[who], LIST))) for who in PEOPLE if who != "anonymous"}
    assert found == dict.fromkeys(found, 0) | {"lead": 2, "partner": 1, "invited": 3}
    assert "Nothing yet" in page(cast.stranger, LIST)


def test_newest_first_in_pages_and_the_hidden_is_not_listed(cast: Cast) -> None:
    ring(cast.lead, cast.public, *map(str, range(51)))
    Notification.objects.filter(dedupe_key__contains=":50:").update(activity=cast.internal)
    Notification.objects.filter(dedupe_key__contains=":49:").update(hidden=True)
    first, second = subjects(page(cast.lead, LIST)), subjects(page(cast.lead, LIST + "?page=1"))
    assert first == second and len(first) == 50
    assert "Internal course" in first[0] and "Internal" not in "".join(first[1:])
    client = client_of(cast.lead)
    assert client.get(LIST + "?page=2").status_code == 404
    for query in ("page=0", "page=x", "page=1&page=1", "colour=red", "page=%00"):
        assert client.get(f"{LIST}?{query}").status_code == 400, query
    ring(cast.lead, cast.public, "more")
    assert len(subjects(page(cast.lead, LIST + "?page=2"))) == 1


def test_opening_one_marks_it_as_read_and_leads_to_its_place(cast: Cast) -> None:
    ring(cast.lead, cast.public, "1", "2")
    html = page(cast.lead, LIST)
    assert (count_beside_bell(html), html.count(">Unread<"), html.count('class="unread"')) == (2, 2, 2)
    action = re.findall(r'action="(/notifications/\d+/open/)"', html)[0]
    client = client_of(cast.lead)
    response = client.post(action)
    assert (response.status_code, response["Location"]) == (302, cast.public.get_absolute_url())
    html = page(cast.lead, LIST)
    assert (count_beside_bell(html), html.count(">Unread<"), html.count('class="unread"')) == (1, 1, 1)
    read = Notification.objects.get(read_at__isnull=False)
    client.post(action)
    assert Notification.objects.get(read_at__isnull=False).read_at == read.read_at


def test_nothing_is_read_by_looking_at_it_or_by_others(cast: Cast, digest: Any) -> None:
    ring(cast.lead, cast.public)
    before = digest()
    address = f"/notifications/{Notification.objects.get(user=cast.lead).pk}/open/"
    assert client_of(cast.lead).get(address).status_code == 405
    assert client_of(cast.lead).get(READ).status_code == 405
    page(cast.lead, LIST)
    for other in (cast.partner, cast.coordinator):
        assert client_of(other).post(address).status_code == 404
    assert digest() == before


def test_all_are_marked_but_what_arrived_since(cast: Cast) -> None:
    ring(cast.lead, cast.public, "1", "2")
    ring(cast.partner, cast.public)
    html = page(cast.lead, LIST)
    until = re.search(r'name="until" value="(\d+)"', html)
    assert until
    ring(cast.lead, cast.public, "late")
    client = client_of(cast.lead)
    assert client.post(READ, {"until": until[1]})["Location"] == LIST
    html = client.get(LIST).content.decode()
    assert "2 notifications marked as read." in html and count_beside_bell(html) == 1
    assert client.post(READ, {"until": "x"}).status_code == 400
    client.post(READ)
    assert count_beside_bell(page(cast.lead, LIST)) == 0 and "Mark all" not in page(cast.lead, LIST)
    assert count_beside_bell(page(cast.partner, LIST)) == 1
    assert mark_all_read(cast.lead) == 0


def test_what_one_may_no_longer_read_is_not_named(cast: Cast) -> None:
    ring(cast.partner, cast.restricted)
    assert "Restricted course" in page(cast.partner, LIST)
    follow(cast.partner, activity=cast.restricted)
    assert "Restricted course" in page(cast.partner, SETTINGS)
    Membership.objects.filter(user=cast.partner).delete()
    for address in (LIST, SETTINGS):
        html = page(cast.partner, address)
        assert "Restricted" not in html and cast.restricted.code not in main_part(html)
        assert "no longer see" in html
    [action] = re.findall(r'action="(/notifications/\d+/open/)"', page(cast.partner, LIST))
    assert client_of(cast.partner).post(action)["Location"] == "/desk/"
    assert count_beside_bell(page(cast.partner, LIST)) == 0


def test_the_bell_is_for_members_and_so_is_the_way_to_review_for_coordinators(cast: Cast) -> None:
    assert "/notifications/" not in page(cast.anonymous, "/")
    for who in PEOPLE:
        html = page(cast.people[who], "/")
        assert ("/review/" in links(html)) is (who in ("coordinator", "administrator")), who
        assert "/rounds/" in links(html)
        if who != "anonymous":
            assert {LIST, SETTINGS} <= set(links(html))


def test_the_number_beside_the_bell_costs_no_statement(cast: Cast) -> None:
    before = queries(cast.lead, "/definitions/")
    ring(cast.lead, cast.public)
    assert queries(cast.lead, "/definitions/") == before
    assert count_beside_bell(page(cast.lead, "/definitions/")) == 1


def test_mail_is_declined_and_wanted_again_by_kind(cast: Cast) -> None:
    client = client_of(cast.lead)
    Unsubscription.objects.create(user=cast.partner, kind=NotificationKind.CALL)
    html = main_part(client.get(SETTINGS).content.decode())
    assert set(re.findall(r'name="kinds" value="(\w+)"[^>]*checked', html)) == set(MAILED)
    assert NotificationKind.FOLLOWED not in MAILED
    wanted = [kind for kind in MAILED if kind not in (NotificationKind.CALL, NotificationKind.DIGEST)]
    for _ in range(2):
        assert client.post(SETTINGS, {"given": "mail", "kinds": wanted}).status_code == 302
    mine = Unsubscription.objects.filter(user=cast.lead)
    assert set(mine.values_list("kind", flat=True)) == {NotificationKind.CALL, NotificationKind.DIGEST}
    html = main_part(client.get(SETTINGS).content.decode())
    assert set(re.findall(r'name="kinds" value="(\w+)"[^>]*checked', html)) == set(wanted)
    client.post(SETTINGS, {"given": "mail", "kinds": list(MAILED)})
    assert not mine.exists() and Unsubscription.objects.filter(user=cast.partner).count() == 1


@pytest.mark.parametrize("sent", [{}, {"given": "mail", "kinds": "gossip"}, {"given": "mail", "kinds": "followed"}])
def test_a_form_that_got_lost_or_asks_for_the_unknown_changes_nothing(cast: Cast, digest: Any, sent: Any) -> None:
    before = digest()
    assert client_of(cast.lead).post(SETTINGS, sent).status_code == 422
    assert digest() == before


def test_the_settings_say_what_one_follows(cast: Cast) -> None:
    follow(cast.lead, activity=cast.public)
    follow(cast.lead, area=cast.item.area)
    follow(cast.lead, organization=cast.organizations["partner"])
    follow(cast.lead, query="area=A&status=stalled", name="Stuck <b>in A</b>")
    Follow.objects.create(user=cast.lead, query="area=Z", name="Gone")
    follow(cast.partner, activity=cast.internal)
    html = main_part(page(cast.lead, SETTINGS))
    assert {cast.public.get_absolute_url(), "/activities/?area=A", "/organizations/partner/"} <= set(links(html))
    assert "/activities/?area=A&status=stalled" in links(html) and "/activities/?area=Z" not in links(html)
    assert "Stuck &lt;b&gt;in A&lt;/b&gt;" in html and "no longer knows" in html
    assert "Area: A Area A; Status: Stalled" in html and cast.internal.code not in html
    ended = re.findall(r'action="/unfollow/(\d+)/"', html)
    assert set(map(int, ended)) == set(Follow.objects.filter(user=cast.lead).values_list("pk", flat=True))
    client_of(cast.lead).post(f"/unfollow/{ended[0]}/")
    assert Follow.objects.filter(user=cast.lead).count() == 4
    assert "You follow nothing yet" in page(cast.stranger, SETTINGS)


@pytest.mark.parametrize("address", [LIST, SETTINGS])
def test_queries_do_not_grow_with_the_rows(cast: Cast, address: str) -> None:
    found = []
    for number in range(2):
        for step in range(1 + number):
            activity = make_undertaking(title=f"Course {number}{step}", visibility=Visibility.RESTRICTED)
            ring(cast.coordinator, activity)
            follow(cast.coordinator, activity=activity)
            follow(cast.coordinator, query=f"silent_days={number}{step}1", name="Silent")
        found.append(queries(cast.coordinator, address))
    assert found[0] == found[1] <= 8


def test_a_wrong_number_is_found_and_put_right(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    ring(cast.lead, cast.public, "1", "2")
    ring(cast.partner, cast.public)
    User.objects.filter(pk=cast.partner.pk).update(unread_notifications=0)
    with pytest.raises(CommandError, match="1 differences"):
        call_command("check_register")
    assert f"{cast.partner.email} unread_notifications: '0', should be '1'" in capsys.readouterr().out
    call_command("check_register", fix=True)
    call_command("check_register")
    for user, number in ((cast.partner, 1), (cast.lead, 2)):
        user.refresh_from_db()
        assert user.unread_notifications == number
    count_unread([cast.lead.pk])
    cast.lead.refresh_from_db()
    assert cast.lead.unread_notifications == 2


def test_the_form_of_the_settings_can_be_sent_as_it_stands(cast: Cast, digest: Any) -> None:
    user = make_user(name="as it stands")
    Unsubscription.objects.create(
        user=user, kind=NotificationKind.CALL, since=timezone.now() - datetime.timedelta(days=3)
    )
    client = client_of(user)
    before = digest()
    assert send(client, SETTINGS, "mail").status_code == 302
    assert digest() == before
