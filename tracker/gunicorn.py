"""How gunicorn serves the product: `gunicorn --config python:tracker.gunicorn tracker.wsgi`.

HOST, PORT and WEB_CONCURRENCY (worker processes) are settings like all others; gunicorn's own options still win.
"""

import gc
import os
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured

try:
    from . import settings
except ImproperlyConfigured as error:
    # An operator needs the sentence, not forty lines of our stack.
    sys.exit(f"Configuration: {error}")

bind = f"{settings.HOST}:{settings.PORT}"

# Threads share a worker's memory and its pool of database connections while others wait for the database.
worker_class = "gthread"
workers = settings.WEB_CONCURRENCY
threads = 4

# Loading before forking shares memory, and a mistake in the settings stops the start instead of each worker in turn.
preload_app = True

# A whole register as XLSX takes about ten seconds; a minute leaves room on a slow machine.
timeout = 60
graceful_timeout = 30

# Nobody steers a running server through a socket in somebody's home folder.
control_socket_disable = True

# Heartbeats are files: on a disk that is busy they would look like a worker that hangs.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112

accesslog = "-"
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'


def when_ready(server: Any) -> None:
    """Before the workers are forked: what is loaded stays, so the collector need not go through it again and again.

    It was a quarter of the time of a large file: the usual thresholds are for programs that hold little.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
