"""Python that lost its indentation → the one indentation that Python takes, where there is exactly one.

Nothing is executed: candidates are compiled and compared as syntax trees.
"""

import ast
import io
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

SIZE, STATEMENTS, TRIES, STEPS = 16_384, 80, 400, 20_000
"""Bounds: longer code (characters, statements) is not repaired, nor what takes more compilations or steps to tell."""
_OPENS = frozenset("async class def elif else except finally for if match case try while with".split())
_BLANK = frozenset((tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER))
_AFTER = {
    "elif": {"if", "elif"},
    "else": {"if", "elif", "for", "while", "try", "except", "async"},
    "except": {"try", "except"},
    "finally": {"try", "except", "else"},
    "case": {"match"},
}
"""Which block a clause may follow, by the clause's first word; `case` stands inside its own."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A logical line."""

    lines: tuple[str, ...]
    word: str
    """Its first word."""
    opens: bool
    """Whether a block must follow."""


def is_python(code: str) -> bool:
    """Whether Python takes the code as it stands."""
    return _tree(code) is not None


def repaired(code: str) -> str | None:
    """The code with the only indentation that Python takes, up to what makes no difference; None where there are
    several, none, or too many to try."""
    lines = [line.rstrip() for line in code.split("\n")]
    if len(code) > SIZE or any(line[:1] in (" ", "\t") for line in lines):
        return None
    statements = _statements(lines)
    if statements is None or len(statements) > STATEMENTS:
        return None
    found: dict[str, str] = {}
    for tries, levels in enumerate(_ways(statements)):
        if levels is None or tries == TRIES:
            return None
        text = _written(statements, levels)
        tree = _tree(text)
        if tree is not None:
            found.setdefault(tree, text)
            if len(found) > 1:
                return None
    return next(iter(found.values()), None)


def _tree(code: str) -> str | None:
    """The syntax tree as text; None where the code does not compile (a `return` outside a function does not)."""
    if len(code) > 4 * SIZE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "<card>", "exec", dont_inherit=True)
            return ast.dump(ast.parse(code))
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
        return None


def _statements(lines: list[str]) -> list[_Statement] | None:
    """The logical lines; comments and blank lines belong to the one below. None where there are none to be told."""
    found: list[_Statement] = []
    tokens: list[tokenize.TokenInfo] = []
    start = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline):
            if token.type not in _BLANK and token.type != tokenize.NEWLINE:
                tokens.append(token)
                if token.type == tokenize.STRING and "\n" in token.string:
                    return None  # what its inner lines lost, nobody knows
            elif token.type == tokenize.NEWLINE and tokens:
                end = token.end[0] if token.end[1] else token.start[0]
                word = tokens[0].string
                opens = tokens[-1].string == ":" and word in _OPENS
                found.append(_Statement(tuple(lines[start:end]), word, opens))
                tokens, start = [], end
    except (tokenize.TokenError, SyntaxError):
        return None
    if found and start < len(lines):
        last = found[-1]
        found[-1] = _Statement((*last.lines, *lines[start:]), last.word, last.opens)
    return found or None


def _ways(statements: list[_Statement]) -> Iterator[list[int] | None]:
    """Every assignment of levels that blocks and their clauses allow; None at the end where STEPS were not enough."""
    # Levels so far, and at each level the first word of the latest statement there.
    left: list[tuple[list[int], list[str]]] = [([], [])]
    for _ in range(STEPS):
        if not left:
            return
        levels, stack = left.pop()
        n = len(levels)
        if n == len(statements):
            yield levels
            continue
        word = statements[n].word
        if n == 0:
            places = [0]
        elif statements[n - 1].opens:
            places = [levels[-1] + 1]
        else:
            places = list(range(levels[-1] + 1))
        for level in places:
            above = stack[level] if level < len(stack) else ""
            if word == "case":
                fits = level > 0 and stack[level - 1] == "match"
            else:
                fits = word not in _AFTER or above in _AFTER[word]
            if fits:
                left.append(([*levels, level], [*stack[:level], word]))
    yield None


def _written(statements: list[_Statement], levels: list[int]) -> str:
    lines: list[str] = []
    for statement, level in zip(statements, levels, strict=True):
        code = False
        for line in statement.lines:
            # Inside brackets one more step reads as people write it, and makes no difference.
            inner = 4 if code and line[:1] not in (")", "]", "}") else 0
            lines.append(" " * (4 * level + inner) + line if line else "")
            code = code or (bool(line) and not line.startswith("#"))
    return "\n".join(lines)
