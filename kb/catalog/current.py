"""Which snapshot is the present one: the wheel's, a given one, or the checkout's, built on first use."""

import os
import sys
from pathlib import Path

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
        return Snapshot(Path(given))
    if place.installed():
        return Snapshot(place.PACKED / "catalog.sqlite")
    return fresh(place.entries_folder())


def fresh(entries: Path) -> Snapshot:
    """The snapshot of a folder of entries, kept in the cache folder, built under a lock when the folder changed."""
    from hashlib import blake2b

    name = blake2b(os.fsencode(entries.absolute()), digest_size=8).hexdigest()
    path = place.cache_folder() / f"catalog-{name}.sqlite"
    stamp_file = path.with_suffix(".stamp")
    stamp = _stamp(entries)
    if _read(stamp_file) != stamp:
        _build(entries, path, stamp_file)
    try:
        return Snapshot(path)
    except BadCatalog:
        stamp_file.unlink(missing_ok=True)
        _build(entries, path, stamp_file)
        return Snapshot(path)


def _build(entries: Path, path: Path, stamp_file: Path) -> None:
    import fcntl

    from kb.catalog.build import build

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_suffix(".lock").open("w")
    except OSError as error:
        raise BadCatalog(f"{path.parent}: {error.strerror}; set XDG_CACHE_HOME to a folder that can be written") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = _stamp(entries)
        if _read(stamp_file) == stamp and path.exists():
            return
        built = build([entries], path)
        if built.findings:
            print(f"kb: {len(built.findings)} findings in {entries}; see `kb check`", file=sys.stderr)
        beside = stamp_file.with_suffix(".stamp.new")
        beside.write_text(stamp)
        beside.replace(stamp_file)


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None


def _stamp(entries: Path) -> str:
    """Names, sizes and times of all that a build reads: the entries, their evidence, and the code that builds."""
    from hashlib import blake2b

    state = blake2b(digest_size=16)
    code = Path(__file__).parent.parent
    for folder in (entries, code / "entry", code / "catalog", code / "text"):
        for root, directories, files in os.walk(folder):
            directories[:] = sorted(d for d in directories if d != "__pycache__")
            for name in sorted(files):
                at = os.stat(os.path.join(root, name), follow_symlinks=False)
                state.update(os.fsencode(f"{root}/{name} {at.st_size} {at.st_mtime_ns}\n"))
    return state.hexdigest()
