"""The file of verdicts beside an entry: `<slug>.evidence.json`. Generated: what was replayed, where, when."""

import hashlib
import json
import os
import re
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

from kb import place
from kb.entry.model import Entry


@dataclass(frozen=True, slots=True)
class Evidence:
    hash: str
    """Of what was replayed."""
    verdicts: dict[str, str]
    """`verified` or `prose`, by number of the option; `0` is Symptom, `99` *What does not help*."""
    date: str
    platform: str
    """As in `Debian 12, x86_64`."""
    versions: dict[str, str]
    """What it ran on, by name."""


_LARGEST = 65_536


def path_of(entry: Entry) -> Path:
    return Path(entry.path).with_suffix(".evidence.json")


def hash_of(entry: Entry) -> str:
    """The hash of all that a replay depends on: needs, platforms, stub, the Symptom and Fix sections."""
    parts = [
        entry.needs,
        entry.platforms,
        entry.stub,
        entry.symptom.source,
        [[option.number, option.title, option.source] for option in entry.options],
        entry.not_helping and entry.not_helping.source,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def read(entry: Entry) -> Evidence | None:
    """The evidence of an entry; None where there is none, or what lies there is not what `write` writes."""
    try:
        # Neither followed nor waited for: a stranger's link may lead anywhere, a pipe may never end.
        handle = os.open(path_of(entry), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            ordinary = stat.S_ISREG(os.fstat(handle).st_mode)
            evidence = Evidence(**json.loads(file.read(_LARGEST) if ordinary else b""))
        said = [evidence.hash, evidence.platform, *evidence.versions, *evidence.versions.values()]
        right = all(text.isprintable() and len(text) <= 100 for text in said) and all(
            part.isdigit() and verdict in ("verified", "prose") for part, verdict in evidence.verdicts.items()
        )
        return evidence if right and re.fullmatch(r"\d{4}-\d\d-\d\d", evidence.date) else None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None


def holds(entry: Entry, evidence: Evidence | None) -> bool:
    """Whether the evidence is of the entry's present text."""
    return evidence is not None and evidence.hash == hash_of(entry)


def write(entry: Entry, evidence: Evidence) -> None:
    """Put the file beside the entry, in one step."""
    text = json.dumps(asdict(evidence), indent=2, sort_keys=True, ensure_ascii=False)
    place.write(path_of(entry), f"{text}\n".encode())


def remove(entry: Entry) -> None:
    """Take the evidence away: the entry did not come out as it says."""
    path_of(entry).unlink(missing_ok=True)
