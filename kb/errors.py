"""What can go wrong that a person can mend. One tree; each class knows its exit status and its HTTP status.

KbError
├── Misuse       2  400  arguments or input that kb cannot take
├── NotFound     1  404  no entry of that name
├── BadCatalog   4  503  the catalog cannot be read or built
├── LedgerDown   4  503  the ledger of outcomes and misses cannot be reached; try again
└── NoSandbox    4  501  the machine cannot run snippets safely
"""


class KbError(Exception):
    """Its text is for people: what happened, where, and what to do."""

    exit_status = 4
    http_status = 500


class Misuse(KbError):
    exit_status = 2
    http_status = 400


class NotFound(KbError):
    exit_status = 1
    http_status = 404


class BadCatalog(KbError):
    exit_status = 4
    http_status = 503


class LedgerDown(KbError):
    exit_status = 4
    http_status = 503
    retry_after = 5
    """Seconds after which to try again."""


class NoSandbox(KbError):
    exit_status = 4
    http_status = 501
