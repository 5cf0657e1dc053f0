"""The product's own settings under a fixed environment, and the few that a test run changes."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_HOME = Path(tempfile.mkdtemp(prefix="tracker-tests-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)

# Every variable of .env.example stands here, so that nobody's own .env decides what the tests see. DATABASE_URL from
# outside is kept: that is how the suite runs on PostgreSQL. SQLite is a file as in production, not in memory: only a
# file can be written by two threads at a time.
ENVIRONMENT = {
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "BEHIND_PROXY": "false",
    "CSRF_TRUSTED_ORIGINS": "",
    "DATABASE_POOL": "true",
    "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{_HOME / 'tracker.sqlite3'}",
    "DEBUG": "false",
    "DEFAULT_FROM_EMAIL": "Cooperation Activity Tracker <tracker@example.org>",
    "EMAIL_URL": "consolemail://",
    "EVIDENCE_MAX_MB": "10",
    "HOST": "127.0.0.1",
    "HTTPS": "false",
    "LOG_LEVEL": "WARNING",
    "MEDIA_ROOT": str(_HOME / "evidence"),
    "PORT": "8000",
    "SECRET_KEY": "for-tests-only-and-long-enough-to-be-accepted-as-one",
    "SECRETARIAT_EMAIL": "secretariat@example.org",
    "SITE_URL": "https://tracker.example.org",
    "TIME_ZONE": "UTC",
    "TRUSTED_PROXIES": "0",
    "WEB_CONCURRENCY": "2",
}
os.environ.update(ENVIRONMENT)

from tracker.settings import *  # noqa: E402, F403
from tracker.settings import DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(_HOME / "test.sqlite3")}

# Deriving a slow hash for every account of the cast would take longer than the tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Names without hashes, served from the source folders: nobody has to run collectstatic before the tests.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
