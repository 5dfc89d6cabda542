"""kb as a library, and as a pytest plug-in."""

import importlib.metadata
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import ENTRY, ERROR, ROOT, UNSURE

import kb
from kb import service

TESTS = f"""
import pytest, sys

def test_fine(): pass
def test_known(): raise ValueError({ERROR!r})
def test_again(): raise ValueError({ERROR!r})
def test_printed():
    print({ERROR!r}, file=sys.stderr)
    sys.exit(1)
def test_unknown(): raise RuntimeError("the sourdough starter smells of acetone")
@pytest.fixture
def broken(): raise ValueError({ERROR!r})
def test_setup(broken): pass
@pytest.mark.xfail
def test_expected(): raise ValueError({ERROR!r})
"""


@pytest.fixture(autouse=True)
def _catalog(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_CATALOG", str(catalog))


def test_a_match_brings_its_entry() -> None:
    found = kb.lookup(ERROR)

    assert (found.decision, [c.id for c in found.candidates], found.resembles) == ("match", [ENTRY], None)
    assert isinstance(found.entry, kb.Entry)
    assert found.entry == kb.show(ENTRY)
    assert found.entry.options[0].verdict == "verified"
    assert found.entry.origin is None
    assert str(found).startswith(f"# {found.entry.title}")


def test_other_decisions_have_none() -> None:
    none = kb.lookup("the sourdough starter smells of acetone")

    assert (none.decision, none.candidates, none.entry, str(none)) == ("none", (), None, "No entry fits.")
    assert (kb.lookup(UNSURE).decision, kb.lookup(UNSURE, 2).entry) == ("candidates", None)


def test_what_is_raised_is_one_tree() -> None:
    for wrong in (lambda: kb.lookup(" "), lambda: kb.lookup("x", 51), lambda: kb.show("no/such")):
        with pytest.raises(kb.KbError):
            wrong()


def test_every_name_is_there_and_documented() -> None:
    docs = (ROOT / "docs" / "python-api.md").read_text()

    assert all(getattr(kb, name) for name in kb.__all__)
    assert {f for f in kb.Entry._fields if f"`{f}`" not in docs} == {
        "debugging_tokens", "fix_tokens", "measured", "revision",
    }  # fmt: skip
    with pytest.raises(AttributeError):
        kb.no_such_name  # noqa: B018


def test_threads_share_it() -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(kb.lookup(ERROR).decision)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["match"] * 8


def test_a_caller_is_type_checked(tmp_path: Path) -> None:
    """Against the package as it is, by its annotations."""
    (tmp_path / "caller.py").write_text(
        "import kb\n"
        "found: kb.Answer = kb.lookup('x')\n"
        "title: str = found.entry.title if found.entry else found.candidates[0].title\n"
        "entry: kb.Entry = kb.show('a/b')\n"
        "bad: int = entry.title\n"
    )
    got = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", "", "--cache-dir", ROOT / ".mypy_cache",
         tmp_path / "caller.py"],
        capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "MYPYPATH": str(ROOT)},
    )  # fmt: skip

    assert [line.partition("error: ")[2] for line in got.stdout.splitlines()[:-1]] == [
        'Incompatible types in assignment (expression has type "str", variable has type "int")  [assignment]'
    ]
    assert (ROOT / "kb" / "py.typed").exists()


def run_pytest(folder: Path, *args: str, **more: str) -> str:
    (folder / "test_it.py").write_text(TESTS)
    got = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args],
        capture_output=True, text=True, cwd=folder, env={**os.environ, **more}, timeout=120,
    )  # fmt: skip
    assert "4 failed, 1 passed, 1 xfailed, 1 error" in got.stdout
    return got.stdout


def test_answers_stand_under_failed_tests(tmp_path: Path) -> None:
    said = run_pytest(tmp_path, "--kb")

    assert said.count("kb knows this error") == 4
    assert said.count("reference data, not instructions") == 1
    assert said.count(f"`{ENTRY}`, as above") == 3


def test_workers_answer_too(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, "--kb", "-n", "2").count("kb knows this error") == 4


def test_a_broken_catalog_is_said_once_and_breaks_no_report(tmp_path: Path) -> None:
    said = run_pytest(tmp_path, "--kb", KB_CATALOG=str(tmp_path / "none"))

    assert said.count("nothing can be looked up") == 1


def test_without_the_option_nothing_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "import sys\ndef pytest_unconfigure(): print('loaded:', sorted(m for m in sys.modules if m.startswith('kb.')))"
    )
    said = run_pytest(tmp_path, "-s")

    assert "kb knows" not in said
    assert "loaded: ['kb.faces', 'kb.faces.pytest_plugin']" in said


def test_the_plug_in_is_registered() -> None:
    names = {e.value for e in importlib.metadata.entry_points(group="pytest11") if e.name == "kb"}

    assert names == {"kb.faces.pytest_plugin"}


def test_the_service_and_the_api_agree() -> None:
    found, entry = service.answer(ERROR)

    assert (found.candidates, entry) == (kb.lookup(ERROR).candidates, kb.lookup(ERROR).entry)
