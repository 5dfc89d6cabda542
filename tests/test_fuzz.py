"""Bad input: no exception, and no expression of ours that a text can make slow."""

import ast
import importlib
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st

from bench.fuzz import fresh, mutated
from bench.fuzz_targets import SHORT, TARGETS
from kb.entry.rules import NEEDS

INPUTS = {"jsonl": 60, "lookup": 60, "http": 60, "entry": 60}
"""Of each target in this short form, where it is not 400; the long one is written down in docs/fuzzing.md."""


@pytest.mark.parametrize("name", SHORT)
def test_inputs_made_of_ours(name: str, catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_CATALOG", str(catalog))
    chance = random.Random(f"short {name}")
    data = b""
    for n in range(INPUTS.get(name, 400)):
        data = fresh(name, chance) if n % 8 == 0 else mutated(data, chance)
        TARGETS[name](data)


@pytest.mark.parametrize(
    "name", sorted({"reduce", "normal", "redact", "messages", "frontmatter", "patches", "question"})
)
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
@example(data=b"")
@settings(max_examples=60)
def test_any_input(name: str, data: bytes) -> None:
    TARGETS[name](data)


@pytest.mark.parametrize(
    "asked", [b"\0\0?q=\xf1", b"\1\0?q=\x92\xff", b"\7\0/../etc/passwd", b"\6\0etc\0", b"\4\0a?v=\xf2"]
)
def test_an_address_that_is_no_text(asked: bytes, catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_CATALOG", str(catalog))
    TARGETS["http"](asked)


CHECKED = ("text", "entry", "replay", "catalog", "match", "ledger", "draft", "faces")
LOCALS = {"mark": "`{3,}", "sign": "`", "form": "|".join(NEEDS.values())}
"""What stands for a name of a function in an expression that is put together there."""
CALLS = {"compile", "match", "search", "fullmatch", "sub", "subn", "findall", "finditer", "split"}


def modules() -> Iterator[ModuleType]:
    for path in sorted((ROOT / "kb").rglob("*.py")):
        if path.parts[-2] in CHECKED:
            yield importlib.import_module(
                ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            )


def expressions() -> Iterator[tuple[str, re.Pattern[str], str]]:
    """Every regular expression there, by where it stands, and how it is used: each first argument of a call of `re`."""
    for module in modules():
        assert module.__file__
        text = Path(module.__file__).read_text()
        for node in ast.walk(ast.parse(text)):
            of_re = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if not (of_re and isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
                continue
            if node.func.attr not in CALLS:
                continue
            scope = vars(module) | LOCALS
            made, *flags = (
                eval(compile(ast.Expression(a), "", "eval"), scope)
                for a in (node.args if node.func.attr == "compile" else node.args[:1])
            )
            flags += [getattr(re, k.value.attr) for k in node.keywords if k.arg == "flags"]
            if not isinstance(made, str):
                continue  # an expression that was compiled above
            pattern = re.compile(made, *flags)
            name = next((n for n, v in vars(module).items() if isinstance(v, re.Pattern) and v == pattern), None)
            how = set(re.findall(rf"\b{name}\.(\w+)", text)) if name else {node.func.attr}
            yield f"{module.__name__}:{node.lineno}", pattern, min(how) if how <= {"match", "fullmatch"} else "search"


EXPRESSIONS = list(expressions())


def seconds(pattern: re.Pattern[str], how: str, text: str) -> float:
    start = time.thread_time()
    if how == "search":
        for _ in pattern.finditer(text):
            pass
    else:
        getattr(pattern, how)(text)
    return time.thread_time() - start


def grows(pattern: re.Pattern[str], how: str, before: str, piece: str, after: str) -> str | None:
    """What was seen, where 16 times the text takes much more than 16 times as long: linear is 16, square is 256.

    Only times that can be told from noise are compared, each the best of three; a busy machine doubles one of them.
    """

    def took(size: int) -> float:
        text = before + piece * (size // len(piece)) + after
        return min(seconds(pattern, how, text) for _ in range(3))

    if seconds(pattern, how, before + piece * (8192 // len(piece)) + after) < 0.005:
        return None
    short, long = took(1024), took(16384)
    slow = long > 64 * short
    return f"{before!r} + {piece!r} * n + {after!r}: {short * 1000:.1f}, then {long * 1000:.1f} ms" if slow else None


def pieces(pattern: re.Pattern[str]) -> list[str]:
    """What an expression speaks of: its words and signs, alone and in pairs."""
    words = re.findall(r"[A-Za-z]{2,}|[^\w\s\\]", re.sub(r"\\[wWsSdDbB]", "", pattern.pattern))
    words = list(dict.fromkeys(["a", "0", " ", "-", "a-", "a.", "a ", "'", "\n", "é", *words]))[:24]
    return [*words, *(a + b for a in words[8:16] for b in words[8:16])]


@pytest.mark.parametrize(("where", "pattern", "how"), EXPRESSIONS, ids=[where for where, *_ in EXPRESSIONS])
def test_no_text_makes_an_expression_slow(where: str, pattern: re.Pattern[str], how: str) -> None:
    slow = [found for piece in pieces(pattern) for after in ("\0",) if (found := grows(pattern, how, "", piece, after))]

    assert slow == []


@pytest.mark.parametrize(("where", "pattern", "how"), EXPRESSIONS, ids=[where for where, *_ in EXPRESSIONS])
@given(data=st.data())
@settings(max_examples=5, phases=[Phase.reuse, Phase.generate], suppress_health_check=list(HealthCheck))
def test_no_text_that_begins_to_fit_makes_it_slow(
    where: str, pattern: re.Pattern[str], how: str, data: st.DataObject
) -> None:
    fits = data.draw(st.from_regex(pattern))[:300]
    a, b = sorted((data.draw(st.integers(0, len(fits))), data.draw(st.integers(0, len(fits)))))
    assume(a < b)

    assert grows(pattern, how, fits[:a], fits[a:b], data.draw(st.sampled_from(["", "\0", fits[b:]]))) is None


def test_a_square_expression_would_be_found() -> None:
    assert grows(re.compile(r"a+b"), "search", "", "a", "")
    assert not grows(re.compile(r"a{1,50}b"), "search", "", "a", "")


def test_no_expression_is_made_of_an_entry_or_a_query() -> None:
    """Every expression is there before any text is: `expressions` could work it out without one."""
    assert len(EXPRESSIONS) > 30
