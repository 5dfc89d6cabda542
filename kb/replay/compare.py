"""Output against what the entry says is printed: normalised, matched, shown as a difference."""

import re
from collections.abc import Sequence

from kb.text.normal import HOLE

ANY_LINES = "..."
SHOWN = 120
"""Lines of an output that a difference looks at."""
WIDE = 500
"""Characters of a line that are shown."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_BASH_LINE = re.compile(r"^bash: (?:eval: )?line \d+: ")


def normalised(output: str) -> list[str]:
    """The lines of an output without what differs between terminals; blank lines at the end are dropped."""
    lines = []
    for line in _ANSI.sub("", output).split("\n"):
        shown = line.rstrip().rpartition("\r")[2]
        lines.append(_BASH_LINE.sub("bash: ", shown))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def printable(line: str) -> str:
    """A line as it can be shown anywhere: what a terminal obeys, or nobody sees, is spelled out; a long one is cut."""
    more = f"… ({len(line) - WIDE} more characters)" if len(line) > WIDE else ""
    return "".join(c if c.isprintable() or c == "\t" else ascii(c)[1:-1] for c in line[:WIDE]) + more


def matches(expected: Sequence[str], seen: Sequence[str]) -> bool:
    """Whether the lines seen are what is expected; time is at most the product of the two lengths."""
    wanted = [line.rstrip() for line in expected]
    while wanted and not wanted[-1]:
        wanted.pop()
    at = here = 0
    restart: tuple[int, int] | None = None  # the last `...` and the line up to which it reaches
    while here < len(seen):
        if at < len(wanted) and wanted[at].strip() == ANY_LINES:
            restart = (at, here)
            at += 1
        elif at < len(wanted) and line_matches(wanted[at], seen[here]):
            at += 1
            here += 1
        elif restart:
            restart = (restart[0], restart[1] + 1)
            at, here = restart[0] + 1, restart[1]
        else:
            return False
    return all(line.strip() == ANY_LINES for line in wanted[at:])


def line_matches(expected: str, seen: str) -> bool:
    """Whether the line fits, `{…}` standing for any run of characters."""
    first, *others = expected.split(HOLE)
    if not others:
        return expected == seen
    *middle, last = others
    if not seen.startswith(first) or not seen.endswith(last) or len(seen) < len(first) + len(last):
        return False
    at, end = len(first), len(seen) - len(last)
    for text in middle:
        found = seen.find(text, at, end)
        if found < 0:
            return False
        at = found + len(text)
    return True


def literal(line: str) -> bool:
    """Whether an expected line says something by itself."""
    return line.strip() != ANY_LINES and bool(line.replace(HOLE, "").strip())


def difference(expected: Sequence[str], seen: Sequence[str]) -> tuple[str, ...]:
    """Expected (`-`) against seen (`+`), as few of each as can be, printable; what `...` stands for is left out."""
    want, have = list(expected[:SHOWN]), list(seen[:SHOWN])
    # best[i, j]: the cost from the i-th expected and the j-th seen line on, and how many of each come next. A line
    # that `...` takes costs a little, so that what came instead of an expected line is shown and not taken.
    best = {(len(want), len(have)): (0, 0, 0)}
    for i in range(len(want), -1, -1):
        for j in range(len(have), -1, -1):
            more, other = i < len(want), j < len(have)
            dots = more and want[i].strip() == ANY_LINES
            ways = []
            if more and other and not dots:
                ways.append((0 if line_matches(want[i].rstrip(), have[j]) else 1000, 1, 1))
            if more:
                ways.append((0 if dots else 1000, 1, 0))
            if other:
                ways.append((1 if dots else 1000, 0, 1))
            if ways:
                best[i, j] = min((cost + best[i + a, j + b][0], a, b) for cost, a, b in ways)
    lines: list[str] = []
    i = j = 0
    while (i, j) != (len(want), len(have)):
        cost, a, b = best[i, j]
        free = cost - best[i + a, j + b][0] < 1000
        if free and a:
            lines.append(f"  {have[j] if b else ANY_LINES}")
        elif not free:
            lines += [f"- {line}" for line in want[i : i + a]] + [f"+ {line}" for line in have[j : j + b]]
        i, j = i + a, j + b
    if len(seen) > SHOWN:
        lines.append(f"  ({len(seen) - SHOWN} more lines)")
    return tuple(printable(line.rstrip()) for line in lines)
