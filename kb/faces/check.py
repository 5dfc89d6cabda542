"""`kb check [PATH|ID …]`: what is wrong with entries, a replay, a look-up. The contributor's inner loop."""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb import place
from kb.entry.check import Checked, check
from kb.entry.findings import RULES, errors
from kb.entry.folder import find, shown
from kb.entry.model import Entry, Finding

if TYPE_CHECKING:
    from kb.replay.verify import Replay, Replayed

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
    asked = parser.parse_args(argv)
    start = time.monotonic()
    checked = check(find(asked.names, shown(Path(place.entries_folder()))))
    findings = [finding for each in checked for finding in each.findings]
    for finding in findings:
        print(_finding(finding))
    sys.stdout.flush()
    failed = 0
    for entry in [] if asked.no_replay else _to_replay(checked, bool(asked.names)):
        replay = _replay(entry, asked.soak)
        failed += not replay.verified
        findings += _look_up(entry, replay)
    _print_sum(checked, findings, failed, time.monotonic() - start)
    return 1 if errors(findings) or failed else 0


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


def _look_up(entry: Entry, replay: "Replay") -> tuple[Finding, ...]:
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
    return trip.findings


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
    elif part.name == "What does not help":
        words["verified"] = "shown"
    padded = f"{words[part.verdict]:12}"
    return {"verified": _green, "failed": _red, "prose": _dim}[part.verdict](padded)


def _print_sum(checked: Sequence[Checked], findings: Sequence[Finding], failed: int, seconds: float) -> None:
    wrong = len(errors(findings))
    counts = [(wrong, "error"), (len(findings) - wrong, "warning"), (failed, "failed replay")]
    parts = [_count(len(checked), "entry", "entries")] + [_count(n, what) for n, what in counts if n]
    line = f"{', '.join(parts)}{'' if len(parts) > 1 else ': clean'}; {seconds:.1f} s"
    print(_red(line) if wrong or failed else _green(line))
    blocked = sum(each.entry is None for each in checked)
    if blocked:
        print(f"{_count(blocked, 'entry', 'entries')} not replayed: mend the errors first")


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
    on = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"\x1b[{number}m{text}\x1b[0m" if on else text


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
