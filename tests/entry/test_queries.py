"""Queries beside an entry: look-up finds by them; what is none is a finding and stops nothing."""

import json
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from samples import other, write

from kb.catalog.build import build
from kb.catalog.read import Snapshot
from kb.entry.check import check
from kb.entry.folder import files, load, read_folder
from kb.entry.queries import parse, path_of
from kb.match.lookup import lookup
from kb.service import export


def asked(entry: Path, *queries: dict[str, object]) -> None:
    path_of(entry).write_text("".join(json.dumps(q) + "\n" for q in queries))


def built(root: Path, out: Path) -> Snapshot:
    assert build([root], out).findings == ()
    return Snapshot(str(out))


def test_look_up_finds_an_entry_by_words_that_only_its_queries_have(tmp_path: Path) -> None:
    root = tmp_path / "entries"
    first = write(root, "python/missing-key")
    write(root, "python/other", other())
    query = "dashboard tile stays grey whenever treasury omits its lookup column"

    def best(out: str) -> list[str]:
        ranked = lookup(built(root, tmp_path / out), query + " again", abstain=False)
        return [c.id for c in ranked.candidates][:1]

    assert best("without.sqlite") == []
    asked(first, {"query": query, "kind": "agent"})
    assert best("with.sqlite") == ["python/missing-key"]


def test_what_only_looks_like_it_speaks_against_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "entries"
    entry = write(root, "python/missing-key")
    write(root, "python/other", other())
    query = "KeyError port in the ferry timetable although nobody reads a file"

    def score(out: str) -> float:
        return lookup(built(root, tmp_path / out), query, abstain=False).candidates[0].score

    before = score("without.sqlite")
    asked(entry, {"query": query, "kind": "agent", "right": False})
    assert score("with.sqlite") < before

    monkeypatch.setenv("KB_CATALOG", str(tmp_path / "with.sqlite"))
    monkeypatch.setattr("kb.service._catalog", [])  # none is open yet
    assert all("ferry" not in e["text"] for e in export())


def test_a_query_is_found_and_shown_without_its_secret(tmp_path: Path) -> None:
    root = tmp_path / "entries"
    query = "treasury omits its lookup column, token=ghp_0123456789abcdefghij0123456789abcdef"
    asked(write(root, "python/missing-key"), {"query": query, "kind": "agent"})
    write(root, "python/other", other())
    snapshot = built(root, tmp_path / "catalog.sqlite")

    met = lookup(snapshot, "treasury omits its lookup column", abstain=False).candidates[0].why.entry
    assert met.startswith("treasury omits") and "ghp_" not in met
    assert b"ghp_0123" not in (tmp_path / "catalog.sqlite").read_bytes()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("no json", "not one JSON object a line"),
        ("[" * 100_000, "not one JSON object a line"),
        ('["a list"]', "not one JSON object a line"),
        ('{"query": "x", "kind": "agent", "weight": 2}', "'weight' is no key"),
        ('{"query": " ", "kind": "agent"}', "`query` is no text"),
        ('{"query": 3, "kind": "agent"}', "`query` is no text"),
        (json.dumps({"query": "x" * 20_000, "kind": "agent"}), "`query` is no text"),
        ('{"query": "x", "kind": "rumour"}', "`kind` is none of trace, report, agent"),
        ('{"query": "x", "kind": "agent", "right": "no"}', "`right` is neither"),
        ('{"query": "\\ud800", "kind": "agent"}', "half of a surrogate pair"),
    ],
)
def test_a_line_that_is_no_query_is_a_finding(tmp_path: Path, line: str, says: str) -> None:
    path = write(tmp_path, "python/missing-key")
    path_of(path).write_text(f'{{"query": "good", "kind": "trace"}}\n\n{line}\n')

    entry, findings = load(path)

    assert entry and [q.text for q in entry.queries] == ["good"]
    assert [(f.path, f.line, f.code) for f in findings] == [(str(path_of(path)), 3, "KB008")]
    assert says in findings[0].message
    assert findings[0] in check([path])[0].findings


def test_a_file_of_queries_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    path = write(tmp_path, "python/missing-key")
    path_of(path).symlink_to("/etc/passwd")
    assert [f.code for f in load(path)[1]] == ["KB005"]
    path_of(path).unlink()
    path_of(path).write_bytes(b"\xff\n")
    assert [f.code for f in load(path)[1]] == ["KB003"]
    assert load(path)[0]


@given(st.text())
def test_no_text_is_an_uncaught_error(text: str) -> None:
    queries, findings = parse(text, "a.queries.jsonl")
    assert len(queries) + len(findings) <= text.count("\n") + 1


def test_every_shipped_file_of_queries_lies_beside_an_entry() -> None:
    root = ROOT / "entries"
    beside = {path_of(path) for path in files(root)}
    assert set(root.rglob("*.queries.jsonl")) <= beside
    assert all(e.queries for e in read_folder(root).entries)
