"""Features → probabilities → match, candidates or none."""

from __future__ import annotations

import math

from kb.match.rank import Ranked
from kb.match.weights import DECIDER, OFFERER, RANKER

TYPE_CHECKING = False

if TYPE_CHECKING:
    from kb.match.answer import Decision

MATCH, OFFER = 0.75, 0.4
"""The two thresholds, by expected cost. A wrong match costs an agent what three glances at a list of candidates do,
and a list is one glance more than a match: so `match` from 3/4. A list of wrong candidates costs two thirds of what a
missed right one does: so `candidates` where the right entry is among the first five twice in five times."""

Head = tuple[tuple[float, ...], float, float, float, float]


def decide(ranked: list[Ranked]) -> tuple[Decision, list[tuple[float, Ranked]]]:
    """The decision, and (probability of being right, candidate), best first.

    The ranker (listwise logistic) puts the candidates in order. Two heads (logistic, over the best one's features and
    its lead) say how likely the best is right, and how likely the right one is among the first five. What the best
    leaves is shared among the others as the ranker sees them.
    """
    if not ranked:
        return "none", []
    logits = sorted(((_dot(RANKER, r.features), r) for r in ranked), key=lambda x: (-x[0], x[1].entry))
    top, best = logits[0]
    lead = min(top - logits[1][0], 8.0) if len(logits) > 1 else 5.0
    shares = [math.exp(x - top) for x, _ in logits]
    others = sum(shares) - 1
    sure, near = (_probability(head, best, top, lead, 1 / (1 + others)) for head in (DECIDER, OFFERER))
    left = (1 - sure) / others if others > 1e-9 else 0.0
    scored = [(sure, best)]
    # A candidate behind the best is never surer than it.
    scored += [(min(sure, left * share), r) for share, (_, r) in zip(shares[1:], logits[1:], strict=True)]
    return decision(sure, near), scored


def decision(sure: float, near: float) -> Decision:
    """By the probabilities of both heads. What is not worth a list is no match, either."""
    return "none" if near < OFFER else "match" if sure >= MATCH else "candidates"


def _probability(head: Head, best: Ranked, top: float, lead: float, share: float) -> float:
    weights, of_logit, of_lead, of_share, bias = head
    x = _dot(weights, best.features) + of_logit * top + of_lead * lead + of_share * share + bias
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))


def _dot(weights: tuple[float, ...], features: tuple[float, ...]) -> float:
    return sum([w * f for w, f in zip(weights, features, strict=True)])
