"""A snapshot, read. Standard library only: this is on the way of every look-up."""

from __future__ import annotations

import os
import sqlite3
from functools import cached_property

from kb.catalog.layout import APPLICATION_ID, SCHEMA_VERSION, entry_of
from kb.catalog.numbers import Numbers
from kb.entry import NOT_HELPING_NUMBER
from kb.errors import BadCatalog, NotFound
from kb.named import NamedTuple

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    K = TypeVar("K")
    V = TypeVar("V")


class StoredOption(NamedTuple):
    number: int
    """0 is the symptom's section, from 1 the options, `NOT_HELPING_NUMBER` what does not help."""
    title: str
    source: str
    """Markdown."""
    verdict: str
    """`verified` or `not verified`."""
    worked: int = 0
    """How many reporters say of the entry's present revision that this worked for them. Filled from the ledger."""
    reports: int = 0
    """How many say that it worked or that it failed; each counts once, with the last that it said."""


class StoredLookAlike(NamedTuple):
    seen: str
    instead: str
    entry: str | None


class StoredEntry(NamedTuple):
    id: str
    title: str
    cause: str
    options: tuple[StoredOption, ...]
    symptoms: tuple[str, ...]
    symptom: StoredOption
    not_helping: StoredOption | None
    messages: tuple[str, ...]
    questions: tuple[str, ...]
    checklist: tuple[str, ...]
    environment: tuple[str, ...]
    sources: tuple[str, ...]
    tags: tuple[str, ...]
    needs: tuple[str, ...]
    platforms: tuple[str, ...]
    look_alikes: tuple[StoredLookAlike, ...]
    debugging_tokens: int | None
    fix_tokens: int | None
    stub: str | None
    unverifiable: str | None
    retired: str | None
    replayed: str | None
    """Date of the replay, ISO; None when the entry is not verified."""
    platform: str | None
    versions: str | None
    markdown: str
    revision: str
    """Of what is replayed: needs, platforms, symptom and fix. Outcomes are of one revision."""
    former: tuple[str, ...] = ()
    """Ids that it had before; outcomes may be written under them."""
    measured: int = 0
    """How many outcomes `fix_tokens` is the median of; 0: it is the entry's estimate. Filled from the ledger."""
    origin: str | None = None
    """Where an entry of one's own comes from; None: it is shipped."""


def uri(path: str, how: str) -> str:
    """The address by which SQLite opens a file: `mode=ro`, `mode=ro&immutable=1`."""
    for plain, escaped in (("%", "%25"), ("?", "%3f"), ("#", "%23")):
        path = path.replace(plain, escaped)
    return f"file:{path}?{how}"


def _posted(entries: bytes, counts: bytes, lines: bytes) -> tuple[memoryview, bytes, memoryview]:
    return memoryview(entries).cast("I"), counts, memoryview(lines).cast("Q")


def _paired(own: bytes, against: bytes) -> tuple[Numbers, Numbers]:
    return Numbers(own), Numbers(against)


def _normed(keys: bytes, norms: bytes) -> dict[int, float]:
    return dict(zip(memoryview(keys).cast("H"), memoryview(norms).cast("f"), strict=True))


