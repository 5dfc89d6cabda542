"""Misses: who leaves one, what is kept of it, and that each is counted once whatever breaks off."""

import json
import multiprocessing
import os
from pathlib import Path

import pytest
from conftest import ERROR, Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import service
from kb.errors import LedgerDown, Misuse
from kb.ledger import misses as counting
from kb.ledger import spool
from kb.ledger.store import ledger

UNKNOWN = "ZorkError: the sourdough starter smells of acetone"


def spooled() -> list[spool.Miss]:
    path = Path(spool.path())
    return spool.records(path.read_bytes()) if path.exists() else []


def test_what_found_nothing_on_the_command_line_is_listed(own: Path, kb: Run) -> None:
    for n in range(3):
        assert kb(f"{UNKNOWN} {n}").returncode == 1
    kb("the other frobnicator of the harpsichord is out of tune")
    kb(ERROR)

    listed = json.loads(kb("misses", "--json").stdout)
    assert [m["times"] for m in listed] == [3, 1]
    assert listed[0]["line"] == listed[0]["sample"] == f"{UNKNOWN} 2"
    assert kb("misses").stdout.splitlines()[0].split()[:2] == [b"3", "×".encode()]
    assert json.loads(kb("misses", "--json", "--limit", "1").stdout) == listed[:1]


def test_no_misses(own: Path, kb: Run) -> None:
    assert (kb("misses").stdout, kb("misses", "--json").stdout) == (b"nothing was looked up in vain\n", b"[]\n")


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "9" * 40, "x"])
def test_a_limit_that_is_none(own: Path, kb: Run, limit: str) -> None:
    got = kb("misses", "--limit", limit)

    assert (got.returncode, b"Traceback" in got.stderr) == (2, False)


def test_a_batch_a_ranking_and_a_program_leave_none(own: Path, kb: Run) -> None:
    kb("lookup", "--jsonl", input=json.dumps({"query": UNKNOWN}).encode())
    service.lookup(UNKNOWN)
    service.lookup(UNKNOWN, abstain=False, record=True)

    assert spooled() == []


@pytest.mark.parametrize("switch", ["KB_LEDGER", "KB_MISSES"])
def test_switched_off_none_are_kept(own: Path, switch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(switch, "off")
    service.lookup(UNKNOWN, record=True)

    assert not own.exists()
    with pytest.raises(Misuse, match="switched off"):
        service.misses()


KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo\n" * 20
    + "-----END RSA PRIVATE KEY-----"
)


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("hunter2hunter2", "password=hunter2hunter2"),
        ("ghp_", "the token ghp_" + "a1B2" * 9),
        ("jane@", "mail to jane@example.com"),
        ("MIIEow", KEY),
        ("s3cr3tpass", "postgresql://app:s3cr3tpass@db/app"),
    ],
)
def test_no_secret_is_written(own: Path, secret: str, text: str) -> None:
    service.lookup(f"{text}\n{UNKNOWN} near {text}\n", record=True)

    written = Path(spool.path()).read_text()
    assert secret not in written
    assert "acetone" in written


def test_a_miss_is_bounded(own: Path) -> None:
    service.lookup(
        "\n".join(f"ZorkError: vat {'x' * (n % 900)} of sourdough overflows" for n in range(50_000)), record=True
    )

    (kept,) = spooled()
    assert len(kept.line) <= 400
    assert len(kept.sample) <= spool.SAMPLE


@pytest.mark.parametrize("query", ["x", "exit 1", "12 34", "\x1b[0m", "\x1e\x1f\x1e"])
def test_a_query_that_says_nothing_is_no_miss(own: Path, query: str) -> None:
    spool.note(query)

    assert spooled() == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters() | st.sampled_from("\x1e\x1f\n\t\\"), max_size=300))
def test_a_miss_is_read_back_as_it_was_written(own: Path, text: str) -> None:
    Path(spool.path()).unlink(missing_ok=True)
    spool.note(f"{text}\nZorkError: the starter smells of acetone")

    (kept,) = spooled()
    assert (spool.FIELD in kept.sample, spool.RECORD in kept.sample) == (False, False)
    assert "acetone" in kept.sample


def test_a_spool_that_cannot_be_read_is_logged_and_the_others_count(own: Path, kb: Run) -> None:
    kb(UNKNOWN)
    (own / "misses.0.folding").mkdir()
    got = kb("misses", "--json")

    assert [m["sample"] for m in json.loads(got.stdout)] == [UNKNOWN]
    assert b"misses.0.folding: Is a directory; " in got.stderr


