"""`kb misses`: what was looked up in vain, most often first. What to write next."""

import argparse
import json
from datetime import UTC, datetime

from kb import service
from kb.faces.outcome import PATIENCE


def main(argv: list[str]) -> int:
    """Exit status 0. Raises Misuse where misses are off, LedgerDown."""
    parser = argparse.ArgumentParser(prog="kb misses", description="What was looked up in vain, most often first.")
    parser.add_argument("--limit", type=int, default=20, help="how many (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="a JSON list, with the last query of each")
    asked = parser.parse_args(argv)
    found = service.misses(asked.limit, PATIENCE)
    if asked.json:
        rows = [{**m._asdict(), "first": _time(m.first), "last": _time(m.last)} for m in found]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for m in found:
        print(f"{m.times:>6} ×  {_time(m.last)[:10]}  {m.line}")
    if not found:
        print("nothing was looked up in vain")
    return 0


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
