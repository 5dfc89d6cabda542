"""`kb install`: the clients' configurations, edited and put back, and read by the clients' own command lines."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from clients import on_path, run
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import __version__
from kb.faces import jsonc

SERVER = {"command": "kb", "args": ["mcp"]}
HOOK = {"matcher": "Bash", "hooks": [{"type": "command", "command": "kb hook claude", "timeout": 5}]}
FILES = {
    "claude": [".claude.json", ".claude/settings.json"],
    "codex": [".codex/config.toml"],
    "cursor": [".cursor/mcp.json"],
    "vscode": [".config/Code/User/mcp.json"],
}
IN_A_PROJECT = {
    "claude": [".mcp.json", ".claude/settings.json"],
    "codex": [".codex/config.toml"],
    "cursor": [".cursor/mcp.json"],
    "vscode": [".vscode/mcp.json"],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def install(home: Path):  # type: ignore[no-untyped-def]
    """Runs `kb install` in an empty home, where `kb` is on PATH and no client is. Returns what it prints."""

    def call(*args: str, status: int = 0, env: dict[str, str] | None = None) -> str:
        path = {"HOME": str(home), "PATH": f"{ROOT}/.venv/bin:/usr/bin:/bin", "XDG_CONFIG_HOME": str(home / ".config")}
        cleared = {"CLAUDE_CONFIG_DIR": "", "CODEX_HOME": "", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-m", "kb.faces.cli", "install", *args],
            env={**os.environ, **path, **cleared, **(env or {})},
            cwd=home,
            capture_output=True,
        )
        assert done.returncode == status, done.stderr
        assert b"Traceback" not in done.stderr
        return (done.stdout + done.stderr).decode()

    return call


def tree(home: Path) -> dict[str, bytes]:
    return {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}


@pytest.mark.parametrize("project", [[], ["--project"]], ids=["own", "project"])
@pytest.mark.parametrize("client", sorted(FILES))
def test_an_empty_home_is_set_up_once_and_is_empty_again(install, home: Path, client: str, project: list[str]) -> None:  # type: ignore[no-untyped-def]
    shown = install(client, *project, "--dry-run")
    assert tree(home) == {}

    assert install(client, *project).replace("wrote", "would write") == shown
    files = tree(home)
    assert sorted(files) == sorted((IN_A_PROJECT if project else FILES)[client])
    assert all(b"kb" in text for text in files.values())
    assert all(f"+++ {home / name}" in shown or f"+++ {name}" in shown for name in files)

    assert "nothing to change" in install(client, *project)
    assert tree(home) == files

    (secret, *_) = files
    assert ((home / secret).stat().st_mode & 0o077 == 0) == (not project)
    install(client, *project, "--remove")
    assert list(home.rglob("*.json")) == list(home.rglob("*.toml")) == []
    assert "nothing to take out" in install(client, *project, "--remove")


JSONC = """\ufeff{
\t// mine
\t"servers": {
\t\t"other": {"command": "x", /* why */ "env": {"TOKEN": "sk-ant-0123456789abcdef"}},
\t},
\t"inputs": [],
}""".replace("\n", "\r\n")
WRITTEN = {
    "vscode": (".config/Code/User/mcp.json", JSONC),
    "cursor": (".cursor/mcp.json", '{"mcpServers": {}, "x": [1, 2]}'),
    "claude": (
        ".claude/settings.json",
        '{\n    "hooks": {\n        "PostToolUseFailure": [\n            {"matcher": "Bash", "hooks": []}\n        ]\n'
        '    },\n    "model": "é"\n}\n',
    ),
    "codex": (
        ".codex/config.toml",
        '# mine\nmodel = "x"   # keep\n\n[mcp_servers.other]\ncommand="o" # why\n\n# the screen\n[tui]\na = 1',
    ),
}


@pytest.mark.parametrize("client", sorted(WRITTEN))
def test_what_is_there_stays_to_the_byte(install, home: Path, client: str) -> None:  # type: ignore[no-untyped-def]
    name, text = WRITTEN[client]
    path = home / name
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode())
    path.chmod(0o640)

    shown = install(client)

    added = path.read_bytes().decode()
    assert added != text
    kept = iter(added)
    assert all(c in kept for c in text), "something was taken out"
    assert path.stat().st_mode & 0o777 == 0o640
    assert "sk-ant" not in shown
    install(client, "--remove")
    assert path.read_bytes() == text.encode()


def test_what_was_written_since_stays(install, home: Path) -> None:  # type: ignore[no-untyped-def]
    install("claude")
    config = home / ".claude.json"
    config.write_text(json.dumps({"numStartups": 3, **json.loads(config.read_text()), "userID": "me"}, indent=2))

    install("claude", "--remove")

    assert json.loads(config.read_text()) == {"numStartups": 3, "userID": "me"}


@pytest.mark.parametrize(
    ("client", "name", "text", "told"),
    [
        ("cursor", ".cursor/mcp.json", "{", "not JSON"),
        ("cursor", ".cursor/mcp.json", "[" * 100_000, "not JSON"),
        ("cursor", ".cursor/mcp.json", "[]", '"mcpServers"'),
        ("cursor", ".cursor/mcp.json", '{"mcpServers": null}', '"mcpServers"'),
        ("cursor", ".cursor/mcp.json", '{"mcpServers": {"kb": {"command": "knowledge"}}}', "another 'kb'"),
        ("cursor", ".cursor/mcp.json", "\udcff", "cannot be read"),
        ("claude", ".claude/settings.json", '{"hooks": {"PostToolUseFailure": {}}}', "kb hook claude"),
        ("codex", ".codex/config.toml", "mcp_servers = {}\n", "[mcp_servers.kb]"),
        ("codex", ".codex/config.toml", "mcp_servers = 5\n", "[mcp_servers.kb]"),
        ("codex", ".codex/config.toml", "a = \n", "not TOML"),
        ("codex", ".codex/config.toml", '[mcp_servers.kb]\ncommand = "knowledge"\n', "another server 'kb'"),
    ],
    ids=lambda v: v[:40],
)
def test_what_cannot_be_edited_is_left_and_told(
    install, home: Path, client: str, name: str, text: str, told: str
) -> None:  # type: ignore[no-untyped-def]
    path = home / name
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    before = tree(home)

    status = 4 if told == "cannot be read" else 2
    assert told in install(client, status=status)
    assert tree(home) == before


def test_a_file_in_the_way_is_told(install, home: Path) -> None:  # type: ignore[no-untyped-def]
    (home / ".cursor").write_text("")

    assert "cannot be" in install("cursor", status=4)


def test_a_client_that_writes_something_else_is_not_followed(install, home: Path) -> None:  # type: ignore[no-untyped-def]
    (home / "bin").mkdir()
    for client, writes in (
        ("claude", '{"mcpServers": {}, "x": 1} > .mcp.json'),
        ("codex", "nonsense > .codex/config.toml"),
    ):
        (home / "bin" / client).write_text(f"#!/bin/sh\nmkdir -p .codex\necho {writes}\n")
        (home / "bin" / client).chmod(0o755)
    path = {"PATH": f"{home}/bin:{ROOT}/.venv/bin:/usr/bin:/bin"}

    install("claude", env=path)
    install("codex", env=path)

    assert json.loads((home / ".claude.json").read_text())["mcpServers"]["kb"]["command"] == "kb"
    assert tomllib.loads((home / ".codex" / "config.toml").read_text()) == {"mcp_servers": {"kb": SERVER}}


def test_another_server_of_that_name_is_not_taken_out(install, home: Path) -> None:  # type: ignore[no-untyped-def]
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_text('{"mcpServers": {"kb": {"command": "knowledge"}}}')

    assert "nothing to take out" in install("cursor", "--remove")


def test_a_link_stays_a_link(install, home: Path) -> None:  # type: ignore[no-untyped-def]
    kept = home / "dotfiles.json"
    kept.write_text("{}")
    (home / ".cursor").mkdir()
    (home / ".cursor" / "mcp.json").symlink_to(kept)

    install("cursor")

    assert (home / ".cursor" / "mcp.json").is_symlink()
    assert json.loads(kept.read_text()) == {"mcpServers": {"kb": SERVER}}


blanks = st.sampled_from(["", " ", "\n", "\n  ", "\t", " // c\n", " /* }, */ "])
names = st.sampled_from(["a", "b", "hooks", "P", "mcpServers", "kc", 'q"\\', "//"])
scalars = st.sampled_from(["1", "true", '"x, }"', '"\\""', "[]", "{}", "[1, 2]"])


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> str:
    members = []
    for name in draw(st.lists(names, unique=True, max_size=3)):
        value = draw(objects(depth - 1)) if depth and name in ("hooks", "mcpServers") else draw(scalars)
        if name == "P":
            value = draw(st.sampled_from(["[]", "[ 1 ]", "[\n 1,\n]"]))
        members.append(f"{draw(blanks)}{json.dumps(name)}:{draw(blanks)}{value}{draw(blanks)}")
    trailing = draw(st.sampled_from(["", ","])) if members else ""
    return "{" + ",".join(members) + trailing + draw(blanks) + "}"


@settings(max_examples=400)
@given(objects(), st.sampled_from([("mcpServers", "kb"), ("hooks", "P", None)]), blanks)
def test_any_json_with_comments_is_as_it_was(text: str, path: jsonc.Path, end: str) -> None:
    text += end
    there = jsonc.parse(text)
    at = there.get(path[0], {})
    if not isinstance(at, dict):
        return

    added = jsonc.add(text, path, HOOK)

    expected = {"kb": HOOK} if path[1] == "kb" else {"P": [*at.get("P", []), HOOK]}
    assert jsonc.parse(added) == there | {path[0]: at | expected}
    assert jsonc.remove(added, path, lambda v: v == HOOK) == text


def test_claude_reads_what_was_put_in(install, home: Path) -> None:  # type: ignore[no-untyped-def]
    env = on_path({**os.environ, "HOME": str(home), "CLAUDE_CONFIG_DIR": ""})
    env["PATH"] = f"{ROOT}/.venv/bin:{env['PATH']}"
    by_itself = home / "by-itself"
    by_itself.mkdir()
    run("claude", "mcp", "add", "-s", "project", "kb", "--", "kb", "mcp", env=env, cwd=by_itself)
    written = json.loads((by_itself / ".mcp.json").read_text())

    install("claude", env={"PATH": env["PATH"]})

    assert json.loads((home / ".claude.json").read_text())["mcpServers"] == written["mcpServers"]
    assert "Connected" in run("claude", "mcp", "get", "kb", env=env, cwd=home).stdout
    run("claude", "mcp", "remove", "-s", "user", "kb", env=env, cwd=home)
    assert "nothing to take out of" not in install("claude", "--remove")  # the hook is left to us


def test_codex_reads_what_was_put_in(install, home: Path) -> None:  # type: ignore[no-untyped-def]
    env = on_path({**os.environ, "HOME": str(home), "CODEX_HOME": ""})
    path = home / ".codex" / "config.toml"
    path.parent.mkdir()
    path.write_text(WRITTEN["codex"][1])

    install("codex", env={"PATH": f"{ROOT}/.venv/bin:{env['PATH']}"})

    assert tomllib.loads(path.read_text())["mcp_servers"]["kb"] == SERVER
    listed = run("codex", "mcp", "list", env=env, cwd=home).stdout
    assert [line.split()[:3] for line in listed.splitlines() if line.startswith("kb")] == [["kb", "kb", "mcp"]]
    run("codex", "mcp", "remove", "kb", env=env, cwd=home)
    assert "nothing to take out" in install("codex", "--remove")


def test_the_plugin_is_valid_and_of_this_version(home: Path) -> None:
    plugin = ROOT / "integrations" / "claude-code"
    env = {**os.environ, "HOME": str(home)}

    for args in ([str(plugin)], ["--profile", "directory", str(plugin)], [str(ROOT / "integrations")]):
        done = run("claude", "plugin", "validate", "--strict", *args, env=env)
        assert done.returncode == 0, done.stdout
    assert json.loads((plugin / ".claude-plugin" / "plugin.json").read_text())["version"] == __version__
    assert json.loads((plugin / "hooks" / "hooks.json").read_text())["hooks"]["PostToolUseFailure"] == [HOOK]


def test_the_skill_is_valid() -> None:
    skill = ROOT / "integrations" / "claude-code" / "skills" / "kb-errors"

    done = subprocess.run([Path(sys.executable).with_name("agentskills"), "validate", skill], capture_output=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_plugin_is_installed_by_the_client_and_its_server_answers(home: Path, catalog: Path) -> None:
    env = on_path({**os.environ, "HOME": str(home), "CLAUDE_CONFIG_DIR": "", "KB_CATALOG": str(catalog)})
    env["PATH"] = f"{ROOT}/.venv/bin:{env['PATH']}"

    run("claude", "plugin", "marketplace", "add", str(ROOT / "integrations"), env=env, cwd=home)
    run("claude", "plugin", "install", "kb@kb-errors", env=env, cwd=home)

    assert "kb@kb-errors" in run("claude", "plugin", "list", env=env, cwd=home).stdout
    assert "Connected" in run("claude", "mcp", "list", env=env, cwd=home).stdout
