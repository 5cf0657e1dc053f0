"""What was acknowledged outlives the server that acknowledged it, however it dies."""

import json
import os
import signal
import subprocess
import sys

import pytest

from activities.models import ReportingRound
from activities.workflow import close_round
from organizations.models import User
from tests.doses import LONG
from tests.factories import make_round
from tests.personas import build_cast
from tests.processes import start
from tests.settings import ENVIRONMENT
from tests.sources import ROOT

from .conftest import database_digest
from .test_bench import SECRET, empty_database

__all__ = ["empty_database"]
TRIALS = 20


@pytest.mark.skipif(not LONG, reason="part of “make reliability”; test_bad_weather holds the everyday dose")
def test_a_kill_in_mid_write_loses_nothing(empty_database: str) -> None:
    environment = {"PATH": os.environ["PATH"], **ENVIRONMENT, "SECRET_KEY": SECRET, "DATABASE_URL": empty_database}
    done = subprocess.run(
        [sys.executable, "-m", "tests.killing", str(TRIALS)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    print(f"kill -9 of the server: {found}")
    assert found["trials"] == TRIALS
    assert found["acknowledged"] >= TRIALS
    assert (found["lost"], found["torn"], found["sound"]) == (0, 0, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "before"), [("open", 'INTO "activities_notification"'), ("close", 'INTO "activities_frozenrow"')]
)
def test_a_round_is_opened_or_closed_altogether_or_not_at_all(act: str, before: str) -> None:
    """Killed after most of it was written: requests without their calls, a report without its rows."""
    cast = build_cast()
    coordinator: User = cast.coordinator
    if act == "close":
        make_round(by=coordinator)
    was = database_digest()
    process = start("-m", "tests.processes", act, before)
    assert process.stdout is not None
    assert process.stdout.readline() == "stopped\n", process.communicate(timeout=5)
    process.send_signal(signal.SIGKILL)
    assert process.wait(20) == -signal.SIGKILL
    process.communicate()
    assert database_digest() == was
    # Nothing is left in the way of doing it again.
    made = ReportingRound.objects.get() if act == "close" else make_round(by=coordinator)
    assert close_round(made=made, by=coordinator).reports.count() == 1
