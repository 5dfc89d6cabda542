"""Credits: what each author's entries did for others. A record, not a currency."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import text

from kb.catalog.read import Snapshot
from kb.ledger.store import PATIENCE, Ledger

ENOUGH = 2
"""Reporters that an option needs to be called working: one alone credits nobody."""
VOTES = """
    select n, entry, option, reporter, worked, tokens from (
      select n, entry, option, reporter, worked, tokens,
        row_number() over (partition by entry, option, reporter order by n desc) as age
      from outcome) as vote
    where age = 1"""
"""Of every reporter the last word, whatever the revision: to mend an entry takes no credit away."""


class Credit(NamedTuple):
    author: str
    entries: int
    working: int
    """Options that at least two reporters, and most of all who reported, call working; the author's own word aside."""
    saved: int
    """Tokens saved where outcomes measured what they spent: what the entry estimates for debugging, less that."""
    estimated: int
    """Tokens saved by the entries' estimates alone, where outcomes measured nothing."""


class Vote(NamedTuple):
    n: int
    """Of a reporter's votes the one with the highest is the last."""
    reporter: str
    worked: bool
    tokens: int | None


def votes(ledger: Ledger, patience: float = PATIENCE) -> dict[tuple[str, int], list[Vote]]:
    """All reporters' last words by (entry id at the time, option). Raises LedgerDown."""
    found: dict[tuple[str, int], list[Vote]] = defaultdict(list)
    for n, entry, option, reporter, worked, tokens in ledger.run(
        lambda db: db.execute(text(VOTES)).fetchall(), patience
    ):
        found[entry, option].append(Vote(n, reporter, bool(worked), tokens))
    return found


def credits(
    snapshot: Snapshot,
    voted: Mapping[tuple[str, int], Iterable[Vote]],
    history: Mapping[str, tuple[str, ...]],
    aliases_of: Mapping[str, str],
) -> list[Credit]:
    """Those who wrote entries, most entries first. `history`: authors by id, for entries that do not name theirs.

    `aliases_of`: by reporter the author that this is, where known.
    """
    authors: dict[str, list[str]] = defaultdict(list)
    for id, name in snapshot.rows("select e.id, text from author a join entry e on e.n = a.entry order by a.position"):
        authors[id].append(name)
    present = dict(snapshot.rows("select a.id, e.id from alias a join entry e on e.n = a.entry"))
    by_option: dict[tuple[str, int], dict[str, Vote]] = defaultdict(dict)
    for vote, id, option in sorted((v, *key) for key, cast in voted.items() for v in cast):
        by_option[present.get(id, id), option][vote.reporter] = vote
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    tokens = {}
    for id, debugging, fix in snapshot.rows("select id, debugging_tokens, fix_tokens from entry"):
        tokens[id] = debugging or 0, fix or 0
        for author in authors.setdefault(id, list(history.get(id, ()))):
            totals[author][0] += 1
    for (id, _), cast in by_option.items():
        names = {name.casefold() for name in authors.get(id, ())}
        others = [v for v in cast.values() if aliases_of.get(v.reporter, v.reporter).casefold() not in names]
        worked = [v for v in others if v.worked]
        if id not in tokens or len(worked) < ENOUGH or 2 * len(worked) <= len(others):
            continue
        debugging, fix = tokens[id]
        saved = sum(max(0, debugging - v.tokens) for v in worked if v.tokens is not None)
        estimated = sum(max(0, debugging - fix) for v in worked if v.tokens is None)
        for author in authors[id]:
            totals[author] = [a + b for a, b in zip(totals[author], (0, 1, saved, estimated), strict=True)]
    return sorted((Credit(name, *sums) for name, sums in totals.items()), key=lambda c: (-c.entries, c.author))
