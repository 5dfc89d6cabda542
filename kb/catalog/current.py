"""Which snapshot is the present one: a given one, the wheel's, or one built on first use, of a checkout's entries or of
one's own and the shipped ones."""

import os
import sys
from collections.abc import Iterator, Sequence
from time import monotonic
from zlib import adler32, crc32

from kb import place
from kb.catalog.read import Snapshot
from kb.errors import BadCatalog

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any


_seen: "dict[str, Any]" = {}
"""What `snapshot` opened last, of which folders and stamp, and when that was looked at."""
CODE = [
    os.path.join(place.PACKAGE, part)
    for part in ("errors.py", "named.py", "place.py", "text", "entry", "replay", "catalog")
]
"""All that a build may import: a catalog is built again when one of these changed."""
LOOK = 1.0
"""Seconds between two looks at the folders of one's own, in a process that lives on."""


def snapshot() -> Snapshot:
    """The present catalog, opened. Raises BadCatalog.

    `KB_CATALOG` names a file, which is then all there is; else an installed package brings its own; else (a checkout,
    an editable install) the catalog of its entries lies in the user's cache folder and is built again when a file below
    `entries/` changed. Where there are folders of one's own, it is a catalog of both, built again when they changed.
    """
    given = os.environ.get("KB_CATALOG")
    if given:
        return Snapshot(given)
    own = place.own_folders()
    stamp = _own_stamp(own)
    opened = _with_own(own) if own else _shipped()
    _seen.update(opened=opened, own=stamp, at=monotonic())
    return opened


def newer(than: Snapshot) -> Snapshot | None:
    """The present catalog, when `than` is the one before and one's own entries have changed since; None when not."""
    if than is not _seen.get("opened") or monotonic() < _seen["at"] + LOOK:
        return None
    _seen["at"] = monotonic()
    own = place.own_folders()
    return snapshot() if _own_stamp(own) != _seen["own"] else None


def _shipped() -> Snapshot:
    if place.installed():
        return Snapshot(os.path.join(place.PACKED, "catalog.sqlite"))
    return fresh(place.entries_folder())


def _with_own(own: list[str]) -> Snapshot:
    """Of both. What is wrong with one's own folders, or with the cache, is a line on standard error and no more."""
    try:
        try:
            return fresh(place.entries_folder(), own)
        except BadCatalog as error:
            print(f"kb: {error}; until then entries are read afresh each time", file=sys.stderr)
            return _apart(place.entries_folder(), own)
    except Exception as error:  # a fault in somebody's entries must not keep the shipped ones from answering
        print(f"kb: {', '.join(own)} cannot be read ({error}); see `kb check`", file=sys.stderr)
        return _shipped()


def _apart(entries: str, own: list[str]) -> Snapshot:
    """Built for this process alone, gone with it."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from kb.catalog.build import build
    from kb.catalog.fetch import digest_of

    with TemporaryDirectory() as folder:
        out = Path(folder, "catalog.sqlite")
        build([Path(entries)], out, None, [Path(f) for f in own])
        snapshot = Snapshot(str(out))
        snapshot.version = digest_of(out)
        return snapshot


def fresh(entries: str, own: Sequence[str] = ()) -> Snapshot:
    """The snapshot of a folder of entries, and of folders of one's own, kept in the cache folder, built under a lock
    when one of them changed."""
    name = "\0".join(map(os.path.abspath, (entries, *own)))
    base = os.path.join(place.cache_folder(), f"catalog-{crc32(os.fsencode(name)):08x}")
    if _read(base + ".stamp") != _stamp(entries, own):
        _build(entries, own, base)
    try:
        return Snapshot(base + ".sqlite")
    except BadCatalog:
        from contextlib import suppress

        with suppress(FileNotFoundError):  # another process was first
            os.unlink(base + ".stamp")
        _build(entries, own, base)
        return Snapshot(base + ".sqlite")


def _build(entries: str, own: Sequence[str], base: str) -> None:
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
        stamp = _stamp(entries, own)
        if _read(base + ".stamp") == stamp:
            return
        built = build([Path(entries)], Path(base + ".sqlite"), usual(), [Path(f) for f in own])
        if built.findings:
            where = ", ".join(own) or entries
            print(f"kb: {len(built.findings)} findings in {where}; see `kb check`", file=sys.stderr)
        with open(base + ".stamp.new", "w") as beside:
            beside.write(stamp)
        os.replace(base + ".stamp.new", base + ".stamp")


def _read(path: str) -> str | None:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return None


def _stamp(entries: str, own: Sequence[str]) -> str:
    """Names, sizes and times of all that a build reads: the entries, their evidence, and the code that builds."""
    if entries.startswith(place.PACKED):
        # An installed package is replaced as a whole.
        return _own_stamp([os.path.join(place.PACKED, "catalog.sqlite"), *own])
    return _own_stamp([entries, *own, *CODE])


def code_stamp() -> str:
    """Names, sizes and times of the code that builds."""
    return _own_stamp(CODE)


def _own_stamp(places: Sequence[str]) -> str:
    """Names, sizes and times of files, and of all files in folders and in the folders in these."""
    state, other = 0, 1
    for path in _files(places):
        try:
            at = os.stat(path, follow_symlinks=False)
        except OSError:  # it went meanwhile
            continue
        text = f"{path} {at.st_size} {at.st_mtime_ns}{f' {at.st_ctime_ns}' if path in places else ''}\n"
        state = crc32(os.fsencode(text), state)
        other = adler32(os.fsencode(text), other)
    return f"{state:08x}{other:08x}"


def _files(places: Sequence[str]) -> Iterator[str]:
    for given in places:
        if not os.path.isdir(given):
            yield given
        for root, directories, files in os.walk(given):
            # No deeper: an entry lies in a folder of the root, and around a draft by itself lies anything.
            directories[:] = sorted(d for d in directories if d != "__pycache__") if root == given else []
            yield from (os.path.join(root, name) for name in sorted(files))
