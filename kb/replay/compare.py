"""Output against what the entry says is printed: normalised, matched, shown as a difference."""

import re
from collections.abc import Sequence

ANY_LINES = "..."
HOLE = "{…}"
SHOWN = 120
"""Lines of an output that a difference looks at."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
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
    """Expected (`-`) against seen (`+`), as few of each as can be; what `...` stands for is left out."""
    want, have = list(expected[:SHOWN]), list(seen[:SHOWN])
    any_lines = [line.strip() == ANY_LINES for line in want]
    same = [[line_matches(w.rstrip(), h) for h in have] for w in want]
    # cost[i][j]: how many lines differ from the i-th expected and the j-th seen line on.
    cost = [[0] * (len(have) + 1) for _ in range(len(want) + 1)]
    for i in range(len(want), -1, -1):
        for j in range(len(have), -1, -1):
            ways = [0] if i == len(want) and j == len(have) else []
            if i < len(want):
                ways.append(cost[i + 1][j] + (not any_lines[i]))
            if j < len(have):
                ways.append(cost[i][j + 1] + (i == len(want) or not any_lines[i]))
            if i < len(want) and j < len(have) and same[i][j]:
                ways.append(cost[i + 1][j + 1])
            cost[i][j] = min(ways)
    lines = []
    i = j = 0
    while i < len(want) or j < len(have):
        here = cost[i][j]
        if i < len(want) and j < len(have) and same[i][j] and here == cost[i + 1][j + 1]:
            lines.append(f"  {have[j]}")
            i, j = i + 1, j + 1
        elif i < len(want) and any_lines[i]:
            if here == cost[i + 1][j]:
                lines.append(f"  {ANY_LINES}")
                i += 1
            else:
                j += 1
        elif i < len(want) and here == cost[i + 1][j] + 1:
            lines.append(f"- {want[i]}")
            i += 1
        else:
            lines.append(f"+ {have[j]}")
            j += 1
    if len(seen) > SHOWN:
        lines.append(f"  ({len(seen) - SHOWN} more lines)")
    return tuple(line.rstrip() for line in lines)
