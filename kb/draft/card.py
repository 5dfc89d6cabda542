"""A loose card → the parts of an entry: headings without marks, code without fences, bullets of any kind.

Every line finds its place; what was guessed on the way is marked as a gap, so that `kb check` names it.
"""

import re
from collections.abc import Iterator, Sequence

from kb.draft import code
from kb.draft.lines import doubt, gap, holed, plain, span
from kb.draft.page import Parts
from kb.entry import NOT_HELPING
from kb.entry.markdown import SECTIONS
from kb.entry.spans import only_span

SIZE = 200_000
"""Characters of a card that are read."""
_OTHER_NAMES = {
    "Symptom": "symptoms|problem|what happens|what is seen",
    "Root Cause": "cause|causes|why|why it happens|reason|explanation|diagnosis",
    "Fix": "fixes|solution|solutions|resolution|how to fix|workaround",
    "Prevention Checklist": "prevention|checklist|how to prevent|how to avoid",
    "Expected Token Savings": "token savings|savings|expected savings",
    "Environment": "environments|affects|versions|applies to",
    "Source": "sources|reference|references|links",
    "Error Messages": "error message|error|errors|message|messages",
    "Asked As": "questions|also asked as|search terms",
    "Look-Alikes": "look alikes|lookalikes|similar errors|not to be confused with",
}
_NAMES = {name.casefold(): name for name in SECTIONS}
_NAMES |= {other: name for name, others in _OTHER_NAMES.items() for other in others.split("|")}
_LISTS = ("Prevention Checklist", "Environment", "Source", "Error Messages", "Asked As", "Look-Alikes")
_BULLET = re.compile(r"^\s*(?:[-*+•·–]|\d{1,2}[.)])\s+(?=\S)")
_LOST_BULLET = re.compile(r"\s[-•]\s+(?=[A-Z])")
_OPTION = re.compile(r"(?:#+\s*)?\**(?:Option|Solution|Approach|Method)\s+#?\d{1,3}\s*[:.)–—-]\s*(?=\S)", re.IGNORECASE)
"""What stands before the title of an option."""
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_FIGURE = re.compile(r"(\d[\d,]{0,12})\s{0,9}tokens", re.IGNORECASE)
_DIAGRAM = re.compile(r"→|->|^\w[\w ]{0,24}: \S")
WHAT_IT_COSTS = "‹when it fits, what it costs.› Does NOT solve: ‹what is left›"
AGAIN = "```console\n$ ‹the command of Symptom again›\n‹what it prints now›\n```"


def is_card(text: str) -> bool:
    """Whether a text is a card: two of its lines at least are headings of one."""
    return len({name for line in text[:SIZE].split("\n") if (name := _heading(line)[0])}) > 1


def read(text: str) -> Parts:
    """The parts of a card, of which the first 200,000 characters are read."""
    lines = plain(text[:SIZE]).split("\n")
    parts = Parts()
    parts.front, lines = _front(lines)
    title, sections = _sections(lines)
    parts.title = title
    _move_labelled(sections)
    program = "\n".join(line for name in ("Symptom", "Fix") for line in sections.get(name, []))
    parts.language = "javascript" if code.language(program) == "javascript" else "python"
    for name, body in sections.items():
        if name == "Symptom":
            parts.symptom = _symptom(body)
        elif name == "Fix":
            parts.bodies[name] = _fix(body)
        elif name == "Expected Token Savings":
            parts.bodies[name] = _savings(body)
        elif name == "Root Cause":
            parts.bodies[name] = "\n\n".join(_prose(body))
        elif items := list(_items(body)):
            parts.bodies[name] = "\n".join(_literal(i) if name == "Error Messages" else f"- {i}" for i in items)
    if text[SIZE:]:
        parts.bodies["Root Cause"] = (
            parts.bodies.get("Root Cause", "") + "\n\n" + doubt(f"cut after {SIZE:,} characters")
        )
    parts.bodies = {name: body for name, body in parts.bodies.items() if body.strip()}
    return parts


def _heading(line: str) -> tuple[str, str]:
    """The section that a line begins, and what stands behind the colon on it; two empty texts where it is none."""
    bare = re.sub(r"^#+\s*|[*_]{2}", "", line.strip())
    name, _, rest = bare.partition(":")
    found = _NAMES.get(name.strip().casefold(), "")
    # With words behind it, only the full name is no sentence.
    return (found, rest.strip()) if found and (not rest.strip() or name.strip() == found) else ("", "")


