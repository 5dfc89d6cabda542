"""Outcomes through the service: written for good, one voice a reporter, of the present text alone."""

import itertools
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ENTRY, ERROR
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import render, service
from kb.catalog.read import Snapshot
from kb.errors import Misuse, NotFound

names = (f"reporter {n}" for n in itertools.count())


def proof(option: int = 1) -> str:
    entry = service.show(ENTRY)
    return render.verified(entry, entry.options[option - 1])


def test_an_entry_without_outcomes_says_nothing_of_them(address: str) -> None:
    assert "reported" not in proof()


def test_outcomes_are_counted_beside_the_replay(address: str) -> None:
    for worked in [True] * 14 + [False]:
        service.report(ENTRY, 1, worked, reporter=next(names), patience=20)

    assert proof().startswith("replayed 20")
    assert proof().endswith("; reported working 14 of 15 times since")
    assert "reported" not in proof(2)


def test_the_last_word_of_each_reporter_counts_once(address: str) -> None:
    service.report(ENTRY, 1, True, reporter="honest", patience=20)
    for _ in range(20):
        service.report(ENTRY, 1, False, reporter="loud")
    assert "reported working 1 of 2 times" in proof()

    service.report(ENTRY, 1, True, reporter="loud")
    assert "reported working 2 of 2 times" in proof()


