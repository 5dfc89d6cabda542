"""Text → terms, the units that the catalog indexes and a look-up counts."""

import math
import re

WORD = re.compile(r"\.[a-z]\w*|\^[A-Z]\b|\\[a-z]\b|::1|\w+")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
LONG_NUMBER = re.compile(r"\d{6,}|(?=\w*\d)[0-9a-f]{7,}")
"""Addresses, hashes, ids and epoch seconds: never the same twice."""

STOP = frozenset(
    """a an the is are was were be been being am to of in on at by for from with and or but if then than as so that
    this these those it its i my me we our you your he she they them their there here do does did done has have had
    will would can could should may might must what which who whose how why when where into onto about over also
    too very s t re ve ll d m please help anyone thanks thank hi hello just get got gets getting""".split()
)

_SUFFIXES = (
    ("ational", "ate"), ("ization", "ize"), ("isation", "ize"), ("fulness", "ful"), ("ations", "ate"),
    ("ation", "ate"), ("ising", "ize"), ("izing", "ize"), ("ised", "ize"), ("ized", "ize"), ("ise", "ize"),
    ("ments", "ment"), ("ities", "ity"), ("sses", "ss"), ("ies", "y"), ("ied", "y"), ("ing", ""), ("edly", ""),
    ("ed", ""), ("ly", ""), ("ers", "er"), ("es", "e"), ("s", ""),
)  # fmt: skip
_stems: dict[str, str] = {}


def stem(word: str) -> str:
    """The word without its English inflection; words with digits or underscores, and short ones, as they are."""
    if len(word) < 4 or not word.isalpha():
        return word
    found = _stems.get(word)
    if found is None:
        found = word
        for suffix, instead in _SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith(("ss", "us", "is")):
                found = word[: -len(suffix)] + instead
                break
        if len(found) > 3 and found[-1] == found[-2] and found[-1] not in "lsz":
            found = found[:-1]
        if len(found) > 3 and found[-1] == "e":
            found = found[:-1]
        if len(_stems) > 50_000:
            _stems.clear()
        _stems[word] = found
    return found


def idf(df: int, count: int) -> float:
    """What a term counts that `df` of `count` texts have: BM25's inverse document frequency, above 0 as in Lucene."""
    return math.log(1 + (count - df + 0.5) / (df + 0.5))


def terms(text: str) -> list[str]:
    """The terms of a text in order of appearance, repeated ones too.

    Words are lower-cased and stemmed, stop words left out. An identifier (`JSONDecodeError`, `ERR_REQUIRE_ESM`) gives
    itself and its parts. Numbers of up to five digits count, longer ones and hexadecimal ids do not.
    """
    out: list[str] = []
    for word in WORD.findall(text):
        low = word.lower()
        if low in STOP:
            continue
        if low == word and word.isalpha():
            out.append(stem(word))
        elif LONG_NUMBER.fullmatch(low):
            continue
        else:
            parts = PART.findall(word)
            if len(parts) < 2 or word.isdigit():
                out.append(stem(low.strip("_")) or low)
            else:
                out.append(low.strip("_"))
                if len(parts) <= 8:
                    out += [stem(p) for part in parts if (p := part.lower()) not in STOP and len(p) > 1]
    return out
