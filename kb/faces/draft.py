"""`kb draft [FILE]`: a failure, or a loose card, becomes a draft entry whose gaps `kb check` names."""

import argparse
import shlex
import sys
from pathlib import Path
from typing import BinaryIO

from kb import place, service
from kb.draft import card, log, name, page
from kb.draft.lines import doubt, plain, span
from kb.entry.folder import areas, need_area, path_of, shown, template
from kb.entry.model import is_id
from kb.errors import Misuse
from kb.faces import last_run
from kb.faces.cli import read_ends
from kb.match.answer import Answer
from kb.render import first_paragraph
from kb.replay.isolation import platform_name

HEAD, TAIL = 262_144, 262_144
"""Of a long input the first and last bytes are read."""
NEAR, LOOKED_AT = 3, 0.05
"""Look-alikes that are taken from look-up, and the score from which."""


def main(argv: list[str]) -> int:
    """Exit status 0: the draft is written. Raises Misuse, BadCatalog."""
    parser = argparse.ArgumentParser(
        prog="kb draft",
        description="Write a draft entry from what a failed command printed, or from a loose card (headings without "
        "marks, code without fences). What was guessed and what is missing is marked; `kb check` names it.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("file", nargs="?", metavar="FILE", help="a log or a card (default: standard input)")
    what.add_argument("--last", action="store_true", help="the last command that failed under `kb run`")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--id", metavar="AREA/SLUG", help="where the entry belongs (default: a guess)")
    where.add_argument("--out", metavar="PATH", help="the file to write; `-`: standard output")
    parser.add_argument("--here", action="store_true", help="into the folder .kb of the present project")
    asked = parser.parse_args(argv)
    if asked.id is not None and not is_id(asked.id):
        raise Misuse(f"{asked.id!r} is no id; write AREA/SLUG in lower case letters, digits and hyphens")
    text, parts = _last() if asked.last else _read(_given(asked.file))
    found = service.lookup(_telling(parts, text), 10, abstain=False)
    draft = page.write(parts, _near(found), template(Path(place.entries_folder())))
    if asked.out == "-":
        print(draft, end="")
        return 0
    path = _write(draft, asked, parts, found)
    print(path)
    if service.matching(service.lookup(_telling(parts, text))):
        best = found.candidates[0]
        print(f"Look-up knows this already ({best.score:.0%} sure): read `kb show {best.id}` first")
    guess = "" if asked.id or asked.out else "Its area and name are a guess: move it where it belongs. "
    print(f"{guess}`kb check {path}` says what is left to write, and when it is green")
    return 0


def _last() -> tuple[str, page.Parts]:
    last = last_run.load()
    if not last:
        raise Misuse("no command has failed under `kb run` yet: kb run -- COMMAND, or COMMAND 2>&1 | kb draft")
    parts = log.read(last.output, shlex.join(last.command), last.status)
    parts.environment = [f"- {', '.join([platform_name(), *parts.versions])}"]
    return last.output, parts


def _read(given: str) -> tuple[str, page.Parts]:
    text = plain(given)
    if sum(map(str.isalnum, text)) < 6:
        raise Misuse("nothing to draft from: give what the command printed, or a card")
    if card.is_card(text):
        return text, card.read(text)
    parts = log.read(text)
    if not parts.output:
        raise Misuse("nothing in it reads as what a command printed: give its output, or a card")
    where = ", ".join([platform_name(), *parts.versions])
    parts.environment = [f"- {where} {doubt('this machine; was it here?')}"]
    return text, parts


def _given(file: str | None) -> str:
    if file is None or file == "-":
        if sys.stdin.isatty():
            raise Misuse("kb draft FILE, COMMAND 2>&1 | kb draft, or kb draft --last")
        return _text(sys.stdin.buffer)
    try:
        with Path(file).open("rb") as stream:
            return _text(stream)
    except (OSError, ValueError) as error:
        raise Misuse(f"{file}: {getattr(error, 'strerror', None) or error}; name a log or a card") from None


def _text(stream: BinaryIO) -> str:
    head, tail = read_ends(stream, HEAD, TAIL)
    # PowerShell writes logs as UTF-16.
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    return (head + (b"\n" if tail and not wide else b"") + tail).decode("utf-16" if wide else "utf-8", "replace")


def _telling(parts: page.Parts, text: str) -> str:
    """What look-up is asked: a card by its title and what is seen, a failure by all of it."""
    return f"{parts.title}\n{parts.symptom}" if parts.title else text


def _near(found: Answer) -> list[page.Near]:
    near = []
    for candidate in found.candidates[:NEAR]:
        if candidate.score >= LOOKED_AT:
            entry = service.show(candidate.id)
            seen = span(entry.messages[0]) if entry.messages else entry.title.replace(":", ",")
            because = first_paragraph(entry.cause).partition(". ")[0].replace("→", "to")
            near.append(page.Near(candidate.id, seen, because))
    return near


def _write(draft: str, asked: argparse.Namespace, parts: page.Parts, found: Answer) -> Path:
    """Put the draft down where nothing lies yet."""
    if asked.out:
        return _new(Path(asked.out), draft)
    own = asked.here or place.installed()
    root = shown(Path(place.project_folder() or ".kb")) if own else shown(Path(place.entries_folder()))
    if asked.id:
        path = path_of(root, asked.id)
        if not own:
            need_area(root, path.parent.name)
        return _new(path, draft)
    area, slug = name.area(parts, found, areas(Path(place.entries_folder()))), name.slug(parts)
    for number in range(1, 100):
        path = path_of(root, f"{area}/{slug}{f'-{number}' if number > 1 else ''}")
        if not path.exists():
            return _new(path, draft)
    raise Misuse(f"{root / area} has 99 drafts named {slug}; name this one with --id")


def _new(path: Path, draft: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(draft)
    except FileExistsError:
        raise Misuse(f"{path} exists already; nothing is overwritten") from None
    except (OSError, ValueError) as error:
        raise Misuse(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    return path
