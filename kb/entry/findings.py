"""The one table of findings: code, severity, meaning. All that `kb check` says about an entry stands here.

`python -m kb.entry.findings --write` writes docs/findings.md from it, `--check` tells whether it is fresh.
Codes are never reused: people and scripts keep them.
"""
# ruff: noqa: E501 - the table reads best with one row a line

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kb.entry.model import Finding

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    severity: Severity
    """An error blocks, a warning advises."""
    meaning: str


GROUPS = {
    "0": "The file",
    "1": "Front matter",
    "2": "Headings and lists",
    "3": "Fences",
    "4": "Content",
    "5": "Between entries",
    "6": "Look-up",
}

_TABLE: tuple[tuple[str, Severity, str], ...] = (
    ("KB001", "error", "The file is empty."),
    ("KB002", "error", "The file is larger than 256 kB, or longer than 1,000 lines."),
    ("KB003", "error", "The file is not UTF-8 text: other bytes, a NUL, or half of a surrogate pair."),
    ("KB004", "error", "Lines end in CRLF or in a lone CR."),
    ("KB005", "error", "The file is a symlink, not an ordinary file, lies outside its folder, or cannot be read."),
    ("KB006", "error", "The path is not `<area>/<slug>.md` in lower case, digits and hyphens."),
    ("KB007", "error", "An invisible, control or bidirectional character."),
    ("KB008", "error", "A line of the queries beside an entry that is no query."),
    ("KB101", "error", "The front matter is not closed, or a line in it has neither form `key: value` nor `key: [a, b]`."),
    ("KB102", "error", "A key of the front matter that does not exist."),
    ("KB103", "error", "A key of the front matter given twice."),
    ("KB104", "error", "A value of the front matter that is empty or of the wrong kind, or text that needs quotes."),
    ("KB105", "error", "A need of a form that does not exist."),
    ("KB106", "error", "A PyPI or npm package that is not pinned exactly: messages change between versions."),
    ("KB107", "error", "A platform other than linux, macos, windows."),
    ("KB108", "warning", "No tags."),
    ("KB201", "error", "No title."),
    ("KB202", "error", "A second title."),
    ("KB203", "error", "A heading that does not exist here."),
    ("KB204", "error", "A section is missing."),
    ("KB205", "error", "A section stands twice."),
    ("KB206", "error", "A section is out of order."),
    ("KB207", "error", "A heading under Fix is neither `### Option N: …` nor `### What does not help`."),
    ("KB208", "error", "Options are not numbered 1, 2, 3 …"),
    ("KB209", "error", "An option named twice."),
    ("KB210", "error", "What does not help is not the last heading under Fix, or stands twice."),
    ("KB211", "error", "Text where none belongs: it would never be shown."),
    ("KB212", "error", "A section without content."),
    ("KB213", "error", "Something other than plain bullets in a section that is a list."),
    ("KB214", "error", "An error message that is not one code span."),
    ("KB215", "error", "A hole in an error message other than `{…}`."),
    ("KB216", "error", "A look-alike without a colon, without one of its halves, or with a pointer that is not one `→ area/slug` at its end."),
    ("KB217", "error", "Savings in another form than the two lines of the format."),
    ("KB218", "error", "A gap `‹…›` left from the template, or a guess `‹? …›` of a draft."),
    ("KB219", "error", "Raw HTML in prose."),
    ("KB220", "error", "More than 98 options."),
    ("KB301", "error", "A fence that is never closed."),
    ("KB302", "error", "A fence word that does not exist."),
    ("KB303", "error", "A fence word that does not belong here, stands twice, or has a value it cannot have; more than 500 characters of them."),
    ("KB304", "error", "A file or transcript in a place where nothing replays it."),
    ("KB305", "error", "A file name that could leave the working folder."),
    ("KB306", "error", "A file written twice."),
    ("KB307", "error", "The line above a file does not name it: GitHub does not show the name."),
    ("KB308", "error", "A diff with a line that is neither context, `-`, `+` nor `...`, or that changes nothing."),
    ("KB309", "error", "A diff of a file that Symptom did not write."),
    ("KB310", "error", "A hunk whose context and `-` lines do not occur together exactly once."),
    ("KB311", "error", "A transcript that does not begin with a command, or has an empty one."),
    ("KB312", "error", "An exit status in another form than `[exit N]`, N from 1 to 255, as the last line of a command."),
    ("KB313", "error", "An output line that begins like a command's continuation."),
    ("KB314", "warning", "Output in a setup transcript: it is not compared."),
    ("KB315", "error", "A transcript in a fence that is not `console`: it would never be replayed."),
    ("KB401", "error", "Nothing that can be verified, and no `unverifiable`: no transcript under Symptom, or no option that runs a command of Symptom again."),
    ("KB402", "error", "A transcript that shows nothing: no literal line, and no status other than 0."),
    ("KB403", "error", "`replaces` names no command of Symptom."),
    ("KB404", "error", "No error message of the list stands in what Symptom prints."),
    ("KB405", "warning", "Symptom prints an error, and Error Messages is empty."),
    ("KB406", "error", "An error message with fewer than 6 literal characters: it would fit anything."),
    ("KB407", "warning", "Fewer than 8 or more than 12 questions."),
    ("KB408", "warning", "Fewer than 3 look-alikes."),
    ("KB409", "error", "A question that is the title again."),
    ("KB410", "warning", "A title longer than 110 characters, or without ` — ` and why."),
    ("KB411", "warning", "A short answer (title, cause, first option) of more than 500 tokens, as estimated: code is left out of it."),
    ("KB412", "error", "Words that address the reading agent rather than the fault: to forget its instructions, to pipe a download into a shell, what to tell the user."),
    ("KB413", "error", "A link that is not https."),
    ("KB414", "error", "A source that is neither an https address nor `direct experience`."),
    ("KB415", "error", "The same line twice in one list."),
    ("KB416", "warning", "Savings whose *This fix* differs by more than a quarter from the short answer, as estimated."),
    ("KB501", "error", "A look-alike points to an entry that does not exist, or to its own."),
    ("KB502", "error", "A look-alike points to an entry that does not name this one back."),
    ("KB503", "error", "Two entries of one id or alias."),
    ("KB504", "error", "Two entries list the same error message and are not look-alikes of each other."),
    ("KB505", "error", "Two entries have the same title or question."),
    ("KB506", "error", "A near-duplicate: two entries share two fifths of their lines."),
    ("KB601", "error", "What Symptom prints does not lead back to the entry."),
    ("KB602", "warning", "A question does not find its entry first."),
    ("KB603", "warning", "A look-alike matches the entry that it is not."),
)  # fmt: skip
RULES = {row[0]: Rule(*row) for row in _TABLE}


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that block."""
    return tuple(f for f in findings if RULES[f.code].severity == "error")


def document() -> str:
    """The text of docs/findings.md."""
    parts = [
        "# Findings\n",
        "<!-- Generated by `python -m kb.entry.findings --write`. -->\n",
        "What `kb check` says about an entry, as `path:line: code what is wrong; what to write instead`.",
        "An *error* blocks, a *warning* advises. A code never changes its meaning.\n",
    ]
    for digit, group in GROUPS.items():
        rows = [f"| {r.code} | {r.severity} | {r.meaning} |" for r in RULES.values() if r.code[2] == digit]
        parts += [f"## {group}", "| code | severity | meaning |", "| --- | --- | --- |", *rows, ""]
    return "\n".join(parts)


def main(argv: list[str]) -> int:
    page = Path(__file__).parents[2] / "docs" / "findings.md"
    if argv == ["--write"]:
        page.write_text(document(), encoding="utf-8")
        return 0
    if argv == ["--check"]:
        fresh = page.exists() and page.read_text(encoding="utf-8") == document()
        if not fresh:
            print(f"{page} is out of date: python -m kb.entry.findings --write")
        return 0 if fresh else 1
    print("usage: python -m kb.entry.findings --write | --check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
