"""`diff file=` fences: hunks without line numbers, each of which fits the file at exactly one place."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice


@dataclass(frozen=True, slots=True)
class Hunk:
    before: tuple[str, ...]
    """Context and `-` lines, which stand in the file one below the other."""
    after: tuple[str, ...]
    """Context and `+` lines, which replace them."""
    line: int
    """0-based line of the diff where the hunk begins."""


class PatchError(ValueError):
    """A diff that is malformed or does not fit. `line` is the 0-based line of the diff."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class DiffError(PatchError):
    """Malformed, whatever the file."""


def hunks(diff: str) -> tuple[Hunk, ...]:
    """The hunks of a diff. Raises DiffError where a line is not of the form or a hunk changes nothing."""
    found: list[Hunk] = []
    before: list[str] = []
    after: list[str] = []
    start = 0
    for number, line in enumerate([*diff.removesuffix("\n").split("\n"), "..."]):
        if line == "...":
            if before == after:
                raise DiffError(start, "this hunk changes nothing; begin lines with `-` and `+`")
            if not before:
                raise DiffError(start, "this hunk has no context; add the line above or below")
            found.append(Hunk(tuple(before), tuple(after), start))
            before, after, start = [], [], number + 1
        elif line.startswith(("@@ ", "--- a/", "+++ b/")):
            raise DiffError(number, f"`{line[:3].strip()}` is a header; write the hunk's lines alone")
        elif line[:1] in ("", " "):
            before.append(line[1:])
            after.append(line[1:])
        elif line[0] == "-":
            before.append(line[1:])
        elif line[0] == "+":
            after.append(line[1:])
        else:
            raise DiffError(number, f"`{line[:40]}` is not a diff's line; begin it with a blank, `-` or `+`")
    return tuple(found)


def apply(diff: str, text: str) -> str:
    """The text of a file, changed by a diff. Raises PatchError where a hunk does not fit exactly once."""
    # Searched as text: line by line, a long hunk in a long file of like lines takes the product of the two.
    text = "\n" + text.removesuffix("\n") + "\n"
    for hunk in hunks(diff):
        before, after = ("".join(f"{line}\n" for line in lines) for lines in (hunk.before, hunk.after))
        places = list(islice(_places("\n" + before, text), 100))
        if len(places) != 1:
            raise PatchError(
                hunk.line,
                f"this hunk's lines occur {len(places)} times in the file; "
                + ("add context until they occur once" if places else "copy them from the file as they stand"),
            )
        at = places[0] + 1
        text = text[:at] + after + text[at + len(before) :]
    return text[1:] or "\n"


def _places(part: str, text: str) -> Iterator[int]:
    at = -1
    while (at := text.find(part, at + 1)) >= 0:
        yield at
