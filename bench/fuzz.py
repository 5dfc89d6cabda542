"""Bad input, tried by machines: `python -m bench.fuzz TARGET --runs N --seed S`, `python -m bench.fuzz --table`.

Each run adds a line to bench/fuzz.jsonl (inputs, seed, seconds, the slowest input), and what went wrong to
bench/fuzz-found.jsonl; `--table` writes docs/fuzzing.md from the two. A run is coverage-guided by atheris
(`pip install atheris`, Linux), with a mutator that knows what entries, logs and questions are made of; with
`--blind` the same mutator works alone. The seed makes the inputs: atheris' random numbers, ours and the corpus.
"""

import argparse
import base64
import contextlib
import functools
import json
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from bench.fuzz_targets import SIZE, TARGETS
from bench.page import put

ROOT = Path(__file__).parent.parent
LOG, FOUND = ROOT / "bench" / "fuzz.jsonl", ROOT / "bench" / "fuzz-found.jsonl"
DOCS = ROOT / "docs" / "fuzzing.md"
LONGEST = 2048
"""Bytes of an input, but for whole entries: what is short is tried often, what is long by the `long-` targets."""
LIMIT_MS = 50
"""Milliseconds of processor time that 64 kB, and any shorter input, may take."""


# What inputs are made of.

TOKENS = [
    "{…}", "...", "$ ", "> ", "```", "````", "~~~", "---", "- ", "# ", "## ", "### Option 1: ", "`", "``",
    "‹", "›", "→ ", "«»", '\x00', '\r', '\r\n', '\t', " ", '\u200b', '\u2028', '\x1b[', '\x1b[31m',
    '\x1b]0;', '\x07', '\ud83d\ude00', "é", '"', "'", "‘", "’", "“", "”", "\\", '\\"', "\\n", "\\u0000",
    "\\ud800", "/", "//", "../", "a/b", "C:\\", "0x", "1e999", "https://", "@", "=", ":", ": ", ",", "[",
    "]", "{", "}", "<", ">", "<!--", "<a b=", "null", "true", "NaN", "-1", "[[[[", '{"query": "',
    '", "limit": ', ', "abstain": false}', "password=", "sk-", "eyJ", "-----BEGIN ", "Bearer ", "Error",
    "Error: ", "error: ", "Traceback (most recent call last):", '  File "', '", line 1, in f', "    at ",
    "E   ", "npm err! ", "make: *** ", "During handling of the above", "===== ", "_____ ", "curl ", "| sh",
    "tags: [", "needs: [", "stub: ", "[exit 1]", "```console setup", "```diff file=a", "```python file=a.py",
    "replaces=", "repeat=2", "2026-01-01T00:00:00Z ", "@@ ", "-a", "+a",
]  # fmt: skip


@functools.cache
def corpus() -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
    """(whole entries, whole queries, lines of both, literal messages among them) of our own."""
    from bench.cases import far, queries
    from kb.entry.folder import files, read_folder

    read = read_folder(ROOT / "entries").entries
    entries = [p.read_bytes() for p in files(ROOT / "entries")]
    asked = [case.query.encode() for case in (*queries(read), *far())]
    lines = {line for whole in (*entries, *asked) for line in whole.split(b"\n") if line.strip()}
    lines |= {m.text.encode() for e in read for m in e.messages}
    lines |= {t.encode("utf-8", "surrogatepass") for t in TOKENS}
    return tuple(entries), tuple(asked), tuple(sorted(lines))


