"""The model of look-up: a listwise ranker and a decider over its best candidate. Needs numpy, scipy, scikit-learn."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from bench.cases import Case
from kb.catalog.read import Snapshot
from kb.match.rank import FEATURES, rank
from kb.text.reduce import reduce

Array = NDArray[np.float64]
NEGATIVE = 0.6
"""What a negative counts to the decider: of our queries nearly three in ten have no entry, of people's one in six."""


AGAINST = ("alike_cosine", "alike_whole", "alike_template", "line_alike", "missing", "lost_line")
NEITHER = ("terms", "log", "unknown", "key_unknown", "foreign", "foreign_template")
"""Features that speak against a candidate, and those that all candidates of a query share; the others speak for it.
The ranker's weights keep these signs: of features that say nearly the same, none is set off against another."""
SIGNS = [(0, 0) if n in NEITHER else (None, 0) if n.startswith(AGAINST) else (0, None) for n in FEATURES]
SURE = [
    (None, None) if n in ("terms", "log") else (None, 0) if n in NEITHER else s
    for n, s in zip(FEATURES, SIGNS, strict=True)
]
"""The same for the heads, to which what speaks against all candidates speaks against the best."""


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


class Model(NamedTuple):
    mean: Array
    scale: Array
    weights: Array
    """Of the ranker, over standardised features."""
    decider: LogisticRegression
    """Is the best candidate right?"""
    offerer: LogisticRegression
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
    data = [((r.x - mean) / scale, r.right, weight.get(r.case.kind, 1.0)) for r in train if r.right.any()]

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

    weights = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B", bounds=SIGNS).x
    model = Model(mean, scale, weights, LogisticRegression(), LogisticRegression())
    tops = [(r, model.top(r.x)) for r in train if len(r.x)]
    features = np.array([f for _, (_, f) in tops])
    _fit_head(
        model.decider,
        c,
        features,
        [bool(r.right[best]) for r, (best, _) in tops],
        [weight.get(r.case.kind, 1.0) * (1.0 if r.case.good else NEGATIVE) for r, _ in tops],
    )
    # To offer candidates for a near negative costs a glance; what is far from every entry should meet silence.
    cost = {"far": 8.0, "near": 0.3, "": 1.0}
    _fit_head(
        model.offerer,
        0.02,
        features,
        [bool(r.right[np.argsort(-model.logits(r.x))[:5]].any()) for r, _ in tops],
        [weight.get(r.case.kind, 1.0) * cost[r.case.negative] for r, _ in tops],
    )
    return model


def _fit_head(head: LogisticRegression, c: float, x: Array, right: Sequence[bool], weight: Sequence[float]) -> None:
    """Logistic regression as scikit-learn's, with `c` for its C, and with coefficients that keep the signs of SURE."""
    y, amount = np.where(right, 1.0, -1.0), np.array(weight)
    x1 = np.column_stack([x, np.ones(len(x))])

    def loss(w: Array) -> tuple[float, Array]:
        margin = y * (x1 @ w)
        p = 1 / (1 + np.exp(np.clip(margin, -500, 500)))
        gradient = -c * (x1.T @ (amount * y * p))
        plain = np.append(w[:-1], 0.0)
        return 0.5 * float(plain @ plain) + c * float(amount @ np.logaddexp(0, -margin)), gradient + plain

    bounds = [*SURE, (0, None), (0, None), (0, None), (None, None)]
    w = minimize(loss, np.zeros(x1.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 3000}).x
    head.classes_, head.coef_, head.intercept_ = np.array([False, True]), w[None, :-1], w[-1:]
