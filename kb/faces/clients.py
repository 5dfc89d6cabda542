"""The clients that `kb install` knows: which files say what, and how an entry of ours is put in and taken out."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from kb.errors import Misuse
from kb.faces import jsonc

HOOK = ("hooks", "PostToolUseFailure", None)
"""Where Claude Code's settings list what runs after a failed command."""


class Edit(Protocol):
    """One entry in one file. A text is None where there is no file. Both raise Misuse and say what to do instead."""

    path: Path

    def within(self, text: str | None) -> str | None:
        """The text with the entry; the same where it is there already."""

    def without(self, text: str | None) -> str | None:
        """The text as it was before."""


class InJson:
    def __init__(self, path: Path, keys: jsonc.Path, value: Any, ours: Callable[[Any], bool]) -> None:
        self.path, self.keys, self.value, self.ours = path, keys, value, ours

    def within(self, text: str | None) -> str | None:
        if text is None or not text.strip():
            return self._fresh()
        there = self._there(self._parsed(text))
        if any(map(self.ours, there)):
            return text
        if there and self.keys[-1] is not None:
            raise Misuse(
                f"{self.path}: has another {self.keys[-1]!r} under {self.keys[0]!r}; rename or remove it first"
            )
        try:
            added = jsonc.add(text, self.keys, self.value)
            if (
                self._there(jsonc.parse(added)) == [*there, self.value]
                and jsonc.remove(added, self.keys, self.ours) == text
            ):
                return added
        except (ValueError, LookupError):
            pass
        raise Misuse(f"{self.path}: cannot be edited in place; add this yourself:\n{self._fresh()}")

    def without(self, text: str | None) -> str | None:
        if text is None or not text.strip() or not any(map(self.ours, self._there(self._parsed(text)))):
            return text
        if text == self._fresh():
            return None
        removed = jsonc.remove(text, self.keys, self.ours)
        if any(map(self.ours, self._there(self._parsed(removed)))):
            raise Misuse(f"{self.path}: cannot be edited in place; remove this yourself:\n{self._fresh()}")
        return removed

    def _fresh(self) -> str:
        whole = self.value
        for key in reversed(self.keys):
            whole = [whole] if key is None else {key: whole}
        return json.dumps(whole, indent=2) + "\n"

    def _parsed(self, text: str) -> Any:
        try:
            return jsonc.parse(text)
        except (ValueError, RecursionError) as error:
            raise Misuse(f"{self.path}: not JSON ({error}); mend it, or add this yourself:\n{self._fresh()}") from None

    def _there(self, parsed: Any) -> list[Any]:
        """What stands at the keys: one value, the elements of a list, or nothing."""
        for key in self.keys:
            if key is None:
                return list(parsed) if isinstance(parsed, list) else []
            if not isinstance(parsed, dict) or key not in parsed:
                return []
            parsed = parsed[key]
        return [parsed]


class InToml:
    """The table `[mcp_servers.kb]`, as text of its own between the others."""

    def __init__(self, path: Path, table: str) -> None:
        """`table`: its lines, the last with its line end."""
        self.path, self.table = path, table

    def within(self, text: str | None) -> str | None:
        if text is None or not text:
            return self.table
        there = self._servers(text)
        if "kb" in there:
            if _is_server(there["kb"]):
                return text
            raise Misuse(f"{self.path}: has another server 'kb'; rename or remove it first")
        end = "\r\n" if "\r\n" in text else "\n"
        table = self.table.replace("\n", end)
        # Where the last line has no line end, ours has none either: so `without` finds the text as it was.
        added = text + end + table if text.endswith("\n") else text + end * 2 + table.removesuffix(end)
        try:
            if self._servers(added) == there | self._servers(self.table) and self.without(added) == text:
                return added
        except Misuse:
            pass
        raise Misuse(f"{self.path}: cannot be edited in place; add this yourself:\n{self.table}")

    def without(self, text: str | None) -> str | None:
        if not text or not _is_server(self._servers(text).get("kb")):
            return text
        if text == self.table:
            return None
        lines = text.splitlines(keepends=True)
        heads = [n for n, line in enumerate(lines) if re.match(r"\s*\[", line)] + [len(lines)]
        ours = [n for n in heads[:-1] if re.match(r"\s*\[\s*mcp_servers\s*\.\s*[\"']?kb[\"']?\s*[.\]]", lines[n])]
        for head in reversed(ours):
            end = heads[heads.index(head) + 1]
            while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
                end -= 1  # what stands before the next table belongs to that one
            unended = not lines[end - 1].endswith("\n")
            if head and not lines[head - 1].strip():
                head -= 1
            del lines[head:end]
            if unended and head:
                lines[head - 1] = lines[head - 1].rstrip("\r\n")
        removed = "".join(lines)
        if "kb" in self._servers(removed):
            raise Misuse(f"{self.path}: cannot be edited in place; remove this yourself:\n{self.table}")
        return removed

    def _servers(self, text: str) -> dict[str, Any]:
        try:
            return dict(tomllib.loads(text.removeprefix("\ufeff")).get("mcp_servers", {}))
        except (ValueError, TypeError, RecursionError) as error:
            raise Misuse(f"{self.path}: not TOML ({error}); mend it, or add this yourself:\n{self.table}") from None


