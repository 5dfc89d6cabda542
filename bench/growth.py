"""Look-up as the catalog grows, beside FTS5 and tantivy on the same lines: `python -m bench.growth --sizes 10000`.

Synthetic entries: seven words in ten are those of our own entries, as often as there; three in ten are made up, a few
for each entry. The snapshot has the tables that look-up reads and is written as a stream, since the usual writer
holds all entries in memory. Every measurement runs in a process of its own and starts with the file not in memory.
Needs numpy and tantivy.
"""

import argparse
import itertools
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import URL, create_engine

from bench.cases import ROOT
from kb.catalog import schema
from kb.catalog.index import KEPT_POSTINGS, _packed, _posted
from kb.catalog.layout import (
    APPLICATION_ID,
    CAUSE,
    LOOK_ALIKE,
    MESSAGE,
    QUESTION,
    SCHEMA_VERSION,
    SYMPTOM,
    TAG,
    TITLE,
    key,
)
from kb.catalog.lines import lines, pairs
from kb.catalog.read import Snapshot
from kb.entry.folder import read_folder
from kb.match.lookup import lookup
from kb.text.normal import fingerprint
from kb.text.terms import WORD, terms

SEED = 6
SHAPE = (
    (TITLE, 8), (MESSAGE, 8), (MESSAGE, 6), (MESSAGE, 10), (SYMPTOM, 8), (QUESTION, 9), (QUESTION, 7), (CAUSE, 16),
    (TAG, 4), (LOOK_ALIKE, 6),
)  # fmt: skip
"""The lines of a synthetic entry: kind and number of words."""
MADE_UP, NAMES = 0.3, 6
"""Share of the words that are made up; how many different ones an entry has."""
CHUNK = 10_000
BUCKET = 4_000_000
"""Rows sorted in memory at a time."""
QUERIES = 500
SYLLABLES = [a + b for a in "bdfgklmnprtvz" for b in ("a", "e", "i", "o", "u")]

Ints = NDArray[np.int64]
ROW = np.dtype([("term", "i8"), ("norm", "f8"), ("key", "i8")])
KINDS = np.array([kind for kind, _ in SHAPE])
LINE_KEYS = [key(0, kind, [k for k, _ in SHAPE[:n]].count(kind)) for n, (kind, _) in enumerate(SHAPE)]
LINE_OF = np.repeat(np.arange(len(SHAPE)), [words for _, words in SHAPE])
"""Of each word of an entry the line that it stands in."""


class Vocabulary(NamedTuple):
    words: list[str]
    """The common ones, then the made-up ones."""
    common: NDArray[np.float64]
    """The probability of each common word."""
    terms: list[str]
    """Ascending."""
    starts: Ints
    """The terms of word n are the numbers `of[starts[n] : starts[n + 1]]`."""
    of: Ints


def vocabulary(entries: int) -> Vocabulary:
    """The words of our own entries and twice as many made-up words as there are entries."""
    own = read_folder(ROOT / "entries").entries
    counts = Counter(w for e in own for _, text in lines(e) for w in WORD.findall(text))
    common = sorted(counts, key=lambda w: (-counts[w], w))
    words = common + [_made_up(n) for n in range(2 * entries)]
    each = [terms(w) for w in words]
    distinct = sorted({t for of in each for t in of})
    number = {t: n for n, t in enumerate(distinct)}
    weights = np.array([counts[w] for w in common], float)
    return Vocabulary(
        words,
        weights / weights.sum(),
        distinct,
        np.cumsum([0, *map(len, each)]),
        np.array([number[t] for of in each for t in of]),
    )


def _made_up(n: int) -> str:
    out = ""
    n += len(SYLLABLES) ** 2  # three syllables or more
    while n:
        n, digit = divmod(n, len(SYLLABLES))
        out += SYLLABLES[digit]
    return out


def chunks(entries: int, known: Vocabulary) -> Iterator[tuple[int, Ints]]:
    """(number of the first entry, entries × words as numbers of words). The same for the same number of entries."""
    cumulated = np.cumsum(known.common)
    pool = len(known.words) - len(known.common)
    for first in range(0, entries, CHUNK):
        rng = np.random.default_rng((SEED, first))
        count = min(CHUNK, entries - first)
        shape = (count, len(LINE_OF))
        found = np.searchsorted(cumulated, rng.random(shape) * cumulated[-1])
        # Squared: some made-up words stand in thousands of entries, most in a few.
        names = len(known.common) + (pool * rng.random((count, NAMES)) ** 2).astype(np.int64)
        made_up = np.take_along_axis(names, rng.integers(0, NAMES, shape), axis=1)
        yield first + 1, np.where(rng.random(shape) < MADE_UP, made_up, found)


