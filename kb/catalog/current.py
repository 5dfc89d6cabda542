"""Which snapshot is the present one: the wheel's, a given one, or the checkout's, built on first use."""

import os
import sys
from zlib import adler32, crc32

from kb import place
from kb.catalog.read import Snapshot
from kb.errors import BadCatalog


def snapshot() -> Snapshot:
    """The present catalog, opened. Raises BadCatalog.

    `KB_CATALOG` names a file; else an installed package brings its own; else (a checkout, an editable install) the
    catalog of its entries lies in the user's cache folder and is built again when a file below `entries/` changed.
    """
    given = os.environ.get("KB_CATALOG")
    if given:
        return Snapshot(given)
    if place.installed():
        return Snapshot(os.path.join(place.PACKED, "catalog.sqlite"))
    return fresh(place.entries_folder())


def fresh(entries: str) -> Snapshot:
    """The snapshot of a folder of entries, kept in the cache folder, built under a lock when the folder changed."""
    base = os.path.join(place.cache_folder(), f"catalog-{crc32(os.fsencode(os.path.abspath(entries))):08x}")
    if _read(base + ".stamp") != _stamp(entries):
        _build(entries, base)
    try:
        return Snapshot(base + ".sqlite")
    except BadCatalog:
        os.unlink(base + ".stamp")
        _build(entries, base)
        return Snapshot(base + ".sqlite")


def _build(entries: str, base: str) -> None:
    import fcntl
    from pathlib import Path

    from kb.catalog.build import build
    from kb.catalog.memo import usual

    try:
        os.makedirs(os.path.dirname(base), exist_ok=True)
        lock = open(base + ".lock", "w")
    except OSError as error:
        raise BadCatalog(
            f"{os.path.dirname(base)}: {error.strerror}; set XDG_CACHE_HOME to a folder that can be written"
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = _stamp(entries)
        if _read(base + ".stamp") == stamp:
            return
        built = build([Path(entries)], Path(base + ".sqlite"), usual())
        if built.findings:
            print(f"kb: {len(built.findings)} findings in {entries}; see `kb check`", file=sys.stderr)
        with open(base + ".stamp.new", "w") as beside:
            beside.write(stamp)
        os.replace(base + ".stamp.new", base + ".stamp")


def _read(path: str) -> str | None:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return None


def _stamp(entries: str) -> str:
    """Names, sizes and times of all that a build reads: the entries, their evidence, and the code that builds."""
    state, other = 0, 1
    for folder in (entries, *(os.path.join(place.PACKAGE, part) for part in ("entry", "catalog", "text"))):
        for root, directories, files in os.walk(folder):
            directories[:] = sorted(d for d in directories if d != "__pycache__")
            for name in sorted(files):
                at = os.stat(os.path.join(root, name), follow_symlinks=False)
                text = f"{root}/{name} {at.st_size} {at.st_mtime_ns}\n"
                state = crc32(os.fsencode(text), state)
                other = adler32(os.fsencode(text), other)
    return f"{state:08x}{other:08x}"
