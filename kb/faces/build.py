"""`kb build --out FILE [FOLDER…]`."""

import argparse
import sys
import time
from pathlib import Path

from kb import place
from kb.catalog.build import build
from kb.catalog.fetch import write_digest
from kb.catalog.memo import usual


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="kb build", description="Write the catalog of the entries, and its SHA-256 beside it."
    )
    parser.add_argument("--out", type=Path, required=True, help="the file to write; replaced in one step")
    parser.add_argument("folders", type=Path, nargs="*", help="folders of entries (default: the shipped ones)")
    asked = parser.parse_args(argv)
    start = time.perf_counter()
    built = build(asked.folders or [Path(place.entries_folder())], asked.out, usual(), history=True)
    for finding in built.findings:
        print(finding, file=sys.stderr)
    write_digest(asked.out)
    size = asked.out.stat().st_size >> 10
    print(f"{asked.out}: {built.entries} entries, {size} kB, {time.perf_counter() - start:.2f} s")
    return 0
