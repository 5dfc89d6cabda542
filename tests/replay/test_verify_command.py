"""`kb verify`, as a process in a checkout of its own."""

import contextlib
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLEAN = (ROOT / "tests" / "entry" / "fixtures" / "clean.md").read_text()
CODE = "import sys; from kb.faces.cli import main; sys.exit(main())"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The package beside a folder of one entry."""
    shutil.copytree(ROOT / "kb", tmp_path / "kb", ignore=shutil.ignore_patterns("__pycache__", "_data"))
    (tmp_path / "entries" / "python").mkdir(parents=True)
    (tmp_path / "entries" / "python" / "missing-key.md").write_text(CLEAN)
    return tmp_path


def kb(checkout: Path, *args: str, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CODE, *args],
        cwd=checkout,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )


def change(checkout: Path, old: str, new: str) -> None:
    path = checkout / "entries" / "python" / "missing-key.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def evidence(checkout: Path) -> Path:
    return checkout / "entries" / "python" / "missing-key.evidence.json"


def test_what_is_verified_is_written_and_not_replayed_again(checkout: Path) -> None:
    done = kb(checkout, "verify")
    assert (done.returncode, done.stderr) == (0, "")
    first, last = done.stdout.splitlines()
    assert first.startswith("[1/1] ok   python/missing-key  ")
    assert first.endswith(" s  1 of 2 options verified")
    assert last.startswith("1 of 1 verified; ")
    written = json.loads(evidence(checkout).read_text())
    assert written["verdicts"] == {"0": "verified", "1": "verified", "2": "prose", "99": "prose"}
    assert set(written["versions"]) == {"bash", "python"}
    assert kb(checkout, "verify", "python/missing-key").stdout.startswith("0 of 0 verified, 1 unchanged; ")
    assert kb(checkout, "verify", "--all", "entries/python").stdout.startswith("[1/1] ok ")


def test_a_changed_entry_is_replayed_and_loses_its_evidence_when_it_fails(checkout: Path) -> None:
    kb(checkout, "verify")
    change(checkout, "\n80\n", "\n8080\n")
    done = kb(checkout, "verify", "entries/python/missing-key.md")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith("[1/1] FAIL python/missing-key ")
    assert (
        "entries/python/missing-key.md:37: `python read.py` comes out otherwise\n    - 8080\n    + 80\n" in done.stdout
    )
    assert not evidence(checkout).exists()


def test_evidence_that_cannot_be_written_is_said(checkout: Path) -> None:
    evidence(checkout).mkdir()
    done = kb(checkout, "verify")

    assert done.returncode == 4
    assert done.stderr.startswith("kb: entries/python/missing-key.evidence.json: Is a directory; ")
    assert sorted(p.name for p in (checkout / "entries" / "python").iterdir()) == [
        "missing-key.evidence.json",
        "missing-key.md",
    ]


def test_evidence_that_turns_out_false_is_taken_away(checkout: Path) -> None:
    """The text is as it was; what it runs on is not."""
    change(checkout, "\n80\n", "\n8080\n")
    true = "from kb.entry.folder import load; from kb.replay.evidence import *; from pathlib import Path\n"
    forge = (
        "e = load(Path('entries/python/missing-key.md'))[0]; write(e, Evidence(hash_of(e), {}, '2026-01-02', '', {}))"
    )
    subprocess.run([sys.executable, "-c", true + forge], cwd=checkout, check=True)
    assert kb(checkout, "verify").returncode == 0
    assert kb(checkout, "verify", "--all").returncode == 1
    assert not evidence(checkout).exists()


def test_no_write_writes_nothing(checkout: Path) -> None:
    assert kb(checkout, "verify", "--no-write").returncode == 0
    assert not evidence(checkout).exists()


def test_what_cannot_be_had_here_is_said_and_keeps_the_evidence(checkout: Path) -> None:
    kb(checkout, "verify")
    change(checkout, "needs: [python]", "needs: [python==3.999]")
    done = kb(checkout, "verify")
    assert done.returncode == 1
    assert done.stdout.startswith("[1/1] n/a  python/missing-key\n")
    assert "cannot be replayed here: Python 3.999 is missing: pyenv install 3.999" in done.stdout
    assert evidence(checkout).exists()


def test_a_file_that_is_no_entry_does_not_stop_the_others(checkout: Path) -> None:
    (checkout / "entries" / "python" / "broken.md").write_text("no heading\n")
    done = kb(checkout, "verify")
    assert done.returncode == 1
    assert "entries/python/broken.md:1: KB" in done.stderr
    assert "1 of 1 verified, 1 not readable; " in done.stdout


def test_a_retired_entry_is_not_replayed(checkout: Path) -> None:
    change(checkout, "needs: [python]", "needs: [python]\nretired: nobody has it any more")
    assert kb(checkout, "verify").stdout.startswith("0 of 0 verified; ")


def days_ago(number: int) -> str:
    return (datetime.now(UTC).date() - timedelta(number)).isoformat()


def dated(checkout: Path, slug: str, date: str, **other: object) -> Path:
    """Another entry like the one that is verified, with evidence of that day."""
    path = checkout / "entries" / "python" / f"{slug}.evidence.json"
    path.write_text(json.dumps({**json.loads(evidence(checkout).read_text()), "date": date, **other}))
    path.with_name(f"{slug}.md").write_text((checkout / "entries" / "python" / "missing-key.md").read_text())
    return path


def ids(done: subprocess.CompletedProcess[str]) -> list[str]:
    return re.findall(r"^\[\d+/\d+\] ok +python/(\S+)", done.stdout, re.MULTILINE)


def test_what_was_not_replayed_lately_is_replayed_oldest_first(checkout: Path) -> None:
    kb(checkout, "verify")
    old = dated(checkout, "old", days_ago(90))
    dated(checkout, "older", days_ago(200))
    dated(checkout, "recent", days_ago(89))
    dated(checkout, "from-the-future", days_ago(-2))
    dated(checkout, "never", "").unlink()
    seldom = kb(checkout, "verify", "--stale", "90d", "--no-write", "--jobs", "1")
    assert ids(seldom) == ["from-the-future", "never", "older", "old"]
    assert seldom.stdout.splitlines()[-1].startswith("4 of 4 verified, 2 unchanged; ")
    some = kb(checkout, "verify", "--stale", "90d", "--no-write", "--jobs", "1", "--limit", "3")
    assert ids(some) == ["from-the-future", "never", "older"]
    assert some.stdout.splitlines()[-1].startswith("3 of 3 verified, 1 more to replay, 2 unchanged; ")
    assert ids(kb(checkout, "verify", "--stale", "90d", "python/old", "python/recent")) == ["old"]
    assert json.loads(old.read_text())["date"] == days_ago(0)
    assert ids(kb(checkout, "verify", "--stale", "90d", "python/old")) == []


def test_what_broke_says_since_when_and_what_to_write(checkout: Path) -> None:
    """Evidence of an earlier version stands; on the present one the error is gone."""
    change(checkout, "Port=80", "port=80")
    kb(checkout, "verify")
    entry = checkout / "entries" / "python" / "missing-key.md"
    write = (
        "from kb.entry.folder import load; from kb.replay.evidence import *; from pathlib import Path\n"
        f"e = load(Path({str(entry)!r}))[0]\n"
        "write(e, Evidence(hash_of(e), {'0': 'verified'}, '2020-01-02', 'Debian 9', {'python': '2.7', 'bash': '4.4'}))"
    )
    subprocess.run([sys.executable, "-c", write], cwd=checkout, check=True)
    done = kb(checkout, "verify", "--stale", "90d", "--no-write")
    assert done.returncode == 1
    assert "`python read.py` no longer fails. " in done.stdout
    assert "(`python<3.12`)" in done.stdout
    assert re.search(
        r"^    held on 2020-01-02; since then bash 4\.4 → 5\.\S+, platform Debian 9 → .*, python 2\.7 → 3\.",
        done.stdout,
        re.MULTILINE,
    )
    assert evidence(checkout).exists()


@pytest.mark.parametrize(
    "args",
    [
        ["nowhere/at-all"],
        ["absent.md"],
        ["--jobs", "0"],
        ["--jobs", "x"],
        ["--nonsense"],
        ["--stale", "90"],
        ["--stale", "-1d"],
        ["--stale", "٣d"],
        ["--limit", "0"],
    ],
)
def test_misuse(checkout: Path, args: list[str]) -> None:
    done = kb(checkout, "verify", *args)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_sandbox_nothing_runs(checkout: Path, tmp_path: Path) -> None:
    done = kb(checkout, "verify", path=str(tmp_path / "empty"))
    assert (done.returncode, done.stdout) == (4, "")
    assert "apt-get install bubblewrap" in done.stderr


def test_two_verifiers_at_once(checkout: Path) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", CODE, "verify", "--all"], cwd=checkout, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    assert [process.wait(60) for process in both] == [0, 0]
    for process in both:
        process.communicate()
    assert json.loads(evidence(checkout).read_text())["verdicts"]["1"] == "verified"


def test_a_terminal_sees_what_is_going_on(checkout: Path) -> None:
    change(
        checkout,
        "```console\n$ python read.py\nTrace",
        "```console setup\n$ sleep 1\n```\n```console\n$ python read.py\nTrace",
    )
    above, below = pty.openpty()
    verifier = subprocess.Popen([sys.executable, "-c", CODE, "verify"], cwd=checkout, stdout=below)
    os.close(below)
    shown = b""
    with contextlib.suppress(OSError):  # what a terminal gives when its other side is closed
        while chunk := os.read(above, 4096):
            shown += chunk
    os.close(above)
    assert verifier.wait() == 0
    assert "\x1b[K… python/missing-key\r\x1b[K[1/1] ok" in shown.decode()


def test_control_c_ends_it_at_once(checkout: Path) -> None:
    change(checkout, "$ python read.py\nTraceback", "$ touch /tmp/x; sleep 100; python read.py\nTraceback")
    change(checkout, "```console\n$ touch", "```console timeout=60\n$ touch")
    verifier = subprocess.Popen([sys.executable, "-c", CODE, "verify"], cwd=checkout, stderr=subprocess.PIPE)
    children = Path(f"/proc/{verifier.pid}/task")
    while not any(b"--args" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in _children(children)):
        assert verifier.poll() is None
        time.sleep(0.02)
    started = time.monotonic()
    verifier.send_signal(signal.SIGINT)
    assert verifier.wait(30) == 130
    assert time.monotonic() - started < 10
    assert verifier.communicate()[1] == b""


def _children(tasks: Path) -> list[str]:
    return [
        pid for task in tasks.glob("*/children") for pid in task.read_text().split() if Path(f"/proc/{pid}").exists()
    ]
