"""The file of verdicts, and when it speaks for an entry."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kb.entry.markdown import draft
from kb.entry.model import Entry
from kb.replay.evidence import Evidence, hash_of, holds, path_of, read, remove, write

CLEAN = (Path(__file__).parents[1] / "entry" / "fixtures" / "clean.md").read_text()


def entry_of(text: str, folder: Path) -> Entry:
    entry, _ = draft(text, "python/missing-key", str(folder / "missing-key.md"))
    return entry


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    return entry_of(CLEAN, tmp_path)


def evidence_of(entry: Entry) -> Evidence:
    return Evidence(hash_of(entry), {"1": "verified", "0": "verified"}, "2026-01-02", "Debian 12", {"python": "3.11"})


def test_what_is_written_is_read_and_holds(entry: Entry) -> None:
    write(entry, evidence_of(entry))
    assert read(entry) == evidence_of(entry)
    assert holds(entry, read(entry))
    assert [path.name for path in path_of(entry).parent.iterdir()] == ["missing-key.evidence.json"]


def test_the_file_is_small_sorted_and_ends_with_a_newline(entry: Entry) -> None:
    write(entry, evidence_of(entry))
    text = path_of(entry).read_text()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert len(text) < 500


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("needs: [python]", "needs: [python==3.8]"),
        ("needs: [python]", "needs: [python]\nplatforms: [linux]"),
        ("needs: [python]", "needs: [python]\nstub: a gateway"),
        ("Port=80", "Port=81"),
        ("KeyError: 'port'\n[exit 1]", "KeyError: {…}\n[exit 1]"),
        ("- The file does have a line for it", "- The file has a line for it"),
        ("+print(settings", "+print( settings"),
        ("Fits when the file is yours", "Fits at all times"),
        ("console shows", "console"),
        ("A default hides the fault.", "A default helps."),
    ],
)
def test_it_goes_stale_with_what_was_replayed(entry: Entry, tmp_path: Path, old: str, new: str) -> None:
    write(entry, evidence_of(entry))
    assert CLEAN.count(old) == 1
    changed = entry_of(CLEAN.replace(old, new), tmp_path)
    assert read(changed)
    assert not holds(changed, read(changed))


@pytest.mark.parametrize("old", ["A dictionary compares", "- Read settings in one place", "tags: [python, dict]"])
def test_other_text_leaves_it_alone(entry: Entry, tmp_path: Path, old: str) -> None:
    write(entry, evidence_of(entry))
    assert old in CLEAN
    assert holds(entry, read(entry_of(CLEAN.replace(old, old.replace("a", "b")), tmp_path)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"hash": 1}',
        "\x00",
        '"x"',
        "null",
        '{"hash": "", "date": "", "platform": "", "verdicts": [], "versions": {}}',
    ],
)
def test_a_broken_file_is_no_evidence(entry: Entry, text: str) -> None:
    path_of(entry).write_text(text)
    assert read(entry) is None
    assert not holds(entry, read(entry))


def test_bytes_that_are_not_text_are_no_evidence(entry: Entry) -> None:
    path_of(entry).write_bytes(b"\xff\xfe{}")
    assert read(entry) is None


def test_none_where_there_is_none(entry: Entry) -> None:
    assert read(entry) is None
    remove(entry)
    write(entry, replace(evidence_of(entry), date="2026-02-03"))
    remove(entry)
    assert read(entry) is None


def test_reading_evidence_loads_nothing_heavy() -> None:
    code = "import sys, kb.replay.evidence; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"kb.replay.sandbox", "kb.replay.needs", "kb.entry.markdown", "markdown_it", "subprocess"} & set(loaded)
