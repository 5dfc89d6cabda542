"""Cases to train look-up on: the entries' own lines, held out from a catalog without them, and bench/queries/."""

import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from kb.catalog.build import write
from kb.catalog.read import Snapshot
from kb.entry.model import Entry, Line, LookAlike

ROOT = Path(__file__).parent.parent
FOLDS = 5
HOLE = re.compile(r"\{…\}")
FILLERS = ("main", "users", "3", "config.py", "/srv/app/run", "'orders'", "worker-2", "8080", "Item", "data")


class Case(NamedTuple):
    query: str
    kind: str
    """question, message, look-alike, held out; output, literal (a message that the catalog has); trace, report, agent
    from bench/queries/."""
    good: frozenset[str]
    """Ids of right entries; empty for a negative."""
    negative: str
    """near, far, or empty."""


def held_out(entries: Sequence[Entry], fold: int, seed: int = 1) -> tuple[list[Entry], list[Case]]:
    """The entries without a fifth of their lines, and those lines as cases."""
    rng = random.Random(f"{seed} {fold}")
    kept: list[Entry] = []
    cases: list[Case] = []
    for e in entries:

        def out(n: int, e: Entry = e) -> bool:
            return (n + len(e.id)) % FOLDS == fold

        questions = [q for n, q in enumerate(e.questions) if out(n)]
        messages = [m for n, m in enumerate(e.messages) if out(n)] if len(e.messages) > 3 else []
        look_alikes = [x for n, x in enumerate(e.look_alikes) if out(n)]
        cases += [Case(q.text, "question", frozenset({e.id}), "") for q in questions]
        cases += [Case(filled(m.text, rng), "message", frozenset({e.id}), "") for m in messages]
        for x in look_alikes:
            good = frozenset({x.entry} if x.entry else ())
            cases.append(Case(x.seen.replace("`", ""), "look-alike", good, "" if x.entry else "near"))
        kept.append(
            replace(
                e,
                questions=without(e.questions, questions),
                messages=without(e.messages, messages),
                look_alikes=tuple(x for x in e.look_alikes if x not in look_alikes),
            )
        )
    return kept, cases


def output(entry: Entry) -> str:
    """The commands of Symptom and what they print, as a terminal shows them; holes filled."""
    lines: list[str] = []
    for transcript in entry.symptom.transcripts:
        if transcript.role == "run":
            for command in transcript.commands:
                lines.append(f"$ {command.text}")
                lines += (HOLE.sub("x", line) for line in command.expected if line != "...")
    return "\n".join(lines)


def without(lines: tuple[Line, ...], out: Sequence[Line | LookAlike]) -> tuple[Line, ...]:
    return tuple(line for line in lines if line not in out)


def filled(message: str, rng: random.Random) -> str:
    """A message as a program prints it: something in each hole."""
    return HOLE.sub(lambda _: rng.choice(FILLERS), message)


def snapshots(entries: Sequence[Entry]) -> Iterator[tuple[Snapshot, list[Case]]]:
    """For each fold a catalog and the cases that it has not seen; last the whole catalog with the written queries."""
    with tempfile.TemporaryDirectory() as folder:
        for fold in range(FOLDS):
            kept, cases = held_out(entries, fold)
            path = Path(folder) / f"{fold}.sqlite"
            write(kept, path)
            yield Snapshot(str(path)), cases
        path = Path(folder) / "all.sqlite"
        write(entries, path)
        outputs = [Case(output(e), "output", frozenset({e.id}), "") for e in entries]
        rng = random.Random(1)
        literal = [Case(filled(m.text, rng), "literal", frozenset({e.id}), "") for e in entries for m in e.messages]
        yield Snapshot(str(path)), [*written({e.id for e in entries}), *(c for c in outputs if c.query), *literal]


def written(ids: set[str]) -> Iterator[Case]:
    """The cases of bench/queries/ whose topic has an entry, and its negatives."""
    for path in sorted((ROOT / "bench" / "queries").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            good = frozenset([row["topic"], *row.get("also", [])]) if row["topic"] else frozenset()
            if not good or good & ids:
                yield Case(row["query"], row["kind"], good, row.get("negative", ""))
