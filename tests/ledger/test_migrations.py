"""The ledger's tables, made and brought up to date on both kinds of database."""

import contextlib
import multiprocessing
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from conftest import ENTRY, Run
from sqlalchemy import create_engine, insert, inspect, text
from sqlalchemy.engine import Engine

from kb import service
from kb.ledger import schema
from kb.ledger.migrate import config, upgrade

SCRIPTS = ScriptDirectory.from_config(config())
RELEASED = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]
"""Every revision that a version of kb has had, first to last; 0.1.0 had the first."""


@pytest.fixture
def engine(address: str, own: Path) -> Iterator[Engine]:
    own.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address)
    yield engine
    engine.dispose()


def test_the_migrations_are_one_line_that_ends_where_the_code_is() -> None:
    assert SCRIPTS.get_heads() == [schema.HEAD] == RELEASED[-1:]
    assert sorted(RELEASED) == RELEASED


def test_the_migrations_make_the_tables_of_the_code(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, schema.metadata) == []


OUTCOME = {
    "entry": ENTRY,
    "option": 1,
    "worked": True,
    "platform": "Debian 12",
    "reporter": "old",
    "at": 1,
    "note": "",
}


@pytest.mark.parametrize("released", RELEASED)
def test_a_ledger_of_every_release_goes_on_with_what_it_holds(engine: Engine, released: str) -> None:
    upgrade(engine, released)
    with engine.begin() as connection:
        row = {**OUTCOME, "revision": service.show(ENTRY).revision}
        connection.execute(insert(schema.outcome), row)
    engine.dispose()

    service.report(ENTRY, 1, False, reporter="new", patience=20)

    option = service.show(ENTRY).options[0]
    assert (option.worked, option.reports) == (1, 2)
    with engine.connect() as connection:
        assert connection.execute(text("select version_num from alembic_version")).scalar() == schema.HEAD


def test_a_ledger_of_a_later_version_is_used_as_it_is(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
        connection.execute(text("alter table outcome add column weather text"))

    service.report(ENTRY, 1, True, patience=20)

    assert service.show(ENTRY).options[0].reports == 1


def test_a_migration_that_fails_leaves_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with engine.begin() as connection:
        connection.execute(text("create table folded (other integer)"))
    with pytest.raises(Exception, match="folded"):
        upgrade(engine)

    assert inspect(engine).get_table_names() == ["folded"]


def ready(address: str, barrier: "multiprocessing.synchronize.Barrier") -> None:
    barrier.wait()
    service.ledger_ready(patience=30)


def test_processes_that_make_a_ledger_at_once_make_one(address: str) -> None:
    spawn = multiprocessing.get_context("fork")
    barrier = spawn.Barrier(6)
    processes = [spawn.Process(target=ready, args=(address, barrier)) for _ in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * 6


def test_alembic_is_loaded_only_where_tables_are_behind(own: Path, kb: Run) -> None:
    code = (
        "import sys; from kb import service;"
        f"service.report({ENTRY!r}, 1, True, patience=20); print('alembic' in sys.modules)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout for _ in range(2)]

    assert runs == ["True\n", "False\n"]


def test_a_build_of_the_catalog_leaves_the_ledger_alone(own: Path, tmp_path: Path, kb: Run) -> None:
    service.report(ENTRY, 1, True, patience=20)
    before = rows(own)
    built = tmp_path / "catalog.sqlite"
    assert kb("build", "--out", str(built)).returncode == 0

    assert b"reported working 1 of 1 times" in kb("show", ENTRY, env={"KB_CATALOG": str(built)}).stdout
    assert rows(own) == before


def rows(own: Path) -> list[object]:
    with contextlib.closing(sqlite3.connect(own / "ledger.sqlite")) as db:
        return db.execute("select * from outcome").fetchall()
