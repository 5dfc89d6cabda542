"""Entries → the rows that look-up reads: lines, the lines of each term, pairs, fingerprints."""

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Table

from kb.catalog import schema
from kb.catalog.layout import AGAINST, MESSAGE, OUTPUT, POSITIONS, REFERRED, entry_of
from kb.catalog.layout import key as line_key
from kb.catalog.lines import lines
from kb.catalog.memo import Memo
from kb.entry.model import Entry
from kb.text.normal import fingerprint
from kb.text.terms import idf

KEPT_POSTINGS = 2048
"""Lines kept per term, the shortest ones: what bounds the cost of a look-up in a large catalog."""


def index(entries: Sequence[Entry], memo: Memo) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """The rows of each table that look-up reads."""
    ids = {e.id: n for n, e in enumerate(entries, 1)}
    ids |= {a: n for n, e in enumerate(entries, 1) for a in e.aliases}
    every: dict[int, list[tuple[int, str]]] = {n: list(lines(e, memo.said)) for n, e in enumerate(entries, 1)}
    for e in entries:
        for look_alike in e.look_alikes:
            if look_alike.entry in ids:
                every[ids[look_alike.entry]].append((REFERRED, look_alike.seen))
    rows: list[dict[str, Any]] = []
    found: list[tuple[int, frozenset[str]]] = []
    prints: set[tuple[int, int]] = set()
    df: Counter[str] = Counter()
    for n, of_entry in every.items():
        positions: Counter[int] = Counter()
        mine: set[str] = set()
        for kind, text in of_entry:
            if positions[kind] == POSITIONS:
                continue
            key = line_key(n, kind, positions[kind])
            positions[kind] += 1
            rows.append({"key": key, "text": text})
            words = memo.words(text)
            found.append((key, words))
            if kind not in AGAINST:
                mine |= words
            if kind in (MESSAGE, OUTPUT):
                found_print = fingerprint(text)
                if found_print is not None:
                    prints.add((found_print, key))
        df.update(mine)
    rows.sort(key=lambda r: int(r["key"]))
    idfs = {t: idf(d, len(entries)) for t, d in df.items()}
    unseen = idf(0, len(entries))
    postings: dict[str, list[int]] = defaultdict(list)
    norms: dict[int, list[tuple[int, float]]] = defaultdict(list)
    norm_of: dict[int, float] = {}
    for key, words in sorted(found, key=lambda f: f[0]):
        norm = norm_of[key] = math.fsum(idfs.get(t, unseen) for t in words)
        norms[entry_of(key)].append((key & 0xFFFF, norm))
        for t in words:
            postings[t].append(key)
    yield schema.line, rows
    yield (
        schema.term,
        [{"term": t, "df": df.get(t, 0), **_posted(_kept(postings[t], norm_of))} for t in sorted(postings)],
    )
    yield (
        schema.norms,
        [
            {"entry": n, "keys": _packed("H", (k for k, _ in of)), "norms": _packed("f", (x for _, x in of))}
            for n, of in sorted(norms.items())
        ],
    )
    yield (
        schema.pairs,
        [
            {
                "entry": n,
                "own": memo.pairs([text for kind, text in of if kind not in AGAINST]),
                "against": memo.pairs([text for kind, text in of if kind in AGAINST]),
            }
            for n, of in every.items()
        ],
    )
    yield schema.fingerprint, [{"hash": h, "key": k} for h, k in sorted(prints)]


def _kept(keys: list[int], norm_of: dict[int, float]) -> list[int]:
    """The lines of a term that are kept, in ascending order, as they came."""
    if len(keys) <= KEPT_POSTINGS:
        return keys
    return sorted(sorted(keys, key=lambda k: (norm_of[k], k))[:KEPT_POSTINGS])


def _posted(keys: list[int]) -> dict[str, bytes]:
    entries: list[int] = []
    counts: list[int] = []
    for k in keys:
        e, speaks = k >> 16, (k >> 12 & 15) not in AGAINST
        if entries and entries[-1] == e:
            counts[-1] += speaks
        else:
            entries.append(e)
            counts.append(int(speaks))
    return {
        "entries": _packed("I", entries),
        "counts": bytes(min(n, 255) for n in counts),
        "lines": _packed("Q", keys),
    }


def _packed(kind: str, values: Iterable[float]) -> bytes:
    return array(kind, values).tobytes()
