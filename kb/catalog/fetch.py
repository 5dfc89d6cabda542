"""A catalog as an artefact: at a path or an https address, its SHA-256 beside it, checked before it is used."""

import hashlib
import os
import re
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO
from zlib import crc32

from kb import place
from kb.catalog.read import Snapshot
from kb.errors import BadCatalog, Misuse

BESIDE = ".sha256"
LARGEST = 8 << 30
"""Bytes of a catalog: five million entries."""
SILENCE, LONGEST = 10, 900
"""Seconds that an address may be silent, and that a file may take."""
CHUNK = 1 << 20
LEFT_BEHIND = 3600
"""Seconds after which a download that is still under way is taken for one that broke off."""


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_digest(path: Path) -> Path:
    """Write `PATH.sha256`, as `sha256sum` does and reads it, in one step. Raises BadCatalog when it cannot be."""
    beside = path.with_name(path.name + BESIDE)
    try:
        place.write(beside, os.fsencode(f"{digest_of(path)}  {path.name}\n"))
    except OSError as error:
        raise BadCatalog(f"{beside}: {error.strerror}; choose a folder that can be written") from None
    return beside


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    """urllib by itself follows a redirect to http, too, where anybody on the way may answer."""

    def redirect_request(self, *given: Any) -> Any:
        address = given[-1]
        if not address.startswith("https://"):
            raise urllib.error.URLError(f"it leads to {address.partition(':')[0]}, and only https is followed")
        return super().redirect_request(*given)


class Source:
    """Where a server's catalog comes from. What was taken lies in the cache folder, and is all that is ever opened."""

    def __init__(self, address: str) -> None:
        """Raises Misuse for an address that is neither a path nor https."""
        if "://" in address and not address.startswith("https://"):
            raise Misuse(f"{address}: a catalog is taken from a path or an https address")
        self.address = address
        self._remote = address.startswith("https://")
        self._folder = Path(place.cache_folder()) / f"served-{crc32(os.fsencode(address)):08x}"
        self._open = urllib.request.build_opener(_HttpsOnly()).open
        self._etag, self._listed = "", ""

    def newer(self, than: str = "") -> Snapshot | None:
        """The catalog there, checked and opened, when it is another than that of the SHA-256 `than`; None when not.

        Raises BadCatalog when it cannot be had, is not what its SHA-256 says, is damaged or of another version.
        """
        digest = self._digest()
        if digest == than:
            return None
        kept = self._folder / f"{digest}.sqlite"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not kept.exists() or digest_of(kept) != digest:
                self._take(digest, kept)
            snapshot = self._opened(kept)
            for other in self._folder.iterdir():  # whoever has one open goes on with it
                with suppress(FileNotFoundError):  # another server was first
                    if other != kept and (
                        other.suffix == ".sqlite" or other.stat().st_mtime < time.time() - LEFT_BEHIND
                    ):
                        other.unlink()
        except OSError as error:
            raise BadCatalog(f"{self._folder}: {error.strerror}; make room there, or set XDG_CACHE_HOME") from None
        return snapshot

    def last_good(self) -> Snapshot | None:
        """The catalog that was taken last, where one is left; for a start while the address cannot be reached."""
        kept = sorted(self._folder.glob("*.sqlite"), key=lambda p: p.stat().st_mtime)
        return self._opened(kept[-1]) if kept and digest_of(kept[-1]) == kept[-1].stem else None

    def _opened(self, kept: Path) -> Snapshot:
        snapshot = Snapshot(str(kept))
        snapshot.check()
        snapshot.version = kept.stem
        return snapshot

    def _digest(self) -> str:
        """What the file beside the catalog says; asked again only when it changed."""
        with self._reading(self.address + BESIDE, self._etag) as (file, etag):
            if file is not None:
                said = file.read(1000).decode("utf-8", "replace").split()
                if not said or not re.fullmatch("[0-9a-f]{64}", said[0]):
                    raise BadCatalog(f"{self.address}{BESIDE}: no SHA-256; write it with `kb build` or `sha256sum`")
                self._etag, self._listed = etag, said[0]
        return self._listed

    def _take(self, digest: str, kept: Path) -> None:
        """Copy the file to `kept`, unless it is too large, too slow or another than its digest says."""
        new = kept.with_name(f".{digest[:16]}.{secrets.token_hex(4)}")
        until, size, found = time.monotonic() + LONGEST, 0, hashlib.sha256()
        try:
            with new.open("wb") as copy:
                for chunk in self._chunks():
                    size += len(chunk)
                    if size > LARGEST or time.monotonic() > until:
                        raise BadCatalog(f"{self.address}: more than {LARGEST} bytes, or {LONGEST} s")
                    found.update(chunk)
                    copy.write(chunk)
            if found.hexdigest() != digest:
                raise BadCatalog(f"{self.address}: its SHA-256 is {found.hexdigest()}, not {digest} as {BESIDE} says")
            new.replace(kept)
        finally:
            new.unlink(missing_ok=True)

    def _chunks(self) -> Iterator[bytes]:
        """What lies at the address. Raises BadCatalog, and not for what goes wrong where it is copied to."""
        with self._reading(self.address) as (file, _):
            while file and (chunk := file.read(CHUNK)):
                yield chunk

    @contextmanager
    def _reading(self, address: str, etag: str = "") -> Iterator[tuple[BinaryIO | None, str]]:
        """(file, ETag); no file where it is still that of `etag`. Raises BadCatalog."""
        try:
            if not self._remote:
                with Path(address).open("rb") as file:
                    yield file, ""
                return
            request = urllib.request.Request(address, headers={"If-None-Match": etag} if etag else {})  # noqa: S310
            try:
                with self._open(request, timeout=SILENCE) as answer:
                    yield answer, answer.headers.get("ETag", "")
            except urllib.error.HTTPError as error:
                with error:
                    if error.code != 304:
                        raise BadCatalog(f"{address}: answered {error.code} {error.reason}") from None
                yield None, etag
        except (OSError, HTTPException, ValueError) as error:
            said = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
            raise BadCatalog(f"{address}: cannot be read ({said})") from None
