"""A ledger that is down: look-ups go on, outcomes are refused and said to be, and nothing waits for it."""

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import ENTRY, ERROR, Run
from postgres import Postgres
from sqlalchemy import create_engine, text

from kb import service
from kb.errors import LedgerDown
from kb.ledger import standing, store


def report(reporter: str) -> bool:
    try:
        service.report(ENTRY, 1, True, reporter=reporter)
        return True
    except LedgerDown:
        return False


def reports() -> int:
    standing.forget()
    return service.show(ENTRY).options[0].reports


@pytest.fixture
def asks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that was down is asked again at the next call, not five seconds later."""
    monkeypatch.setattr(LedgerDown, "retry_after", 0)


def test_postgresql_stopped_and_started(in_postgres: str, postgres: Postgres, asks_at_once: None) -> None:
    service.report(ENTRY, 1, True, reporter="before", patience=20)
    assert reports() == 1

    postgres.stop()
    try:
        assert not report("meanwhile")
        assert reports() == 0
        assert service.lookup(ERROR).decision == "match"
    finally:
        postgres.start()

    service.report(ENTRY, 1, True, reporter="after", patience=20)
    assert reports() == 2


def test_postgresql_that_hangs_in_mid_connection(in_postgres: str, postgres: Postgres, asks_at_once: None) -> None:
    service.report(ENTRY, 1, True, reporter="before", patience=20)

    with postgres.frozen():
        with ThreadPoolExecutor(30) as workers:
            assert set(workers.map(report, "abcdefghijklmnopqrstuvwxyz")) == {False}
        assert reports() == 0
        assert service.lookup(ERROR).decision == "match"

    service.report(ENTRY, 1, True, reporter="after", patience=20)
    assert reports() >= 2


def test_a_table_that_is_locked(in_postgres: str, asks_at_once: None) -> None:
    service.report(ENTRY, 1, True, reporter="before", patience=20)
    other = create_engine(in_postgres)
    with other.connect() as holder:
        holder.execute(text("lock table outcome in access exclusive mode"))
        assert not report("meanwhile")
    other.dispose()

    service.report(ENTRY, 1, True, reporter="after", patience=20)
    assert reports() == 2


class Silent:
    """A server that takes connections and never says a word."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.taken: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.taken.append(self.listening.accept()[0])

    def close(self) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for connection in self.taken:
            connection.close()


@pytest.fixture
def silent(own: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Silent]:
    server = Silent()
    monkeypatch.setenv("KB_LEDGER", f"postgresql://kb:hush@127.0.0.1:{server.listening.getsockname()[1]}/ledger")
    yield server
    server.close()


def test_a_server_that_never_answers_is_asked_once_and_left_alone(silent: Silent) -> None:
    for _ in range(50):
        assert service.lookup(ERROR).decision == "match"
        assert reports() == 0
        assert not report("meanwhile")

    assert len(silent.taken) == 1


def test_the_password_of_the_ledger_is_not_shown(silent: Silent) -> None:
    with pytest.raises(LedgerDown) as refused:
        service.report(ENTRY, 1, True)

    assert "hush" not in str(refused.value)
    assert "try again in 5 s" in str(refused.value)


def test_nobody_listens(own: Path, kb: Run) -> None:
    env = {"KB_LEDGER": "postgresql://kb:hush@127.0.0.1:1/ledger"}

    assert kb(ERROR, env=env).returncode == 0
    for command in (["outcome", ENTRY, "1", "worked"], ["misses"]):
        got = kb(*command, env=env)
        assert got.returncode == 4
        assert b"connection" in got.stderr.lower()
        assert b"hush" not in got.stderr
        assert b"Traceback" not in got.stderr


def test_a_sqlite_ledger_that_is_locked_is_refused_and_no_pause_follows(own: Path) -> None:
    service.report(ENTRY, 1, True, reporter="before", patience=20)
    with contextlib.closing(sqlite3.connect(own / "ledger.sqlite", isolation_level=None)) as holder:
        holder.execute("begin immediate")
        assert not report("meanwhile")
        assert reports() == 1
        holder.execute("rollback")

    service.report(ENTRY, 1, True, reporter="after")
    assert reports() == 2


@pytest.mark.parametrize("what", ["a folder", "another database", "noise"])
def test_a_sqlite_ledger_that_is_none(own: Path, tmp_path: Path, kb: Run, what: str) -> None:
    path = tmp_path / "ledger"
    if what == "a folder":
        path.mkdir()
    elif what == "noise":
        path.write_bytes(os.urandom(5000))
    else:
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("create table outcome (n integer)")
    env = {"KB_LEDGER": str(path)}

    assert kb(ERROR, env=env).returncode == 0
    got = kb("outcome", ENTRY, "1", "worked", env=env)
    assert (got.returncode, got.stderr.count(b"\n")) == (4, 1)


def test_a_full_disk_refuses_and_keeps_what_it_has(own: Path) -> None:
    service.report(ENTRY, 1, True, reporter="before", patience=20)
    store.close()
    code = f"""
import resource, sys
from kb import service
from kb.errors import LedgerDown
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
kept = 0
try:
    while True:
        service.report({ENTRY!r}, 1, True, reporter=f"r{{kept}}", note="x" * 500, patience=20)
        kept += 1
except LedgerDown as down:
    print(kept)
"""
    got = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    kept = int(got.stdout)
    assert kept > 10
    assert reports() == kept + 1
