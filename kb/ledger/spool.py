"""The spool of misses: what look-ups append in microseconds, and the ledger folds in later. Standard library only."""

import fcntl
import os
from time import time
from typing import NamedTuple

from kb import place
from kb.text.normal import clean, fingerprint
from kb.text.query import QueryLine
from kb.text.redact import redacted
from kb.text.reduce import reduce

FULL = 1_000_000
"""Bytes of a spool. A miss that finds it full is not kept."""
SAMPLE = 1500
"""Characters of a miss that are kept: of its lines those that say most."""
FIELD, RECORD = "\x1f", "\x1e"
"""Between fields; before and after each record, so that a torn one spoils itself alone. No cleaned text has them."""


class Miss(NamedTuple):
    """A look-up that found nothing."""

    at: int
    """Seconds since 1970."""
    fingerprint: int
    line: str
    """The line that says most, redacted."""
    sample: str


def note(query: str) -> None:
    """Append a look-up that found nothing. Never fails; a query that says too little to be known by is passed over."""
    lines = reduce(redacted(clean(query)))
    if not lines:
        return
    best = max(lines, key=lambda line: (line.weight, line.number)).text
    known_by = fingerprint(best)
    if known_by is None:
        return
    fields = (str(int(time())), str(known_by), best, _sample(lines))
    try:
        _append(RECORD + FIELD.join(fields) + RECORD)
    except OSError:
        return


def path() -> str:
    return os.path.join(place.state_folder(), "misses.spool")


def records(spooled: bytes) -> list[Miss]:
    """The misses of a spool; what was torn is left out."""
    found = []
    for record in spooled.decode("utf-8", "replace").split(RECORD):
        at, _, rest = record.partition(FIELD)
        known_by, _, rest = rest.partition(FIELD)
        line, field, sample = rest.partition(FIELD)
        try:
            miss = Miss(int(at[:10]), int(known_by[:20]), line, sample)
        except ValueError:
            continue
        if field and miss.fingerprint.bit_length() < 64 and "\0" not in record:
            found.append(miss)
    return found


def _sample(lines: list[QueryLine]) -> str:
    room, kept = SAMPLE, []
    for line in sorted(lines, key=lambda line: -line.weight):
        room -= len(line.text) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(line.text for line in sorted(kept, key=lambda line: line.number))


def _append(record: str) -> None:
    spool = path()
    while True:
        try:
            file = os.open(spool, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(spool), 0o700)
            continue
        try:
            # Shared with other look-ups. Who folds renames the spool, then waits for those that write into it.
            fcntl.flock(file, fcntl.LOCK_SH)
            opened = os.fstat(file)
            if not _still(spool, opened):
                continue
            if opened.st_size < FULL:
                os.write(file, record.encode("utf-8", "replace"))
            return
        finally:
            os.close(file)


def _still(spool: str, opened: os.stat_result) -> bool:
    try:
        return os.stat(spool).st_ino == opened.st_ino
    except FileNotFoundError:
        return False
