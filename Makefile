# The commands of the project; `make` alone lists them. They need Python 3.11, make and git, nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

HOST ?= 127.0.0.1
PORT ?= 8000
LANGUAGES = ar en es fr ru zh_Hans

PYTHON = .venv/bin/python
MANAGE = $(PYTHON) manage.py
PIP = $(PYTHON) -m pip --disable-pip-version-check

# Settings of a production site for checks and measurements that must not depend on anybody's .env.
PRODUCTION = DEBUG=false ALLOWED_HOSTS=localhost,127.0.0.1 SITE_URL=https://localhost \
	SECRET_KEY=for-checks-and-measurements-only-it-never-signs-anything-that-lasts
AS_PRODUCTION = env $(PRODUCTION) HTTPS=true BEHIND_PROXY=false CSRF_TRUSTED_ORIGINS= EMAIL_URL=consolemail:// \
	DATABASE_URL=sqlite:///$(CURDIR)/var/check.sqlite3

.PHONY: help
help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 18

# --- the environment: installed once, again only when the pinned lists change --------------------------------------

.venv/bin/python:
	@for python in python3.11 python3 python3.12 python3.13; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "Creating .venv with $$("$$python" --version)"; \
		"$$python" -m venv .venv || { rm -rf .venv; \
			echo "Python could not create .venv. On Debian and Ubuntu, install python3-venv and run make again."; exit 1; }; \
		exit 0; \
	done; \
	echo "Python 3.11 or later was not found. Install it (on Debian: apt-get install python3 python3-venv) and run make again."; \
	exit 1

.venv/installed: requirements.txt | .venv/bin/python
	@echo "Installing what the product needs (once; about a minute)"
	@$(PIP) install -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@echo "Installing what building and testing need (once; about a minute)"
	@$(PIP) install -r requirements.txt -r requirements-dev.txt
	@touch $@

# --- running ---------------------------------------------------------------------------------------------------------

.PHONY: run
run: export DEBUG = true
# The links in mail begin with the address that is served.
run: export HOST := $(HOST)
run: export PORT := $(PORT)
run: .venv/installed ## Install, load everything and serve on http://127.0.0.1:8000 (PORT=, HOST=)
	@echo "Preparing the database"
	@$(MANAGE) migrate --verbosity 1
	@$(MANAGE) createcachetable
	@echo "Loading the framework, organizations and other reference data"
	@$(MANAGE) load_reference
	@echo "Loading the documented examples"
	@$(MANAGE) load_examples
	@echo "Loading the demonstration accounts and undertakings"
	@$(MANAGE) seed_demo
	@echo
	@echo "Open http://$(HOST):$(PORT)/ (Ctrl-C stops)"
	@exec $(MANAGE) runserver $(HOST):$(PORT)

.PHONY: serve
serve: .venv/installed ## Serve with gunicorn and production settings (from .env or the environment)
	@$(MANAGE) check --deploy --database default
	@$(MANAGE) migrate --verbosity 1
	@$(MANAGE) createcachetable
	@$(MANAGE) load_reference
	@$(MANAGE) collectstatic --no-input --verbosity 1
	@exec .venv/bin/gunicorn --config python:tracker.gunicorn tracker.wsgi

# --- testing ---------------------------------------------------------------------------------------------------------

.PHONY: test
test: .venv/installed-dev ## The whole suite on SQLite and on PostgreSQL, then in the browser
	@failed=; log=$$(mktemp); \
		echo "=== 1 and 2 of 3: the suite on SQLite and, side by side, on PostgreSQL (shown first)"; \
		env -u DATABASE_URL $(PYTHON) -m pytest -p no:cacheprovider >"$$log" 2>&1 & sqlite=$$!; \
		again="$(PYTHON) -m pytest -m database --ignore=tests/browser"; \
		if [ -n "$${DATABASE_URL:-}" ]; then $$again || failed+=" PostgreSQL"; \
		else $(PYTHON) -m tests.postgres -- $$again || failed+=" PostgreSQL"; fi; \
		wait $$sqlite || failed+=" SQLite"; \
		echo "=== The suite on SQLite"; cat "$$log"; rm -f "$$log"; \
		echo "=== 3 of 3: the browser"; \
		env -u DATABASE_URL $(PYTHON) -m pytest -m browser -n 2 tests/browser || failed+=" browser"; \
		[ -z "$$failed" ] || { echo "=== Failed:$$failed"; exit 1; }

