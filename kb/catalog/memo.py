"""What earlier builds read of the same text, kept in the user's cache folder: one changed entry costs one entry."""

import hashlib
import pickle
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

from kb import place
from kb.catalog.current import code_stamp
from kb.catalog.lines import pairs, said
from kb.entry import markdown
from kb.entry.model import Entry, Finding
from kb.text.terms import terms

K = TypeVar("K")
V = TypeVar("V")
Parsed = tuple[Entry | None, tuple[Finding, ...]]
Read = tuple[dict[tuple[str, str, str], Parsed], dict[str, frozenset[str]], dict[str, str], dict[bytes, bytes]]
"""What parse, words, said and pairs gave, by what they were given."""


class Memo:
    """Parsing, counting words and reducing queries, remembered by text. `keep()` writes down what was asked for since
    it was opened."""

    def __init__(self, path: Path | None = None, version: str = "") -> None:
        """`path`: the file, of use to the same `version` of the code only; none: nothing is read or kept."""
        self._path, self._version = path, version
        self._old: Read = ({}, {}, {}, {})
        self._new: Read = ({}, {}, {}, {})
        self._terms = cache(terms)
        if path:
            try:
                of, old = pickle.loads(path.read_bytes())  # noqa: S301  our own file, in the user's own folder
                self._old = old if of == version else self._old
            except Exception:  # whatever is wrong with it, a build does without it
                self._old = ({}, {}, {}, {})

    def parse(self, text: str, id: str, path: str) -> Parsed:
        """As markdown.parse."""
        return _remembered(self._old[0], self._new[0], (text, id, path), lambda: markdown.parse(text, id, path))

    def words(self, text: str) -> frozenset[str]:
        """The different terms of a line."""
        return _remembered(self._old[1], self._new[1], text, lambda: frozenset(self._terms(text)))

    def said(self, text: str) -> str:
        """As lines.said."""
        return _remembered(self._old[2], self._new[2], text, lambda: said(text))

    def pairs(self, texts: Sequence[str]) -> bytes:
        """As lines.pairs."""
        name = hashlib.blake2b("\n".join(texts).encode("utf-8", "replace"), digest_size=16).digest()
        return _remembered(self._old[3], self._new[3], name, lambda: pairs(texts, self._terms))

    def keep(self) -> None:
        if not self._path or [new.keys() for new in self._new] == [old.keys() for old in self._old]:
            return
        with suppress(OSError):  # a memory that cannot be kept is no failure of the build
            self._path.parent.mkdir(parents=True, exist_ok=True)
            place.write(self._path, pickle.dumps((self._version, self._new), protocol=5))


def _remembered(old: dict[K, V], new: dict[K, V], key: K, make: Callable[[], V]) -> V:
    if key not in new:
        new[key] = old[key] if key in old else make()
    return new[key]


def usual() -> Memo:
    """The memory of this user and this version of the code."""
    return Memo(Path(place.cache_folder()) / "memo.pickle", code_stamp())