def _front(lines: list[str]) -> tuple[str, list[str]]:
    if lines and lines[0].rstrip() == "---" and "---" in map(str.rstrip, lines[1:40]):
        end = [line.rstrip() for line in lines].index("---", 1)
        return "\n".join(lines[: end + 1]), lines[end + 1 :]
    return "", lines


def _sections(lines: Sequence[str]) -> tuple[str, dict[str, list[str]]]:
    """The title, and the lines of each section; those above the first heading are what is seen."""
    title, name, fence = "", "Symptom", ""
    sections: dict[str, list[str]] = {}
    for line in lines:
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        found, rest = _heading(line) if not fence and not _BULLET.match(line) else ("", "")
        if found:
            name = found
            sections.setdefault(name, []).extend([rest] if rest else [])
        elif not title and not sections and line.strip():
            title = re.sub(r"^#+\s*|[*_]{2}", "", line.strip())
        elif title or sections:
            sections.setdefault(name, []).append(line)
    return title, sections


def _move_labelled(sections: dict[str, list[str]]) -> None:
    """`- Source: …` in another list belongs under Source."""
    for name in _LISTS:
        for line in list(sections.get(name, [])):
            label, colon, rest = _BULLET.sub("", line).partition(":")
            other = _NAMES.get(label.strip().casefold())
            if colon and rest.strip() and _BULLET.match(line) and other in ("Source", "Environment") and other != name:
                sections[name].remove(line)
                sections.setdefault(other, []).append(f"- {rest.strip()}")


def _items(lines: Sequence[str]) -> Iterator[str]:
    """The bullets of a list, each one line; what stands between them is joined or marked as left over."""
    bulleted = any(map(_BULLET.match, lines))
    item = ""
    over = False
    for line in filter(None, map(str.strip, lines)):
        if not over and (_BULLET.match(line) or not bulleted):
            if item:
                yield item
            item = _BULLET.sub("", line)
        elif not over and item and not line[0].isupper():
            first, *others = _LOST_BULLET.split(line)
            yield f"{item} {first} {doubt('this line went on from the one above')}"
            yield from (f"{other} {doubt('a bullet of its own')}" for other in others[:-1])
            item = f"{others[-1]} {doubt('a bullet of its own')}" if others else ""
        else:
            over = True
            if item:
                yield item
            item = doubt(f"left over, its place is not known: {line}")
    if item:
        yield item


def _literal(item: str) -> str:
    marked = item.startswith("‹")
    return f"- {item if marked or only_span(item) is not None else span(holed(item))}"


