"""What is wrong between entries: names, pointers, lines that two have, and near-duplicates."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from kb.entry.model import Entry, Finding, Line
from kb.entry.rules import same

FEW = 5
"""Fewer shared lines than this are chance."""


def check_all(entries: Iterable[Entry], known: Collection[str] = ()) -> tuple[Finding, ...]:
    """What is wrong between entries. Near linear: entries meet only where they share a line.

    `known` are ids that exist beside those of the entries.
    """
    every = sorted(entries, key=lambda e: (e.id, e.path))
    found: set[tuple[str, int, str, str]] = set()
    for between in (_names(every), _pointers(every, known), _collisions(every), _near_duplicates(every)):
        found |= {(entry.path, line, code, message) for entry, line, code, message in between}
    return tuple(Finding(*f) for f in sorted(found))


_Between = Iterator[tuple[Entry, int, str, str]]


def _names(entries: list[Entry]) -> _Between:
    owner: dict[str, Entry] = {}
    for entry in entries:
        first = owner.setdefault(entry.id, entry)
        if first is not entry:
            yield entry, 1, "KB503", f"`{entry.id}` is the id of {first.path} too; choose another"
    for entry in entries:
        for alias in entry.aliases:
            first = owner.setdefault(alias, entry)
            if first is not entry or alias == entry.id:
                yield entry, 1, "KB503", f"alias `{alias}` is a name of {first.path} already; drop it"


def _pointers(entries: list[Entry], known: Collection[str]) -> _Between:
    ids = {e.id: e for e in entries}
    aliases = {a: e.id for e in entries for a in e.aliases}
    names = {e.id: {x.entry for x in e.look_alikes} for e in entries}
    for entry in entries:
        for look_alike in entry.look_alikes:
            id = look_alike.entry
            if id is None:
                continue
            if id == entry.id:
                yield (
                    entry,
                    look_alike.line,
                    "KB501",
                    f"`→ {id}` is this entry; name another, or drop the pointer",
                )
            elif id not in ids and id not in known:
                near = [aliases[id]] if id in aliases else get_close_matches(id, {*ids, *known}, 1, 0.8)
                hint = f"; write `→ {near[0]}`" if near else "; drop the pointer, or write that entry"
                yield entry, look_alike.line, "KB501", f"`→ {id}` does not exist{hint}"
            elif id in names and entry.id not in names[id]:
                yield (
                    entry,
                    look_alike.line,
                    "KB502",
                    f"{id} does not name this entry back; give it a look-alike `→ {entry.id}`",
                )


def _collisions(entries: list[Entry]) -> _Between:
    by_message: dict[str, list[tuple[Entry, int]]] = defaultdict(list)
    by_question: dict[str, list[tuple[Entry, int]]] = defaultdict(list)
    for entry in entries:
        for message in entry.messages:
            by_message[same(message.text)].append((entry, message.line))
        for line in asked_lines(entry)[len(entry.messages) :]:
            by_question[same(line.text)].append((entry, line.line))
    names = {e.id: {x.entry for x in e.look_alikes} for e in entries}
    for entry, place, other in _shared(by_message):
        if other.id not in names[entry.id] or entry.id not in names[other.id]:
            yield (
                entry,
                place,
                "KB504",
                f"{other.id} lists this message too; drop it in one, or make the two look-alikes",
            )
    for entry, place, other in _shared(by_question):
        yield (
            entry,
            place,
            "KB505",
            f"{other.id} asks the same; ask what tells the two apart, or drop it in one",
        )


def asked_lines(entry: Entry) -> tuple[Line, ...]:
    """The lines that belong to one entry alone: messages, title, questions."""
    title = (Line(entry.title, entry.title_line),) if entry.title else ()
    return (*entry.messages, *title, *entry.questions)


def _shared(index: dict[str, list[tuple[Entry, int]]]) -> Iterator[tuple[Entry, int, Entry]]:
    for places in index.values():
        # With many owners each is told of one other: that stays linear.
        for i, (entry, line) in enumerate(places):
            for other, _ in places if len(places) < 8 else [places[i - 1]]:
                if other is not entry:
                    yield entry, line, other


def _near_duplicates(entries: list[Entry]) -> _Between:
    lines = [own_lines(e) for e in entries]
    index: dict[str, list[int]] = defaultdict(list)
    for number, own in enumerate(lines):
        for line in own:
            index[line].append(number)
    pairs: Counter[tuple[int, int]] = Counter()
    for places in index.values():
        if len(places) <= 8:  # what more entries share is idiom, such as an import
            pairs.update((a, b) for a in places for b in places if a < b)
    for (a, b), shared in sorted(pairs.items()):
        if shared >= FEW and shared / min(len(lines[a]), len(lines[b])) >= 0.4:
            for one, other in ((entries[a], entries[b]), (entries[b], entries[a])):
                yield (
                    one,
                    one.title_line or 1,
                    "KB506",
                    f"{shared} lines stand in {other.id} too; make them one entry, or tell them apart",
                )


def own_lines(entry: Entry) -> set[str]:
    """What an entry says, line by line, without what is too short to be its own."""
    texts = [entry.title, *entry.cause.split("\n"), *(x.seen for x in entry.look_alikes)]
    for part in (entry.symptoms, entry.checklist, entry.messages, entry.questions):
        texts += [line.text for line in part]
    texts += [line for section in (entry.symptom, *entry.options) for line in section.source.split("\n")]
    return {same(text) for text in texts if len(text.strip()) > 12 and "‹" not in text}  # two drafts share their gaps
