"""Five replays, three of them with every core busy."""

import os
import time
from pathlib import Path

import pytest

from kb.entry.markdown import draft
from kb.replay import verify as verifying
from kb.replay.busy import every_core_busy
from kb.replay.verify import Replay, soak

TEXT = """\
## Symptom
```console
$ cat missing
cat: missing: No such file or directory
[exit 1]
```

## Fix
### Option 1: make it
```console setup
$ touch missing
```
```console
$ cat missing
```
"""


def test_it_replays_five_times_and_is_busy_in_three(monkeypatch: pytest.MonkeyPatch) -> None:
    entry, _ = draft(TEXT, "cases/case", "case.md")
    busy: list[bool] = []
    verify = verifying.verify

    def watched(entry: object) -> Replay:
        busy.append(computing())
        return verify(entry)  # type: ignore[arg-type]

    monkeypatch.setattr(verifying, "verify", watched)
    replays = soak(entry)
    assert [replay.verified for replay in replays] == [True] * 5
    assert busy == [False, False, True, True, True]


def computing() -> bool:
    """Whether children of this process compute."""
    before = times()
    time.sleep(0.5)
    return times() > before


def times() -> int:
    """The processor time of the children, in ticks."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in children]
    return sum(int(ticks) for stat in stats for ticks in stat[11:13])


def test_it_stops_at_the_first_failure() -> None:
    entry, _ = draft(TEXT.replace("[exit 1]", "[exit 2]"), "cases/case", "case.md")
    assert [replay.verified for replay in soak(entry)] == [False]


def test_the_cores_are_free_again_afterwards() -> None:
    with every_core_busy():
        assert computing()
    assert not computing()