def test_a_torn_record_spoils_itself_alone(own: Path) -> None:
    spool.note(UNKNOWN)
    whole = Path(spool.path()).read_bytes()
    Path(spool.path()).write_bytes(whole + whole[:20])
    spool.note(UNKNOWN)

    assert len(spooled()) == 2


@pytest.mark.parametrize(
    "junk",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x1e" * 100, id="marks"),
        pytest.param(os.urandom(4096), id="noise"),
        pytest.param(b"\x1e1\x1f2\x1f3\x1e", id="short"),
        pytest.param("\x1e²\x1f²\x1fa\x1fb\x1e".encode(), id="no digits"),
        pytest.param(b"\x1e1\x1f" + b"9" * 5000 + b"\x1fa\x1fb\x1e", id="too great"),
        pytest.param(b"\x1e1\x1f2\x1fa\0\x1fb\x1e", id="a NUL"),
    ],
)
def test_a_spool_of_anything_is_folded(address: str, own: Path, junk: bytes) -> None:
    own.mkdir(parents=True, exist_ok=True)
    Path(spool.path()).write_bytes(junk)
    spool.note(UNKNOWN)

    assert [m.times for m in service.misses(patience=20)] == [1]


def test_a_full_spool_takes_no_more(own: Path) -> None:
    own.mkdir(parents=True)
    Path(spool.path()).write_bytes(b"\x1e" * spool.FULL)
    spool.note(UNKNOWN)

    assert Path(spool.path()).stat().st_size == spool.FULL
    assert service.misses(patience=20) == []
    spool.note(UNKNOWN)
    assert [m.times for m in service.misses(patience=20)] == [1]


def test_a_state_folder_that_cannot_be_written_is_no_trouble_to_look_up(
    tmp_path: Path, own: Path, kb: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))

    got = kb(UNKNOWN)
    assert (got.returncode, got.stderr) == (1, b"")
    for command in (["misses"], ["outcome", "python/numpy-abi", "1", "worked"]):
        got = kb(*command)
        assert (got.returncode, b"Traceback" in got.stderr) == (4, False)


def test_what_breaks_off_before_the_spool_is_deleted_is_counted_once(
    address: str, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.note(UNKNOWN)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", broken)
        with pytest.raises(KeyboardInterrupt):
            service.misses(patience=20)
    spool.note(UNKNOWN)

    assert [m.times for m in service.misses()] == [2]
    assert [m.times for m in service.misses()] == [2]
    assert list(own.glob("misses.*")) == []


def broken(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_what_breaks_off_before_the_commit_is_not_lost(
    address: str, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.note(UNKNOWN)
    with monkeypatch.context() as patched:
        patched.setattr(counting, "delete", broken)
        with pytest.raises(KeyboardInterrupt):
            service.misses(patience=20)

    assert [m.times for m in service.misses()] == [1]


def test_the_rarest_misses_go_when_there_are_too_many(address: str, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "KEPT", 2)
    for word, times in (("acetone", 2), ("vinegar", 1), ("turpentine", 3)):
        for _ in range(times):
            spool.note(f"ZorkError: the sourdough starter smells of {word}")

    assert [(m.times, m.line.split()[-1]) for m in service.misses(patience=20)] == [(3, "turpentine"), (2, "acetone")]


def test_what_an_entry_answers_by_now_is_left_out(own: Path) -> None:
    spool.note(ERROR)
    spool.note(UNKNOWN)

    assert [m.line for m in service.misses(patience=20)] == [UNKNOWN]


def look_up_in_vain(times: int) -> None:
    for _ in range(times):
        spool.note(UNKNOWN)


def test_look_ups_and_folding_at_once_lose_none(address: str, own: Path) -> None:
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=look_up_in_vain, args=(300,)) for _ in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        counting.fold(ledger(address), 20)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0

    assert [m.times for m in service.misses(patience=20)] == [1200]


def test_a_server_folds_from_a_thread(own: Path) -> None:
    spool.note(UNKNOWN)
    service.ledger_ready(patience=20)
    service.keep_ledger()
    for _ in iter(lambda: Path(spool.path()).exists() or any(own.glob("*.folding")), False):
        pass

    assert counting.listed(ledger(f"sqlite:///{own}/ledger.sqlite"), 5)[0].line == UNKNOWN


def test_a_ledger_that_is_down_keeps_the_spool(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.note(UNKNOWN)
    with monkeypatch.context() as patched:
        patched.setenv("KB_LEDGER", "postgresql://nobody@127.0.0.1:1/none")
        with pytest.raises(LedgerDown):
            service.misses()

    assert [m.times for m in service.misses(patience=20)] == [1]
