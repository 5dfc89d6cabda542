"""A guess at where an entry belongs: the area from what lies near, the slug from what is seen."""

import re
from collections import defaultdict
from collections.abc import Collection

from kb.draft.page import Parts
from kb.match.answer import Answer
from kb.text.terms import PART, STOP

_BY_LANGUAGE = {"python": "python", "javascript": "node"}
_SAY_NOTHING = {"error", "fatal", "exception", "err", "warn", "warning", "npm"} | STOP


def area(parts: Parts, found: Answer, areas: Collection[str]) -> str:
    """One of the areas: that of what look-up offers, or else that of the language."""
    votes: dict[str, float] = defaultdict(float)
    for candidate in found.candidates if found.decision != "none" else ():
        votes[candidate.id.partition("/")[0]] += candidate.score
    best = max(votes, key=lambda area: votes[area], default=_BY_LANGUAGE.get(parts.language, "shell"))
    return best if best in areas else min(areas, default="other")


def slug(parts: Parts) -> str:
    """A name of at most five words."""
    text = (parts.messages[0] if parts.messages else parts.title.partition(" — ")[0]) or parts.command
    first, colon, rest = re.sub(r"\{…\}|[‹›`]", " ", text).partition(":")
    kind = re.fullmatch(r"(?:[\w.$]*[.$])?(\w+(?:Error|Exception|Warning))", first.strip())
    words = [p.lower() for p in PART.findall(kind[1])] if kind and colon else []
    said = (p.lower() for word in re.findall(r"[A-Za-z0-9]+", rest if words else text) for p in PART.findall(word))
    words += [word for word in said if word not in _SAY_NOTHING and len(word) > 1]
    return "-".join(dict.fromkeys(words[:5]))[:60].strip("-") or "new-entry"
