"""Who wrote an entry, where its front matter does not say: by git, whoever committed the file first."""

import subprocess
from pathlib import Path

from kb.text.normal import clean

SECONDS = 20


def from_git(folder: Path) -> dict[str, tuple[str, ...]]:
    """By id the author of the commit that added the entry, renames followed, and its co-authors.

    Names alone, as .mailmap has them; empty where the folder is in no checkout, or git is not installed.
    """
    trailers = "%(trailers:key=Co-authored-by,valueonly,separator=%x1f)"
    log = _git(
        folder,
        *("-c", "core.quotePath=false", "log", "--reverse", "--relative", "-M", "--diff-filter=AR", "--name-status"),
        *(f"--format=%x1e%aN%x1f{trailers}", "--", "."),
    )
    found: dict[str, tuple[str, ...]] = {}
    for commit in log.split("\x1e")[1:]:
        head, *files = commit.split("\n")
        names = (clean(name.partition("<")[0]).strip() for name in head.split("\x1f"))
        authors = tuple(dict.fromkeys(filter(None, names)))
        for line in filter(None, files):
            status, *paths = line.split("\t")
            old, new = (path.removesuffix(".md") for path in (paths[0], paths[-1]))
            found[new] = found.pop(old, authors) if status.startswith("R") else found.get(new, authors)
    return found


def me(folder: Path) -> str:
    """The name under which this user commits there; empty where git does not know."""
    return _git(folder, "config", "user.name").strip()


def _git(folder: Path, *arguments: str) -> str:
    """What git says; nothing where it fails."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")
