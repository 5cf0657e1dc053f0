"""Every variable is explained, a malformed one stops start-up with a sentence, and deployment checks are clean."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.settings import ENVIRONMENT
from tests.sources import ROOT

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def variables_read() -> set[str]:
    """Names of all variables that tracker/settings.py reads: first arguments of env.…() and of its own readers."""
    tree = ast.parse((ROOT / "tracker" / "settings.py").read_text(encoding="utf-8"))
    names = set()
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not call.args or not isinstance(call.args[0], ast.Constant):
            continue
        first = call.args[0].value
        function = call.func.value if isinstance(call.func, ast.Attribute) else call.func
        named = function.id if isinstance(function, ast.Name) else ""
        if named in {"env", "flag", "number", "listed", "address"} or ast.unparse(call.func).startswith("os."):
            names.add(str(first))
    return names


def test_the_example_names_exactly_the_variables_that_are_read() -> None:
    assert set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == variables_read()


def test_every_variable_of_the_example_is_explained() -> None:
    above = ""
    unexplained = []
    for line in EXAMPLE.splitlines():
        if re.match(r"[A-Z_]+=", line) and not re.match(r"# \S.{20,}", above):
            unexplained.append(line)
        above = line
    assert unexplained == []


def test_the_tests_decide_every_variable_themselves() -> None:
    assert set(ENVIRONMENT) == variables_read()


# Production as an operator sets it up. No variable is left to chance, so that nobody's .env decides.
PRODUCTION = {
    **ENVIRONMENT,
    "ALLOWED_HOSTS": "tracker.example.org",
    "DATABASE_POOL": "true",
    "HTTPS": "true",
    "SECRET_KEY": "a-text-that-is-long-and-random-enough-to-pass-the-check-of-its-length-9f3a",
}


def manage(tmp_path: Path, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    """Runs manage.py with production settings in a process of its own."""
    environment = {"PATH": os.environ["PATH"], **PRODUCTION, "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**environment, **changed},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"SECRET_KEY": ""}, "Set it to a long random text"),
        ({"ALLOWED_HOSTS": ""}, "Set it to the names this site answers to"),
        ({"ALLOWED_HOSTS": " , "}, "Set it to the names this site answers to"),
        ({"CSRF_TRUSTED_ORIGINS": "tracker.example.org"}, "Begin each address with https://"),
        ({"DATABASE_URL": ""}, "Write it like postgres://"),
        ({"DATABASE_URL": "tracker"}, "Write it like postgres://"),
        ({"DATABASE_URL": "postgres://user:password@host:port/name"}, "Write it like postgres://"),
        ({"DATABASE_URL": "postgres://user:password@host:5432/"}, "Write it like postgres://"),
        ({"DATABASE_URL": "mysql://user:password@host/name"}, "postgres://"),
        ({"DATABASE_POOL": "many"}, "Set it to true or false"),
        ({"DEBUG": "maybe"}, "Set it to true or false"),
        ({"HTTPS": "1"}, "Set it to true or false"),
        ({"BEHIND_PROXY": "nginx"}, "Set it to true or false"),
        ({"TRUSTED_PROXIES": "-1"}, "Set it to a whole number"),
        ({"EVIDENCE_MAX_MB": "ten"}, "Set it to a whole number"),
        ({"EMAIL_URL": "mail.example.org"}, "Write it like smtp"),
        ({"EMAIL_URL": "smtp+tls://user:password@host:port"}, "Write it like smtp"),
        ({"DEFAULT_FROM_EMAIL": "tracker"}, "Write it like"),
        ({"SECRETARIAT_EMAIL": "secretariat"}, "Write it like"),
        ({"SITE_URL": ""}, "Set it to the address of this site"),
        ({"SITE_URL": "tracker.example.org"}, "Set it to the address of this site"),
        ({"SITE_URL": "https://tracker.example.org/register"}, "Set it to the address of this site"),
        ({"SITE_URL": "https://user@tracker.example.org"}, "Set it to the address of this site"),
        ({"SITE_URL": "https://tracker.example.org:port"}, "Set it to the address of this site"),
        ({"SITE_URL": "ftp://tracker.example.org"}, "Set it to the address of this site"),
        ({"SITE_URL": "https://"}, "Set it to the address of this site"),
        ({"SITE_URL": "http://tracker.example.org"}, "Begin it with https://"),
        ({"TIME_ZONE": "Geneva"}, "for example Europe/Zurich"),
        ({"LOG_LEVEL": "LOUD"}, "Set it to DEBUG, INFO, WARNING or ERROR"),
        ({"DATABASE_URL": "sqlite:////dev/null/tracker.sqlite3"}, "a folder that cannot be made"),
        ({"ALLOWED_HOSTS": "https://tracker.example.org"}, "without https://, port or path"),
        ({"ALLOWED_HOSTS": "tracker.example.org:443"}, "without https://, port or path"),
        ({"CSRF_TRUSTED_ORIGINS": "https://"}, "Begin each address with https://"),
        ({"CSRF_TRUSTED_ORIGINS": "https://tracker.example.org/form"}, "Begin each address with https://"),
        ({"EVIDENCE_MAX_MB": "0"}, "from 1 to 1000"),
        ({"MEDIA_ROOT": "/dev/null/evidence"}, "Name a folder that this program may write to"),
        ({"PORT": "http"}, "from 1 to 65535"),
        ({"PORT": "70000"}, "from 1 to 65535"),
        ({"WEB_CONCURRENCY": "two"}, "Set it to a whole number"),
        ({"WEB_CONCURRENCY": "0"}, "from 1 to 256"),
    ],
    ids=lambda value: "-".join(f"{name}={text}" for name, text in value.items()) if isinstance(value, dict) else "",
)
def test_a_missing_or_malformed_variable_stops_the_start_with_a_sentence(
    changed: dict[str, str], advice: str, tmp_path: Path
) -> None:
    if "DATABASE_POOL" in changed:
        changed = {**changed, "DATABASE_URL": "postgres://user:password@localhost/name"}
    done = manage(tmp_path, "check", **changed)
    assert done.returncode == 1
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("Configuration: ")
    assert next(iter(changed)) in lines[0]
    assert advice in lines[0]
    assert "password" not in lines[0].replace("user:password@host:5432", "").replace("user:password@mail", "")


def test_gunicorn_stops_with_the_same_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "python:tracker.gunicorn",
            "--bind",
            "127.0.0.1:0",
            "tracker.wsgi",
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PRODUCTION, "SECRET_KEY": ""},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert "Configuration: SECRET_KEY is not set." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_deployment_check_is_clean_and_silences_nothing(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "System check identified no issues (0 silenced).\n"


def test_the_deployment_check_would_notice(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", HTTPS="false")
    assert done.returncode == 1
    assert "security.W008" in done.stderr


def test_the_example_itself_starts_once_its_key_is_filled_in(tmp_path: Path) -> None:
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    done = manage(tmp_path, "check", **{**given, "SECRET_KEY": PRODUCTION["SECRET_KEY"], "MEDIA_ROOT": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "")


def test_development_needs_no_variable_but_debug(tmp_path: Path) -> None:
    nothing = dict.fromkeys(
        ("SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SECRETARIAT_EMAIL", "SITE_URL"), ""
    )
    done = manage(tmp_path, "check", DEBUG="true", HTTPS="false", **nothing)
    assert (done.returncode, done.stderr) == (0, "")


# --- what only a site in production shows ---------------------------------------------------------------------------


def asked(tmp_path: Path, code: str, **changed: str) -> str:
    """What Python prints in a process with production settings."""
    done = manage(tmp_path, "shell", "--verbosity", "0", "--command", code, **changed)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_sqlite_keeps_what_it_acknowledged_and_waits_its_turn(tmp_path: Path) -> None:
    code = """
