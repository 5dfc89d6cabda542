"""A check of entries as one Markdown page for reviewers. All that it quotes is a stranger's and stands in code."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from kb.draft.lines import fenced, plain, span
from kb.entry.findings import RULES
from kb.entry.model import Entry, Finding
from kb.match.answer import Answer
from kb.replay.evidence import Evidence
from kb.replay.transcript import Ran
from kb.replay.verify import Replay, Replayed
from kb.round_trip import Changed, RoundTrip

LINES, WIDTH = 30, 300
"""Of what a command printed the first and last lines are shown, of each line its beginning."""
CHANGES = 40
"""Changed answers that are listed."""
_WORDS = {"verified": "verified", "failed": "**FAILED**", "prose": "not verified"}
_BETWEEN = ("KB503", "KB504", "KB505", "KB506")


@dataclass(frozen=True, slots=True)
class Item:
    """One file, checked."""

    path: str
    entry: Entry | None
    findings: tuple[Finding, ...]
    replay: Replay | None = None
    """None where it was not replayed."""
    trip: RoundTrip | None = None
    evidence: Evidence | None = None
    """What its evidence should be, where it is missing or says otherwise."""


def markdown(items: Sequence[Item], changes: Sequence[Changed], verdict: str) -> str:
    """The page. `changes`: questions of the catalog that these entries would give another answer."""
    parts = ["# Entries, checked", verdict]
    for item in items:
        parts += _item(item)
    parts += _changes(changes)
    return "\n\n".join(parts) + "\n"


def _item(item: Item) -> Iterator[str]:
    yield f"## {span(_line(item.path))}"
    own = [f for f in item.findings if f.code not in _BETWEEN]
    near = [f for f in item.findings if f.code in _BETWEEN]
    yield _findings("Findings", own)
    yield _findings("Near-duplicates", near)
    if item.replay:
        yield from _replay(item.replay)
    else:
        yield "**Replay**: none; the errors come first"
    if item.trip:
        yield _trip(item.trip, item.entry)
    if item.evidence:
        yield (
            "**Evidence**: missing, or not what this replay shows. `kb verify` writes it; this is what came out here, "
            "to lie beside the entry:"
        )
        yield fenced(
            "json", json.dumps(asdict(item.evidence), indent=2, sort_keys=True, ensure_ascii=False).split("\n")
        )
    elif item.replay and item.replay.verified:
        yield "**Evidence**: made afresh, the same as committed"


def _findings(title: str, findings: Sequence[Finding]) -> str:
    if not findings:
        return f"**{title}**: none"
    lines = [f"**{title}**", ""]
    for f in findings:
        lines.append(f"- line {f.line}, {f.code} ({RULES[f.code].severity}): {span(_line(f.message))}")
    return "\n".join(lines)


def _replay(replay: Replay) -> Iterator[str]:
    versions = ", ".join(f"{name} {version}" for name, version in sorted(replay.versions.items()))
    yield f"**Replay** {span(_line(versions))}" if versions else "**Replay**"
    rows = ["| section | verdict | seconds |", "|---|---|---|"]
    rows += [f"| {part.name} | {_WORDS[part.verdict]} | {part.seconds:.1f} |" for part in replay.parts]
    yield "\n".join(rows)
    for fault in replay.faults:
        yield f"Line {fault.line}: {span(_line(fault.message))}"
        if fault.diff:
            yield fenced("diff", map(_line, fault.diff))
    before = {ran.command.text: ran for ran in replay.reproduction.ran if ran.transcript.role == "run"}
    yield from _shown("Before: Symptom", replay.reproduction)
    for part in replay.parts[1:]:
        again = any(ran.command.text in before or ran.transcript.replaces for ran in part.ran)
        if again:
            yield from _shown(f"After: {part.name}", part)


def _shown(title: str, part: Replayed) -> Iterator[str]:
    runs = [ran for ran in part.ran if ran.transcript.role in ("run", "still")]
    if runs:
        yield f"<details><summary>{title}</summary>"
        yield fenced("console", [line for ran in runs for line in _printed(ran)])
        yield "</details>"


def _printed(ran: Ran) -> Iterator[str]:
    first, *more = ran.command.text.split("\n")
    yield _line(f"$ {first}")
    yield from (_line(f"> {line}") for line in more)
    lines = plain("\n".join(ran.lines)).split("\n") if ran.lines else []
    if len(lines) > LINES:
        lines = [*lines[: LINES // 3], f"({len(lines) - LINES} lines left out)", *lines[-2 * LINES // 3 :]]
    yield from map(_line, lines)
    if ran.status or ran.trouble:
        yield f"[{ran.trouble or f'exit {ran.status}'}]"


def _trip(trip: RoundTrip, entry: Entry | None) -> str:
    asked = len(entry.questions) if entry else 0
    alike = len(entry.look_alikes) if entry else 0
    own = f"its output finds {_answer(trip.output)}; " if trip.output else ""
    return f"**Look-up**: {own}{trip.questions} of {asked} questions, {trip.look_alikes} of {alike} look-alikes apart"


def _changes(changes: Sequence[Changed]) -> Iterator[str]:
    yield "## Answers that would change"
    if not changes:
        yield "None: every message and question of the other entries is answered as before."
        return
    lost = sum(change.lost for change in changes)
    yield f"{len(changes)} messages and questions of other entries, {lost} of them no longer led to their entry."
    rows = ["| asked | of | before | after |", "|---|---|---|---|"]
    for change in sorted(changes, key=lambda c: not c.lost)[:CHANGES]:
        asked = span(_line(change.text)).replace("|", "\\|")
        mark = " **lost**" if change.lost else ""
        rows.append(f"| {asked} | {span(change.id)} | {_answer(change.before)} | {_answer(change.after)}{mark} |")
    yield "\n".join(rows)
    if len(changes) > CHANGES:
        yield f"and {len(changes) - CHANGES} more"


def _answer(answer: Answer) -> str:
    first = f" {span(answer.candidates[0].id)}" if answer.candidates else ""
    return answer.decision + first


def _line(text: str) -> str:
    return plain(text).replace("\n", " ")[:WIDTH]
