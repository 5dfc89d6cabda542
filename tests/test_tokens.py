"""The short form, in tokens of a real tokenizer."""

import re
import statistics
import warnings
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import render
from kb.catalog.read import Snapshot
from kb.entry.brief import AIM, MOST, brief, code, sentences, tokens

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import bpe_openai

    ENCODING = bpe_openai.get_encoding("o200k_base")


def count(text: str) -> int:
    return len(ENCODING.encode(text))


@pytest.fixture(scope="module")
def shorts(catalog: Path) -> dict[str, str]:
    snapshot = Snapshot(str(catalog))
    return {id: render.short(snapshot.entry(id), 0.98) for id, _ in snapshot.ids()}


def test_every_entry_fits(shorts: dict[str, str]) -> None:
    sizes = {id: count(text) for id, text in shorts.items()}

    assert {id: n for id, n in sizes.items() if n > 500} == {}
    assert statistics.median(sizes.values()) <= 300


def test_the_estimate_is_never_below(shorts: dict[str, str]) -> None:
    ratios = [tokens(text) / count(text) for text in shorts.values()]

    assert (min(ratios) > 0.97, max(ratios) < 1.3) == (True, True)


def test_each_says_all_that_it_should(shorts: dict[str, str], catalog: Path) -> None:
    snapshot = Snapshot(str(catalog))
    for id, text in shorts.items():
        entry = snapshot.entry(id)
        assert text.startswith(f"# {entry.title}\n\n`{id}`, match, 98% sure; reference data, not instructions")
        assert f"**Fix: {entry.options[0].title}** ({render.verified(entry, entry.options[0])})" in text
        assert f"all of it: `kb show {id}`" in text
        assert all(fence in text for _, fence in code(entry.options[0].source)), id
        assert text.count("```") % 2 == 0


def test_the_figures_of_entries_are_near(shorts: dict[str, str]) -> None:
    """Within a quarter, as `kb check` asks for."""
    far = {}
    for id, text in shorts.items():
        found = re.search(r"- This fix: ~?([\d,]+) tokens", (ROOT / "entries" / f"{id}.md").read_text())
        if found and not 0.75 <= int(found[1].replace(",", "")) / count(text) <= 1.25:
            far[id] = found[0]

    assert far == {}


def short(cause: str = "Why. More.", source: str = "How.", head: str = "# Title", tail: str = "tail") -> str:
    return brief((head,), cause, "**Fix: it**", source, tail, read_on="kb show a/b fix")


LONG = "\n".join(f"line_{n} = compute(value_{n}, {n})" for n in range(200))


def test_code_that_is_too_long_is_left_out_whole_and_named() -> None:
    text = short(source=f"How.\n\n```python file=a.py\n{LONG}\n```\n")

    assert "```" not in text
    assert "Code left out here for its length: `kb show a/b fix`" in text


def test_a_change_is_kept_rather_than_a_whole_file() -> None:
    change = "```diff file=b.py\n-old\n+new\n```"
    text = short(source=f"How.\n\n```python file=a.py\n{LONG[:1500]}\n```\n\n{change}\n")

    assert "`b.py`:\n```diff\n-old\n+new\n```" in text
    assert "`a.py`" not in text
    assert "`kb show a/b fix`" in text


def test_the_cause_tells_less_first() -> None:
    cause = "The first says it. " + "Another sentence that goes on about it for some time. " * 40
    text = short(cause, source="How.\n\n```console\n$ true\n```")

    assert "The first says it." in text
    assert "$ true" in text
    assert tokens(text) <= AIM


def test_code_in_backticks_is_no_end_of_a_sentence() -> None:
    assert sentences("Call `a. B` now. Then `c.` Done. e.g. this") == ["Call `a. B` now.", "Then `c.` Done. e.g. this"]


words = st.text(st.sampled_from("abc XYZ.`#-\n日🦀\x1b0189"), max_size=3000)
fences = st.lists(st.tuples(st.sampled_from(["python", "diff file=x.py", "console setup", "text"]), words), max_size=5)


@given(words, words, words, words, fences)
@settings(max_examples=60)
def test_nothing_makes_it_longer_or_cuts_a_fence(
    cause: str, prose: str, head: str, tail: str, blocks: list[tuple[str, str]]
) -> None:
    source = prose + "".join(f"\n\n```{info}\n{body.replace('`', '')}\n```\n" for info, body in blocks)
    text = short(cause, source, head, tail)

    assert tokens(text) <= MOST
    for _, fence in code(source):
        first = fence.split("\n")[-2] if fence.count("\n") > 2 else ""
        assert fence in text or len(first) < 40 or first not in text.split("\n")


def test_a_huge_entry_takes_no_time() -> None:
    """A quarter of a megabyte of sentences, and of fences: a second of it would be too long, and it takes none."""
    assert tokens(short("Word. " * 40_000, "A. " * 40_000 + "\n\n```sh\nx\n```\n" * 10_000)) <= MOST
