"""Misses, counted: spools folded into the ledger, and the list of what to write next."""

import fcntl
import logging
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from time import sleep, time
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from kb.errors import LedgerDown
from kb.ledger import spool
from kb.ledger.schema import folded, miss
from kb.ledger.store import PATIENCE, Ledger

log = logging.getLogger("kb")

KEPT = 10_000
"""Misses in the ledger; of more, those are dropped that were seen least often and longest ago."""
DAYS = 30 * 86_400
"""Seconds after which a folded spool's name is forgotten."""


class Counted(NamedTuple):
    times: int
    first: int
    """Seconds since 1970."""
    last: int
    line: str
    """The line that says most, redacted."""
    sample: str
    """The last such query, redacted and cut."""


def fold(ledger: Ledger, patience: float = PATIENCE) -> None:
    """Count what lies in this installation's spool, each miss once whatever breaks off. Raises LedgerDown.

    A file that cannot be read is logged, and the others are counted.
    """
    at = Path(spool.path())
    try:
        if at.exists():
            at.rename(at.with_name(f"misses.{secrets.token_hex(8)}.folding"))
    except FileNotFoundError:
        pass  # another process was first
    except OSError as error:
        raise LedgerDown(f"{at}: {error.strerror}; set XDG_STATE_HOME to a folder that can be written") from None
    for waiting in sorted(at.parent.glob("misses.*.folding")):
        try:
            with waiting.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # look-ups that had it open are done
                fcntl.flock(file, fcntl.LOCK_UN)
                records = spool.records(file.read())
            ledger.run(lambda db, name=waiting.name, found=records: _count(db, name, found), patience)  # type: ignore[misc]
            waiting.unlink(missing_ok=True)
        except FileNotFoundError:
            continue
        except OSError as error:
            log.warning("%s: %s; misses in it are passed over, make it readable or remove it", waiting, error.strerror)


def listed(ledger: Ledger, limit: int, patience: float = PATIENCE) -> list[Counted]:
    """The misses that were seen most often. Raises LedgerDown."""
    columns = (miss.c.count, miss.c.first, miss.c.last, miss.c.line, miss.c.sample)
    wanted = select(*columns).order_by(miss.c.count.desc(), miss.c.last.desc()).limit(limit)
    return ledger.run(lambda db: [Counted(*row) for row in db.execute(wanted)], patience)


def _count(db: Connection, name: str, found: Iterable[spool.Miss]) -> None:
    insert: Any = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
    now = int(time())
    new = insert(folded).values(spool=name, at=now).on_conflict_do_nothing().returning(folded.c.spool)
    if not db.execute(new).first():
        return
    rows: dict[int, dict[str, Any]] = {}
    for m in found:
        row = rows.setdefault(m.fingerprint, {"fingerprint": m.fingerprint, "count": 0, "first": m.at})
        row.update(count=row["count"] + 1, last=m.at, line=m.line, sample=m.sample)
    if rows:
        add = insert(miss)
        later = {name: add.excluded[name] for name in ("last", "line", "sample")}
        update = {"count": miss.c.count + add.excluded["count"], **later}
        # In one order everywhere: two that fold at once never wait for each other.
        db.execute(
            add.on_conflict_do_update(index_elements=["fingerprint"], set_=update), [rows[k] for k in sorted(rows)]
        )
        if (db.execute(select(func.count()).select_from(miss)).scalar() or 0) > KEPT:
            least = select(miss.c.fingerprint).order_by(miss.c.count.desc(), miss.c.last.desc()).offset(KEPT)
            db.execute(delete(miss).where(miss.c.fingerprint.in_(least)))
    db.execute(delete(folded).where(folded.c.at < now - DAYS))


def keep_folding(ledger: Ledger, seconds: float = 30.0) -> None:
    """Fold every so often, from a daemon thread; a ledger that is down is tried again the next time."""

    def work() -> None:
        while True:
            with suppress(LedgerDown):
                fold(ledger)
            sleep(seconds)

    Thread(target=work, name="kb-misses", daemon=True).start()
