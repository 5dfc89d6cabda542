"""`kb new AREA/SLUG`: begin an entry from the template."""

import argparse
from pathlib import Path

from kb import place
from kb.entry.folder import need_area, path_of, shown, template
from kb.errors import Misuse


def main(argv: list[str]) -> int:
    """Exit status 0: the file is written. Raises Misuse."""
    parser = argparse.ArgumentParser(
        prog="kb new", description="Write entries/AREA/SLUG.md from the template; its gaps say what to write."
    )
    parser.add_argument("id", metavar="AREA/SLUG", help="lower case letters, digits, hyphens; names the fault")
    parser.add_argument("--here", action="store_true", help="one of your own, in the folder .kb of the present project")
    asked = parser.parse_args(argv)
    id = asked.id
    if place.installed() and not asked.here:
        raise Misuse("kb new writes into a checkout of kb; this one is installed: kb new --here writes into ./.kb")
    shipped = shown(Path(place.entries_folder()))
    root = Path(".kb") if asked.here else shipped
    path = path_of(root, id)
    if asked.here:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Misuse(f"{path.parent}: {error.strerror}") from None
    else:
        need_area(root, path.parent.name)
    text = template(shipped)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Misuse(f"{path} exists already; nothing is overwritten") from None
    except OSError as error:
        raise Misuse(f"{path}: {error.strerror}") from None
    print(path)
    print(f"Fill its gaps ‹…›; `kb check {path}` says what is left. How to write one: docs/writing-entries.md")
    return 0
