"""The calls that faces make, over the catalog of this process."""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Iterator
from functools import lru_cache

from kb.catalog.current import newer
from kb.catalog.current import snapshot as present
from kb.catalog.layout import AGAINST, kind_of
from kb.catalog.read import Snapshot, StoredEntry
from kb.errors import Misuse
from kb.match.answer import Answer
from kb.match.lookup import LIMIT
from kb.match.lookup import lookup as _lookup
from kb.text.redact import redacted
from kb.text.reduce import weighed

TYPE_CHECKING = False  # what is imported for its type alone is too dear for a look-up

if TYPE_CHECKING:
    from kb.catalog.overview import Listed
    from kb.ledger.credits import Credit, Vote
    from kb.ledger.misses import Counted
    from kb.ledger.outcomes import Outcome

MAX_LIMIT, MAX_MISSES, MAX_LISTED = 50, 1000, 1000
KNOWN, SHORT = 4096, 2000
"""Of how many questions `answer` remembers the answer, and up to how many characters: 20 MB at most."""
READ = 256
"""How many entries are remembered, of some 20 kB each."""

_catalog: list[Snapshot] = []
_opening = allocate_lock()
_turn = allocate_lock()


def _in_turn(catalog: Snapshot, text: str, limit: int, abstain: bool) -> Answer:
    """One look-up after the other: Python runs one at a time, and taking turns would make all of them late."""
    with _turn:
        return _lookup(catalog, text, limit, abstain)


_known = lru_cache(KNOWN)(_in_turn)


@lru_cache(1)
def _overview(catalog: Snapshot) -> tuple[Listed, ...]:
    from kb.catalog.overview import overview

    return overview(catalog)


_entry = lru_cache(READ)(Snapshot.entry)


def snapshot() -> Snapshot:
    """The catalog of this process, opened once, and again when entries of one's own have changed. Raises BadCatalog."""
    if not _catalog:
        with _opening:
            if not _catalog:
                _catalog.append(present())
    elif _opening.acquire(blocking=False):  # while another call looks, this one goes on with what there is
        try:
            if changed := newer(_catalog[0]):
                swap(changed)
        finally:
            _opening.release()
    return _catalog[0]


def swap(catalog: Snapshot) -> None:
    """Answer from this catalog from now on. Calls that are under way go on with theirs."""
    _catalog[:] = [catalog]
    for remembered in (_known, _entry, _overview):
        remembered.cache_clear()


def blame() -> None:
    """After a failure that nobody foresaw: raises BadCatalog where the catalog that is open is damaged."""
    for catalog in _catalog:
        catalog.check()


def lookup(text: str, limit: int = LIMIT, abstain: bool = True, record: bool = False) -> Answer:
    """The entry that explains an error, candidates, or nothing.

    `text` is an error as one has it: a traceback, a log, a sentence; of a long one the head and the tail are read.
    With `abstain` false the ranking is given whatever the decision. With `record` a query that finds nothing becomes a
    miss, redacted; for faces where somebody asks one question, never for batches. Raises Misuse for an empty text or a
    limit that is not 1 to 50, BadCatalog.
    """
    _check(text, limit)
    found = _lookup(snapshot(), text, limit, abstain)
    if record and abstain and found.decision == "none":
        _miss(text)
    return found


def answer(
    text: str, limit: int = LIMIT, abstain: bool = True, record: bool = False
) -> tuple[Answer, StoredEntry | None]:
    """As `lookup`, with the whole entry of a `match`: both of one catalog, even while another is swapped in.

    A short text that was asked before is answered from memory, for as long as the catalog stays.
    """
    _check(text, limit)
    catalog = snapshot()
    found = (_known if len(text) <= SHORT else _in_turn)(catalog, text, limit, abstain)
    if record and abstain and found.decision == "none":
        _miss(text)
    entry = _entry(catalog, found.candidates[0].id) if found.decision == "match" else None
    return found, entry and _with_standing(entry)


def matching(found: Answer) -> StoredEntry | None:
    """The whole entry of a `match`; None for any other decision."""
    return show(found.candidates[0].id) if found.decision == "match" else None


def show(id: str) -> StoredEntry:
    """The whole entry of an id or former id, with how its options fare. Raises NotFound, BadCatalog."""
    return _with_standing(_entry(snapshot(), id))


def entries(tag: str = "", after: str = "", limit: int = 100) -> list[tuple[str, str]]:
    """(id, title) by id: of a tag where one is given, after an id, at most `limit` (1 to 1000). Raises Misuse."""
    if not 1 <= limit <= MAX_LISTED:
        raise Misuse(f"limit {limit}: from 1 to {MAX_LISTED}")
    return snapshot().listed(tag, after, limit)


def overview() -> tuple[Listed, ...]:
    """All entries by id, each with its tags and how far it is proven; remembered for as long as the catalog stays."""
    return _overview(snapshot())


def understood(text: str) -> list[tuple[str, float]]:
    """Each line of what a look-up reads of a text, redacted, with its weight from 0 (passed over) to 1."""
    return weighed(redacted(text))