def fresh(name: str, rng: random.Random) -> bytes:
    """An input of our own to begin with: of the kind that the target takes."""
    entries, queries, lines = corpus()
    kind = name.removeprefix("long-")
    if kind == "entry":
        whole = rng.choice(entries)
    elif kind in ("reduce", "redact", "lookup"):
        whole = rng.choice(queries)
    elif kind == "frontmatter":
        whole = rng.choice(entries).split(b"\n---", 1)[0][4:]
    elif kind == "messages":
        whole = rng.choice(lines) + rng.choice((b"", b"{\xe2\x80\xa6}", b" ")) + rng.choice(lines)
        whole += b"\n" + rng.choice(lines)
    elif kind == "patches":
        text = rng.choices(lines, k=rng.randrange(1, 6))
        marks = [rng.choice((b" ", b"-", b"+")) + line for line in text[: rng.randrange(1, 6)]]
        whole = b"\n".join(marks) + b"\n\n" + b"\n".join(text)
    elif kind in ("jsonl", "question"):
        asked: dict[str, Any] = {"query": rng.choice(rng.choice((queries, lines))).decode("utf-8", "replace")}
        asked |= (
            {"limit": rng.choice((5, 1, 50, 0, -1, 51, "5", None, True, 1e9, 10**40))} if rng.random() < 0.5 else {}
        )
        asked |= {"abstain": rng.choice((True, False, 0, "no"))} if rng.random() < 0.5 else {}
        whole = json.dumps(asked, ensure_ascii=rng.random() < 0.5).encode()
    elif kind == "http":
        body = fresh(rng.choice(("jsonl", "lookup")), rng)
        address = rng.choice(
            (b"", b"python/numpy-abi", b"?q=" + rng.choice(lines), b"../../etc/passwd", rng.choice(lines))
        )
        whole = bytes((rng.randrange(64), rng.randrange(128))) + address.replace(b"\n", b" ") + b"\n" + body
    else:
        whole = rng.choice(lines)
    if name.startswith("long-"):
        piece = rng.choice(lines)
        piece = piece[: rng.choice((1, 2, 3, 5, 8, 20, 80))] if rng.random() < 0.7 else piece + rng.choice((b"", b"\n"))
        if rng.random() < 0.3:
            piece = b"".join(t.encode("utf-8", "surrogatepass") for t in rng.choices(TOKENS, k=rng.randrange(1, 4)))
        parts = (whole[: rng.randrange(min(3000, len(whole) + 1))], piece, rng.choice(lines))
        return b"\0".join(p.replace(b"\0", b"") for p in parts)
    return whole


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The input with a few changes: of lines, of pieces, of single bytes."""
    lines = corpus()[2]
    for _ in range(rng.choice((1, 1, 2, 4))):
        way = rng.randrange(9)
        at = rng.randrange(len(data) + 1)
        upto = min(len(data), at + rng.choice((1, 2, 8, 40, 400)))
        if way == 0:  # another line, or a token
            data = data[:at] + rng.choice(lines) + data[at:]
        elif way == 1:
            data = data[:at] + rng.choice(TOKENS).encode("utf-8", "surrogatepass") + data[at:]
        elif way == 2:  # less
            data = data[:at] + data[upto:]
        elif way == 3:  # one piece again and again
            data = data[:at] + data[at:upto] * rng.choice((2, 3, 30)) + data[upto:]
        elif way == 4 and data:  # one byte
            at = min(at, len(data) - 1)
            data = data[:at] + bytes((rng.randrange(256),)) + data[at + 1 :]
        elif way == 5:  # lines in another order
            split = data.split(b"\n")
            a, b = rng.randrange(len(split)), rng.randrange(len(split))
            split[a], split[b] = split[b], split[a]
            data = b"\n".join(split)
        elif way == 6:  # a line twice, or gone
            split = data.split(b"\n")
            a = rng.randrange(len(split))
            split[a : a + 1] = [split[a]] * rng.choice((0, 2, 5))
            data = b"\n".join(split)
        elif way == 7:  # a piece somewhere else
            piece, data = data[at:upto], data[:at] + data[upto:]
            at = rng.randrange(len(data) + 1)
            data = data[:at] + piece + data[at:]
        else:
            data = data[:at]
    return data


# The run.


class Trial:
    """Counts, times and judges the inputs of one target; what goes wrong is written down, and the run goes on."""

    def __init__(self, name: str, way: str, runs: int, seed: int) -> None:
        self.name, self.target = name, TARGETS[name]
        self.record = {"target": name, "way": way, "seed": seed, "asked": runs, "inputs": 0, "seconds": 0.0}
        self.record |= {"bytes": 0, "slowest_ms": 0.0, "faults": 0, "slow": 0, "date": time.strftime("%Y-%m-%d")}
        self.start = time.monotonic()
        self.seen: set[str] = set()

    def __call__(self, data: bytes) -> None:
        size = SIZE if self.name.startswith("long-") else max(SIZE, len(data))
        start = time.thread_time()
        try:
            self.target(data)
        except Exception as error:
            self.fault("fault", data, error)
        took = time.thread_time() - start
        if took * 1000 > min(LIMIT_MS, self.record["slowest_ms"]) * size / SIZE:
            # The best of four: what counts is the input, not what else the machine does.
            took = min(took, *(self.again(data) for _ in range(3)))
            per_64kb = took * 1000 * SIZE / size
            self.record["slowest_ms"] = max(self.record["slowest_ms"], per_64kb)
            if per_64kb > LIMIT_MS:
                self.fault("slow", data, f"{per_64kb:.0f} ms per 64 kB")
        self.record["inputs"] += 1
        self.record["bytes"] += size if self.name.startswith("long-") else len(data)
        if self.record["inputs"] == self.record["asked"]:
            self.write()

    def again(self, data: bytes) -> float:
        start = time.thread_time()
        with contextlib.suppress(Exception):
            self.target(data)
        return time.thread_time() - start

    def fault(self, kind: str, data: bytes, what: Exception | str) -> None:
        self.record["faults" if kind == "fault" else "slow"] += 1
        at = traceback.extract_tb(what.__traceback__)[-1] if isinstance(what, Exception) else None
        key = f"{type(what).__name__} {at.filename}:{at.lineno}" if at else kind
        if key in self.seen and (at or len(self.seen) > 20):
            return
        self.seen.add(key if at else f"{kind} {len(self.seen)}")
        where = f"{Path(at.filename).name}:{at.lineno} {type(what).__name__} " if at else ""
        found = {"target": self.name, "seed": self.record["seed"], "kind": kind, "what": f"{where}{what}"[:300]}
        with FOUND.open("a") as file:
            file.write(json.dumps(found | {"input": base64.b64encode(data[:20_000]).decode()}) + "\n")
        print(f"{self.name}: {kind}: {found['what']}: {data[:80]!r}", file=sys.stderr, flush=True)

    def write(self) -> None:
        rounded = {
            "seconds": round(time.monotonic() - self.start, 1),
            "slowest_ms": round(self.record["slowest_ms"], 1),
        }
        with LOG.open("a") as file:
            file.write(json.dumps(self.record | rounded) + "\n")
        print(json.dumps(self.record | rounded), flush=True)


def blind(trial: Trial, runs: int, seed: int) -> None:
    """Inputs of our own mutator, without coverage: each begins afresh or goes on from the last one."""
    rng = random.Random(f"{trial.name} {seed}")
    longest = 16_384 if trial.name == "entry" else LONGEST
    data = b""
    for n in range(runs):
        data = fresh(trial.name, rng) if n % 8 == 0 or len(data) > longest else mutated(data, rng)
        trial(data)


def guided(trial: Trial, runs: int, seed: int) -> None:
    """Inputs that atheris chooses by coverage of kb. Does not return: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["kb"]):
        import kb.catalog.read
        import kb.entry.between
        import kb.entry.markdown
        import kb.entry.rules
        import kb.faces.jsonl
        import kb.match.lookup
        import kb.replay.compare
        import kb.text.logs
        import kb.text.redact

        if trial.name == "http":
            import kb.faces.web  # noqa: F401
    rng = random.Random(f"{trial.name} {seed}")
    longest = 16_384 if trial.name == "entry" else LONGEST

    def mutate(data: bytes, max_size: int, at: int) -> bytes:
        rng.seed(at)
        return (mutated(data, rng) if rng.random() < 0.6 else atheris.Mutate(data, len(data) + 8))[:max_size]

    folder = Path(tempfile.mkdtemp(prefix="kb-fuzz-"))
    for n in range(300):
        (folder / f"{n:03}").write_bytes(fresh(trial.name, rng)[:longest])
    options = [f"-runs={runs}", f"-seed={seed}", f"-max_len={longest}", "-len_control=0", "-print_final_stats=0"]
    options += ["-verbosity=0", "-timeout=120", "-rss_limit_mb=4096", f"-artifact_prefix={folder}/"]
    atheris.Setup(["fuzz", *options, str(folder)], trial, custom_mutator=mutate)
    atheris.Fuzz()


