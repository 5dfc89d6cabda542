"""Whatever the text, reading and judging it gives findings: no exception, no long wait."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.entry.between import check_all
from kb.entry.findings import RULES, errors
from kb.entry.markdown import SECTIONS, draft, parse
from kb.entry.model import Entry, Finding
from kb.entry.rules import check_entry

CLEAN = (Path(__file__).parent / "fixtures" / "clean.md").read_text()
LINES = CLEAN.split("\n")
PIECES = [
    *LINES,
    *(f"## {name}" for name in SECTIONS),
    "```",
    "````",
    "~~~",
    "---",
    "...",
    "‹gap›",
    "→ a/b",
    "$ ",
    "> ",
]
PIECES += [
    "```console still repeat=x",
    '```diff file="',
    "# ",
    "### ",
    "- ",
    "1. ",
    "<!--",
    "\0",
    "\ud800",
    "\r",
    "`",
    "{…}",
]


def read(text: str) -> tuple[Entry, list[Finding]]:
    entry, findings = draft(text, "python/a", "python/a.md")
    found = [*findings, *check_entry(entry), *check_all([entry, entry])]
    last = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for finding in found:
        assert finding.code in RULES
        assert 1 <= finding.line <= last
        assert re.fullmatch(r"[^\n]+", str(finding))
    return entry, found


@given(st.text(st.characters(), max_size=400))
@settings(max_examples=150)
def test_any_text(text: str) -> None:
    read(text)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=60).map("\n".join))
@settings(max_examples=150)
def test_any_shuffle_of_what_entries_are_made_of(text: str) -> None:
    read(text)


@given(st.data())
@settings(max_examples=150)
def test_an_entry_with_some_lines_changed(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place : place + data.draw(st.integers(0, 3))] = data.draw(
            st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=2)
        )
    read("\n".join(lines))


def test_an_open_and_empty_diff_at_the_end() -> None:
    _, found = read("\n".join(LINES[:32]))

    assert [f.line for f in found if f.code == "KB308"] == [32]


@given(st.text(st.characters(), max_size=200))
@settings(max_examples=100)
def test_what_blocks_gives_no_entry(text: str) -> None:
    entry, findings = parse(text, "python/a", "python/a.md")
    assert (entry is None) == bool(errors(findings))


PILES = [
    "`a``b```c",
    "``` ",
    "<a ",
    "> ",
    "- ",
    "[",
    "*a_",
    "{…}",
    "‹",
    "`a\\`",
    "&#x",
    "<a b=",
    "a: `b",
    "<!--",
    "\\",
]
PILES += [
    "a@",
    "curl https://a ",
    "\t",
    "tags: [",
    "# x\n",
    "```\n",
    "- `x`: y → a/b\n",
    "$ x\n",
    "~~~ a\n",
    "## x\n",
]
PILES += ["### Option 1: x\n", "## Symptom\n", "- `KeyError`\n", "```diff file=read.py\n-a\n```\n"]


@pytest.mark.parametrize("piece", PILES)
def test_much_of_one_thing_takes_no_long_time(piece: str) -> None:
    text = piece * (20_000 // len(piece)) + "\n" + CLEAN
    for heading in ("## Root Cause\n", "## Fix\n", "## Error Messages\n", "## Look-Alikes\n"):
        text = text.replace(heading, heading + piece * (20_000 // len(piece)) + "\n")
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 5
