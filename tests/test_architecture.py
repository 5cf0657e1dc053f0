"""The house keeps its floors, rooms and names: read from the source, so that decay shows the day it begins."""

import ast
import re

import pytest
from django.apps import apps

from tests.sources import PRODUCT, ROOT, files, imports, modules

# Floors, from the cellar up. A module imports from its own floor and from those below.
FLOORS = {"tracker.toolkit": 0, "organizations": 1, "activities": 2, "tracker": 3}

# Rooms inside an app. A room imports strictly lower ones; two rooms on one level do not know each other.
ROOMS = {
    "choices": 0,
    "models": 1,
    "translation": 2,
    "permissions": 2,
    "notifications": 2,
    "evidence": 3,
    "filters": 3,
    "reports": 3,
    # Above the report: which activities a round asks about is a filter, and what it freezes are the report's rows.
    "workflow": 4,
    "reading": 4,
    "forms": 5,
    "imports": 6,
    "loading": 6,
    "bench": 6,
    "serializers": 6,
    "views": 7,
    "api": 7,
    "admin": 7,
    "management": 7,
    "middleware": 7,
    "adapter": 7,
    "apps": 8,
    "urls": 8,
}

# What stands at the top of the repository. A new entry is a decision of the owner.
TOP = {
    ".ci", ".editorconfig", ".env.example", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md", "CONTRIBUTING.md",
    "Makefile", "README.md", "activities", "docs", "locale", "manage.py", "organizations", "pyproject.toml",
    "requirements-dev.in", "requirements-dev.txt", "requirements.in", "requirements.txt", "static", "templates",
    "tests", "tracker",
}  # fmt: skip

# Files that may pass 300 lines, each with its reason.
LONG = {
    "tracker/settings.py": "all settings in one file, read from top to bottom",
    "static/css/app.css": "one stylesheet in layers: each further file would be a further request on a first visit",
}
MAX_LINES = 300

FORBIDDEN_NAMES = {"utils", "helpers", "common", "mixins"}


def floor(dotted: str) -> str | None:
    """The floor a dotted name lies on; None for everything outside the product."""
    if dotted == "tracker.toolkit" or dotted.startswith("tracker.toolkit."):
        return "tracker.toolkit"
    top = dotted.split(".")[0]
    return top if top in FLOORS else None


def dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def room(name: str) -> str | None:
    """The room of a dotted name inside an app; None for the app itself."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else None


def test_imports_go_only_downwards() -> None:
    wrong = [
        f"{path}:{line} imports {target}"
        for path, tree in modules()
        for line, target in imports(path, tree)
        if (there := floor(target)) and FLOORS[there] > FLOORS[floor(dotted(path)) or ""]
    ]
    assert wrong == []


def test_every_room_of_an_app_has_a_level() -> None:
    unknown = {
        path
        for path, _ in modules()
        if floor(dotted(path)) in {"organizations", "activities"}
        and room(dotted(path)) is not None
        and room(dotted(path)) not in ROOMS
    }
    assert unknown == set(), "say in ROOMS where these live"


def test_rooms_import_strictly_lower_rooms() -> None:
    wrong = []
    for path, tree in modules():
        here = dotted(path)
        app, mine = here.split(".")[0], room(here)
        if app not in {"organizations", "activities"} or mine not in ROOMS:
            continue
        for line, target in imports(path, tree):
            theirs = room(target)
            if target.split(".")[0] != app or theirs is None or theirs == mine or theirs not in ROOMS:
                continue
            if ROOMS[theirs] >= ROOMS[mine]:
                wrong.append(f"{path}:{line} imports {target}")
    assert wrong == []


def test_nothing_is_imported_inside_a_function() -> None:
    wrong = []
    for path, tree in modules():
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if path.endswith("/apps.py") and function.name == "ready":
                continue  # Django has the registry ready only then
            wrong += [
                f"{path}:{node.lineno}" for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)
            ]
    assert wrong == []


def test_no_model_signals() -> None:
    wrong = [
        f"{path}:{line} imports {target}"
        for path, tree in modules()
        for line, target in imports(path, tree)
        if target.startswith(("django.db.models.signals", "django.dispatch"))
    ]
    assert wrong == []


def test_the_ground_floor_uses_no_back_stairs() -> None:
    """`organization.participations` was made upstairs: neither Python nor templates of the ground floor may use it."""
    names = {
        relation.get_accessor_name()
        for model in [*apps.get_app_config("organizations").get_models()]
        for relation in model._meta.related_objects
        if relation.related_model._meta.app_label == "activities" and not relation.hidden
    }
    own = {field.name for model in apps.get_app_config("organizations").get_models() for field in model._meta.fields}
    names -= own
    assert names, "activities relate to organizations, so there are names to look for"
    wrong = []
    for path, tree in modules():
        if path.startswith("organizations/"):
            wrong += [
                f"{path}:{node.lineno} {node.attr}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and node.attr in names
            ]
    for path in files():
        if path.startswith("templates/organizations/"):
            text = (ROOT / path).read_text(encoding="utf-8")
            wrong += [f"{path} {name}" for name in names if re.search(rf"\.{name}\b", text)]
    assert wrong == []


INCLUDED = re.compile(r"""\{%-?\s*(?:include|extends)\s+["']([^"']+)["']""")


@pytest.mark.parametrize(
    ("folder", "foreign"),
    [
        ("templates/components/", ("organizations/", "activities/", "account/", "admin/", "emails/")),
        ("templates/organizations/", ("activities/",)),
    ],
)
def test_templates_keep_the_floors(folder: str, foreign: tuple[str, ...]) -> None:
    wrong = [
        f"{path} uses {used}"
        for path in files()
        if path.startswith(folder)
        for used in INCLUDED.findall((ROOT / path).read_text(encoding="utf-8"))
        if used.startswith(foreign)
    ]
    assert wrong == []


def test_components_know_no_model() -> None:
    """A component takes data: what the reader may do was asked before it."""
    wrong = [
        path
        for path in files()
        if path.startswith("templates/components/")
        and re.search(r"\{%\s*load\s+rules\b|\bperms\.", (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_no_file_grows_past_three_hundred_lines() -> None:
    long = {
        path
        for path in files()
        if path.endswith((".py", ".html", ".css", ".js"))
        and not path.startswith("tests/")
        and "/migrations/" not in path
        and len((ROOT / path).read_text(encoding="utf-8").splitlines()) > MAX_LINES
    }
    assert long == set(LONG)


def test_every_module_says_its_duty_in_one_line() -> None:
    silent = [path for path, tree in modules() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_no_module_is_a_drawer_for_everything() -> None:
    wrong = [path for path in files() if path.endswith(".py") and path.split("/")[-1][:-3] in FORBIDDEN_NAMES]
    wrong += [path for path in files() if set(path.split("/")[:-1]) & FORBIDDEN_NAMES]
    assert wrong == []


def test_the_top_of_the_repository_is_as_agreed() -> None:
    assert {path.split("/")[0] for path in files()} - TOP == set()


def test_migrations_of_every_app_are_in_the_repository() -> None:
    assert {path.split("/")[0] for path in files() if "/migrations/0001" in path} >= {"organizations", "activities"}
    assert set(PRODUCT) <= {path.split("/")[0] for path in files()}


def test_the_repository_speaks_of_the_product_alone() -> None:
    """No path of the machine it was written on, no host that packages were fetched from."""
    elsewhere = re.compile(
        r"\.\./" + r"shared\b|(?<![\w.:/-])/(?:work|root|home/\w+)" + r"/|\bpip\.conf\b", re.IGNORECASE
    )
    wrong = [
        f"{path}: {found.group()}"
        for path in files()
        if not path.endswith((".mo", ".png", ".woff2", ".ico"))
        and (found := elsewhere.search((ROOT / path).read_text(encoding="utf-8", errors="replace")))
    ]
    assert wrong == []


def test_the_requirements_are_pinned_and_name_no_host() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.lstrip().startswith("#")]
        assert [line for line in lines if not re.match(r"[a-z0-9-]+==[\w.]+(\s+# via .+)?$", line)] == []
    for name in ("requirements.in", "requirements-dev.in"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if "==" in line]
        assert [line for line in lines if not re.search(r"==\S+\s+# \w", line)] == [], "say why it is here"


# The records of the register: every write of them keeps the log, the derived columns and the history in step.
KEPT = {"Activity", "StatusUpdate", "Participation", "Evidence"}
WRITING = {"create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete"}
WRITERS = {"workflow", "loading", "bench", "migrations"}


def root_of(call: ast.Call) -> str:
    """“Activity” of `Activity.objects.filter(…).update(…)`; "" for what does not begin with a model's manager."""
    node: ast.AST = call
    names = []
    while isinstance(node, ast.Call | ast.Attribute):
        names.append(node.attr if isinstance(node, ast.Attribute) else "")
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) and "objects" in names else ""


def test_only_the_workflow_writes_what_the_register_keeps() -> None:
    wrong = [
        f"{path}:{call.lineno}"
        for path, tree in modules()
        if room(dotted(path)) not in WRITERS
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in WRITING
        and root_of(call) in KEPT
    ]
    assert wrong == []
