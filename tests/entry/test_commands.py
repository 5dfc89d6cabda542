"""`kb check` and `kb new`, as processes in a checkout of their own."""

import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import other, write

ROOT = Path(__file__).parents[2]
CLEAN = (Path(__file__).parent / "fixtures" / "clean.md").read_text()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The package beside a folder of one entry."""
    shutil.copytree(ROOT / "kb", tmp_path / "kb", ignore=shutil.ignore_patterns("__pycache__", "_data"))
    (tmp_path / "entries" / "python").mkdir(parents=True)
    shutil.copy(ROOT / "entries" / "_template.md", tmp_path / "entries")
    (tmp_path / "entries" / "python" / "missing-key.md").write_text(CLEAN)
    return tmp_path


def kb(checkout: Path, *args: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from kb.faces.cli import main; sys.exit(main())"
    env = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "KB_CATALOG")}
    env["XDG_CACHE_HOME"] = str(checkout / "cache")
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=checkout,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_clean_entry(checkout: Path) -> None:
    done = kb(checkout, "check", "--no-replay", "python/missing-key")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"1 entry: clean; \d\.\d s\n", done.stdout)


def test_findings_are_lines_with_path_and_place(checkout: Path) -> None:
    path = checkout / "entries" / "python" / "missing-key.md"
    path.write_text(CLEAN.replace("## Root Cause", "## Root Caus").replace("- eight\n", ""))
    done = kb(checkout, "check")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[:2] == [
        "entries/python/missing-key.md:24: KB203 `## Root Caus` is no section; write `## Root Cause`",
        "entries/python/missing-key.md:70: KB407 7 questions; write 8 to 12 (warning)",
    ]
    assert lines[2].startswith("1 entry, 1 error, 1 warning; ")
    assert lines[3] == "1 entry not replayed: mend the errors first"


def test_a_warning_does_not_block(checkout: Path) -> None:
    path = checkout / "entries" / "python" / "missing-key.md"
    path.write_text(CLEAN.replace("- eight\n", ""))
    assert kb(checkout, "check", "--no-replay", str(path)).returncode == 0


@pytest.mark.parametrize("args", [["python/none"], ["../x"], ["--colour"]])
def test_misuse(checkout: Path, args: list[str]) -> None:
    done = kb(checkout, "check", *args)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_replay_follows(checkout: Path) -> None:
    done = kb(checkout, "check", "python/missing-key")
    shown = [re.sub(r"\s+\d+\.\d s$", "", line) for line in done.stdout.splitlines()]
    assert shown[:5] == [
        "python/missing-key",
        "  Symptom             as written",
        "  Option 1            verified",
        "  Option 2            not verified",
        "  What does not help  not verified",
    ]
    assert shown[5].startswith("  Look-up             own output: ")
    assert done.returncode == 0


def test_a_failed_replay_shows_line_and_difference(checkout: Path) -> None:
    path = checkout / "entries" / "python" / "missing-key.md"
    path.write_text(CLEAN.replace("$ python read.py\n80", "$ python read.py\n8080"))
    done = kb(checkout, "check", "python/missing-key")
    assert done.returncode == 1
    assert "  Option 1            FAILED" in done.stdout
    assert (
        "entries/python/missing-key.md:37: `python read.py` comes out otherwise\n    - 8080\n    + 80\n" in done.stdout
    )


def test_soak_replays_five_times(checkout: Path) -> None:
    done = kb(checkout, "check", "--soak", "python/missing-key")
    assert done.returncode == 0
    assert re.search(r"  Symptom             as written( +\d+\.\d){5} s\n", done.stdout)


def test_colours_on_a_terminal_only(checkout: Path) -> None:
    def on_terminal(**env: str) -> bytes:
        leader, follower = pty.openpty()
        code = "import sys; from kb.faces.cli import main; sys.exit(main())"
        subprocess.run(
            [sys.executable, "-c", code, "check", "--no-replay"],
            cwd=checkout,
            env={**os.environ, "TERM": "xterm", **env},
            stdin=subprocess.DEVNULL,
            stdout=follower,
            timeout=60,
            check=True,
        )
        os.close(follower)
        return os.read(leader, 65536)

    assert b"\x1b[" in on_terminal(NO_COLOR="")
    assert b"\x1b[" not in on_terminal(NO_COLOR="1")


def test_new_writes_a_file_whose_only_findings_are_its_gaps(checkout: Path) -> None:
    assert kb(checkout, "new", "python/other").stdout.startswith("entries/python/other.md\n")
    done = kb(checkout, "check", "python/other")
    findings = [line for line in done.stdout.splitlines() if ".md:" in line]
    assert len(findings) > 20
    assert [line for line in findings if not re.match(r"entries/python/other\.md:\d+: KB218 a gap: write ", line)] == []


def test_new_overwrites_nothing(checkout: Path) -> None:
    done = kb(checkout, "new", "python/missing-key")
    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert (checkout / "entries" / "python" / "missing-key.md").read_text() == CLEAN


@pytest.mark.parametrize(
    ("id", "says"),
    [
        ("pyton/a", "did you mean python? For a new one make entries/pyton first"),
        ("zig/a", "the areas are python. For a new one make entries/zig first"),
        ("python/A", "is no id"),
        ("../python/a", "is no id"),
        ("python", "is no id"),
        ("python/a/b", "is no id"),
    ],
)
def test_new_refuses_what_is_no_id(checkout: Path, id: str, says: str) -> None:
    done = kb(checkout, "new", id)
    assert done.returncode == 2
    assert says in done.stderr


@pytest.fixture
def at_the_top() -> Iterator[Path]:
    """A file whose folder lies in the file system's root."""
    path = Path("/tmp") / f"kb-{os.getpid()}.md"
    path.write_text(CLEAN)
    yield path
    path.unlink()


