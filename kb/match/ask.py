"""The lines of a query → what is asked of the catalog: words with their weights, and the lines that say most."""

import math

from kb.catalog.read import Snapshot
from kb.match.spelling import MEANT, misspelt
from kb.named import NamedTuple
from kb.text.normal import fixed
from kb.text.query import QueryLine
from kb.text.terms import idf, terms

TERMS = 20
"""Terms of a query that are looked up, the most telling ones."""
LINES = 40
"""Lines of a query that are read."""
SHORT = 3
"""Lines of a query that somebody may have typed."""
VARIABLE = 0.4
"""What a word counts that stands in quotes or in a path of the query."""
KEY_LINES = 8
"""Lines that say most, which are read before the others."""


class AskedLine(NamedTuple):
    query: QueryLine
    words: dict[str, float]
    """Terms of the line with their weights in it."""
    low: str
    """The text in lower case."""
    terms: list[str]
    """In their order."""


class AskedWord(NamedTuple):
    text: str
    weight: float
    """idf × weight in the query."""


class Asked(NamedTuple):
    read: list[AskedLine]
    total: float
    """The weight of all its words: the sum of idf × weight."""
    words: list[AskedWord]
    """The most telling words that some entry has; a word's place is its bit in a set of words."""
    ordered: list[AskedLine]
    """The same lines: those that say most first, then the others in their order."""
    about: tuple[float, float, float, float]
    """The features that are the query's own: unknown, key_unknown, terms, log."""


def ask(snapshot: Snapshot, lines: list[QueryLine]) -> Asked | None:
    """What is asked; None where no entry has a word of it."""
    # Of a long log the lines that weigh most, in their order.
    heavy = sorted(lines, key=lambda q: (-q.weight, -q.number))[:LINES]
    read = [line for q in sorted(heavy, key=lambda q: q.number) if (line := _line(q)).words]
    weight: dict[str, float] = {}
    for line in read:
        for w, x in line.words.items():
            if x > weight.get(w, 0.0):
                weight[w] = x
    if not weight:
        return None
    asked = sorted(weight, key=lambda w: (-weight[w], w))[:200]
    dfs = snapshot.dfs(asked)
    if len(read) <= SHORT and len(dfs) < len(asked):
        for word, (meant, df) in misspelt(snapshot, [w for w in asked if w not in dfs], dfs).items():
            asked[asked.index(word)] = meant
            dfs[meant] = df
            weight[meant] = weight.pop(word) * MEANT
            for line in read:
                if word in line.words:
                    line.words[meant] = line.words.pop(word) * MEANT
    if not dfs:
        return None
    unseen = idf(0, snapshot.count)
    idfs = {w: idf(dfs[w], snapshot.count) if w in dfs else unseen for w in asked}
    total = sum(idfs[w] * weight[w] for w in asked)
    ordered = _ordered(read, idfs, dfs)
    telling = sorted(dfs, key=lambda w: (-idfs[w] * weight[w], w))[:TERMS]
    key = {w: idfs.get(w, 0.0) * x for w, x in ordered[0].words.items()}
    return Asked(
        read=read,
        total=total,
        words=[AskedWord(w, idfs[w] * weight[w]) for w in telling],
        ordered=ordered,
        about=(
            sum(idfs[w] * weight[w] for w in asked if w not in dfs) / total,
            sum(x for w, x in key.items() if w not in dfs) / (sum(key.values()) or 1.0),
            math.log1p(len(weight)),
            1.0 if len(read) > SHORT else 0.0,
        ),
    )


def _line(q: QueryLine) -> AskedLine:
    plain = fixed(q.text)
    found = terms(q.text)
    words = dict.fromkeys(found, q.weight if plain == q.text else q.weight * VARIABLE)
    if plain != q.text:
        words.update(dict.fromkeys(terms(plain), q.weight))
    return AskedLine(q, words, q.text.lower(), found)


def _ordered(read: list[AskedLine], idfs: dict[str, float], dfs: dict[str, int]) -> list[AskedLine]:
    """The lines that say most, the later one first where two weigh the same; then the others in their order."""

    def says(at: int) -> tuple[float, float]:
        known = sum(idfs[w] * x for w, x in read[at].words.items() if w in dfs)
        return (read[at].query.weight >= 0.8, read[at].query.weight * min(known, 20.0) + at * 0.01)

    places = sorted(range(len(read)), key=says, reverse=True)
    return [read[at] for at in (*places[:KEY_LINES], *sorted(places[KEY_LINES:]))]
