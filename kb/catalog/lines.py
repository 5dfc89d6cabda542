"""The searchable lines of an entry, by kind: what speaks for it and what speaks against it."""

from array import array
from collections.abc import Callable, Iterable, Iterator

from kb.catalog.layout import (
    CAUSE,
    CHECK,
    CODE,
    LOOK_ALIKE,
    MESSAGE,
    MISTAKEN,
    OPTION,
    OUTPUT,
    PROSE,
    QUERY,
    QUESTION,
    SYMPTOM,
    TAG,
    TITLE,
)
from kb.entry.model import Entry
from kb.text.pairs import plain_pairs, term_pairs
from kb.text.redact import redact
from kb.text.reduce import reduce
from kb.text.terms import terms

TELLING, MOST = 0.8, 6
"""The weight from which on a line of a query is kept, and how many are at most."""


def said(query: str) -> str:
    """The lines of a query that say most, as one, without secrets."""
    telling = [line for line in reduce(query) if line.weight >= TELLING]
    return redact(" ".join(line.text for line in sorted(telling, key=lambda line: -line.weight)[:MOST]))


def pairs(texts: Iterable[str], terms: Callable[[str], list[str]] = terms) -> bytes:
    """The numbers of the pairs of neighbours in some lines (uint32, ascending). `terms`: another that remembers."""
    found: set[int] = set()
    for text in texts:
        found |= term_pairs(terms(text)) | plain_pairs(text)
    return array("I", sorted(found)).tobytes()


def lines(entry: Entry, said: Callable[[str], str] = said) -> Iterator[tuple[int, str]]:
    """(kind, text) of all lines of the entry itself. `said`: another that remembers."""
    yield TITLE, entry.title
    for message in entry.messages:
        yield MESSAGE, message.text
    seen = {m.text for m in entry.messages}
    for transcript in entry.symptom.transcripts:
        if transcript.role != "run":
            continue
        for command in transcript.commands:
            for text in command.expected:
                text = text.strip()
                if text not in seen and len(text) > 8 and text != "..." and not text.startswith(("File ", "Traceback")):
                    seen.add(text)
                    yield OUTPUT, text
    for symptom in entry.symptoms:
        yield SYMPTOM, symptom.text
    for question in entry.questions:
        yield QUESTION, question.text
    for paragraph in entry.cause.split("\n\n"):
        if paragraph.strip():
            yield CAUSE, " ".join(paragraph.split())
    for option in entry.options:
        yield OPTION, option.title
    yield TAG, " ".join((*entry.tags, entry.area, entry.id.partition("/")[2].replace("-", " ")))
    for look_alike in entry.look_alikes:
        yield LOOK_ALIKE, look_alike.seen
    for option in entry.options:
        yield from ((PROSE, " ".join(p.split())) for p in _prose(option.source))
    for file in entry.symptom.files:
        yield CODE, " ".join(file.text.split())
    commands = [c.text for t in entry.symptom.transcripts for c in t.commands]
    if commands:
        yield CODE, " ".join(" ".join(commands).split())
    for check in (*entry.checklist, *entry.environment):
        yield CHECK, check.text
    for query in entry.queries:
        yield QUERY if query.right else MISTAKEN, said(query.text)


def _prose(markdown: str) -> Iterator[str]:
    """The paragraphs outside fences."""
    for n, part in enumerate(markdown.split("```")):
        if n % 2 == 0:
            yield from (p for p in part.split("\n\n") if p.strip() and not p.strip().endswith("`:"))
