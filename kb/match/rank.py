"""Query → candidates with features. The cost is bounded by the query's terms and the postings kept per term."""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterator
from heapq import nlargest
from typing import NamedTuple

from rapidfuzz import fuzz

from kb.catalog.layout import (
    CAUSE,
    CHECK,
    CODE,
    KINDS,
    LOOK_ALIKE,
    MESSAGE,
    OPTION,
    OUTPUT,
    PROSE,
    QUESTION,
    REFERRED,
    SYMPTOM,
    TAG,
    TITLE,
    entry_of,
)
from kb.catalog.read import Snapshot
from kb.match.ask import Asked, AskedLine, ask
from kb.text.normal import HOLE, fingerprint
from kb.text.query import QueryLine

POOL, KEPT = 20, 12
"""Entries that are compared line by line, and of them those that get features."""

GROUPS = (
    (MESSAGE, OUTPUT),
    (QUESTION, REFERRED),
    (SYMPTOM, TITLE),
    (CAUSE, OPTION, PROSE, CHECK),
    (TAG,),
    (CODE,),
    (LOOK_ALIKE,),
)
_SATURATED = tuple(n / (n + 2.0) for n in range(256))
"""BM25's reward for a term that stands in n lines of an entry."""
FEW = 64
"""Up to so many postings of a term are gone through, of more those of the pool are sought."""
_GROUP = tuple(next(g for g, kinds in enumerate(GROUPS) if k in kinds) for k in KINDS)
_AGAINST = _GROUP[LOOK_ALIKE]

