"""Outcomes and misses: the ledger of 0.1.0."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "outcome",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("entry", sa.String, nullable=False),
        sa.Column("revision", sa.String, nullable=False),
        sa.Column("option", sa.Integer, nullable=False),
        sa.Column("worked", sa.Boolean, nullable=False),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("reporter", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("tokens", sa.Integer),
    )
    op.create_index("outcome_of", "outcome", ["entry", "revision", "option", "reporter", "n"])
    op.create_table(
        "miss",
        sa.Column("fingerprint", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("sample", sa.Text, nullable=False),
    )
    op.create_table(
        "folded",
        sa.Column("spool", sa.String, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
