"""Trials of bench/faults.py from outside: catalogs that are spoilt, clients that are slow or huge."""

import contextlib
import http.client
import io
import os
import random
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
ENTRIES = ("python/numpy-abi", "python/json-empty-body", "shell/crlf-bad-interpreter", "git/detached-head")
ERROR = "ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88"


class Tried(NamedTuple):
    times: int
    lost: list[str]
    """What did not hold. Nothing, as it should be."""
    seen: str = ""
    """What became of it, in numbers."""


# Catalogs that are spoilt


def _asked(path: Path) -> str:
    """What the command line answers from this catalog, and its exit status; raises what it lets through."""
    from kb import service
    from kb.errors import KbError
    from kb.faces import cli

    os.environ["KB_CATALOG"] = str(path)
    service._catalog.clear()
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        for argv in ([ERROR], ["show", ENTRIES[1]], ["json decode error expecting value, empty body"], ["list"]):
            try:
                out.write(f"{cli.run(argv)}\n")
            except KbError as error:
                return f"refused: {type(error).__name__}"
    return out.getvalue()


def _spoilt(times: int, folder: Path, spoil: Callable[[bytearray], bytearray | None]) -> Tried:
    from kb.catalog.build import build
    from kb.catalog.fetch import Source, write_digest
    from kb.errors import BadCatalog

    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    good, bad = folder / "good", folder / "bad"
    build([ROOT / "entries"], good)
    right, whole = _asked(good), good.read_bytes()
    write_digest(good)
    (folder / "bad.sha256").write_text((folder / "good.sha256").read_text())
    counts = {"refused": 0, "right": 0, "other": 0}
    lost: list[str] = []
    for n in range(times):
        spoilt = spoil(bytearray(whole))
        if spoilt is None:
            continue
        bad.write_bytes(spoilt)
        read, write = os.pipe()
        pid = os.fork()  # a process of its own: it may crash
        if pid == 0:
            try:
                said = _asked(bad)
                said = said if said.startswith("refused") else "right" if said == right else "other"
            except BaseException as error:
                said = f"lost {type(error).__name__}: {error}"
            try:
                Source(str(bad)).newer()
                said += " taken"
            except BadCatalog:
                pass
            except BaseException as error:
                said = f"lost {type(error).__name__}: {error}"
            os.write(write, said.encode()[:4000])
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as answer:
            said = answer.read().decode()
        status = os.waitpid(pid, 0)[1]
        if status or said.startswith("lost") or "taken" in said:
            lost.append(f"{n}: {said or os.WTERMSIG(status)}")
        else:
            counts[said.split(":")[0]] += 1
    seen = f"{counts['refused']:,} refused, {counts['right']:,} answered rightly, {counts['other']:,} otherwise"
    return Tried(times, lost, f"read by path: {seen}; taken by a server, which knows the SHA-256: none")


