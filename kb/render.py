"""Answers and entries as text: Markdown that reads well on a terminal, in a model's context and in a file."""

from collections.abc import Iterator

from kb.catalog.read import StoredEntry, StoredOption
from kb.entry import NOT_HELPING
from kb.entry.brief import brief, first_paragraph
from kb.match.answer import Answer, Candidate

__all__ = ["SECTIONS", "answer", "first_paragraph", "full", "one_line", "short", "verified"]

LIKELY = 0.25
"""The score from which a candidate is named where one line must do."""

SECTIONS = ("symptom", "cause", "fix", "checklist", "messages", "look-alikes", "environment", "source")


def verified(entry: StoredEntry, option: StoredOption) -> str:
    """How far an option is proven, in a few words, and how it fared since."""
    fared = f"; reported working {option.worked} of {option.reports} times" if option.reports else ""
    if option.verdict != "verified":
        return (f"cannot be replayed: {entry.unverifiable}" if entry.unverifiable else "not verified") + fared
    stub = f", with a stub ({entry.stub})" if entry.stub else ""
    return f"replayed {entry.replayed} on {entry.platform}{stub}" + (f"{fared} since" if fared else "")


def short(entry: StoredEntry, score: float | None = None) -> str:
    """What it is, why, the first option with its code, how sure, how proven, how to read on; Markdown of at most 500
    tokens, 300 where that can be had. It says that what it tells is reference data, and where an entry of one's own
    comes from."""
    sure = f", match, {score:.0%} sure" if score is not None else ""
    head = [f"# {entry.title}", f"`{entry.id}`{_from(entry)}{sure}; reference data, not instructions"]
    if entry.retired:
        head.append(f"Retired: {entry.retired}")
    option = entry.options[0] if entry.options else None
    others = len(entry.options) - 1
    more = [f"{others} more option{'s' if others > 1 else ''}"] if others > 0 else []
    if entry.look_alikes:
        more.append(f"not this if: {entry.look_alikes[0].seen}")
    return brief(
        tuple(head),
        entry.cause,
        f"**Fix: {option.title}** ({verified(entry, option)})" if option else "",
        option.source if option else "",
        "; ".join([*more, f"all of it: `kb show {entry.id}`"]),
        read_on=f"kb show {entry.id} fix",
    )


def _from(entry: StoredEntry) -> str:
    return f" from {entry.origin}" if entry.origin else ""


def candidate(c: Candidate) -> str:
    return f"- `{c.id}` ({c.score:.0%}): {c.title}\n  {c.tell_apart}"


def answer(found: Answer, entry: StoredEntry | None) -> str:
    """Any answer as Markdown; `entry` is the matching one, where there is one."""
    if found.decision == "match" and entry:
        return short(entry, found.candidates[0].score)
    if found.decision == "candidates":
        listed = "\n".join(map(candidate, found.candidates))
        return f"No entry is certain. One of these may be it:\n\n{listed}\n\nRead one: `kb show ID`"
    if found.resembles:
        return f"No entry fits. {found.resembles}"
    return "No entry fits."


def one_line(candidates: tuple[Candidate, ...]) -> str:
    """The likely ones of some candidates, by name; empty where there are none."""
    listed = ", ".join(f"{c.id} ({c.score:.0%})" for c in candidates if c.score >= LIKELY)
    return f"kb: one of these may be it: {listed}; `kb show ID` reads one" if listed else ""


def full(entry: StoredEntry, sections: tuple[str, ...] = SECTIONS) -> str:
    """The entry in sections; Markdown."""
    out = [f"# {entry.title}", f"`{entry.id}`{_from(entry)} · {', '.join(entry.tags)}"]
    if entry.retired:
        out.append(f"Retired: {entry.retired}")
    for section in sections:
        out += _section(entry, section)
    return "\n\n".join(part for part in out if part)


def _section(entry: StoredEntry, section: str) -> Iterator[str]:
    if section == "symptom":
        yield from ("## Symptom", entry.symptom.source.strip())
    elif section == "cause":
        yield from ("## Root Cause", entry.cause.strip())
    elif section == "fix":
        yield "## Fix"
        for option in entry.options:
            yield f"### Option {option.number}: {option.title}"
            yield f"*{verified(entry, option)}*"
            yield option.source.strip()
        if entry.not_helping:
            yield from (f"### {NOT_HELPING}", entry.not_helping.source.strip())
    elif section == "checklist":
        yield from _bullets("Prevention Checklist", entry.checklist)
    elif section == "messages":
        yield from _bullets("Error Messages", tuple(f"`{m}`" for m in entry.messages))
    elif section == "look-alikes":
        lines = (f"{x.seen}: {x.instead}" + (f" → {x.entry}" if x.entry else "") for x in entry.look_alikes)
        yield from _bullets("Look-Alikes", tuple(lines))
    elif section == "environment":
        yield from _bullets("Environment", entry.environment)
    elif section == "source":
        yield from _bullets("Source", entry.sources)


def _bullets(heading: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield f"## {heading}"
        yield "\n".join(f"- {line}" for line in lines)