@pytest.fixture
def altered(own: Path, catalog: Path, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Goes on with a copy of the catalog that statements have changed."""

    def alter(statement: str) -> None:
        shutil.copy(catalog, tmp_path / "altered.sqlite")
        db = sqlite3.connect(tmp_path / "altered.sqlite")
        db.executescript(statement)
        db.commit()
        db.close()
        service.swap(Snapshot(str(tmp_path / "altered.sqlite")))

    yield alter
    service.swap(Snapshot(str(catalog)))


def test_a_former_id_reports_on_the_entry_it_leads_to(altered: Callable[[str], None]) -> None:
    altered(f"insert into alias select 'python/former', n from entry where id = '{ENTRY}'")

    assert service.report("python/former", 1, True, patience=20).entry == ENTRY


def test_a_renamed_entry_keeps_its_outcomes(address: str, altered: Callable[[str], None]) -> None:
    service.report(ENTRY, 1, True, reporter="a", patience=20)
    altered(
        f"insert into alias select id, n from entry where id = '{ENTRY}';"
        f" update entry set id = 'python/renamed' where id = '{ENTRY}'"
    )
    service.report("python/renamed", 1, True, reporter="b")

    assert service.show(ENTRY).id == "python/renamed"
    assert "reported working 2 of 2 times" in proof()


def test_the_tokens_that_were_measured_take_the_place_of_the_estimate(address: str) -> None:
    service.ledger_ready(patience=20)
    estimate = service.show(ENTRY).fix_tokens
    service.report(ENTRY, 1, True, reporter="a", patience=20)
    assert (service.show(ENTRY).fix_tokens, service.show(ENTRY).measured) == (estimate, 0)

    for tokens in (300, 900, 10_000_000):
        service.report(ENTRY, 1, True, reporter=next(names), tokens=tokens)
    service.report(ENTRY, 1, False, reporter=next(names), tokens=1)

    assert (service.show(ENTRY).fix_tokens, service.show(ENTRY).measured) == (900, 3)


def test_outcomes_of_an_earlier_text_are_kept_and_not_shown(address: str, altered: Callable[[str], None]) -> None:
    service.report(ENTRY, 1, True, patience=20)
    assert "reported" in proof()

    altered("update entry set revision = 'another'")
    assert "reported" not in proof()


def test_what_is_written_is_bounded_and_without_secrets(own: Path) -> None:
    service.report(
        ENTRY,
        1,
        True,
        reporter="  a\x1b[31m very \n long name" + "y" * 500,
        platform="Debian 12\x00",
        note="password=hunter2hunter2 " + "x" * 100_000,
        patience=20,
    )
    with sqlite3.connect(own / "ledger.sqlite") as db:
        reporter, platform, note = db.execute("select reporter, platform, note from outcome").fetchone()
    db.close()

    assert reporter.startswith("a very long name")
    assert len(reporter) == 100
    assert platform == "Debian 12"
    assert note.startswith("password=[redacted] xxx")
    assert len(note) == 500


def test_reporters_named_by_addresses_are_told_apart(address: str) -> None:
    for reporter in ("jane@example.com", "john@example.com"):
        service.report(ENTRY, 1, True, reporter=reporter, patience=20)

    assert "reported working 2 of 2 times" in proof()


@pytest.mark.parametrize(
    ("id", "option", "more", "error"),
    [
        ("python/no-such-entry", 1, {}, NotFound),
        (ENTRY, 0, {}, Misuse),
        (ENTRY, 99, {}, Misuse),
        (ENTRY, -1, {}, Misuse),
        (ENTRY, 10**30, {}, Misuse),
        (ENTRY, 1, {"tokens": -1}, Misuse),
        (ENTRY, 1, {"tokens": 10**30}, Misuse),
    ],
)
def test_an_outcome_of_nothing_is_refused(
    own: Path, id: str, option: int, more: dict[str, int], error: type[Exception]
) -> None:
    with pytest.raises(error):
        service.report(id, option, True, **more)  # type: ignore[arg-type]

    assert not (own / "ledger.sqlite").exists()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text_can_be_said(address: str, text: str) -> None:
    service.report(ENTRY, 1, True, reporter=text, platform=text, note=text, patience=20)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.tuples(st.integers(1, 2), st.sampled_from("abc"), st.booleans()), min_size=1, max_size=12))
def test_the_standing_is_each_reporters_last_word(
    own: Path, said: list[tuple[int, str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_LEDGER", str(own / f"{next(names)}.sqlite"))
    for option, reporter, worked in said:
        service.report(ENTRY, option, worked, reporter=reporter, patience=20)

    last = {(option, reporter): worked for option, reporter, worked in said}
    for option in service.show(ENTRY).options:
        votes = [worked for (number, _), worked in last.items() if number == option.number]
        assert (option.worked, option.reports) == (sum(votes), len(votes))


def test_an_installation_has_one_random_name(own: Path) -> None:
    for _ in range(2):
        service.report(ENTRY, 1, True, patience=20)
    assert "reported working 1 of 1 times" in proof()
    assert len((own / "reporter").read_text()) == 32


@pytest.mark.parametrize("switch", ["KB_LEDGER", "KB_OUTCOMES"])
def test_switched_off_nothing_is_written_or_read(own: Path, switch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service.report(ENTRY, 1, True, patience=20)
    monkeypatch.setenv(switch, "off")

    assert "reported" not in proof()
    with pytest.raises(Misuse, match="switched off"):
        service.report(ENTRY, 1, True)


@pytest.mark.parametrize("given", ["mysql://h/d", "://", "sqlite", "postgresql+nodriver://h/d", "http://h"])
def test_an_address_that_is_none_is_misuse_and_no_trouble_to_look_up(
    own: Path, given: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KB_LEDGER", given)

    assert "reported" not in proof()
    if "://" in given:
        with pytest.raises(Misuse, match="KB_LEDGER"):
            service.report(ENTRY, 1, True)


def test_a_file_that_is_no_ledger_is_no_trouble_to_look_up(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.mkdir(parents=True)
    (own / "ledger.sqlite").write_bytes(b"not a database, and longer than its header is" * 100)

    assert "reported" not in proof()


def test_a_lookup_reads_outcomes_without_sqlalchemy(own: Path) -> None:
    service.report(ENTRY, 1, True, patience=20)
    code = (
        "import sys; from kb.faces.cli import run; run(sys.argv[1:]);"
        "print({'sqlalchemy', 'hashlib', 'threading', 'dataclasses', 'json'} & set(sys.modules), file=sys.stderr)"
    )
    got = subprocess.run([sys.executable, "-c", code, ERROR], capture_output=True)

    assert b"; reported working 1 of 1 times since" in got.stdout
    assert got.stderr == b"set()\n"
