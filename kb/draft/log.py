"""A failed command's output → the parts of an entry that can be read off it."""

import json
import re
import sys
from importlib.metadata import distributions
from pathlib import Path

from kb.draft.lines import holed, plain
from kb.draft.page import Parts
from kb.text.logs import weigh
from kb.text.normal import HOLE, normal
from kb.text.query import QueryLine

HEAD, TAIL, WIDTH = 60, 140, 300
"""Of a long output the first and last lines are read, of each the first characters."""
SHOWN, MESSAGES, PACKAGES = 25, 3, 2
"""Lines of the transcript, messages and packages that are taken."""
TELLS, FRAME = 0.8, 0.4
"""A line's weight from which it is a message, and up to which it is a frame or noise."""

_PROMPT = re.compile(r"^\$ (?=\S)")
_LIKE_A_MARK = re.compile(r"^(?:\$ |> ?|\[exit )")
_SIGNS = {
    "python": re.compile(
        r"Traceback \(most recent call last\)|^[^\S\n]*File \"[^\"\n]+\", line \d|\bpy(?:thon|test)[\d.]* |\.py\b", re.M
    ),
    "javascript": re.compile(
        r"node:internal|^[^\S\n]+at (?>.+?[:(]).+\.[cm]?[jt]s:\d|Node\.js v\d|\bnpm (?:ERR!|error)|^(?:node|np[mx]) ",
        re.M,
    ),
    "go": re.compile(r"^panic: .*\n\ngoroutine \d|^go: |^go (?:run|build|test)\b", re.M),
    "rust": re.compile(r"^error\[E\d{4}\]|^cargo |^thread '.*' panicked at", re.M),
}
_INSTALLED = re.compile(
    r"(?:(?<![\w.@+~/-])[\w.@+~-]*|(?<=/)(?=/))"  # a path is tried from its beginning alone
    r"((?:/[\w.@+~-]+)+/(site-packages|node_modules))/((?:@[\w.-]+/)?[\w.-]+)(?=[/.])"
)
_VERSIONS = re.compile(r"\b([Pp]ython|Node\.js)[ /]?v?(\d+\.[\d.]*\d)")
_PLATFORMS = {"linux": "linux", "darwin": "macos"}
_VERSION = re.compile(r"\d[\w.+-]{0,30}")


def read(output: str, command: str = "", status: int = 0) -> Parts:
    """The parts of a failure. `output`: as it came, of any length; `command`: as one would type it; `status`: of it."""
    parts = Parts()
    lines = _short(plain(output).split("\n"))
    if not command:
        prompts = [n for n, line in enumerate(lines[:-1]) if _PROMPT.match(line)]
        if prompts:
            command = lines[prompts[-1]][2:]
            lines = lines[prompts[-1] + 1 :]
    parts.command = _typed(command)
    weighed = weigh(lines)
    parts.messages = _messages(weighed)
    parts.output = _transcript(lines, weighed)
    if parts.output and 0 < status < 256:
        parts.output.append(f"[exit {status}]")
    text = "\n".join([command, *lines])
    parts.language = next((k for k, sign in _SIGNS.items() if sign.search(text)), "")
    parts.needs = [parts.language] if parts.language not in ("", "javascript") else []
    parts.needs += _packages(text)
    parts.platform = "windows" if re.search(r"\b[A-Z]:\\\w", text) else _PLATFORMS.get(sys.platform, "")
    versions = (f"{name.capitalize()} {version}" for name, version in _VERSIONS.findall(text))
    parts.versions = list(dict.fromkeys(versions))[:PACKAGES]
    return parts


def _short(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) > HEAD + TAIL:
        lines = [*lines[:HEAD], "...", *lines[-TAIL:]]
    return [line if len(line) <= WIDTH else line[:WIDTH] + "…" for line in lines]


def _typed(command: str) -> str:
    """The command with its program's name in place of its path."""
    program, blank, rest = plain(command).strip().partition(" ")
    return _unmarked(program.rpartition("/")[2] if program.startswith("/") else program) + blank + rest


def _unmarked(text: str) -> str:
    """Without the marks of gaps, which a command cannot have."""
    return re.sub("[‹›]", "", text)


def _messages(weighed: list[QueryLine]) -> list[str]:
    """What names the failure, most telling first."""
    found: dict[str, str] = {}
    for line in sorted(weighed, key=lambda w: _place(w.weight, w.number)):
        message = holed(line.text.strip())
        if line.weight >= TELLS and sum(map(str.isalnum, message)) > 5:
            found.setdefault(normal(message), message)
    return list(found.values())[:MESSAGES]


def _place(weight: float, number: int) -> tuple[float, int]:
    """Of exceptions the last one says what happened, of a tool's complaints the first."""
    return -weight, -number if weight == 1 else number


def _transcript(lines: list[str], weighed: list[QueryLine]) -> list[str]:
    """The lines that matter, `...` for those between."""
    weights = {w.number: w.weight for w in weighed}
    kept = {n for n, line in enumerate(lines) if weights.get(n, 0) > FRAME or line.startswith("Traceback (most recent")}
    if len(lines) <= SHOWN and len(kept) == sum(map(bool, map(str.strip, lines))):
        kept = set(range(len(lines)))
    kept = set(sorted(kept, key=lambda n: _place(weights.get(n, 1), n))[:SHOWN])
    shown: list[str] = []
    for n, line in enumerate(lines):
        if n in kept:
            shown.append(_LIKE_A_MARK.sub(HOLE, holed(line)))
        elif not shown or shown[-1] != "...":
            shown.append("...")
    return shown if any(line != "..." for line in shown) else []


def _packages(text: str) -> list[str]:
    """`pypi:NAME==V`, `npm:NAME@V` of the packages that the innermost frames lie in; a version that is not to be had
    here is a gap."""
    found: dict[str, None] = {}
    for folder, kind, name in reversed(_INSTALLED.findall(text)):
        need = _pypi(Path(folder), name) if kind == "site-packages" else _npm(Path(folder), name)
        found.setdefault(need, None)
    return list(found)[:PACKAGES]


def _pypi(folder: Path, module: str) -> str:
    module = module.removesuffix(".py")
    for distribution in distributions(path=[str(folder)]):
        name = distribution.name
        tops = (distribution.read_text("top_level.txt") or "").split()
        if (module in tops or re.sub("[-_.]+", "_", name).lower() == module.lower()) and _pin(
            name, distribution.version
        ):
            return f"pypi:{name}=={distribution.version}"
    return f"pypi:{module}==‹version of {module}›"


def _npm(folder: Path, name: str) -> str:
    try:
        package = folder / name / "package.json"
        version = json.loads(package.read_bytes()[:100_000])["version"] if package.is_file() else ""
    except (OSError, ValueError, KeyError, TypeError):
        version = ""
    return f"npm:{name}@{version if _pin(name, version) else f'‹version of {name}›'}"


def _pin(name: object, version: object) -> bool:
    return isinstance(name, str) and isinstance(version, str) and _VERSION.fullmatch(version) is not None
