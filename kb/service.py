"""The calls that faces make. Each opens the present catalog once per process."""

from collections.abc import Iterator
from functools import cache

from kb.catalog.current import snapshot as present
from kb.catalog.layout import LOOK_ALIKE, kind_of
from kb.catalog.read import Snapshot, StoredEntry
from kb.errors import Misuse
from kb.match.answer import Answer
from kb.match.lookup import LIMIT
from kb.match.lookup import lookup as _lookup

MAX_LIMIT = 50


@cache
def snapshot() -> Snapshot:
    """The catalog of this process. Raises BadCatalog."""
    return present()


def lookup(text: str, limit: int = LIMIT, abstain: bool = True) -> Answer:
    """The entry that explains an error, candidates, or nothing.

    `text` is an error as one has it: a traceback, a log, a sentence; of a long one the head and the tail are read.
    With `abstain` false the ranking is given whatever the decision. Raises Misuse for an empty text or a limit that
    is not 1 to 50, BadCatalog.
    """
    if not text.strip():
        raise Misuse("nothing to look up: give an error message, a log or a sentence")
    if not 1 <= limit <= MAX_LIMIT:
        raise Misuse(f"limit {limit}: from 1 to {MAX_LIMIT}")
    return _lookup(snapshot(), text, limit, abstain)


def matching(found: Answer) -> StoredEntry | None:
    """The whole entry of a `match`; None for any other decision."""
    return show(found.candidates[0].id) if found.decision == "match" else None


def show(id: str) -> StoredEntry:
    """The whole entry of an id or former id. Raises NotFound, BadCatalog."""
    return snapshot().entry(id)


def export() -> Iterator[dict[str, str]]:
    """`{"id", "title", "text"}` of each entry; text: every searchable line that speaks for it."""
    catalog = snapshot()
    for n, (id, title) in enumerate(catalog.ids(), 1):
        lines = [text for key, text in catalog.lines_of(n) if kind_of(key) != LOOK_ALIKE]
        yield {"id": id, "title": title, "text": "\n".join(lines)}
