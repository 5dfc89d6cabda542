"""What a replayed option proves: the rules that stand in docs/entry-format.md under Replay."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.entry.model import Command, Entry, File, Section, Transcript
from kb.replay.compare import ANY_LINES, line_matches, literal, matches
from kb.replay.transcript import Ran


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something is not as the entry says."""

    line: int
    message: str
    diff: tuple[str, ...] = ()
    """Expected against seen."""

    def __str__(self) -> str:
        return "\n".join((self.message, *(f"    {line}" for line in self.diff)))


def not_as_written(transcripts: Sequence[Transcript], ran: Sequence[Ran]) -> list[Fault]:
    """A fault for each command that came out otherwise than written, or never ran."""
    meant = [(t, c) for t in transcripts for c in t.commands]
    done = [r for r in ran if r.transcript in transcripts]
    faults = [
        Fault(r.command.line, f"`{short(r.command.text)}` {r.trouble or 'comes out otherwise'}", r.difference)
        for r in done
        if not r.as_written
    ]
    if not faults and len(done) < len(meant):
        command = meant[len(done)][1]
        faults.append(Fault(command.line, f"`{short(command.text)}` was never reached"))
    return faults


def no_longer_failing(ran: Sequence[Ran]) -> list[Fault]:
    """What to write, for the first command of Symptom that should fail and does not."""
    mended = [r for r in ran if r.transcript.role == "run" and r.command.status and r.status == 0]
    return [
        Fault(
            r.command.line,
            f"`{short(r.command.text)}` no longer fails. Where a newer version has mended it, keep the entry and"
            " bound it: pin under `needs` what still shows it (`python==3.11`, `pypi:NAME==V`), and write which"
            " versions have it under Environment (`python<3.12`)",
        )
        for r in mended[:1]
    ]


def judge(
    section: Section, own: Sequence[Ran], symptom: Sequence[Ran], texts: Mapping[str, File]
) -> tuple[bool, list[Fault]]:
    """Whether an option that came out as written mends something of Symptom, and what speaks against it.

    `own` and `symptom` are what the two printed, `texts` the files that the option's commands find.
    """
    faults: list[Fault] = []
    proved = False
    was = {r.command.text: r for r in symptom if r.transcript.role == "run"}
    for transcript in section.transcripts:
        ran = [r for r in own if r.transcript == transcript]
        if transcript.role != "run":
            continue
        stand_in = _stand_in(transcript, ran, texts)
        if transcript.replaces is not None and transcript.replaces not in was:
            message = f"`replaces`: `{short(transcript.replaces)}` is no command of Symptom"
            faults.append(Fault(transcript.line, message))
        elif transcript.replaces is not None and not stand_in:
            message = f"no command here shares a program or a file with `{short(transcript.replaces)}`"
            faults.append(Fault(transcript.line, message))
        for r in ran:
            old = was.get((transcript.replaces or "") if r is stand_in else r.command.text)
            if old is None:
                continue
            reason = _no_difference(old, r)
            if reason is None:
                proved = True
            elif shows(old.command):
                faults.append(Fault(r.command.line, f"`{short(r.command.text)}` proves nothing: {reason}"))
    return proved and not faults, faults


def judge_still(section: Section, own: Sequence[Ran], symptom: Sequence[Ran]) -> tuple[bool, list[Fault]]:
    """Whether there are `still` transcripts, all showing Symptom again; a fault for each that does not."""
    still = [transcript for transcript in section.transcripts if transcript.role == "still"]
    was = [r for r in symptom if r.transcript.role == "run"]
    faults = [
        Fault(transcript.line, "`still` shows nothing of Symptom: no literal line, no exit status")
        for transcript in still
        if not any(_shows_again(r, was) for r in own if r.transcript == transcript)
    ]
    return bool(still) and not faults, faults


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


def shows(command: Command) -> bool:
    """Whether a command shows something: an exit status other than 0, a literal line."""
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


def unseen(entry: Entry) -> list[Transcript]:
    """The failing commands of Symptom that nothing under Fix runs again, as transcripts.

    Where none of them fails, the symptom is what they print.
    """
    commands = [(t, c) for t in entry.symptom.transcripts if t.role == "run" for c in t.commands]
    failing = [(t, c) for t, c in commands if c.status] or [(t, c) for t, c in commands if shows(c)]
    again = [t for section in (*entry.options, entry.not_helping) if section for t in section.transcripts]
    seen = {c.text for t in again for c in t.commands} | {t.replaces for t in again}
    return [Transcript((c,), c.line, timeout=t.timeout) for t, c in failing if c.text not in seen]


def left_failing(section: Section, ran: Sequence[Ran]) -> list[Fault]:
    """A fault for each of the unseen commands that an option leaves as it was."""
    return [
        Fault(
            section.line,
            f"`{short(r.command.text)}` (line {r.command.line}) fails under this option as before, and no"
            " option runs it again; run it here, say so in a `still` transcript, or make it `shows`",
        )
        for r in ran
        if r.as_written
    ]


_INTERPRETER = re.compile(r"(python|node|bash|sh|perl|ruby)[\d.]*")
_SAYS_ONLY = re.compile(r":|\[|\[\[|cd|echo|export|false|printf|set|sleep|test|true")
_WRAPPER = re.compile(
    r"!|\(|\{|command|do|else|env|exec|if|nice|sudo|then|time|timeout|until|while|xargs|\w+=.*|-?\d.*",
    re.DOTALL,
)


def _stand_in(transcript: Transcript, ran: Sequence[Ran], texts: Mapping[str, File]) -> Ran | None:
    """The command that stands for the one `replaces` names: the first that shares a program or a file."""
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
        while words and _WRAPPER.fullmatch(words[0]):
            words = words[1:]
        if words and not _SAYS_ONLY.fullmatch(words[0]):
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


def short(command: str) -> str:
    first, *rest = command.split("\n")
    return f"{first[:60]}…" if rest or len(first) > 60 else first
