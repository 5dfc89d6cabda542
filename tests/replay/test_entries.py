"""Every entry, replayed afresh: one test per entry and part, which fails too where the evidence says otherwise.

The parts of an entry share one replay; `--dist loadgroup` keeps them in one process.
"""

from functools import cache
from pathlib import Path

import pytest

from kb.entry.folder import read_folder
from kb.entry.model import Entry
from kb.replay import evidence
from kb.replay.verify import Replay, verify

ROOT = Path(__file__).parents[2]
ENTRIES = {entry.id: entry for entry in read_folder(ROOT / "entries").entries if not entry.retired}


def parts(entry: Entry) -> list[str]:
    numbers = ["0", *(str(option.number) for option in entry.options)]
    return numbers + ["99"] * (entry.not_helping is not None)


@cache
def replayed(id: str) -> Replay:
    return verify(ENTRIES[id])


@pytest.mark.parametrize(
    ("id", "part"),
    [
        pytest.param(id, part, id=f"{id}-{part}", marks=pytest.mark.xdist_group(id))
        for id, entry in ENTRIES.items()
        for part in parts(entry)
    ],
)
def test_entry(id: str, part: str) -> None:
    replay = replayed(id)
    told = "\n".join(f"{replay.entry.path}:{fault.line}: {fault}" for fault in replay.faults)
    assert replay.verified, told
    written = evidence.read(replay.entry)
    assert written, f"no evidence: kb verify {id}"
    assert evidence.holds(replay.entry, written), f"the entry has changed since its evidence: kb verify {id}"
    verdict = dict(zip(parts(replay.entry), replay.parts, strict=True))[part].verdict
    assert written.verdicts[part] == verdict
