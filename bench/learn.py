"""The model of look-up: a listwise ranker and a decider over its best candidate. Needs numpy and scipy."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from bench.cases import Case
from kb.catalog.read import Snapshot
from kb.match.rank import FEATURES, rank
from kb.text.reduce import reduce

Array = NDArray[np.float64]
NEGATIVE = 0.3
"""What a negative counts to the decider: of our queries half have no entry, of people's one in six."""


AGAINST = ("alike_cosine", "alike_whole", "alike_template", "alike_pairs", "alike_plain")
AGAINST_ALL = ("unknown", "key_unknown", "foreign", "foreign_template")
NEITHER = ("terms", "log")
"""Features that speak against a candidate, those by which a query speaks against all of them, and those that only tell
queries apart; the others speak for a candidate. The weights keep these signs: of features that say nearly the same,
none is set off against another."""
UNRANKED = ("question_", "query_", "cause_", "tag_", "code_")
"""What the ranker leaves out beside AGAINST_ALL and NEITHER, which are the same, or nearly, for all candidates: the one
line of a kind that people write freely says little of which entry is meant, beside all words and pairs; the heads do
read it."""
FREE, FOR, LESS = (None, None), (0, None), (None, 0)
SIGNS = [LESS if n in AGAINST or n in AGAINST_ALL else FREE if n in NEITHER else FOR for n in FEATURES]
RANKER = [
    (0, 0) if n in (*AGAINST_ALL, *NEITHER) or n.startswith(UNRANKED) else sign
    for n, sign in zip(FEATURES, SIGNS, strict=True)
]
HEAD = [*SIGNS, FOR, FOR, FOR, FREE]
"""Bounds of the weights; of a head also those of logit, lead, share and bias."""


class Row(NamedTuple):
    case: Case
    x: Array
    """Candidates × features."""
    right: NDArray[np.bool_]
    ids: list[str]


def rows(snapshot: Snapshot, cases: Sequence[Case]) -> list[Row]:
    ids = {n: id for n, (id, _) in enumerate(snapshot.ids(), 1)}
    out = []
    for case in cases:
        ranked = rank(snapshot, reduce(case.query))
        if ranked:
            names = [ids[r.entry] for r in ranked]
            x = np.array([r.features for r in ranked])
            out.append(Row(case, x, np.array([n in case.good for n in names]), names))
        else:
            out.append(Row(case, np.zeros((0, len(FEATURES))), np.zeros(0, bool), []))
    return out


class Head(NamedTuple):
    weights: Array
    """Over what decider_features gives."""
    bias: float

    def probability(self, features: Array) -> float:
        return float(expit(features @ self.weights + self.bias))


class Model(NamedTuple):
    mean: Array
    scale: Array
    weights: Array
    """Of the ranker, over standardised features."""
    decider: Head
    """Is the best candidate right?"""
    offerer: Head
    """Is the right one among the first five?"""

    def logits(self, x: Array) -> Array:
        return (x - self.mean) / self.scale @ self.weights

    def top(self, x: Array) -> tuple[int, Array]:
        z = self.logits(x)
        best = int(np.argmax(z))
        return best, decider_features((x[best] - self.mean) / self.scale, np.sort(z)[::-1])


def decider_features(best: Array, z: Array) -> Array:
    lead = z[0] - z[1] if len(z) > 1 else 5.0
    share = 1 / np.exp(z - z[0]).sum()
    return np.concatenate([best, [z[0], min(lead, 8.0), share]])


def fit(train: Sequence[Row], weight: dict[str, float], l2: float = 3.0, c: float = 0.3) -> Model:
    """`weight`: of a case by its kind, 1 where not named."""
    everything = np.vstack([r.x for r in train if len(r.x)])
    mean, scale = everything.mean(0), everything.std(0) + 1e-9
    # Which of the entries that know a bare name is meant tells the heads that it is anyone's guess, the ranker nothing.
    ordered = [r for r in train if r.right.any() and r.case.kind != "name"]
    data = [((r.x - mean) / scale, r.right, weight.get(r.case.kind, 1.0)) for r in ordered]

    def loss(w: Array) -> tuple[float, Array]:
        total, gradient = 0.5 * l2 * float(w @ w), l2 * w
        for x, right, amount in data:
            z = x @ w
            z -= z.max()
            p = np.exp(z)
            p /= p.sum()
            q = p * right
            total -= amount * math.log(q.sum() + 1e-12)
            gradient = gradient + amount * (x.T @ (p - q / (q.sum() + 1e-12)))
        return total, gradient

    weights = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B", bounds=RANKER).x
    tops = [(r, z := (r.x - mean) / scale @ weights, int(np.argmax(z))) for r in train if len(r.x)]
    features = np.array([decider_features((r.x[best] - mean) / scale, np.sort(z)[::-1]) for r, z, best in tops])
    # To offer candidates for a near negative costs a glance; what is far from every entry should meet silence.
    cost = {"far": 4.0, "near": 0.3, "": 1.0}
    return Model(
        mean,
        scale,
        weights,
        _head(
            features,
            [bool(r.right[best]) for r, _, best in tops],
            [weight.get(r.case.kind, 1.0) * (1.0 if r.case.good else NEGATIVE) for r, _, _ in tops],
            c,
        ),
        _head(
            features,
            [bool(r.right[np.argsort(-z)[:5]].any()) for r, z, _ in tops],
            [weight.get(r.case.kind, 1.0) * cost[r.case.negative] for r, _, _ in tops],
            0.02,
        ),
    )


def _head(x: Array, right: Sequence[bool], weight: Sequence[float], c: float) -> Head:
    """Logistic regression with bounds; `c`: how much the cases count against small weights."""
    y, amount = np.where(right, 1.0, -1.0), np.array(weight)
    x1 = np.column_stack([x, np.ones(len(x))])

    def loss(w: Array) -> tuple[float, Array]:
        margin = y * (x1 @ w)
        plain = np.append(w[:-1], 0.0)  # the bias costs nothing
        gradient = plain - c * (x1.T @ (amount * y * expit(-margin)))
        return 0.5 * float(plain @ plain) + c * float(amount @ np.logaddexp(0, -margin)), gradient

    w = minimize(loss, np.zeros(len(HEAD)), jac=True, method="L-BFGS-B", bounds=HEAD, options={"maxiter": 3000}).x
    return Head(w[:-1], float(w[-1]))