def line_terms(words: Ints, known: Vocabulary) -> tuple[Ints, Ints]:
    """(line, term) for the different terms of each line; lines are counted through the entries of the chunk."""
    line = (np.arange(len(words))[:, None] * len(SHAPE) + LINE_OF).ravel()
    flat = words.ravel()
    start, count = known.starts[flat], known.starts[flat + 1] - known.starts[flat]
    ends = np.cumsum(count)
    term = known.of[np.repeat(start - ends + count, count) + np.arange(ends[-1])]
    line, term = np.divmod(_distinct(np.repeat(line, count) * len(known.terms) + term), len(known.terms))
    return line, term


def _distinct(values: Ints) -> Ints:
    """Ascending. Six times as fast here as np.unique, which hashes."""
    values = np.sort(values)
    return values[np.diff(values, prepend=-1) > 0]


def frequencies(entries: int, known: Vocabulary) -> Ints:
    """In how many entries each term stands, look-alikes left out."""
    df = np.zeros(len(known.terms), np.int64)
    for _, words in chunks(entries, known):
        line, term = line_terms(words, known)
        speaks = KINDS[line % len(SHAPE)] != LOOK_ALIKE
        found = _distinct(line[speaks] // len(SHAPE) * len(df) + term[speaks]) % len(df)
        df += np.bincount(found, minlength=len(df))
    return df


def build(entries: int, out: Path) -> None:
    """Write the snapshot of so many synthetic entries, in the format of kb.catalog.index.

    Terms first need their frequency, so the entries are made twice. The postings are spilled by ranges of terms and
    sorted one range at a time.
    """
    known = vocabulary(entries)
    df = frequencies(entries, known)
    idf = np.log(1 + (entries - df + 0.5) / (df + 0.5))
    total = np.cumsum(df)
    bounds = np.searchsorted(total, np.arange(BUCKET, total[-1], BUCKET))
    engine = create_engine(URL.create("sqlite", database=str(out)))
    schema.metadata.create_all(engine)
    engine.dispose()
    with closing(sqlite3.connect(out)) as db, tempfile.TemporaryDirectory(dir=out.parent) as name:
        for pragma in ("journal_mode=off", "synchronous=off"):
            db.execute(f"pragma {pragma}")
        spills = [Path(name) / str(n) for n in range(len(bounds) + 1)]
        prints: list[NDArray[np.int64]] = []
        for first, words in chunks(entries, known):
            rows, found = _lines(db, first, words, known, idf)
            prints.append(found)
            parts = np.split(rows, np.searchsorted(rows["term"], bounds))
            for spill, part in zip(spills, parts, strict=True):
                with spill.open("ab") as file:
                    part.tofile(file)
        insert = "insert into term (term, df, entries, counts, lines) values (:term, :df, :entries, :counts, :lines)"
        for spill in spills:
            db.executemany(insert, _postings(np.fromfile(spill, ROW), known.terms, df))
            spill.unlink()
        each = np.concatenate(prints)
        db.executemany("insert into fingerprint values (?, ?)", map(tuple, each[np.lexsort(each.T[::-1])].tolist()))
        db.execute("insert into meta values ('entries', ?)", (str(entries),))
        db.execute(f"pragma application_id={APPLICATION_ID}")
        db.execute(f"pragma user_version={SCHEMA_VERSION}")
        db.commit()


def _lines(
    db: sqlite3.Connection, first: int, words: Ints, known: Vocabulary, idf: NDArray[np.float64]
) -> tuple[NDArray[np.void], Ints]:
    """Write what is by entry and line; give the postings by term, and (hash, key) of the messages."""
    line, term = line_terms(words, known)
    norms = np.bincount(line, idf[term], len(words) * len(SHAPE))
    keys = (np.arange(first, first + len(words))[:, None] << 16) + LINE_KEYS
    cut = [*np.flatnonzero(np.diff(LINE_OF)) + 1, len(LINE_OF)]
    texts = []
    for row in words.tolist():
        of = [known.words[w] for w in row]
        texts.append([" ".join(of[a:b]) for a, b in itertools.pairwise((0, *cut))])
    db.executemany(
        "insert into line values (?, ?)",
        sorted(zip(keys.ravel().tolist(), itertools.chain.from_iterable(texts), strict=True)),
    )
    cause = [kind for kind, _ in SHAPE].index(CAUSE)
    db.executemany(
        "insert into entry (n, id, area, title, cause, markdown, revision) values (?, ?, 'made', ?, ?, '', '')",
        ((n, f"made/{n}", of[0], of[cause]) for n, of in enumerate(texts, first)),
    )
    order = np.argsort(LINE_KEYS)
    lower = _packed("H", (LINE_KEYS[n] for n in order))
    values = norms.reshape(len(words), -1)[:, order].astype(np.float32)
    db.executemany(
        "insert into norms values (?, ?, ?)", ((n, lower, row.tobytes()) for n, row in enumerate(values, first))
    )
    apart = [kind == LOOK_ALIKE for kind in KINDS]
    db.executemany(
        "insert into pairs values (?, ?, ?)",
        (
            (n, pairs(t for t, no in zip(of, apart, strict=True) if not no), pairs(itertools.compress(of, apart)))
            for n, of in enumerate(texts, first)
        ),
    )
    rows = np.empty(len(line), ROW)
    rows["term"], rows["norm"], rows["key"] = term, norms[line], keys.ravel()[line]
    messages = [n for n, kind in enumerate(KINDS) if kind == MESSAGE]
    hashes = ((fingerprint(of[n]), k[n]) for of, k in zip(texts, keys, strict=True) for n in messages)
    prints = np.array([(h, k) for h, k in hashes if h is not None])
    return rows[np.argsort(term, kind="stable")], prints


def _postings(rows: NDArray[np.void], names: list[str], df: Ints) -> Iterator[dict[str, object]]:
    """The rows of the table `term`, of these postings."""
    rows = rows[np.lexsort((rows["key"], rows["norm"], rows["term"]))]
    starts = np.flatnonzero(np.diff(rows["term"], prepend=-1)).tolist()
    numbers = rows["term"][starts].tolist()
    for number, a, b in zip(numbers, starts, [*starts[1:], len(rows)], strict=True):
        keys = np.sort(rows["key"][a : min(b, a + KEPT_POSTINGS)]).tolist()
        yield {"term": names[number], "df": int(df[number]), **_posted(keys)}


def queries(snapshot: Path, entries: int) -> list[tuple[str, int]]:
    """(query, number of the right entry): a message, each fifth word another; each tenth in a trace."""
    rng = random.Random(SEED)
    trace = (ROOT / "bench" / "trace.txt").read_text()
    common = [text for e in read_folder(ROOT / "entries").entries for _, t in lines(e) for text in WORD.findall(t)]
    out = []
    with closing(sqlite3.connect(snapshot)) as db:
        for n in range(QUERIES):
            entry = rng.randint(1, entries)
            at = key(entry, MESSAGE, rng.randrange(3))
            words = db.execute("select text from line where key = ?", (at,)).fetchone()[0].split()
            words[n % 5 :: 5] = (rng.choice(common) for _ in words[n % 5 :: 5])
            words += (rng.choice(common) for _ in range(4))
            out.append((f"{trace}Error: {' '.join(words)}\n" if n % 10 == 9 else " ".join(words), entry))
    return out


def entries_of(snapshot: Path) -> Iterator[tuple[int, str]]:
    """(number, all lines) of each entry."""
    with closing(sqlite3.connect(snapshot)) as db:
        rows = db.execute("select key >> 16, text from line order by key")
        for n, of in itertools.groupby(rows, key=lambda r: int(r[0])):
            yield n, "\n".join(text for _, text in of)


def build_fts5(snapshot: Path, out: Path) -> None:
    with closing(sqlite3.connect(out)) as db:
        db.execute("pragma journal_mode=off")
        db.execute("create virtual table f using fts5(text, tokenize='porter unicode61')")
        db.executemany("insert into f (rowid, text) values (?, ?)", entries_of(snapshot))
        db.commit()


def build_tantivy(snapshot: Path, out: Path) -> None:
    import tantivy

    out.mkdir()
    fields = tantivy.SchemaBuilder()
    fields.add_unsigned_field("n", stored=True)
    fields.add_text_field("text", tokenizer_name="en_stem")
    index = tantivy.Index(fields.build(), path=str(out))
    writer = index.writer(heap_size=200_000_000, num_threads=1)
    for n, text in entries_of(snapshot):
        writer.add_document(tantivy.Document(n=n, text=text))
    writer.commit()
    writer.wait_merging_threads()


def asked_words(query: str) -> list[str]:
    return [w for w in dict.fromkeys(w.lower() for w in WORD.findall(query)) if w.isalnum()]


Search = Callable[[str], list[int]]


def open_kb(path: Path) -> Search:
    snapshot = Snapshot(str(path))
    # All five are read, whatever the decision.
    return lambda query: [int(c.id[5:]) for c in lookup(snapshot, query, abstain=False).candidates]


def open_fts5(path: Path) -> Search:
    db = sqlite3.connect(path)

    def search(query: str) -> list[int]:
        match = " OR ".join(f'"{w}"' for w in asked_words(query))
        return [n for (n,) in db.execute("select rowid from f where f match ? order by bm25(f) limit 5", (match,))]

    return search


def open_tantivy(path: Path) -> Search:
    import tantivy

    index = tantivy.Index.open(str(path))
    searcher = index.searcher()

    def search(query: str) -> list[int]:
        found = searcher.search(index.parse_query(" ".join(asked_words(query)), ["text"]), 5).hits
        return [searcher.doc(at)["n"][0] for _, at in found]

    return search


class Measured(NamedTuple):
    asked: int
    median: float
    """Milliseconds, as the next two."""
    median_cpu: float
    """What the process itself worked: apart from what else runs on the machine."""
    late: float
    """99th percentile."""
    right: float
    """Share of the queries whose entry came first."""
    memory: tuple[float, float, float]
    """MB resident: before, opened, after the queries."""


def ask(open_: Callable[[Path], Search], path: Path, asked: list[tuple[str, int]]) -> Measured:
    """To be run in a new process."""
    for file in [path] if path.is_file() else path.iterdir():
        with file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    before = resident()
    search = open_(path)
    after = resident()
    took, worked, right = [], [], 0
    for query, entry in asked:
        start, cpu = time.perf_counter(), time.process_time()
        found = search(query)
        worked.append((time.process_time() - cpu) * 1e3)
        took.append((time.perf_counter() - start) * 1e3)
        right += found[:1] == [entry]
    took.sort()
    return Measured(
        len(asked),
        statistics.median(took),
        statistics.median(worked),
        took[int(len(took) * 0.99)],
        right / len(asked),
        (before, after, resident()),
    )


def resident() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def megabytes(path: Path) -> float:
    files: Iterable[Path] = [path] if path.is_file() else path.iterdir()
    return sum(f.stat().st_size for f in files) / 1e6


def table(entries: int, folder: Path) -> Iterator[str]:
    """The rows of one size."""
    snapshot = folder / "kb"
    for name, make, open_ in (
        ("kb", lambda out: build(entries, out), open_kb),
        ("FTS5", lambda out: build_fts5(snapshot, out), open_fts5),
        ("tantivy", lambda out: build_tantivy(snapshot, out), open_tantivy),
    ):
        out = folder / name
        start = time.perf_counter()
        make(out)
        built = time.perf_counter() - start
        asked = queries(snapshot, entries)
        if name == "FTS5":  # seconds for a query of the largest catalog
            asked = asked[: max(20, 20_000_000 // entries)]
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            m = process.submit(ask, open_, out, asked).result()
        memory = " → ".join(f"{x:.0f}" for x in m.memory)
        yield (
            f"| {entries:,} | {name} | {m.median:.1f} | {m.median_cpu:.1f} | {m.late:.1f} | {m.asked} | {m.right:.2f}"
            f" | {memory} | {megabytes(out):,.0f} | {built:.0f} |"
        )


HEAD = """\
| entries | | median, ms | of it CPU | 99th perc., ms | queries | right first | memory, MB | on disk, MB | build, s |
|---|---|---|---|---|---|---|---|---|---|"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default="10000,100000,1000000", help="numbers of entries")
    sizes = [int(n) for n in parser.parse_args().sizes.split(",")]
    print(HEAD, flush=True)
    for entries in sizes:
        with tempfile.TemporaryDirectory() as name:
            for row in table(entries, Path(name)):
                print(row, flush=True)


if __name__ == "__main__":
    main()
