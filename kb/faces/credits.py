"""`kb credits`: who wrote the entries, and what these did for others."""

import argparse
import json

from kb import service
from kb.faces.outcome import PATIENCE


def main(argv: list[str]) -> int:
    """Exit status 0. Raises LedgerDown."""
    parser = argparse.ArgumentParser(
        prog="kb credits",
        description="Who wrote the entries, and what these did for others. Working: options that two reporters or "
        "more, and most of them, call working, the author's own word aside. Saved: tokens, where outcomes measured "
        "what they spent; estimated: where they measured nothing.",
    )
    parser.add_argument("--json", action="store_true", help="a JSON list")
    asked = parser.parse_args(argv)
    found = service.credits(PATIENCE)
    if asked.json:
        print(json.dumps([c._asdict() for c in found], ensure_ascii=False, indent=1))
        return 0
    print(f"{'entries':>8}{'working':>9}{'saved':>12}{'estimated':>12}  author")
    for c in found:
        print(f"{c.entries:>8,}{c.working:>9,}{c.saved:>12,}{c.estimated:>12,}  {c.author}")
    return 0
