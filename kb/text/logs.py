"""A log or traceback, line by line: what is an error, a frame, a command, prose, noise."""

import re
from collections.abc import Iterator

from kb.text.query import WIDTH, QueryLine

_PREFIX = re.compile(
    r"^\s*(?:"
    r"\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[\d.,]*(?:Z| ?[+-]\d\d:?\d\d)?\]?"  # 2026-11-24T10:00:00.123Z
    r"|\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?"
    r"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,40} \S{1,40}:"  # syslog
    r"|[\w.-]{1,40}\s{1,8}\|(?=\s)"  # docker compose
    r"|\[?(?:INFO|DEBUG|TRACE|WARN(?:ING)?|ERROR|CRITICAL|FATAL|SEVERE)\]?:?(?=\s)"
    r"|\[\d{1,7}\]|\(\d{1,7}\)|#\d{1,3}(?= \d)|E(?=\s{3})|##\[\w{1,10}\]"
    r")\s*"
)
_FRAME = re.compile(
    r'^\s*(?:File "[^"\n]*", line \d+|at [^\n]*[:(]|\.\.\. \d+ more|goroutine \d+|#\d+\s+0x|--> |::: |from \S+:\d+:in'
    r"|\^|~|In file included from|\d{1,5} \||\| |\|$|= note|in <module>|node:internal|Node\.js v\d)"
)
_LIBRARY = re.compile(r"site-packages|dist-packages|node_modules|node:|/lib/python\d|/rustc/|/cargo/|/usr/|<frozen ")
"""Frames of code that is not the user's."""
_CARET = re.compile(r"^[\s~^|+-]*$")
_EXCEPTION = re.compile(
    r"^(?:Uncaught |Unhandled |Caused by: |panic: |\[?E? )?[\w.$/:]{0,120}"
    r"(?:Error|Exception|Warning|Interrupt|Exit|Fault|Refused|Timeout|NotFound|Group|Conflict|Violation|Abort)"
    r"\w{0,30}(?: \[\w+\])?(?::|$| \()"
)
_LEVEL = re.compile(
    r"(?i)^\W{0,6}(?:\w[\w./-]{0,60}: )?(?:fatal|error|panic|err!|npm err!|npm error|e:|failed|failure|abort|critical"
    r"|! \[|conflict|make: \*\*\*|cmake error|ld:|collect2|killed|segmentation fault)"
)
_SAYS = re.compile(
    r"(?i)\b(?:error|exception|fail(?:ed|s|ure)?|cannot|can't|can not|could not|couldn't|unable|not found|no such"
    r"|denied|refused|invalid|unexpected|missing|undefined|unknown|timed? ?out|reset|aborted|killed|fatal|rejected"
    r"|conflict|violat\w+|exceed\w*|unsupported|not supported|deprecated|mismatch|already|must|not allowed|not defined"
    r"|HTTP/\d(?:\.\d)?\W{1,3}[45]\d\d|status(?: code)?\W{1,3}[45]\d\d|too many|too large|too long|no space|broken"
    r"|corrupt\w*|deadlock|locked|overload\w*|warning)\b"
)
_CHAIN = re.compile(r"^(?:During handling of the above|The above exception was the direct cause)")
_CODE = re.compile(r"\W{0,3}(?:code|errno|name)\W{1,4}[A-Z][A-Z\d_]{3,60}\W{0,3}$")
"""What an error object prints of itself: `code: 'ERR_REQUIRE_ESM'`."""
_PROSE = re.compile(r"(?<![A-Za-z'])[A-Za-z']{2,}[ ,]+[A-Za-z']+[ ,]+[A-Za-z']+[ ,]+[A-Za-z']+")
_PROMPT = re.compile(r"^\s*(?:\$|%|>|PS [^>]{0,60}>|\w+@[\w.-]+[:~][^$#\n]{0,60}[$#]|\+)\s+(?=\S)")
_TEST = re.compile(r"_{3,} (?:ERROR at \w+ of )?(\w[^\n]{0,200}?) _{3,}$")
"""The head of a failed test in pytest's report: its name often says what should have been."""
_SUMMARY = re.compile(
    r"(?i)={4,}|!{4,}|\d+ (?:failed|passed|error)|collected \d|process (?:completed|exited)|enable tracemalloc"
    r"|failed \S+::|for more information|error: aborting due to|npm err! a complete log|make: leaving"
    r"|(?-i:--- FAIL|=== (?:RUN|PAUSE|CONT)|FAIL\b|PLAY RECAP)|script returned exit code|error: could not compile"
    r"|[^\n]{0,200}(?:did not complete successfully: exit code|returned a non-zero code|exited with code \d"
    r"|returned non-zero exit status)"
    r"|error: job failed|cleaning up project|make(?:\[\d+\])?: \*\*\* \[|collect2: error: ld returned"
    r"|npm err(?:!|or) (?:code 1|errno|lifecycle|failed at the|command|path)\b"
)
"""Lines that say that something failed, never what."""
_DIGITS = re.compile(r"\d+")
_UNSAID = frozenset(
    {"ts", "time", "timestamp", "level", "logger", "name", "thread", "pid", "hostname", "caller", "module"}
)
"""Fields of a log record that never say what went wrong."""
_RULE = re.compile(r"^\W*$")
_HUNG = "KeyboardInterrupt"
_DUMP = re.compile(r"(?i)\s*(?:current )?thread [^\n]{0,80}\(most recent call first\)")
WAITING = 4
"""Lines of the innermost frames that say where a program was when it was stopped."""


