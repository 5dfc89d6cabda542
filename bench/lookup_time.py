"""Look-up in process, FTS5 on the same lines in the same run: `python -m bench.lookup_time`."""

import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from bench.cases import written
from kb import service
from kb.text.terms import WORD


def queries() -> list[str]:
    """The written queries, and a 58-line trace for each ten of them."""
    out = written()
    trace = (Path(__file__).parent / "trace.txt").read_text()
    return out + [trace] * (len(out) // 10)


def times(search: Callable[[str], object], asked: list[str]) -> str:
    for query in asked[:50]:
        search(query)
    took = []
    for query in asked:
        start = time.perf_counter()
        search(query)
        took.append((time.perf_counter() - start) * 1e3)
    took.sort()
    return f"median {statistics.median(took):6.2f} ms, 99th percentile {took[int(len(took) * 0.99)]:6.2f} ms"


def main() -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table f using fts5(id unindexed, text, tokenize='porter unicode61')")
    db.executemany("insert into f values (?, ?)", [(r["id"], r["text"]) for r in service.export()])

    def fts5(query: str) -> object:
        words = list(dict.fromkeys(w.lower() for w in WORD.findall(query)))[:400]
        sql = "select id, bm25(f) s from f where f match ? order by s limit 5"
        return list(db.execute(sql, (" OR ".join(f'"{w}"' for w in words if w.isalnum()) or '""',)))

    asked = queries()
    print(f"{len(asked)} queries, {service.snapshot().count} entries")
    print("kb.lookup   ", times(service.lookup, asked))
    print("FTS5, bm25  ", times(fts5, asked))


if __name__ == "__main__":
    main()
