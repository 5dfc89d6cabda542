"""`kb verify [ID|PATH …]`: replay entries and write the evidence."""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

from kb import place
from kb.entry.folder import files, load, path_of
from kb.entry.model import Entry, Finding
from kb.errors import Misuse
from kb.replay import evidence, sandbox
from kb.replay.verify import Replay, verify


def main(argv: list[str]) -> int:
    """Exit status 0: all verified; 1: something is not. Raises Misuse, NoSandbox."""
    parser = argparse.ArgumentParser(prog="kb verify", description="Replay entries and write the evidence.")
    parser.add_argument("names", nargs="*", metavar="ID|PATH", help="entries, files, folders (default: all)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="replays at once (default: cores)"
    )
    parser.add_argument("--all", action="store_true", help="also those whose evidence still holds")
    parser.add_argument("--no-write", action="store_true", help="leave the evidence files alone")
    asked = parser.parse_args(argv)
    if asked.jobs < 1:
        raise Misuse(f"--jobs {asked.jobs}: at least 1")
    start = time.monotonic()
    entries, findings = _named(asked.names)
    for finding in findings:
        print(finding, file=sys.stderr)
    left = [e for e in entries if not e.retired and (asked.all or not evidence.holds(e, evidence.read(e)))]
    if left:
        sandbox.probe()
    unread = len({finding.path for finding in findings} - {entry.path for entry in entries})
    bad = unread
    for number, replay in enumerate(_replayed(left, asked.jobs), 1):
        bad += not replay.verified
        _print(replay, number, len(left))
        if not asked.no_write:
            _keep(replay)
    done = f"{len(left) - bad + unread} of {len(left)} replayed entries verified"
    kept = len(entries) - len(left)
    parts = [done, f"{kept} unchanged" if kept else "", f"{unread} unreadable" if unread else ""]
    print(f"{', '.join(filter(None, parts))}; {time.monotonic() - start:.1f} s")
    return 1 if bad else 0


def _named(names: Sequence[str]) -> tuple[list[Entry], list[Finding]]:
    """The entries that are meant, each once, and the findings of files that give none."""
    entries: dict[Path, Entry] = {}
    findings: list[Finding] = []
    for name in names or [place.entries_folder()]:
        path = Path(name)
        if path.is_dir():
            found = [load(file) for file in _files(path)]
        elif path.is_file():
            found = [load(path)]
        else:
            file = path_of(Path(place.entries_folder()), name.removesuffix(".md"))
            if not file.is_file():
                raise Misuse(f"{name}: neither a file nor the id of an entry")
            found = [load(file)]
        for entry, faults in found:
            if entry:
                entries[Path(entry.path).resolve()] = entry
            else:
                findings += faults
    return list(entries.values()), findings


def _files(folder: Path) -> list[Path]:
    """The entry files of one area, or of all areas of a folder."""
    area = sorted(path for path in folder.glob("*.md") if not path.name.startswith("_"))
    return area or list(files(folder))


def _replayed(entries: Sequence[Entry], jobs: int) -> Iterator[Replay]:
    """The replays as they come."""
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(verify, entry) for entry in entries]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            for future in futures:
                future.cancel()


def _print(replay: Replay, number: int, count: int) -> None:
    options = [option for option in replay.options if option.verdict == "verified"]
    mark = "ok  " if replay.verified else "n/a " if replay.unprepared else "FAIL"
    said = f"{len(options)} of {len(replay.options)} options verified" if not replay.unprepared else ""
    print(f"[{number}/{count}] {mark} {replay.entry.id}  {replay.seconds:.1f} s  {said}".rstrip(), flush=True)
    for fault in replay.faults:
        print(f"{replay.entry.path}:{fault.line}: {fault}", flush=True)


def _keep(replay: Replay) -> None:
    """Write the evidence of what was verified; take it away where it was not."""
    if replay.verified:
        verdicts: dict[str, str] = {"0": replay.reproduction.verdict}
        for option, replayed in zip(replay.entry.options, replay.options, strict=True):
            verdicts[str(option.number)] = replayed.verdict
        if replay.not_helping:
            verdicts["99"] = replay.not_helping.verdict
        today = datetime.now(UTC).date().isoformat()
        evidence.write(
            replay.entry,
            evidence.Evidence(
                evidence.hash_of(replay.entry),
                verdicts,
                today,
                sandbox.platform_name(),
                dict(replay.versions),
            ),
        )
    elif not replay.unprepared:
        evidence.remove(replay.entry)
