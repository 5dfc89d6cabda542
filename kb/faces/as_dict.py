"""Answers and entries as JSON values: the same shape on the command line, over HTTP and in MCP.

`origin` is there where an entry is one's own, and says where it comes from.
"""

from typing import Any

from kb import render, service
from kb.catalog.read import StoredEntry, StoredOption
from kb.match.answer import Answer


def answer(found: Answer, matching: StoredEntry | None) -> dict[str, Any]:
    own = service.snapshot().own
    out: dict[str, Any] = {
        "decision": found.decision,
        "candidates": [
            {
                "id": c.id,
                "title": c.title,
                "score": c.score,
                "why": {"query": c.why.query, "entry": c.why.entry},
                "tell_apart": c.tell_apart,
                **({"origin": own[c.id]} if c.id in own else {}),
            }
            for c in found.candidates
        ],
    }
    if found.resembles:
        out["resembles"] = found.resembles
    if matching:
        out["answer"] = render.short(matching, found.candidates[0].score)
    return out


def entry(e: StoredEntry) -> dict[str, Any]:
    return {
        "id": e.id,
        "title": e.title,
        "tags": e.tags,
        "needs": e.needs,
        "platforms": e.platforms,
        "symptoms": e.symptoms,
        "symptom": e.symptom.source,
        "cause": e.cause,
        "options": [_option(e, o) for o in e.options],
        "not_helping": e.not_helping.source if e.not_helping else None,
        "checklist": e.checklist,
        "savings": {"debugging": e.debugging_tokens, "fix": e.fix_tokens, "measured": e.measured > 0},
        "environment": e.environment,
        "sources": e.sources,
        "messages": e.messages,
        "questions": e.questions,
        "look_alikes": [{"seen": x.seen, "instead": x.instead, "entry": x.entry} for x in e.look_alikes],
        "verified": e.replayed is not None,
        "replayed": e.replayed,
        "platform": e.platform,
        "versions": e.versions,
        "stub": e.stub,
        "unverifiable": e.unverifiable,
        "retired": e.retired,
        **({"origin": e.origin} if e.origin else {}),
    }


def _option(e: StoredEntry, option: StoredOption) -> dict[str, Any]:
    return {
        "number": option.number,
        "title": option.title,
        "source": option.source,
        "verdict": option.verdict,
        "outcomes": {"worked": option.worked, "reports": option.reports},
        "proof": render.verified(e, option),
    }
