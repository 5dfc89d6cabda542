"""What passes and what does not: each file of `fixtures/` is an entry whose first comment says the verdicts.

A line is `PART: VERDICT`, `PART: VERDICT: part of a fault`, or part of a fault of the whole entry. A new case needs no
code.
"""

import re
from pathlib import Path

import pytest

from kb.entry.markdown import draft
from kb.entry.model import Entry
from kb.replay.verify import Replay, verify

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.md"))


def entry_of(path: Path) -> tuple[Entry, list[str]]:
    said = re.search(r"<!--\n(.*?)\n-->\n", text := path.read_text(), re.DOTALL)
    assert said
    # The comment's lines stay, so that lines count as in the file.
    entry, _ = draft(text.replace(said[0], "\n" * said[0].count("\n")), f"cases/{path.stem}", str(path))
    return entry, said[1].split("\n")


def replayed(text: str) -> Replay:
    entry, _ = draft(text, "cases/case", "case.md")
    return verify(entry)


@pytest.mark.parametrize("path", FIXTURES, ids=[path.stem for path in FIXTURES])
def test_verdicts(path: Path) -> None:
    entry, lines = entry_of(path)
    replay = verify(entry)
    expected = {}
    faults = []
    for line in lines:
        part = re.fullmatch(r"(Symptom|Option \d+|What does not help): (verified|failed|prose)(?:: (.*))?", line)
        if part:
            expected[part[1]] = part[2]
        faults += ([part[3]] if part[3] else []) if part else [line]
    assert {part.name: part.verdict for part in replay.parts} == expected, replay.faults
    assert len(replay.faults) == len(faults), replay.faults
    for fault in faults:
        assert any(fault in str(found) for found in replay.faults), replay.faults
    assert replay.verified is not bool(faults)


WRONG = """\
## Symptom
```console
$ echo one; echo two
one
three
$ (exit 3)
[exit 4]
```

## Fix
### Option 1: mend
Prose.
"""


def test_a_fault_has_its_line_and_a_diff() -> None:
    first, second = replayed(WRONG).faults
    assert (first.line, first.diff) == (3, ("  one", "- three", "+ two"))
    assert (second.line, second.diff) == (6, ("- [exit 4]", "+ [exit 3]"))
    assert str(first) == "`echo one; echo two` comes out otherwise\n      one\n    - three\n    + two"


REPEATED = """\
## Symptom
```console repeat=3
$ sleep 0.2; cat missing
cat: missing: No such file or directory
[exit 1]
```

## Fix
### Option 1: mend
```console setup
$ touch missing
```
```console
$ sleep 0.2; cat missing
```
"""


def test_repeat_is_of_its_section_alone() -> None:
    replay = replayed(REPEATED)
    assert replay.verified
    assert replay.reproduction.seconds > 0.6
    assert replay.options[0].seconds < 0.6


def test_the_raw_output_of_the_reproduction_is_kept() -> None:
    text = WRONG.replace("echo one; echo two", r"printf 'one\n\033[31mtwo\033[0m\n'")
    assert replayed(text).reproduction.ran[0].output == "one\n\x1b[31mtwo\x1b[0m\n"
