"""Entries and evidence → an immutable snapshot, written beside and renamed into place."""

import glob
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, Table, bindparam, create_engine, event, insert
from sqlalchemy.engine import Connection

from kb.catalog import schema
from kb.catalog.authors import from_git
from kb.catalog.index import index
from kb.catalog.layout import APPLICATION_ID, SCHEMA_VERSION
from kb.catalog.memo import Memo
from kb.catalog.seal import BLANK, KEY, seal
from kb.entry import NOT_HELPING, NOT_HELPING_NUMBER
from kb.entry.folder import read_folder
from kb.entry.model import Entry, Finding, Transcript
from kb.errors import BadCatalog, Misuse
from kb.replay.evidence import Evidence, hash_of, holds, read

REVISION = 16
"""Hexadecimal digits of the hash of what is replayed that name an entry's revision."""


LEFT_BEHIND = 3600
"""Seconds after which a file of a build that is still under way is taken for one of a build that was killed."""


class Built(NamedTuple):
    entries: int
    findings: tuple[Finding, ...]


def build(
    folders: Iterable[Path], out: Path, memo: Memo | None = None, own: Sequence[Path] = (), history: bool = False
) -> Built:
    """Write the snapshot of all readable entries of the folders to `out`. `memo`: what earlier builds read.

    `own`: folders of entries of one's own; of one id the first of them wins, and any of them over `folders`.
    `history`: who wrote an entry that does not say so is asked of git.
    The same entries and evidence give the same bytes. A broken entry is left out and is among the findings.
    Raises BadCatalog when `out` cannot be written; what lay there before is then untouched.
    """
    entries: dict[str, Entry] = {}
    shipped: set[str] = set()
    origins: dict[str, str] = {}
    findings: list[Finding] = []
    memo = memo or Memo()
    for folder in (*folders, *reversed(own)):
        try:
            read_in = read_folder(folder, memo.parse)
        except Misuse as error:
            if folder not in own:
                raise
            findings.append(Finding(str(folder), 1, "KB005", str(error)))
            continue
        findings += read_in.findings
        if folder in own:
            for e in read_in.entries:
                origins[e.id] = f"{folder}{', in place of the shipped entry' if e.id in shipped else ''}"
        else:
            shipped |= {e.id for e in read_in.entries}
        wrote = from_git(folder) if history else {}
        entries |= {e.id: e if e.authors else replace(e, authors=wrote.get(e.id, ())) for e in read_in.entries}
    write([entries[id] for id in sorted(entries)], out, memo, origins)
    memo.keep()
    return Built(len(entries), tuple(findings))


