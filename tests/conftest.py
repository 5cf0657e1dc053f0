"""What every test gets: the cast, empty caches, and a flush that knows the append-only triggers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.db.backends.sqlite3 import base
from django.utils import translation
from pytest_django import DjangoDbBlocker

from tests.prepared import django_db_keepdb, django_db_setup

__all__ = ["django_db_keepdb", "django_db_setup"]

pytest_plugins = ["tests.mail_server", "tests.personas"]

_plain_flush = base.DatabaseOperations.sql_flush


def _flush_past_triggers(self: base.DatabaseOperations, *args: Any, **options: Any) -> list[str]:
    """SQLite has no TRUNCATE: Django empties tables by DELETE, which the log's append-only triggers rightly refuse."""
    statements = _plain_flush(self, *args, **options)
    if not statements:
        return statements
    with self.connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        triggers = cursor.fetchall()
    dropped = [f"DROP TRIGGER {self.quote_name(name)}" for name, _ in triggers]
    return [*dropped, *statements, *(sql for _, sql in triggers)]


base.DatabaseOperations.sql_flush = _flush_past_triggers


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that ask a database are marked: only they are run again on the second one."""
    for item in items:
        if item.get_closest_marker("django_db") or {"db", "django_db_setup"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.database)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A request leaves its reader's language active in the thread; the next test begins in English all the same."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _empty_caches(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """No test sees the names or the rate-limit counters of another one.

    The shared cache is a database table. An ordinary test rolls it back; a transactional one has to be swept up after.
    """
    caches["process"].clear()
    yield
    mark = request.node.get_closest_marker("django_db")
    if (mark and mark.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(request.fixturenames):
        with django_db_blocker.unblock():
            caches["default"].clear()