def _opened(line: str) -> list[str]:
    """A JSON log record as what its fields say, a line with escaped line ends as its lines."""
    line = line[:20_000]
    if line.startswith("{") and '":' in line:
        from json import JSONDecoder

        try:
            record, end = JSONDecoder(strict=False).raw_decode(line)
            # What was printed behind a record, on the same line, is no part of it.
            said = [*_said(record), line[end:].strip()]
        except (ValueError, RecursionError):
            pass  # no record, or one nested beyond all measure: a line as any other
        else:
            return [part for text in said for part in text.split("\n")]
    return line.split("\\n") if "\\n" in line else [line]


def _said(value: object) -> Iterator[str]:
    """The texts of a log record, in its order; nested ones too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in _UNSAID:
                yield from _said(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner)


def weigh(raw: list[str]) -> list[QueryLine]:
    """Each line that says something, with its weight. `raw`: lines without terminal codes."""
    lines = [(n, line) for n, whole in enumerate(raw) for line in _opened(whole) if not _RULE.match(line)]
    trace = any(_FRAME.match(line) for _, line in lines) or len(lines) > 8
    out: list[QueryLine] = []
    exceptions: list[int] = []
    seen: set[str] = set()
    in_frames = chained = own = False
    innermost = 0
    for n, line in lines:
        if _CHAIN.match(line):
            chained = True
            continue
        if _CARET.match(line) or line.startswith("Traceback (most recent call last)"):
            in_frames = True
            continue
        if trace and _FRAME.match(line):
            in_frames, own = True, not _LIBRARY.search(line)
            out.append(QueryLine(line.strip()[:WIDTH], 0.5 if innermost else 0.08, n))
            innermost = max(0, innermost - 1)
            continue
        if _DUMP.match(line):
            in_frames, innermost = True, WAITING
            continue
        indented = line[:4] == "    " or line[:1] == "\t"
        for _ in range(4):
            shorter = _PREFIX.sub("", line, count=1)
            if shorter == line:
                break
            line = shorter
        line = line.strip()[:WIDTH]
        if not line or _RULE.match(line):
            continue
        # A line that comes again, as with each attempt, says nothing new.
        if len(lines) > 8:
            form = _DIGITS.sub("#", line)
            if form in seen:
                continue
            seen.add(form)
        if test := _TEST.match(line):
            out.append(QueryLine(test[1], 0.5, n))
            continue
        if _SUMMARY.match(line):
            out.append(QueryLine(line, 0.2, n))
            continue
        command = _PROMPT.match(line)
        if command:
            out.append(QueryLine(line[command.end() :], 0.3 if trace else 0.6, n))
            continue
        if in_frames and indented and not _EXCEPTION.match(line):
            out.append(QueryLine(line, 0.35 if own else 0.1, n))
            continue
        if in_frames and line.startswith(_HUNG):
            # Stopped by hand or by a watchdog: what it waited for is said by its innermost frames.
            out[-WAITING:] = [q._replace(weight=0.5) for q in out[-WAITING:]]
        in_frames = False
        if _EXCEPTION.match(line):
            exceptions.append(len(out))
            weight = 0.7 if "Warning:" in line else 1.0
        elif _CODE.match(line):
            weight = 0.9
        elif _LEVEL.match(line):
            weight = 0.95
        elif _SAYS.search(line):
            weight = 0.8
        elif _PROSE.search(line):
            weight = 0.5 if trace else 0.9
        else:
            weight = 0.15 if trace else 0.6
        out.append(QueryLine(line, weight, n))
    if chained:
        for at in exceptions[:-1]:
            out[at] = out[at]._replace(weight=0.6)
    return out
