"""Text → pairs of neighbours, which tell one wording from another where the words are the same."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

WORD_OR_SIGN = re.compile(r"\w+|[^\w\s]")


def term_pairs(terms: Sequence[str]) -> set[int]:
    """A 32-bit number for each pair of neighbours among the terms of a text."""
    return _numbers(terms, 0)


def plain_pairs(text: str) -> set[int]:
    """The same of all its words and signs as they stand, in lower case: `is not a`, `(): `."""
    return _numbers(WORD_OR_SIGN.findall(text.lower()), 1)


def _numbers(words: Iterable[str], start: int) -> set[int]:
    """`start` sets pairs of terms apart from pairs of words. The factor (Fibonacci hashing) sets `a b` from `b a`."""
    return {(a * 0x9E3779B1 + b) & 0xFFFFFFFF for a, b in pairwise([_sum(word, start) for word in words])}


@lru_cache(20_000)
def _sum(word: str, start: int) -> int:
    return crc32(word.encode("utf-8", "replace"), start)