def flipped(times: int, chance: random.Random, folder: Path) -> Tried:
    """Bits of a catalog are flipped, one to a hundred: refused or answered, no traceback, no crash."""

    def spoil(data: bytearray) -> bytearray:
        for _ in range(chance.choice((1, 1, 2, 10, 100))):
            # Half of them where the structure is: the first pages, and the beginnings of pages.
            at = chance.randrange(len(data))
            at = chance.choice((at, at, at % 20_000, at // 4096 * 4096 + at % 12))
            data[at] ^= 1 << chance.randrange(8)
        return data

    return _spoilt(times, folder, spoil)


def truncated(times: int, chance: random.Random, folder: Path) -> Tried:
    """A catalog is cut, or what stands in it is zeroed from some place on."""

    def spoil(data: bytearray) -> bytearray:
        at = chance.randrange(len(data))
        if chance.random() < 0.5:
            return data[: chance.choice((at, at // 4096 * 4096, at % 200))]
        return data[:at] + bytes(len(data) - at)

    return _spoilt(times, folder, spoil)


def foreign(times: int, chance: random.Random, folder: Path) -> Tried:
    """Files that are no catalog: other databases, text, pictures, random bytes, of any length."""
    other = folder / "other"
    with contextlib.closing(sqlite3.connect(other)) as db:
        db.execute("create table entry (n integer)")
        db.execute("pragma application_id = 1802633217")
        db.commit()
    files = [
        other.read_bytes(),
        b"",
        b"SQLite format 3\0",
        b"\x89PNG\r\n\x1a\n" * 900,
        (ROOT / "README.md").read_bytes(),
    ]

    def spoil(data: bytearray) -> bytearray:
        if chance.random() < 0.3:  # our header, and then anything
            return data[: chance.choice((16, 100, 4096))] + chance.randbytes(len(data) // 64)
        return bytearray(chance.choice([*files, chance.randbytes(chance.randrange(100_000))]))

    return _spoilt(times, folder, spoil)


# Clients


@contextlib.contextmanager
def serving(folder: Path, **env: str) -> Iterator[tuple[int, int]]:
    """(port, process id) of a `kb serve` of its own."""
    env = {**os.environ, "KB_LEDGER": "off", "XDG_STATE_HOME": str(folder), **env}
    env.pop("KB_CATALOG", None)
    argv = [sys.executable, "-m", "kb.faces.cli", "serve", "--port", "0", "--rate", "off"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=log, env=env, cwd=ROOT)
    assert process.stdout
    try:
        yield int(process.stdout.readline().split()[-1].rstrip(b"/").rpartition(b":")[2]), process.pid
        assert process.poll() is None, "the server ended"
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _ask(port: int, body: bytes = ERROR.encode()) -> float:
    """Seconds until the right answer came."""
    start = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/api/v1/lookup", body)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status == 200 and ENTRIES[0].encode() in text, (answer.status, text[:200])
    return time.monotonic() - start


def _memory(pid: int) -> int:
    """Megabytes that a process has had at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


def slow_clients(times: int, chance: random.Random, folder: Path) -> Tried:
    """Clients that send a byte now and then, stop in the middle, or never read: others are answered."""
    lost: list[str] = []
    with serving(folder) as (port, _):
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(times)]
        starts = (
            b"",
            b"POST /api/v1/lookup HT",
            b"POST /api/v1/lookup HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nx",
        )
        for n, client in enumerate(slow):
            client.sendall(starts[n % len(starts)])
        waits = []
        for _ in range(60):
            for client in chance.sample(slow, min(20, len(slow))):
                with contextlib.suppress(OSError):
                    client.send(b"x")
            try:
                waits.append(_ask(port))
            except (AssertionError, OSError) as error:
                lost.append(f"{error}")
        for client in slow:
            client.close()
    longest = max(waits, default=0.0) * 1000
    return Tried(times, lost, f"{len(waits)} others answered meanwhile, the slowest in {longest:.0f} ms")


def huge_bodies(times: int, chance: random.Random, folder: Path) -> Tried:
    """Bodies of 200 MB, with their length and in chunks: refused, the memory stays, others are answered."""
    lost: list[str] = []
    statuses: dict[str, int] = {}
    piece = b"x" * (1 << 20)
    with serving(folder) as (port, pid):
        _ask(port)
        before = _memory(pid)
        for n in range(times):
            status = b""
            with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
                how = b"Content-Length: 209715200" if n % 2 else b"Transfer-Encoding: chunked"
                with contextlib.suppress(OSError):
                    client.sendall(b"POST /api/v1/lookup HTTP/1.1\r\nHost: a\r\n" + how + b"\r\n\r\n")
                    for _ in range(200):
                        client.sendall(piece if n % 2 else b"100000\r\n" + piece + b"\r\n")
                    client.sendall(b"" if n % 2 else b"0\r\n\r\n")
                with contextlib.suppress(OSError):
                    status = client.recv(12)[9:12]
            said = status.decode() or "cut off"
            statuses[said] = statuses.get(said, 0) + 1
            if said not in ("413", "cut off", "400"):
                lost.append(f"a body of 200 MB: {said}")
            try:
                _ask(port)
            except (AssertionError, OSError) as error:
                lost.append(str(error))
        grown = _memory(pid) - before
        if grown > 64:
            lost.append(f"{grown} MB more memory")
    how = ", ".join(f"{said} {n} times" for said, n in sorted(statuses.items()))
    return Tried(times, lost, f"{how}; {grown} MB more memory")


def long_logs(times: int, chance: random.Random, folder: Path) -> Tried:
    """A log of a million lines on standard input, the error at its end: the right answer in little memory."""
    lost, most, longest = [], 0, 0.0
    log = folder / "million.log"
    with log.open("w") as file:
        for n in range(1_000_000):
            file.write(
                f"2026-11-25T10:{n // 60_000 % 60:02}:{n % 60:02}Z INFO worker-{n % 7} took job {n} of queue a\n"
            )
        file.write(f"Traceback (most recent call last):\n{ERROR}\n")
    env = {**os.environ, "KB_LEDGER": "off"}
    env.pop("KB_CATALOG", None)
    for _ in range(times):
        start = time.monotonic()
        with log.open("rb") as file:
            argv = [sys.executable, "-m", "kb.faces.cli"]
            process = subprocess.Popen(
                argv, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, cwd=ROOT
            )
            assert process.stdout
            out = process.stdout.read()
            _, process.returncode, used = os.wait4(process.pid, 0)
        longest = max(longest, time.monotonic() - start)
        most = max(most, used.ru_maxrss >> 10)
        if ENTRIES[0].encode() not in out or b"Traceback" in out.partition(b"```")[0]:
            lost.append(out[:200].decode("utf-8", "replace"))
    size = log.stat().st_size >> 20
    return Tried(times, lost, f"{size} MB each; at most {longest:.1f} s, {most} MB")
