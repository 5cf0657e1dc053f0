"""An empty SQLite database as the migrations leave it, kept for the next run: making it takes longer than most tests.

It is found by everything it was made from, so a changed migration or package makes a new one. PostgreSQL makes its own.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.sources import ROOT

MADE_FROM = (*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements.txt", ROOT / "tracker" / "settings.py")


def prepared() -> Path:
    made_from = hashlib.sha256()
    for path in MADE_FROM:
        made_from.update(path.read_bytes())
    return ROOT / "var" / f"tests-{made_from.hexdigest()[:16]}.sqlite3"


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Whether pytest-django finds a database where it would make one."""
    if connection.vendor != "sqlite" or not prepared().exists():
        return False
    shutil.copyfile(prepared(), settings.DATABASES["default"]["TEST"]["NAME"])
    return True


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_keepdb: bool, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    if connection.vendor == "sqlite" and not django_db_keepdb:
        unfinished = prepared().with_suffix(f".{os.getpid()}")
        unfinished.parent.mkdir(exist_ok=True)
        for old in unfinished.parent.glob("tests-*.sqlite3"):
            old.unlink(missing_ok=True)
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(unfinished)])
        unfinished.replace(prepared())
    yield
