"""Learned weights, one per feature of rank.FEATURES."""

WEIGHTS = (3.0, 2.5, 2.0, 3.0, 2.0, 1.0, 1.0, 3.0, 1.5, 1.0, -1.0, 1.0, 2.0, 1.5, 1.0, 1.0, -1.0, 0.0, 0.0, 0.0)
BIAS = -6.5
