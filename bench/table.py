"""The entries by area, as they are: `python -m bench.table` writes the table into docs/measurements.md."""

import statistics
from collections import defaultdict

from bench.cases import ROOT
from bench.page import put
from kb.entry.folder import read_folder
from kb.entry.model import Entry
from kb.replay.evidence import holds, read

DOC = ROOT / "docs" / "measurements.md"


def verified(entry: Entry) -> int:
    """How many options of an entry are replayed, by evidence that holds."""
    evidence = read(entry)
    if not evidence or not holds(entry, evidence):
        return 0
    return sum(evidence.verdicts.get(str(o.number)) == "verified" for o in entry.options)


def table() -> str:
    areas: dict[str, list[Entry]] = defaultdict(list)
    for entry in read_folder(ROOT / "entries").entries:
        areas[entry.area].append(entry)
    areas["all"] = [e for of in areas.values() for e in of]
    lines = [
        "| area | entries | with a replayed option | replayed, median | options | messages | questions | look-alikes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for area, of in areas.items():
        counts = [verified(e) for e in of]
        lines.append(
            f"| {area} | {len(of)} | {sum(c > 0 for c in counts)} | {statistics.median(counts):g}"
            f" | {sum(len(e.options) for e in of)} | {sum(len(e.messages) for e in of)}"
            f" | {sum(len(e.questions) for e in of)} | {sum(len(e.look_alikes) for e in of)} |"
        )
    return "\n".join(lines)


def main() -> None:
    put(DOC, "entries by area", table())


if __name__ == "__main__":
    main()
