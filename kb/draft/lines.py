"""A stranger's text, made fit to stand in an entry: nothing secret, nothing invisible, what varies as holes."""

import re
import unicodedata
from collections.abc import Iterable

from kb.text.normal import HOLE, clean
from kb.text.redact import MASK, redact

_SYSTEM = r"(?!/(?:bin|sbin|usr/s?bin|etc|dev|proc|sys)/)"
_VARIES = re.compile(
    rf"{re.escape(MASK)}"
    r"|\b[A-Za-z][A-Za-z0-9+.-]{1,12}://[^\s'\"<>)\]]+"
    rf"|(?<![\w./-])(?:[A-Za-z]:\\|~/|{_SYSTEM}/(?=[\w.@+-]+/))[\w.@+~\\/-]+"
    r"|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,]*Z?"
    r"|\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\b|\b0x[0-9a-fA-F]{4,}|\b(?=[a-f]*\d)[0-9a-f]{7,40}\b|\b\d{5,}\b"
    r"|\{ ?(?:\.{2,3}|…) ?\}|<(?:\.{3}|…)>|\[(?:\.{3}|…)\]|…|(?<!\$)\{[a-z_]+\}|[‹›]"
)
_HOLES = re.compile(rf"(?:{re.escape(HOLE)}){{2,}}")


def plain(text: str) -> str:
    """The text without secrets, terminal codes and characters that cannot be seen; lines end in `\\n`."""
    # Redacted twice: codes may stand within a secret, and lines of a key be joined by a lone CR.
    text = redact(clean(redact(text)))
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(c if c in "\n\t" else _seen(c) for c in text)


def _seen(character: str) -> str:
    kind = unicodedata.category(character)
    return " " if kind == "Zs" else "" if kind[0] == "C" or kind in ("Zl", "Zp") else character


def holed(line: str) -> str:
    """The line with `{…}` for what differs from machine to machine: paths, addresses, ids, times, what was redacted."""
    return _HOLES.sub(HOLE, _VARIES.sub(HOLE, line)).rstrip()


def span(text: str) -> str:
    """The text as one code span."""
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def fenced(info: str, lines: Iterable[str]) -> str:
    """A fence that the lines cannot end."""
    text = "\n".join(lines)
    ticks = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{ticks}{info}\n{text}\n{ticks}"


def gap(text: str) -> str:
    """What is to be written: `kb check` names it until it is gone."""
    return f"‹{' '.join(re.sub('[‹›]', ' ', text).split())}›"


def doubt(text: str) -> str:
    """What was guessed: `kb check` names it until the mark is gone."""
    return gap(f"? {text}")
