"""Query → candidates with features. The cost is bounded by the query's terms and the postings kept per term."""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterator
from functools import lru_cache
from heapq import nlargest
from operator import add, truediv
from typing import NamedTuple

from rapidfuzz import fuzz

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
from kb.match.ask import Asked, AskedLine, ask
from kb.match.wording import wording
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
_QUERY, _AGAINST = GROUPS.index((QUERY,)), GROUPS.index(AGAINST)

FEATURES = (
    "message_cosine", "question_cosine", "symptom_cosine", "cause_cosine", "tag_cosine", "code_cosine", "query_cosine",
    "alike_cosine",
    "message_whole", "question_whole", "symptom_whole", "cause_whole", "tag_whole", "code_whole", "query_whole",
    "alike_whole",
    "coverage", "key_line", "key_entry",
    "line_message", "line_question", "line_symptom", "line_query", "line_alike", "line_entry",
    "line_margin", "alike_margin", "second_line",
    "pairs", "pairs_key", "alike_pairs", "plain", "plain_key", "alike_plain",
    "template", "print", "prints", "fuzzy", "fuzzy_key", "bm25",
    "missing", "missing_line", "lost_line", "alike_template",
    "d_coverage", "d_bm25", "d_key_line", "d_best", "unknown", "key_unknown", "terms", "log",
    "foreign", "foreign_margin", "foreign_template",
)  # fmt: skip
"""Names of the features of a candidate, in the order of its tuple."""


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
        amount = word.of[0]
        for e, times in zip(entries, counts, strict=True):
            if times:
                bm25[e] += amount * _SATURATED[times]
    hashes = {h for line in q.read if line.query.weight > 0.25 and (h := fingerprint(line.query.text)) is not None}
    prints: dict[int, int] = {}
    printed: dict[int, set[int]] = defaultdict(set)
    for h, k in snapshot.prints(list(hashes)) if hashes else ():
        prints[entry_of(k)] = k
        printed[entry_of(k)].add(h)
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
    weights = _Weights(q)
    met = {e: _Met() for e in pool}
    for k, words in shared.items():
        e = k >> 16
        met[e].take(k, words, weights[words], norms[e][k & 0xFFFF] + 1e-9)
    best_of = {e: max(m.groups[:_AGAINST], key=lambda g: g[0] + g[1]) for e, m in met.items()}

    shown = {k for e, m in met.items() for k in (best_of[e][2], m.groups[0][2], m.groups[_AGAINST][2]) if k}
    texts = snapshot.lines(list(shown))
    loud = q.keys[0].low[:200]
    loudest = q.said[0][1] or 1.0
    squared = sum([x * x for _, x in q.said]) or 1.0
    out: list[Ranked] = []
    for e, worded in zip(pool, wording(snapshot, q, pool), strict=True):
        cosine, whole, at = best_of[e]
        m = met[e]
        alike_cosine, alike_whole, alike = m.groups[_AGAINST]
        line, words = texts.get(at, ""), shared.get(at, 0)
        said_by = _meet(q, words)
        weight = weights[m.has].of
        lost = [x for bit, x in q.said if not bit & words]
        out.append(
            Ranked(
                e,
                (
                    *(g[0] for g in m.groups),
                    *(g[1] for g in m.groups),
                    weight[0] / q.total,
                    m.key_best / q.masses[0],
                    weight[1] / q.masses[0],
                    *m.near[:3],
                    m.near[_QUERY],
                    m.near[_AGAINST],
                    max(map(truediv, weight[1:], q.masses)),
                    max(m.near[:3]) - m.near[_AGAINST],
                    cosine + whole - alike_cosine - alike_whole,
                    m.second,
                    *worded,
                    _template(texts[m.groups[0][2]], q.read) if m.groups[0][2] else 0.0,
                    1.0 if e in prints else 0.0,
                    len(printed[e]) / len(hashes) if hashes else 0.0,
                    fuzz.token_set_ratio(line, said_by) / 100,
                    fuzz.partial_ratio(loud, line.lower()) / 100,
                    bm25[e] / q.total,
                    next((x for bit, x in q.said if not bit & m.has), 0.0) / loudest,
                    lost[0] / loudest if lost else 0.0,
                    sum([x * x for x in lost]) / squared,
                    max([_template(m, q.read) for m in texts[alike].split("`")[1::2]], default=0.0) if alike else 0.0,
                ),
                prints.get(e, at),
                said_by,
                alike,
            )
        )
    beside = _beside([r.features for r in out])
    return [
        Ranked(r.entry, (*r.features, *b[:4], *q.about, *b[4:]), r.best, r.query, r.alike)
        for r, b in zip(out, beside, strict=True)
    ]


