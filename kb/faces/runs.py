"""An option's evidence: each command of the symptom beside the same command once the option is applied."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from kb.catalog.read import StoredEntry, StoredOption
from kb.entry.model import Command, Transcript
from kb.faces import html


class Pair(NamedTuple):
    before: Command
    after: Command


def commands_of_symptom(entry: StoredEntry) -> dict[str, Command]:
    """The commands of the symptom, by their text."""
    runs = (part for part in html.parts(entry.symptom.source) if isinstance(part, Transcript) and part.role == "run")
    return {command.text: command for run in runs for command in run.commands}


def pairs(entry: StoredEntry, run: Transcript) -> Iterator[Pair | Command]:
    """The commands of an option's transcript, those that the symptom has too with what they did there."""
    was = commands_of_symptom(entry)
    replaced = was.get(run.replaces or "")
    instead = _instead(run) if replaced else None
    for command in run.commands:
        before = replaced if command is instead else was.get(command.text)
        yield Pair(before, command) if before and run.role == "run" else command


def grouped(entry: StoredEntry, run: Transcript) -> list[tuple[bool, list[Pair | Command]]]:
    """Those in a row that are alone, and those in a row that have a before."""
    return [(alone, list(row)) for alone, row in groupby(pairs(entry, run), lambda p: isinstance(p, Command))]


def prepared(entry: StoredEntry) -> list[Transcript]:
    """What the symptom runs beforehand, in every option's fresh folder too."""
    return [part for part in html.parts(entry.symptom.source) if isinstance(part, Transcript) and part.role == "setup"]


def transcripts(option: StoredOption) -> list[Transcript]:
    return [part for part in html.parts(option.source) if isinstance(part, Transcript)]


def _instead(run: Transcript) -> Command | None:
    """The command that stands for the one that `replaces` names: the one with the most words of it."""
    words = set(re.findall(r"[\w.]+", run.replaces or ""))
    return max(run.commands, key=lambda c: len(words & set(re.findall(r"[\w.]+", c.text))), default=None)
