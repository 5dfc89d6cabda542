"""Sections that are lists: bullets, and what messages, look-alikes and savings make of them."""

import re
from collections.abc import Iterator

from kb.entry.fences import Add
from kb.entry.model import Line, LookAlike, Savings
from kb.entry.nodes import Part, line_of, text_of
from kb.entry.spans import masked, only_span

_POINTER = re.compile(r"→ ([a-z0-9-]+/[a-z0-9-]+)\.?$")
_HOLE_LIKE = re.compile(r"\{ *\.{2,3} *\}|\{ +… +\}|<(?:\.{3}|…)>|\[(?:\.{3}|…)\]|(?<!\{)…|…(?!\})|(?<!\$)\{[a-z_]+\}")
_SAVINGS = re.compile(r"(Debugging without this entry|This fix): ~?(\d{1,3}(?:,\d{3})+|\d+) tokens")


def bullets(part: Part | None, add: Add, only: bool = True) -> Iterator[Line]:
    """The bullets of a part, each one paragraph. `only`: nothing else may stand there."""
    for node in part.nodes if part else ():
        if node.type != "bullet_list":
            if only and node.type == "heading":
                add(line_of(node), "KB203", f"`{node.markup} {text_of(node)[:60]}` cannot stand in a list")
            elif only:
                add(line_of(node), "KB213", "this section is a list; write each as a bullet `- …`")
            continue
        for item in node.children:
            first = item.children[0] if item.children else None
            if len(item.children) > 1 or (first and first.type != "paragraph"):
                add(
                    line_of(item),
                    "KB213",
                    "a bullet is one paragraph; write what is below it as another bullet",
                )
            if first and first.type == "paragraph":
                yield Line(text_of(first), line_of(item))
            elif not first:
                add(line_of(item), "KB213", "an empty bullet; write it or drop it")


def listed(part: Part | None, add: Add) -> tuple[Line, ...]:
    """The bullets of a section that must have some."""
    found = tuple(bullets(part, add))
    if part and not part.nodes:
        add(part.line, "KB212", f"nothing stands under `## {part.title}`; write bullets `- …`")
    return found


def messages(part: Part | None, add: Add) -> Iterator[Line]:
    """Literal messages, without their backticks."""
    # Where there is no message, a paragraph may say why.
    is_list = part is not None and any(n.type == "bullet_list" for n in part.nodes)
    for bullet in bullets(part, add, only=is_list):
        message = only_span(bullet.text)
        if message is None:
            add(
                bullet.line,
                "KB214",
                "a message is one code span; put all of it in backticks, and nothing beside",
            )
            continue
        # A traceback shows the source line, where `{name}` is literal.
        source = re.search(r"\bf[\"']", message)
        for hole in _HOLE_LIKE.findall(message) if not source else ():
            add(bullet.line, "KB215", f"`{hole}` in a message; where it varies write `{{…}}`")
        yield Line(message, bullet.line)


def look_alikes(part: Part | None, add: Add) -> Iterator[LookAlike]:
    """What is seen, what it is instead, and the entry that is meant."""
    for bullet in listed(part, add):
        prose = masked(bullet.text)
        colon = re.search(r":(?=\s|$)", prose)
        if not colon:
            add(bullet.line, "KB216", "no colon; write what is seen, a colon, what it is instead")
            continue
        seen, rest = bullet.text[: colon.start()].strip(), bullet.text[colon.end() :].strip()
        arrows = prose.count("→", colon.end())
        pointer = _POINTER.search(rest) if arrows == 1 else None
        if arrows and not pointer:
            add(bullet.line, "KB216", "a pointer is one `→ area/slug`, bare, at the end of the line")
        instead = rest[: pointer.start()].rstrip() if pointer else rest
        if not seen or not instead:
            add(
                bullet.line,
                "KB216",
                "one side of the colon is empty; say what is seen, and what it is instead",
            )
        yield LookAlike(seen, instead, pointer[1] if pointer else None, bullet.line)


def savings(part: Part | None, add: Add) -> Savings:
    """The two figures, each None where its line is missing."""
    figures: dict[str, int] = {}
    lines = listed(part, add)
    for line in lines:
        found = _SAVINGS.fullmatch(line.text)
        if found and found[1] not in figures:
            figures[found[1]] = int(found[2].replace(",", "")[:12])
        else:
            add(
                line.line,
                "KB217",
                "write `- Debugging without this entry: ~4,000 tokens` and `- This fix: ~250 tokens`",
            )
    names = ("Debugging without this entry", "This fix")
    for name in names:
        if part and len(lines) < 2 and name not in figures:
            add(part.line, "KB217", f"a line is missing; write `- {name}: ~N tokens`")
    return Savings(figures.get(names[0]), figures.get(names[1]), part.line if part else 1)
