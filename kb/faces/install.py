"""`kb install CLIENT`: sets a client up to ask kb, by an edit of its configuration that can be taken out again."""

import argparse
import importlib.util
import os
import shutil
import sys
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path

from kb.errors import KbError, Misuse
from kb.faces.clients import CLIENTS, Edit
from kb.text.redact import redact

FOLDERS = (".claude", ".codex", ".cursor", ".vscode")
"""Removed with the last file in them."""


def main(argv: list[str]) -> int:
    """Exit status 0: it is as asked, whether or not there was anything to do. Raises Misuse, KbError."""
    parser = argparse.ArgumentParser(
        prog="kb install", description="Set a client up to ask kb; shows what it changes in the client's configuration."
    )
    parser.add_argument("client", choices=sorted(CLIENTS))
    parser.add_argument("--project", action="store_true", help="for this folder, not for all of yours")
    parser.add_argument("--remove", action="store_true", help="take it out again")
    parser.add_argument("--dry-run", action="store_true", help="show the changes, write nothing")
    asked = parser.parse_args(argv)
    edits = CLIENTS[asked.client](_command(asked.project), asked.project)
    changes = []
    for edit in edits:
        before = _read(edit.path)
        after = edit.without(before) if asked.remove else edit.within(before)
        if after != before:
            changes.append((edit.path, before, after))
            print(_diff(edit, before, after), end="")
    for path, before, after in changes:
        if asked.dry_run:
            print(f"would write {path}" if after is not None else f"would remove {path}")
        else:
            _replace(path, before, after, private=not asked.project)
            print(f"{'wrote' if after is not None else 'removed'} {path}")
    if not changes:
        print(f"nothing to {'take out of' if asked.remove else 'change in'} {', '.join(str(e.path) for e in edits)}")
    if not asked.remove and importlib.util.find_spec("mcp") is None:
        print("kb install: the MCP server needs one more package: pip install 'kb-errors[mcp]'", file=sys.stderr)
    return 0


def _command(project: bool) -> str:
    """How the client starts kb: by name where others share the file or PATH knows it, else where it lies."""
    beside = Path(sys.executable).with_name("kb")
    if project or shutil.which("kb"):
        return "kb"
    if beside.exists():
        return str(beside)
    raise Misuse("kb is not on PATH: the client could not start it")


def _read(path: Path) -> str | None:
    """The text of a file with its line ends; None where there is none."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise KbError(f"{path}: cannot be read ({error}); nothing was changed there") from None


def _diff(edit: Edit, before: str | None, after: str | None) -> str:
    """A unified diff; secrets that stand beside the change are not shown."""
    old, new = ((redact(text or "")).splitlines() for text in (before, after))
    lines = unified_diff(old, new, str(edit.path), str(edit.path), lineterm="")
    return "".join(line + "\n" for line in lines)


def _replace(path: Path, before: str | None, after: str | None, private: bool) -> None:
    """Write beside, then rename; through a link to the file that it leads to. None removes the file.

    A new file is `private` where the client will keep more in it than what is ours.
    """
    path = Path(os.path.realpath(path))
    beside = path.with_name(f".{path.name}.kb-{os.getpid()}")
    try:
        if after is None:
            path.unlink()
            if path.parent.name in FOLDERS and not any(path.parent.iterdir()):
                path.parent.rmdir()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("x", encoding="utf-8", newline="") as file:
            file.write(after)
        if before is not None:
            shutil.copymode(path, beside)
        elif private:
            beside.chmod(0o600)
        if _read(path) != before:  # a client that runs writes its state there
            raise KbError(f"{path}: changed meanwhile; nothing was written there, run it again")
        beside.rename(path)
    except OSError as error:
        raise KbError(f"{path}: cannot be written ({error.strerror}); nothing was changed there") from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
