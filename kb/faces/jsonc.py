"""One value put into a JSON file, or taken out, where it stands: comments, order, blanks and trailing commas stay."""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*"?|/\*(?!.*?\*/).*)|//[^\n]*|/\*.*?\*/', re.S)
"""Its group is what stays: a text, and a comment that does not end. Both take all there is where no end comes."""
_TRAILING = re.compile(r'"(?:[^"\\]|\\.)*"?|,(?=\s*[}\]])', re.S)
_DECODER = json.JSONDecoder()
Path = tuple[str | None, ...]
"""Keys from the outermost object inwards; None at its end is an element of a list."""


class Child(NamedTuple):
    key: str | None
    value: Any
    start: int
    """Where the child begins: its key, in a list its value."""
    at: int
    """Where its value begins."""
    end: int


def parse(text: str) -> Any:
    """The value of a text with comments and trailing commas. Raises ValueError, RecursionError."""
    return json.loads(_plain(text))


def add(text: str, path: Path, value: Any) -> str:
    """The text with the value at the path: a new key, or one more element of a list. The path leads through objects.

    What is made for it on the way is written with a blank or a line end after its bracket; into what was there and
    empty, the value is put right after the bracket. So `remove` knows which of the two was there before.
    """
    plain, at = _plain(text), _skip(_plain(text), 0)
    while True:
        children = _children(plain, at)
        known = next((c for c in children if c.key is not None and c.key == path[0]), None)
        if known is None or len(path) == 1:
            break
        at, path = known.at, path[1:]
    lines = children and "\n" in plain[at : children[0].start]
    indent = plain[: children[0].start].rpartition("\n")[2] if lines else None
    new = _written(path, value, indent, _unit(plain))
    if children:
        place, before = children[-1].end, f",\n{indent}" if lines else ", "
    else:
        place, before = at + 1, ""
    if "\r\n" in text:
        before, new = before.replace("\n", "\r\n"), new.replace("\n", "\r\n")
    return text[:place] + before + new + text[place:]


def remove(text: str, path: Path, ours: Callable[[Any], bool]) -> str:
    """The text without the value at the path, or without each element of the list there, that is ours."""
    while True:
        shorter = _without_one(text, path, ours)
        if shorter == text:
            return text
        text = shorter


def _without_one(text: str, path: Path, ours: Callable[[Any], bool]) -> str:
    plain = _plain(text)
    at = _skip(plain, 0)
    ways: list[tuple[int, list[Child], Child]] = []
    for n, key in enumerate(path):
        last = n == len(path) - 1
        children = _children(plain, at)
        child = next((c for c in children if c.key == key and (not last or ours(c.value))), None)
        if child is None:
            return text
        ways.append((at, children, child))
        at = child.at
    while True:
        at, children, child = ways.pop()
        if len(children) > 1 or child.start == at + 1 or not ways:
            break
    n = children.index(child)
    start = children[n - 1].end if n else child.start
    end = children[n + 1].start if not n and len(children) > 1 else child.end
    return text[:start] + text[end:]


def _plain(text: str) -> str:
    """The text as strict JSON of the same length."""
    text = text.replace("\ufeff", " ", 1) if text.startswith("\ufeff") else text
    text = _COMMENT.sub(lambda m: m[1] or re.sub(r"[^\n]", " ", m[0]), text)
    return _TRAILING.sub(lambda m: m[0] if m[0][0] == '"' else " ", text)


def _children(plain: str, at: int) -> list[Child]:
    """What stands in the object or list that begins there; nothing where another value does."""
    found: list[Child] = []
    if plain[at] not in "{[":
        return found
    close = "}" if plain[at] == "{" else "]"
    i = _skip(plain, at + 1)
    while plain[i] != close:
        start, key = i, None
        if close == "}":
            key, i = _DECODER.raw_decode(plain, i)
            i = _skip(plain, _skip(plain, i) + 1)
        value, end = _DECODER.raw_decode(plain, i)
        found.append(Child(key, value, start, i, end))
        i = _skip(plain, end)
        if plain[i] == ",":
            i = _skip(plain, i + 1)
    return found


def _skip(plain: str, at: int) -> int:
    while plain[at] in " \t\r\n":
        at += 1
    return at


def _unit(plain: str) -> str:
    """By how much the file indents."""
    found = re.search(r"\n([ \t]+)\S", plain)
    return found[1] if found else "  "


def _written(path: Path, value: Any, indent: str | None, unit: str) -> str:
    """The child to put in: over several lines below `indent`, or in one line where that is None."""
    for key in reversed(path[1:]):
        value = [value] if key is None else {key: value}
    if indent is None:
        made = json.dumps(value)
        for bracket, key in (("[" if k is None else "{", k) for k in path[1:]):
            made = _spaced(made, bracket, key)
    else:
        made = json.dumps(value, indent=unit).replace("\n", f"\n{indent}")
    return made if path[0] is None else f"{json.dumps(path[0])}: {made}"


def _spaced(made: str, bracket: str, key: str | None) -> str:
    """A blank after the bracket that opens what is made for this key."""
    opened = bracket + ("" if key is None else json.dumps(key))
    return made.replace(opened, f"{bracket} {opened[1:]}", 1)
