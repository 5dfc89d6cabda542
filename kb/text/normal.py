"""The normal form of one line, so that two runs of one failure read the same; and its fingerprint."""

import re
from zlib import adler32, crc32

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
HOLE = "{…}"
"""In a message or a transcript of an entry: any run of characters."""
TELLING = 14
"""Letters that a line must have in its normal form to be known by it."""

_QUOTED = re.compile(r"'[^'\n]{1,200}+'|\"[^\"\n]{1,200}+\"|`[^`\n]{1,200}+`|‘[^‘’\n]{1,200}+’|“[^“”\n]{1,200}+”")
_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,12}://[^\s'\"<>]+")
_PATH = re.compile(r"(?:[A-Za-z]:)?(?:[\\/][\w.@+-]++){2,}+[\\/]?|\b\w[\w.-]{0,60}+(?:/[\w.@+-]++){2,}+")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|\d+(?:[.:,]\d+)*|\b(?=[a-fA-F]*\d)[0-9a-fA-F]{7,40}\b")
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """Without terminal codes, control and invisible characters, lone surrogates; line ends as `\\n`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in text:
        text = ANSI.sub("", text)
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text  # nearly always, and the expression takes 1.6 ms to compile
    return re.sub(_CONTROL, "", text)


def fixed(line: str) -> str:
    """The line without what varies from case to case: quoted values, addresses and paths."""
    return _PATH.sub(" ", _URL.sub(" ", _QUOTED.sub(" ", line)))


def normal(line: str) -> str:
    """Lower case; quoted values, addresses, paths and numbers replaced by one mark each; single blanks."""
    line = line.replace(HOLE, " «» ")
    line = _QUOTED.sub(" «» ", line)
    line = _URL.sub(" «» ", line)
    line = _PATH.sub(" «» ", line)
    line = _NUMBER.sub(" # ", line)
    return _SPACE.sub(" ", line).strip().lower()


def fingerprint(line: str) -> int | None:
    """A signed 64-bit number, the same for lines of the same normal form: two checksums, to find by, not to prove.

    None where the form says too little to know a failure by (`npm error`, `exit # in «»`).
    """
    plain = normal(line)
    if sum(map(str.isalpha, plain)) < TELLING or " " not in plain:
        return None
    form = plain.encode("utf-8", "replace")
    return (crc32(form) << 32 | adler32(form)) - (1 << 63)