def nearest_areas(text: str) -> list[str]:
    """The areas of the entries that are least far from a text, nearest first, three at most."""
    ranked = _in_turn(snapshot(), text, MAX_LIMIT, False).candidates
    return list(dict.fromkeys(c.id.partition("/")[0] for c in ranked))[:3]


def takes_outcomes() -> bool:
    """Whether outcomes can be written here at all."""
    from kb.ledger import where

    return bool(where.outcomes())


def export() -> Iterator[dict[str, str]]:
    """`{"id", "title", "text"}` of each entry; text: every searchable line that speaks for it."""
    catalog = snapshot()
    for n, (id, title) in enumerate(catalog.ids(), 1):
        lines = [text for key, text in catalog.lines_of(n) if kind_of(key) not in AGAINST]
        yield {"id": id, "title": title, "text": "\n".join(lines)}


def report(
    id: str,
    option: int,
    worked: bool,
    *,
    reporter: str | None = None,
    platform: str | None = None,
    note: str = "",
    tokens: int | None = None,
    patience: float = 1.0,
) -> Outcome:
    """Write down that an option of an entry worked or failed; on disk when this returns.

    `reporter`: the name of the token that a server checked; None: this installation, by a random name of its own.
    `platform`: where it was tried; None: this machine, so a server passes what its client says, or an empty text.
    `note`: redacted, and cut at 500 characters. `tokens`: what it took from the answer to the outcome, as measured
    (0 to 10 million). `patience`: seconds to wait for the ledger. Of each reporter the last word on an option counts.
    Raises NotFound, Misuse (no such option; outcomes are off), LedgerDown.
    """
    from kb.ledger import outcomes

    return outcomes.report(
        snapshot().entry(id),
        option,
        worked,
        reporter=reporter,
        platform=platform,
        note=note,
        tokens=tokens,
        patience=patience,
    )


def misses(limit: int = 50, patience: float = 1.0) -> list[Counted]:
    """What was looked up in vain, most often first: what to write next. What matches an entry by now is left out.

    Raises Misuse when misses are off, LedgerDown.
    """
    from kb.ledger import misses, where
    from kb.ledger.store import ledger

    address = where.misses()
    if not address:
        raise Misuse("misses are switched off here (KB_LEDGER, KB_MISSES)")
    if not 1 <= limit <= MAX_MISSES:
        raise Misuse(f"limit {limit}: from 1 to {MAX_MISSES}")
    misses.fold(ledger(address), patience)
    counted = misses.listed(ledger(address), limit, patience)
    return [m for m in counted if _lookup(snapshot(), m.sample, 1, True).decision != "match"]


def credits(patience: float = 1.0) -> list[Credit]:
    """Who wrote the entries, and what these did for others by the ledger's outcomes; most entries first.

    Of every reporter the last word counts, once; what an author reports of an entry of theirs does not, where it is
    known: a token, or a name in git, that is theirs. Raises LedgerDown.
    """
    from pathlib import Path

    from kb import place
    from kb.ledger import credits, where

    history: dict[str, tuple[str, ...]] = {}
    known_as: dict[str, str] = {}
    voted: dict[tuple[str, int], list[Vote]] = {}
    if not place.installed():
        from kb.catalog.authors import from_git

        history = from_git(Path(place.entries_folder()))
    if where.outcomes():
        from kb.catalog.authors import me
        from kb.ledger.outcomes import installation
        from kb.ledger.store import ledger

        voted = credits.votes(ledger(where.outcomes()), patience)
        known_as = {installation(): me(Path.cwd())}
    return credits.credits(snapshot(), voted, history, known_as)


def ledger_ready(patience: float = 1.0) -> None:
    """Open the ledger, bringing its tables up to date. Raises LedgerDown; nothing where it is switched off."""
    from kb.ledger import where

    if where.address():
        from kb.ledger.store import ledger

        ledger(where.address()).run(lambda db: db.exec_driver_sql("select 1"), patience)


def keep_ledger() -> None:
    """For a server, once in each process: open the ledger and count misses in, from a thread; returns at once."""
    from kb.ledger import where

    if where.address():
        from kb.ledger.misses import keep_folding
        from kb.ledger.store import ledger

        keep_folding(ledger(where.address()))


def _check(text: str, limit: int) -> None:
    if not text.strip():
        raise Misuse("nothing to look up: give an error message, a log or a sentence")
    if not 1 <= limit <= MAX_LIMIT:
        raise Misuse(f"limit {limit}: from 1 to {MAX_LIMIT}")


def _miss(text: str) -> None:
    from kb.ledger import where

    if where.misses():
        from kb.ledger import spool

        spool.note(text)


def _with_standing(entry: StoredEntry) -> StoredEntry:
    from kb.ledger.standing import standing

    standings, tokens = standing((entry.id, *entry.former), entry.revision)
    if not standings:
        return entry
    of = {s.option: s for s in standings}
    options = (
        o._replace(worked=of[o.number].worked, reports=of[o.number].reports) if o.number in of else o
        for o in entry.options
    )
    entry = entry._replace(options=tuple(options))
    return entry._replace(fix_tokens=tokens[len(tokens) // 2], measured=len(tokens)) if tokens else entry
