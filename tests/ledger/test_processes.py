"""Many writers of one ledger, and writers that are killed: what was acknowledged is there."""

import os
import random
import signal
import subprocess
import sys

import pytest
from conftest import ENTRY
from postgres import Postgres
from sqlalchemy import create_engine, text

from kb import service

WRITER = f"""
import os, sys, threading
from kb import service
from kb.errors import LedgerDown

def write(name, times):
    n = 0
    while n < times:
        note = f"{{name}}-{{n}}"
        try:
            service.report({ENTRY!r}, 1, True, reporter=name, note=note, patience=20)
        except LedgerDown as down:
            assert "locked" in str(down) or "answer" in str(down) or "connection" in str(down), down
            continue
        n += 1
        os.write(1, f"{{note}}\\n".encode())  # one line at once, whichever thread

name, threads, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
workers = [threading.Thread(target=write, args=(f"{{name}}-{{t}}", times)) for t in range(threads)]
for worker in workers: worker.start()
for worker in workers: worker.join()
"""


def writer(name: str, threads: int = 1, times: int = 1_000_000) -> "subprocess.Popen[str]":
    """A process that writes outcomes and prints the note of each that was acknowledged."""
    argv = [sys.executable, "-c", WRITER, name, str(threads), str(times)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def acknowledged(process: "subprocess.Popen[str]") -> list[str]:
    """The whole lines it printed until its end."""
    out, err = process.communicate()
    assert err == ""
    return [line for line in out.splitlines(keepends=True) if line.endswith("\n")]


def written(address: str) -> list[str]:
    engine = create_engine(address)
    with engine.connect() as connection:
        rows = [f"{note}\n" for (note,) in connection.execute(text("select note from outcome"))]
    engine.dispose()
    return rows


def test_processes_and_threads_write_at_once(address: str) -> None:
    processes = [writer(f"p{n}", threads=4, times=12) for n in range(3)]
    lines = [line for process in processes for line in acknowledged(process)]

    assert len(lines) == 3 * 4 * 12
    assert sorted(written(address)) == sorted(lines)
    assert service.show(ENTRY).options[0].reports == 12


@pytest.fixture
def chance() -> random.Random:
    return random.Random(20261125)


def test_writers_that_are_killed(address: str, chance: random.Random) -> None:
    lines: list[str] = []
    for kill in range(4):
        processes = [writer(f"k{kill}-{n}", threads=2) for n in range(2)]
        for process in processes:
            assert process.stdout
            lines += [process.stdout.readline() for _ in range(chance.randint(1, 30))]
            os.kill(process.pid, signal.SIGKILL)
        for process in processes:
            lines += acknowledged(process)

    rows = written(address)
    assert len(rows) == len(set(rows))
    assert set(lines) - set(rows) == set()
    service.report(ENTRY, 1, True, patience=20)


def test_a_server_that_is_killed_under_load_loses_nothing(in_postgres: str, postgres: Postgres) -> None:
    process = writer("load", threads=4)
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(50)]
    postgres.stop()
    postgres.start()
    lines += [process.stdout.readline() for _ in range(50)]
    process.kill()
    lines += acknowledged(process)

    assert set(lines) - set(written(in_postgres)) == set()
