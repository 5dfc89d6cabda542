"""Learn the weights of look-up from our own text: `python -m bench.train` writes kb/match/weights.py.

Needs numpy and scipy. The same entries and queries give the same file.
"""

from pathlib import Path

import numpy as np

from bench.cases import ROOT, snapshots
from bench.learn import Array, Head, Model, Row, fit, rows
from kb.entry.folder import read_folder
from kb.match.rank import FEATURES

CASE_WEIGHT = {
    "question": 0.1,
    "message": 0.1,
    "look-alike": 0.05,
    "output": 3.0,
    "literal": 0.1,
    "name": 1.5,
    "verdict": 0.5,
}
"""The entries' own lines are many and easy; the written queries are what people send. A verdict is what a runner says
of a failed command without its cause: all nearly the same."""
OUT = ROOT / "kb" / "match" / "weights.py"


def collect() -> list[Row]:
    """All training rows."""
    entries = sorted(read_folder(ROOT / "entries").entries, key=lambda e: e.id)
    out: list[Row] = []
    for snapshot, cases in snapshots(entries):
        out += rows(snapshot, cases)
    return out


def as_source(model: Model) -> str:
    """The module of weights, standardisation folded in."""
    ranker = model.weights / model.scale
    return (
        '"""Learned weights, one per feature of rank.FEATURES; written by `python -m bench.train`."""\n\n'
        f"RANKER = (\n{lines(ranker)})\n\n"
        "# Of the best candidate: its features, then its logit, its lead, its share, and the bias.\n"
        f"DECIDER = {head(model, model.decider)}\n"
        f"OFFERER = {head(model, model.offerer)}\n"
    )


def head(model: Model, head: Head) -> str:
    n = len(FEATURES)
    per_feature = head.weights[:n] / model.scale
    z, lead, share = head.weights[n:]
    # The head saw logits of standardised features: z' = z - offset.
    offset = float(model.weights / model.scale @ model.mean)
    bias = float(head.bias - per_feature @ model.mean - z * offset)
    last = "".join(f"    {v:.5g},\n" for v in (z, lead, share, bias))
    return f"(\n    (\n{lines(per_feature, 8)}    ),\n{last})"


def lines(values: Array, indent: int = 4) -> str:
    return "".join(f"{' ' * indent}{v:.5g},  # {name}\n" for name, v in zip(FEATURES, values, strict=True))


def main() -> None:
    data = collect()
    OUT.write_text(as_source(fit(data, CASE_WEIGHT)), encoding="utf-8")
    kinds = sorted({r.case.kind for r in data})
    print(
        f"{Path(OUT).name}: {len(data)} cases, "
        + ", ".join(f"{sum(r.case.kind == k for r in data)} {k}" for k in kinds)
    )
    print(f"right first: {np.mean([bool(r.right[0]) for r in data if r.case.good and len(r.x)]):.3f} before ranking")


if __name__ == "__main__":
    main()
