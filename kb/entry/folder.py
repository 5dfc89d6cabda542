"""Entries on disk: `<root>/<area>/<slug>.md`. The path below the root, without its ending, is the id."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from kb import place
from kb.entry import queries
from kb.entry.markdown import MAX_SIZE, parse
from kb.entry.model import Entry, Finding, Query, is_id
from kb.errors import Misuse

Parse = Callable[[str, str, str], tuple[Entry | None, tuple[Finding, ...]]]


@dataclass(frozen=True, slots=True)
class Folder:
    entries: tuple[Entry, ...]
    """The entries without a blocking fault of form, by id."""
    findings: tuple[Finding, ...]
    """All faults of form, by path and line."""


def id_of(path: Path) -> str:
    """The id of an entry file: its folder's name and its own."""
    return f"{path.parent.name}/{path.stem}"


def root_of(path: Path) -> Path | None:
    """The folder of entries that a file lies in; None where that would be the root of the file system."""
    root = path.parent.parent
    return root if root.resolve().name else None


def path_of(root: Path, id: str) -> Path:
    """Where the entry of an id lies, whether or not it is there. Raises Misuse when the id is none."""
    if not is_id(id):
        raise Misuse(f"{id!r} is no id; write AREA/SLUG in lower case letters, digits and hyphens")
    return root / f"{id}.md"


def areas(root: Path) -> list[str]:
    """The areas of a folder of entries, in order."""
    return sorted(path.name for path in root.iterdir() if path.is_dir())


def need_area(root: Path, area: str) -> None:
    """Raises Misuse, with the area that may be meant, when the folder of entries has none of that name."""
    there = areas(root)
    if area not in there:
        near = get_close_matches(area, there, 1)
        hint = f"did you mean {near[0]}?" if near else f"the areas are {', '.join(there)}."
        raise Misuse(f"no area {area!r}: {hint} For a new one make {root / area} first")


def shown(path: Path) -> Path:
    """The path as a person here would write it: relative where it lies below the present folder."""
    try:
        return path.relative_to(Path.cwd())
    except (ValueError, FileNotFoundError):  # the present folder may be gone
        return path


def template(root: Path) -> str:
    """What a new entry begins as. Raises Misuse when the folder has no template."""
    path = root / "_template.md"
    text, findings = read_text(path)
    if text is None:
        raise Misuse("; ".join(map(str, findings)))
    return text


def load(path: Path, parse: Parse = parse) -> tuple[Entry | None, tuple[Finding, ...]]:
    """The entry of one file and its faults of form; None where one of them blocks. `parse`: another that remembers."""
    path = path if path.parent.name else Path.cwd() / path
    text, findings = read_text(path)
    if text is None:
        return None, findings
    id = id_of(path)
    entry, found = parse(text, id, str(path))
    if not is_id(id):
        return None, (bad_name(path), *found)
    asked, faults = read_queries(path)
    return entry and replace(entry, queries=asked), (*found, *faults)


def read_queries(path: Path) -> tuple[tuple[Query, ...], tuple[Finding, ...]]:
    """The queries beside an entry's file, none where there is no such file, and what is wrong with them."""
    beside = queries.path_of(path)
    if not os.path.lexists(beside):
        return (), ()
    text, findings = read_text(beside)
    return ((), findings) if text is None else queries.parse(text, str(beside))


def bad_name(path: Path) -> Finding:
    return Finding(
        str(path),
        1,
        "KB006",
        "the path is no id; name it AREA/SLUG.md in lower case letters, digits and hyphens",
    )


def read_text(path: Path) -> tuple[str | None, tuple[Finding, ...]]:
    """The text of a file, or None and why it is not read."""

    def refuse(line: int, code: str, message: str) -> tuple[None, tuple[Finding]]:
        return None, (Finding(str(path), line, code, message),)

    try:
        # Neither followed nor waited for: a link may lead out of the folder, a pipe may never end.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return refuse(1, "KB005", "not an ordinary file; an entry is one Markdown file")
            if status.st_size > MAX_SIZE:
                return refuse(1, "KB002", f"the file has {status.st_size:,} bytes; an entry has at most {MAX_SIZE:,}")
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        if path.is_symlink():
            return refuse(1, "KB005", "a symlink; put the file itself here, and the old id under `aliases`")
        return refuse(1, "KB005", f"cannot be read ({error.strerror})")
    except ValueError as error:
        return refuse(1, "KB005", f"cannot be read ({error})")
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return refuse(line, "KB003", f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8 text")


def roots() -> list[Path]:
    """The folders of entries that commands speak of: one's own before those of a checkout; an installed package's only
    where there are no others."""
    own = [shown(Path(folder)) for folder in place.own_folders()]
    return own if own and place.installed() else [*own, shown(Path(place.entries_folder()))]


def find(names: Sequence[str], *roots: Path) -> list[Path]:
    """The entry files that are named, by path, folder or id; all of the roots where none is. Each once.

    Raises Misuse for a name that is none of these.
    """
    found: dict[Path, None] = {}
    for name in names or map(str, roots):
        path = Path(name)
        if path.is_dir():
            found |= dict.fromkeys(files(path))
        elif os.path.lexists(path):
            # The folder's name is half of the id.
            found[path if path.parent.name else Path.cwd() / path] = None
        elif is_id(name) and (here := [at for root in roots if (at := path_of(root, name)).exists()]):
            found[here[0]] = None
        else:
            near = get_close_matches(name, [id_of(path) for root in roots for path in files(root)], 3)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise Misuse(f"{name!r} is neither a file nor the id of an entry{hint}")
    return list(found)


def files(root: Path, levels: int = 3) -> Iterator[Path]:
    """Every file below the root that should be an entry, in order, those one level too deep too. `_…` and hidden ones
    are not. A folder below that cannot be listed stands for what is in it. Raises Misuse when the root cannot be."""
    try:
        found = sorted(os.scandir(root), key=lambda e: e.name)
    except OSError as error:
        raise Misuse(f"{root}: {error.strerror}; name a folder of entries") from None
    for item in found:
        if item.name.startswith(("_", ".")):
            continue
        path = root / item.name
        is_folder = item.is_dir(follow_symlinks=False)
        if is_folder and os.access(path, os.R_OK | os.X_OK):
            yield from files(path, levels - 1) if levels > 1 else ()
        elif is_folder or item.name.endswith(".md") or item.is_symlink():
            yield path


def read_folder(root: Path, parse: Parse = parse) -> Folder:
    """All entries below a folder. A broken one is findings and does not stop the others.

    Raises Misuse when the folder cannot be listed.
    """
    entries: list[Entry] = []
    findings: list[Finding] = []
    for path in files(root):
        if path.parent.parent != root and not path.is_symlink() and not path.is_dir():
            findings.append(bad_name(path))
            continue
        entry, found = load(path, parse)
        findings += found
        if entry:
            entries.append(entry)
    return Folder(tuple(sorted(entries, key=lambda e: e.id)), tuple(findings))
