"""How an entry's options fare, read on the way of a look-up: cheap, and silent when the ledger cannot be read."""

import os
import sqlite3
from time import monotonic
from typing import NamedTuple

from kb.catalog.read import uri
from kb.ledger import where


class Standing(NamedTuple):
    option: int
    worked: int
    """Of how many reporters the last word is that it worked."""
    reports: int
    """How many reporters have said something."""


VOTES = """
    select option, worked, tokens, row_number() over (partition by option, reporter order by n desc) as age
    from outcome where entry = :entry and revision = :revision"""
STANDINGS = f"""
    select option, sum(case when worked then 1 else 0 end), count(*)
    from ({VOTES}) as vote where age = 1 group by option order by option"""  # noqa: S608
TOKENS = f"select tokens from ({VOTES}) as vote where age = 1 and worked and tokens is not null order by 1"  # noqa: S608
"""Of every reporter the last word counts. Portable between SQLite and PostgreSQL."""

PATIENCE = 0.5
"""Seconds that a look-up waits for PostgreSQL."""
KEPT, REMEMBERED = 5.0, 10_000
"""Seconds for which a process remembers what the ledger said, and of how many entries."""

Found = tuple[tuple[Standing, ...], tuple[int, ...]]
_files: dict[str, sqlite3.Connection] = {}
_remembered: dict[tuple[str, str], tuple[float, Found]] = {}


def standing(entry: str, revision: str) -> Found:
    """How an entry's options fare, and the tokens that its working outcomes measured; nothing without a ledger."""
    address = where.outcomes()
    if not address:
        return (), ()
    until, found = _remembered.get((entry, revision), (0.0, ((), ())))
    if monotonic() < until:
        return found
    file = where.sqlite_file(address)
    found = _of_server(address, entry, revision) if file is None else _of_file(file, entry, revision)
    if len(_remembered) >= REMEMBERED:
        _remembered.clear()
    _remembered[entry, revision] = (monotonic() + KEPT, found)
    return found


def forget() -> None:
    """Read afresh: an outcome was written here, or this is a new process."""
    _remembered.clear()


def _of_file(path: str, entry: str, revision: str) -> Found:
    try:
        if path not in _files:
            os.stat(path)
            _files[path] = sqlite3.connect(uri(path, "mode=ro"), uri=True, timeout=0.2, check_same_thread=False)
        of = {"entry": entry, "revision": revision}
        standings = tuple(Standing(*row) for row in _files[path].execute(STANDINGS, of))
        return standings, tuple(t for (t,) in _files[path].execute(TOKENS, of)) if standings else ()
    except (OSError, sqlite3.Error):
        _files.pop(path, None)
        return (), ()


def _of_server(address: str, entry: str, revision: str) -> Found:
    from kb.errors import KbError

    try:
        from sqlalchemy import text

        from kb.ledger.store import ledger

        of = {"entry": entry, "revision": revision}
        return ledger(address).run(
            lambda db: (
                tuple(Standing(*row) for row in db.execute(text(STANDINGS), of)),
                tuple(t for (t,) in db.execute(text(TOKENS), of)),
            ),
            PATIENCE,
        )
    except KbError:
        return (), ()
