"""Misspelt words of a query → the words that were meant."""

from collections.abc import Container, Iterable

from kb.catalog.read import Snapshot

MEANT = 0.8
"""What the word counts that a misspelt one was meant to be."""
SHORTEST, LONG = 5, 8
"""Letters that a word must have to be mended; from LONG on two slips are mended in place of one."""


def misspelt(snapshot: Snapshot, unknown: Iterable[str], known: Container[str]) -> dict[str, tuple[str, int]]:
    """By unknown word the nearest term that some entry has, and in how many entries it occurs.

    A slip is a letter too many, too few, another one, or two neighbours exchanged (optimal string alignment); the first
    two letters count as right. Words that are `known` to the query already are not given again.
    """
    found: dict[str, tuple[str, int]] = {}
    for word in unknown:
        if len(word) < SHORTEST or not word.isalpha():
            continue
        from rapidfuzz.distance import OSA

        slips = 1 if len(word) < LONG else 2
        near = [(OSA.distance(word, t, score_cutoff=slips), -df, t) for t, df in snapshot.spelled_like(word)]
        best = min(near, default=(slips + 1, 0, ""))
        if best[0] <= slips and best[2] not in known and (best[2], -best[1]) not in found.values():
            found[word] = best[2], -best[1]
    return found
