"""Markdown with the terminal's own means: bold headings, dim fences, coloured changes."""

import os
import sys
from collections.abc import Iterator

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import TextIO


def colours(stream: "TextIO | None" = None) -> bool:
    """Whether a stream (standard output) is a terminal that wants colours (https://no-color.org)."""
    return (stream or sys.stdout).isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def lines(markdown: str) -> Iterator[str]:
    fenced = ""
    for line in markdown.split("\n"):
        if line.startswith("```"):
            fenced = "" if fenced else line
            yield f"\x1b[2m{line}\x1b[0m"
        elif fenced:
            if fenced.startswith("```diff") and line[:1] in "+-":
                yield f"\x1b[{32 if line[0] == '+' else 31}m{line}\x1b[0m"
            else:
                yield f"\x1b[36m{line}\x1b[0m"
        elif line.startswith("#"):
            yield f"\x1b[1m{line.lstrip('# ')}\x1b[0m"
        elif line.startswith("**") and line.count("**") >= 2:
            _, bold, rest = line.split("**", 2)
            yield f"\x1b[1m{bold}\x1b[0m{rest}"
        else:
            yield line
