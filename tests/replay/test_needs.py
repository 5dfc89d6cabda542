"""What transcripts need: had once, shared, never half made."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from kb.entry.rules import is_need
from kb.replay.needs import UnpreparedError, prepare
from kb.replay.sandbox import Step, run

ROOT = Path(__file__).parents[2]


def said(*commands: str, need: tuple[str, ...]) -> list[str]:
    return [seen.output for seen in run([Step(c, 60) for c in commands], prepare(need).setting)]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of its own, in which nothing is prepared."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    prepare.cache_clear()
    return tmp_path / "kb" / "needs"


def test_a_venv_of_the_system_python() -> None:
    assert said(
        "which python pip", "python -c 'import sys; print(sys.prefix)'", "head -n 1 /venv/bin/pip", need=("python",)
    ) == [
        "/venv/bin/python\n/venv/bin/pip\n",
        "/venv\n",
        "#!/venv/bin/python3\n",
    ]
    (again,) = said("python -m venv own && own/bin/python -c 'print(6 * 7)'", need=("python",))
    assert again == "42\n"


@pytest.mark.parametrize("name", ["jq-", "jq.", "sqlite3+"])
def test_what_apt_would_take_for_more_than_a_name_is_no_package(name: str) -> None:
    with pytest.raises(UnpreparedError, match=r"no package of that name|is missing: sudo"):
        prepare((f"apt:{name}",))


def test_a_venv_cannot_be_written() -> None:
    (seen,) = said("touch /venv/bin/x", need=("python",))
    assert "Read-only file system" in seen


def test_versions_are_those_of_what_runs() -> None:
    prepared = prepare(("python",))
    (seen,) = said("python --version", need=("python",))
    assert seen == f"Python {dict(prepared.versions)['python']}\n"


@pytest.mark.parametrize(
    "need", ["", "python2", "pypi:requests", "apt:", "memory:", "memory:200", "npm:x", "pypi:x==1;rm"]
)
def test_an_unknown_need_is_said(need: str) -> None:
    assert not is_need(need)
    with pytest.raises(UnpreparedError, match=r"not of a form: python, "):
        prepare((need,))


@pytest.mark.parametrize(
    "need",
    [
        "python",
        "python==3.8",
        "debian-python",
        "pypi:a[b]==1.0",
        "npm:@a/b@1.0.0",
        "npm:node@18",
        "wheels:a==1",
        "memory:200M",
        "apt:g++",
    ],
)
def test_known_needs(need: str) -> None:
    assert is_need(need)


def test_a_python_that_is_missing_is_said_how_to_get() -> None:
    with pytest.raises(UnpreparedError, match=r"Python 3\.999 is missing: pyenv install 3\.999"):
        prepare(("python==3.999",))


def test_of_two_pythons_the_newer_is_had() -> None:
    with pytest.raises(UnpreparedError, match=r"Python 3\.1000 is missing"):
        prepare(("python==3.1000", "python==3.9"))


def test_a_version_that_does_not_exist_fails_with_what_pip_says(cache: Path) -> None:
    with pytest.raises(UnpreparedError, match="failed"):
        prepare(("wheels:no-such-distribution-of-kb==1.0",))
    assert [path.name for path in cache.iterdir() if path.is_dir() and path.name.startswith((".", "wheels"))] == []


def test_two_processes_prepare_one_thing_once(cache: Path) -> None:
    code = "from kb.replay.needs import prepare; print(*prepare(('python',)).setting.binds)"
    both = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    outputs = {process.communicate()[0] for process in both}
    assert len(outputs) == 1
    assert outputs.pop().startswith(f"('{cache}/venv-")
    assert len([path for path in cache.iterdir() if path.is_dir()]) == 1


def test_what_a_killed_process_left_is_swept(cache: Path) -> None:
    name = Path(prepare(("python",)).setting.binds[0][0]).name
    half = cache / f".{name}.0badcafe"
    (cache / name).rename(half)
    prepare.cache_clear()
    prepare(("python",))
    assert [path.name for path in cache.iterdir() if path.is_dir()] == [name]


def test_memory_is_what_is_asked_for() -> None:
    assert prepare(("memory:200M",)).setting.memory == 200 << 20


def test_a_server_of_postgresql_runs() -> None:
    start = (
        "initdb -D db -A trust --no-sync >log && pg_ctl -D db -l log -w start >>log; psql -qAtc 'select 6*7' postgres"
    )
    assert said(start, need=("postgresql",)) == ["42\n"]


def test_a_server_of_redis_runs() -> None:
    start = "redis-server --port 6379 >log 2>&1 & until redis-cli ping 2>/dev/null | grep PONG; do sleep 0.05; done"
    assert said(start, need=("redis",)) == ["PONG\n"]


def test_compilers_run() -> None:
    assert said("printf 'fn main() { println!(\"42\"); }' >a.rs; rustc a.rs && ./a", need=("rust", "apt:gcc")) == [
        "42\n"
    ]
    program = "printf 'package main\\nfunc main() { println(42) }' >a.go; go run a.go"
    assert said(program, need=("go",)) == ["42\n"]


def test_preparing_runs_no_code_of_a_package(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = tmp_path / "ran"
    project = tmp_path / "evil-1.0"
    project.mkdir()
    (project / "setup.py").write_text(f"open({str(ran)!r}, 'w')\nfrom setuptools import setup\nsetup()\n")
    (project / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    with tarfile.open(tmp_path / "evil-1.0.tar.gz", "w:gz") as archive:
        archive.add(project, "evil-1.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(UnpreparedError, match="evil"):
        prepare(("pypi:evil==1.0",))
    assert not ran.exists()
