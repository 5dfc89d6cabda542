"""The ledger's tables brought up to date, forward only, in one transaction under a lock: all of a step or nothing."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine

LOCK = 0x6B62_1ED6
"""Of PostgreSQL's advisory locks the one that migrations take."""


def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    found.set_main_option("path_separator", "os")
    return found


def upgrade(engine: Engine, to: str = "head") -> None:
    """From whatever revision the ledger has, none included, to a later one. Two at once: the second does nothing."""
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("begin immediate")
        else:
            connection.exec_driver_sql("set local statement_timeout = 0")
            connection.exec_driver_sql("set local lock_timeout = 0")
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({LOCK})")
        at = config()
        at.attributes["connection"] = connection
        command.upgrade(at, to)
