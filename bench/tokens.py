"""The short form in tokens, beside what deadends-dev returns for the same queries: `python -m bench.tokens`.

Counts with o200k, whose vocabulary the package `bpe-openai` brings along. `--write` puts the table into
docs/measurements.md; `--entries` writes the counted figure into entries whose *This fix* is off by a quarter.
"""

import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import bpe_openai

from bench.cases import ROOT, written
from bench.page import put
from kb import render, service
from kb.entry.brief import tokens as estimated

PEER = "deadends-dev==0.9.0"
DOC = ROOT / "docs" / "measurements.md"
ANSWERS = """
import json, sys
from mcp.server import _get_canons, handle_request
canons = _get_canons()
for line in sys.stdin:
    asked = {"name": "lookup_error", "arguments": {"error_message": json.loads(line)}}
    answer = handle_request("tools/call", asked, canons)
    print(json.dumps("\\n".join(part["text"] for part in answer["content"])))
"""
"""The peer's own server answers as it would an agent. It brings a package named `mcp`: an environment of its own."""

_count = bpe_openai.get_encoding("o200k_base").encode


def count(text: str) -> int:
    return len(_count(text))


EVERY = 50
"""Which of the written queries are asked: the peer takes a second for each."""


def peer(asked: Sequence[str]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/pip", "install", "-q", PEER], check=True)
        lines = "\n".join(map(json.dumps, asked))
        got = subprocess.run(
            [f"{folder}/bin/python", "-c", ANSWERS], input=lines, stdout=subprocess.PIPE, text=True, check=True, cwd="/"
        )
    return [json.loads(line) for line in got.stdout.splitlines()]


def row(name: str, texts: Sequence[str]) -> str:
    found = sorted(map(count, texts))
    sizes = sorted(len(text.encode()) for text in texts)
    return (
        f"| {name} | {len(found)} | {statistics.median(found):.0f} | {found[len(found) * 95 // 100]} | {found[-1]}"
        f" | {statistics.median(sizes):.0f} |"
    )


def table() -> str:
    entries = [service.show(id) for id, _ in service.snapshot().ids()]
    asked = written()[::EVERY]
    answers = [service.answer(query) for query in asked]
    known = [n for n, (found, _) in enumerate(answers) if found.decision == "match"]
    theirs = peer(asked)
    either = [n for n in known if not theirs[n].startswith("No matching errors")]
    return "\n".join(
        (
            "| what | texts | tokens, median | 95 % | most | bytes, median |",
            "|---|---|---|---|---|---|",
            row("short form of every entry", [render.short(e, 0.98) for e in entries]),
            row("every entry whole", [render.full(e) for e in entries]),
            row(f"answers to {len(asked)} queries", [render.answer(*a) for a in answers]),
            row(f"{PEER}, the same queries", theirs),
            row("answers that are a match, where both say something", [render.answer(*answers[n]) for n in either]),
            row(f"{PEER}, the same queries", [theirs[n] for n in either]),
        )
    )


def mend(path: Path, real: int, about: int) -> bool:
    """Write the counted figure into an entry whose own is off by nearly a quarter; whether it was."""
    text = path.read_text(encoding="utf-8")
    found = re.search(r"(?m)^- This fix: ~?([\d,]+) tokens$", text)
    if not found or all(0.8 <= int(found[1].replace(",", "")) / n <= 1.2 for n in (real, about)):
        return False
    path.write_text(text[: found.start()] + f"- This fix: ~{round(real, -1)} tokens" + text[found.end() :], "utf-8")
    return True


def main(argv: list[str]) -> None:
    if argv != ["--entries"]:
        made = table()
        print(made)
    if argv == ["--write"]:
        put(DOC, "tokens", made)
    if argv == ["--entries"]:
        short: Callable[[str], str] = lambda id: render.short(service.show(id), 0.98)  # noqa: E731
        for id, _ in service.snapshot().ids():
            if mend(ROOT / "entries" / f"{id}.md", count(short(id)), estimated(short(id))):
                print("mended", id)


if __name__ == "__main__":
    main(sys.argv[1:])
