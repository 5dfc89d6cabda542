"""Where things lie: inside the wheel, or in a checkout and the user's cache folder. Paths as text, for a fast start."""

import os
import sys

PACKAGE = os.path.dirname(os.path.abspath(__file__))
PACKED = os.path.join(PACKAGE, "_data")
"""What the wheel carries: `entries/`, `web/`, `catalog.sqlite`."""


def write(path: "str | os.PathLike[str]", data: bytes) -> None:
    """Write a file in one step: beside it, then renamed. Raises OSError, and then leaves nothing behind."""
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name}.{os.urandom(4).hex()}")
    try:
        with open(beside, "xb") as file:
            file.write(data)
        os.replace(beside, path)
    except BaseException:
        if os.path.lexists(beside):
            os.unlink(beside)
        raise


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


def user_folder() -> str:
    """Entries of the user's own: `$XDG_DATA_HOME/kb/entries`, by default below `~/.local/share`."""
    return os.path.join(_folder("XDG_DATA_HOME", "~/.local/share", "~/Library/Application Support"), "entries")


def project_folder() -> str | None:
    """The nearest `.kb` from the present folder up to the root of its git working tree or the home folder.

    Outside of both the present folder's alone: further up, anybody may have put one.
    """
    try:
        here = present = os.getcwd()
    except OSError:
        return None
    home = os.path.expanduser("~")
    nearest = None
    while True:
        own = os.path.join(here, ".kb")
        if nearest is None and os.path.isdir(own):
            nearest = own
        if here == home or os.path.exists(os.path.join(here, ".git")):
            return nearest
        if here == os.path.dirname(here):
            return nearest if nearest == os.path.join(present, ".kb") else None
        here = os.path.dirname(here)


def own_folders() -> list[str]:
    """The folders of entries of one's own that are there: the project's, then the user's. The first one wins."""
    return [f for f in (project_folder(), user_folder()) if f and os.path.isdir(f)]


def _folder(variable: str, usual: str, on_macos: str) -> str:
    given = os.environ.get(variable)
    return os.path.join(given or os.path.expanduser(on_macos if sys.platform == "darwin" else usual), "kb")