def write(
    entries: Sequence[Entry], out: Path, memo: Memo | None = None, origins: Mapping[str, str] | None = None
) -> None:
    """Write the snapshot of these entries, in this order. `origins`: by id, where those of one's own come from."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        for rest in out.parent.glob(f".{glob.escape(out.name)}.*.tmp"):  # of a build that was killed
            with suppress(FileNotFoundError):  # another build was first, or is done
                if rest.stat().st_mtime < time.time() - LEFT_BEHIND:
                    rest.unlink()
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".tmp")
        os.close(handle)
    except OSError as error:
        raise BadCatalog(f"{out}: {error.strerror}; choose a folder that can be written") from None
    beside = Path(name)
    try:
        _write(entries, beside, memo or Memo(), origins or {})
        seal(beside)
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.chmod(0o644)
        beside.replace(out)
    except Exception as error:
        if isinstance(error, OSError) or "disk" in str(error) or "I/O" in str(error):
            raise BadCatalog(f"{out}: the catalog could not be written ({error}); free some space") from None
        raise
    finally:
        beside.unlink(missing_ok=True)


def _write(entries: Sequence[Entry], path: Path, memo: Memo, origins: Mapping[str, str]) -> None:
    engine = create_engine(URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def plain(connection: Any, _: object) -> None:
        for pragma in (
            "journal_mode=off",
            "synchronous=off",
            "page_size=4096",
            f"application_id={APPLICATION_ID}",
            f"user_version={SCHEMA_VERSION}",
        ):
            connection.execute(f"pragma {pragma}")

    try:
        with engine.begin() as connection:
            schema.metadata.create_all(connection)
            _entries(connection, entries)
            numbers = {e.id: n for n, e in enumerate(entries, 1)}
            _insert(connection, schema.origin, [{"entry": numbers[id], "text": origins[id]} for id in sorted(origins)])
            for table, rows in index(entries, memo):
                _insert(connection, table, rows)
            told = {"entries": str(len(entries)), KEY: BLANK}
            _insert(connection, schema.meta, [{"key": key, "value": value} for key, value in told.items()])
    finally:
        engine.dispose()


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """One statement for all rows, which all have the same keys. Compiled once: a third of the time of `execute`."""
    if rows:
        names = list(rows[0])
        statement = insert(table).values({name: bindparam(name) for name in names}).compile(connection)
        connection.exec_driver_sql(str(statement), [tuple(row[name] for name in names) for row in rows])


def _entries(connection: Connection, entries: Sequence[Entry]) -> None:
    rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)
    former: dict[str, int] = {}

    def add(table: Table, n: int, values: Iterable[dict[str, Any]]) -> None:
        rows[table] += ({"entry": n, "position": position, **v} for position, v in enumerate(values, 1))

    def texts(table: Table, n: int, values: Iterable[str]) -> None:
        add(table, n, ({"text": v} for v in values))

    for n, e in enumerate(entries, 1):
        evidence = _valid(e)
        rows[schema.entry].append(
            {
                "n": n,
                "id": e.id,
                "area": e.area,
                "title": e.title,
                "cause": e.cause,
                "stub": e.stub,
                "unverifiable": e.unverifiable,
                "retired": e.retired,
                "debugging_tokens": e.savings.debugging,
                "fix_tokens": e.savings.fix,
                "markdown": e.text,
                "revision": hash_of(e)[:REVISION],
            }
        )
        for alias in e.aliases:
            former.setdefault(alias, n)
        texts(schema.symptom, n, (s.text for s in e.symptoms))
        texts(schema.message, n, (m.text for m in e.messages))
        texts(schema.question, n, (q.text for q in e.questions))
        texts(schema.checklist, n, (c.text for c in e.checklist))
        texts(schema.environment, n, (x.text for x in e.environment))
        texts(schema.source, n, (s.text for s in e.sources))
        texts(schema.tag, n, e.tags)
        texts(schema.need, n, e.needs)
        texts(schema.platform, n, e.platforms)
        texts(schema.author, n, e.authors)
        add(
            schema.look_alike,
            n,
            ({"seen": x.seen, "instead": x.instead, "entry_id": x.entry} for x in e.look_alikes),
        )
        sections = [(0, "", e.symptom), *((o.number, o.title, o) for o in e.options)]
        if e.not_helping:
            sections.append((NOT_HELPING_NUMBER, NOT_HELPING, e.not_helping))
        files: list[dict[str, Any]] = []
        commands: list[dict[str, Any]] = []
        for number, title, section in sections:
            proven = evidence is not None and evidence.verdicts.get(str(number)) == "verified"
            rows[schema.option].append(
                {
                    "entry": n,
                    "position": number,
                    "title": title,
                    "source": section.source,
                    "verdict": "verified" if proven else "not verified",
                }
            )
            for f in section.files:
                files.append({"option": number, "name": f.name, "language": f.language, "text": f.text, "line": f.line})
            for p in section.patches:
                files.append({"option": number, "name": p.name, "language": "diff", "text": p.text, "line": p.line})
            commands += (row for t in section.transcripts for row in _commands(number, t))
        add(schema.file, n, files)
        add(schema.transcript, n, commands)
        if evidence:
            versions = ", ".join(f"{name} {version}" for name, version in sorted(evidence.versions.items()))
            rows[schema.evidence].append(
                {
                    "entry": n,
                    "date": evidence.date,
                    "platform": evidence.platform,
                    "versions": versions,
                    "hash": evidence.hash,
                }
            )
    rows[schema.alias] = [{"id": alias, "entry": n} for alias, n in former.items()]
    for table in schema.metadata.sorted_tables:
        _insert(connection, table, rows[table])


def _valid(entry: Entry) -> Evidence | None:
    evidence = read(entry)
    return evidence if evidence and holds(entry, evidence) else None


def _commands(number: int, transcript: Transcript) -> Iterable[dict[str, Any]]:
    for c in transcript.commands:
        yield {
            "option": number,
            "role": transcript.role,
            "command": c.text,
            "output": "\n".join(c.expected),
            "status": c.status,
            "line": c.line,
        }
