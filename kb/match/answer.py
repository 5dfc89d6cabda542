"""What a look-up answers."""

from __future__ import annotations

from kb.named import NamedTuple

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Literal

    Decision = Literal["match", "candidates", "none"]


class Why(NamedTuple):
    """The two lines that met."""

    query: str
    """A line of the query, redacted."""
    entry: str
    """A line of the entry, or of a query beside it, up to 400 characters of it."""


class Candidate(NamedTuple):
    id: str
    title: str
    score: float
    """0 to 1: the probability that this entry is the right one."""
    why: Why
    tell_apart: str
    """What a look-alike of another candidate says of this entry, where one names it; else its cause in one sentence."""


class Answer(NamedTuple):
    decision: Decision
    candidates: tuple[Candidate, ...]
    """Best first; up to `limit`, five unless told. With `none`, empty unless the ranking was asked for."""
    resembles: str | None = None
    """With `none`: what the query is instead, where a look-alike says so."""
