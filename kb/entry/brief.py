"""The short form of an entry, within a number of tokens: what it is, why, the first option with its code."""

import re
from collections.abc import Iterator
from functools import lru_cache

AIM, MOST = 320, 500
"""Tokens of the short form, as counted here: from which it tells less of why, and which it never exceeds."""
PROSE, FENCES, FENCE = 4000, 20, 8 * MOST
"""Characters of a paragraph that are looked at, fences, and characters of a fence: what is beyond never fits."""
LINE = 400
"""Characters of a title, and of any other line that is not the entry's prose."""
_PIECE = re.compile(rb" ?[A-Za-z]{1,8}|[0-9]{1,3}|\s+|[\x80-\xff]{1,3}|[!-/:-@\[-`{-~]{1,2}")
_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])")


def tokens(text: str) -> int:
    """About how many tokens a model reads, rather too many: 0 to 20 % above o200k (`python -m bench.tokens`)."""
    return len(_PIECE.findall(text.encode("utf-8", "replace"))) * 19 // 20


@lru_cache(1024)  # a server gives the same ones again and again; counting tokens takes most of their time
def brief(head: tuple[str, ...], cause: str, fix: str, source: str, tail: str, *, read_on: str) -> str:
    """Markdown of `MOST` tokens at most.

    `head`, `tail`: what stands before and after, one line each. `cause`: Markdown; of its first paragraph as many
    sentences as fit are told, one at least. `fix`: the line that names the option; `source`: its Markdown. A fence is
    shown whole or not at all; what is left out is said, with `read_on` as the command that shows it.
    """
    lines = [_cut(line, LINE) for line in head]
    tail = _cut(tail, LINE)
    why = sentences(first_paragraph(cause)[:PROSE])
    how = sentences(first_paragraph(source)[:PROSE])
    every = code(source)
    fences = [(info, text) for info, text in every[:FENCES] if len(text) <= FENCE]
    left_out = len(every) - len(fences)

    def text() -> str:
        said = f"Code left out here for its length: `{read_on}`" if left_out else ""
        parts = (*lines, " ".join(why), _cut(fix, LINE), " ".join(how), *(fence for _, fence in fences), said, tail)
        return "\n\n".join(part for part in parts if part)

    while tokens(text()) > AIM and len(why) > 1:
        why.pop()
    while tokens(text()) > MOST and any(info.startswith("diff") for info, _ in fences) and _pop_whole_file(fences):
        left_out += 1
    while tokens(text()) > MOST and fences:
        fences.pop()
        left_out += 1
    for said in (how, why):
        while tokens(text()) > MOST and len(said) > 1:
            said.pop()
    room = LINE
    while tokens(text()) > MOST and room > 10:
        room //= 2
        why, how, lines = [_cut(" ".join(why), room)], [_cut(" ".join(how), room)], [_cut(line, room) for line in lines]
        fix, tail = _cut(fix, room), _cut(tail, room)
    return text()


def _pop_whole_file(fences: list[tuple[str, str]]) -> bool:
    """Take away the last fence that is no change: beside a change, a whole file says less for more."""
    for n in reversed(range(len(fences))):
        if not fences[n][0].startswith("diff"):
            del fences[n]
            return True
    return False


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph; code in backticks is never parted."""
    found: list[str] = []
    for piece in _END.split(paragraph):
        if found and found[-1].count("`") % 2:
            found[-1] += " " + piece
        elif piece:
            found.append(piece)
    return found


def first_paragraph(markdown: str) -> str:
    """The first paragraph outside fences, on one line; empty where there is none."""
    for kind, text in parts(markdown):
        if kind == "prose":
            return " ".join(text.split("\n\n")[0].split())
    return ""


def parts(markdown: str) -> Iterator[tuple[str, str]]:
    """("prose" | the fence's info string, text), in order. A fence's text has its ``` lines."""
    prose: list[str] = []
    fence: list[str] = []
    mark = info = ""
    for line in markdown.split("\n"):
        if fence:
            fence.append(line)
            if line.strip() == mark:
                yield info, "\n".join(fence)
                fence = []
        elif line.startswith(("```", "~~~")):
            if text := "\n".join(prose).strip():
                yield "prose", text
            prose = []
            mark = line[: len(line) - len(line.lstrip(line[0]))]
            info = line[len(mark) :].strip() or "text"
            fence = [line]
        else:
            prose.append(line)
    if text := "\n".join([*fence, *prose]).strip():
        yield "prose", text


def code(source: str) -> list[tuple[str, str]]:
    """(info, text) of an option's fences that say what to do: files and changes; where there are none, the commands."""
    fences = [(info, text) for info, text in parts(source) if info != "prose"]
    files = [(info, text) for info, text in fences if not info.startswith("console")]
    shown = files or [(i, t) for i, t in fences if not {"setup", "still", "shows"} & set(i.split()[1:])]
    return [(info, _named(info, text)) for info, text in shown]


def _named(info: str, text: str) -> str:
    first, _, rest = text.partition("\n")
    name = next((w[5:] for w in info.split() if w.startswith("file=")), "")
    return (f"`{name}`:\n" if name else "") + first.split(" ")[0] + "\n" + rest


def _cut(line: str, room: int) -> str:
    line = " ".join(line.splitlines())
    return line if len(line) <= room else line[: room - 1] + "…"
