"""A release, up to the upload."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

RELEASE = ROOT / "tools" / "release.py"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a tag holds, with few entries: a commit of the working tree."""
    folder = tmp_path_factory.mktemp("release") / "kb"
    folder.mkdir()
    for name in ("kb", "entries", "web", "tools", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for area in ("agents", "database", "git", "network", "node", "shell"):
        shutil.rmtree(folder / "entries" / area)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "x")
    return folder


def git(folder: Path, *args: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *args], cwd=folder, check=True)


def release(checkout: Path, *args: str | Path) -> "subprocess.CompletedProcess[str]":
    env = {k: v for k, v in os.environ.items() if k != "KB_CATALOG"}
    return subprocess.run(
        [sys.executable, RELEASE, "--root", checkout, *args], capture_output=True, text=True, env=env, timeout=280
    )


def test_a_tag_becomes_packages_notes_and_a_snapshot_the_same_each_time(checkout: Path, tmp_path: Path) -> None:
    prepared = release(checkout, "prepare", "7.8.9")
    git(checkout, "commit", "-qam", "Release 7.8.9")
    changelog = (checkout / "CHANGELOG.md").read_text()
    made = [release(checkout, "build", "v7.8.9", tmp_path / n) for n in ("one", "two")]

    assert (prepared.returncode, prepared.stderr) == (0, "")
    assert re.search(r"## \[Unreleased\]\n\n## \[7\.8\.9\] - \d{4}-\d\d-\d\d\n### Added\n", changelog)
    assert [m.returncode for m in made] == [0, 0], made[0].stderr
    files = {p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file()}
    assert {str(f) for f in files} == {
        "kb-catalog-7.8.9.sqlite",
        "kb-catalog-7.8.9.sqlite.sha256",
        "notes.md",
        "packages/kb_errors-7.8.9-py3-none-any.whl",
        "packages/kb_errors-7.8.9.tar.gz",
    }
    assert [f for f in files if (tmp_path / "one" / f).read_bytes() != (tmp_path / "two" / f).read_bytes()] == []
    snapshot = (tmp_path / "one" / "kb-catalog-7.8.9.sqlite").read_bytes()
    said = (tmp_path / "one" / "kb-catalog-7.8.9.sqlite.sha256").read_text()
    assert said == f"{hashlib.sha256(snapshot).hexdigest()}  kb-catalog-7.8.9.sqlite\n"
    with zipfile.ZipFile(next((tmp_path / "one" / "packages").glob("*.whl"))) as wheel:
        assert wheel.read("kb/_data/catalog.sqlite") == snapshot
        assert "kb/_data/entries/python/json-empty-body.md" in wheel.namelist()
    with tarfile.open(next((tmp_path / "one" / "packages").glob("*.tar.gz"))) as sdist:
        assert "kb_errors-7.8.9/entries/python/json-empty-body.md" in sdist.getnames()
    assert (tmp_path / "one" / "notes.md").read_text().startswith("### Added\n")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("build", "v0.0.1"), "the version in pyproject.toml"),
        (("prepare", "1.0"), "a version is 1.2.3"),
        (("prepare", "v1.0.0"), "a version is 1.2.3"),
    ],
)
def test_what_does_not_go_together_is_no_release(checkout: Path, args: tuple[str, ...], says: str) -> None:
    done = release(checkout, *args)

    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_a_wheel_that_does_not_answer_is_no_release(checkout: Path, tmp_path: Path) -> None:
    broken = tmp_path / "kb"
    shutil.copytree(checkout, broken)
    shutil.rmtree(broken / "entries" / "python")
    version = re.findall(r'^version = "(.*)"$', (broken / "pyproject.toml").read_text(), re.MULTILINE)[0]
    changelog = (broken / "CHANGELOG.md").read_text()
    (broken / "CHANGELOG.md").write_text(
        changelog.replace("## [Unreleased]\n", f"## [{version}] - 2026-01-01\n- x\n", 1)
    )
    done = release(broken, "build", f"v{version}", tmp_path / "out")

    assert (done.returncode, "the wheel, installed" in done.stderr) == (1, True)
    assert not list((tmp_path / "out").glob("kb-catalog*"))