def _is_server(entry: Any) -> bool:
    """Whether an entry starts `kb mcp`, however it says so."""
    if not isinstance(entry, dict):
        return False
    return Path(str(entry.get("command"))).name == "kb" and entry.get("args") == ["mcp"]


def _is_hook(entry: Any) -> bool:
    """Whether an element of Claude Code's list of hooks runs nothing but `kb hook claude`."""
    hooks = entry.get("hooks") if isinstance(entry, dict) else None
    if not isinstance(hooks, list) or len(hooks) != 1 or not isinstance(hooks[0], dict):
        return False
    return re.fullmatch(r"\S*\bkb'? hook claude", str(hooks[0].get("command"))) is not None


def claude(kb: str, project: bool) -> list[Edit]:
    home = Path.home()
    config = os.environ.get("CLAUDE_CONFIG_DIR")
    servers = Path(".mcp.json") if project else Path(config or home, ".claude.json")
    settings = Path(".claude" if project else config or home / ".claude", "settings.json")
    server = {"type": "stdio", "command": kb, "args": ["mcp"], "env": {}}
    written = _by_its_own("claude", "mcp", "add", "-s", "project", "kb", "--", kb, "mcp", writes=".mcp.json")
    if written and _is_server(made := _kb_alone(json.loads, "mcpServers", written)):
        server = made
    run = {"type": "command", "command": f"{shlex.quote(kb)} hook claude", "timeout": 5}
    return [
        InJson(servers, ("mcpServers", "kb"), server, _is_server),
        InJson(settings, HOOK, {"matcher": "Bash", "hooks": [run]}, _is_hook),
    ]


def codex(kb: str, project: bool) -> list[Edit]:
    home = Path(".codex") if project else Path(os.environ.get("CODEX_HOME") or Path.home() / ".codex")
    table = f'[mcp_servers.kb]\ncommand = {json.dumps(kb)}\nargs = ["mcp"]\n'
    written = _by_its_own("codex", "mcp", "add", "kb", "--", kb, "mcp", writes=".codex/config.toml")
    if written and _is_server(_kb_alone(tomllib.loads, "mcp_servers", written)):
        table = written
    return [InToml(home / "config.toml", table)]


def cursor(kb: str, project: bool) -> list[Edit]:
    folder = Path(".cursor") if project else Path.home() / ".cursor"
    return [InJson(folder / "mcp.json", ("mcpServers", "kb"), {"command": kb, "args": ["mcp"]}, _is_server)]


def vscode(kb: str, project: bool) -> list[Edit]:
    if project:
        folder = Path(".vscode")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library/Application Support/Code/User"
    else:
        folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config", "Code/User")
    server = {"type": "stdio", "command": kb, "args": ["mcp"]}
    return [InJson(folder / "mcp.json", ("servers", "kb"), server, _is_server)]


CLIENTS: dict[str, Callable[[str, bool], list[Edit]]] = {
    "claude": claude,
    "codex": codex,
    "cursor": cursor,
    "vscode": vscode,
}
"""By name: how kb is started, whether for this folder alone → the edits."""


def _kb_alone(parse: Callable[[str], Any], key: str, written: str) -> Any:
    """The server kb of a text that says nothing else; None for any other."""
    try:
        whole = parse(written)
        return whole[key]["kb"] if whole == {key: {"kb": whole[key]["kb"]}} else None
    except (ValueError, LookupError, TypeError):
        return None


def _by_its_own(command: str, *args: str, writes: str) -> str | None:
    """What the client's own command line writes where nothing is configured; None where it cannot be asked.

    It is asked in an empty home: on a file that is in use, that of Codex drops comments and that of Claude Code changes
    the order of keys.
    """
    found = shutil.which(command)
    if not found:
        return None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        env = {k: v for k, v in os.environ.items() if k not in ("CLAUDE_CONFIG_DIR", "CODEX_HOME")}
        env |= {"HOME": home, "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}
        quiet = subprocess.DEVNULL
        try:
            subprocess.run(
                [found, *args], cwd=home, env=env, stdin=quiet, stdout=quiet, stderr=quiet, timeout=20, check=True
            )
            return Path(home, writes).read_text(encoding="utf-8")
        except (OSError, subprocess.SubprocessError, ValueError):
            return None
