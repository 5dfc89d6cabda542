"""Files -> all that is wrong with them: form, content, and what they are to the entries around them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb import place
from kb.entry import folder
from kb.entry.between import FEW, asked_lines, check_all, own_lines
from kb.entry.findings import errors
from kb.entry.markdown import draft
from kb.entry.model import Entry, Finding, is_id
from kb.entry.rules import check_entry, same


@dataclass(frozen=True, slots=True)
class Checked:
    path: Path
    entry: Entry | None
    """None where its form has a fault that blocks: it cannot be replayed."""
    findings: tuple[Finding, ...]
    """All of them, by line, then those of its file of queries."""


@dataclass(frozen=True, slots=True)
class _Read:
    path: Path
    draft: Entry | None
    form: tuple[Finding, ...]


def check(paths: Sequence[Path]) -> tuple[Checked, ...]:
    """Each file with its findings. Beside a single file only the entries that meet it are read in full."""
    read = [_read(path) for path in paths]
    shipped = {folder.id_of(path) for path in folder.files(Path(place.entries_folder()), 2)}
    # By folder: an entry of one's own may have the id of a shipped one, and stands in its place.
    by_root: dict[Path | None, dict[Path, _Read]] = defaultdict(dict)
    for r in read:
        by_root[folder.root_of(r.path)][r.path] = r
    between: list[Finding] = []
    for root, given in by_root.items():
        own = [r.draft for r in given.values() if r.draft]
        files = list(folder.files(root, 2)) if root else []
        near = _neighbours(files, own) if len(paths) == 1 else files
        around = {r.draft.path: r.draft for path in near if (r := given.get(path) or _read(path)).draft}
        around |= {entry.path: entry for entry in own}
        # Entries of one's own may name the shipped ones.
        between += check_all(around.values(), {*shipped, *map(folder.id_of, files)})
    return tuple(_judge(r, [f for f in between if f.path == str(r.path)]) for r in read)


def _read(path: Path) -> _Read:
    text, findings = folder.read_text(path)
    id = folder.id_of(path)
    if not is_id(id):
        findings += (folder.bad_name(path),)
    if text is None:
        return _Read(path, None, findings)
    entry, found = draft(text, id, str(path))
    return _Read(path, entry, findings + found)


def _judge(read: _Read, between: Sequence[Finding]) -> Checked:
    # An open fence swallows what stands below it.
    readable = all(f.code != "KB301" for f in read.form)
    content = (*check_entry(read.draft), *between) if read.draft and readable else ()
    # What else is wrong on a line with a gap is wrong because of the gap.
    gaps = {f.line for f in read.form if f.code == "KB218"}
    findings = {*read.form, *(f for f in content if f.line not in gaps)}
    entry = None if errors(read.form) else read.draft
    own = sorted(findings, key=lambda f: (f.line, f.code, f.message))
    beside = folder.read_queries(read.path)[1] if read.draft else ()
    return Checked(read.path, entry, (*own, *beside))


def _neighbours(files: Sequence[Path], entries: Sequence[Entry]) -> Iterator[Path]:
    """Those of a folder's files that an entry may clash with: reading lines is much cheaper than parsing."""
    for entry in entries:
        asked = {same(line.text) for line in asked_lines(entry)}
        own = own_lines(entry)
        pointed = {x.entry for x in entry.look_alikes}
        for path in files:
            text = folder.read_text(path)[0] or ""
            lines = {same(line.lstrip("#-* ")) for line in text.split("\n")}
            named = folder.id_of(path) in pointed or any(name in text for name in (entry.id, *entry.aliases))
            if named or asked & lines or len(own & lines) >= FEW:
                yield path
