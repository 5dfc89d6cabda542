"""Cases to train look-up on: the entries' own lines and queries, held out from a catalog without them."""

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
from kb.entry.folder import read_folder
from kb.entry.model import Entry, Line, LookAlike

ROOT = Path(__file__).parent.parent
FOLDS = 5
NAME = re.compile(r"\b(?:[A-Z]\w*(?:Error|Exception|Warning)|E[A-Z]{4,}|ERR_\w+)\b")
AROUND = (
    "{}",
    "{} in our tool",
    "a {} in my script",
    "{} since this morning",
    "our client says {}",
    "{} on the server",
)
ABOUT = ("{}", "{} error", "{} problem", "error in {}", "problem with {}, please help")
HOLE = re.compile(r"\{…\}")
FILLERS = ("main", "users", "3", "config.py", "/srv/app/run", "'orders'", "worker-2", "8080", "Item", "data")


class Case(NamedTuple):
    query: str
    kind: str
    """question, message, look-alike, held out; output, literal (a message that the catalog has), name; else its own."""
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
    """Catalogs with the cases that each has not seen: a fifth of the entries' lines, a fifth of their queries, five
    times each; last the whole catalog with what no entry explains, and with what it has seen."""
    with tempfile.TemporaryDirectory() as folder:

        def snapshot(name: str, entries: Sequence[Entry]) -> Snapshot:
            write(entries, Path(folder) / name)
            return Snapshot(str(Path(folder) / name))

        for fold in range(FOLDS):
            kept, cases = held_out(entries, fold)
            yield snapshot(f"lines-{fold}", kept), cases
        asked = list(queries(entries))
        for fold in range(FOLDS):
            out = {case.query for case in asked[fold::FOLDS]}
            kept = [replace(e, queries=tuple(q for q in e.queries if q.text not in out)) for e in entries]
            yield snapshot(f"queries-{fold}", kept), asked[fold::FOLDS]
        outputs = [Case(output(e), "output", frozenset({e.id}), "") for e in entries]
        rng = random.Random(1)
        literal = [Case(filled(m.text, rng), "literal", frozenset({e.id}), "") for e in entries for m in e.messages]
        yield (
            snapshot("all", entries),
            [*far(), *strangers(), *(c for c in outputs if c.query), *literal, *names(entries)],
        )


def names(entries: Sequence[Entry]) -> Iterator[Case]:
    """The bare name of an error that some entries know, or the subject of some, with next to nothing around it: any of
    them may be meant."""
    rng = random.Random(1)
    known: dict[str, set[str]] = {}
    subjects: dict[str, set[str]] = {}
    for e in entries:
        for name in NAME.findall(" ".join(m.text for m in e.messages)):
            known.setdefault(name, set()).add(e.id)
        for tag in e.tags:
            subjects.setdefault(tag.replace("-", " "), set()).add(e.id)
    for named, all_around in (known, AROUND), (subjects, ABOUT):
        for name, ids in sorted(named.items()):
            for around in all_around if len(ids) > 1 else ():
                yield Case(around.format(name), "name", frozenset({rng.choice(sorted(ids))}), "")


def queries(entries: Sequence[Entry]) -> Iterator[Case]:
    """The queries beside the entries, in an order of chance that is always the same."""
    found: dict[str, tuple[str, set[str]]] = {}
    for e in entries:
        for q in e.queries:
            found.setdefault(q.text, (q.kind, set()))[1].update({e.id} if q.right else ())
    for text in random.Random(1).sample(sorted(found), len(found)):
        kind, good = found[text]
        yield Case(text, kind, frozenset(good), "" if good else "near")


def far() -> Iterator[Case]:
    """What no entry comes near to."""
    yield from _without_entry("far", "far")


def strangers() -> Iterator[Case]:
    """Common errors of the entries' own tools that no entry explains; those that were taken for one stand beside it."""
    yield from _without_entry("strangers", "near")


def _without_entry(name: str, negative: str) -> Iterator[Case]:
    for line in (ROOT / "bench" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Case(row["query"], row["kind"], frozenset(), negative)


def written() -> list[str]:
    """All of these queries."""
    return [case.query for case in (*queries(read_folder(ROOT / "entries").entries), *far())]
