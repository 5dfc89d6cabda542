"""An entry in, verdicts out: does the symptom show, does each option mend it.

A fix is proved when a command of the symptom, run again, comes out differently; what exactly counts stands in
docs/entry-format.md and, rule by rule, in `Fault`s here.
"""

import re
import shlex
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kb.entry import patch
from kb.entry.model import Command, Entry, File, Section, Transcript
from kb.replay import needs
from kb.replay.sandbox import Setting
from kb.replay.transcript import ANY_LINES, Part, Ran, difference, line_matches, literal, matches, play

Verdict = Literal["verified", "failed", "prose"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something is not as the entry says."""

    line: int
    message: str
    diff: tuple[str, ...] = ()
    """Expected against seen."""

    def __str__(self) -> str:
        return "\n".join((self.message, *(f"    {line}" for line in self.diff)))


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
    versions: tuple[tuple[str, str], ...]
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
                found.append(
                    Fault(
                        self.entry.symptom.line, "Symptom has no transcript; show it, or say `unverifiable:`"
                    )
                )
            elif not any(option.verdict == "verified" for option in self.options):
                found.append(
                    Fault(
                        self.entry.symptom.line, "no option is verified; replay one, or say `unverifiable:`"
                    )
                )
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
        return Replay(entry, nothing, (), None, (), 0.0, str(error))
    start = time.monotonic()
    reproduction = _reproduction(entry, prepared.setting)
    options = tuple(
        _option(entry, f"Option {option.number}", option, reproduction, prepared.setting)
        for option in entry.options
    )
    rest = entry.not_helping
    not_helping = _option(entry, "What does not help", rest, reproduction, prepared.setting) if rest else None
    return Replay(entry, reproduction, options, not_helping, prepared.versions, time.monotonic() - start)


def _reproduction(entry: Entry, setting: Setting) -> Replayed:
    section = entry.symptom
    start = time.monotonic()
    faults: list[Fault] = []
    first: list[Ran] = []
    if section.transcripts:
        for number in range(_repeat(section)):
            ran = play([*section.files, *section.transcripts], setting)
            first = first or ran
            faults += _not_as_written(section.transcripts, ran, number)
            if faults:
                break
    shown = any(_shows(r.command) for r in first if r.transcript.role == "run")
    if first and not shown and not faults:
        faults.append(
            Fault(section.line, "Symptom's transcripts show nothing: no literal line, no exit status")
        )
    verdict: Verdict = "failed" if faults else "verified" if first else "prose"
    return Replayed("Symptom", section.line, verdict, tuple(faults), tuple(first), time.monotonic() - start)


def _option(entry: Entry, name: str, section: Section, reproduction: Replayed, setting: Setting) -> Replayed:
    start = time.monotonic()
    symptom = entry.symptom
    if not section.transcripts:
        return Replayed(name, section.line, "prose", (), (), 0.0)
    faults: list[Fault] = []
    files = list(section.files)
    texts = {file.name: file for file in (*symptom.files, *section.files)}
    for change in section.patches:
        try:
            text = patch.apply(change.text, texts[change.name].text)
        except KeyError:
            faults.append(
                Fault(change.line, f"no file {change.name} to change; Symptom writes none of that name")
            )
        except patch.PatchError as error:
            faults.append(Fault(change.line + 1 + error.line, str(error)))
        else:
            texts[change.name] = File(change.name, "", text, change.line)
    files = [file for file in texts.values() if file not in symptom.files]
    after = any(transcript.after_symptom for transcript in section.transcripts)
    before = [t for t in symptom.transcripts if after or t.role == "setup"]
    parts: list[Part] = [*symptom.files, *before, *files, *section.transcripts]

    # What nothing under Fix speaks of runs at the end: it may not be left failing unseen.
    unseen = _unseen(entry)
    first: list[Ran] = []
    proved = False
    for number in range(0 if faults else _repeat(section)):
        ran = play([*parts, *unseen], setting)
        own = [r for r in ran if r.transcript in section.transcripts]
        first = first or own
        faults += _not_as_written([*before, *section.transcripts], ran, number)
        if not faults and reproduction.verdict == "verified":
            proved, found = _judge(name, section, own, reproduction.ran, texts)
            faults += found
            if proved:
                faults += _left_failing(section, [r for r in ran if r.transcript in unseen])
        if faults:
            break
    verdict: Verdict = "failed" if faults else "verified" if proved else "prose"
    return Replayed(name, section.line, verdict, tuple(faults), tuple(first), time.monotonic() - start)


def _repeat(section: Section) -> int:
    return max(transcript.repeat for transcript in section.transcripts)


def _not_as_written(transcripts: Sequence[Transcript], ran: Sequence[Ran], number: int) -> list[Fault]:
    """A fault for each command that came out otherwise than written."""
    again = f" in run {number + 1}" if number else ""
    faults = []
    for r in ran:
        if r.transcript in transcripts and not r.as_written:
            what = r.trouble or "comes out otherwise"
            faults.append(Fault(r.command.line, f"`{_short(r.command.text)}` {what}{again}", difference(r)))
    return faults


def _judge(
    name: str, section: Section, own: Sequence[Ran], symptom: Sequence[Ran], texts: Mapping[str, File]
) -> tuple[bool, list[Fault]]:
    """Whether what came out as written proves something, and what speaks against it."""
    faults: list[Fault] = []
    proved = False
    was = {r.command.text: r for r in symptom if r.transcript.role == "run"}
    for transcript in section.transcripts:
        ran = [r for r in own if r.transcript == transcript]
        if transcript.role == "still":
            if not any(_shows_again(r, was.values()) for r in ran):
                faults.append(
                    Fault(
                        transcript.line, "`still` shows nothing of Symptom: no literal line, no exit status"
                    )
                )
            elif name == "What does not help":
                proved = True
        elif transcript.role == "run" and name != "What does not help":
            stand_in = _stand_in(transcript, ran, texts)
            if transcript.replaces is not None and transcript.replaces not in was:
                message = f"`replaces`: `{_short(transcript.replaces)}` is no command of Symptom"
                faults.append(Fault(transcript.line, message))
            elif transcript.replaces is not None and not stand_in:
                message = f"no command here shares a program or a file with `{_short(transcript.replaces)}`"
                faults.append(Fault(transcript.line, message))
            for r in ran:
                old = was.get((transcript.replaces or "") if r is stand_in else r.command.text)
                if old is None:
                    continue
                reason = _no_difference(old, r)
                if reason is None:
                    proved = True
                elif _shows(old.command):
                    faults.append(
                        Fault(r.command.line, f"`{_short(r.command.text)}` proves nothing: {reason}")
                    )
    return proved and not faults, faults


def _no_difference(old: Ran, new: Ran) -> str | None:
    """Why a command of Symptom, run again, does not come out differently; None where it does."""
    if new.command.status != old.command.status:
        return None
    # A line of holes alone says as little as `...`: any number of lines.
    said = [line if literal(line) or not line.strip() else ANY_LINES for line in new.command.expected]
    if matches(said, old.lines):
        return "what the option says of it holds for what Symptom printed, too; name the line that is new"
    spread = [part for line in old.command.expected if literal(line) for part in (ANY_LINES, line)]
    if old.command.status and spread and matches([*spread, ANY_LINES], new.lines):
        return f"it still ends with status {old.command.status} and prints all that Symptom shows"
    return None


def _shows(command: Command) -> bool:
    return command.status != 0 or any(map(literal, command.expected))


def _shows_again(ran: Ran, symptom: Iterable[Ran]) -> bool:
    """Whether a command shows a literal line or an exit status other than 0 that Symptom has."""
    for old in symptom:
        if ran.status and ran.status == old.command.status:
            return True
        for line in filter(literal, old.command.expected):
            if any(line_matches(line.rstrip(), seen) for seen in ran.lines):
                return True
    return False


def _unseen(entry: Entry) -> list[Transcript]:
    """The failing commands of Symptom that nothing under Fix runs again, as transcripts.

    Where none of them fails, the symptom is what they print.
    """
    commands = [(t, c) for t in entry.symptom.transcripts if t.role == "run" for c in t.commands]
    failing = [(t, c) for t, c in commands if c.status] or [(t, c) for t, c in commands if _shows(c)]
    again = [t for section in (*entry.options, entry.not_helping) if section for t in section.transcripts]
    seen = {c.text for t in again for c in t.commands} | {t.replaces for t in again}
    return [Transcript((c,), c.line, timeout=t.timeout) for t, c in failing if c.text not in seen]


def _left_failing(section: Section, ran: Sequence[Ran]) -> list[Fault]:
    return [
        Fault(
            section.line,
            f"`{_short(r.command.text)}` (line {r.command.line}) fails under this option as before, and no"
            " option runs it again; run it here, say so in a `still` transcript, or make it `shows`",
        )
        for r in ran
        if r.as_written
    ]


_INTERPRETER = re.compile(r"(python|node|bash|sh|perl|ruby)[\d.]*")
_SAYS_ONLY = {
    "",
    ":",
    "[",
    "[[",
    "cat",
    "cd",
    "echo",
    "export",
    "false",
    "printf",
    "set",
    "sleep",
    "test",
    "true",
}
_WRAPPERS = {
    "!",
    "(",
    "command",
    "do",
    "else",
    "env",
    "exec",
    "if",
    "nice",
    "sudo",
    "then",
    "time",
    "timeout",
}
_WRAPPERS |= {"until", "while", "xargs", "{"}


def _stand_in(transcript: Transcript, ran: Sequence[Ran], texts: Mapping[str, File]) -> Ran | None:
    """The command that stands for the one that `replaces` names: the first that shares a program or a file."""
    if transcript.replaces is None:
        return None
    programs, files = _names(transcript.replaces)
    for r in ran:
        shared = (programs | files) & _words(r.command.text, texts)
        if re.search(r"\s-[a-z]*[ce]\s", r.command.text) and r.command.text.split()[0] in programs:
            shared = {name for name in shared if not _INTERPRETER.fullmatch(name)}  # its code is another
        if shared:
            return r
    return None


def _parts(command: str) -> list[list[str]]:
    """The words of each simple command, wrappers and assignments dropped."""
    parts = []
    for part in re.split(r"[\n;|&()]+", command):
        try:
            words = shlex.split(part, comments=True)
        except ValueError:
            words = part.split()
        while words and (re.match(r"\w+=", words[0]) or words[0] in _WRAPPERS or re.match(r"-?\d", words[0])):
            words = words[1:]
        if words and words[0] not in _SAYS_ONLY:
            parts.append(words)
    return parts


def _base(word: str) -> str:
    return word.rstrip("/").rpartition("/")[2]


def _names(command: str) -> tuple[set[str], set[str]]:
    """The programs of a command, and its files: words with a dot or a slash."""
    parts = _parts(command)
    files = {_base(word) for words in parts for word in words[1:] if re.search(r"[./]\w", word)}
    return {_base(words[0]) for words in parts}, files


def _words(command: str, texts: Mapping[str, File]) -> set[str]:
    """The names in a command that does more than print, and in the files of the entry that it runs."""
    words = {_base(word) for words in _parts(command) for word in words}
    for name in words & texts.keys():
        words |= set(re.findall(r"[\w.+-]+", texts[name].text))
    return words


def _short(command: str) -> str:
    first, *rest = command.split("\n")
    return f"{first[:60]}…" if rest or len(first) > 60 else first


def soak(entry: Entry, times: int = 5, busy: int = 3) -> list[Replay]:
    """Replay an entry several times, the last `busy` of them with every core busy; stop at a failure."""
    from kb.replay.busy import every_core_busy

    replays = []
    for number in range(times):
        with every_core_busy(number >= times - busy):
            replays.append(verify(entry))
        if not replays[-1].verified:
            break
    return replays
