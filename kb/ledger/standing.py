"""How an entry's options fare, read on the way of a look-up: cheap, and silent when the ledger cannot be read."""

import os
import sqlite3
from collections.abc import Sequence
from time import monotonic

from kb.catalog.read import uri
from kb.ledger import where
from kb.named import NamedTuple


class Standing(NamedTuple):
    option: int
    worked: int
    """Of how many reporters the last word is that it worked."""
    reports: int
    """How many reporters have said something."""


VOTES = """(
    select option, worked, tokens, row_number() over (partition by option, reporter order by n desc) as age
    from outcome where entry in ({ids}) and revision = :revision) as vote where age = 1"""
STANDINGS = f"""
    select option, sum(case when worked then 1 else 0 end), count(*) from {VOTES} group by option order by 1"""  # noqa: S608
TOKENS = f"select tokens from {VOTES} and worked and tokens is not null order by 1"  # noqa: S608
"""Of every reporter the last word counts. Portable between SQLite and PostgreSQL; `ids`: a parameter for each."""

PATIENCE = 0.5
"""Seconds that a look-up waits for the ledger."""
KEPT, REMEMBERED = 5.0, 10_000
"""Seconds for which a process remembers what the ledger said, and of how many entries."""

Found = tuple[tuple[Standing, ...], tuple[int, ...]]
_files: dict[str, sqlite3.Connection] = {}
_remembered: dict[tuple[str, str, str], tuple[float, Found]] = {}


def standing(ids: Sequence[str], revision: str) -> Found:
    """How an entry's options fare, and the tokens that its working outcomes measured; nothing without a ledger.

    `ids`: its id, then those that it had before.
    """
    address = where.outcomes()
    if not address:
        return (), ()
    until, found = _remembered.get((address, ids[0], revision), (0.0, ((), ())))
    if monotonic() < until:
        return found
    file = where.sqlite_file(address)
    of = {"revision": revision} | {f"id{n}": id for n, id in enumerate(ids)}
    standings, tokens = (s.format(ids=", ".join(f":id{n}" for n in range(len(ids)))) for s in (STANDINGS, TOKENS))
    found = _of_server(address, standings, tokens, of) if file is None else _of_file(file, standings, tokens, of)
    if len(_remembered) >= REMEMBERED:
        _remembered.clear()
    _remembered[address, ids[0], revision] = (monotonic() + KEPT, found)
    return found


def forget() -> None:
    """Read afresh: an outcome was written here, or this is a new process."""
    _remembered.clear()


def _of_file(path: str, standings: str, tokens: str, of: dict[str, str]) -> Found:
    try:
        if path not in _files:
            os.stat(path)
            _files[path] = sqlite3.connect(uri(path, "mode=ro"), uri=True, timeout=PATIENCE, check_same_thread=False)
        found = tuple(Standing(*row) for row in _files[path].execute(standings, of))
        return found, tuple(t for (t,) in _files[path].execute(tokens, of)) if found else ()
    except (OSError, sqlite3.Error):
        _files.pop(path, None)
        return (), ()


def _of_server(address: str, standings: str, tokens: str, of: dict[str, str]) -> Found:
    from kb.errors import KbError

    try:
        from sqlalchemy import text

        from kb.ledger.store import ledger

        return ledger(address).run(
            lambda db: (
                tuple(Standing(*row) for row in db.execute(text(standings), of)),
                tuple(t for (t,) in db.execute(text(tokens), of)),
            ),
            PATIENCE,
        )
    except KbError:
        return (), ()
