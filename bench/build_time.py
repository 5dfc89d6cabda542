"""Build the catalog: from twelve entries, from all, from one changed entry: `python -m bench.build_time`."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.cases import ROOT
from kb.catalog.build import build
from kb.catalog.memo import Memo

TWELVE = """agents/parallel-write-race agents/rate-limit-429 agents/mcp-stdout-pollution agents/command-hangs-on-prompt
python/json-empty-body python/blocking-call-in-async node/err-require-esm shell/crlf-bad-interpreter
git/push-non-fast-forward database/sqlite-locked database/deadlock-detected build/rust-use-after-move""".split()


def median(work: Callable[[], object], runs: int = 7) -> float:
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for id in TWELVE:
            for ending in (".md", ".evidence.json", ".queries.jsonl"):
                target = folder / "twelve" / f"{id}{ending}"
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / "entries" / f"{id}{ending}", target)
        shutil.copytree(ROOT / "entries", folder / "all")
        out = folder / "catalog.sqlite"
        print(f"{'twelve entries':22} {median(lambda: build([folder / 'twelve'], out)):.3f} s")
        print(f"{'all entries':22} {median(lambda: build([folder / 'all'], out)):.3f} s")
        changed = folder / "all" / f"{TWELVE[4]}.md"
        build([folder / "all"], out, Memo(folder / "memo"))

        def one() -> None:
            changed.write_text(changed.read_text() + "\n")
            build([folder / "all"], out, Memo(folder / "memo"))

        print(f"{'one of them changed':22} {median(one):.3f} s")


if __name__ == "__main__":
    main()
