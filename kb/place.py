"""Where things lie: inside the wheel, or in a checkout and the user's cache folder. Paths as text, for a fast start."""

import os
import sys

PACKAGE = os.path.dirname(os.path.abspath(__file__))
PACKED = os.path.join(PACKAGE, "_data")
"""What the wheel carries: `entries/`, `web/`, `catalog.sqlite`."""


def installed() -> bool:
    return os.path.isdir(PACKED)


def entries_folder() -> str:
    """The shipped entries, or those of the checkout that this package is imported from."""
    return os.path.join(PACKED if installed() else os.path.dirname(PACKAGE), "entries")


def web_folder() -> str:
    return os.path.join(PACKED if installed() else os.path.dirname(PACKAGE), "web")


def cache_folder() -> str:
    """`$XDG_CACHE_HOME/kb`, `~/Library/Caches/kb` on macOS, else `~/.cache/kb`. Not created here."""
    return _folder("XDG_CACHE_HOME", "~/.cache", "~/Library/Caches")


def state_folder() -> str:
    """`$XDG_STATE_HOME/kb`, `~/Library/Application Support/kb` on macOS, else `~/.local/state/kb`. Not created here."""
    return _folder("XDG_STATE_HOME", "~/.local/state", "~/Library/Application Support")


def _folder(variable: str, usual: str, on_macos: str) -> str:
    given = os.environ.get(variable)
    return os.path.join(given or os.path.expanduser(on_macos if sys.platform == "darwin" else usual), "kb")
