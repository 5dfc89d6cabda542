"""Code, changes and transcripts as HTML, with classes for the style sheet."""

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import zip_longest

from markupsafe import Markup, escape
from pygments import highlight as _highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.util import ClassNotFound

from kb.entry.model import Command, Patch

_formatter = HtmlFormatter(nowrap=True)
LARGEST = 20_000
"""Characters of code that are coloured; more is shown plain."""


@lru_cache(4096)
def highlight(text: str, language: str = "", name: str = "") -> Markup:
    """Code as HTML; the lexer by language or by the name of a file. No span goes over the end of a line."""
    try:
        if len(text) > LARGEST:
            return escape(text)
        if name:
            lexer = get_lexer_for_filename(name.rpartition("/")[2], stripnl=False, ensurenl=False)
        else:
            lexer = get_lexer_by_name(language or "text", stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(text)
    return Markup(_highlight(text, lexer, _formatter).removesuffix("\n"))  # noqa: S704  the formatter escapes


def patch(change: Patch) -> Markup:
    """The lines of a change, coloured as the file that it changes."""
    lines = change.text.removesuffix("\n").split("\n")
    code = highlight("\n".join(line[1:] if line[:1] in (" ", "-", "+") else line for line in lines), name=change.name)
    shown = []
    for line, html in zip_longest(lines, code.split("\n"), fillvalue=""):
        if line == "...":
            shown.append(Markup('<span class="fold">⋯\n</span>'))
            continue
        sign = line[:1] if line[:1] in ("-", "+") else " "
        kind = {"-": "gone", "+": "new"}.get(sign, "kept")
        shown.append(
            Markup('<span class="{}"><i>{}</i><code>{}\n</code></span>').format(kind, sign, Markup(html))  # noqa: S704
        )
    return Markup("").join(shown)


def terminal(command: Command, other: Command | None = None, kind: str = "") -> Markup:
    """A command with what it prints and its status; lines that the other run does not print are marked as `kind`."""
    first, *rest = highlight(command.text, "bash").split("\n")
    out = [Markup('<span class="typed"><i>$ </i><code>{}\n</code></span>').format(Markup(first))]  # noqa: S704
    out += [Markup('<span class="typed"><i>> </i><code>{}\n</code></span>').format(Markup(r)) for r in rest]  # noqa: S704
    out += _printed(command.expected, other.expected if other else None, kind)
    if command.status or (other and other.status):
        state = "failed" if command.status else "passed"
        out.append(Markup('<span class="status {}">exit {}</span>').format(state, command.status))
    return Markup("").join(out)


def _printed(lines: Iterable[str], others: Iterable[str] | None, kind: str) -> Iterator[Markup]:
    lines = list(lines)
    same = set(range(len(lines)))
    if others is not None:
        found = SequenceMatcher(None, lines, list(others), autojunk=False).get_matching_blocks()
        same = {n for at, _, size in found for n in range(at, at + size)}
    for n, line in enumerate(lines):
        if line.strip() == "...":
            yield Markup('<span class="fold">⋯\n</span>')
        elif n in same or not line.strip():
            yield escape(line) + "\n"
        else:
            yield Markup('<span class="{}">{}\n</span>').format(kind, line)
