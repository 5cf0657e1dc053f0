"""Processes of their own beside the test, on the database of the test: only they can be killed.

    python -m tests.processes open 'INTO "activities_notification"'

stops before the first statement that holds those words, says so, and waits to be killed.
"""

import os
import subprocess
import sys
import time
from typing import Any

from django.db import connection

from tests.settings import ENVIRONMENT
from tests.sources import ROOT


def start(*arguments: str, **more: str) -> subprocess.Popen[str]:
    """Python with these arguments, on the database of the running (transactional) test."""
    url = f"sqlite:///{connection.settings_dict['NAME']}"
    if connection.vendor == "postgresql":
        url = ENVIRONMENT["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **ENVIRONMENT, "DATABASE_URL": url, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stop_before(words: str) -> Any:
    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if words in sql:
            print("stopped", flush=True)
            time.sleep(600)
        return execute(sql, params, many, context)

    return wrapper


def main(act: str, words: str) -> None:
    from activities.models import ReportingRound
    from activities.workflow import close_round
    from organizations.models import User
    from tests.factories import make_round

    coordinator = User.objects.filter(groups__name="coordinators").earliest("pk")
    with connection.execute_wrapper(stop_before(words)):
        if act == "open":
            make_round(by=coordinator)
        else:
            close_round(made=ReportingRound.objects.get(), by=coordinator)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    import django

    django.setup()
    main(*sys.argv[1:])