FEATURES = (
    "message_cosine", "question_cosine", "symptom_cosine", "cause_cosine", "tag_cosine", "code_cosine", "alike_cosine",
    "message_whole", "question_whole", "symptom_whole", "cause_whole", "tag_whole", "code_whole", "alike_whole",
    "coverage", "key_line", "key_entry", "line_message", "line_question", "line_symptom", "line_alike", "line_entry",
    "line_margin", "alike_margin", "second_line",
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
    """Key of the look-alike that met best, 0 for none."""


def rank(snapshot: Snapshot, query: list[QueryLine]) -> list[Ranked]:
    """The entries that share most words with the query, with their features; not yet in order."""
    q = ask(snapshot, query)
    if q is None:
        return []
    posted = snapshot.postings([w for w, _ in q.words])
    bm25: dict[int, float] = defaultdict(float)
    for (_, amount), (entries, counts, _) in zip(q.words, posted, strict=True):
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
    # By entry: the weight of the words that it has, of those in each key line, and which words those are.
    masses = dict.fromkeys(pool, 0.0)
    key_masses = [dict.fromkeys(pool, 0.0) for _ in q.keys]
    has = dict.fromkeys(pool, 0)
    # By line of the pool: the weight of the words that it shares with the query, with each key line, and which.
    overlap: dict[int, float] = {}
    in_key: list[dict[int, float]] = [{} for _ in q.keys]
    shared: dict[int, int] = {}
    for at, ((_, amount), (entries, counts, lines)) in enumerate(zip(q.words, posted, strict=True)):
        of_keys = [(in_key[n], much) for n, much in q.in_keys[at]]
        bit = 1 << at
        for e in _speaking(entries, counts, pool, norms):
            masses[e] += amount
            has[e] |= bit
            for n, much in q.in_keys[at]:
                key_masses[n][e] += much
        for k in _of_pool(lines, pool, norms):
            if k in overlap:
                overlap[k] += amount
                shared[k] |= bit
            else:
                overlap[k] = amount
                shared[k] = bit
            for here, much in of_keys:
                here[k] = here.get(k, 0.0) + much

    # By entry the line of each group that meets the query best, and its two best lines of all that speak for it.
    groups: dict[int, list[tuple[float, float, int]]] = {e: [(0.0, 0.0, 0)] * len(GROUPS) for e in pool}
    firsts, seconds = dict.fromkeys(pool, 0.0), dict.fromkeys(pool, 0.0)
    for k, amount in overlap.items():
        e = k >> 16
        norm = norms[e][k & 0xFFFF] + 1e-9
        cosine = amount / math.sqrt(norm * q.total)
        whole = amount / (norm + 3.0)
        g = _GROUP[k >> 12 & 15]
        best = groups[e][g]
        if cosine + whole > best[0] + best[1]:
            groups[e][g] = (cosine, whole, k)
        if g != _AGAINST:
            if cosine > firsts[e]:
                firsts[e], seconds[e] = cosine, firsts[e]
            elif cosine > seconds[e]:
                seconds[e] = cosine
    by_line: dict[int, list[float]] = {e: [0.0] * len(GROUPS) for e in pool}
    for here, mass in zip(in_key, q.masses, strict=True):
        for k, amount in here.items():
            e, g = k >> 16, _GROUP[k >> 12 & 15]
            near = amount / math.sqrt((norms[e][k & 0xFFFF] + 1e-9) * mass)
            if near > by_line[e][g]:
                by_line[e][g] = near
    key_best = dict.fromkeys(pool, 0.0)
    for k, amount in in_key[0].items():
        if amount > key_best[k >> 16] and k >> 12 & 15 != LOOK_ALIKE:
            key_best[k >> 16] = amount

    best_of = {e: max((g for n, g in enumerate(groups[e]) if n != _AGAINST), key=lambda g: g[0] + g[1]) for e in pool}

    def promise(e: int) -> float:
        cosine, whole, _ = best_of[e]
        shares = (bm25[e] + masses[e]) / q.total + key_masses[0][e] / q.masses[0]
        return cosine + whole + shares + (e in prints)

    kept = sorted(pool, key=lambda e: (-promise(e), e))[:KEPT]
    texts = snapshot.lines([k for e in kept for k in {best_of[e][2], groups[e][0][2], groups[e][_AGAINST][2]} if k])
    loudest = max(x for _, x in q.said) or 1.0
    squared = sum(x * x for _, x in q.said) or 1.0
    out: list[Ranked] = []
    for e in kept:
        cosine, whole, at = best_of[e]
        alike_cosine, alike_whole, alike = groups[e][_AGAINST]
        line, words = texts.get(at, ""), shared.get(at, 0)
        met = _meet(q, words)
        out.append(
            Ranked(
                e,
                (
                    *(g[0] for g in groups[e]),
                    *(g[1] for g in groups[e]),
                    masses[e] / q.total,
                    key_best[e] / q.masses[0],
                    key_masses[0][e] / q.masses[0],
                    *by_line[e][:3],
                    by_line[e][_AGAINST],
                    max(of[e] / mass for of, mass in zip(key_masses, q.masses, strict=True)),
                    max(by_line[e][:3]) - by_line[e][_AGAINST],
                    cosine + whole - alike_cosine - alike_whole,
                    seconds[e],
                    _template(texts[groups[e][0][2]], q.read) if groups[e][0][2] else 0.0,
                    1.0 if e in prints else 0.0,
                    len(printed[e]) / len(hashes) if hashes else 0.0,
                    fuzz.token_set_ratio(line, met) / 100,
                    fuzz.partial_ratio(q.keys[0].low[:200], line.lower()) / 100,
                    bm25[e] / q.total,
                    max((x for bit, x in q.said if not bit & has[e]), default=0.0) / loudest,
                    max((x for bit, x in q.said if not bit & words), default=0.0) / loudest,
                    sum(x * x for bit, x in q.said if not bit & words) / squared,
                    max((_template(m, q.read) for m in texts.get(alike, "").split("`")[1::2]), default=0.0),
                ),
                prints.get(e, at),
                met,
                alike,
            )
        )
    return [r._replace(features=(*r.features, *_leads(r, out), *q.about, *_foreign(r, out))) for r in out]


def _speaking(entries: memoryview, counts: bytes, pool: list[int], wanted: Container[int]) -> Iterator[int]:
    """Those of the pool for which a term speaks."""
    if len(entries) <= FEW:
        yield from (e for e, times in zip(entries, counts, strict=True) if times and e in wanted)
    else:
        for e in pool:
            at = bisect_left(entries, e)
            if at < len(entries) and entries[at] == e and counts[at]:
                yield e


def _of_pool(lines: memoryview, pool: list[int], wanted: Container[int]) -> Iterator[int]:
    """Those of a term's lines that are of entries of the pool."""
    if len(lines) <= FEW:
        yield from (k for k in lines if k >> 16 in wanted)
    else:
        for e in pool:
            yield from lines[bisect_left(lines, e << 16) : bisect_left(lines, e + 1 << 16)]


def _meet(q: Asked, words: int) -> str:
    """The line of the query that has most of these words."""
    most, met = 0.0, q.keys[0]
    shared = [word for at, word in enumerate(q.words) if words >> at & 1]
    for line in q.read:
        amount = sum(x * line.words[w] for w, x in shared if w in line.words)
        if amount > most:
            most, met = amount, line
    return met.query.text


_ALIKE, _ALIKE_WHOLE = FEATURES.index("alike_cosine"), FEATURES.index("alike_whole")
_ALIKE_TEMPLATE = FEATURES.index("alike_template")
_LED = tuple(FEATURES.index(name) for name in ("coverage", "bm25", "key_line"))


def _leads(one: Ranked, all_: list[Ranked]) -> Iterator[float]:
    """How far a candidate is ahead of the best other one, or behind it."""
    others = [r.features for r in all_ if r is not one]
    for at in _LED:
        yield one.features[at] - max((f[at] for f in others), default=0.0)
    yield max(one.features[:4]) - max((max(f[:4]) for f in others), default=0.0)


def _foreign(one: Ranked, all_: list[Ranked]) -> tuple[float, float, float]:
    """How well a look-alike of the other candidates is met, how far the candidate's own lines are ahead of it, and
    how much of a message that such a look-alike names stands in the query."""
    near = max((r.features[_ALIKE] + r.features[_ALIKE_WHOLE] for r in all_ if r is not one), default=0.0)
    own = max(one.features[n] + one.features[n + len(GROUPS)] for n in range(4))
    return near, own - near, max((r.features[_ALIKE_TEMPLATE] for r in all_ if r is not one), default=0.0)


def _template(message: str, read: list[AskedLine]) -> float:
    """How much of a literal message one line of the query has, all its parts in order; 0 where one is missing."""
    parts = [p for part in message.lower().replace(HOLE, "…").split("…") if len(p := part.strip()) > 1]
    length = sum(map(len, parts))
    if length < 10:
        return 0.0
    best = 0.0
    for line in read:
        low, at = line.low, 0
        for part in parts:
            at = low.find(part, at)
            if at < 0:
                break
            at += len(part)
        else:
            best = max(best, line.query.weight * min(1.0, length / 40))
    return best
