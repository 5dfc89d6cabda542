"""Code spans in a line of Markdown."""

import re
from bisect import bisect_right
from collections import defaultdict

_RUN = re.compile(r"`+")


def spans(text: str) -> list[tuple[int, int, str]]:
    """Start, end and content of each code span, in time linear in the text."""
    runs = [(m.start(), m.end()) for m in _RUN.finditer(text)]
    ends: dict[int, list[int]] = defaultdict(list)
    for start, end in runs:
        ends[end - start].append(start)
    found: list[tuple[int, int, str]] = []
    done = 0
    for start, end in runs:
        if start < done:
            continue
        slashes = start
        while slashes and text[slashes - 1] == "\\":
            slashes -= 1
        if (start - slashes) % 2:
            start += 1
        closers = ends[end - start]
        place = bisect_right(closers, start)
        if end > start and place < len(closers):
            content = text[end : closers[place]]
            if content.strip() and content[0] == content[-1] == " ":
                content = content[1:-1]
            done = closers[place] + end - start
            found.append((start, done, content))
    return found


def masked(text: str) -> str:
    """The text, of the same length, with its code spans blotted out: what is left is prose."""
    kept: list[str] = []
    done = 0
    for start, end, _ in spans(text):
        kept += [text[done:start], "`" * (end - start)]
        done = end
    return "".join([*kept, text[done:]])


def only_span(text: str) -> str | None:
    """The content of a text that is one code span and nothing else."""
    found = spans(text)
    return found[0][2] if len(found) == 1 and found[0][:2] == (0, len(text)) else None
