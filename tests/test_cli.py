"""The command line, each call a process."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ENTRY, ERROR, ROOT, Run

TRACE = f"""Traceback (most recent call last):
  File "/srv/app/report.py", line 2, in <module>
    import pandas as pd
  File "/srv/app/.venv/lib/python3.11/site-packages/pandas/__init__.py", line 22, in <module>
    from pandas.compat import is_numpy_dev as _is_numpy_dev
  File "pandas/_libs/interval.pyx", line 1, in init pandas._libs.interval
{ERROR} from PyObject
"""


def test_a_message_meets_its_entry(kb: Run) -> None:
    got = kb(ERROR)

    assert got.returncode == 0
    assert b"`python/numpy-abi`" in got.stdout
    assert b"**Fix: " in got.stdout
    assert got.stderr == b""


def test_words_need_no_quotes(kb: Run) -> None:
    assert kb(*ERROR.split()).stdout == kb(ERROR).stdout


def test_a_log_on_standard_input_meets_its_entry(kb: Run) -> None:
    got = kb(input=TRACE.encode())

    assert (got.returncode, b"`python/numpy-abi`" in got.stdout) == (0, True)


def test_nothing_fits(kb: Run) -> None:
    got = kb("the sourdough starter smells of acetone")

    assert (got.returncode, got.stdout) == (1, b"No entry fits.\n")


def test_json_has_decision_score_and_the_lines_that_met(kb: Run) -> None:
    got = kb("--json", ERROR)
    answer = json.loads(got.stdout)

    assert answer["decision"] == "match"
    best = answer["candidates"][0]
    assert best["id"] == "python/numpy-abi"
    assert 0 <= best["score"] <= 1
    assert best["why"]["query"] == ERROR
    assert best["why"]["entry"]


@pytest.mark.parametrize(
    "query", ['"', "*", "NEAR(", "a:b", "{…}", "%s%n", "'; drop table entry; --", "\\", "🦀", "x" * 9000]
)
def test_no_query_is_syntax(kb: Run, query: str) -> None:
    got = kb("--", query)

    assert got.returncode in (0, 1, 3)
    assert got.stderr == b""


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), b"kb show ID"),
        (("",), b"nothing to look up"),
        (("   ",), b"nothing to look up"),
        (("-x",), b"kb -- -x"),
        (("--limit", "0", "a"), b"from 1 to 50"),
        (("--limit", "many", "a"), b"a number from 1 to 50"),
        (("show",), b"kb show ID"),
        (("show", "a", "b", "c"), b"kb show ID"),
        (("show", "python/numpy-abi", "poem"), b"one of symptom"),
        (("list", "x"), b"takes no argument"),
        (("lookup",), b"--jsonl"),
        (("export", "x"), b"takes no argument"),
    ],
)
def test_misuse_is_status_2_and_says_what_to_do(kb: Run, args: tuple[str, ...], says: bytes) -> None:
    got = kb(*args, stdin=pty.openpty()[1]) if not args else kb(*args)

    assert got.returncode == 2
    assert says in got.stderr
    assert b"Traceback" not in got.stderr


def test_a_query_may_begin_with_a_dash(kb: Run) -> None:
    assert kb("-bash: ./deploy.sh: /bin/bash^M: bad interpreter: No such file or directory").returncode == 0


def test_show_reads_all_or_one_section(kb: Run) -> None:
    whole, cause = kb("show", "python/numpy-abi"), kb("show", "python/numpy-abi", "cause")

    assert (whole.returncode, cause.returncode) == (0, 0)
    assert b"### Option 1" in whole.stdout
    assert b"## Root Cause" in cause.stdout
    assert b"### Option 1" not in cause.stdout


def test_an_unknown_id_is_status_1(kb: Run) -> None:
    got = kb("show", "python/no-such-entry")

    assert got.returncode == 1
    assert b"kb list" in got.stderr


def test_list_and_export_name_every_entry(kb: Run) -> None:
    listed = json.loads(kb("list", "--json").stdout)
    exported = [json.loads(line) for line in kb("export").stdout.splitlines()]

    assert [x["id"] for x in listed] == [x["id"] for x in exported]
    assert all(x["text"] for x in exported)
    assert len(kb("list").stdout.splitlines()) == len(listed)


def test_jsonl_answers_each_line_and_survives_bad_ones(kb: Run) -> None:
    lines = [
        b'{"query": "%s", "limit": 3, "abstain": true}' % ERROR.encode(),
        b"not json",
        b'{"limit": 3}',
        b'{"query": "x", "limit": "3"}',
        b'{"query": ""}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
        b'{"query": "\\ud800 sourdough", "abstain": false}',
    ]
    answers = [json.loads(line) for line in kb("lookup", "--jsonl", input=b"\n".join(lines)).stdout.splitlines()]

    assert answers[0]["decision"] == "match"
    assert ["error" in a for a in answers] == [False, True, True, True, True, True, True, False]


def test_ranking_without_abstaining(kb: Run) -> None:
    line = b'{"query": "the program fails with an error", "limit": 7, "abstain": false}'
    answer = json.loads(kb("lookup", "--jsonl", input=line).stdout)

    assert len(answer["candidates"]) == 7
    scores = [c["score"] for c in answer["candidates"]]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("data", [b"\x00" * 4096, os.urandom(4096), b"\xed\xa0\x80 bad", b"\xff\xfe" + b"a\x00" * 50])
def test_binary_input_is_answered(kb: Run, data: bytes) -> None:
    got = kb(input=data)

    assert got.returncode in (0, 1, 2, 3)
    assert b"Traceback" not in got.stderr


def test_the_end_of_ten_megabytes_of_log_counts(kb: Run) -> None:
    got = kb(input=b"2026-11-24 10:00:00 INFO request served in 3 ms\n" * 210_000 + TRACE.encode())

    assert (got.returncode, b"`python/numpy-abi`" in got.stdout) == (0, True)


def test_invalid_bytes_in_an_argument(kb: Run) -> None:
    assert kb(b"\xff " + ERROR.encode()).returncode == 0


def test_secrets_of_a_query_are_not_shown(kb: Run) -> None:
    got = kb("--json", f"{ERROR} Authorization: Bearer abcdefgh12345678")

    assert b"abcdefgh12345678" not in got.stdout


def test_a_closed_pipe_is_no_error(kb: Run, catalog: object) -> None:
    command = f"{sys.executable} -m kb.faces.cli list | head -1"
    got = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, env={**os.environ, "KB_CATALOG": str(catalog)}
    )

    assert got.stderr == b""


def failing(catalog: Path, command: str) -> "subprocess.CompletedProcess[str]":
    """A line of bash, with kb as a function."""
    line = f'kb() {{ "{sys.executable}" -m kb.faces.cli "$@"; }}; {command}'
    env = {**os.environ, "KB_CATALOG": str(catalog), "PYTHONUNBUFFERED": ""}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, env=env, cwd=ROOT, timeout=60
    )


@pytest.mark.parametrize(
    "command",
    [
        "kb list",
        "kb --version",
        f"kb '{ERROR}'",
        'kb lookup --jsonl <<< \'{"query": "a b"}\'',
        "kb check --no-replay python/numpy-abi",
        "kb build --help",
        "kb serve --port 0",
        """kb mcp <<< '{"jsonrpc": "2.0", "id": 1, "method": "ping"}'""",
    ],
)
def test_standard_output_that_takes_nothing_is_said(catalog: Path, command: str) -> None:
    got = failing(catalog, f"{command} >/dev/full")

    assert (got.returncode, got.stderr) == (
        4,
        "kb: a standard stream, a temporary file or the present folder: No space left on device\n",
    )


def test_standard_error_that_takes_nothing_leaves_the_exit_status(catalog: Path) -> None:
    assert [failing(catalog, f"kb {args} 2>/dev/full").returncode for args in ("show no/such", "--nope")] == [1, 2]


def test_a_reader_that_left_is_no_failure(catalog: Path) -> None:
    got = failing(catalog, "kb check --no-replay --help | true; kb export | head -c1 >/dev/null")

    assert (got.returncode, got.stderr) == (0, "")


def test_a_closed_standard_input_is_an_empty_one(catalog: Path) -> None:
    assert failing(catalog, "kb lookup --jsonl <&- && kb mcp <&-").stderr == ""
    assert failing(catalog, "kb <&-").returncode == 2


def test_a_number_of_any_length_is_misuse(catalog: Path) -> None:
    got = failing(catalog, f"kb --limit {'9' * 5000} a")

    assert (got.returncode, got.stderr[:12]) == (2, "kb: --limit ")


def test_a_path_that_no_file_can_have_is_said(catalog: Path) -> None:
    got = failing(catalog, f"kb check --no-replay {'a' * 300}")

    assert (got.returncode, got.stderr) == (4, f"kb: {'a' * 300}: File name too long\n")


def test_a_present_folder_that_is_gone_is_no_matter(catalog: Path, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    entry = ROOT / "entries" / "python" / "numpy-abi.md"
    command = f"export PYTHONPATH=$PWD; cd {tmp_path}/gone && rmdir {tmp_path}/gone && kb check --no-replay {entry}"
    got = failing(catalog, command)

    assert (got.returncode, got.stderr) == (0, "")


def test_a_digest_or_a_report_that_cannot_be_written_leaves_nothing_behind(catalog: Path, tmp_path: Path) -> None:
    (tmp_path / "out.sqlite.sha256").mkdir()
    (tmp_path / "report.md").mkdir()
    alone = tmp_path / "few" / f"{ENTRY}.md"
    alone.parent.mkdir(parents=True)
    shutil.copy(ROOT / "entries" / f"{ENTRY}.md", alone)
    built = failing(catalog, f"kb build --out {tmp_path}/out.sqlite {tmp_path}/few")
    checked = failing(catalog, f"kb check --no-replay --report {tmp_path}/report.md {alone}")

    assert (built.returncode, built.stderr.splitlines()[-1]) == (
        4,
        f"kb: {tmp_path}/out.sqlite.sha256: Is a directory; choose a folder that can be written",
    )
    assert (checked.returncode, f"{tmp_path}/report.md: Is a directory" in checked.stderr) == (2, True)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["few", "out.sqlite", "out.sqlite.sha256", "report.md"]


def test_a_catalog_may_have_a_name_that_is_not_utf_8(catalog: Path, tmp_path: Path) -> None:
    at = f"{tmp_path}/$'\\xff'"
    got = failing(catalog, f"kb build --out {at} {tmp_path} && cd {tmp_path} && sha256sum --status -c *.sha256")

    assert (got.returncode, got.stderr) == (0, "")


def test_colours_only_on_a_terminal_that_wants_them(catalog: object) -> None:
    def on_a_terminal(**more: str) -> bytes:
        controller, terminal = pty.openpty()
        env = {**os.environ, "KB_CATALOG": str(catalog), "TERM": "xterm", **more}
        env.pop("NO_COLOR", None) if "NO_COLOR" not in more else None
        subprocess.run([sys.executable, "-m", "kb.faces.cli", ERROR], stdout=terminal, env=env, timeout=60)
        return os.read(controller, 65536)

    assert b"\x1b[1m" in on_a_terminal()
    assert b"\x1b[" not in on_a_terminal(NO_COLOR="1")


def test_a_lookup_imports_neither_sqlalchemy_nor_flask(catalog: object) -> None:
    code = (
        "import sys; from kb.faces.cli import run; run(['numpy.dtype size changed']);"
        "heavy = {'sqlalchemy', 'flask', 'markdown_it', 'dataclasses', 'argparse', 'json', 'mcp'} & set(sys.modules);"
        "print(heavy, file=sys.stderr)"
    )
    got = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env={**os.environ, "KB_CATALOG": str(catalog)}
    )

    assert got.stderr == b"set()\n"
