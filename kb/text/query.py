"""A line of a query. A module of its own, since what makes the lines is loaded by need."""

from kb.named import NamedTuple

WIDTH = 400
"""Of a long line the beginning is read, in characters."""


class QueryLine(NamedTuple):
    text: str
    weight: float
    """0 to 1: how much the line says about the failure."""
    number: int
    """0-based line of the text as given (after the middle of a long one was left out)."""
