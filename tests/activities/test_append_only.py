"""The log is append-only in the database itself: neither raw SQL nor the ORM changes or deletes an entry."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from activities.models import Activity, Evidence, ObstacleKind, StatusUpdate
from activities.workflow import post_update
from tests.factories import make_undertaking
from tests.personas import Cast


@pytest.fixture
def entry(cast: Cast) -> StatusUpdate:
    kind = ObstacleKind.objects.create(code="funds", title_en="Funds")
    return post_update(
        activity=cast.public,
        organization=cast.organizations["lead"],
        author=cast.lead,
        as_of=timezone.localdate(),
        may_set_status=True,
        done="Done.",
        obstacle_kinds=[kind],
        evidence=[Evidence(kind="link", url="https://un.org/x")],
    )


RAW = [
    "UPDATE activities_statusupdate SET done = 'changed' WHERE id = {entry}",
    "UPDATE activities_statusupdate SET created_at = created_at WHERE id = {entry}",
    "UPDATE activities_statusupdate SET done = 'changed'",
    "DELETE FROM activities_statusupdate WHERE id = {entry}",
    "DELETE FROM activities_statusupdate",
    "UPDATE activities_evidence SET url = 'https://evil.example' WHERE update_id = {entry}",
    "DELETE FROM activities_evidence WHERE update_id = {entry}",
    "UPDATE activities_statusupdate_obstacle_kinds SET obstaclekind_id = obstaclekind_id",
    "DELETE FROM activities_statusupdate_obstacle_kinds WHERE statusupdate_id = {entry}",
]


@pytest.mark.parametrize("statement", RAW)
def test_raw_sql_is_refused(entry: StatusUpdate, digest: Callable[[], str], statement: str) -> None:
    # In PostgreSQL the obstacles of an entry go before it: the same refusal from either table.
    before = digest()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(entry=entry.pk))
    assert digest() == before


def test_the_orm_is_refused(entry: StatusUpdate, digest: Callable[[], str]) -> None:
    before = digest()
    item = entry.evidence.get()

    def save_entry() -> None:
        entry.done = "changed"
        entry.save()

    attempts: list[Callable[[], object]] = [
        save_entry,
        entry.delete,
        item.delete,
        entry.activity.delete,
        entry.obstacle_kinds.clear,
        lambda: StatusUpdate.objects.filter(pk=entry.pk).update(done="changed"),
        lambda: StatusUpdate.objects.all().delete(),
        lambda: StatusUpdate.objects.bulk_update([entry], ["done"]),
        lambda: Evidence.objects.all().update(title="changed"),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert digest() == before


def test_a_demonstration_can_be_taken_away_but_not_changed(cast: Cast) -> None:
    activity = make_undertaking(lead=cast.organizations["lead"], status="under_way", is_demonstration=True)
    kind = ObstacleKind.objects.create(code="funds", title_en="Funds")
    post_update(
        activity=activity,
        organization=cast.organizations["lead"],
        author=cast.lead,
        as_of=timezone.localdate(),
        may_set_status=True,
        obstacle_kinds=[kind],
        evidence=[Evidence(kind="link", url="https://un.org/x")],
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        StatusUpdate.objects.filter(activity=activity).update(done="changed")
    activity.delete()
    assert not Activity.objects.filter(pk=activity.pk).exists()
    assert StatusUpdate.objects.filter(activity__in=[cast.public]).exists()
