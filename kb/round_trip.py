"""An entry through look-up: its own output and its questions lead back to it, its look-alikes do not."""

from dataclasses import dataclass
from pathlib import Path

from kb.catalog.current import fresh
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
    """Look up what the entry prints, is asked as, and is confused with, in the catalog of the folder it lies in.

    Raises BadCatalog.
    """
    catalog = fresh(str(Path(entry.path).resolve().parents[1]))
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
