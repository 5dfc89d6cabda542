"""The hook of Claude Code: an event on standard input, the answer of a match on standard output, else nothing."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import ENTRY, ERROR, ROOT, Run
from hypothesis import given
from hypothesis import strategies as st


def event(error: str = f"Exit code 1\n{ERROR}", **other: object) -> bytes:
    """What Claude Code 2.1 writes to a hook after a failed command."""
    asked: dict[str, object] = {
        "session_id": "0c8a3f51-5a38-4a5f-9a52-1c4d6a5f3b10",
        "transcript_path": "/home/me/.claude/projects/demo/0c8a3f51.jsonl",
        "cwd": "/home/me/demo",
        "permission_mode": "default",
        "hook_event_name": "PostToolUseFailure",
        "tool_name": "Bash",
        "tool_input": {"command": "python app.py", "description": "Run the program"},
        "tool_use_id": "toolu_01",
        "error": error,
        "is_interrupt": False,
        "duration_ms": 812,
    }
    return json.dumps(asked | other).encode()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def hook(kb: Run, state: Path):  # type: ignore[no-untyped-def]
    """Runs the hook; what it prints. It ends with status 0 and says nothing else, always."""

    def run(event: bytes, **env: str) -> bytes:
        done = kb("hook", "claude", input=event, env={"XDG_STATE_HOME": str(state), **env})
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout

    return run


def test_a_match_is_added_in_the_form_that_the_client_takes(hook) -> None:  # type: ignore[no-untyped-def]
    said = json.loads(hook(event()))

    assert said.keys() == {"hookSpecificOutput"}
    assert said["hookSpecificOutput"].keys() == {"hookEventName", "additionalContext"}
    assert said["hookSpecificOutput"]["hookEventName"] == "PostToolUseFailure"
    text = said["hookSpecificOutput"]["additionalContext"]
    assert f"`{ENTRY}`" in text
    assert "reference data" in text
    assert 'pip install -q "numpy<2"' in text


@pytest.mark.parametrize(
    "passed_over",
    [
        event("Exit code 2\nmake: *** [lint] Error 2"),
        event("Exit code 1\nthe moon is in the wrong house"),
        event(is_interrupt=True),
        event(f"Command timed out after 2m 0.0s\n{ERROR}"),
        event(f"Exit code 143\nCommand timed out after 2m 0.0s\n{ERROR}"),
        event(hook_event_name="PostToolUse"),
        event(tool_name="Read"),
        event(tool_input={"command": f"kb '{ERROR}'"}),
        event(tool_input={"command": "cd app && .venv/bin/kb run -- pytest"}),
        event(tool_input={"command": "make 2>&1 | NO_COLOR=1 kb"}),
        event(tool_input={}),
        event(tool_input="python app.py"),
        event(error=None),  # type: ignore[arg-type]
        event(""),
        event(" \n"),
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe\x00\x01" * 1000,
        b"[" * 200_000,
        event()[:-40],
        event("\0" * 100_000),
        event("x" * 9_000_000),
    ],
    ids=lambda e: f"{len(e)} {e[-40:]!r}",
)
def test_what_is_no_match_of_a_failed_command_adds_nothing(hook, passed_over: bytes) -> None:  # type: ignore[no-untyped-def]
    assert hook(passed_over) == b""


def test_commands_that_only_look_like_ours_are_answered(hook) -> None:  # type: ignore[no-untyped-def]
    assert hook(event(tool_input={"command": "ls kb && python -m kbd; cat a/kb.log"}))


def test_a_large_output_is_answered_by_its_end(hook) -> None:  # type: ignore[no-untyped-def]
    assert hook(event("Exit code 1\n" + "Collecting something\n" * 50_000 + ERROR))


def test_nothing_is_said_where_there_is_no_catalog_or_no_place_to_write(hook, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    broken = tmp_path / "broken"
    broken.write_bytes(b"no catalog")

    assert hook(event(), KB_CATALOG="/no/such/catalog") == b""
    assert hook(event(), KB_CATALOG=str(broken)) == b""
    assert hook(event(), XDG_STATE_HOME="/dev/null")  # where nothing can be remembered, it is answered


def test_closed_streams_are_no_reason_to_fail(catalog: Path, state: Path) -> None:
    env = {**os.environ, "KB_CATALOG": str(catalog), "XDG_STATE_HOME": str(state)}
    command = f"{sys.executable} -m kb.faces.cli hook claude"

    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full"):
        done = subprocess.run(f"{command} {closed}", shell=True, input=event(), env=env, cwd=ROOT, capture_output=True)
        assert (done.returncode, done.stderr) == (0, b""), closed


def test_one_error_is_answered_once_in_a_session(hook) -> None:  # type: ignore[no-untyped-def]
    other_numbers = event(ERROR.replace("96", "88").replace("got 88", "got 96"))

    assert hook(event())
    assert hook(event()) == b""
    assert hook(other_numbers) == b""
    assert hook(event(session_id="another"))
    assert hook(event("Exit code 128\nfatal: refusing to merge unrelated histories"))


def test_of_many_at_once_one_answers(hook) -> None:  # type: ignore[no-untyped-def]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(hook, [event()] * 8))

    assert len([s for s in said if s]) == 1


def test_what_is_remembered_is_bounded_and_forgotten(hook, state: Path) -> None:  # type: ignore[no-untyped-def]
    from kb.faces.hook import FULL, KEPT

    hook(event(session_id="old"))
    (old,) = (state / "kb" / "sessions").iterdir()
    old.write_bytes(b"a/b 1\n" * (FULL // 6))

    assert hook(event(session_id="old")) == b""
    assert old.stat().st_size <= FULL

    long_ago = time.time() - KEPT - 60
    os.utime(old, (long_ago, long_ago))
    hook(event(session_id="new"))
    assert old not in (state / "kb" / "sessions").iterdir()
    assert (state / "kb" / "sessions").stat().st_mode & 0o077 == 0


def test_a_session_names_no_file_of_its_own(hook, state: Path) -> None:  # type: ignore[no-untyped-def]
    assert hook(event(session_id="../../../../tmp/escaped"))
    assert len(list((state / "kb" / "sessions").iterdir())) == 1


def test_whoever_writes_a_huge_event_is_not_cut_off(catalog: Path, state: Path) -> None:
    env = {**os.environ, "KB_CATALOG": str(catalog), "XDG_STATE_HOME": str(state)}
    process = subprocess.Popen(
        [sys.executable, "-m", "kb.faces.cli", "hook", "claude"], stdin=subprocess.PIPE, env=env, cwd=ROOT
    )
    assert process.stdin
    for _ in range(40):
        process.stdin.write(b" " * 1_000_000)  # would raise BrokenPipeError
    process.stdin.close()

    assert process.wait(60) == 0


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["error", "tool_input", "command", "hook_event_name", "tool_name", "session_id"]), x
            )
        ),
    )
)
def test_any_json_is_no_reason_to_fail(value: object) -> None:
    from kb.faces import hook

    with suppress(KeyError, TypeError):  # what main takes for: nothing to look up
        assert hook.answer(json.dumps(value).encode()) == ""


def test_other_clients_are_misuse(kb: Run) -> None:
    assert kb("hook").returncode == 2
    assert kb("hook", "nobody").returncode == 2
