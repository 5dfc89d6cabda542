"""Outcomes: what became of an option, said by those who tried it. Rows are only ever added."""

import os
import secrets
from pathlib import Path
from time import time
from typing import NamedTuple

from sqlalchemy import insert

from kb import place
from kb.catalog.read import StoredEntry
from kb.errors import LedgerDown, Misuse
from kb.ledger import standing, where
from kb.ledger.schema import outcome
from kb.ledger.store import PATIENCE, ledger
from kb.replay.isolation import platform_name
from kb.text.normal import clean
from kb.text.redact import redact

NOTE, NAME = 500, 100
"""Characters that a note, and the names of a platform or a reporter, keep."""
READ = 20_000
"""Characters of a note that are read: what is longer is cut before secrets are looked for."""
MOST_TOKENS = 10_000_000


class Outcome(NamedTuple):
    """An outcome that is on disk."""

    entry: str
    revision: str
    option: int
    worked: bool


def report(
    entry: StoredEntry,
    option: int,
    worked: bool,
    *,
    reporter: str | None = None,
    platform: str | None = None,
    note: str = "",
    tokens: int | None = None,
    patience: float = PATIENCE,
) -> Outcome:
    """Write down what became of an option; as kb.service.report. Raises Misuse, LedgerDown."""
    address = where.outcomes()
    if not address:
        raise Misuse("outcomes are switched off here (KB_LEDGER, KB_OUTCOMES)")
    if option not in {o.number for o in entry.options}:
        raise Misuse(f"{entry.id} has no option {option}; its options: 1 to {len(entry.options)}")
    if tokens is not None and not 0 <= tokens <= MOST_TOKENS:
        raise Misuse(f"tokens {tokens}: from 0 to {MOST_TOKENS}")
    row = {
        "entry": entry.id,
        "revision": entry.revision,
        "option": option,
        "worked": worked,
        "platform": _line(redact(clean((platform_name() if platform is None else platform)[:READ]))),
        "reporter": _line(clean((reporter or "")[:READ])) or installation(),
        "at": int(time()),
        "note": redact(clean(note[:READ])).strip()[:NOTE],
        "tokens": tokens,
    }
    ledger(address).run(lambda db: db.execute(insert(outcome), row), patience)
    standing.forget()
    return Outcome(entry.id, entry.revision, option, worked)


def installation() -> str:
    """The name of this installation as a reporter: random, kept in the state folder. Raises LedgerDown."""
    path = Path(place.state_folder()) / "reporter"
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = path.with_name(f".reporter.{secrets.token_hex(4)}")
            beside.write_text(secrets.token_hex(16))
            try:
                os.link(beside, path)  # of two at once the first one's name stays
            except FileExistsError:
                pass
            finally:
                beside.unlink()
        return path.read_text("ascii").strip()
    except (OSError, ValueError) as error:
        raise LedgerDown(f"{path}: {error}; set XDG_STATE_HOME to a folder that can be written") from None


def _line(text: str) -> str:
    return " ".join(text.split())[:NAME]
