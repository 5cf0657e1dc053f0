"""The benchmark runs on a small register of its own and finds what it is to find. Times are nobody's promise here."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from activities.bench.budgets import BUDGETS, verdict
from activities.bench.synthetic import Register
from activities.bench.timing import percentile, rounds
from activities.models import Activity, Participation, StatusUpdate
from activities.workflow.derived import refresh_derived, search_text_of
from activities.workflow.facts import computed_states, remembered_states
from tests.factories import make_item
from tests.settings import ENVIRONMENT
from tests.sources import ROOT

SECRET = "for-checks-and-measurements-only-it-never-signs-anything-that-lasts"


@pytest.fixture
def empty_database(tmp_path: Path, django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a new, empty database beside the one of the tests, and of the same kind."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'bench.sqlite3'}"
        return
    name = f"bench_{uuid4().hex}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield ENVIRONMENT["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def bench(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **ENVIRONMENT, "SECRET_KEY": SECRET, "DATABASE_URL": url}
    return subprocess.run(
        [sys.executable, "manage.py", "bench", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def test_a_small_run_measures_everything(empty_database: str, tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    done = bench(
        empty_database,
        *("--activities", "50", "--rounds", "3", "--seconds", "1", "--writers-seconds", "0.5", "--json", str(results)),
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(results.read_text())["sizes"]["50"]
    assert {key: case["status"] for key, case in found["cases"].items()} == {
        "list": 200, "list_anonymous": 200, "filtered": 200, "filtered_rare": 200, "as_of": 200, "changes": 200,
        "deep": 200, "detail": 200,
        "overview": 200, "overview_anonymous": 200, "desk": 200, "organization": 200, "organizations": 200,
        "framework": 200, "matrix": 200, "matrix_item": 200, "similar": 200, "round": 200,
        "timeline": 200, "matrix_as_of": 200, "item_report": 200, "brief": 200,
        "obstacles": 200, "reports": 200,
        "round_kept": 200, "review": 200,
        "bare_list": 200, "bare_filtered": 200, "bare_filtered_templated": 200, "form": 200,
        "write": 302, "bare_write": 200,
    }  # fmt: skip
    assert {key: export["status"] for key, export in found["exports"].items()} == {
        "csv": 200, "json": 200, "xlsx": 200, "docx": 200, "print": 200, "bare_csv": 200,
    }  # fmt: skip
    timed = [*found["cases"].values(), *found["exports"].values()]
    assert all(0 < case["median"] <= case["p95"] and case["rounds"] >= 1 for case in timed)
    for key in ("list", "detail", "overview", "desk", "organization", "round", "round_kept", "review"):
        case = found["cases"][key]
        assert case["queries"] > 0
        assert case["bytes"] > case["compressed"] > 0
        assert case["first_visit"] > case["compressed"]
        assert case["requests"] > 1
    assert found["cases"]["framework"]["second_visit"] == 0, "who has it is not sent it again"
    assert found["cases"]["write"]["queries"] > 2
    assert found["cases"]["write"]["lost"] == 0
    assert found["writers"]["written"] > 0
    assert (found["writers"]["errors"], found["writers"]["lost"]) == (0, 0), found["writers"]["first_errors"]
    for budget in BUDGETS:
        assert (f"| {budget.label} " in done.stdout) is not budget.label.startswith("SQLite")


@pytest.mark.django_db
def test_synthetic_rows_derive_what_their_logs_say() -> None:
    for code in ("A.1", "A.5", "B.2", "C.1.a"):
        make_item(code=code)
    assert list(Register().add(40)) == [40]
    undertakings = list(Activity.objects.undertakings())
    assert len(undertakings) == 40
    assert Participation.objects.count() == 40 * 5
    assert StatusUpdate.objects.count() == 40 * 10
    for activity in undertakings:
        assert remembered_states(activity) == computed_states(activity)
        assert refresh_derived(activity) == {}
        assert set(activity.search_text.split(" | ")) == set(search_text_of(activity).split(" | "))
    assert list(Register().add(1)) == [1], "a register that has some gets more"
    codes = Activity.objects.undertakings().values_list("code", flat=True)
    assert len(set(codes)) == 41


@pytest.mark.django_db
def test_a_register_with_rows_of_its_own_is_left_alone(empty_database: str) -> None:
    environment = {**os.environ, **ENVIRONMENT, "DATABASE_URL": empty_database}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
    done = bench(empty_database, "--activities", "50")
    assert done.returncode == 1
    assert "The database is not empty" in done.stderr


def test_a_budget_is_met_up_to_its_limit() -> None:
    budget = BUDGETS[0]
    assert [verdict(budget, value) for value in (None, budget.goal, budget.must, budget.must + 0.01)] == [
        "not measured", "goal", "must", "MISSED",
    ]  # fmt: skip


def test_rounds_end() -> None:
    assert list(rounds(5, seconds=60)) == [0, 1, 2, 3, 4]
    assert list(rounds(5, seconds=-1, least=2)) == [0, 1]
    assert percentile([3, 1, 2], 95) == 3