class Snapshot:
    """One catalog file, open for reading. Goes on with its file when another one is renamed into its place."""

    version = ""
    """The SHA-256 of the file, where somebody has worked it out."""

    def __init__(self, path: str) -> None:
        """Raises BadCatalog when the file is missing, truncated, foreign or of another version."""
        self.path = path
        again = "build it again with `kb build`, or reinstall kb-errors"
        try:
            size = os.stat(path).st_size
            self._db = sqlite3.connect(uri(path, "mode=ro&immutable=1"), uri=True, check_same_thread=False)
            one = self._one
            if one("pragma application_id") != APPLICATION_ID:
                raise BadCatalog(f"{path}: not a catalog of kb; {again}")
            if one("pragma user_version") != SCHEMA_VERSION:
                raise BadCatalog(
                    f"{path}: a catalog of version {one('pragma user_version')}, wanted {SCHEMA_VERSION}; {again}"
                )
            if one("pragma page_count") * one("pragma page_size") != size:
                raise BadCatalog(f"{path}: the catalog is truncated; {again}")
            self.count = int(one("select value from meta where key = 'entries'"))
            self.origins: dict[int, str] = dict(self._db.execute("select entry, text from origin"))
            """By entry number, of entries of one's own, where they come from."""
            # What look-ups have read, so that a process that goes on reads it once.
            self._dfs: dict[str, int] = {}
            self._postings: dict[str, tuple[memoryview, bytes, memoryview]] = {}
            self._norms: dict[int, dict[int, float]] = {}
            self._pairs: dict[int, tuple[Numbers, Numbers]] = {}
            self._lines: dict[int, str] = {}
        except (OSError, sqlite3.Error, TypeError) as error:
            raise BadCatalog(f"{path}: the catalog cannot be read ({error}); {again}") from None

    def _one(self, sql: str) -> int:
        return self._db.execute(sql).fetchone()[0]  # type: ignore[no-any-return]

    def rows(self, sql: str) -> list[Any]:
        """The rows of a query, for what is asked too seldom to have a method here."""
        return self._db.execute(sql).fetchall()

    def _column(self, table: str, column: str, n: int) -> tuple[str, ...]:
        sql = f"select {column} from {table} where entry = ? order by position"  # noqa: S608  names from this module
        return tuple(r[0] for r in self._db.execute(sql, (n,)))

    def ids(self) -> list[tuple[str, str]]:
        """(id, title) of all entries, by id."""
        return list(self._db.execute("select id, title from entry order by id"))

    @cached_property
    def own(self) -> dict[str, str]:
        """By id, where the entries of one's own come from."""
        return {id: self.origins[n] for n, (id, _) in self._named(list(self.origins)).items()}

    def _named(self, ns: list[int]) -> dict[int, tuple[str, str]]:
        sql = f"select n, id, title from entry where n in ({','.join('?' * len(ns))})"  # noqa: S608
        return {n: (id, title) for n, id, title in self._db.execute(sql, ns)}

    def listed(self, tag: str, after: str, limit: int) -> list[tuple[str, str]]:
        """(id, title) by id: of a tag where one is given, after an id, at most `limit`."""
        tagged = "n in (select entry from tag where text = ?3)" if tag else "?3 = ''"
        sql = f"select id, title from entry where id > ?1 and {tagged} order by id limit ?2"  # noqa: S608
        return list(self._db.execute(sql, (after, limit, tag)))

    def check(self) -> None:
        """Read every page of the file. Raises BadCatalog for one that is damaged inside, be it by one bit."""
        from kb.catalog.seal import sealed

        try:
            said = str(self._db.execute("pragma quick_check(1)").fetchone()[0])
            # Built for this process alone, the file has no name any more: its pages are all there is to read.
            if said == "ok" and os.path.exists(self.path) and not sealed(self.path):
                said = "it does not have its checksum"
        except (sqlite3.Error, OSError, ValueError) as error:
            said = str(error)
        if said != "ok":
            raise BadCatalog(f"{self.path}: the catalog is damaged ({said})")

    def titles(self, ns: list[int]) -> dict[int, tuple[str, str]]:
        """(id, title) by entry number; the title of an entry of one's own says where it comes from."""
        named = self._named(ns)
        for n in named.keys() & self.origins.keys():
            named[n] = (named[n][0], f"{named[n][1]} (from {self.origins[n]})")
        return named

    def resolve(self, id: str) -> str:
        """The present id of an id or alias. Raises NotFound."""
        sql = (
            "select id from entry where id = ?1 union all"
            " select e.id from alias a join entry e on e.n = a.entry where a.id = ?1 limit 1"
        )
        row = self._db.execute(sql, (id,)).fetchone() if id.isprintable() else None  # SQLite takes no lone surrogate
        if not row:
            raise NotFound(f"no entry {id!r}; `kb list` shows all")
        return str(row[0])

    def entry(self, id: str) -> StoredEntry:
        """The whole entry of an id or alias. Raises NotFound."""
        row = self._db.execute(
            "select n, id, title, cause, stub, unverifiable, retired, debugging_tokens, fix_tokens, markdown, revision"
            " from entry where id = ?",
            (self.resolve(id),),
        ).fetchone()
        n, id, title, cause, stub, unverifiable, retired, debugging, fix, markdown, revision = row
        sections = [
            StoredOption(*r)
            for r in self._db.execute(
                "select position, title, source, verdict from option where entry = ? order by position", (n,)
            )
        ]
        evidence = self._db.execute("select date, platform, versions from evidence where entry = ?", (n,)).fetchone()
        replayed, platform, versions = evidence or (None, None, None)
        return StoredEntry(
            id=id,
            title=title,
            cause=cause,
            options=tuple(s for s in sections if 0 < s.number < NOT_HELPING_NUMBER),
            symptom=sections[0],
            not_helping=next((s for s in sections if s.number == NOT_HELPING_NUMBER), None),
            symptoms=self._column("symptom", "text", n),
            messages=self._column("message", "text", n),
            questions=self._column("question", "text", n),
            checklist=self._column("checklist", "text", n),
            environment=self._column("environment", "text", n),
            sources=self._column("source", "text", n),
            tags=self._column("tag", "text", n),
            needs=self._column("need", "text", n),
            platforms=self._column("platform", "text", n),
            look_alikes=tuple(
                StoredLookAlike(*r)
                for r in self._db.execute(
                    "select seen, instead, entry_id from look_alike where entry = ? order by position", (n,)
                )
            ),
            debugging_tokens=debugging,
            fix_tokens=fix,
            stub=stub,
            unverifiable=unverifiable,
            retired=retired,
            replayed=replayed,
            platform=platform,
            versions=versions,
            markdown=markdown,
            revision=revision,
            former=tuple(id for (id,) in self._db.execute("select id from alias where entry = ? order by id", (n,))),
            origin=self.origins.get(n),
        )

    # What look-up reads

    def _known(self, memory: dict[K, V], most: int, sql: str, keys: list[K], made: Callable[..., V]) -> dict[K, V]:
        """What stands by these keys, from memory (of `most` at a time) or read: `sql` gives a key, then what `made`
        takes."""
        found = {k: v for k in keys if (v := memory.get(k)) is not None}
        missing = [k for k in keys if k not in found]
        if missing:
            rows = self._db.execute(sql.format(",".join("?" * len(missing))), missing)
            fresh = {key: made(*row) for key, *row in rows}
            if len(memory) + len(fresh) > most:
                memory.clear()
            memory.update(fresh)
            found |= fresh
        return found

    def dfs(self, terms: list[str]) -> dict[str, int]:
        """In how many entries each term occurs; unknown terms are left out."""
        return self._known(self._dfs, 20_000, "select term, df from term where term in ({})", terms, int)

    def spelled_like(self, term: str) -> list[tuple[str, int]]:
        """(term, entries that have it) of the terms with the same first two letters and about the same length."""
        sql = (
            "select term, df from term where term >= ?1 and term < ?1 || '\U0010ffff' and df > 0"
            " and length(term) between ?2 and ?3 limit 2000"
        )
        return self._db.execute(sql, (term[:2], len(term) - 2, len(term) + 2)).fetchall()

    def postings(self, terms: list[str]) -> list[tuple[memoryview, bytes, memoryview]]:
        """For each of some known terms: entries that have it, in how many lines it speaks for each, all its lines."""
        sql = "select term, entries, counts, lines from term where term in ({})"
        found = self._known(self._postings, 4_000, sql, terms, _posted)
        return [found[t] for t in terms]

    def norms(self, ns: list[int]) -> dict[int, dict[int, float]]:
        """By entry number: sum of idf of each line, by the lower 16 bits of its key."""
        return self._known(self._norms, 500, "select entry, keys, norms from norms where entry in ({})", ns, _normed)

    def pairs(self, ns: list[int]) -> dict[int, tuple[Numbers, Numbers]]:
        """By entry number the pairs of neighbours that speak for it, and against it."""
        sql = "select entry, own, against from pairs where entry in ({})"
        return self._known(self._pairs, 200, sql, ns, _paired)

    def lines(self, keys: list[int]) -> dict[int, str]:
        """The text of lines by key."""
        return self._known(self._lines, 10_000, "select key, text from line where key in ({})", keys, str)

    def cause_line(self, n: int) -> str:
        """The first sentence of the cause: what tells this entry from those beside it."""
        cause = str(self._db.execute("select cause from entry where n = ?", (n,)).fetchone()[0])
        paragraph = " ".join(cause.split("\n\n", maxsplit=1)[0].split())
        end = paragraph.find(". ")
        return paragraph if end < 0 else paragraph[: end + 1]

    def apart(self, ns: list[int]) -> dict[int, StoredLookAlike]:
        """By entry number what the first of the other entries that names it as a look-alike says of it."""
        among = ",".join("?" * len(ns))
        sql = f"""select l.entry, e.n, l.seen, l.instead, l.entry_id from look_alike l join entry e on e.id = l.entry_id
            where l.entry in ({among}) and e.n in ({among}) order by l.position"""  # noqa: S608
        found: dict[int, StoredLookAlike] = {}
        for _, n, *said in sorted(self._db.execute(sql, (*ns, *ns)), key=lambda row: ns.index(row[0])):
            found.setdefault(n, StoredLookAlike(*said))
        return found

    def look_alike(self, key: int) -> StoredLookAlike:
        """The look-alike that a searchable line was made from."""
        sql = "select seen, instead, entry_id from look_alike where entry = ? and position = ?"
        return StoredLookAlike(*self._db.execute(sql, (entry_of(key), (key & 0xFFF) + 1)).fetchone())

    def lines_of(self, n: int) -> list[tuple[int, str]]:
        """(key, text) of all searchable lines of an entry."""
        return list(
            self._db.execute("select key, text from line where key between ? and ?", (n << 16, n << 16 | 0xFFFF))
        )

    def prints(self, hashes: list[int]) -> list[int]:
        """The keys of the lines with these fingerprints."""
        sql = f"select key from fingerprint where hash in ({','.join('?' * len(hashes))})"  # noqa: S608
        return [key for (key,) in self._db.execute(sql, hashes)]
