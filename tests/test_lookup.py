"""Look-up over the shipped entries: its three decisions, as a program meets them."""

from pathlib import Path

import pytest
from conftest import ENTRY, ERROR

from kb.catalog.read import Snapshot
from kb.errors import Misuse
from kb.match.lookup import lookup


@pytest.fixture(scope="module")
def snapshot(catalog: Path) -> Snapshot:
    return Snapshot(str(catalog))


def test_match_is_one_entry_with_the_lines_that_met(snapshot: Snapshot) -> None:
    answer = lookup(snapshot, f'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n{ERROR}\n')

    assert answer.decision == "match"
    assert [c.id for c in answer.candidates] == [ENTRY]
    assert answer.candidates[0].why.query == ERROR
    assert "numpy.dtype size changed" in answer.candidates[0].why.entry


def test_candidates_say_how_to_tell_them_apart(snapshot: Snapshot) -> None:
    answer = lookup(snapshot, "a JSONDecodeError")

    assert answer.decision == "candidates"
    assert 2 <= len(answer.candidates) <= 5
    assert all(c.tell_apart for c in answer.candidates)
    assert all(0 <= c.score <= 1 for c in answer.candidates)


@pytest.mark.parametrize(
    "query",
    [
        "my tomato plants get brown spots on the lower leaves after rain",
        "zzqx vvbn wwpl",
        "¿dónde está la biblioteca?",
        "0x7f51be21f3d0 1732461265 ffffffffffff",
    ],
)
def test_what_no_entry_explains_meets_silence(snapshot: Snapshot, query: str) -> None:
    assert lookup(snapshot, query) == ("none", (), None)


@pytest.mark.parametrize("query", ["json error", "build error", "server error", "docker error", "path problem"])
def test_a_subject_of_many_entries_matches_none(snapshot: Snapshot, query: str) -> None:
    assert lookup(snapshot, query).decision != "match"


def test_the_ranking_is_given_where_it_is_asked_for(snapshot: Snapshot) -> None:
    asked = lookup(snapshot, "tomato plants get brown spots after the push failed", limit=7, abstain=False)

    assert len(asked.candidates) == 7


def test_every_question_and_its_entry(snapshot: Snapshot) -> None:
    """An entry's own questions lead to it: first for nearly all."""
    asked = [(id, q) for id, _ in snapshot.ids() for q in snapshot.entry(id).questions]
    first = [lookup(snapshot, q, 1, abstain=False).candidates[0].id == id for id, q in asked]

    assert sum(first) / len(first) > 0.97


def test_noise_around_an_error_changes_nothing(snapshot: Snapshot) -> None:
    noise = "\n".join(f"2026-11-24 10:00:{n:02} INFO web GET /orders/{n} 200 3ms" for n in range(60))

    assert lookup(snapshot, f"{noise}\n{ERROR}\n{noise}").candidates[0].id == ENTRY


def test_empty_and_out_of_range_are_misuse(monkeypatch: pytest.MonkeyPatch, catalog: Path) -> None:
    monkeypatch.setenv("KB_CATALOG", str(catalog))
    import kb

    for text, limit in (("", 5), (" \n", 5), ("x", 0), ("x", 51)):
        with pytest.raises(Misuse):
            kb.lookup(text, limit)


def test_the_order_of_words_counts(snapshot: Snapshot) -> None:
    """The words of a message in another order are surely less its entry's."""
    asked = [m for id, _ in snapshot.ids() for m in snapshot.entry(id).messages[:1]]
    long = [m for m in asked if "{" not in m and len(m.split()) > 5]
    said = [lookup(snapshot, m, 1, abstain=False).candidates[0].score for m in long]
    turned = [lookup(snapshot, " ".join(m.split()[::-1]), 1, abstain=False).candidates[0].score for m in long]

    assert len(long) > 20
    assert sum(a > b for a, b in zip(said, turned, strict=True)) / len(long) > 0.95