def table() -> str:
    """The runs, summed by target and way, as Markdown."""
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    for line in LOG.read_text().splitlines():
        run = json.loads(line)
        of = sums.setdefault((run["target"], run["way"]), {"seeds": [], "slowest_ms": 0.0})
        of["seeds"].append(run["seed"])
        of["slowest_ms"] = max(of["slowest_ms"], run["slowest_ms"])
        for key in ("inputs", "seconds", "bytes", "faults", "slow"):
            of[key] = of.get(key, 0) + run[key]
    rows = ["| target | what is tried | by | seeds | inputs | MB | seconds | faults | slow | slowest, ms per 64 kB |"]
    rows.append("|---" * 10 + "|")
    for name, target in TARGETS.items():
        for way in ("atheris", "mutator"):
            if of := sums.get((name, way)):
                seeds = ", ".join(map(str, sorted(set(of["seeds"]))))
                size = of["bytes"] >> 20
                figures = f"{of['inputs']:,} | {size:,} | {of['seconds']:,.0f} | {of['faults']} | {of['slow']}"
                rows.append(f"| `{name}` | {target.__doc__} | {way} | {seeds} | {figures} | {of['slowest_ms']:.1f} |")
    total = {key: sum(of[key] for of in sums.values()) for key in ("inputs", "seconds", "bytes")}
    size = total["bytes"] >> 20
    rows.append(f"| all | | | | {total['inputs']:,} | {size:,} | {total['seconds']:,.0f} | | | |")
    return "\n".join(rows)


def main() -> int:
    assert __doc__
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("target", nargs="?", choices=sorted(TARGETS))
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blind", action="store_true")
    parser.add_argument("--table", action="store_true", help="write docs/fuzzing.md")
    asked = parser.parse_args()
    if asked.table:
        put(DOCS, "inputs", table())
    elif asked.target:
        trial = Trial(asked.target, "mutator" if asked.blind else "atheris", asked.runs, asked.seed)
        (blind if asked.blind else guided)(trial, asked.runs, asked.seed)
        return 1 if trial.record["faults"] or trial.record["slow"] else 0
    else:
        for name, target in TARGETS.items():
            print(f"{name:16}{target.__doc__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
