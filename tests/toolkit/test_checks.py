"""What a deployment must offer: told where it is missing, and only there."""

import os
import subprocess
import sys
from uuid import uuid4

import pytest
from django.db import connection, connections

from tests.settings import ENVIRONMENT
from tests.sources import ROOT
from tracker.toolkit.checks import letters_beyond_ascii_are_letters


@pytest.mark.django_db
def test_the_database_of_the_tests_knows_letters() -> None:
    assert letters_beyond_ascii_are_letters(list(connections)) == []


@pytest.mark.django_db(transaction=True)
def test_a_database_that_knows_ascii_alone_is_told() -> None:
    """PostgreSQL only: SQLite has no character types, and there the check finds nothing to ask."""
    if connection.vendor != "postgresql":
        assert letters_beyond_ascii_are_letters(["default"]) == []
        return
    name = f"ascii_{uuid4().hex}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        environment = {
            "PATH": os.environ["PATH"],
            **ENVIRONMENT,
            "DATABASE_URL": ENVIRONMENT["DATABASE_URL"].rpartition("/")[0] + f"/{name}",
        }
        asked = [sys.executable, "manage.py", "check", "--deploy", "--database", "default"]
        done = subprocess.run(asked, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert "toolkit.W001" in done.stderr
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
