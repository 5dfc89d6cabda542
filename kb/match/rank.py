"""Query → candidates with features. The cost is bounded by the query's terms and the postings kept per term."""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
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
from kb.match.spelling import MEANT, misspelt
from kb.text.normal import HOLE, fingerprint, fixed
from kb.text.query import QueryLine
from kb.text.terms import terms

TERMS = 32
"""Terms of a query that are looked up, the most telling ones."""
LINES = 40
"""Lines of a query that are read."""
POOL, KEPT = 20, 12
"""Entries that are compared line by line, and of them those that get features."""
SHORT = 3
"""Lines of a query that somebody may have typed."""
VARIABLE = 0.4
"""What a word counts that stands in quotes or in a path of the query."""

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
KEY_LINES = 4
"""Lines of the query that are compared one by one with the lines of entries."""
_GROUP = tuple(next(g for g, kinds in enumerate(GROUPS) if k in kinds) for k in KINDS)
_AGAINST = _GROUP[LOOK_ALIKE]

FEATURES = (
    "message_cosine", "question_cosine", "symptom_cosine", "cause_cosine", "tag_cosine", "code_cosine", "alike_cosine",
    "message_whole", "question_whole", "symptom_whole", "cause_whole", "tag_whole", "code_whole", "alike_whole",
    "coverage", "key_line", "key_entry", "line_message", "line_question", "line_symptom", "line_alike", "line_entry",
    "line_margin", "alike_margin", "second_line",
    "template", "print", "prints", "fuzzy", "fuzzy_key", "bm25",
    "missing", "missing_line", "lost_line",
    "d_coverage", "d_bm25", "d_key_line", "d_best", "unknown", "key_unknown", "terms", "log",
    "foreign", "foreign_margin",
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


class _Line(NamedTuple):
    query: QueryLine
    words: dict[str, float]
    """Terms of the line with their weights in it."""
    low: str
    """The text in lower case."""


def rank(snapshot: Snapshot, query: list[QueryLine]) -> list[Ranked]:
    """The entries that share most words with the query, with their features; not yet in order."""
    # Of a long log the lines that weigh most, in their order.
    heavy = sorted(query, key=lambda q: (-q.weight, -q.number))[:LINES]
    read = [line for q in sorted(heavy, key=lambda q: q.number) if (line := _line(q)).words]
    weight: dict[str, float] = {}
    for line in read:
        for w, x in line.words.items():
            if x > weight.get(w, 0.0):
                weight[w] = x
    if not weight:
        return []
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
        return []
    unseen = _idf(0, snapshot.count)
    idf = {w: _idf(dfs[w], snapshot.count) if w in dfs else unseen for w in asked}
    total = sum(idf[w] * weight[w] for w in asked)
    unknown = sum(idf[w] * weight[w] for w in asked if w not in dfs) / total
    keys = _keys(read, idf, dfs)
    key_masses = [sum(idf.get(w, 0.0) * x for w, x in k.words.items()) or 1.0 for k in keys]
    said = {w: idf.get(w, 0.0) * x for w, x in keys[0].words.items()}
    loudest = max(said.values()) or 1.0
    said_squared = sum(x * x for x in said.values()) or 1.0
    key_unknown = sum(idf.get(w, 0.0) * x for w, x in keys[0].words.items() if w not in dfs) / key_masses[0]

    bm25: dict[int, float] = defaultdict(float)
    posted = snapshot.postings(sorted(dfs, key=lambda w: (-idf[w] * weight[w], w))[:TERMS])
    for w, entries, counts, _ in posted:
        amount = idf[w] * weight[w]
        for e, times in zip(entries, counts, strict=True):
            if times:
                bm25[e] += amount * _SATURATED[times]
    hashes = {h for line in read if line.query.weight > 0.25 and (h := fingerprint(line.query.text)) is not None}
    prints: dict[int, int] = {}
    printed: dict[int, set[int]] = defaultdict(set)
    for h, k in snapshot.prints(list(hashes)) if hashes else ():
        prints[entry_of(k)] = k
        printed[entry_of(k)].add(h)
    least = min(nlargest(POOL, bm25.values()), default=0.0)
    ahead = [e for e, x in bm25.items() if x >= least or e in prints]
    pool = sorted(ahead, key=lambda e: (e in prints, bm25[e], -e), reverse=True)[:POOL]

    mine: dict[int, set[str]] = {e: set() for e in pool}
    masses = dict.fromkeys(pool, 0.0)
    norms = snapshot.norms(pool)
    overlap: dict[int, dict[int, float]] = {e: {} for e in pool}
    in_key: list[dict[int, float]] = [{} for _ in keys]
    entry_key: list[dict[int, float]] = [dict.fromkeys(pool, 0.0) for _ in keys]
    for w, entries, counts, lines in posted:
        amount = idf[w] * weight[w]
        in_keys = [(in_key[n], entry_key[n], idf[w] * line.words[w]) for n, line in enumerate(keys) if w in line.words]
        for e in pool:
            place = bisect_left(entries, e)
            if place == len(entries) or entries[place] != e:
                continue
            speaks = counts[place]
            if speaks:
                masses[e] += amount
                mine[e].add(w)
            of = overlap[e]
            for at in range(bisect_left(lines, e << 16), bisect_left(lines, e + 1 << 16)):
                k = lines[at]
                of[k] = of.get(k, 0.0) + amount
                for here, _, much in in_keys:
                    here[k] = here.get(k, 0.0) + much
            if in_keys and speaks:
                for _, there, much in in_keys:
                    there[e] += much

    found: list[tuple[float, int, list[tuple[float, float, int]]]] = []
    for e in pool:
        groups = [(0.0, 0.0, 0)] * len(GROUPS)
        for k, amount in overlap[e].items():
            norm = norms[e][k] + 1e-9
            cosine = amount / math.sqrt(norm * total)
            whole = amount / (norm + 3.0)
            g = _GROUP[k >> 12 & 15]
            if cosine + whole > groups[g][0] + groups[g][1]:
                groups[g] = (cosine, whole, k)
        top = max(c + w for g, (c, w, _) in enumerate(groups) if g != _AGAINST)
        found.append(
            (top + bm25[e] / total + masses[e] / total + entry_key[0][e] / key_masses[0] + (e in prints), e, groups)
        )
    found.sort(key=lambda f: (-f[0], f[1]))
    found = found[:KEPT]
    texts = snapshot.lines([k for _, _, groups in found for _, _, k in groups if k])

    out: list[Ranked] = []
    for _, e, groups in found:
        speaking = [g for n, g in enumerate(groups) if n != _AGAINST]
        cosine, whole, at = max(speaking, key=lambda g: g[0] + g[1])
        alike_cosine, alike_whole, alike = groups[_AGAINST]
        met_line = texts.get(at, "")
        met_words = set(terms(met_line))
        met = max(read, key=lambda r: sum(idf.get(w, 0.0) * x for w, x in r.words.items() if w in met_words)).query.text
        positive = [k for k in overlap[e] if k >> 12 & 15 != LOOK_ALIKE]
        best_lines = sorted((overlap[e][k] / math.sqrt(norms[e][k] * total + 1e-9) for k in positive), reverse=True)
        by_line = [0.0] * len(GROUPS)
        for n, mass in enumerate(key_masses):
            here = in_key[n]
            for k in overlap[e]:
                if k in here:
                    near = here[k] / math.sqrt((norms[e][k] + 1e-9) * mass)
                    g = _GROUP[k >> 12 & 15]
                    if near > by_line[g]:
                        by_line[g] = near
        out.append(
            Ranked(
                e,
                (
                    *(g[0] for g in groups),
                    *(g[1] for g in groups),
                    masses[e] / total,
                    max((in_key[0].get(k, 0.0) for k in positive), default=0.0) / key_masses[0],
                    entry_key[0][e] / key_masses[0],
                    *by_line[:3],
                    by_line[_AGAINST],
                    max(entry_key[n][e] / mass for n, mass in enumerate(key_masses)),
                    max(by_line[:3]) - by_line[_AGAINST],
                    cosine + whole - alike_cosine - alike_whole,
                    best_lines[1] if len(best_lines) > 1 else 0.0,
                    _template(texts[groups[0][2]], read) if groups[0][2] else 0.0,
                    1.0 if e in prints else 0.0,
                    len(printed[e]) / len(hashes) if hashes else 0.0,
                    fuzz.token_set_ratio(met_line, met) / 100,
                    fuzz.partial_ratio(keys[0].low[:200], met_line.lower()) / 100,
                    bm25[e] / total,
                    max((x for w, x in said.items() if w not in mine[e]), default=0.0) / loudest,
                    max((x for w, x in said.items() if w not in met_words), default=0.0) / loudest,
                    sum(x * x for w, x in said.items() if w not in met_words) / said_squared,
                ),
                prints.get(e, at),
                met,
                alike,
            )
        )
    about = (unknown, key_unknown, math.log1p(len(weight)), 1.0 if len(read) > 3 else 0.0)
    return [r._replace(features=(*r.features, *_leads(r, out), *about, *_foreign(r, out))) for r in out]


_ALIKE, _ALIKE_WHOLE = FEATURES.index("alike_cosine"), FEATURES.index("alike_whole")
_LED = tuple(FEATURES.index(name) for name in ("coverage", "bm25", "key_line"))


def _leads(one: Ranked, all_: list[Ranked]) -> Iterator[float]:
    """How far a candidate is ahead of the best other one, or behind it."""
    others = [r.features for r in all_ if r is not one]
    for at in _LED:
        yield one.features[at] - max((f[at] for f in others), default=0.0)
    yield max(one.features[:4]) - max((max(f[:4]) for f in others), default=0.0)


def _foreign(one: Ranked, all_: list[Ranked]) -> tuple[float, float]:
    """How well a look-alike of the other candidates is met, and how far the candidate's own lines are ahead of it."""
    near = max((r.features[_ALIKE] + r.features[_ALIKE_WHOLE] for r in all_ if r is not one), default=0.0)
    own = max(one.features[n] + one.features[n + len(GROUPS)] for n in range(4))
    return near, own - near


def _idf(df: int, count: int) -> float:
    return math.log(1 + (count - df + 0.5) / (df + 0.5))


def _line(q: QueryLine) -> _Line:
    words = dict.fromkeys(terms(q.text), q.weight * VARIABLE)
    if words:
        words.update(dict.fromkeys(terms(fixed(q.text)), q.weight))
    return _Line(q, words, q.text.lower())


def _keys(read: list[_Line], idf: dict[str, float], dfs: dict[str, int]) -> list[_Line]:
    """The lines that say most, the later one first where two weigh the same."""

    def says(at: int) -> tuple[float, float]:
        known = sum(idf[w] * x for w, x in read[at].words.items() if w in dfs)
        return (read[at].query.weight >= 0.8, read[at].query.weight * min(known, 20.0) + at * 0.01)

    return [read[at] for at in sorted(range(len(read)), key=says, reverse=True)[:KEY_LINES]]


def _template(message: str, read: list[_Line]) -> float:
    """How much of a literal message one line of the query has, all its parts in order; 0 where one is missing."""
    parts = [p for part in message.lower().split(HOLE) if len(p := part.strip()) > 1]
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
