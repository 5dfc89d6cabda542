"""One fence -> one block: its words, and for a transcript its commands."""

import re
import shlex
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Literal

from kb.entry.model import Block, Command, File, Patch, Role, Snippet, Transcript

Add = Callable[[int, str, str], None]
"""Records a finding: 1-based line, code, message."""
Place = Literal["symptom", "fix", "elsewhere"]

LANGUAGES = frozenset(
    re.findall(
        r"\w+",
        """
        awk bash bat c cmake conf console cpp cron csharp css csv diff docker dockerfile dotenv env
        fish gitattributes gitconfig gitignore go gradle graphql groovy hcl html http ini java
        javascript js json json5 jsonc jsonl jsx kotlin less log lua make makefile markdown md mermaid
        mjs mysql nginx nix patch pem perl pgsql php plaintext postgres powershell properties proto
        ps1 psql py python r rb redis regex ruby rust sass scala scss sed sh shell sql sqlite ssh svg
        swift systemd tcl toml ts tsx txt text typescript vim vue xml yaml yml zsh
        """,
    )
)
VALUED = ("file", "repeat", "timeout", "replaces")
FLAGS = ("setup", "shows", "still", "after-symptom")
ROLES: tuple[Role, ...] = ("setup", "shows", "still")
LONGEST = 500
"""Characters of the line that opens a fence; a name has 200 bytes at most."""
LIMITS = {"repeat": (2, 50), "timeout": (1, 120)}

_STATUS = re.compile(r"\[exit (\d+)\]")
_SHELLS = ("", "text", "bash", "sh", "shell", "zsh")


def block(info: str, content: str, line: int, place: Place, add: Add) -> Block:
    """The block that a fence is; `line` is the line of its opening."""
    language, words = _words(info, line, add)
    if language == "console":
        return _transcript(words, content, line, place, add)
    for word in sorted(set(words) - {"file"}):
        add(line, "KB303", f"`{word}` belongs to a `console` fence; leave it out")
    name = words.get("file")
    if name is None:
        if language in _SHELLS and content.lstrip("\n").startswith("$ "):
            add(line, "KB315", "this looks like a transcript and is never replayed; make it a `console` fence")
        return Snippet(language, content, line)
    why = unsafe(name)
    if why:
        add(line, "KB305", f"file name {name!r} {why}; name a file inside the working folder")
    if place == "elsewhere":
        add(line, "KB304", "a file is written for Symptom and the options only; leave `file=` out")
    if language != "diff":
        return File(name, language, content, line)
    if place == "symptom":
        add(line, "KB309", "a diff changes a file of Symptom; in Symptom itself write the whole file")
    return Patch(name, content, line)


def unsafe(name: str) -> str | None:
    """Why a file name could leave the working folder; None where it cannot."""
    if not name:
        return "is empty"
    if any(ord(c) < 32 or c == "\x7f" for c in name):
        return "has a control character"
    if "\\" in name:
        return "has a backslash"
    if PurePosixPath(name).is_absolute():
        return "is absolute"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "climbs or has an empty part"
    if len(name.encode("utf-8", "replace")) > 200:
        return "is longer than 200 bytes"
    return None


def _words(info: str, line: int, add: Add) -> tuple[str, dict[str, str]]:
    if len(info) > LONGEST:
        add(line, "KB303", f"the line that opens the fence has {len(info):,} characters; at most {LONGEST}")
        return "text", {}
    try:
        parts = shlex.split(info)
    except ValueError:
        add(line, "KB303", f"a quote in `{info[:60]}` is never closed")
        parts = info.split()
    language = parts.pop(0) if parts and "=" not in parts[0] else ""
    if parts and not language:
        add(line, "KB302", "the first word of a fence is its language, since GitHub shows that alone")
    elif language and language not in LANGUAGES:
        known = [*sorted(LANGUAGES), *FLAGS]
        near = get_close_matches(language.lower(), known, 1)
        add(line, "KB302", f"`{language}` is no language known here; write `{near[0] if near else 'text'}`")
    words: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if name not in VALUED + FLAGS:
            near = get_close_matches(name.lower(), VALUED + FLAGS, 1)
            known_words = f"`{near[0]}`" if near else ", ".join(VALUED + FLAGS)
            add(line, "KB302", f"`{name[:40]}` is no fence word; write {known_words}")
        elif name in words:
            add(line, "KB303", f"`{name}` stands twice; keep one")
        elif bool(equals) != (name in VALUED):
            add(
                line,
                "KB303",
                f"`{part[:40]}`: write `{name}=…`" if name in VALUED else f"`{name}` takes no value",
            )
        else:
            words[name] = value
    return language, words


