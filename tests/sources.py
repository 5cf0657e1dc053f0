"""The files of the repository and what its Python modules import, for the tests that read the source."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("tracker", "organizations", "activities")


@functools.cache
def files() -> tuple[str, ...]:
    """Paths of every file that is or will be in the repository, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(sorted({name for name in listed.split("\0") if name and (ROOT / name).is_file()}))


def modules() -> Iterator[tuple[str, ast.Module]]:
    """(path, tree) of each Python file of the product, migrations left out."""
    for name in files():
        if name.endswith(".py") and name.split("/")[0] in PRODUCT and "/migrations/" not in name:
            yield name, ast.parse((ROOT / name).read_text(encoding="utf-8"), name)


def imports(name: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a module imports; `from a.b import c` is `a.b.c`, relative ones spelled out."""
    package = name.split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
