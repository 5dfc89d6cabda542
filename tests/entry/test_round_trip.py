"""An entry through look-up, in a catalog of two."""

from pathlib import Path

import pytest
from samples import CLEAN, other, write

from kb.entry.folder import load
from kb.round_trip import RoundTrip, round_trip

OUTPUT = "Traceback (most recent call last):\n  File \"read.py\", line 2, in <module>\nKeyError: 'port'\n"
ASKED = "\n".join(f"- the key {word} is missing in my settings" for word in "of for in at on to as by".split())
QUESTIONS = "- " + "\n- ".join(["one", "two", "three", "four", "five", "six", "seven", "eight"])


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write(tmp_path / "entries", "python/b", other())
    return tmp_path / "entries"


def trip(there: Path, text: str, output: str) -> RoundTrip:
    entry, findings = load(write(there, "python/a", text))
    assert entry, findings
    return round_trip(entry, output)


def test_an_entry_that_is_found(there: Path) -> None:
    found = trip(there, CLEAN.replace(QUESTIONS, ASKED), OUTPUT)
    assert found.output
    assert found.output.candidates[0].id == "python/a"
    assert (found.questions, found.look_alikes) == (8, 3)
    assert found.findings == ()


def test_output_that_leads_elsewhere(there: Path) -> None:
    found = trip(there, CLEAN.replace(QUESTIONS, ASKED), "FileNotFoundError: 'host'\n")
    assert [(f.code, f.line) for f in found.findings] == [("KB601", 66)]


def test_output_is_not_looked_up_where_no_message_is_listed(there: Path) -> None:
    """A silent fault prints nothing that names it."""
    text = CLEAN.replace("- `KeyError: 'port'`\n- `KeyError: {…}`", "None.").replace(QUESTIONS, ASKED)
    found = trip(there, text, "lost: 1")
    assert found.output is None
    assert found.findings == ()


def test_a_question_that_leads_elsewhere(there: Path) -> None:
    asked = ASKED.replace("the key by is missing in my settings", "FileNotFoundError: 'host'")
    found = trip(there, CLEAN.replace(QUESTIONS, asked), OUTPUT)
    assert found.questions == 7
    assert [(f.code, f.line) for f in found.findings] == [("KB602", 77)]


def test_a_look_alike_that_is_the_entry(there: Path) -> None:
    text = CLEAN.replace(QUESTIONS, ASKED).replace("an empty file:", "`KeyError: 'port'`:")
    found = trip(there, text, OUTPUT)
    assert found.look_alikes == 2
    assert [(f.code, f.line) for f in found.findings] == [("KB603", 82)]
