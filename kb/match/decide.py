"""Features → probabilities → match, candidates or none."""

import math

from kb.match.rank import Ranked
from kb.match.weights import BIAS, DECIDER, LEAD, LOGIT, RANKER, SHARE

MATCH, OFFER = 0.85, 0.25
"""The two thresholds: at or above the first the best entry is the answer, at or above the second it is offered."""


def score(ranked: list[Ranked]) -> list[tuple[float, Ranked]]:
    """(probability of being right, candidate), best first.

    The ranker (listwise logistic) puts the candidates in order; the decider (logistic over the best one's features
    and its lead) says how likely the best is right; what is left is shared among the others as the ranker sees them.
    """
    if not ranked:
        return []
    logits = sorted(((_dot(RANKER, r.features), r) for r in ranked), key=lambda x: (-x[0], x[1].entry))
    top, best = logits[0]
    lead = min(top - logits[1][0], 8.0) if len(logits) > 1 else 5.0
    shares = [math.exp(x - top) for x, _ in logits]
    total = sum(shares)
    x = _dot(DECIDER, best.features) + LOGIT * top + LEAD * lead + SHARE / total + BIAS
    sure = 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))
    left = (1 - sure) / max(total - 1, 1e-9) if total - 1 > 1e-9 else 0.0
    # A candidate behind the best is never surer than it.
    return [(sure, best)] + [(min(sure, left * share), r) for share, (_, r) in zip(shares[1:], logits[1:], strict=True)]


def _dot(weights: tuple[float, ...], features: tuple[float, ...]) -> float:
    return sum(w * f for w, f in zip(weights, features, strict=True))
