"""The ledger, opened for writing: one engine a process, brought up to date, and no call that outlasts its patience."""

import os
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Semaphore, Thread
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import URL, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from kb.errors import LedgerDown, Misuse
from kb.ledger import where
from kb.ledger.schema import HEAD

T = TypeVar("T")
PATIENCE = 1.0
"""Seconds that a server's worker waits for the ledger, all in all."""
STATEMENT = 900
"""Milliseconds that one statement, or a lock, may take in the database."""
AT_ONCE = 8
"""Connections of one process to PostgreSQL. SQLite has one writer, and its turns are kept here, in order."""


class Ledger:
    """One ledger by its address. Safe to use from any thread."""

    def __init__(self, address: str) -> None:
        """Opens nothing yet. Raises Misuse for an address that is none."""
        self._file = where.sqlite_file(address)
        try:
            self._url = make_url("sqlite://") if self._file else make_url(address)
        except (ArgumentError, ValueError):
            self._url = make_url("none://")
        if not self._file and self._url.drivername != "postgresql+psycopg":
            raise Misuse("KB_LEDGER: a path, sqlite:///PATH, postgresql+psycopg://USER:PASSWORD@HOST/NAME, or off")
        self._engine: Engine | None = None
        self._opening = Lock()
        self._at_once = 1 if self._file else AT_ONCE
        self._slots = Semaphore(self._at_once)
        self._down_until = 0.0

    def run(self, work: Callable[[Connection], T], patience: float = PATIENCE) -> T:
        """`work` in a transaction of its own, committed and on disk when this returns. Raises LedgerDown.

        It runs in a thread that is left behind when it takes longer than `patience` seconds (a server that was
        stopped in the middle answers no signal of ours); what it then still commits was never acknowledged.
        """
        now = monotonic()
        if now < self._down_until:
            raise self._down("it did not answer a moment ago")
        if self._down_until:
            self._pause()  # this call asks whether it is back; the others go on without it
        deadline = now + patience
        if not self._slots.acquire(timeout=patience):
            raise self._down("all connections are busy")
        done: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

        def task() -> None:
            try:
                with self._ready().begin() as connection:
                    result = work(connection)
                self._down_until = 0.0
                done.put((result, None))
            except BaseException as error:  # handed on to the caller
                done.put((None, error))
            finally:
                self._slots.release()

        Thread(target=task, daemon=True).start()
        try:
            result, error = done.get(timeout=max(0.0, deadline - monotonic()))
        except Empty:
            self._pause()
            raise self._down(f"no answer within {patience:g} s") from None
        if isinstance(error, (SQLAlchemyError, OSError)):
            cause = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            self._pause()
            raise self._down(cause) from None
        if error:
            raise error
        return result  # type: ignore[return-value]

    def close(self) -> None:
        """Close its connections, when what still runs is done or has had its time."""
        for _ in range(self._at_once):
            self._slots.acquire(timeout=PATIENCE)
        with self._opening:
            if self._engine:
                self._engine.dispose()
            self._engine = None

    def _pause(self) -> None:
        """Ask a server nothing for a while, so that no worker waits for what is known to be down."""
        if not self._file:
            self._down_until = monotonic() + LedgerDown.retry_after

    def _down(self, cause: str) -> LedgerDown:
        name = self._file if self._file else self._url.render_as_string(hide_password=True)
        return LedgerDown(f"{name}: {cause}; nothing was written, try again in {LedgerDown.retry_after} s")

    def _ready(self) -> Engine:
        with self._opening:
            if not self._engine:
                engine = _sqlite(self._file) if self._file else _postgresql(self._url)
                with engine.connect() as connection:
                    behind = _revision(connection) < HEAD
                if behind:
                    from kb.ledger.migrate import upgrade

                    upgrade(engine)
                self._engine = engine
            return self._engine


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("select version_num from alembic_version")).scalar() or ""


def _sqlite(file: str) -> Engine:
    Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(URL.create("sqlite", database=file), connect_args={"timeout": STATEMENT / 1000})

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _: object) -> None:
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma synchronous=full")

    return engine


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(
            url,
            pool_size=AT_ONCE,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 2,  # the least that libpq takes
                "options": f"-c statement_timeout={STATEMENT} -c lock_timeout={STATEMENT} -c synchronous_commit=on",
                "keepalives_idle": 5,
                "keepalives_interval": 2,
                "keepalives_count": 3,
                "tcp_user_timeout": 10_000,
            },
        )
    except ImportError:
        raise Misuse("a ledger in PostgreSQL needs psycopg: pip install 'kb-errors[postgres]'") from None


_ledgers: dict[str, Ledger] = {}


def ledger(address: str) -> Ledger:
    """The ledger of this process at an address. Raises Misuse."""
    return _ledgers.get(address) or _ledgers.setdefault(address, Ledger(address))


def close() -> None:
    """Close what this process has open; it opens again when it is used."""
    while _ledgers:
        _ledgers.popitem()[1].close()


os.register_at_fork(after_in_child=_ledgers.clear)  # a connection is of the process that opened it
