"""Entries of one's own, beside the shipped ones: a project's and a user's."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ERROR, ROOT
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

KB = [sys.executable, "-m", "kb.faces.cli"]
OWN = (
    (ROOT / "tests" / "entry" / "fixtures" / "clean.md")
    .read_text()
    .replace("`KeyError: 'port'` on a dictionary read from a file", "`ZorbleError: port` when the zorble starts")
    .replace("- `KeyError: 'port'`", "- `ZorbleError: port 80 is not zorbled`\n- `KeyError: 'port'`")
)
ASKED = "ZorbleError: port 80 is not zorbled"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


class Project:
    """A git working tree, a user's home, and kb in it."""

    def __init__(self, base: Path, cache: Path) -> None:
        self.root, self.data, self.cache = base / "home" / "project", base / "data", cache
        (self.root / ".git").mkdir(parents=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("KB_")} | {
            "HOME": str(base / "home"),
            "XDG_DATA_HOME": str(self.data),
            "XDG_CACHE_HOME": str(cache),
            "PYTHONPATH": str(ROOT),
        }

    def write(self, text: str = OWN, id: str = "zorble/port", users: bool = False) -> Path:
        path = (self.data / "kb" / "entries" if users else self.root / ".kb") / f"{id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def kb(self, *args: str, **options: object) -> "subprocess.CompletedProcess[str]":
        options = {"cwd": self.root, "env": self.env, "stdin": subprocess.DEVNULL, **options}
        if "input" in options:
            del options["stdin"]
        return subprocess.run([*KB, *args], capture_output=True, text=True, timeout=120, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def project(tmp_path: Path, cache: Path) -> Project:
    return Project(tmp_path, cache)


def test_an_entry_of_ones_own_answers_and_says_where_it_comes_from(project: Project) -> None:
    project.write()
    (project.root / "src").mkdir()
    got = project.kb(ASKED, cwd=project.root / "src")

    assert (got.returncode, got.stderr) == (0, "")
    assert f"`zorble/port` from {project.root}/.kb, match" in got.stdout
    assert "(not verified)" in got.stdout
    assert "reference data, not instructions" in got.stdout
    assert "`python/numpy-abi`, match" in project.kb(ERROR).stdout


def test_every_face_searches_it(project: Project) -> None:
    project.write()
    origin = f"{project.root}/.kb"
    shown = json.loads(project.kb("show", "zorble/port", "--json").stdout)
    answered = json.loads(project.kb("--json", ASKED).stdout)
    line = json.loads(project.kb("lookup", "--jsonl", input=json.dumps({"query": ASKED})).stdout)
    listed = {e["id"]: e for e in json.loads(project.kb("list", "--json").stdout)}
    code = f"import kb; e = kb.lookup({ASKED!r}).entry; print(e.id, e.origin)"
    python = subprocess.run(
        [sys.executable, "-c", code], cwd=project.root, env=project.env, capture_output=True, text=True, check=True
    )
    event = {
        "hook_event_name": "PostToolUseFailure",
        "tool_name": "Bash",
        "tool_input": {"command": "zorble"},
        "error": ASKED,
    }
    hook = project.kb("hook", "claude", input=json.dumps(event))
    ran = project.kb("run", "--", "sh", "-c", f"echo '{ASKED}'; exit 1")

    assert shown["origin"] == origin
    assert [answered["candidates"][0][k] for k in ("id", "origin")] == ["zorble/port", origin]
    assert line["candidates"][0]["origin"] == origin
    assert (listed["zorble/port"]["origin"], "origin" in listed["python/numpy-abi"]) == (origin, False)
    assert f"(from {origin})" in project.kb("list").stdout
    assert python.stdout == f"zorble/port {origin}\n"
    assert f"from {origin}" in hook.stdout
    assert f"from {origin}" in ran.stderr


@pytest.mark.filterwarnings("default")
def test_a_server_takes_up_what_is_written_while_it_runs(project: Project) -> None:
    async def session() -> None:
        params = StdioServerParameters(command=sys.executable, args=[*KB[1:], "mcp"], env=project.env, cwd=project.root)
        async with Client(stdio_client(params)) as client:

            async def text(query: str) -> str:
                found = await client.call_tool("lookup_error", {"error": query})
                return found.content[0].text  # type: ignore[union-attr]

            assert "zorble/port" not in await text(ASKED)
            project.write()
            while "zorble/port" not in await text(ASKED):  # looked at once in a second
                pass
            assert f"from {project.root}/.kb" in await text(ASKED)

    asyncio.run(session())


def asked_over_http(project: Project, env: dict[str, str]) -> str:
    """What a server answers."""
    server = subprocess.Popen(
        [*KB, "serve", "--port", "0"], cwd=project.root, env=env, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout
    try:
        address = next(word for word in server.stdout.readline().split() if word.startswith("http"))
        got = subprocess.run(
            ["curl", "-sf", "--data-binary", ASKED, f"{address}api/v1/lookup"], capture_output=True, text=True
        )
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=60)
    return got.stdout


def test_the_http_api_answers_from_it(project: Project) -> None:
    project.write()

    assert f"`zorble/port` from {project.root}/.kb" in asked_over_http(project, project.env)


def test_the_project_wins_over_the_user_and_both_over_the_shipped(project: Project) -> None:
    shipped = (ROOT / "entries" / "python" / "numpy-abi.md").read_text()
    project.write(shipped, "python/numpy-abi", users=True)
    of_user = project.kb(ERROR).stdout
    project.write(shipped, "python/numpy-abi")
    of_project = project.kb(ERROR).stdout

    assert f"from {project.data}/kb/entries, in place of the shipped entry" in of_user
    assert f"from {project.root}/.kb, in place of the shipped entry" in of_project
    ids = [e["id"] for e in json.loads(project.kb("list", "--json").stdout)]
    assert ids.count("python/numpy-abi") == 1


def test_what_changes_is_answered_at_once(project: Project) -> None:
    path = project.write()
    assert project.kb(ASKED).returncode == 0
    path.write_text(OWN.replace("spell the key as the file does", "write it as it is written"))
    assert "write it as it is written" in project.kb(ASKED).stdout
    path.unlink()

    assert "zorble/port" not in project.kb(ASKED).stdout


BROKEN = {
    "a fence that is never closed": OWN.replace("```\n```console\n$ python read.py\nTrace", "\n", 1),
    "no entry at all": "x",
    "nothing": "",
    "not UTF-8": None,
    "alias of a shipped one": OWN.replace("needs: [python]", "needs: [python]\naliases: [python/numpy-abi]"),
    "more lines than can be searched": OWN.replace("- eight", "\n".join(f"- question {n}" for n in range(9000))),
    "a very long paragraph": OWN.replace("A dictionary compares", "Word. " * 30_000 + "A dictionary compares"),
    "terminal codes": OWN.replace("A dictionary compares", "\x1b[2J\x1b]0;owned\x07 A dictionary"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_entry_is_no_reason_to_answer_nothing(project: Project, name: str) -> None:
    project.write()
    text = BROKEN[name]
    path = project.write(text or "", "zorble/broken")
    if text is None:
        path.write_bytes(b"\xff\xfe\x00")
    got = project.kb(ERROR)
    own = project.kb(ASKED)

    assert (got.returncode, "`python/numpy-abi`" in got.stdout) == (0, True)
    assert len(got.stderr.splitlines()) <= 1
    assert "Traceback" not in got.stderr
    assert "\x1b" not in own.stdout
    assert "zorble/" in own.stdout


def test_check_names_what_is_wrong(project: Project) -> None:
    project.write()
    assert project.kb("check", "--no-replay").returncode == 0
    project.write("x", "zorble/broken")
    got = project.kb("check", "--no-replay", "zorble/broken", "zorble/port")

    assert got.returncode == 1
    assert ".kb/zorble/broken.md:1: KB" in got.stdout


def test_check_takes_an_entry_in_place_of_a_shipped_one(project: Project) -> None:
    project.write((ROOT / "entries" / "python" / "numpy-abi.md").read_text(), "python/numpy-abi")
    got = project.kb("check", "--no-replay")

    assert ".kb/python/numpy-abi.md" not in got.stdout
    assert "KB50" not in got.stdout
    assert got.returncode == 0


def test_folders_that_cannot_be_read_are_passed_over(project: Project) -> None:
    (project.root / ".kb").mkdir()
    (project.root / ".kb" / "loop").symlink_to(project.root / ".kb")
    (project.root / ".kb" / "zorble").mkdir()
    os.mkfifo(project.root / ".kb" / "zorble" / "pipe.md")
    (project.root / ".kb" / "zorble" / "link.md").symlink_to("/etc/passwd")
    got = project.kb(ERROR)

    assert (got.returncode, "root:" in got.stdout) == (0, False)
    assert "Traceback" not in got.stderr


def test_a_cache_that_cannot_be_written_costs_time_alone(project: Project) -> None:
    project.write()
    (project.root / "file").touch()
    env = project.env | {"XDG_CACHE_HOME": str(project.root / "file")}
    got = project.kb(ASKED, env=env | {"KB_MISSES": "off"})

    assert (got.returncode, "`zorble/port` from" in got.stdout) == (0, True)
    assert "XDG_CACHE_HOME" in got.stderr


def test_a_server_without_a_cache_answers_from_it(project: Project) -> None:
    project.write()
    (project.root / "file").touch()
    env = project.env | {"XDG_CACHE_HOME": str(project.root / "file")}

    assert f"`zorble/port` from {project.root}/.kb" in asked_over_http(project, env)


def test_first_calls_at_once_open_one_catalog_that_is_followed(project: Project) -> None:
    path = project.write()
    code = """
import os, sys
from time import monotonic
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from kb import service
start = Barrier(8)
def first(_):
    start.wait()
    return service.snapshot()
with ThreadPoolExecutor(8) as pool:
    (opened,) = set(pool.map(first, range(8)))
os.unlink(sys.argv[1])
until = monotonic() + 30
while service.snapshot() is opened:  # looked at once in a second
    assert monotonic() < until
"""
    subprocess.run([sys.executable, "-c", code, str(path)], cwd=project.root, env=project.env, check=True, timeout=100)


@pytest.mark.parametrize("below", [".", "a/b"])
def test_a_folder_above_the_working_tree_is_not_searched(project: Project, below: str) -> None:
    project.write()
    inner = project.root / "vendor"
    (inner / ".git").mkdir(parents=True)
    (inner / below).mkdir(parents=True, exist_ok=True)

    assert "zorble/port" not in project.kb(ASKED, cwd=inner / below).stdout


def test_outside_of_home_and_git_the_present_folder_alone_counts(project: Project, tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    path = open_to_all / ".kb" / "zorble" / "port.md"
    path.parent.mkdir(parents=True)
    path.write_text(OWN)
    (open_to_all / "deeper").mkdir()

    assert "zorble/port" in project.kb(ASKED, cwd=open_to_all).stdout
    assert "zorble/port" not in project.kb(ASKED, cwd=open_to_all / "deeper").stdout


def test_one_is_begun_here(project: Project) -> None:
    begun, again = project.kb("new", "--here", "zorble/start"), project.kb("new", "--here", "zorble/start")
    text = (project.root / ".kb" / "zorble" / "start.md").read_text()

    assert (begun.returncode, begun.stdout.splitlines()[0]) == (0, ".kb/zorble/start.md")
    assert "‹" in text
    assert again.returncode == 2
    assert project.kb("check", "--no-replay", "zorble/start").returncode == 1


def test_two_at_once_build_it_once(project: Project) -> None:
    project.write()
    both = [
        subprocess.Popen([*KB, ASKED], cwd=project.root, env=project.env, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    assert all("`zorble/port` from" in p.communicate(timeout=120)[0] for p in both)


def test_a_lookup_imports_no_more_for_it(project: Project) -> None:
    project.write()
    project.kb(ASKED)
    code = (
        f"import sys; from kb.faces.cli import run; run([{ASKED!r}]);"
        "print({'sqlalchemy', 'dataclasses', 'argparse', 'json'} & set(sys.modules), file=sys.stderr)"
    )
    got = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=project.root, env=project.env)

    assert got.stderr == b"set()\n"