def _transcript(words: dict[str, str], content: str, line: int, place: Place, add: Add) -> Transcript:
    if "file" in words:
        add(line, "KB303", "a `console` fence is no file; leave `file=` out")
    if place == "elsewhere":
        add(
            line,
            "KB304",
            "a transcript is replayed under Symptom and the options only; move it, or make it `text`",
        )
    if place == "symptom":
        for word in ("still", "replaces", "after-symptom"):
            if word in words:
                add(line, "KB303", f"`{word}` speaks about Symptom, so it belongs to an option")
    roles = [role for role in ROLES if role in words]
    if len(roles) > 1:
        add(line, "KB303", f"`{roles[0]}` and `{roles[1]}` exclude each other; keep one")
    numbers = {"repeat": 1, "timeout": 20}
    for word, (low, high) in LIMITS.items():
        value = words.get(word)
        if value is None:
            continue
        if value.isascii() and value.isdigit() and len(value) < 5 and low <= int(value) <= high:
            numbers[word] = int(value)
        else:
            add(line, "KB303", f"`{word}={value[:20]}`: write a number from {low} to {high}")
    commands = _commands(content, line + 1, add)
    if "setup" in words and any(any(c.expected) for c in commands):
        add(line, "KB314", "what a setup transcript prints is not compared; leave it out")
    return Transcript(
        commands,
        line,
        role=roles[0] if roles else "run",
        repeat=numbers["repeat"],
        timeout=numbers["timeout"],
        replaces=words.get("replaces"),
        after_symptom="after-symptom" in words,
    )


def _commands(content: str, first: int, add: Add) -> tuple[Command, ...]:
    commands: list[Command] = []
    text: list[str] = []
    expected: list[str] = []
    status: int | None = None
    start = first

    def end() -> None:
        if text:
            commands.append(Command("\n".join(text), tuple(expected), status or 0, start))

    lines = content.removesuffix("\n").split("\n")
    if not lines[0].startswith("$ "):
        # An open fence may be the last line of the file.
        add(first if content else first - 1, "KB311", "a transcript begins with a command; write `$ ` and the command")
    for number, line in enumerate(lines, first):
        if line.startswith("$ "):
            end()
            text, expected, status, start = [line[2:]], [], None, number
            if not line[2:].strip():
                add(number, "KB311", "an empty command; write one after `$ `")
        elif (line.startswith("> ") or line == ">") and text and not expected and status is None:
            text.append(line[2:])
        elif not text:
            continue  # said above
        elif line.startswith("> "):
            add(
                number,
                "KB313",
                "`> ` continues a command only directly under it; begin an output line with `{…}`",
            )
        elif line.startswith("[exit "):
            found = _STATUS.fullmatch(line.rstrip())
            if status is not None:
                add(number, "KB312", "a second status; a command has one")
            elif found and len(found[1]) < 4 and 1 <= int(found[1]) <= 255:
                status = int(found[1])
            else:
                add(number, "KB312", f"`{line[:40]}`: write `[exit N]`, N from 1 to 255; leave it out for 0")
        elif status is not None:
            add(number, "KB312", "output after the status; the status is a command's last line")
        else:
            expected.append(line)
    end()
    return tuple(commands)
