"""`kb verify [ID|PATH …]`: replay entries and write the evidence."""

import argparse
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kb.entry import NOT_HELPING_NUMBER
from kb.entry.folder import find, load, roots
from kb.entry.model import Entry
from kb.errors import KbError, Misuse
from kb.replay import evidence, isolation, sandbox
from kb.replay.verify import Replay, verify


def main(argv: list[str]) -> int:
    """Exit status 0: all verified; 1: something is not. Raises Misuse, NoSandbox, KbError."""
    parser = argparse.ArgumentParser(
        prog="kb verify",
        description="Replay entries whose evidence is missing or of an earlier text, and write the evidence.",
        epilog="exit status: 0 all verified, 1 something is not, 2 misuse, 4 no sandbox, or evidence not written",
    )
    parser.add_argument("names", nargs="*", metavar="ID|PATH", help="entries, files, folders (default: all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="replays at once (default: cores)")
    parser.add_argument("--all", action="store_true", help="also those whose evidence still holds")
    parser.add_argument("--stale", metavar="90d", help="also those not replayed for so many days")
    parser.add_argument("--limit", type=int, metavar="N", help="at most N of them, the oldest evidence first")
    parser.add_argument("--no-write", action="store_true", help="leave the evidence files alone")
    asked = parser.parse_args(argv)
    if asked.jobs < 1:
        raise Misuse(f"--jobs {asked.jobs}: at least 1")
    if asked.limit is not None and asked.limit < 1:
        raise Misuse(f"--limit {asked.limit}: at least 1")
    last = _last(asked.stale)
    start = time.monotonic()
    entries, unread = _entries(find(asked.names, *roots()))
    due = sorted((e for e in entries if asked.all or _replayed_on(e) <= last), key=_replayed_on)
    left = due[: asked.limit]
    if left:
        sandbox.probe()
    verified = 0
    for number, replay in enumerate(_replays(left, asked.jobs), 1):
        print(f"[{number}/{len(left)}] {_line(replay)}")
        for fault in replay.faults:
            print(f"{replay.entry.path}:{fault.line}: {fault}")
        if not replay.verified:
            print(_since(replay), end="")
        sys.stdout.flush()
        verified += replay.verified
        if not asked.no_write:
            _keep(replay)
    parts = [f"{verified} of {len(left)} verified"]
    parts += [f"{len(due) - len(left)} more to replay"] if len(due) > len(left) else []
    parts += [f"{len(entries) - len(due)} unchanged"] if len(entries) > len(due) else []
    parts += [f"{unread} not readable"] if unread else []
    print(f"{', '.join(parts)}; {time.monotonic() - start:.1f} s")
    return 0 if verified == len(left) and not unread else 1


def _last(stale: str | None) -> str:
    """The last day that is too long ago, as in `90d`; without a number of days none is. Raises Misuse."""
    if stale is None:
        return ""
    days = re.fullmatch(r"(\d{1,4})d", stale, re.ASCII)
    if not days:
        raise Misuse(f"--stale {stale}: a number of days, as in 90d")
    return (datetime.now(UTC).date() - timedelta(int(days[1]))).isoformat()


def _replayed_on(entry: Entry) -> str:
    """The date of an entry's evidence; the empty text where it does not hold, or comes from the future."""
    found = evidence.read(entry)
    holds = found and evidence.holds(entry, found) and found.date <= datetime.now(UTC).date().isoformat()
    return found.date if found and holds else ""


def _since(replay: Replay) -> str:
    """A line that says on what the entry held before, and what is another version now."""
    old = evidence.read(replay.entry)
    if replay.unprepared or not old or not evidence.holds(replay.entry, old):
        return ""
    now = {"platform": isolation.platform_name(), **replay.versions}
    was = {"platform": old.platform, **old.versions}
    changed = [f"{name} {was[name]} → {now[name]}" for name in sorted(was.keys() & now) if was[name] != now[name]]
    return f"    held on {old.date}; since then {', '.join(changed) or 'no version has changed'}\n"


def _entries(paths: Sequence[Path]) -> tuple[list[Entry], int]:
    """The entries that can be replayed, and how many files are none; their findings are printed."""
    entries = []
    unread = 0
    for path in paths:
        entry, findings = load(path)
        if entry and not entry.retired:
            entries.append(entry)
        elif not entry:
            unread += 1
            for finding in findings:
                print(finding, file=sys.stderr)
    return entries, unread


def _replays(entries: Sequence[Entry], jobs: int) -> Iterator[Replay]:
    """The replays as they are done; on a terminal, a line says what is going on."""
    running: dict[str, str] = {}

    def replay(entry: Entry) -> Replay:
        running[entry.path] = entry.id
        try:
            return verify(entry)
        finally:
            del running[entry.path]

    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(replay, entry) for entry in entries}
        try:
            while waiting:
                done, waiting = wait(waiting, 0.2, FIRST_COMPLETED)
                for future in done:
                    _status("")
                    yield future.result()
                _status(f"… {', '.join(list(running.values()))}" if waiting else "")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            sandbox.stop()
            raise


def _status(line: str) -> None:
    if sys.stdout.isatty():
        print(f"\r\x1b[K{line[:79]}", end="", flush=True)


def _line(replay: Replay) -> str:
    if replay.unprepared:
        return f"n/a  {replay.entry.id}"
    mark = "ok  " if replay.verified else "FAIL"
    options = [option.verdict for option in replay.options]
    count = f"{options.count('verified')} of {len(options)} options verified"
    return f"{mark} {replay.entry.id}  {replay.seconds:.1f} s  {count}"


def made(replay: Replay) -> evidence.Evidence:
    """The evidence of a replay in which all came out as the entry says."""
    entry = replay.entry
    verdicts: dict[str, str] = {"0": replay.reproduction.verdict}
    for option, replayed in zip(entry.options, replay.options, strict=True):
        verdicts[str(option.number)] = replayed.verdict
    if replay.not_helping:
        verdicts[str(NOT_HELPING_NUMBER)] = replay.not_helping.verdict
    return evidence.Evidence(
        hash=evidence.hash_of(entry),
        verdicts=verdicts,
        date=datetime.now(UTC).date().isoformat(),
        platform=isolation.platform_name(),
        versions=replay.versions,
    )


def _keep(replay: Replay) -> None:
    """Write the evidence of what was verified; take it away where it was not. Raises KbError."""
    try:
        if replay.verified:
            evidence.write(replay.entry, made(replay))
        elif not replay.unprepared:
            evidence.remove(replay.entry)
    except OSError as error:
        at = evidence.path_of(replay.entry)
        raise KbError(
            f"{at}: {error.strerror}; make it a file that can be written, or leave it with --no-write"
        ) from None
