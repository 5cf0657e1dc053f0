"""The ground the tests stand on: a transactional test leaves nothing behind, and the log stays append-only."""

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from activities.models import StatusUpdate
from tests.factories import make_organization, make_undertaking, make_update


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_a_flushed_database_is_empty_and_its_log_append_only(time: str) -> None:
    assert StatusUpdate.objects.count() == 0
    assert cache.get("left-behind") is None
    cache.set("left-behind", time)
    update = make_update(activity=make_undertaking(lead=make_organization()), done="A course was held.")
    for refused in (
        "UPDATE activities_statusupdate SET done = 'Nothing' WHERE id = %s",
        "DELETE FROM activities_statusupdate WHERE id = %s",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(refused, [update.pk])
    update.refresh_from_db()
    assert update.done == "A course was held."
