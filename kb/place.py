"""Where things lie: inside the wheel, or in a checkout and the user's cache folder."""

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent
PACKED = PACKAGE / "_data"
"""What the wheel carries: `entries/`, `web/`, `catalog.sqlite`."""


def installed() -> bool:
    return PACKED.is_dir()


def entries_folder() -> Path:
    """The shipped entries, or those of the checkout that this package is imported from."""
    return (PACKED if installed() else PACKAGE.parent) / "entries"


def web_folder() -> Path:
    return (PACKED if installed() else PACKAGE.parent) / "web"


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/kb`, `~/Library/Caches/kb` on macOS, else `~/.cache/kb`. Not created here."""
    given = os.environ.get("XDG_CACHE_HOME")
    if given:
        return Path(given) / "kb"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "kb"
