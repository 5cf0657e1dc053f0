"""A bulk change is one event: kept with each record it changed, unfolding to what the reader may see."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from activities.models import Activity, ChangeSet, ChangeSetEntry, FunctionalField
from activities.reading.events import LISTED, bulk_changes
from activities.reading.history import read_history
from activities.workflow import edit_undertaking
from activities.workflow.changesets import ChangesTogether
from tests.factories import make_undertaking
from tests.personas import PEOPLE, Cast
from tests.reading import main_part, page, queries

from .test_admin_bulk import act
from .test_update_form import signed_in

ANYBODY = AnonymousUser()


def address(activity: Activity) -> str:
    return reverse("activity-history", args=["S-2001-138", activity.code])


def place_all(cast: Cast, *activities: Activity, place: str = "Accra") -> ChangeSet:
    """Several activities changed in one act."""
    together = ChangesTogether(title="Moved to one place", by=cast.coordinator, reason="The host asked")
    for activity in activities:
        activity.refresh_from_db(fields=["version"])
        written = edit_undertaking(
            activity=activity, changes={"place": place}, version=activity.version, by=cast.coordinator
        )
        together.add(written)
    return together.change_set


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return signed_in(cast.coordinator)


def test_the_administrations_bulk_change_is_one_act(cast: Cast, coordinator: Client) -> None:
    rows = [cast.item, cast.public, cast.internal, cast.restricted]
    act(coordinator, "set_visibility", rows, apply="1", value="internal", change_reason="Asked by the host")
    made = ChangeSet.objects.get()
    assert (made.kind, made.title, made.reason, made.by) == (
        "bulk", "set_visibility", "Asked by the host", cast.coordinator,
    )  # fmt: skip
    # The item was refused, the internal one was so already.
    entries = {(entry.activity, entry.history_id) for entry in made.entries.all()}
    assert entries == {(row, row.history.latest("history_id").history_id) for row in (cast.public, cast.restricted)}
    with translation.override("fr"):
        assert str(made) == str(ChangeSet.objects.get())


def test_nothing_changed_is_no_act(cast: Cast, coordinator: Client, digest: Callable[[], str]) -> None:
    before = digest()
    rows = [cast.item, cast.internal]
    act(coordinator, "set_visibility", rows, apply="1", value="internal", change_reason="Asked by the host")
    assert (digest(), ChangeSet.objects.count()) == (before, 0)


def test_an_act_undone_half_way_holds_what_was_done(cast: Cast) -> None:
    """The first row is undone with its entry and the act itself; the next one begins the act anew."""
    together = ChangesTogether(title="Moved", by=cast.coordinator)
    with pytest.raises(ZeroDivisionError):
        _change_and_fail(cast, together)
    assert (ChangeSet.objects.count(), ChangeSetEntry.objects.count()) == (0, 0)
    written = edit_undertaking(
        activity=cast.internal, changes={"place": "Accra"}, version=cast.internal.version, by=cast.coordinator
    )
    together.add(written)
    assert [entry.activity for entry in ChangeSet.objects.get().entries.all()] == [cast.internal]


def _change_and_fail(cast: Cast, together: ChangesTogether) -> None:
    with transaction.atomic():
        written = edit_undertaking(
            activity=cast.public, changes={"place": "Accra"}, version=cast.public.version, by=cast.coordinator
        )
        together.add(written)
        raise ZeroDivisionError


def test_an_entry_names_the_record_of_its_own_change(cast: Cast) -> None:
    """Not the newest one, should somebody else have written meanwhile."""
    written = edit_undertaking(
        activity=cast.public, changes={"place": "Accra"}, version=cast.public.version, by=cast.coordinator
    )
    later = edit_undertaking(activity=cast.public, changes={"place": "Oslo"}, version=written.version, by=cast.lead)
    entry = ChangesTogether(title="Moved", by=cast.coordinator).add(written)
    assert cast.public.history.get(history_id=entry.history_id).place == "Accra"
    assert later.place == "Oslo"


def test_the_event_unfolds_to_what_the_reader_may_see(cast: Cast) -> None:
    rows = [cast.public, cast.internal, cast.restricted, make_undertaking(title="Fourth course")]
    place_all(cast, *rows)
    found: dict[str, tuple[int, set[str]]] = {}
    for person in PEOPLE:
        html = main_part(page(cast.people[person], address(cast.public)))
        number = re.search(r"Part of a bulk change of (\d+) activities", html)
        unfolded = html.split("<details")[1].split("</details>")[0]
        named = {row.code for row in rows if f">{row.code}</bdi>" in unfolded}
        found[person] = (int(number[1]) if number else 0, named)
    codes = [row.code for row in rows]
    everything = (4, set(codes))
    assert found == dict.fromkeys(PEOPLE, everything) | {
        "anonymous": (2, {codes[0], codes[3]}),
        "stranger": (3, {codes[0], codes[1], codes[3]}),
    }
    html = main_part(page(ANYBODY, address(cast.public)))
    assert "Moved to one place" in html and "Restricted course" not in html


def test_where_one_alone_may_be_seen_no_number_tells_of_others(cast: Cast) -> None:
    place_all(cast, cast.public, cast.restricted)
    html = main_part(page(ANYBODY, address(cast.public)))
    assert "Part of a bulk change" in html and "Part of a bulk change of" not in html and "<details" not in html


def test_only_its_own_event_says_so(cast: Cast) -> None:
    edit_undertaking(activity=cast.public, changes={"place": "Bonn"}, version=cast.public.version, by=cast.lead)
    place_all(cast, cast.public, cast.internal)
    events = read_history(cast.coordinator, cast.public)
    places = [(change.after, bool(event.bulk)) for event in events for change in event.changes]
    assert places == [("Accra", True), ("Bonn", False)]


def test_a_long_list_is_cut_and_counted(cast: Cast) -> None:
    place_all(cast, *(make_undertaking() for _ in range(LISTED + 2)), cast.public)
    (bulk,) = bulk_changes(ANYBODY, cast.public).values()
    assert (bulk.number, len(bulk.entries)) == (LISTED + 3, LISTED)


def test_queries_do_not_grow_with_bulk_changes(cast: Cast) -> None:
    counts = []
    for number in range(2):
        for step in range(2):
            place_all(cast, cast.public, make_undertaking(), place=f"Place {number} {step}")
        counts.append(queries(cast.stranger, address(cast.public)))
    assert counts[0] == counts[1]


def test_the_administration_lists_acts_and_unfolds_them(cast: Cast, coordinator: Client) -> None:
    field = FunctionalField.objects.create(code="law", title_en="Rule of law")
    act(coordinator, "add_fields", [cast.public, cast.item], apply="1", value=field.pk, change_reason="Sorted")
    made = ChangeSet.objects.get()
    listed = coordinator.get("/admin/activities/changeset/").content.decode()
    assert "Functional fields were added" in listed and "Sorted" in listed
    html = coordinator.get(f"/admin/activities/changeset/{made.pk}/change/").content.decode()
    for row in (cast.public, cast.item):
        assert f"/admin/activities/activity/{row.pk}/history/" in html
    assert html.count("Functional fields: – → Rule of law") == 2
    assert 'name="_save"' not in html and f"/changeset/{made.pk}/delete/" not in html


def test_the_history_of_one_record_names_the_act_it_was_part_of(cast: Cast, coordinator: Client) -> None:
    field = FunctionalField.objects.create(code="law", title_en="Rule of law")
    act(coordinator, "add_fields", [cast.public, cast.item], apply="1", value=field.pk, change_reason="Sorted")
    edit_undertaking(
        activity=cast.public, changes={"place": "Alone"}, version=cast.public.version + 1, by=cast.coordinator
    )
    made = ChangeSet.objects.get()
    html = coordinator.get(f"/admin/activities/activity/{cast.public.pk}/history/").content.decode()
    link = f'<a href="/admin/activities/changeset/{made.pk}/change/"><bdi>Functional fields were added</bdi></a>'
    assert html.count(link) == html.count("Part of a change of several records") == 1


def test_nothing_is_edited_there(cast: Cast, coordinator: Client, digest: Callable[[], str]) -> None:
    made = place_all(cast, cast.public, cast.internal)
    before = digest()
    addresses: dict[str, dict[str, Any]] = {
        f"/admin/activities/changeset/{made.pk}/change/": {"title": "Other"},
        f"/admin/activities/changeset/{made.pk}/delete/": {"post": "yes"},
        "/admin/activities/changeset/add/": {"title": "Other"},
    }
    for url, data in addresses.items():
        assert coordinator.post(url, data).status_code == 403, url
    assert digest() == before
    assert signed_in(cast.lead).get("/admin/activities/changeset/").status_code in (302, 403)


def test_queries_of_the_administration_do_not_grow(cast: Cast) -> None:
    # Content types are looked up once for each process.
    ContentType.objects.get_for_models(ChangeSet, ChangeSetEntry, Activity)
    counts = []
    for number in (2, 4):
        made = place_all(cast, *(make_undertaking() for _ in range(number)))
        pages = ("/admin/activities/changeset/", f"/admin/activities/changeset/{made.pk}/change/")
        counts.append([queries(cast.coordinator, url) for url in pages])
    assert counts[0] == counts[1]
