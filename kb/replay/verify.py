"""An entry in, verdicts out: does the symptom show, does each option mend it.

A fix is proved when a command of the symptom, run again, comes out differently; `judge` has the rules.
"""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Literal

from kb.entry import NOT_HELPING, patch
from kb.entry.model import Entry, File, Section
from kb.replay import needs
from kb.replay.busy import every_core_busy
from kb.replay.isolation import Setting
from kb.replay.judge import Fault, judge, judge_still, left_failing, no_longer_failing, not_as_written, shows, unseen
from kb.replay.transcript import Part, Ran, play

Verdict = Literal["verified", "failed", "prose"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One section, replayed."""

    name: str
    """`Symptom`, `Option 1`, `What does not help`."""
    line: int
    verdict: Verdict
    """`prose` where nothing is proved and nothing is wrong."""
    faults: tuple[Fault, ...]
    ran: tuple[Ran, ...]
    """Every command of its first run, with what it really printed; ends with one that did not come back."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Replay:
    """An entry, replayed."""

    entry: Entry
    reproduction: Replayed
    options: tuple[Replayed, ...]
    not_helping: Replayed | None
    versions: dict[str, str]
    """What it ran on, by name."""
    seconds: float
    """Without the preparation of what it needs."""
    unprepared: str | None = None
    """Why it cannot be replayed on this machine; then nothing ran."""

    @property
    def parts(self) -> tuple[Replayed, ...]:
        """All that was replayed, in the order of the file."""
        return (self.reproduction, *self.options, *filter(None, [self.not_helping]))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All that is wrong, by line."""
        found = [fault for part in self.parts for fault in part.faults]
        if self.unprepared:
            found.append(Fault(1, f"cannot be replayed here: {self.unprepared}"))
        elif not found and not self.entry.unverifiable:
            if self.reproduction.verdict == "prose":
                message = "Symptom has no transcript; show it, or say `unverifiable:`"
                found.append(Fault(self.entry.symptom.line, message))
            elif not any(option.verdict == "verified" for option in self.options):
                message = "no option is verified; replay one, or say `unverifiable:`"
                found.append(Fault(self.entry.symptom.line, message))
        return tuple(sorted(found, key=lambda fault: fault.line))

    @property
    def verified(self) -> bool:
        """Whether evidence may be written."""
        return not self.faults


def verify(entry: Entry) -> Replay:
    """Replay an entry's reproduction and all its options.

    Raises NoSandbox where the machine cannot run snippets safely.
    """
    try:
        prepared = needs.prepare(entry.needs)
    except needs.UnpreparedError as error:
        nothing = Replayed("Symptom", entry.symptom.line, "prose", (), (), 0.0)
        return Replay(entry, nothing, (), None, {}, 0.0, str(error))
    start = time.monotonic()
    setting = prepared.setting
    reproduction = _reproduction(entry, setting)
    options = tuple(_option(entry, f"Option {o.number}", o, reproduction, setting) for o in entry.options)
    rest = entry.not_helping
    not_helping = _option(entry, NOT_HELPING, rest, reproduction, setting) if rest else None
    versions = (*prepared.versions, *needs.tool_versions(entry))
    return Replay(entry, reproduction, options, not_helping, dict(versions), time.monotonic() - start)


def _reproduction(entry: Entry, setting: Setting) -> Replayed:
    section = entry.symptom
    start = time.monotonic()
    first: list[Ran] = []
    faults: list[Fault] = []
    for number in range(_repeat(section)):
        ran = play([*section.files, *section.transcripts], setting)
        first = first or ran
        faults += _in_run(number, not_as_written(section.transcripts, ran))
        if faults:
            faults += no_longer_failing(ran)
            break
    if first and not faults and not any(shows(r.command) for r in first if r.transcript.role == "run"):
        faults.append(Fault(section.line, "Symptom's transcripts show no literal line and no exit status"))
    verdict: Verdict = "failed" if faults else "verified" if first else "prose"
    return Replayed("Symptom", section.line, verdict, tuple(faults), tuple(first), time.monotonic() - start)


def _option(entry: Entry, name: str, section: Section, reproduction: Replayed, setting: Setting) -> Replayed:
    start = time.monotonic()
    symptom = entry.symptom
    texts, faults = _changed(symptom, section)
    after = any(transcript.after_symptom for transcript in section.transcripts)
    before = [t for t in symptom.transcripts if after or t.role == "setup"]
    files = [file for file in texts.values() if file not in symptom.files]
    parts: list[Part] = [*symptom.files, *before, *files, *section.transcripts]
    # What nothing under Fix speaks of runs at the end: it may not be left failing unseen.
    rest = unseen(entry) if any(t.role == "run" for t in section.transcripts) else []
    first: list[Ran] = []
    proved = False
    for number in range(0 if faults else _repeat(section)):
        ran = play([*parts, *rest], setting)
        own = [r for r in ran if r.transcript in section.transcripts]
        first = first or own
        found = not_as_written([*before, *section.transcripts], ran)
        if not found and reproduction.verdict == "verified":
            shown, found = judge_still(section, own, reproduction.ran)
            if section is entry.not_helping:
                proved = shown
            else:
                proved, more = judge(section, own, reproduction.ran, texts)
                found += more
                found += left_failing(section, [r for r in ran if r.transcript in rest]) if proved else []
        faults += _in_run(number, found)
        if faults:
            break
    verdict: Verdict = "failed" if faults else "verified" if proved else "prose"
    return Replayed(name, section.line, verdict, tuple(faults), tuple(first), time.monotonic() - start)


def _changed(symptom: Section, section: Section) -> tuple[dict[str, File], list[Fault]]:
    """The files that an option's commands find, by name, and a fault for each patch that does not fit."""
    texts = {file.name: file for file in (*symptom.files, *section.files)}
    faults = []
    for change in section.patches:
        try:
            text = patch.apply(change.text, texts[change.name].text)
        except KeyError:
            faults.append(Fault(change.line, f"Symptom has no file {change.name} to change"))
        except patch.PatchError as error:
            faults.append(Fault(change.line + 1 + error.line, str(error)))
        else:
            texts[change.name] = File(change.name, "", text, change.line)
    return texts, faults


def _repeat(section: Section) -> int:
    return max((transcript.repeat for transcript in section.transcripts), default=0)


def _in_run(number: int, faults: Sequence[Fault]) -> list[Fault]:
    return [replace(f, message=f"{f.message} (in run {number + 1})") if number else f for f in faults]


def soak(entry: Entry, times: int = 5, busy: int = 3) -> list[Replay]:
    """Replay an entry several times, the last `busy` of them with every core busy; stop at a failure."""
    replays = []
    for number in range(times):
        with every_core_busy() if number >= times - busy else nullcontext():
            replays.append(verify(entry))
        if not replays[-1].verified:
            break
    return replays
