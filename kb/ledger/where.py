"""Where the ledger is: SQLite in the state folder, another SQLite file, or PostgreSQL; and what is switched off."""

import os

from kb import place


def address() -> str:
    """The ledger's SQLAlchemy address, by `KB_LEDGER`: a path, an address, `off`. Empty when it is off."""
    given = os.environ.get("KB_LEDGER", "")
    if given == "off":
        return ""
    if "://" not in given:
        return "sqlite:///" + os.path.abspath(given or os.path.join(place.state_folder(), "ledger.sqlite"))
    scheme, _, rest = given.partition("://")
    return ("postgresql+psycopg" if scheme in ("postgres", "postgresql") else scheme) + "://" + rest


def sqlite_file(of: str) -> str | None:
    """The file of an address, where it is SQLite."""
    return of.removeprefix("sqlite:///") if of.startswith("sqlite:///") else None


def outcomes() -> str:
    """The address for outcomes; empty when they are off (`KB_OUTCOMES=off`, `KB_LEDGER=off`)."""
    return "" if os.environ.get("KB_OUTCOMES") == "off" else address()


def misses() -> str:
    """The address for misses; empty when they are off (`KB_MISSES=off`, `KB_LEDGER=off`)."""
    return "" if os.environ.get("KB_MISSES") == "off" else address()
