"""Parts → a draft entry in the shape of the template: what is not given keeps the template's gaps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kb.draft.lines import doubt, fenced, span
from kb.entry.fences import unsafe

SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_PROGRAMS = {"python": "py", "javascript": "js", "go": "go", "rust": "rs"}
_RUNS = {"python": "python", "javascript": "node", "go": "go run", "rust": "rustc"}


@dataclass(frozen=True, slots=True)
class Near:
    """An entry that look-up found near."""

    id: str
    seen: str
    """A message of it, or its title."""
    because: str
    """Why it fails there, in a sentence."""


@dataclass(slots=True)
class Parts:
    """What is known of a new entry; Markdown without headings. What is empty is a gap."""

    title: str = ""
    needs: list[str] = field(default_factory=list)
    platform: str = ""
    language: str = ""
    """Of the reproduction: a word for a fence."""
    command: str = ""
    """What failed, as one would type it."""
    output: list[str] = field(default_factory=list)
    """What it printed, with its `[exit N]`."""
    messages: list[str] = field(default_factory=list)
    front: str = ""
    """Front matter to keep as it is."""
    symptom: str = ""
    """What stands under Symptom before the reproduction."""
    bodies: dict[str, str] = field(default_factory=dict)
    """Whole sections by heading, in place of the template's."""
    versions: list[str] = field(default_factory=list)
    """Of what it ran on, as in `Python 3.11`."""
    environment: list[str] = field(default_factory=list)


def write(parts: Parts, near: Sequence[Near], template: str) -> str:
    """The draft."""
    head, *pieces = SECTION.split(template)
    sections = dict(zip(pieces[::2], (body.strip("\n") for body in pieces[1::2]), strict=True))
    name = _program(parts)
    run = parts.command or f"{_RUNS.get(parts.language, 'bash')} {name}"
    for heading in ("Symptom", "Fix"):
        body = sections[heading].replace("program.py", name).replace("```python ", f"```{_language(name)} ")
        sections[heading] = body.replace(f"$ python {name}", _prompted(run))
    if parts.symptom:
        _, name_line, reproduction = sections["Symptom"].partition(f"\n`{name}`:")
        shown = "" if "```console" in parts.symptom else name_line + reproduction
        sections["Symptom"] = parts.symptom + ("\n" + shown if shown else "")
    if parts.output:
        before = sections["Symptom"].split("```console")[0]
        sections["Symptom"] = before + fenced("console", [_prompted(run), *parts.output])
    if parts.messages:
        gaps = sections["Error Messages"].split("\n")[1:]
        sections["Error Messages"] = "\n".join([*(f"- {span(m)}" for m in parts.messages), *gaps])
    if parts.environment:
        sections["Environment"] = "\n".join([*parts.environment, sections["Environment"]])
    if near:
        gaps = sections["Look-Alikes"].split("\n")[len(near) :]
        sections["Look-Alikes"] = "\n".join([*map(_look_alike, near), *gaps])
    sections |= parts.bodies
    text = _head(head, parts)
    return text + "\n\n".join(f"## {heading}\n{body}" for heading, body in sections.items()) + "\n"


def _head(head: str, parts: Parts) -> str:
    if parts.front:
        head = parts.front + "\n# " + head.partition("\n# ")[2]
    needs = ", ".join(f'"{need}"' if ":" in need else need for need in parts.needs)
    head = head.replace("needs: [python]\n", f"needs: [{needs}]\n" if needs else "")
    if parts.platform:
        head = head.replace("\n---\n", f"\nplatforms: [{parts.platform}]\n---\n", 1)
    if parts.title:
        return re.sub(r"^# .*$", lambda _: f"# {parts.title}", head, count=1, flags=re.MULTILINE)
    if parts.messages:
        message = max(parts.messages[:1], key=len)
        seen = span(message if len(message) < 80 else message[:80].rpartition(" ")[0] or message[:80])
        return re.sub(r"^# ‹[^›\n]*›", lambda _: f"# {seen}", head, count=1, flags=re.MULTILINE)
    return head


def _look_alike(near: Near) -> str:
    mark = doubt("look-up found it near; say what tells it apart, or drop the line")
    return f"- {near.seen}: {near.because.rstrip('.')} (see `{near.id}`) {mark}"


def _program(parts: Parts) -> str:
    """The file that the command runs, where it names one; else a name for it."""
    for word in parts.command.split():
        if re.fullmatch(r"[\w./-]+\.(?:py|js|mjs|cjs|ts|sh|go|rs|c|rb)", word) and not unsafe(word):
            return word
    return f"program.{_PROGRAMS.get(parts.language, 'sh')}"


def _language(name: str) -> str:
    kinds = {"py": "python", "sh": "bash", "mjs": "js", "cjs": "js", "rb": "ruby", "rs": "rust"}
    kind = name.rpartition(".")[2]
    return kinds.get(kind, kind)


def _prompted(command: str) -> str:
    first, *more = command.split("\n")
    return "\n".join([f"$ {first}", *(f"> {line}" for line in more)])
