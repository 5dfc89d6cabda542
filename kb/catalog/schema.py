"""The snapshot's tables. Entries as a person can query them, then what look-up reads."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table

metadata = MetaData()


def _of_entry(name: str, *columns: Column[object]) -> Table:
    """A table of numbered rows of one entry."""
    return Table(
        name,
        metadata,
        Column("entry", Integer, ForeignKey("entry.n"), primary_key=True),
        Column("position", Integer, primary_key=True),
        *columns,
        sqlite_with_rowid=False,
    )


def _text(name: str, null: bool = False) -> Column[object]:
    return Column(name, String, nullable=null)


def _number(name: str, null: bool = False) -> Column[object]:
    return Column(name, Integer, nullable=null)


meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", String, nullable=False))
entry = Table(
    "entry",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    _text("area"),
    _text("title"),
    _text("cause"),
    _text("stub", null=True),
    _text("unverifiable", null=True),
    _text("retired", null=True),
    _number("debugging_tokens", null=True),
    _number("fix_tokens", null=True),
    _text("markdown"),
    _text("revision"),
)
"""`revision`: of what is replayed, as in the evidence (kb/replay/evidence.py)."""
alias = Table("alias", metadata, Column("id", String, primary_key=True), Column("entry", Integer, nullable=False))
origin = Table("origin", metadata, Column("entry", Integer, ForeignKey("entry.n"), primary_key=True), _text("text"))
"""Of entries of one's own: the folder they come from."""
symptom = _of_entry("symptom", _text("text"))
message = _of_entry("message", _text("text"))
question = _of_entry("question", _text("text"))
option = _of_entry("option", _text("title"), _text("source"), _text("verdict"))
"""`position` 0 is the symptom's section, from 1 the options; 99 what does not help. Verdict: verified, not verified."""
file = _of_entry("file", _number("option"), _text("name"), _text("language"), _text("text"), _number("line"))
transcript = _of_entry(
    "transcript",
    _number("option"),
    _text("role"),
    _text("command"),
    _text("output"),
    _number("status"),
    _number("line"),
)
checklist = _of_entry("checklist", _text("text"))
environment = _of_entry("environment", _text("text"))
source = _of_entry("source", _text("text"))
tag = _of_entry("tag", _text("text"))
need = _of_entry("need", _text("text"))
platform = _of_entry("platform", _text("text"))
author = _of_entry("author", _text("text"))
look_alike = _of_entry("look_alike", _text("seen"), _text("instead"), _text("entry_id", null=True))
evidence = Table(
    "evidence",
    metadata,
    Column("entry", Integer, ForeignKey("entry.n"), primary_key=True),
    _text("date"),
    _text("platform"),
    _text("versions"),
    _text("hash"),
)

line = Table(
    "line",
    metadata,
    Column("key", Integer, primary_key=True),
    _text("text"),
)
"""Every searchable line. `key`: entry << 16 | kind << 12 | position (kb/catalog/layout.py)."""
term = Table(
    "term",
    metadata,
    Column("term", String, primary_key=True),
    _number("df"),
    Column("entries", LargeBinary, nullable=False),
    Column("counts", LargeBinary, nullable=False),
    Column("lines", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""`entries`, `counts`: the entries with the term (uint32), in how many lines it speaks for each (uint8, 255 at most).
`lines`: the keys of all lines with the term (uint64), ascending. Little-endian."""
norms = Table(
    "norms",
    metadata,
    Column("entry", Integer, primary_key=True),
    Column("keys", LargeBinary, nullable=False),
    Column("norms", LargeBinary, nullable=False),
)
"""Of each line of an entry the key's lower 16 bits (uint16) and the sum of its terms' idf (float32)."""
pairs = Table(
    "pairs",
    metadata,
    Column("entry", Integer, primary_key=True),
    Column("own", LargeBinary, nullable=False),
    Column("against", LargeBinary, nullable=False),
)
"""Numbers (kb/text/pairs.py) of the pairs of neighbours in the lines that speak for an entry, and in those against it
(uint32, ascending)."""
fingerprint = Table(
    "fingerprint",
    metadata,
    Column("hash", Integer, primary_key=True),
    Column("key", Integer, primary_key=True),
    sqlite_with_rowid=False,
)