from django.db import connection
with connection.cursor() as cursor:
    for name in ("synchronous", "journal_mode", "busy_timeout"):
        print(cursor.execute(f"PRAGMA {name}").fetchone()[0])
print(connection.transaction_mode)
"""
    assert asked(tmp_path, code).split() == ["2", "wal", "20000", "IMMEDIATE"], "2 is FULL"


def test_a_site_in_production_is_reached_by_https_alone(tmp_path: Path) -> None:
    code = """
from django.conf import settings
from django.test import Client
host = {"host": "tracker.example.org"}
print(Client().get("/account/login/", headers=host).headers["Location"])
answer = Client().get("/account/login/", headers=host, secure=True)
print(answer.headers["Strict-Transport-Security"])
(cookie,) = answer.cookies.values()
print(cookie.key, bool(cookie["secure"]), cookie["path"], repr(cookie["domain"]), cookie["samesite"])
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY)
"""
    assert manage(tmp_path, "collectstatic", "--no-input").returncode == 0  # pages name hashed files
    assert asked(tmp_path, code).splitlines() == [
        "https://tracker.example.org/account/login/",
        "max-age=31536000; includeSubDomains; preload",
        "__Host-csrftoken True / '' Lax",
        "__Host-sessionid True True",
    ]


def test_health_says_that_the_database_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"This is no database." * 1000)
    code = """
from django.test import Client
answer = Client().get("/healthz", headers={"host": "tracker.example.org"})
print(answer.status_code, answer.json()["database"])
"""
    assert asked(tmp_path, code) == "503 unreachable"