class _Weight(NamedTuple):
    of: tuple[float, ...]
    """Sum of idf × weight over the query, then over each key line."""
    across: float
    """The first over the root of the query's weight: a cosine but for the root of the other line's norm."""
    nearest: float
    """The same for the key line of which it is most."""


class _Weights(dict[int, _Weight]):
    """What sets of words weigh, by their bits: many lines share few sets."""

    def __init__(self, q: Asked) -> None:
        self.words = q.words
        self.root, *self.roots = (math.sqrt(x) for x in (q.total, *q.masses))
        self[0] = _Weight((0.0,) * (len(q.masses) + 1), 0.0, 0.0)

    def __missing__(self, words: int) -> _Weight:
        others = words & words - 1
        of = self.words[(words ^ others).bit_length() - 1].of
        if others:
            of = tuple(map(add, self[others].of, of))
        found = self[words] = _Weight(of, of[0] / self.root, max(map(truediv, of[1:], self.roots)))
        return found


class _Met:
    """How the lines of one entry meet the query."""

    __slots__ = ("first", "groups", "has", "key_best", "near", "second")

    def __init__(self) -> None:
        self.has = 0
        """The words that speak for it."""
        self.groups = [(0.0, 0.0, 0)] * len(GROUPS)
        """Of each group the line that meets the query best: its two shares, its key."""
        self.near = [0.0] * len(GROUPS)
        """How near a line of each group comes to a key line."""
        self.key_best = self.first = self.second = 0.0
        """The most of the first key line that a line has; the best two cosines of lines that speak for it."""

    def take(self, key: int, words: int, weight: _Weight, norm: float) -> None:
        root = math.sqrt(norm)
        cosine, whole, near = weight.across / root, weight.of[0] / (norm + 3.0), weight.nearest / root
        g = _GROUP[key >> 12 & 15]
        best = self.groups[g]
        if cosine + whole > best[0] + best[1]:
            self.groups[g] = (cosine, whole, key)
        if near > self.near[g]:
            self.near[g] = near
        if g != _AGAINST:
            self.has |= words
            if weight.of[1] > self.key_best:
                self.key_best = weight.of[1]
            if cosine > self.first:
                self.first, self.second = cosine, self.first
            elif cosine > self.second:
                self.second = cosine


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
    most, met = 0.0, q.keys[0]
    shared = [word for at, word in enumerate(q.words) if words >> at & 1]
    for line in q.read:
        amount = sum([word.of[0] * line.words[word.text] for word in shared if word.text in line.words])
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
_LED = tuple(FEATURES.index(name) for name in ("coverage", "bm25", "key_line"))


def _beside(all_: list[tuple[float, ...]]) -> Iterator[tuple[float, ...]]:
    """Of each candidate: how far it is ahead of the best other one, or behind it, in four features; how well a
    look-alike of the others is met, how far the candidate's own lines are ahead of that, and how much of a message
    that such a look-alike names stands in the query."""
    led = [[f[at] for f in all_] for at in _LED]
    led.append([max(f[:4]) for f in all_])
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
