"""Many people at once: nothing acknowledged is lost, nothing is saved twice, a stale edit is told."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.urls import reverse

from activities.models import Activity, StatusUpdate, UpdateDraft
from activities.workflow import StaleEdit, edit_undertaking, no_change, post_update, propose_undertaking
from activities.workflow.register import check_register
from tests.doses import dose
from tests.personas import Cast, build_cast

from .test_update_form import address, fields, newest, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS, ROWS, EACH = 16, 5, dose(4, 63)


@pytest.fixture
def crowd(transactional_db: None) -> Iterator[Cast]:
    yield build_cast()


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """What `work(number)` gave in as many threads, all let loose at the same moment."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        try:
            barrier.wait(20)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_a_hammer_loses_nothing(crowd: Cast) -> None:
    """16 clients on 5 hot rows log updates and edit with compare-and-set: each acknowledged write is there."""
    lead = crowd.organizations["lead"]
    rows = [
        propose_undertaking(parent=crowd.item, by=crowd.lead, organization=lead, title_en=f"Hot {number}")
        for number in range(ROWS)
    ]
    entries_before = StatusUpdate.objects.count()

    def client(number: int) -> Counter[str]:
        done: Counter[str] = Counter()
        while done["logged"] < EACH:
            turn = done["logged"]
            row = rows[(number + turn) % ROWS]
            try:
                post_update(
                    activity=row,
                    organization=lead,
                    author=crowd.lead,
                    as_of="2026-11-23",
                    may_set_status=True,
                    done=f"w{number}x{turn}",
                    progress=turn % 101,
                )
            except OperationalError:
                # Nobody's turn came within the time a database waits: refused, not acknowledged.
                done["refused"] += 1
                continue
            done["logged"] += 1
            version = Activity.objects.values_list("version", flat=True).get(pk=row.pk)
            try:
                edit_undertaking(activity=row, changes={"aim": f"a{number}x{turn}"}, version=version, by=crowd.lead)
                done[f"edited {row.pk}"] += 1
            except (StaleEdit, OperationalError):
                done["told"] += 1
        return done

    total = sum(together(CLIENTS, client), Counter())
    assert total["logged"] == CLIENTS * EACH
    assert StatusUpdate.objects.count() == entries_before + CLIENTS * EACH
    for row in Activity.objects.filter(pk__in=[row.pk for row in rows]):
        assert row.version == 1 + total[f"edited {row.pk}"]
        # The first record is the proposal itself.
        assert row.history.count() == 1 + total[f"edited {row.pk}"]
    assert sum(total.values()) == 2 * CLIENTS * EACH + total["refused"]
    assert total["refused"] <= CLIENTS * EACH // 100
    assert total["told"] < CLIENTS * EACH
    assert list(check_register()) == []
    edited = CLIENTS * EACH - total["told"]
    print(
        f"{CLIENTS} clients on {ROWS} rows: {total['logged']} entries and {edited} edits acknowledged, none lost; "
        f"{total['refused']} refused"
    )


def test_the_same_form_sent_in_parallel_is_one_entry(crowd: Cast) -> None:
    data, path = fields(crowd.public, done="Once."), address(crowd.public)
    clients = [signed_in(crowd.lead) for _ in range(6)]
    answers = together(6, lambda number: clients[number].post(path, data).status_code)
    assert answers == [302] * 6
    assert StatusUpdate.objects.filter(done="Once.").count() == 1
    token = uuid4()
    together(
        6,
        lambda number: no_change(
            activity=crowd.public, organization=crowd.organizations["lead"], author=crowd.lead, token=token
        ),
    )
    assert StatusUpdate.objects.filter(token=token).count() == 1


def test_of_two_that_speak_of_the_status_one_is_asked(crowd: Cast) -> None:
    """Both opened the form on the same state; whoever comes second sees what the first one saved."""
    seen = newest(crowd.public)
    pairs = [(crowd.lead, "stalled", 60), (crowd.co_lead, "discontinued", 70)]
    clients = [signed_in(person) for person, _, _ in pairs]

    def send(number: int) -> int:
        _, status, progress = pairs[number]
        data = fields(crowd.public, status=status, progress=str(progress), reason="x", seen=str(seen))
        status_code: int = clients[number].post(address(crowd.public), data).status_code
        return status_code

    assert sorted(together(2, send)) == [302, 409]
    entry = StatusUpdate.objects.latest("pk")
    activity = Activity.objects.get(pk=crowd.public.pk)
    assert (activity.status, activity.progress) == (entry.status, entry.progress)
    assert UpdateDraft.objects.count() == 1


def test_of_two_editors_one_is_told(crowd: Cast) -> None:
    path = reverse("activity-edit", args=["S-2001-138", crowd.public.code])
    people = [crowd.lead, crowd.co_lead]
    clients = [signed_in(person) for person in people]

    def send(number: int) -> int:
        data = {
            "title": "Public course",
            "aim": f"Aim {number}",
            "visibility": "public",
            "update_interval_days": "90",
            "version": "1",
        }
        client: Client = clients[number]
        return client.post(path, data).status_code

    assert sorted(together(2, send)) == [302, 409]
    activity = Activity.objects.get(pk=crowd.public.pk)
    assert activity.version == 2
    assert activity.aim in ("Aim 0", "Aim 1")


def test_proposals_at_once_get_codes_of_their_own(crowd: Cast) -> None:
    made = together(8, lambda number: propose_undertaking(parent=crowd.item, by=None, title_en=f"P{number}").code)
    assert sorted(made) == [f"A.5.{number}" for number in range(10, 12)] + [f"A.5.{number}" for number in range(4, 10)]


def test_drafts_kept_at_once_are_one_draft(crowd: Cast) -> None:
    clients = [signed_in(crowd.lead) for _ in range(6)]
    path = address(crowd.public, "update-draft")
    answers = together(6, lambda number: clients[number].post(path, fields(crowd.public)).status_code)
    assert answers == [302] * 6
    assert UpdateDraft.objects.count() == 1