.PHONY: check
check: .venv/installed-dev ## Style, templates, types, migrations, deployment settings, architecture, catalogues
	@failed=; \
		step() { echo "--- $$1"; "$${@:2}" || failed+="; $$1"; }; \
		step "ruff" $(PYTHON) -m ruff check .; \
		step "ruff format" $(PYTHON) -m ruff format --check .; \
		step "djlint" $(PYTHON) -m djlint --lint --quiet templates; \
		step "mypy" $(PYTHON) -m mypy; \
		step "migrations" $(AS_PRODUCTION) $(MANAGE) makemigrations --check --dry-run; \
		step "deployment" $(AS_PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING; \
		step "architecture, settings, catalogues" env -u DATABASE_URL $(PYTHON) -m pytest \
			tests/test_architecture.py tests/test_settings.py tests/test_catalogues.py; \
		[ -z "$$failed" ] || { echo "--- Failed:$${failed#;}"; exit 1; }

.PHONY: coverage
coverage: .venv/installed-dev ## Which lines the suite on SQLite does not reach
	@env -u DATABASE_URL $(PYTHON) -m coverage run -m pytest
	@$(PYTHON) -m coverage report

.PHONY: screens
screens: .venv/installed-dev ## Pictures of every page in var/screens (PLACES=list,update takes only those)
	@env -u DATABASE_URL $(PYTHON) -m pytest -m browser tests/browser/screens.py

ACTIVITIES ?= 10000,100000
.PHONY: bench
bench: .venv/installed-dev ## Measure pages, exports and writes against budgets (ACTIVITIES=, DATABASE_URL= of an empty database)
	@bench="env $(PRODUCTION) HTTPS=false LOG_LEVEL=WARNING $(MANAGE) bench --activities $(ACTIVITIES) $(ARGS)"; \
	if [ -n "$${DATABASE_URL:-}" ]; then exec $$bench; fi; \
	home=$$(mktemp -d); trap 'rm -rf "$$home"' EXIT; \
	echo "=== 1 of 2: a throw-away PostgreSQL"; \
	$(PYTHON) -m tests.postgres --durable -- $$bench --json "$$home/postgresql.json"; \
	beside=; if [ -e "$$home/postgresql.json" ]; then beside="--beside $$home/postgresql.json"; fi; \
	echo "=== 2 of 2: SQLite in a temporary folder"; \
	DATABASE_URL="sqlite:///$$home/bench.sqlite3" $$bench $$beside

.PHONY: reliability
reliability: .venv/installed-dev ## The long run of docs/reliability.md on both databases: hammer, fuzz, kills
	@tests="tests/activities/test_concurrency.py tests/activities/test_report_fuzz.py \
		tests/activities/test_update_fuzz.py tests/activities/test_killed.py"; failed=; \
		run="env RELIABILITY=1 $(PYTHON) -m pytest -p no:cacheprovider -p no:logging -rP $$tests"; \
		echo "=== 1 of 2: SQLite"; env -u DATABASE_URL $$run || failed+=" SQLite"; \
		echo "=== 2 of 2: a throw-away PostgreSQL"; \
		$(PYTHON) -m tests.postgres --durable -- $$run || failed+=" PostgreSQL"; \
		[ -z "$$failed" ] || { echo "=== Failed:$$failed"; exit 1; }

# --- keeping ---------------------------------------------------------------------------------------------------------

.PHONY: format
format: .venv/installed-dev ## Put the code into the agreed form
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

.PHONY: messages
messages: .venv/installed-dev ## Collect the texts into locale/ and compile the catalogues (needs GNU gettext)
	@command -v xgettext >/dev/null || { echo "GNU gettext was not found. Install it (on Debian: apt-get install gettext)."; exit 1; }
	DEBUG=true $(MANAGE) makemessages $(LANGUAGES:%=--locale=%) --add-location=file --no-wrap --no-obsolete \
		--ignore=.venv --ignore=tests --ignore=staticfiles --ignore=var
	DEBUG=true $(MANAGE) compilemessages $(LANGUAGES:%=--locale=%) --ignore=.venv

.PHONY: requirements
requirements: .venv/installed-dev ## Compile the pinned lists from requirements.in and requirements-dev.in
	@for list in requirements requirements-dev; do \
		CUSTOM_COMPILE_COMMAND="make requirements" $(PYTHON) -m piptools compile --quiet --strip-extras \
			--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --annotation-style=line \
			--output-file=$$list.txt $$list.in; done

.PHONY: clean
clean: ## Remove what the commands above have made, the database included
	rm -rf .venv var staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