def test_beside_a_file_by_itself_nothing_is_read(checkout: Path, at_the_top: Path) -> None:
    done = kb(checkout, "check", str(at_the_top), "--report", "report.md")
    assert "Look-up             own output: " in done.stdout
    assert "KB601" not in done.stdout
    assert done.stderr == ""
    assert "None: every message and question" in (checkout / "report.md").read_text()


def test_what_lies_deeper_than_entries_is_nothing_beside_them(checkout: Path) -> None:
    path = write(checkout / "drafts", "python/a")
    write(checkout / "drafts", "python/deep/er/copy")
    assert kb(checkout, "check", "--no-replay", str(path)).stdout.startswith("1 entry: clean")


def test_what_changes_is_told_of_each_folder(checkout: Path) -> None:
    asked = CLEAN.replace("- eight\n", "- the hose is kinked at the nozzle\n")
    thief = asked.replace("KeyError", "NozzleError").replace("port", "nozzle")
    paths = [write(checkout / name, "python/one", other()) for name in ("first", "second")]
    write(checkout / "second", "python/missing-key", asked)
    paths.append(write(checkout / "second", "python/thief", thief.replace("The program", "The kinked hose")))
    kb(checkout, "check", "--no-replay", "--report", "report.md", *map(str, paths))
    assert "python/missing-key" in (checkout / "report.md").read_text().partition("Answers that would change")[2]


def test_more_options_than_can_be_numbered(checkout: Path) -> None:
    path = checkout / "entries" / "python" / "missing-key.md"
    more = "".join(f"### Option {n}: way {n}\nFits.\n\n" for n in range(3, 100))
    path.write_text(CLEAN.replace("### What does", f"{more}### What does"))
    checked = kb(checkout, "check", "--no-replay")
    built = kb(checkout, "build", "--out", "catalog.sqlite")
    assert "missing-key.md:337: KB220 99 options; keep the 98 to try first" in checked.stdout
    assert (built.returncode, "KB220" in built.stderr) == (0, True)
    path.write_text(path.read_text().replace("### Option 99: way 99\nFits.\n\n", ""))
    assert "KB220" not in kb(checkout, "check", "--no-replay").stdout
    assert kb(checkout, "build", "--out", "catalog.sqlite").stdout.startswith("catalog.sqlite: 1 entries")
