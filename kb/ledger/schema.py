"""The ledger's tables, the same in SQLite and PostgreSQL. Made and changed by the migrations alone, which only add."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text

HEAD = "0001"
"""The revision of these tables. A ledger of a later one is used as it is: whatever was added there is not missed."""

metadata = MetaData()

outcome = Table(
    "outcome",
    metadata,
    Column("n", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("entry", String, nullable=False),
    Column("revision", String, nullable=False),
    Column("option", Integer, nullable=False),
    Column("worked", Boolean, nullable=False),
    Column("platform", String, nullable=False),
    Column("reporter", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("tokens", Integer),
    Index("outcome_of", "entry", "revision", "option", "reporter", "n"),
)
"""Append-only. `at`: seconds since 1970. `tokens`: from the answer to the outcome, as the reporter measured them."""

miss = Table(
    "miss",
    metadata,
    Column("fingerprint", BigInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("line", Text, nullable=False),
    Column("sample", Text, nullable=False),
)
"""Look-ups that found nothing, by the fingerprint of the line that says most; `sample` is of the last one."""

folded = Table(
    "folded",
    metadata,
    Column("spool", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
"""The spools whose misses are counted already: folding one again counts nothing."""
