"""Query → candidates with features. The cost is bounded by the query's terms and the postings kept per term."""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterator
from functools import lru_cache
from heapq import nlargest

from kb.catalog.layout import (
    AGAINST,
    CAUSE,
    CHECK,
    CODE,
    KINDS,
    MESSAGE,
    OPTION,
    OUTPUT,
    PROSE,
    QUERY,
    QUESTION,
    REFERRED,
    SYMPTOM,
    TAG,
    TITLE,
    entry_of,
)
from kb.catalog.read import Snapshot
from kb.match.ask import Asked, AskedLine, AskedWord, ask
from kb.match.wording import wording
from kb.named import NamedTuple
from kb.text.normal import HOLE, fingerprint
from kb.text.query import QueryLine

POOL = 8
"""Entries that are compared line by line: more make no answer better."""

GROUPS = (
    (MESSAGE, OUTPUT),
    (QUESTION, REFERRED),
    (SYMPTOM, TITLE),
    (CAUSE, OPTION, PROSE, CHECK),
    (TAG,),
    (CODE,),
    (QUERY,),
    AGAINST,
)
_SATURATED = tuple(n / (n + 2.0) for n in range(256))
"""BM25's reward for a term that stands in n lines of an entry."""
FEW = 100
"""Up to so many lines of a term are gone through, of more those of the pool are sought."""
_GROUP = tuple(next(g for g, kinds in enumerate(GROUPS) if k in kinds) for k in KINDS)
_AGAINST = GROUPS.index(AGAINST)

FEATURES = (
    "message_cosine", "question_cosine", "symptom_cosine", "cause_cosine", "tag_cosine", "code_cosine", "query_cosine",
    "alike_cosine",
    "message_whole", "question_whole", "symptom_whole", "cause_whole", "tag_whole", "code_whole", "query_whole",
    "alike_whole",
    "coverage", "alike_margin",
    "pairs", "alike_pairs", "plain", "alike_plain",
    "template", "print", "bm25", "alike_template",
    "d_coverage", "d_bm25", "unknown", "key_unknown", "terms", "log",
    "foreign", "foreign_margin", "foreign_template",
)  # fmt: skip
"""Names of the features of a candidate, in the order of its tuple."""


_Met = tuple[float, float, float, int]
"""How a line meets the query: the sum of the next two, its cosine, how much of the line is met; its key."""


class Ranked(NamedTuple):
    entry: int
    features: tuple[float, ...]
    best: int
    """Key of the entry's line that met best."""
    query: str
    """The line of the query that met it."""
    alike: int
    """Key of the line that speaks against the entry and met best, 0 for none."""


def rank(snapshot: Snapshot, query: list[QueryLine]) -> list[Ranked]:
    """The entries that share most words with the query, with their features; not yet in order."""
    q = ask(snapshot, query)
    if q is None:
        return []
    posted = snapshot.postings([word.text for word in q.words])
    bm25: dict[int, float] = defaultdict(float)
    for word, (entries, counts, _) in zip(q.words, posted, strict=True):
        for e, times in zip(entries, counts, strict=True):
            if times:
                bm25[e] += word.weight * _SATURATED[times]
    hashes = {h for line in q.read if line.query.weight > 0.25 and (h := fingerprint(line.query.text)) is not None}
    prints = {entry_of(k): k for k in snapshot.prints(list(hashes))} if hashes else {}
    least = min(nlargest(POOL, bm25.values()), default=0.0)
    ahead = [e for e, x in bm25.items() if x >= least or e in prints]
    pool = sorted(ahead, key=lambda e: (e in prints, bm25[e], -e), reverse=True)[:POOL]

    norms = snapshot.norms(pool)
    # By line of the pool the words that it shares with the query, as bits.
    shared: dict[int, int] = defaultdict(int)
    ascending = sorted(pool)
    for at, (_, _, lines) in enumerate(posted):
        bit = 1 << at
        for k in _of_pool(lines, ascending, norms):
            shared[k] |= bit
    weights = _Weights(q.words)
    root = math.sqrt(q.total)
    # By entry, of each group the line that meets the query best; the words that speak for the entry.
    met: dict[int, list[_Met]] = {e: [(0.0, 0.0, 0.0, 0)] * len(GROUPS) for e in pool}
    has = dict.fromkeys(pool, 0)
    for k, words in shared.items():
        e, g = k >> 16, _GROUP[k >> 12 & 15]
        weight, norm = weights[words], norms[e][k & 0xFFFF] + 1e-9
        cosine, whole = weight / (root * math.sqrt(norm)), weight / (norm + 3.0)
        if cosine + whole > met[e][g][0]:
            met[e][g] = (cosine + whole, cosine, whole, k)
        if g != _AGAINST:
            has[e] |= words
    best_of = {e: max(groups[:_AGAINST]) for e, groups in met.items()}

    shown = {k for e, groups in met.items() for *_, k in (best_of[e], groups[0], groups[_AGAINST]) if k}
    texts = snapshot.lines(list(shown))
    out: list[Ranked] = []
    for e, worded in zip(pool, wording(snapshot, q, pool), strict=True):
        groups = met[e]
        (own, *_, at), (against, *_, alike), (*_, message) = best_of[e], groups[_AGAINST], groups[0]
        out.append(
            Ranked(
                e,
                (
                    *[g[1] for g in groups],
                    *[g[2] for g in groups],
                    weights[has[e]] / q.total,
                    own - against,
                    *worded,
                    _template(texts[message], q.read) if message else 0.0,
                    1.0 if e in prints else 0.0,
                    bm25[e] / q.total,
                    max([_template(m, q.read) for m in texts[alike].split("`")[1::2]], default=0.0) if alike else 0.0,
                ),
                prints.get(e, at),
                _meet(q, shared.get(at, 0)),
                alike,
            )
        )
    beside = _beside([r.features for r in out])
    return [
        Ranked(r.entry, (*r.features, *b[:2], *q.about, *b[2:]), r.best, r.query, r.alike)
        for r, b in zip(out, beside, strict=True)
    ]


