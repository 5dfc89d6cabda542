"""`kb outcome ID OPTION worked|failed`: what became of an option, said once it was tried."""

import argparse

from kb import render, service

PATIENCE = 30.0
"""Seconds that a person waits for the ledger: it may be made now, or brought up to date."""


def main(argv: list[str]) -> int:
    """Exit status 0: written, and on disk. Raises NotFound, Misuse, LedgerDown."""
    parser = argparse.ArgumentParser(
        prog="kb outcome", description="Say that an option of an entry worked or failed. It stays on this machine."
    )
    parser.add_argument("id", metavar="ID", help="the entry")
    parser.add_argument("option", metavar="OPTION", type=int, help="the option's number")
    parser.add_argument("said", choices=["worked", "failed"], help="what became of it")
    parser.add_argument("--note", default="", help="a sentence on it; secrets are taken out, 500 characters are kept")
    parser.add_argument("--tokens", type=int, help="tokens from the answer to this outcome, as you measured them")
    asked = parser.parse_args(argv)
    worked = asked.said == "worked"
    service.report(asked.id, asked.option, worked, note=asked.note, tokens=asked.tokens, patience=PATIENCE)
    entry = service.show(asked.id)
    option = next(o for o in entry.options if o.number == asked.option)
    print(f"{entry.id}, option {option.number}: {asked.said}, written down")
    print(render.verified(entry, option))
    return 0
