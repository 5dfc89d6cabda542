"""The snapshot: immutable, swapped in whole, read or refused with a clear line."""

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import ROOT

from kb.catalog.build import build, write
from kb.catalog.read import Snapshot
from kb.entry.folder import read_folder
from kb.errors import BadCatalog

SOME = ("python/json-empty-body", "shell/crlf-bad-interpreter")


@pytest.fixture(scope="module")
def some() -> list:  # type: ignore[type-arg]
    return [e for e in read_folder(ROOT / "entries").entries if e.id in SOME]


def test_the_same_entries_give_the_same_bytes(some: list, tmp_path: Path) -> None:  # type: ignore[type-arg]
    write(some, tmp_path / "a")
    write(some, tmp_path / "b")

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_person_can_query_the_tables(catalog: Path) -> None:
    db = sqlite3.connect(catalog)
    sql = "select count(*) from {} t join entry e on e.n = t.entry where e.id = 'python/json-empty-body'"
    tables = "symptom message question option file transcript checklist environment source tag look_alike".split()

    assert {t: db.execute(sql.format(t)).fetchone()[0] > 0 for t in tables} == dict.fromkeys(tables, True)


def test_a_reader_goes_on_with_the_snapshot_it_holds(some: list, tmp_path: Path) -> None:  # type: ignore[type-arg]
    path = tmp_path / "catalog"
    write(some, path)
    reader = Snapshot(str(path))
    write(some[:1], path)

    assert len(reader.ids()) == 2
    assert reader.entry(SOME[1]).id == SOME[1]
    assert len(Snapshot(str(path)).ids()) == 1


def test_reading_while_building_never_meets_half_a_catalog(some: list, tmp_path: Path) -> None:  # type: ignore[type-arg]
    path = tmp_path / "catalog"
    write(some, path)
    stop = threading.Event()

    def rebuild() -> None:
        while not stop.is_set():
            write(some, path)

    thread = threading.Thread(target=rebuild)
    thread.start()
    try:
        counts = {len(Snapshot(str(path)).ids()) for _ in range(200)}
    finally:
        stop.set()
        thread.join()

    assert counts == {2}
    assert [p.name for p in tmp_path.iterdir()] == ["catalog"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda p: p.write_bytes(p.read_bytes()[:-4096]), "truncated|malformed"),
        (lambda p: p.write_bytes(p.read_bytes()[:50]), "not a catalog"),
        (lambda p: p.write_bytes(b""), "not a catalog"),
        (lambda p: p.write_bytes(b"not sqlite" * 900), "cannot be read"),
        (lambda p: p.unlink(), "cannot be read"),
        (lambda p: sqlite3.connect(p).execute("pragma user_version = 99"), "version 99"),
        (lambda p: sqlite3.connect(p).execute("pragma application_id = 7"), "not a catalog"),
    ],
)
def test_a_bad_catalog_is_refused(some: list, tmp_path: Path, spoil, says: str) -> None:  # type: ignore[no-untyped-def,type-arg]
    path = tmp_path / "catalog"
    write(some, path)
    spoil(path)

    with pytest.raises(BadCatalog, match=says):
        Snapshot(str(path))


def test_a_read_only_catalog_in_a_read_only_folder_is_read(some: list, tmp_path: Path) -> None:  # type: ignore[type-arg]
    path = tmp_path / "catalog"
    write(some, path)
    path.chmod(0o444)
    tmp_path.chmod(0o555)

    assert Snapshot(str(path)).count == 2


def test_a_full_disk_leaves_the_old_catalog(some: list, tmp_path: Path) -> None:  # type: ignore[type-arg]
    path = tmp_path / "catalog"
    write(some[:1], path)
    before = path.read_bytes()
    code = (
        "import resource, signal, sys; from pathlib import Path; from kb.catalog.build import build\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "from kb.errors import BadCatalog\n"
        "try: build([Path(sys.argv[1])], Path(sys.argv[2]))\n"
        "except BadCatalog as e: print(e)"
    )
    got = subprocess.run([sys.executable, "-c", code, ROOT / "entries", path], capture_output=True, text=True)

    assert "free some space" in got.stdout
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["catalog"]


def test_a_folder_that_does_not_exist_or_cannot_be_written(some: list, tmp_path: Path) -> None:  # type: ignore[type-arg]
    (tmp_path / "file").write_text("")

    with pytest.raises(BadCatalog, match="choose a folder"):
        write(some, tmp_path / "file" / "catalog")


def test_a_file_of_another_build_that_is_gone_is_no_matter(some: list, tmp_path: Path) -> None:  # type: ignore[type-arg]
    (tmp_path / ".catalog.gone.tmp").symlink_to("nowhere")
    write(some, tmp_path / "catalog")

    assert (tmp_path / "catalog").exists()


def first_use(cache: Path) -> "subprocess.Popen[bytes]":
    env = {k: v for k, v in os.environ.items() if k != "KB_CATALOG"} | {"XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-m", "kb.faces.cli", "list"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=ROOT)


def test_two_first_uses_at_once_and_nothing_is_built_twice(tmp_path: Path) -> None:
    both = [first_use(tmp_path), first_use(tmp_path)]
    out = [p.communicate(timeout=120)[0] for p in both]
    built = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "kb").iterdir()}
    again = first_use(tmp_path).communicate(timeout=60)[0]

    assert [p.returncode for p in both] == [0, 0]
    assert out == [again, again]
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "kb").iterdir()} == built


def test_a_broken_entry_is_left_out_and_reported(tmp_path: Path) -> None:
    folder = tmp_path / "entries" / "python"
    folder.mkdir(parents=True)
    (folder / "good.md").write_bytes((ROOT / "entries" / f"{SOME[0]}.md").read_bytes())
    (folder / "bad.md").write_text("no heading at all\n")
    built = build([tmp_path / "entries"], tmp_path / "catalog")

    assert built.entries == 1
    assert any("bad.md" in str(f) for f in built.findings)
