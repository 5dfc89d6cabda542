"""The entries by area, as they are: `python -m bench.table` writes the table into docs/measurements.md."""

import statistics
from collections import defaultdict
from pathlib import Path

from bench.cases import ROOT
from kb.entry.folder import read_folder
from kb.entry.model import Entry
from kb.replay.evidence import holds, read

DOC = ROOT / "docs" / "measurements.md"
BEGIN, END = "<!-- entries by area: begin -->", "<!-- entries by area: end -->"


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


def written(text: str) -> str:
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


def main() -> None:
    Path(DOC).write_text(written(DOC.read_text(encoding="utf-8")), encoding="utf-8")
    print(table())


if __name__ == "__main__":
    main()
