"""Features → probabilities → match, candidates or none."""

import math

from kb.match.rank import FEATURES, Ranked
from kb.match.weights import BIAS, WEIGHTS

MATCH, OFFER = 0.62, 0.12
"""The two thresholds: at or above the first the best entry is the answer, at or above the second it is offered."""


def score(ranked: list[Ranked]) -> list[tuple[float, Ranked]]:
    """(probability of being right, candidate), best first."""
    logits = [(sum(w * f for w, f in zip(WEIGHTS, r.features, strict=True)), r) for r in ranked]
    logits.sort(key=lambda x: (-x[0], x[1].entry))
    if not logits:
        return []
    top = logits[0][0]
    total = sum(math.exp(x - top) for x, _ in logits)
    return [(math.exp(x - top) / total / (1 + math.exp(-(x + BIAS))), r) for x, r in logits]


assert len(WEIGHTS) == len(FEATURES)  # noqa: S101  weights of another training
