"""What each reproduction really prints, given to look-up: does it lead back to its entry? `python -m bench.round_trip`

Replays the Symptom of every entry in the sandbox, two at a time.
"""

from concurrent.futures import ThreadPoolExecutor

from bench.cases import ROOT
from kb import service
from kb.entry.folder import read_folder
from kb.replay.verify import Replay, verify


def output(replay: Replay) -> str:
    """The commands of Symptom and what they printed, as a terminal shows them."""
    shown = (ran for ran in replay.reproduction.ran if ran.transcript.role == "run")
    return "\n".join(f"$ {ran.command.text}\n{ran.output}" for ran in shown)


def main() -> None:
    home = wrong = offered = 0
    with ThreadPoolExecutor(2) as pool:
        replays = list(pool.map(verify, read_folder(ROOT / "entries").entries))
    for replay in replays:
        id = replay.entry.id
        found = service.lookup(output(replay))
        first = found.candidates[0].id if found.candidates else ""
        home += found.decision == "match" and first == id
        offered += found.decision == "candidates" and id in [c.id for c in found.candidates]
        if found.decision == "match" and first != id:
            wrong += 1
            print(f"wrong match: {id} -> {first} ({found.candidates[0].score:.2f})")
        elif first != id or found.decision != "match":
            print(f"{found.decision}: {id}, first {first or '(nothing)'}")
    n = len(replays)
    print(f"{n} entries: {home} match ({home / n:.1%}), {offered} among candidates, {wrong} wrong match")


if __name__ == "__main__":
    main()
