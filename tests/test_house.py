"""The house keeps its shape: imports only go down; every command, route and finding is documented."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

FLOORS = (
    "errors",
    "named",
    "place",
    "text",
    "entry",
    "replay",
    "catalog",
    "match",
    "ledger",
    "render",
    "round_trip",
    "draft",
    "report",
    "service",
    "faces",
)
"""From the ground up. A module may import its own floor and those before it."""


def imports(path: Path) -> set[str]:
    """The floors that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{a.name}" for a in node.names] if node.module == "kb" else [node.module or ""]
        found |= {n.split(".")[1] for n in names if n.startswith("kb.")}
    return found & set(FLOORS)


MODULES = sorted(p for p in (ROOT / "kb").rglob("*.py") if p.parent != ROOT / "kb" or p.stem in FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_only_go_down(path: Path) -> None:
    floor = path.relative_to(ROOT / "kb").parts[0].removesuffix(".py")

    assert {other for other in imports(path) if FLOORS.index(other) > FLOORS.index(floor)} == set()


def test_every_part_of_the_package_has_a_floor() -> None:
    parts = {
        p.name.removesuffix(".py") for p in (ROOT / "kb").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    }

    assert parts - {"__init__", "_data"} == set(FLOORS)


def test_a_catalog_is_built_again_when_the_code_that_builds_it_changed() -> None:
    code = "import sys, kb.catalog.build; print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('kb.')))"
    got = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    from kb.catalog.current import CODE

    assert [path for path in got.stdout.split() if not path.startswith(tuple(CODE))] == []


def test_faces_do_not_reach_around_to_the_catalogs_tables() -> None:
    text = "".join(p.read_text() for p in (ROOT / "kb" / "faces").glob("*.py"))

    assert re.findall(r"sqlite3|catalog\.schema|sqlalchemy|\bselect .* from\b", text) == []


def test_every_command_is_documented() -> None:
    from kb.faces.cli import HERE, LOADED, USAGE

    docs = (ROOT / "docs" / "cli.md").read_text()
    commands = {c for c in (*HERE, *LOADED) if not c.startswith("-")}

    assert {c for c in commands if f"kb {c}" not in USAGE} == set()
    assert {c for c in commands if f"kb {c}" not in docs} == set()


def test_every_route_is_documented(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_CATALOG", str(catalog))
    from kb.faces.web import create_app

    docs = (ROOT / "docs" / "http-api.md").read_text()
    routes = {rule.rule for rule in create_app().url_map.iter_rules()}

    assert {r for r in routes if f"`{r.replace('path:', '')}`" not in docs} == set()


def test_the_text_of_the_project_speaks_of_itself_alone() -> None:
    """No path of one machine stands in a file that ships."""
    tracked = [p for d in ("kb", "web", "docs", "entries") for p in (ROOT / d).rglob("*.*") if p.is_file()]

    assert [
        p.name for p in tracked if p.suffix in {".py", ".md", ".html", ".json"} and str(ROOT) in p.read_text()
    ] == []
