"""The file of queries beside an entry, `<slug>.queries.jsonl`: how people and agents put its error, one a line.

    {"query": "flask says 405 when my form posts", "kind": "agent"}
    {"query": "405 from nginx for a static page", "kind": "agent", "right": false}

A query that two entries answer stands beside both.
"""

import json
from pathlib import Path
from typing import Any

from kb.entry.model import Finding, Query

MAX_QUERY = 16 * 1024
"""Characters of one query."""
_KINDS = ("trace", "report", "agent")


def path_of(entry: Path) -> Path:
    """Where the queries of an entry's file lie, whether or not they are there."""
    return entry.with_suffix(".queries.jsonl")


def parse(text: str, path: str) -> tuple[tuple[Query, ...], tuple[Finding, ...]]:
    """The queries of a file; a line that is none is a finding and no query."""
    found: list[Query] = []
    findings: list[Finding] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        query = _query(line)
        if isinstance(query, str):
            findings.append(Finding(path, number, "KB008", query))
        else:
            found.append(query)
    return tuple(found), tuple(findings)


def _query(line: str) -> Query | str:
    """The query of a line, or what is wrong with it."""
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        return 'not one JSON object a line; write {"query": "…", "kind": "agent"}'
    if extra := sorted(row.keys() - {"query", "kind", "right"}):
        return f"{extra[0]!r} is no key of a query; it has query, kind, right"
    text, kind, right = row.get("query"), row.get("kind"), row.get("right", True)
    if not isinstance(text, str) or not text.strip() or len(text) > MAX_QUERY:
        return f"`query` is no text of 1 to {MAX_QUERY:,} characters"
    if kind not in _KINDS:
        return f"`kind` is none of {', '.join(_KINDS)}"
    if not isinstance(right, bool):
        return "`right` is neither true nor false"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "`query` has half of a surrogate pair"
    return Query(text, kind, right)
