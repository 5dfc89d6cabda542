"""Transcripts: run as one shell session, and compared with what the entry says they print."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from kb.entry.model import Command, File, Transcript
from kb.replay import sandbox
from kb.replay.compare import difference, matches, normalised
from kb.replay.isolation import Setting


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

    @property
    def difference(self) -> tuple[str, ...]:
        """What was expected against what was seen, as the lines of a diff."""
        expected, seen = [*self.command.expected], self.lines
        if self.transcript.role == "setup":
            expected = seen = [] if self.status == 0 else self.lines
        if self.command.status:
            expected = [*expected, f"[exit {self.command.status}]"]
        if self.status:
            seen = [*seen, f"[exit {self.status}]"]
        return difference(expected, [*seen, f"[{self.trouble}]"] if self.trouble else seen)


Part = File | Transcript


def play(parts: Sequence[Part], setting: Setting) -> list[Ran]:
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
