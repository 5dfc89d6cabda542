"""One look-up: reduce, retrieve, rank, decide or abstain."""

from kb.catalog.layout import LOOK_ALIKE, kind_of
from kb.catalog.read import Snapshot
from kb.match.answer import Answer, Candidate, Why
from kb.match.decide import decide
from kb.match.rank import FEATURES, Ranked, rank
from kb.text.query import WIDTH
from kb.text.redact import redact
from kb.text.reduce import reduce

LIMIT = 5
RESEMBLES = 0.5
"""How near a query must be to a look-alike, as a cosine, to be called one."""
_ALIKE, _MARGIN = FEATURES.index("alike_cosine"), FEATURES.index("alike_margin")


def lookup(snapshot: Snapshot, text: str, limit: int = LIMIT, abstain: bool = True) -> Answer:
    """Answer a query over one snapshot. With `abstain` false the ranking is given whatever the decision."""
    decision, scored = decide(rank(snapshot, reduce(text)))
    resembles = _resembles(snapshot, scored[0][1]) if decision == "none" and scored else None
    if abstain:
        scored = {"match": scored[:1], "candidates": scored, "none": []}[decision]
    scored = scored[:limit]
    return Answer(decision, _candidates(snapshot, scored), resembles)


def _resembles(snapshot: Snapshot, best: Ranked) -> str | None:
    """What the query is instead of the entry that it looks like, where that entry's look-alikes say so."""
    if not best.alike or kind_of(best.alike) != LOOK_ALIKE:
        return None
    if best.features[_ALIKE] < RESEMBLES or best.features[_MARGIN] > 0:
        return None
    id, _ = snapshot.titles([best.entry])[best.entry]
    found = snapshot.look_alike(best.alike)
    return f"This resembles {id}, but is: {found.instead}" + (f" ({found.entry})" if found.entry else "")


def _candidates(snapshot: Snapshot, scored: list[tuple[float, Ranked]]) -> tuple[Candidate, ...]:
    if not scored:
        return ()
    titles = snapshot.titles([r.entry for _, r in scored])
    texts = snapshot.lines([r.best for _, r in scored])
    apart = snapshot.apart([r.entry for _, r in scored]) if len(titles) > 1 else {}
    return tuple(
        Candidate(
            id=titles[r.entry][0],
            title=titles[r.entry][1],
            score=round(p, 4),
            why=Why(redact(r.query), texts.get(r.best, "")[:WIDTH]),
            tell_apart=f"If you see {apart[r.entry].seen}: {apart[r.entry].instead}"
            if r.entry in apart
            else snapshot.cause_line(r.entry),
        )
        for p, r in scored
    )
