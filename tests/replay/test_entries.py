"""Every entry, replayed afresh: one test per entry and part, which fails too where the evidence says otherwise.

The parts of an entry share one replay, across the processes of a test run. All Symptoms come first, so that
these processes replay different entries and do not wait for each other.
"""

import fcntl
import os
import pickle
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


CASES = sorted((int(part), id) for id, entry in ENTRIES.items() for part in parts(entry))


@pytest.fixture(scope="session")
def replays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the processes of this run keep their replays."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "replays"
    folder.mkdir(exist_ok=True)
    return folder


def replayed(id: str, folder: Path) -> Replay:
    file = folder / f"{id.replace('/', '.')}.pickle"
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_bytes(pickle.dumps(verify(ENTRIES[id])))
    replay = pickle.loads(file.read_bytes())
    assert isinstance(replay, Replay)
    return replay


@pytest.mark.parametrize(("part", "id"), CASES, ids=[f"{id}-{part}" for part, id in CASES])
def test_entry(part: int, id: str, replays: Path) -> None:
    replay = replayed(id, replays)
    told = "\n".join(f"{replay.entry.path}:{fault.line}: {fault}" for fault in replay.faults)
    assert replay.verified, told
    written = evidence.read(replay.entry)
    assert written, f"no evidence: kb verify {id}"
    assert evidence.holds(replay.entry, written), f"the entry has changed since its evidence: kb verify {id}"
    verdict = dict(zip(parts(replay.entry), replay.parts, strict=True))[str(part)].verdict
    assert written.verdicts[str(part)] == verdict