def _blocks(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """("fence" | "bullets" | "code" | "prose", lines), in order; blank lines stand in code alone."""
    kinds = _kinds(lines)
    block: list[str] = []
    kind = ""
    for this, line in zip(kinds, lines, strict=True):
        if this != kind and block:
            yield kind, block
            block = []
        kind = this
        if this:
            block.append(line)
    if block:
        yield kind, block


def _kinds(lines: Sequence[str]) -> list[str]:
    kinds: list[str] = []
    fence = ""
    opened = 0
    for line in lines:
        mark = _FENCE.match(line)
        before = next((k for k in reversed(kinds) if k), "")
        if fence or mark:
            kinds.append("fence")
            if mark and (not fence or mark[1].startswith(fence)):
                fence = "" if fence else mark[1]
            continue
        if not line.strip():
            kinds.append("")
        elif before == "code" and kinds[-1] and opened > 0:
            kinds.append("code")
        elif _BULLET.match(line) or (kinds[-1:] == ["bullets"] and line.startswith("  ")):
            kinds.append("bullets")
        elif code.looks_like_code(line) or (before == "code" and line.startswith(("    ", "\t"))):
            kinds.append("code")
        else:
            kinds.append("comment" if code.is_comment(line) else "prose")
        opened = max(0, (opened if kinds[-1] == "code" else 0) + (code.depth(line) if kinds[-1] == "code" else 0))
        # What a command printed stands below it.
        if (
            kinds[-1] == "prose"
            and before == "code"
            and len(kinds) > 1
            and kinds[-2]
            and _prompted(lines[: len(kinds) - 1])
        ):
            kinds[-1] = "code"
    for n in range(len(kinds) - 1, -1, -1):  # a comment or a blank line above code is code
        below = kinds[n + 1] if n + 1 < len(kinds) else ""
        if kinds[n] == "comment":
            kinds[n] = "code" if below == "code" or (n and kinds[n - 1] in ("code", "comment")) else "prose"
        elif not kinds[n] and below == "code" and n and kinds[n - 1] in ("code", "comment"):
            kinds[n] = "code"
    return kinds


def _prompted(above: Sequence[str]) -> bool:
    """Whether the lines end in a command with what it printed."""
    for line in reversed(above[-40:]):
        if not line.strip():
            return False
        if line.startswith("$ "):
            return True
    return False


def _prose(lines: Sequence[str]) -> Iterator[str]:
    """The paragraphs of a section that may hold anything."""
    for kind, block in _blocks(lines):
        if kind == "fence":
            yield "\n".join(block)
        elif kind == "code":
            yield code.shown(block)
        elif kind == "bullets":
            yield "\n".join(f"- {item}" for item in _items(block))
        else:
            yield from _paragraphs(block)


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """Lines of prose; those that draw something keep their line ends."""
    drawn: list[str] = []
    for line in [*map(str.strip, lines), ""]:
        if _DIAGRAM.search(line) and not re.match(r"#+\s", line):
            drawn.append(line)
            continue
        if len(drawn) > 1:
            yield f"{doubt('these lines belong one below the other')}\n```text\n" + "\n".join(drawn) + "\n```"
        else:
            yield from drawn
        drawn = []
        heading = re.sub(r"^#+\s+", "", line)
        if heading != line:
            yield f"**{heading}** {doubt('a heading that does not exist here')}"
        elif line:
            yield line


def _symptom(lines: Sequence[str]) -> str:
    """Bullets and what else there is, before the reproduction."""
    blocks = list(_blocks(lines))
    seen = _items([line for kind, block in blocks if kind in ("bullets", "prose") for line in block])
    rest = [text for kind, block in blocks if kind in ("fence", "code") for text in _prose(block)]
    return "\n\n".join(filter(None, ["\n".join(f"- {item}" for item in seen), *rest]))


def _fix(lines: Sequence[str]) -> str:
    options: list[tuple[str, list[str]]] = []
    above: list[str] = []
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        found = None if fence else _OPTION.match(line.strip())
        bare = re.sub(r"^#+\s*|[*_]{2}|:$", "", line.strip())
        if found:
            title = line.strip()[found.end() :]
            options.append((title.removesuffix(":").rstrip("*") or title[:1], []))
        elif not fence and bare.casefold() == NOT_HELPING.casefold():
            options.append((NOT_HELPING, []))
        elif options:
            options[-1][1].append(line)
        else:
            above.append(line)
    if any(map(str.strip, above)):
        if options and options[0][0] != NOT_HELPING:
            options[0][1][:0] = above
        else:
            options.insert(0, (gap("what to try first, in a few words"), above))
    return "\n\n".join(_option(n, title, body) for n, (title, body) in enumerate(_helping_first(options), 1))


def _helping_first(options: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    return sorted(options, key=lambda option: option[0] == NOT_HELPING)


def _option(number: int, title: str, lines: Sequence[str]) -> str:
    heading = f"### {NOT_HELPING}" if title == NOT_HELPING else f"### Option {number}: {title}"
    blocks = list(_prose(lines))
    if title != NOT_HELPING and not any(kind in ("prose", "bullets") for kind, _ in _blocks(lines)):
        blocks.insert(0, WHAT_IT_COSTS)
    if number == 1 and not any(block.startswith("```console") for block in blocks):
        blocks.append(AGAIN)
    return "\n\n".join([f"{heading}\n{blocks[0]}" if blocks else heading, *blocks[1:]])


def _savings(lines: Sequence[str]) -> str:
    """The two figures; what else was said is left over."""
    figures: dict[str, int] = {}
    over = []
    for line in lines:
        *said, after = _FIGURE.split(line)
        for before, number in zip(said[::2], said[1::2], strict=True):
            label = re.split(r"\d", before)[-1][-200:]
            over.append(before.removesuffix(label))
            fix = "fix" in label.casefold() and "debug" not in label.casefold()
            figures.setdefault("This fix" if fix else "Debugging without this entry", int(number.replace(",", "")))
        over.append(after)
    if len(figures) == 2:
        bullets = [f"- {name}: ~{number:,} tokens" for name, number in sorted(figures.items())]
        rest = " ".join(over).strip(" .-*•")
        return "\n".join([*bullets, *([f"- {doubt(f'left over, its place is not known: {rest}')}"] if rest else [])])
    return "\n".join(
        f"- {doubt(f'two figures are wanted, see the template; the card said: {i}')}" for i in _items(lines)
    )
