"""One look-up: reduce, retrieve, rank, decide or abstain."""

from kb.catalog.layout import entry_of
from kb.catalog.read import Snapshot
from kb.match.answer import Answer, Candidate, Decision, Why
from kb.match.decide import MATCH, OFFER, score
from kb.match.rank import Ranked, rank
from kb.text.redact import redact
from kb.text.reduce import reduce

LIMIT = 5


def lookup(snapshot: Snapshot, text: str, limit: int = LIMIT, abstain: bool = True) -> Answer:
    """Answer a query over one snapshot. With `abstain` false the ranking is given whatever the decision."""
    scored = score(rank(snapshot, reduce(text)))
    best = scored[0][0] if scored else 0.0
    decision: Decision = "match" if best >= MATCH else "candidates" if best >= OFFER else "none"
    if not abstain:
        kept = scored[:limit]
    elif decision == "none":
        kept = []
    else:
        kept = [s for s in scored[:limit] if s[0] >= OFFER / 6] if decision == "candidates" else scored[:1]
    return Answer(decision, _candidates(snapshot, kept))


def _candidates(snapshot: Snapshot, scored: list[tuple[float, Ranked]]) -> tuple[Candidate, ...]:
    if not scored:
        return ()
    titles = snapshot.titles([r.entry for _, r in scored])
    texts = snapshot.lines([r.best for _, r in scored])
    return tuple(
        Candidate(
            id=titles[r.entry][0],
            title=titles[r.entry][1],
            score=round(p, 4),
            why=Why(redact(r.query), texts.get(r.best, "")),
            tell_apart=snapshot.cause_line(entry_of(r.best)),
        )
        for p, r in scored
    )
