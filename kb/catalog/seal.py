"""The checksum that a catalog carries of itself, by which damage that SQLite does not see is seen."""

import mmap
import re
from pathlib import Path
from zlib import crc32

KEY = "crc32 of this file, with its digits as zeros: "
"""The row of `meta` whose value it is. Eight hexadecimal digits stand right behind these words, nowhere else."""
BLANK = "0" * 8


def seal(path: Path) -> None:
    """Write the checksum into a catalog that has a blank one."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        at = data.find((KEY + BLANK).encode()) + len(KEY)
        data[at : at + 8] = f"{crc32(data):08x}".encode()


def sealed(path: str) -> bool:
    """Whether the file is, to the last bit, what was sealed. Reads all of it, some 1 GB a second. Raises OSError."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:  # noqa: PTH123
        found = re.search(re.escape(KEY.encode()) + b"([0-9a-f]{8})", data)
        if not found:
            return False
        said, at, end = found[1], *found.span(1)
        del found  # it holds the map open
        with memoryview(data) as whole, whole[:at] as before, whole[end:] as behind:
            return said == f"{crc32(behind, crc32(BLANK.encode(), crc32(before))):08x}".encode()
