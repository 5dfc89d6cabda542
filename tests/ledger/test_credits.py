"""Who wrote the entries, and what these did for others; nobody credits themselves, and nobody alone credits anybody."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ENTRY, ROOT, Run

from kb import service
from kb.catalog.build import build
from kb.ledger.credits import Credit

Git = Callable[..., None]
CLEAN = (ROOT / "entries" / f"{ENTRY}.md").read_text()


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Runs git in a repository of its own: `git("commit", …, by="Jane Doe")`."""
    for variable in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(variable, "/dev/null")

    def run(*args: str, by: str = "nobody") -> None:
        identity = ["-c", f"user.name={by}", "-c", "user.email=x@example.com"]
        subprocess.run(["git", "-C", tmp_path / "repo", *identity, *args], check=True, capture_output=True)

    (tmp_path / "repo" / "entries" / "python").mkdir(parents=True)
    run("init", "-q")
    return run


@pytest.fixture
def add(tmp_path: Path, git: Git) -> Callable[..., Path]:
    """Commits an entry by somebody."""

    def commit(slug: str, by: str, text: str = CLEAN, message: str = "Add") -> Path:
        path = tmp_path / "repo" / "entries" / "python" / f"{slug}.md"
        path.write_text(text)
        git("add", ".")
        git("commit", "-qm", message, by=by)
        return path

    return commit


@pytest.fixture
def credits_of(tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Credit]]:
    """The credits by the repository's entries, by author."""

    def found() -> dict[str, Credit]:
        from kb.catalog.read import Snapshot

        build([tmp_path / "repo" / "entries"], tmp_path / "catalog.sqlite", history=True)
        service.swap(Snapshot(str(tmp_path / "catalog.sqlite")))
        return {c.author: c for c in service.credits(20) if c.entries}

    return found


@pytest.fixture(autouse=True)
def _afterwards(catalog: Path) -> object:
    yield
    from kb.catalog.read import Snapshot

    service.swap(Snapshot(str(catalog)))


def test_git_knows_who_added_an_entry_and_with_whom(
    add: Callable[..., Path], git: Git, credits_of: Callable[[], dict[str, Credit]]
) -> None:
    path = add("first", "Jane Doe", message="Add\n\nCo-authored-by: Ann Other <ann@example.com>")
    add("first", "Editor", CLEAN + "\n")
    path.rename(path.with_name("renamed.md"))
    add("second", "Mover")

    assert {name: c.entries for name, c in credits_of().items()} == {"Jane Doe": 1, "Ann Other": 1, "Mover": 1}


def test_what_the_entry_says_holds_over_git(
    add: Callable[..., Path], credits_of: Callable[[], dict[str, Credit]]
) -> None:
    add("first", "Maintainer", CLEAN.replace("---\n", "---\nauthors: [Jane Doe, Zoë Müller]\n", 1))

    assert {name: c.entries for name, c in credits_of().items()} == {"Jane Doe": 1, "Zoë Müller": 1}


@pytest.fixture
def jane(add: Callable[..., Path], credits_of: Callable[[], dict[str, Credit]]) -> Callable[[], tuple[int, ...]]:
    """What Jane's entry python/first has brought her: working options, tokens saved, tokens estimated."""
    add("first", "Jane Doe")
    credits_of()
    return lambda: credits_of()["Jane Doe"][2:]


def test_two_who_say_that_it_worked_make_an_option_working(jane: Callable[[], tuple[int, ...]]) -> None:
    entry = service.show("python/first")
    assert entry.debugging_tokens and entry.fix_tokens
    debugging, estimate = entry.debugging_tokens, entry.debugging_tokens - entry.fix_tokens

    service.report(entry.id, 1, True, reporter="a", patience=20)
    assert jane() == (0, 0, 0)
    service.report(entry.id, 1, True, reporter="b", tokens=100)
    assert jane() == (1, debugging - 100, estimate)
    service.report(entry.id, 1, True, reporter="c", tokens=10_000_000)
    assert jane() == (1, debugging - 100, estimate)


def test_one_reporter_cannot_make_credit(jane: Callable[[], tuple[int, ...]]) -> None:
    for tokens in range(20):
        service.report("python/first", 1, True, reporter="fan", tokens=tokens, patience=20)

    assert jane() == (0, 0, 0)


def test_what_fails_for_as_many_as_it_works_for_is_not_working(jane: Callable[[], tuple[int, ...]]) -> None:
    for reporter, worked in {"a": True, "b": True, "c": False, "d": False}.items():
        service.report("python/first", 1, worked, reporter=reporter, patience=20)

    assert jane() == (0, 0, 0)


def test_authors_do_not_credit_themselves(
    jane: Callable[[], tuple[int, ...]], git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("config", "user.name", "Jane Doe")
    monkeypatch.chdir(tmp_path / "repo")
    service.report("python/first", 1, True, reporter="JANE DOE", patience=20)
    service.report("python/first", 1, True)
    service.report("python/first", 1, True, reporter="a")
    assert jane() == (0, 0, 0)

    service.report("python/first", 1, True, reporter="b")
    assert jane()[0] == 1


def test_of_a_renamed_entry_the_last_word_counts(
    jane: Callable[[], tuple[int, ...]], add: Callable[..., Path], tmp_path: Path, credits_of: Callable[[], object]
) -> None:
    for reporter in "ab":
        service.report("python/first", 1, False, reporter=reporter, patience=20)
    (tmp_path / "repo" / "entries" / "python" / "first.md").unlink()
    add("a-renamed", "Jane Doe", CLEAN.replace("---\n", "---\nauthors: [Jane Doe]\naliases: [python/first]\n", 1))
    credits_of()
    for reporter in "ab":
        service.report("python/a-renamed", 1, True, reporter=reporter)
    assert jane()[0] == 1


def test_an_entry_that_was_mended_keeps_its_credit(
    jane: Callable[[], tuple[int, ...]], add: Callable[..., Path]
) -> None:
    for reporter in "ab":
        service.report("python/first", 1, True, reporter=reporter, patience=20)
    add("first", "Editor", CLEAN.replace("### Option 1: ", "### Option 1: carefully ", 1))

    assert jane()[0] == 1


def test_the_command_lists_authors(own: Path, kb: Run) -> None:
    rows = json.loads(kb("credits", "--json").stdout)

    assert sum(row["entries"] for row in rows) >= 100
    assert rows[0]["author"] in kb("credits").stdout.decode()
    assert json.loads(kb("credits", "--json", env={"KB_LEDGER": "off"}).stdout) == rows


def test_a_folder_outside_git_has_no_authors_of_its_own(tmp_path: Path, catalog: Path) -> None:
    from kb.catalog.authors import from_git

    assert from_git(tmp_path) == {}
