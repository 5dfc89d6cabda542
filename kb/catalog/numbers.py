"""Many numbers as a file holds them, of which a look-up asks for a few."""

from bisect import bisect_left
from collections.abc import Set


class Numbers:
    """uint32 in ascending order. Sought by halving at first, so that a process of one look-up makes no set of them."""

    __slots__ = ("_all", "_asked", "_sorted")

    def __init__(self, packed: bytes) -> None:
        self._sorted = memoryview(packed).cast("I")
        self._all: frozenset[int] | None = None
        self._asked = False

    def among(self, wanted: Set[int]) -> Set[int]:
        """Those of `wanted` that are here."""
        if self._asked and self._all is None:
            self._all = frozenset(self._sorted)
        self._asked = True
        return wanted & self._all if self._all is not None else {n for n in wanted if self._has(n)}

    def _has(self, number: int) -> bool:
        at = bisect_left(self._sorted, number)
        return at < len(self._sorted) and self._sorted[at] == number
