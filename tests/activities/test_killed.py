"""What was acknowledged outlives the server that acknowledged it, however it dies."""

import json
import os
import subprocess
import sys

import pytest

from tests.doses import LONG
from tests.settings import ENVIRONMENT
from tests.sources import ROOT

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
