"""All settings, read from the environment. Every variable is explained in .env.example."""

import os
import re
import warnings
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from .country_names import UNITED_NATIONS_NAMES

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def flag(name: str, default: str) -> bool:
    """A yes/no variable; anything else stops start-up rather than being guessed at."""
    value = env.str(name, default).strip().lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name} is “{value}”. Set it to true or false.")
    return value == "true"


def listed(name: str) -> list[str]:
    """A variable with several values, separated by commas."""
    return [value.strip() for value in env.list(name, default=[]) if value.strip()]


def address(name: str, default: str) -> str:
    """A variable with a mail address, with or without a name before it, or nothing where that is the default."""
    value = env.str(name, default).strip()
    try:
        if value or default:
            validate_email(parseaddr(value)[1])
    except ValidationError as error:
        raise ImproperlyConfigured(
            f"{name} is “{value}”. Write it like tracker@example.org or Cooperation Tracker <tracker@example.org>."
        ) from error
    return value


def number(name: str, default: int, *, least: int = 0, most: int = 10_000) -> int:
    """A whole-number variable between two numbers."""
    value = env.str(name, str(default)).strip()
    if not (value.isdecimal() and value.isascii() and least <= int(value) <= most):
        raise ImproperlyConfigured(
            f"{name} is “{value}”. Set it to a whole number such as {default}, from {least} to {most}."
        )
    return int(value)


def is_host(value: str) -> bool:
    """Whether this is the name of a machine, or all names below one: no scheme, port or path."""
    return value == "*" or bool(re.fullmatch(r"\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\]", value))


def is_site(value: str) -> bool:
    """Whether this is the address of a site: https://, a name, perhaps a port, and nothing after it."""
    try:
        parts = urlsplit(value)
        plain = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and value.lower() == f"{parts.scheme}://{plain}" and value.isascii()


DEBUG = flag("DEBUG", "false")

SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it to a long random text, for example the output of "
            "“python -c 'import secrets; print(secrets.token_urlsafe(64))'”, and keep it secret."
        )
    SECRET_KEY = "for-development-only-never-used-when-debug-is-false"  # noqa: S105

ALLOWED_HOSTS = listed("ALLOWED_HOSTS")
if DEBUG and not ALLOWED_HOSTS:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set. Set it to the names this site answers to, separated by commas, "
        "for example tracker.example.org."
    )
for host in ALLOWED_HOSTS:
    if not is_host(host):
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS holds “{host}”. Name each site without https://, port or path, for example "
            "tracker.example.org."
        )
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS")
for origin in CSRF_TRUSTED_ORIGINS:
    if not is_site(origin.replace("://*.", "://", 1)):
        raise ImproperlyConfigured(
            f"CSRF_TRUSTED_ORIGINS holds “{origin}”. Begin each address with https:// and end it with the "
            "name, for example https://tracker.example.org."
        )

# --- what it is made of -------------------------------------------------------------------------

INSTALLED_APPS = [
    "modeltranslation",  # before the admin, which it extends
    "tracker.toolkit.administration.Administration",  # django.contrib.admin with our own signing in
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",  # its widget templates, under our field template
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "csp",
    "django_countries",
    "django_filters",
    "django_htmx",
    "rules",
    "simple_history",
    "tracker.toolkit",
    "organizations",
    "activities",
]

MIDDLEWARE = [
    # Outermost first, so that redirects, static files and error pages carry the same headers as pages.
    "tracker.middleware.request_id",
    "tracker.middleware.security_headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "organizations.middleware.InterfaceLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    # Closed by default: a view is public only where it says so.
    "tracker.middleware.SignInMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracker.toolkit.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "tracker.toolkit.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database -----------------------------------------------------------------------------------

try:
    with warnings.catch_warnings(action="error"):  # an unknown scheme is no more than a warning there
        DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'tracker.sqlite3'}")}
    if not DATABASES["default"]["NAME"]:
        raise ValueError("no database is named")
except Exception as error:
    raise ImproperlyConfigured(
        "DATABASE_URL could not be read. Write it like postgres://user:password@host:5432/name "
        "or sqlite:////absolute/path/to/file.sqlite3."
    ) from error

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if DATABASES["default"].get("ENGINE") == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock when a transaction begins, so that nobody reads, waits and is then told that the
    # database is locked; FULL syncs each commit to the disk, so that nothing acknowledged is lost at power failure.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command=(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=134217728; "
            "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-20000;"
        ),
    )
    if (path := DATABASES["default"]["NAME"]) != ":memory:":
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(
                f"DATABASE_URL names a file in {Path(path).parent}, a folder that cannot be made. Name one that can."
            ) from error
