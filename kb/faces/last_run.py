"""The last command that failed under `kb run`, kept in the state folder for `kb draft`: redacted, and bounded."""

import json
import os
from pathlib import Path
from typing import NamedTuple

from kb import place
from kb.text.redact import redact

MOST = 400_000
"""Characters of the output that are kept: all that `kb run` remembers, its head and its tail."""


class LastRun(NamedTuple):
    command: list[str]
    status: int
    """As a shell has it."""
    output: str


def path() -> Path:
    return Path(place.state_folder(), "last-run.json")


def save(command: list[str], status: int, output: str) -> None:
    """Keep a failed command and what it printed, without secrets, in place of the one before. Never fails."""
    words = [redact(word)[:1000] for word in command[:100]]
    kept = json.dumps({"command": words, "status": status, "output": redact(output[-MOST:])})
    beside = path().with_suffix(f".{os.getpid()}")
    try:
        beside.parent.mkdir(0o700, parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(kept)
        beside.replace(path())
    except OSError:
        return


def load() -> LastRun | None:
    """The last command that failed; None where there was none, or what is kept cannot be read."""
    try:
        kept = json.loads(path().read_text(encoding="utf-8"))
        return LastRun([str(word) for word in kept["command"]], int(kept["status"]), str(kept["output"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
