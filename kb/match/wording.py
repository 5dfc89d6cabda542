"""How much of the wording of a query the candidates have, and their look-alikes: pairs of neighbours."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set

from kb.catalog.read import Snapshot
from kb.match.ask import Asked, AskedLine
from kb.text.pairs import plain_pairs, term_pairs
from kb.text.terms import idf

PAIRS = 80
"""Pairs of a kind that are looked up, those of the lines that say most."""


def wording(snapshot: Snapshot, q: Asked, pool: list[int]) -> Iterator[tuple[float, ...]]:
    """Of each candidate: the share of the query's pairs that it has, and the share that stands only in lines against
    it; of terms, then of words and signs. A pair counts the more the fewer have it.
    """
    terms = _asked(q, lambda line: term_pairs(line.terms))
    plain = _asked(q, lambda line: plain_pairs(line.query.text))
    wanted = {*terms, *plain}
    found = snapshot.pairs(pool)
    of = [(own.among(wanted), against.among(wanted)) for own, against in map(found.__getitem__, pool)]
    for a, b in zip(_shares(terms, of), _shares(plain, of), strict=True):
        yield (*a, *b)


def _asked(q: Asked, of_line: Callable[[AskedLine], set[int]]) -> dict[int, float]:
    """The query's pairs with their weights."""
    asked: dict[int, float] = {}
    for line in q.ordered:
        if len(asked) > PAIRS:
            break
        for pair in of_line(line):
            asked[pair] = max(asked.get(pair, 0.0), line.query.weight)
    return asked


def _shares(asked: dict[int, float], of: Sequence[tuple[Set[int], Set[int]]]) -> Iterator[tuple[float, float]]:
    pairs = set(asked)
    own = [pairs & mine for mine, _ in of]
    having = Counter(pair for mine in own for pair in mine)
    idfs = [idf(d, len(of)) for d in range(len(of) + 1)]
    weights = {pair: x * idfs[having[pair]] for pair, x in asked.items()}
    total = sum(weights.values()) or 1.0
    for mine, (_, against) in zip(own, of, strict=True):
        yield (
            sum([weights[pair] for pair in mine]) / total,
            sum([weights[pair] for pair in (pairs & against) - mine]) / total,
        )
