"""What bench/fuzz.py tries: each target takes bytes and raises where something does not hold."""

import functools
import json
from collections.abc import Callable
from typing import Any

SIZE = 65_536
"""Bytes of a long input."""


def text_of(data: bytes) -> str:
    """Any text, lone surrogates too."""
    return data.decode("utf-8", "surrogateescape")


def reduce(data: bytes) -> None:
    """Log → weighed lines."""
    from kb.text.reduce import reduce

    for line in reduce(text_of(data)):
        assert 0 < line.weight <= 1, line
        assert line.text.strip(), line
        assert len(line.text) <= 400, line


def normal(data: bytes) -> None:
    """Line → normal form, fingerprint, terms."""
    from kb.text.normal import fingerprint, fixed
    from kb.text.terms import terms

    line = text_of(data).replace("\n", " ")
    found = fingerprint(line)
    assert found is None or -(1 << 63) <= found < 1 << 63
    assert all(terms(fixed(line)))


def redact(data: bytes) -> None:
    """Text → text without secrets."""
    from kb.text.normal import clean
    from kb.text.redact import redact

    text = clean(text_of(data))
    once = redact(text)
    if len(text) < SIZE / 4:
        assert clean(text) == text
        assert redact(once) == once


def messages(data: bytes) -> None:
    """Message with holes against a line: `{…}` takes any run of characters, and nothing else fits."""
    from kb.match.ask import _line
    from kb.match.rank import _template
    from kb.replay.compare import line_matches, matches
    from kb.text.normal import HOLE
    from kb.text.query import QueryLine

    message, _, line = text_of(data).partition("\n")
    message, line = message.rstrip(), line.replace("\n", " ")
    line_matches(message, line)
    filled = message.replace(HOLE, line[:20])
    assert line_matches(message, filled)
    assert matches([message, "..."], [filled, line, message])
    assert 0 <= _template(message, [_line(QueryLine(filled, 1.0, 0))]) <= 1


def entry(data: bytes) -> None:
    """Entry file → entry and findings."""
    from kb.entry.between import check_all
    from kb.entry.findings import RULES
    from kb.entry.markdown import draft
    from kb.entry.rules import check_entry

    text = text_of(data)
    found, findings = draft(text, "python/a", "python/a.md")
    last = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for finding in (*findings, *check_entry(found), *check_all([found, found])):
        assert finding.code in RULES, finding
        assert 1 <= finding.line <= last, finding


def frontmatter(data: bytes) -> None:
    """Front matter → lists and texts."""
    from kb.entry.frontmatter import read

    lines = text_of(data).split("\n")
    said: list[int] = []
    taken = read(["---", *lines], lambda line, code, message: said.append(line))[2]
    assert 0 <= taken <= len(lines) + 1
    assert all(1 <= line <= len(lines) + 1 for line in said)


def patches(data: bytes) -> None:
    """A `diff file=` fence over a file; code spans."""
    from kb.entry.patch import PatchError, apply
    from kb.entry.spans import masked, only_span

    diff, _, text = text_of(data).partition("\n\n")
    try:
        assert apply(diff, text).endswith("\n")
    except PatchError as error:
        assert 0 <= error.line <= diff.count("\n") + 1
    assert len(masked(text)) == len(text)
    only_span(text)


@functools.cache
def _service() -> Any:
    """The service over the catalog of the entries, open."""
    from kb import service

    service.snapshot()
    return service


def question(data: bytes) -> None:
    """A line of `kb lookup --jsonl` up to the look-up: a question or a refusal."""
    from kb.errors import Misuse
    from kb.faces.question import question

    try:
        asked = json.loads(data)
    except (ValueError, RecursionError):
        return
    try:
        query, limit, abstain = question(asked)
    except Misuse:
        return
    assert isinstance(query, str) and isinstance(limit, int) and isinstance(abstain, bool)


def jsonl(data: bytes) -> None:
    """A line of `kb lookup --jsonl`, answered."""
    _service()
    from kb.faces.jsonl import answers

    for line in answers([data.replace(b"\n", b" ")]):
        assert {"decision", "error"} & json.loads(line).keys()


def lookup(data: bytes) -> None:
    """Text → answer."""
    text = text_of(data)
    if not text.strip():
        return
    found = _service().lookup(text, 50, False)
    assert all(0 <= c.score <= 1 for c in found.candidates)


@functools.cache
def _app() -> Any:
    _service()
    from kb.faces.web import create_app

    app = create_app()
    app.testing = True  # a failure is raised, not answered with 500
    return app


METHODS, PATHS = ("GET", "POST", "PUT", "HEAD", "OPTIONS"), (
    "/", "/api/v1/lookup", "/api/v1/entries/", "/entries/", "/static/", "/api/v1/", "/",
)  # fmt: skip
KINDS = ("text/plain", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "")


def http(data: bytes) -> None:
    """A request of HTTP: two bytes choose method, path and kind; a line, the rest of the address; then the body."""
    from werkzeug.test import create_environ, run_wsgi_app

    head = data[:2].ljust(2, b"\0")
    rest, _, body = data[2:].partition(b"\n")
    path, _, query = rest[:2000].partition(b"?")
    environ = create_environ(
        method=METHODS[head[0] // 8 % len(METHODS)],
        data=body,
        content_type=KINDS[head[1] % len(KINDS)],
        headers={"Accept": "application/json"} if head[1] & 64 else {},
    )
    environ["PATH_INFO"] = PATHS[head[0] % len(PATHS)] + path.decode("latin-1")
    environ["QUERY_STRING"] = query.decode("latin-1")
    parts, status, headers = run_wsgi_app(_app(), environ, buffered=True)
    b"".join(parts)
    number = int(status[:3])
    assert number < 500, status
    if number >= 400 and environ["PATH_INFO"].startswith("/api/"):
        assert headers.get("Content-Type") == "application/problem+json", headers


def pumped(what: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """The target with a long input: `prefix \\0 piece \\0 suffix`, the piece again and again up to 64 kB."""

    def target(data: bytes) -> None:
        before, _, rest = data.partition(b"\0")
        piece, _, behind = rest.partition(b"\0")
        what(before + piece * ((SIZE - len(data)) // max(1, len(piece))) + behind)

    target.__doc__ = f"{what.__doc__} One piece again and again, 64 kB."
    return target


SHORT: dict[str, Callable[[bytes], None]] = {
    f.__name__: f
    for f in (reduce, normal, redact, messages, frontmatter, patches, question, entry, jsonl, lookup, http)
}
TARGETS = SHORT | {f"long-{f.__name__}": pumped(f) for f in (reduce, normal, redact, patches, lookup, entry)}
