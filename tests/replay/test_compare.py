"""Output against what the entry says is printed."""

import time

import pytest

from kb.replay.compare import difference, line_matches, matches, normalised


@pytest.mark.parametrize(
    ("expected", "seen", "same"),
    [
        ([], [], True),
        ([], ["x"], False),
        (["x"], [], False),
        (["..."], [], True),
        (["..."], ["a", "b"], True),
        (["a", "..."], ["a"], True),
        (["a", "...", "d"], ["a", "b", "c", "d"], True),
        (["a", "...", "d"], ["a", "d", "e"], False),
        (["...", "b", "...", "b"], ["b", "a", "b"], True),
        (["...", "b", "..."], ["a"], False),
        (["a", "", "b"], ["a", "", "b"], True),
        (["a", "", "b"], ["a", "b"], False),
        (["a", "", ""], ["a"], True),
        (["a  "], ["a"], True),
        (["  ..."], ["x", "y"], True),
        (["....", "b"], ["a", "b"], False),
    ],
)
def test_lines(expected: list[str], seen: list[str], same: bool) -> None:
    assert matches(expected, seen) is same


@pytest.mark.parametrize(
    ("expected", "seen", "same"),
    [
        ("{…}", "", True),
        ("{…}", "anything", True),
        ("a{…}", "a", True),
        ("a{…}a", "a", False),
        ("{…}b{…}d", "abcd", True),
        ("{…}d{…}b", "abcd", False),
        ("a{…}b{…}b", "ab", False),
        ("a.c", "abc", False),
        ("[x] {…}*", "[x] 1*", True),
    ],
)
def test_holes(expected: str, seen: str, same: bool) -> None:
    assert line_matches(expected, seen) is same


def test_no_pattern_is_slow() -> None:
    started = time.process_time()
    assert not line_matches("{…}a" * 2000 + "{…}b", "a" * 100_000)
    assert not matches(["...", "a"] * 200 + ["b"], ["a"] * 5000)
    difference(["...", "{…}a{…}a{…}b"] * 500, ["a" * 500] * 500)
    normalised("\x1b[" * 100_000 + "\r" * 100_000 + "\x1b]" * 100_000)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        ("", []),
        ("a\nb\n", ["a", "b"]),
        ("a\n\n\n", ["a"]),
        ("a  \t\nb\r\n", ["a", "b"]),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07x", ["red x"]),
        ("one\x1b]0;no end\ntwo", ["one", "two"]),
        ("10 %\r50 %\r100 %\ndone", ["100 %", "done"]),
        ("bash: line 12: foo: command not found", ["bash: foo: command not found"]),
        ("bash: eval: line 3: syntax error", ["bash: syntax error"]),
        ("x.sh: line 2: cd: nowhere", ["x.sh: line 2: cd: nowhere"]),
    ],
)
def test_what_differs_between_terminals_is_dropped(output: str, lines: list[str]) -> None:
    assert normalised(output) == lines


def test_a_difference_leaves_out_what_dots_stand_for() -> None:
    expected = ["Traceback (most recent call last):", "...", "KeyError: 'a'", "at {…}"]
    seen = ["Traceback (most recent call last):", "  File", "    line", "KeyError: 'b'", "at 12:30"]
    assert difference(expected, seen) == (
        "  Traceback (most recent call last):",
        "  ...",
        "- KeyError: 'a'",
        "+ KeyError: 'b'",
        "  at 12:30",
    )


def test_a_long_difference_is_cut() -> None:
    lines = difference(["x"], [str(number) for number in range(10_000)])
    assert len(lines) < 200
    assert lines[-1] == "  (9880 more lines)"
