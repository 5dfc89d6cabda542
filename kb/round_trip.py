"""Entries through look-up: its own output and questions lead back to an entry, its look-alikes do not; and what a
changed catalog answers otherwise."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from kb.catalog.build import write
from kb.catalog.current import fresh
from kb.catalog.read import Snapshot
from kb.entry.folder import read_folder, root_of
from kb.entry.model import Entry, Finding
from kb.match.answer import Answer
from kb.match.lookup import lookup


@dataclass(frozen=True, slots=True)
class RoundTrip:
    output: Answer | None
    """What the entry's own output finds; None where it prints nothing or Error Messages is empty."""
    questions: int
    """How many of its questions find it first."""
    look_alikes: int
    """How many of its look-alikes do not match it."""
    findings: tuple[Finding, ...]


def round_trip(entry: Entry, output: str) -> RoundTrip:
    """Look up what the entry prints, is asked as, and is confused with, in the catalog of the folder it lies in, or of
    it alone.

    Raises BadCatalog.
    """
    root = root_of(Path(entry.path).resolve())
    catalog = fresh(str(root)) if root else _of([entry])
    findings: list[Finding] = []

    def add(line: int, code: str, message: str) -> None:
        findings.append(Finding(entry.path, line, code, message))

    own = lookup(catalog, output) if entry.messages and output.strip() else None
    if own and entry.id not in [c.id for c in own.candidates]:
        found = f"finds {own.candidates[0].id}" if own.candidates else "finds nothing"
        add(entry.messages[0].line, "KB601", f"what Symptom prints {found}; list its lines here, literally")
    questions = 0
    for question in entry.questions:
        best = lookup(catalog, question.text, limit=1, abstain=False).candidates
        if best and best[0].id == entry.id:
            questions += 1
        else:
            found = f"finds {best[0].id} first" if best else "finds nothing"
            add(question.line, "KB602", f"this question {found}; say more of what is seen")
    look_alikes = 0
    for look_alike in entry.look_alikes:
        answer = lookup(catalog, look_alike.seen)
        if answer.decision == "match" and answer.candidates[0].id == entry.id:
            add(look_alike.line, "KB603", "what is seen here matches this entry; write more of what tells it apart")
        else:
            look_alikes += 1
    return RoundTrip(own, questions, look_alikes, tuple(findings))


@dataclass(frozen=True, slots=True)
class Changed:
    """A message or question of an entry that two catalogs answer differently."""

    text: str
    id: str
    """The entry that it stands in."""
    before: Answer
    after: Answer

    @property
    def lost(self) -> bool:
        """Whether it led to its entry, and does no more."""
        return _leads(self.before) == self.id != _leads(self.after)


def changes(entries: Sequence[Entry], base: Path | None = None) -> tuple[Changed, ...]:
    """What these entries change in the answers to the questions of others: the catalog of each folder they lie in,
    beside that of `base`, or of the same folder without them. Takes some seconds. Raises BadCatalog, Misuse."""
    by_root: dict[Path, set[str]] = defaultdict(set)
    for entry in entries:
        if root := root_of(Path(entry.path).resolve()):
            by_root[root].add(entry.id)
    found: list[Changed] = []
    for root, ids in by_root.items():
        others = [entry for entry in read_folder(base or root).entries if base or entry.id not in ids]
        found += changed(_of(others), fresh(str(root)), ids)
    return tuple(found)


def _of(entries: Sequence[Entry]) -> Snapshot:
    """Of these entries, for this process alone."""
    with TemporaryDirectory(prefix="kb-") as folder:
        write(entries, Path(folder) / "catalog.sqlite")
        return Snapshot(str(Path(folder) / "catalog.sqlite"))


def changed(before: Snapshot, after: Snapshot, but: Collection[str] = ()) -> Iterator[Changed]:
    """What is asked of the entries that both catalogs have, save those of the ids `but`, and is answered otherwise:
    another decision, or another entry first."""
    for id in sorted({id for id, _ in before.ids()} & {id for id, _ in after.ids()} - {*but}):
        entry = before.entry(id)
        for text in (*entry.messages, *entry.questions):
            old, new = lookup(before, text), lookup(after, text)
            if (old.decision, _leads(old)) != (new.decision, _leads(new)):
                yield Changed(text, id, old, new)


def _leads(answer: Answer) -> str:
    return answer.candidates[0].id if answer.candidates else ""
