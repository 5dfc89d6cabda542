"""`kb check [PATH|ID …]`: what is wrong with entries, a replay, a look-up. The contributor's inner loop."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb import place
from kb.entry import NOT_HELPING
from kb.entry.check import Checked, check
from kb.entry.findings import RULES, errors
from kb.entry.folder import find, roots
from kb.entry.model import Entry, Finding
from kb.errors import Misuse, NoSandbox
from kb.faces import terminal

if TYPE_CHECKING:
    from kb.replay.evidence import Evidence
    from kb.replay.verify import Replay, Replayed
    from kb.report import Item
    from kb.round_trip import RoundTrip

SOAK = "five times, three of them with every core busy"


def main(argv: list[str]) -> int:
    """Exit status 0: nothing blocks; 1: an error, or a replay that failed. Raises Misuse, NoSandbox."""
    parser = argparse.ArgumentParser(
        prog="kb check",
        description="Findings of entries (docs/findings.md), then a replay and a look-up: of the entries named, "
        "or of those that changed since their evidence.",
        epilog="exit status: 0 nothing blocks (warnings advise), 1 an error or a failed replay, 2 misuse, 4 no sandbox",
    )
    parser.add_argument("names", nargs="*", metavar="PATH|ID", help="entries, files, folders (default: all)")
    parser.add_argument("--soak", action="store_true", help=f"replay {SOAK}")
    parser.add_argument("--no-replay", action="store_true", help="findings only")
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="write all of it as one Markdown page, with what changes in the answers to other questions; "
        "evidence that is missing, or is not what the replay shows, then counts as an error",
    )
    parser.add_argument("--base", type=Path, metavar="FOLDER", help="for the report: the entries before the change")
    asked = parser.parse_args(argv)
    if asked.base and not asked.base.is_dir():
        raise Misuse(f"--base {asked.base}: no folder of entries")
    start = time.monotonic()
    checked = check(find(asked.names, *roots()))
    findings = [finding for each in checked for finding in each.findings]
    for finding in findings:
        print(_finding(finding))
    sys.stdout.flush()
    replays: dict[str, Replay] = {}
    trips: dict[str, RoundTrip] = {}
    refused = None
    try:
        for entry in [] if asked.no_replay else _to_replay(checked, bool(asked.names)):
            replays[entry.path] = replay = _replay(entry, asked.soak)
            trips[entry.path] = _look_up(entry, replay)
            findings += trips[entry.path].findings
    except NoSandbox as error:
        if not asked.report:
            raise
        refused = error
    failed = sum(not replay.verified for replay in replays.values())
    items = list(_items(checked, replays, trips)) if asked.report else []
    unproven = sum(item.evidence is not None for item in items)
    summed = _sum(checked, findings, (failed, unproven), time.monotonic() - start)
    if asked.report:
        from kb.report import markdown
        from kb.round_trip import changes

        entries = [each.entry for each in checked if each.entry]
        changed = changes(entries, asked.base) if entries else ()
        _write(asked.report, markdown(items, changed, f"**Not replayed**: {refused}" if refused else summed))
    if refused:
        raise refused
    print(_red(summed) if errors(findings) or failed or unproven else _green(summed))
    blocked = sum(each.entry is None for each in checked)
    if blocked:
        print(f"{_count(blocked, 'entry', 'entries')} not replayed: mend the errors first")
    return 1 if errors(findings) or failed or unproven else 0


def _to_replay(checked: Sequence[Checked], named: bool) -> list[Entry]:
    entries = [each.entry for each in checked if each.entry and not each.entry.retired]
    if named:
        return entries
    from kb.replay import evidence

    return [entry for entry in entries if not evidence.holds(entry, evidence.read(entry))]


def _replay(entry: Entry, soak: bool) -> "Replay":
    """Replay an entry and show how it went; the last replay, which failed if one did."""
    from kb.replay import sandbox, verify

    sandbox.probe()
    print(_bold(entry.id), flush=True)
    with _Waiting(f"  replaying {SOAK if soak else ''}…"):
        replays = verify.soak(entry) if soak else [verify.verify(entry)]
    for line in _table(replays):
        print(line)
    for fault in replays[-1].faults:
        print(f"{entry.path}:{fault.line}: {_red(fault.message)}")
        for line in fault.diff:
            print("    " + (_red(line) if line[:1] == "-" else _green(line) if line[:1] == "+" else line))
    sys.stdout.flush()
    return replays[-1]


def _look_up(entry: Entry, replay: "Replay") -> "RoundTrip":
    """Send the entry through look-up and show where it came out."""
    from kb.round_trip import round_trip

    printed = [ran.output for ran in replay.reproduction.ran if ran.transcript.role == "run"]
    trip = round_trip(entry, "\n".join(printed))
    parts = [f"own output: {trip.output.decision}"] if trip.output else []
    parts.append(f"questions: {trip.questions} of {len(entry.questions)}")
    parts.append(f"look-alikes apart: {trip.look_alikes} of {len(entry.look_alikes)}")
    print(f"  {'Look-up':{max(len(part.name) for part in replay.parts)}}  {', '.join(parts)}")
    for finding in trip.findings:
        print(_finding(finding), flush=True)
    return trip


def _table(replays: Sequence["Replay"]) -> Iterator[str]:
    """One line a section: what it came to, and the seconds it took in each replay."""
    parts = replays[-1].parts
    width = max(len(part.name) for part in parts)
    for number, part in enumerate(parts):
        seconds = [replay.parts[number].seconds for replay in replays if len(replay.parts) > number]
        times = "  ".join(f"{s:4.1f}" for s in seconds) + " s" if part.ran else ""
        yield f"  {part.name:{width}}  {_verdict(part, replays[-1])}  {times}".rstrip()


def _verdict(part: "Replayed", replay: "Replay") -> str:
    words = {"verified": "verified", "failed": "FAILED", "prose": "not verified"}
    if part.name == "Symptom":
        words |= {"verified": "as written", "prose": "not replayed"}
    elif part.name == NOT_HELPING:
        words["verified"] = "shown"
    padded = f"{words[part.verdict]:12}"
    return {"verified": _green, "failed": _red, "prose": _dim}[part.verdict](padded)


def _sum(checked: Sequence[Checked], findings: Sequence[Finding], bad: tuple[int, int], seconds: float) -> str:
    """The last line. `bad`: replays that failed, evidence that is to be written."""
    wrong = len(errors(findings))
    counts = [(wrong, "error", ""), (len(findings) - wrong, "warning", ""), (bad[0], "failed replay", "")]
    counts.append((bad[1], "file of evidence to write", "files of evidence to write"))
    parts = [_count(len(checked), "entry", "entries")] + [_count(n, one, many) for n, one, many in counts if n]
    return f"{', '.join(parts)}{'' if len(parts) > 1 else ': clean'}; {seconds:.1f} s"


def _evidence(replays: dict[str, "Replay"]) -> dict[str, "Evidence"]:
    """By path: the evidence of what was verified here, where that beside the entry is missing or says otherwise."""
    from kb.faces.verify import made
    from kb.replay import evidence

    unproven = {}
    for path, replay in replays.items():
        if replay.verified:
            fresh, committed = made(replay), evidence.read(replay.entry)
            if not committed or (committed.hash, committed.verdicts) != (fresh.hash, fresh.verdicts):
                unproven[path] = fresh
    return unproven


def _items(checked: Sequence[Checked], replays: dict[str, "Replay"], trips: dict[str, "RoundTrip"]) -> "Iterator[Item]":
    """What the report says of each file of which there is something to say."""
    from kb.report import Item

    unproven = _evidence(replays)
    for each in checked:
        at = str(each.path)
        found = (*each.findings, *(trips[at].findings if at in trips else ()))
        if found or at in replays:
            yield Item(at, each.entry, found, replays.get(at), trips.get(at), unproven.get(at))


def _write(path: Path, text: str) -> None:
    try:
        place.write(path, text.encode())
    except OSError as error:
        raise Misuse(f"{path}: {error.strerror}; the report cannot be written there") from None


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _finding(finding: Finding) -> str:
    advises = RULES[finding.code].severity == "warning"
    code = _yellow(finding.code) if advises else _red(finding.code)
    return f"{_dim(f'{finding.path}:{finding.line}:')} {code} {finding.message}{' (warning)' if advises else ''}"


class _Waiting:
    """A line on a terminal that says what is going on, until it is over."""

    def __init__(self, line: str) -> None:
        self.line = line if sys.stdout.isatty() else ""

    def __enter__(self) -> None:
        print(self.line, end="", flush=True)

    def __exit__(self, *_: object) -> None:
        print("\r" + " " * len(self.line) + "\r" if self.line else "", end="", flush=True)


def _coloured(number: int, text: str) -> str:
    return f"\x1b[{number}m{text}\x1b[0m" if terminal.colours() else text


def _bold(text: str) -> str:
    return _coloured(1, text)


def _dim(text: str) -> str:
    return _coloured(2, text)


def _red(text: str) -> str:
    return _coloured(31, text)


def _green(text: str) -> str:
    return _coloured(32, text)


def _yellow(text: str) -> str:
    return _coloured(33, text)
