"""Transcripts: run as one shell session, and compared with what the entry says they print."""

import difflib
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from kb.entry.model import Command, File, Transcript
from kb.replay import sandbox

ANY_LINES = "..."
HOLE = "{…}"

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_BASH_LINE = re.compile(r"^bash: (?:eval: )?line \d+: ")


@dataclass(frozen=True, slots=True)
class Ran:
    """A command of a transcript and what it really did."""

    command: Command
    transcript: Transcript
    output: str
    """Raw, standard output and error together."""
    status: int | None
    """None: it did not come back; `trouble` says why."""
    trouble: str = ""

    @property
    def lines(self) -> list[str]:
        return normalised(self.output)

    @property
    def as_written(self) -> bool:
        """Whether status and output are what the entry says; of `setup` the status alone counts."""
        if self.status != self.command.status:
            return False
        return self.transcript.role == "setup" or matches(self.command.expected, self.lines)


Part = File | Transcript


def play(parts: Sequence[Part], setting: sandbox.Setting) -> list[Ran]:
    """Write the files and run the transcripts, in the order given, in one shell.

    The answer ends with the command that did not come back, if one does not. Raises NoSandbox.
    """
    steps: list[sandbox.Step] = []
    commands: list[tuple[Transcript, Command] | None] = []
    for part in parts:
        if isinstance(part, File):
            steps.append(sandbox.Step(_writing(part)))
            commands.append(None)
        else:
            steps += [sandbox.Step(command.text, part.timeout) for command in part.commands]
            commands += [(part, command) for command in part.commands]
    ran = []
    for origin, seen in zip(commands, sandbox.run(steps, setting), strict=False):
        if origin:
            transcript, command = origin
            ran.append(Ran(command, transcript, seen.output, seen.status, seen.trouble))
    return ran


def _writing(file: File) -> str:
    """A command that writes the file, whatever the shell's folder, mask and PATH have become."""
    path = f"/work/{file.name}"
    folder = path.rpartition("/")[0]
    return (
        f"( umask 022; /bin/mkdir -p {shlex.quote(folder)}; /bin/rm -f {shlex.quote(path)};"
        f" builtin printf %s {shlex.quote(file.text)} >|{shlex.quote(path)} )"
    )


def normalised(output: str) -> list[str]:
    """The lines of an output without what differs between terminals; blank lines at the end are dropped."""
    lines = []
    for line in _ANSI.sub("", output).split("\n"):
        shown = line.rstrip().rpartition("\r")[2]
        lines.append(_BASH_LINE.sub("bash: ", shown))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def matches(expected: Sequence[str], seen: Sequence[str]) -> bool:
    """Whether the lines seen are what is expected; time is at most the product of the two lengths."""
    wanted = [line.rstrip() for line in expected]
    while wanted and not wanted[-1]:
        wanted.pop()
    at = here = 0
    restart: tuple[int, int] | None = None  # the last `...` and the line up to which it reaches
    while here < len(seen):
        if at < len(wanted) and wanted[at].strip() == ANY_LINES:
            restart = (at, here)
            at += 1
        elif at < len(wanted) and line_matches(wanted[at], seen[here]):
            at += 1
            here += 1
        elif restart:
            restart = (restart[0], restart[1] + 1)
            at, here = restart[0] + 1, restart[1]
        else:
            return False
    return all(line.strip() == ANY_LINES for line in wanted[at:])


def line_matches(expected: str, seen: str) -> bool:
    """Whether the line fits, `{…}` standing for any run of characters."""
    first, *others = expected.split(HOLE)
    if not others:
        return expected == seen
    *middle, last = others
    if not seen.startswith(first) or not seen.endswith(last) or len(seen) < len(first) + len(last):
        return False
    at, end = len(first), len(seen) - len(last)
    for text in middle:
        found = seen.find(text, at, end)
        if found < 0:
            return False
        at = found + len(text)
    return True


def literal(line: str) -> bool:
    """Whether an expected line says something by itself."""
    return line.strip() != ANY_LINES and bool(line.replace(HOLE, "").strip())


def difference(ran: Ran) -> tuple[str, ...]:
    """Expected against seen, as the lines of a diff."""
    expected = [line.rstrip() for line in ran.command.expected]
    seen = [] if ran.transcript.role == "setup" and ran.status == 0 else ran.lines
    if ran.command.status:
        expected.append(f"[exit {ran.command.status}]")
    if ran.status:
        seen.append(f"[exit {ran.status}]")
    if ran.trouble:
        seen.append(f"[{ran.trouble}]")
    lines: list[str] = []
    for line in difflib.ndiff(expected, seen):
        if line.startswith("- ") and line[2:].strip() and not literal(line[2:]):
            lines.append(f"  {line[2:]}")
        elif not line.startswith("? "):
            lines.append(line)
    if len(lines) > 40:
        lines = [*lines[:25], f"  ({len(lines) - 35} more lines)", *lines[-10:]]
    return tuple(line.rstrip() for line in lines)
