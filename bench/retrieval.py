"""How well look-up decides, what each part of it brings, and where it errs: `python -m bench.retrieval CASES…`.

Weights are learned from our own text only (bench/train.py), and for each test case without any case of its topic.
Writes docs/retrieval.md and docs/reliability.svg. CASES: JSON lines {"query", "kind", "topic", "also", "negative"}.
Needs numpy and scipy.
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.cases import ROOT, Case, snapshots
from bench.learn import Row, fit, rows
from bench.train import CASE_WEIGHT
from kb.entry.folder import read_folder
from kb.match.decide import MATCH, OFFER, decision
from kb.match.rank import FEATURES

FOLDS = 5
PARTS = {
    "literal messages": ("message_", "template", "print"),
    "questions": ("question_",),
    "title and symptoms": ("symptom_",),
    "cause, options, checklist": ("cause_",),
    "tags": ("tag_",),
    "code of the reproduction": ("code_",),
    "queries": ("query_",),
    "pairs of neighbours": ("pairs", "plain", "alike_pairs", "alike_plain"),
    "look-alikes": ("alike_", "foreign"),
    "bm25 of the whole entry": ("bm25", "d_bm25"),
    "lead over the next": ("d_",),
    "words that no entry has": ("unknown", "key_unknown"),
}


class Outcome(NamedTuple):
    row: Row
    sure: float
    near: float
    """The probability that the right entry is among the first five."""
    right: bool
    rank: int
    """Of the right entry, from 1; 99 where it is not among the candidates."""
    best: str


def crossed(train: Sequence[Row], test: Sequence[Row], without: tuple[str, ...] = ()) -> list[Outcome]:
    """The outcome of each test case by a model without its topic. `without`: prefixes of features to leave out."""
    keep = np.array([not name.startswith(without) if without else True for name in FEATURES])
    rng = random.Random(7)
    topics = sorted({min(r.case.good) for r in (*train, *test) if r.case.good})
    rng.shuffle(topics)
    fold = {t: n % FOLDS for n, t in enumerate(topics)}

    def place(row: Row) -> int:
        return fold[min(row.case.good)] if row.case.good else random.Random(row.case.query).randrange(FOLDS)

    def cut(row: Row) -> Row:
        return row._replace(x=row.x * keep)

    out = []
    for n in range(FOLDS):
        model = fit([cut(r) for r in train if place(r) != n], CASE_WEIGHT)
        for row in (cut(r) for r in test if place(r) == n):
            if not len(row.x):
                out.append(Outcome(row, 0.0, 0.0, False, 99, ""))
                continue
            best, features = model.top(row.x)
            sure, near = (head.probability(features) for head in (model.decider, model.offerer))
            order = np.argsort(-model.logits(row.x))
            hit = np.flatnonzero(row.right[order])
            out.append(
                Outcome(row, sure, near, bool(row.right[best]), int(hit[0]) + 1 if len(hit) else 99, row.ids[best])
            )
    return out


def offered(o: Outcome) -> bool:
    return decision(o.sure, o.near) != "none"


def matched(o: Outcome) -> bool:
    return decision(o.sure, o.near) == "match"


def answered(outcomes: Sequence[Outcome], precision: float = 0.95) -> float:
    """The largest share of the answerable that is answered rightly at one threshold with that precision."""
    ordered = sorted(outcomes, key=lambda o: -o.sure)
    answerable = sum(bool(o.row.case.good) for o in ordered)
    best = right = 0
    for n, o in enumerate(ordered, 1):
        right += o.right
        if right / n >= precision:
            best = right
    return best / max(1, answerable)


def share(values: Iterable[bool]) -> float:
    values = list(values)
    return sum(values) / len(values) if values else float("nan")


def quality(outcomes: Sequence[Outcome]) -> str:
    lines = [
        "| | cases | recall@1 | recall@5 | `match` and right | precision | offered in five | right at 95 % precision |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind in ("trace", "report", "agent", "all"):
        mine = [o for o in outcomes if kind in (o.row.case.kind, "all")]
        asked = [o for o in mine if o.row.case.good]
        told = [o for o in mine if matched(o)]
        lines.append(
            f"| {kind} | {len(asked)} | {share(o.right for o in asked):.3f} | {share(o.rank <= 5 for o in asked):.3f}"
            f" | {share(o.right and matched(o) for o in asked):.3f} | {share(o.right for o in told):.3f}"
            f" | {share(offered(o) and o.rank <= 5 for o in asked):.3f} | {answered(mine):.3f} |"
        )
    for negative in ("near", "far"):
        mine = [o for o in outcomes if o.row.case.negative == negative]
        lines.append(
            f"\n{negative} negatives ({len(mine)}): given a `match` {share(matched(o) for o in mine):.3f},"
            f" answered `none` {share(not offered(o) for o in mine):.3f}."
        )
    return "\n".join(lines)


def ablation(train: Sequence[Row], test: Sequence[Row], whole: Sequence[Outcome]) -> str:
    lines = ["| without | recall@1 | recall@5 | right at 95 % precision |", "|---|---|---|---|"]
    runs = [("(nothing left out)", whole)] + [(name, crossed(train, test, off)) for name, off in PARTS.items()]
    for name, outcomes in runs:
        asked = [o for o in outcomes if o.row.case.good]
        lines.append(
            f"| {name} | {share(o.right for o in asked):.3f} | {share(o.rank <= 5 for o in asked):.3f}"
            f" | {answered(outcomes):.3f} |"
        )
    return "\n".join(lines)


def cause(o: Outcome) -> str | None:
    """Why a case went wrong, None where it did not."""
    if not o.row.case.good:
        return f"{o.row.case.negative} negative answered" if matched(o) else None
    if o.right:
        return None if matched(o) else ("right, but unsure" if offered(o) else "right, but kept silent")
    if o.rank == 99:
        return "right entry not retrieved: too few words in common"
    area = o.best.partition("/")[0] == min(o.row.case.good).partition("/")[0]
    noise = "a trace led to" if o.row.case.kind == "trace" else "people's words led to"
    return f"{noise} {'a neighbour in the area' if area else 'another area'}"


def reliability(outcomes: Sequence[Outcome]) -> tuple[str, float, str]:
    """(table, expected calibration error, picture as SVG)."""
    lines = ["| said | cases | right |", "|---|---|---|"]
    points, error = [], 0.0
    for low in range(0, 100, 10):
        mine = [o for o in outcomes if low <= min(o.sure * 100, 99.99) < low + 10]
        if mine:
            said, right = float(np.mean([o.sure for o in mine])), share(o.right for o in mine)
            points.append((said, right))
            error += len(mine) / len(outcomes) * abs(said - right)
            lines.append(f"| {said:.2f} | {len(mine)} | {right:.2f} |")
    dots = "".join(f'<circle cx="{30 + 240 * x:.0f}" cy="{270 - 240 * y:.0f}" r="4"/>' for x, y in points)
    path = " ".join(f"{30 + 240 * x:.0f},{270 - 240 * y:.0f}" for x, y in points)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" font-family="sans-serif" font-size="11">'
        '<rect width="300" height="300" fill="#fff"/><path d="M30 30V270H270" fill="none" stroke="#555"/>'
        '<path d="M30 270L270 30" stroke="#999" stroke-dasharray="4"/>'
        f'<polyline points="{path}" fill="none" stroke="#06c" stroke-width="2"/><g fill="#06c">{dots}</g>'
        '<text x="150" y="292" text-anchor="middle">said</text><text x="8" y="150">right</text></svg>\n'
    )
    return "\n".join(lines), error, svg


def main() -> None:
    paths = sys.argv[1:]
    if not paths:
        sys.exit(__doc__)
    entries = sorted(read_folder(ROOT / "entries").entries, key=lambda e: e.id)
    ids = {e.id for e in entries}
    asked = [json.loads(line) for p in paths for line in Path(p).read_text(encoding="utf-8").splitlines() if line]
    cases = [
        Case(
            c["query"],
            c["kind"],
            frozenset([c["topic"], *c.get("also", [])] if c["topic"] else []),
            c.get("negative", ""),
        )
        for c in asked
        if c["topic"] is None or c["topic"] in ids
    ]
    train: list[Row] = []
    for snapshot, own in snapshots(entries):
        train += rows(snapshot, own)
        test = rows(snapshot, cases)  # the last snapshot is the whole catalog
    whole = crossed(train, test)
    table, error, svg = reliability(whole)
    causes = Counter(c for o in whole if (c := cause(o)))
    text = f"""# Look-up, measured

Written by `python -m bench.retrieval CASES`: {len(cases)} cases, {sum(not c.good for c in cases)} of them negative,
over {len(entries)} entries.
The model is learned from {len(train)} cases of our own text, for each test case without those of its topic.

{quality(whole)}

## What each part brings
Each part switched off, the rest learned again.

{ablation(train, test, whole)}

## Errors by cause
| cause | cases |
|---|---|
{chr(10).join(f"| {name} | {n} |" for name, n in causes.most_common())}

## Calibration
A score of 0.9 should be right nine times in ten. Expected calibration error {error:.3f}.

![Reliability: share right over score said](reliability.svg)

{table}

## The rule
`match` where the best is right with probability {MATCH} or more, else `candidates` where the right entry is among the
first five with {OFFER} or more, else `none` (kb/match/decide.py, with the costs that they follow from).
"""
    (ROOT / "docs" / "retrieval.md").write_text(text, encoding="utf-8")
    (ROOT / "docs" / "reliability.svg").write_text(svg, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
