"""The parts of an entry. Frozen, no I/O; `line` is the 1-based line of the file where the part begins."""

import re
from dataclasses import dataclass
from typing import Literal

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")


def is_id(text: str) -> bool:
    """Whether a text is the id of an entry, `area/slug`."""
    return len(text) <= 100 and _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Line:
    """One bullet or message."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class File:
    """A fence `LANG file=NAME`: written into the working folder before transcripts run."""

    name: str
    language: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Patch:
    """A fence `diff file=NAME`: a change of a file that Symptom wrote. A line `...` separates hunks."""

    name: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Command:
    """One `$ ` command of a transcript with the lines that it prints and its exit status."""

    text: str
    """The command, continuation lines joined by a newline."""
    expected: tuple[str, ...]
    """Expected lines; `...` alone matches any lines, `{…}` any run of characters."""
    status: int
    line: int


Role = Literal["run", "setup", "shows", "still"]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A `console` fence."""

    commands: tuple[Command, ...]
    line: int
    role: Role = "run"
    repeat: int = 1
    timeout: int = 20
    replaces: str | None = None
    """The command of Symptom that the first command here stands for."""
    after_symptom: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """Any other fence (a language word alone): shown, never run."""

    language: str
    text: str
    line: int


Block = File | Patch | Transcript | Snippet


@dataclass(frozen=True, slots=True)
class Section:
    """Symptom, or one option: its Markdown as written and the blocks found in it."""

    source: str
    """Markdown below the heading, fences included."""
    blocks: tuple[Block, ...]
    line: int

    @property
    def files(self) -> tuple[File, ...]:
        return tuple(b for b in self.blocks if isinstance(b, File))

    @property
    def patches(self) -> tuple[Patch, ...]:
        return tuple(b for b in self.blocks if isinstance(b, Patch))

    @property
    def transcripts(self) -> tuple[Transcript, ...]:
        return tuple(b for b in self.blocks if isinstance(b, Transcript))


@dataclass(frozen=True, slots=True)
class Option(Section):
    """`### Option N: title` under Fix."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class LookAlike:
    """What looks like this entry and is not."""

    seen: str
    """What is seen, Markdown (literal parts in backticks)."""
    instead: str
    """What it is instead."""
    entry: str | None
    """Id of the entry that explains it."""
    line: int


@dataclass(frozen=True, slots=True)
class Savings:
    """Expected Token Savings, in tokens; None where not given."""

    debugging: int | None
    fix: int | None
    line: int


@dataclass(frozen=True, slots=True)
class Query:
    """How somebody put an error: a line of the file of queries beside an entry."""

    text: str
    kind: Literal["trace", "report", "agent"]
    """What a program printed, what a person wrote, what an agent says."""
    right: bool
    """Whether the entry explains it; otherwise it looks like the entry, and none explains it."""


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    """`<area>/<slug>`, the path below `entries/` without its ending."""
    path: str
    """Where the file lies, for findings."""
    text: str
    """The whole file as read."""
    title: str
    title_line: int
    symptoms: tuple[Line, ...]
    """The bullets of Symptom."""
    symptom: Section
    cause: str
    """Markdown of Root Cause."""
    options: tuple[Option, ...]
    not_helping: Section | None
    """`### What does not help`, the last heading under Fix: prose, and `still` transcripts that prove it."""
    checklist: tuple[Line, ...]
    savings: Savings
    environment: tuple[Line, ...]
    sources: tuple[Line, ...]
    messages: tuple[Line, ...]
    """Literal messages without their backticks, `{…}` where they vary."""
    questions: tuple[Line, ...]
    """Asked As."""
    look_alikes: tuple[LookAlike, ...]
    tags: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    stub: str | None = None
    unverifiable: str | None = None
    aliases: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    """Who wrote it; empty: whoever committed it first."""
    retired: str | None = None
    queries: tuple[Query, ...] = ()
    """Of the file beside it; the text of the entry does not hold them."""

    @property
    def area(self) -> str:
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of an entry file. Severity stands in the table of `findings.py`, by code."""

    path: str
    line: int
    code: str
    """`KBnnn`."""
    message: str
    """What is wrong; what to write instead."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.message}"
