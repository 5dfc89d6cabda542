"""One JSON object a line on standard error, and never a word of what was asked."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

log = logging.getLogger("kb")
_encode = json.JSONEncoder(ensure_ascii=False).encode


class AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0]:
            # Where it was, not what it says: an exception's text may hold what was asked.
            frames = traceback.extract_tb(record.exc_info[2])
            line |= {"error": record.exc_info[0].__name__, "at": [f"{f.filename}:{f.lineno}" for f in frames[-8:]]}
        return _encode(line)


def say(event: str, level: int = logging.INFO, exc_info: bool = False, **fields: object) -> None:
    """Log an event with its fields."""
    log.log(level, event, exc_info=exc_info, extra={"fields": fields})


def to_stderr() -> None:
    """For a server: all logs as JSON lines. The WSGI server says only what it cannot do."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AsJson())
    # Names of functions, threads and processes, which the lines do not have, would be looked up for each.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("waitress", "waitress.queue", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