class _Weights(dict[int, float]):
    """What sets of words weigh, by their bits: many lines share few sets."""

    def __init__(self, words: list[AskedWord]) -> None:
        self.words = words
        self[0] = 0.0

    def __missing__(self, words: int) -> float:
        others = words & words - 1
        found = self[words] = self[others] + self.words[(words ^ others).bit_length() - 1].weight
        return found


def _of_pool(lines: memoryview, pool: list[int], wanted: Container[int]) -> list[int]:
    """Those of a term's lines that are of entries of the pool, which is in ascending order."""
    if len(lines) <= FEW:
        return [k for k in lines if k >> 16 in wanted]
    out: list[int] = []
    at = 0
    for e in pool:
        start = bisect_left(lines, e << 16, at)
        at = bisect_left(lines, e + 1 << 16, start)
        out += lines[start:at]
    return out


def _meet(q: Asked, words: int) -> str:
    """The line of the query that has most of these words."""
    if len(q.read) == 1:
        return q.read[0].query.text
    most, met = 0.0, q.ordered[0]
    shared = [word for at, word in enumerate(q.words) if words >> at & 1]
    for line in q.read:
        amount = sum([word.weight * line.words[word.text] for word in shared if word.text in line.words])
        if amount > most:
            most, met = amount, line
    return met.query.text


def _others(values: list[float]) -> list[float]:
    """For each the greatest of the others, 0 where there are none."""
    if len(values) < 2:
        return [0.0] * len(values)
    first, second = nlargest(2, values)
    at = values.index(first)
    return [second if n == at else first for n in range(len(values))]


_ALIKE, _ALIKE_WHOLE = FEATURES.index("alike_cosine"), FEATURES.index("alike_whole")
_ALIKE_TEMPLATE = FEATURES.index("alike_template")
_LED = tuple(FEATURES.index(name) for name in ("coverage", "bm25"))


def _beside(all_: list[tuple[float, ...]]) -> Iterator[tuple[float, ...]]:
    """Of each candidate: how far it is ahead of the best other one, or behind it, in two features; how well a
    look-alike of the others is met, how far the candidate's own lines are ahead of that, and how much of a message
    that such a look-alike names stands in the query."""
    led = [[f[at] for f in all_] for at in _LED]
    leads = [[x - other for x, other in zip(of, _others(of), strict=True)] for of in led]
    near = _others([f[_ALIKE] + f[_ALIKE_WHOLE] for f in all_])
    own = [max(f[n] + f[n + len(GROUPS)] for n in range(4)) - other for f, other in zip(all_, near, strict=True)]
    yield from zip(*leads, near, own, _others([f[_ALIKE_TEMPLATE] for f in all_]), strict=True)


@lru_cache(10_000)
def _parts(message: str) -> tuple[list[str], float]:
    """What a literal message says between its holes, and what it counts by its length; 0 where it says too little."""
    parts = [p for part in message.lower().replace(HOLE, "…").split("…") if len(p := part.strip()) > 1]
    length = sum(map(len, parts))
    return parts, 0.0 if length < 10 else min(1.0, length / 40)


def _template(message: str, read: list[AskedLine]) -> float:
    """How much of a literal message one line of the query has, all its parts in order; 0 where one is missing."""
    parts, counts = _parts(message)
    best = 0.0
    for line in read if counts else ():
        low, at = line.low, 0
        for part in parts:
            at = low.find(part, at)
            if at < 0:
                break
            at += len(part)
        else:
            best = max(best, max(line.query.weight, 0.7) * counts)
    return best