elif DATABASES["default"].get("ENGINE") == "django.db.backends.postgresql":
    # The pool keeps many threads from exhausting the server's connections.
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = flag("DATABASE_POOL", "true")
else:
    raise ImproperlyConfigured("DATABASE_URL must name a postgres:// or a sqlite:// database.")

CACHES = {
    # Rate limits must hold across worker processes, so their counters live in the database.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entries"},
    # Names of areas and organizations, kept for seconds in each process.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "names", "TIMEOUT": 30},
}

# --- people -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "organizations.adapter.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"  # the desk, unless a person chose something else
LOGOUT_REDIRECT_URL = "overview"

ACCOUNT_ADAPTER = "organizations.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are opened by a coordinator, who knows the address
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = number("TRUSTED_PROXIES", 0)

SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
USERSESSIONS_TRACK_ACTIVITY = False  # a write on every page view would be dear on SQLite

# --- serving, by tracker/gunicorn.py ------------------------------------------------------------

HOST = env.str("HOST", "127.0.0.1").strip()
PORT = number("PORT", 8000, least=1, most=65_535)
WEB_CONCURRENCY = number("WEB_CONCURRENCY", 2, least=1, most=256)

# --- mail ---------------------------------------------------------------------------------------

try:
    vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
except Exception as error:
    raise ImproperlyConfigured(
        "EMAIL_URL could not be read. Write it like smtp+tls://user:password@mail.example.org:587, "
        "or consolemail:// to print mail on the terminal."
    ) from error
DEFAULT_FROM_EMAIL = address("DEFAULT_FROM_EMAIL", "Cooperation Activity Tracker <tracker@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SECRETARIAT_EMAIL = address("SECRETARIAT_EMAIL", "")
EMAIL_TIMEOUT = 30  # seconds: a mail server that says nothing must not hold the queue for ever

# Mail is written where no request says which site this is.
SITE_URL = env.str("SITE_URL", "").strip().rstrip("/") or (f"http://{HOST}:{PORT}" if DEBUG else "")
if not is_site(SITE_URL):
    raise ImproperlyConfigured(
        f"SITE_URL is “{SITE_URL}”. Set it to the address of this site without a path, for example "
        "https://tracker.example.org: the links in mail begin with it."
    )

# --- languages ----------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", _("Arabic")),
    ("zh-hans", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
FORMAT_MODULE_PATH = ["tracker.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "UTC")
if TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE is “{TIME_ZONE}”. Set it to an IANA name, for example Europe/Zurich.")

MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_LANGUAGES = ("en", "zh-hans", "fr", "es", "ru", "ar")
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en", "zh-hans", "fr", "es", "ru", "ar")

COUNTRIES_COMMON_NAMES = False  # the United Nations' own short names
COUNTRIES_OVERRIDE = UNITED_NATIONS_NAMES

# --- files --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nothing of ours is meant for other sites
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(BASE_DIR / "var" / "evidence")))
for folder in (MEDIA_ROOT, *MEDIA_ROOT.parents):
    if folder.exists():
        # It is made with the first file; a folder that cannot be written to would fail only then.
        if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
            raise ImproperlyConfigured(
                f"MEDIA_ROOT is “{MEDIA_ROOT}”, but nothing can be written to {folder}. Name a folder that this "
                "program may write to."
            )
        break
EVIDENCE_MAX_BYTES = number("EVIDENCE_MAX_MB", 10, least=1, most=1000) * 1024 * 1024
STORAGES = {
    # Evidence has no public address: a view checks who asks and sends it as an attachment.
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_ROOT}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- security -----------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "tracker.views.csrf_failure"

HTTPS = flag("HTTPS", "false" if DEBUG else "true")
if HTTPS and not DEBUG and not SITE_URL.startswith("https://"):
    # A redirect to https would lose the POST by which a mail program declines mail for its reader.
    raise ImproperlyConfigured(f"SITE_URL is “{SITE_URL}”, but HTTPS is true. Begin it with https://.")
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # a load balancer asks inside the house
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    if flag("BEHIND_PROXY", "false"):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True  # a sentence, not a keyword
SIMPLE_HISTORY_DATE_INDEX = "Composite"
SIMPLE_HISTORY_REVERT_DISABLED = True  # going back is a new change with its own reason, not a button

LOG_LEVEL = env.str("LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured(f"LOG_LEVEL is “{LOG_LEVEL}”. Set it to DEBUG, INFO, WARNING or ERROR.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
