"""`kb check --report`, and what puts the report under a pull request."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kb.catalog.build import build
from kb.catalog.read import Snapshot
from kb.round_trip import changed

CLEAN = (ROOT / "tests" / "entry" / "fixtures" / "clean.md").read_text()
PUBLISH = ROOT / "tools" / "publish_report.py"
sys.path.insert(0, str(PUBLISH.parent))
from publish_report import MARKER, quiet  # noqa: E402


@pytest.fixture
def entries(tmp_path: Path) -> Path:
    (tmp_path / "entries" / "python").mkdir(parents=True)
    return tmp_path / "entries"


def kb(entries: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "XDG_CACHE_HOME": str(entries.parent / "cache")}
    command = [sys.executable, "-m", "kb.faces.cli", *args]
    return subprocess.run(command, cwd=entries.parent, env=env, capture_output=True, text=True, timeout=120)


def report(entries: Path, *args: str) -> tuple[int, str]:
    page = entries.parent / "report.md"
    done = kb(entries, "check", "--report", str(page), *args)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, page.read_text()


def test_a_report_shows_before_and_after_and_makes_the_evidence_afresh(entries: Path) -> None:
    path = entries / "python" / "missing-key.md"
    path.write_text(CLEAN)
    without, page = report(entries, str(path))
    kb(entries, "verify", str(path))
    proven, again = report(entries, str(path))
    evidence = path.with_suffix(".evidence.json")
    evidence.write_text(evidence.read_text().replace('"1": "verified"', '"1": "prose"'))
    forged, _ = report(entries, str(path))

    assert (without, proven, forged) == (1, 0, 1)
    before, after = page.index("Before: Symptom"), page.index("After: Option 1")
    assert before < after
    assert "KeyError" in page[before:after]
    assert '"verdicts": {' in page
    assert "made afresh, the same as committed" in again
    assert "None: every message and question of the other entries is answered as before." in page


def test_without_a_replay_the_findings_stand_alone(entries: Path) -> None:
    path = entries / "python" / "missing-key.md"
    path.write_text(CLEAN.replace("## Root Cause", "## Root `|<b>@team`Cause"))
    status, page = report(entries, str(path))

    assert (status, "KB203" in page, "none; the errors come first" in page) == (1, True, True)


HOSTILE = r"""print("```\n# Owned\n</details><img src=x> @everyone [x](https://evil.example) \x1b[31m| `a` | b")"""


def test_what_a_program_prints_stays_in_its_fence(entries: Path) -> None:
    path = entries / "python" / "missing-key.md"
    path.write_text(CLEAN.replace('print(settings["port"])', f'{HOSTILE}\nprint(settings["port"])', 1))
    assert HOSTILE in path.read_text()
    _, page = report(entries, str(path))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(page)
    inline = [child.type for token in tokens for child in token.children or ()]
    html = {token.content.strip() for token in tokens if token.type == "html_block"}

    assert "# Owned" in page
    assert [t.content for n, t in enumerate(tokens) if tokens[n - 1].type == "heading_open"] == [
        "Entries, checked",
        f"`{path}`",
        "Answers that would change",
    ]
    assert {"link_open", "image", "html_inline"} & set(inline) == set()
    assert {h for h in html if not h.startswith("<details><summary>") and h != "</details>"} == set()


def test_answers_that_would_change(entries: Path, tmp_path: Path) -> None:
    (entries / "python" / "missing-key.md").write_text(
        CLEAN.replace("- eight\n", "- the hose is kinked at the nozzle\n")
    )
    build([entries], tmp_path / "before.sqlite")
    thief = CLEAN.replace("KeyError", "NozzleError").replace("- eight\n", "- a hose is kinked at a nozzle\n")
    (entries / "python" / "thief.md").write_text(
        thief.replace("port", "nozzle").replace("The program", "The kinked hose")
    )
    build([entries], tmp_path / "after.sqlite")
    found = list(changed(Snapshot(str(tmp_path / "before.sqlite")), Snapshot(str(tmp_path / "after.sqlite"))))
    same = list(changed(Snapshot(str(tmp_path / "before.sqlite")), Snapshot(str(tmp_path / "before.sqlite"))))

    assert same == []
    assert found
    assert {c.id for c in found} == {"python/missing-key"}


@pytest.mark.parametrize("args", [("--base", "none"), ("--report", "/proc/none/x.md")])
def test_misuse(entries: Path, args: tuple[str, ...]) -> None:
    (entries / "python" / "missing-key.md").write_text(CLEAN)
    done = kb(entries, "check", "--no-replay", *args, str(entries))

    assert (done.returncode, args[1] in done.stderr, "Traceback" in done.stderr) == (2, True, False)


# Under the pull request

SHA = "0123456789abcdef0123456789abcdef01234567"


class GitHub(ThreadingHTTPServer):
    """What of its API is used."""

    def __init__(self) -> None:
        self.pulls: list[dict[str, object]] = []
        self.comments: list[dict[str, object]] = []
        self.written: list[tuple[str, str, str]] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: GitHub

    def answer(self, value: object) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        asked = parse_qs(at.query)
        if at.path.endswith("/pulls"):
            assert asked["head"] == ["stranger:a branch&x=1"]
            self.answer(self.server.pulls)
        else:
            start = (int(asked["page"][0]) - 1) * 100
            self.answer(self.server.comments[start : start + 100])

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.written.append((self.command, self.path, sent["body"]))
        self.answer({})

    do_PATCH = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def github() -> Iterator[GitHub]:
    with GitHub() as server:
        server.pulls = [pull(6, "f" * 40), pull(7, SHA)]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def pull(number: int, sha: str, head: str = "stranger/kb") -> dict[str, object]:
    return {
        "number": number,
        "head": {"sha": sha, "repo": {"full_name": head}},
        "base": {"repo": {"full_name": "kb/kb"}},
    }


def publish(
    github: GitHub, tmp_path: Path, text: bytes, event: str = "pull_request"
) -> "subprocess.CompletedProcess[str]":
    run = {
        "event": event,
        "head_sha": SHA,
        "head_branch": "a branch&x=1",
        "head_repository": {"full_name": "stranger/kb", "owner": {"login": "stranger"}},
        "html_url": "https://github.example/kb/kb/actions/runs/1",
        "pull_requests": [],  # of a fork, GitHub names none
    }
    (tmp_path / "event.json").write_text(json.dumps({"workflow_run": run}))
    page = tmp_path / "report.md"
    if not page.is_symlink():
        page.write_bytes(text)
    env = {
        "GITHUB_REPOSITORY": "kb/kb",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_API_URL": f"http://127.0.0.1:{github.server_port}",
        "GITHUB_TOKEN": "t",
    }
    return subprocess.run(
        [sys.executable, "-I", "-S", str(PUBLISH), str(page)], env=env, capture_output=True, text=True, timeout=60
    )


def test_a_report_becomes_one_comment(github: GitHub, tmp_path: Path) -> None:
    publish(github, tmp_path, b"# Entries, checked\npull request 999\n")
    github.comments = [{"id": n, "user": {"login": "x"}, "body": MARKER} for n in range(100)]
    github.comments += [{"id": 555, "user": {"login": "github-actions[bot]"}, "body": f"{MARKER}\nold"}]
    publish(github, tmp_path, b"newer")

    (first, there, text), (second, again, newer) = github.written
    assert (first, there) == ("POST", "/repos/kb/kb/issues/7/comments")
    assert text.startswith(MARKER)
    assert "# Entries, checked" in text
    assert (second, again) == ("PATCH", "/repos/kb/kb/issues/comments/555")
    assert "newer" in newer


@pytest.mark.parametrize("of", [pull(7, "e" * 40), pull(7, SHA, "other/kb")], ids=["older commit", "other fork"])
def test_a_run_that_is_no_pull_requests_newest_is_not_published(
    github: GitHub, tmp_path: Path, of: dict[str, object]
) -> None:
    github.pulls = [of]
    done = publish(github, tmp_path, b"x")

    assert (done.returncode, github.written) == (0, [])


def test_a_run_of_something_else_is_not_published(github: GitHub, tmp_path: Path) -> None:
    assert publish(github, tmp_path, b"x", event="push").returncode == 1
    assert github.written == []


def test_a_huge_report_is_cut(github: GitHub, tmp_path: Path) -> None:
    publish(github, tmp_path, b"line of the report \xff\x00\n" * 200_000)

    assert len(github.written[0][2]) < 65_536
    assert "the rest of the report is among its artifacts" in github.written[0][2]


def test_a_link_is_not_followed(github: GitHub, tmp_path: Path) -> None:
    (tmp_path / "report.md").symlink_to("/etc/passwd")
    done = publish(github, tmp_path, b"")

    assert done.returncode == 1
    assert github.written == []


WORDS = """@team @a-b #12 GH-3 owner/repo#4 https://evil.example/x www.evil.example a@b.example [a](b) ![a](b) [a]: b
[a][b] <img src=x> <script> </td> <!-- --> <?x <a@b.c> <https://a.b> <details> </summary> ``` ` | # - *"""
SPEAKING = st.lists(st.sampled_from([*WORDS.split(), "\n"]) | st.text(max_size=8), max_size=30)


@given(SPEAKING)
def test_a_quieted_text_calls_nobody_and_links_nowhere(words: list[str]) -> None:
    text = quiet(" ".join(words))
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    html = "".join(t.content for t in [*tokens, *inline] if t.type in ("html_block", "html_inline"))

    assert {t.type for t in inline} & {"link_open", "image"} == set()
    assert set(re.findall(r"<[A-Za-z/!?][^>]*>?", html)) <= {"<details>", "</details>", "<summary>", "</summary>"}
    assert re.findall(r"@[A-Za-z0-9]|#\d|://|www\.", text, re.IGNORECASE) == []
