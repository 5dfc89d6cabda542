"""Faults, tried: `python -m bench.faults [NAME…] [--short]`, then `python -m bench.faults --table`.

Processes are killed with SIGKILL at random moments while they build a catalog, take a new one, write outcomes; the
database is stopped, the disk is full, catalogs are spoilt, clients are slow, huge or both. A process that is killed is
forked from one that has imported everything, so that the kill strikes in the work and not in the imports. Each run
adds a line to bench/faults.jsonl, from which `--table` writes docs/faults.md. Needs what the tests need: PostgreSQL;
root for the small file system (an ordinary user gets a limit on the size of files in its place).
"""

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.faults_outside import (
    ENTRIES,
    ERROR,
    ROOT,
    Tried,
    flipped,
    foreign,
    huge_bodies,
    long_logs,
    slow_clients,
    truncated,
)
from bench.page import put
from kb.errors import LedgerDown

LOG, DOCS = ROOT / "bench" / "faults.jsonl", ROOT / "docs" / "faults.md"
sys.path.insert(0, str(ROOT / "tests"))


Trial = Callable[[int, random.Random, Path], Tried]


# Killed


def killed(work: Callable[[Callable[[str], None]], None], chance: random.Random, within: float = 0.15) -> list[str]:
    """The whole lines that a process said before it was killed, at a random moment of so many seconds of `work`."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            work(lambda line: os.write(write, f"{line}\n".encode()) and None)
        finally:
            os._exit(7)  # it is to be killed, never to end
    os.close(write)
    time.sleep(chance.uniform(0.001, within))
    os.kill(pid, signal.SIGKILL)
    with os.fdopen(read, "rb") as said:
        lines = said.read().split(b"\n")[:-1]
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "it ended by itself"
    return [line.decode() for line in lines]


def _two(folder: Path) -> list[list[object]]:
    """Entries for two catalogs that can be told apart by their number."""
    from kb.entry.folder import read_folder

    found = [e for e in read_folder(ROOT / "entries").entries if e.id in ENTRIES]
    return [found[:2], found[:3]]


def _whole(path: Path) -> str | None:
    """What is wrong with a catalog that should be one of the two, whole."""
    from kb.catalog.read import Snapshot

    try:
        snapshot = Snapshot(str(path))
        snapshot.check()
        ids = [id for id, _ in snapshot.ids()]
        for id in ids:
            snapshot.entry(id)
        return None if len(ids) in (2, 3) else f"{len(ids)} entries"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def kill_build(times: int, chance: random.Random, folder: Path) -> Tried:
    """A build is killed: the catalog is the old one or the new one, whole; what was left beside it goes."""
    from kb.catalog.build import write

    two, out = _two(folder), folder / "catalog"
    start = time.monotonic()
    write(two[0], out)  # type: ignore[arg-type]
    one = time.monotonic() - start

    def work(say: Callable[[str], None]) -> None:
        while True:
            for entries in reversed(two):
                write(entries, out)  # type: ignore[arg-type]
                say("built")

    built, lost = 0, []
    for _ in range(times):
        built += len(killed(work, chance, 5 * one))
        if fault := _whole(out):
            lost.append(fault)
    left = list(folder.glob(".catalog.*"))
    for rest in left:
        os.utime(rest, (0, 0))
    write(two[0], out)  # type: ignore[arg-type]
    lost += [path.name for path in folder.iterdir() if path != out]
    return Tried(times, lost, f"{built:,} builds ended before the kill, {len(left):,} left a file behind")


def kill_swap(times: int, chance: random.Random, folder: Path) -> Tried:
    """A process that follows a catalog is killed while it takes a new one: what was taken last is whole."""
    from kb import service
    from kb.catalog.build import write
    from kb.catalog.fetch import Source, write_digest

    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    two, out, stop = _two(folder), folder / "catalog", threading.Event()
    made = []
    for n, entries in enumerate(two):
        made.append(folder / f"made{n}")
        write(entries, made[n])  # type: ignore[arg-type]

    def publish() -> None:
        while True:
            for each in made:
                shutil.copyfile(each, folder / "new")
                (folder / "new").replace(out)
                write_digest(out)
                if stop.wait(0.004):
                    return

    def work(say: Callable[[str], None]) -> None:
        source = Source(str(out))
        while True:
            with contextlib.suppress(Exception):  # the file and its digest are two files: refused, then asked again
                if found := source.newer(service._catalog[0].version if service._catalog else ""):
                    service.swap(found)
                    say(f"{found.count} {len(service.snapshot().ids())}")

    publisher = threading.Thread(target=publish)
    publisher.start()
    swaps, lost = 0, []
    try:
        for _ in range(times):
            said = killed(work, chance)
            swaps += len(said)
            lost += [line for line in said if line not in ("2 2", "3 3")]
            kept = Source(str(out)).last_good()
            if kept and (fault := _whole(Path(kept.path))):
                lost.append(fault)
    finally:
        stop.set()
        publisher.join()
    return Tried(times, lost, f"{swaps:,} catalogs taken")


def _outcomes(times: int, chance: random.Random, address: str) -> Tried:
    from sqlalchemy import create_engine, text

    from kb import service
    from kb.ledger.store import close

    os.environ["KB_LEDGER"] = address
    service.report(ENTRIES[0], 1, True, note="first", patience=30)
    close()

    acknowledged: set[str] = set()
    lost: list[str] = []
    engine = create_engine(address)
    for kill in range(times):

        def work(say: Callable[[str], None], kill: int = kill) -> None:
            for n in range(1_000_000):
                with contextlib.suppress(LedgerDown):
                    service.report(ENTRIES[0], 1, True, reporter="r", note=f"note {kill} {n}", patience=20)
                    say(f"note {kill} {n}")

        acknowledged |= set(killed(work, chance))
        if kill % 50 == 49 or kill == times - 1:
            with engine.connect() as connection:
                rows = [note for (note,) in connection.execute(text("select note from outcome"))]
            lost += sorted(acknowledged - set(rows)) + ["twice"] * (len(rows) - len(set(rows)))
    engine.dispose()
    return Tried(times, lost, f"{len(acknowledged):,} outcomes acknowledged")


def kill_sqlite(times: int, chance: random.Random, folder: Path) -> Tried:
    """A process that writes outcomes into SQLite is killed: every acknowledged outcome is there, once."""
    return _outcomes(times, chance, f"sqlite:///{folder}/ledger.sqlite")


@contextlib.contextmanager
def _postgres() -> Iterator[object]:
    from postgres import Postgres  # type: ignore[import-not-found]

    server = Postgres()
    try:
        yield server
    finally:
        server.close()


def kill_postgresql(times: int, chance: random.Random, folder: Path) -> Tried:
    """The same with PostgreSQL."""
    with _postgres() as server:
        return _outcomes(times, chance, server.database())  # type: ignore[attr-defined]


def stop_postgresql(times: int, chance: random.Random, folder: Path) -> Tried:
    """PostgreSQL is stopped at once and started again while four threads write: refusals, nothing lost, it goes on."""
    from sqlalchemy import create_engine, text

    from kb import service
    from kb.ledger.store import close

    said: list[str] = []
    refused: list[float] = []
    stop = threading.Event()

    def write(name: int) -> None:
        n = 0
        while not stop.is_set():
            start = time.monotonic()
            try:
                service.report(ENTRIES[0], 1, True, reporter="r", note=f"{name} {n}")
                said.append(f"{name} {n}")
            except LedgerDown:
                refused.append(time.monotonic() - start)
            n += 1

    with _postgres() as server:
        os.environ["KB_LEDGER"] = address = server.database()  # type: ignore[attr-defined]
        service.report(ENTRIES[0], 1, True, note="first", patience=30)
        threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        lost = []
        for _ in range(times):
            before = len(said)
            server.stop(chance.choice(("immediate", "fast")))  # type: ignore[attr-defined]
            service.lookup(ERROR)
            server.start()  # type: ignore[attr-defined]
            until = time.monotonic() + 30
            while len(said) <= before + 3 and time.monotonic() < until:
                time.sleep(0.01)
            if len(said) <= before + 3:
                lost.append("no outcome was taken after the start")
        stop.set()
        for thread in threads:
            thread.join()
        close()
        engine = create_engine(address)
        with engine.connect() as connection:
            rows = {note for (note,) in connection.execute(text("select note from outcome"))}
        engine.dispose()
    lost += sorted(set(said) - rows)
    longest = max(refused, default=0.0)
    return Tried(
        times, lost, f"{len(said):,} acknowledged, {len(refused):,} refused, the longest after {longest:.1f} s"
    )


# A full disk


def full_disk(times: int, chance: random.Random, folder: Path) -> Tried:
    """A build and outcomes on a full file system: the old catalog stays, nothing acknowledged is lost, it goes on."""
    from sqlalchemy import create_engine, text

    from kb import service
    from kb.catalog.build import build, write
    from kb.errors import BadCatalog
    from kb.ledger.store import close

    lost: list[str] = []
    small = folder / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2M", "tmpfs", str(small)]
    mounted = os.getuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    had, signalled = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if not mounted:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, had[1]))
    acknowledged = refused = 0
    try:
        write(_two(folder)[0], small / "catalog")  # type: ignore[arg-type]
        before = (small / "catalog").read_bytes()
        for n in range(times):
            try:
                build([ROOT / "entries"], small / "catalog")
                lost.append("a catalog larger than the disk")
            except BadCatalog as error:
                refused += "free some space" in str(error)
            if (small / "catalog").read_bytes() != before or list(small.glob(".catalog*")):
                lost.append("the catalog, or a rest beside it")
            ledger = small / f"{n}.sqlite"
            os.environ["KB_LEDGER"] = f"sqlite:///{ledger}"
            notes = []
            with contextlib.suppress(LedgerDown):
                while len(notes) < 4000:
                    service.report(ENTRIES[0], 1, True, reporter="r", note=f"{len(notes)} " + "n" * 480, patience=20)
                    notes.append(f"{len(notes)} " + "n" * 480)
            acknowledged += len(notes)
            if len(notes) == 4000:
                lost.append("the disk was never full")
            close()
            engine = create_engine(f"sqlite:///{ledger}")
            with engine.connect() as connection:
                rows = {note for (note,) in connection.execute(text("select note from outcome"))}
            engine.dispose()
            lost += sorted(set(notes) - rows)
            for rest in small.glob(f"{n}.sqlite*"):
                rest.unlink()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, had)
        signal.signal(signal.SIGXFSZ, signalled)
        close()
        if mounted:
            subprocess.run(["umount", "-l", str(small)], check=True)
    how = "a file system of 2 MB" if mounted else "a limit on the size of files"
    return Tried(times, lost, f"{how}; {refused} builds refused, {acknowledged:,} outcomes acknowledged")


TRIALS: dict[str, tuple[Trial, int, int]] = {
    "kill-build": (kill_build, 1000, 15),
    "kill-swap": (kill_swap, 1000, 15),
    "kill-sqlite": (kill_sqlite, 1000, 10),
    "kill-postgresql": (kill_postgresql, 1000, 8),
    "stop-postgresql": (stop_postgresql, 50, 1),
    "full-disk": (full_disk, 20, 1),
    "flipped": (flipped, 2000, 10),
    "truncated": (truncated, 500, 5),
    "foreign": (foreign, 500, 5),
    "slow-clients": (slow_clients, 500, 100),
    "huge-bodies": (huge_bodies, 20, 2),
    "long-logs": (long_logs, 5, 1),
}
"""Each with how often it is tried, and how often in the short form."""


def tried(name: str, times: int, seed: int) -> Tried:
    """One trial, in a folder of its own and with the state of nobody."""
    kept = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="kb-faults-") as folder:
        os.environ["XDG_STATE_HOME"] = f"{folder}/state"
        try:
            return TRIALS[name][0](times, random.Random(f"{name} {seed}"), Path(folder))
        finally:
            os.environ.clear()
            os.environ.update(kept)


def run(name: str, times: int, seed: int, kept: bool) -> bool:
    """Try one, say and where `kept` write down what came of it; whether everything held."""
    start = time.monotonic()
    found = tried(name, times, seed)
    record = {"trial": name, "times": found.times, "lost": len(found.lost), "seen": found.seen, "seed": seed}
    record |= {"seconds": round(time.monotonic() - start), "date": time.strftime("%Y-%m-%d")}
    if kept:
        with LOG.open("a") as file:
            file.write(json.dumps(record) + "\n")
    print(json.dumps(record), *found.lost[:5], sep="\n  ", flush=True)
    return not found.lost


def table() -> str:
    """The last run of each trial, as Markdown."""
    last = {}
    for line in LOG.read_text().splitlines():
        record = json.loads(line)
        last[record["trial"]] = record
    rows = ["| trial | what is tried | times | lost | seen | seed, seconds |", "|---|---|---|---|---|---|"]
    for name, (trial, *_) in TRIALS.items():
        said = " ".join((trial.__doc__ or "").split())
        if name in last:
            r = last[name]
            counts = f"{r['times']:,} | {r['lost']:,} | {r['seen']} | {r['seed']}, {r['seconds']:,} s"
            rows.append(f"| `{name}` | {said} | {counts} |")
        else:
            rows.append(f"| `{name}` | {said} | not yet run | | | |")
    return "\n".join(rows)


def main() -> int:
    """Exit status 1 where something did not hold."""
    assert __doc__
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("names", nargs="*", choices=[*TRIALS, []], metavar="NAME")
    parser.add_argument("--short", action="store_true", help="few times, as the tests do; not written down")
    parser.add_argument("--times", type=int, help="how often, in place of the usual")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="write the table in docs/faults.md")
    asked = parser.parse_args()
    if asked.table:
        put(DOCS, "faults", table())
        return 0
    few = 2 if asked.short else 1
    held = [run(n, asked.times or TRIALS[n][few], asked.seed, not asked.short) for n in asked.names or TRIALS]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
