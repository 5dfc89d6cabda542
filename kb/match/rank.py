"""Query → candidates with features. The cost is bounded by the query's terms and the postings kept per term."""

import math
from collections import defaultdict
from typing import NamedTuple

from rapidfuzz import fuzz

from kb.catalog.layout import (
    CAUSE,
    LOOK_ALIKE,
    MESSAGE,
    OPTION,
    OUTPUT,
    QUESTION,
    REFERRED,
    SYMPTOM,
    TAG,
    TITLE,
    entry_of,
    kind_of,
)
from kb.catalog.read import Snapshot
from kb.text.normal import HOLE, fingerprint
from kb.text.reduce import QueryLine
from kb.text.terms import terms

TERMS = 40
"""Terms of a query that are looked up, the most telling ones."""
POOL = 24
"""Entries that get features."""

FEATURES = (
    "message", "output", "symptom", "question", "title", "body", "tag", "coverage", "key", "key_message", "alike",
    "alike_margin", "template", "print", "fuzzy", "fuzzy_question", "unknown", "mass", "margin", "terms",
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
    """The entries that share words with the query, with their features; not yet in order."""
    count = snapshot.count
    weight: dict[str, float] = {}
    per_line: list[tuple[QueryLine, frozenset[str]]] = []
    for q in query:
        words = frozenset(terms(q.text))
        if words:
            per_line.append((q, words))
            for w in words:
                if q.weight > weight.get(w, 0.0):
                    weight[w] = q.weight
    if not weight:
        return []
    asked = sorted(weight, key=lambda w: (-weight[w], w))[:200]
    dfs = snapshot.dfs(asked)
    unseen = math.log(1 + (count + 0.5) / 0.5)
    idf = {w: math.log(1 + (count - dfs[w] + 0.5) / (dfs[w] + 0.5)) if w in dfs else unseen for w in asked}
    known = sorted(dfs, key=lambda w: -idf[w] * weight[w])[:TERMS]
    if not known:
        return []
    total = sum(idf[w] * weight[w] for w in asked)
    unknown = sum(idf[w] * weight[w] for w in asked if w not in dfs) / total
    keys = _keys(per_line, idf)
    overlap: dict[int, float] = defaultdict(float)
    of_key: dict[int, float] = defaultdict(float)
    masses: dict[int, float] = defaultdict(float)
    for w, lines in snapshot.postings(known).items():
        amount = idf[w] * weight[w]
        in_key = w in keys.words
        last = 0
        for key in lines:
            overlap[key] += amount
            if in_key:
                of_key[key] += amount
        for e in {key >> 16 for key in lines if key >> 12 & 15 != LOOK_ALIKE}:
            masses[e] += amount
        del last
    best = sorted(masses, key=masses.__getitem__, reverse=True)[: POOL * 2]
    norms = snapshot.norms(best)
    grouped: dict[int, list[int]] = defaultdict(list)
    pool = set(best)
    for key in overlap:
        if key >> 16 in pool:
            grouped[key >> 16].append(key)
    prints = {entry_of(key): key for _, key in snapshot.prints([fingerprint(q.text) for q, _ in per_line if q.weight > 0.5][:40])}
    rough: list[tuple[float, int, dict[int, tuple[float, int]]]] = []
    for e in best:
        kinds: dict[int, tuple[float, int]] = {}
        for key in grouped[e]:
            norm = norms[e][key]
            score = overlap[key] / math.sqrt(norm * total) if norm else 0.0
            # A line of the entry that the query contains whole says more than one that it only touches.
            score = 0.5 * score + 0.5 * overlap[key] / (norm + 2.0)
            kind = kind_of(key)
            if score > kinds.get(kind, (0.0, 0))[0]:
                kinds[kind] = (score, key)
        top = max((s for k, (s, _) in kinds.items() if k != LOOK_ALIKE), default=0.0)
        rough.append((top + masses[e] / total + (e in prints), e, kinds))
    rough.sort(key=lambda r: (-r[0], r[1]))
    rough = rough[:POOL]
    texts = snapshot.lines([key for _, _, kinds in rough for _, key in kinds.values()])
    out: list[Ranked] = []
    for _, e, kinds in rough:

        def of(*wanted: int, kinds: dict[int, tuple[float, int]] = kinds) -> float:
            return max((kinds[k][0] for k in wanted if k in kinds), default=0.0)

        positive = max(((s, key) for k, (s, key) in kinds.items() if k != LOOK_ALIKE), default=(0.0, 0))
        alike, alike_key = kinds.get(LOOK_ALIKE, (0.0, 0))
        line = texts.get(positive[1], "")
        met = _meet(line, per_line, idf)
        key_best = max((of_key[key] for key in grouped[e] if kind_of(key) != LOOK_ALIKE), default=0.0)
        key_message = max((of_key[key] for key in grouped[e] if kind_of(key) in (MESSAGE, OUTPUT)), default=0.0)
        messages = [texts[kinds[k][1]] for k in (MESSAGE, OUTPUT) if k in kinds]
        template = max((_template(m, per_line) for m in messages), default=0.0)
        question = texts[kinds[QUESTION][1]] if QUESTION in kinds else ""
        features = (
            of(MESSAGE),
            of(OUTPUT),
            of(SYMPTOM),
            of(QUESTION, REFERRED),
            of(TITLE),
            of(CAUSE, OPTION),
            of(TAG),
            masses[e] / total,
            key_best / keys.mass,
            key_message / keys.mass,
            alike,
            positive[0] - alike,
            template,
            1.0 if e in prints else 0.0,
            fuzz.token_set_ratio(line, met) / 100,
            fuzz.token_set_ratio(question, keys.text) / 100 if question else 0.0,
            unknown,
            math.log1p(masses[e]),
            0.0,
            math.log1p(len(weight)),
        )
        out.append(Ranked(e, features, prints.get(e, positive[1]), met, alike_key))
    return out


class _Keys(NamedTuple):
    words: frozenset[str]
    mass: float
    text: str


def _keys(per_line: list[tuple[QueryLine, frozenset[str]]], idf: dict[str, float]) -> _Keys:
    """The line that weighs most: of several, the last."""
    top = max(q.weight for q, _ in per_line)
    q, words = next((q, words) for q, words in reversed(per_line) if q.weight == top)
    mass = sum(idf.get(w, 0.0) for w in words) * top
    return _Keys(words, mass or 1.0, q.text)


def _meet(line: str, per_line: list[tuple[QueryLine, frozenset[str]]], idf: dict[str, float]) -> str:
    """The line of the query that shares most with this line of an entry."""
    words = frozenset(terms(line))
    return max(per_line, key=lambda p: sum(idf.get(w, 0.0) for w in p[1] & words) * p[0].weight)[0].text


def _template(message: str, per_line: list[tuple[QueryLine, frozenset[str]]]) -> float:
    """The share of a literal message's characters that one line of the query has, in order; 0 where one part is missing."""
    parts = [p for part in message.lower().split(HOLE) if len(p := part.strip()) > 1]
    length = sum(map(len, parts))
    if length < 10:
        return 0.0
    best = 0.0
    for q, _ in per_line:
        low, at = q.text.lower(), 0
        for part in parts:
            at = low.find(part, at)
            if at < 0:
                break
            at += len(part)
        else:
            best = max(best, q.weight * min(1.0, length / 40))
    return best
