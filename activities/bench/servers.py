"""A gunicorn of the benchmark's own on loopback: started, watched and ended."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil
from django.conf import settings

WORKERS = 2
THREADS = 2
START_SECONDS = 30
MEBIBYTE = 1024 * 1024


@dataclass
class Server:
    """A running server."""

    port: int
    process: psutil.Process

    def memory(self) -> float:
        """Memory of the largest worker in MiB, without pages of files: those are the system's cache, not the worker's.

        On Linux it is RssAnon of /proc/<pid>/status. A database that is mapped into memory would count as well.
        """
        return max((private(worker) for worker in self.process.children()), default=0) / MEBIBYTE


def private(process: psutil.Process) -> int:
    """Resident bytes that no file holds; all resident ones where the system does not tell them apart."""
    memory = process.memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


@contextlib.contextmanager
def serve(application: str, path: str) -> Iterator[Server]:
    """`application` under production's own configuration, with 2 workers × 2 threads. `path` tells when it answers.

    Raises RuntimeError with the server's last words when it does not start.
    """
    with socket.socket() as listener, tempfile.TemporaryFile("w+") as log:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        command = [
            sys.executable, "-m", "gunicorn", "--config", "python:tracker.gunicorn", application,
            "--bind", f"fd://{listener.fileno()}", "--workers", str(WORKERS), "--threads", str(THREADS),
            # A connection kept open stays with its worker; a whole register on a slow machine is no hanging worker.
            "--keep-alive", "75", "--timeout", "300", "--access-logfile", "/dev/null", "--log-level", "warning",
        ]  # fmt: skip
        process = subprocess.Popen(  # noqa: S603  our own command
            command,
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": os.environ["DATABASE_URL"]},
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait(port, path, process, log)
            yield Server(port, psutil.Process(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)


def _wait(port: int, path: str, process: subprocess.Popen, log: "tempfile._TemporaryFileWrapper | object") -> None:
    give_up = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < give_up:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError):
            connection.request("GET", path, headers={"Host": "localhost"})
            if connection.getresponse().status < 500:
                return
        connection.close()
        time.sleep(0.1)
    log.seek(0)  # type: ignore[attr-defined]
    raise RuntimeError(f"the server did not start:\n{log.read()[-2000:]}")  # type: ignore[attr-defined]


def collect_static() -> None:
    """Hash and compress the static files as `make serve` does."""
    manage = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "collectstatic", "--no-input", "-v", "0"]
    subprocess.run(manage, check=True, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL)  # noqa: S603  our own command
