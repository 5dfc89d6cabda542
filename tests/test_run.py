"""`kb run`, on a real terminal and without one."""

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ERROR, Run

from kb.faces import last_run

KB = [sys.executable, "-m", "kb.faces.cli"]
FAILS = f"import sys; sys.exit({ERROR!r})"


class Terminal:
    """A terminal of 80 columns with a command on it."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self.pid, self.fd = pty.fork()
        if not self.pid:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            os.execvpe(command[0], command, env)
        self.seen = b""

    def until(self, pattern: bytes) -> bytes:
        """Read until a pattern has come; what came, that included, is taken away."""
        while not (found := re.search(pattern, self.seen)):
            data = self._read()
            assert data, (pattern, self.seen)
            self.seen += data
        taken, self.seen = self.seen[: found.end()], self.seen[found.end() :]
        return taken

    def type(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self) -> tuple[int, bytes]:
        """(exit status, the rest of the output)."""
        while data := self._read():
            self.seen += data
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), self.seen

    def _read(self) -> bytes:
        try:
            return os.read(self.fd, 65_536)
        except OSError:
            return b""


@pytest.fixture
def env(catalog: Path, tmp_path: Path) -> dict[str, str]:
    more = {"KB_CATALOG": str(catalog), "TERM": "xterm", "XDG_STATE_HOME": str(tmp_path / "state"), "PS1": "ready> "}
    return {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | more


@pytest.fixture
def on_a_terminal(env: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    started: list[Terminal] = []

    def start(*command: str, bare: bool = False) -> Terminal:
        started.append(Terminal(list(command) if bare else [*KB, "run", "--", *command], env))
        return started[-1]

    yield start
    for terminal in started:
        with contextlib.suppress(OSError):
            os.close(terminal.fd)


def test_output_and_error_stay_apart_and_the_status_is_the_commands(kb: Run) -> None:
    got = kb("run", "--", "sh", "-c", "echo out; echo err >&2; exit 7", env={"KB_MISSES": "off"})

    assert (got.returncode, got.stdout) == (7, b"out\n")
    assert got.stderr.startswith(b"err\n")


def test_one_place_for_both_keeps_their_order(env: dict[str, str]) -> None:
    script = "for i in $(seq 300); do echo o$i; echo e$i >&2; done"
    got = subprocess.run(
        [*KB, "run", "--", "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, check=True
    )

    assert got.stdout.split() == [f"{kind}{i}".encode() for i in range(1, 301) for kind in "oe"]


def test_a_failure_is_followed_by_the_answer_on_standard_error(kb: Run, own: Path) -> None:
    got = kb("run", "--", sys.executable, "-c", FAILS)

    assert (got.returncode, got.stdout) == (1, b"")
    assert got.stderr.startswith(ERROR.encode() + b"\n\n# ")
    assert b"`python/numpy-abi`" in got.stderr
    assert b"\x1b" not in got.stderr


def test_success_and_silent_failure_say_nothing(kb: Run) -> None:
    assert (kb("run", "--", "echo", ERROR).stderr, kb("run", "--", "false").stderr) == (b"", b"")


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (("sh", "-c", "kill -9 $$"), 137),
        (("sh", "-c", "kill -TERM $$"), 143),
        (("sh", "-c", "exit 255"), 255),
        (("true",), 0),
        (("no-such-command-at-all",), 127),
        (("./no/such/file",), 127),
        (("/etc/passwd",), 126),
        (("/",), 126),
        (("",), 127),
    ],
)
def test_statuses_are_a_shells(kb: Run, command: tuple[str, ...], status: int) -> None:
    got = kb("run", "--", *command)

    assert got.returncode == status
    assert b"Traceback" not in got.stderr


def test_no_command_is_misuse(kb: Run) -> None:
    assert [kb("run", *args).returncode for args in ((), ("--",), ("--what", "ls"))] == [2, 2, 2]


def test_standard_input_and_binary_output_pass_through(kb: Run) -> None:
    data = os.urandom(3_000_000)

    assert kb("run", "--", "cat", input=data).stdout == data


def test_nobody_reads_on(env: dict[str, str]) -> None:
    script = f"{' '.join(KB)} run -- yes | head -1; echo ${{PIPESTATUS[0]}}"
    got = subprocess.run(["bash", "-c", script], capture_output=True, env=env, timeout=60)

    assert (got.stdout, got.stderr) == (b"y\n141\n", b"")


def test_memory_is_bounded_and_the_end_of_a_long_output_counts(env: dict[str, str]) -> None:
    script = f"head -c 200000000 /dev/zero | tr '\\0' 'x' | fold -w 99; {sys.executable} -c {FAILS!r}"
    # A process that is forked begins with its parent's peak, so a small one stands between.
    watch = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)\n"
        "sys.stderr.buffer.write(done.stderr)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    got = subprocess.run(
        [sys.executable, "-c", watch, *KB, "run", "--", "sh", "-c", script], capture_output=True, env=env, timeout=120
    )

    assert b"`python/numpy-abi`" in got.stderr
    assert int(got.stdout) < 180_000


def test_what_runs_on_in_the_background_is_not_waited_for_nor_cut_off(env: dict[str, str], tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    child = subprocess.Popen(
        [*KB, "run", "--", "sh", "-c", f"(read x <{gate}; echo later) & echo now"], stdout=subprocess.PIPE, env=env
    )
    assert child.stdout

    assert child.stdout.readline() == b"now\n"
    assert child.wait(60) == 0
    gate.write_text("go\n")
    assert child.stdout.read() == b"later\n"
    child.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGINT])
def test_signals_are_passed_on(env: dict[str, str], number: signal.Signals) -> None:
    script = f"trap 'echo got; exit 5' {number.name[3:]}; echo ready; while :; do sleep 0.1; done"
    child = subprocess.Popen(
        [*KB, "run", "--", "bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
        start_new_session=True,
    )  # fmt: skip
    assert child.stdout
    child.stdout.readline()
    child.send_signal(number)
    out, _ = child.communicate(timeout=60)

    assert (child.returncode, out) == (5, b"got\n")


def test_the_failure_is_kept_without_its_secrets(kb: Run, own: Path) -> None:
    kb("run", "--", "sh", "-c", "echo password=hunter22secret; exit 3", env={"XDG_STATE_HOME": str(own.parent)})
    kept = last_run.load()

    assert kept
    assert (kept.command[0], kept.status, kept.output) == ("sh", 3, "password=[redacted]\n")
    assert "hunter22" not in (own / "last-run.json").read_text()
    assert (own / "last-run.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"command": 1, "status": "x", "output": ""})])
def test_a_damaged_last_run_is_none(own: Path, text: str) -> None:
    own.mkdir(parents=True)
    (own / "last-run.json").write_text(text)

    assert last_run.load() is None


def test_a_broken_catalog_leaves_the_status_alone(kb: Run, tmp_path: Path) -> None:
    got = kb("run", "--", "sh", "-c", "echo oops; exit 9", env={"KB_CATALOG": str(tmp_path / "none.sqlite")})

    assert (got.returncode, got.stdout) == (9, b"oops\n")
    assert b"Traceback" not in got.stderr


def test_a_terminal_stays_one(on_a_terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    status, seen = on_a_terminal("ls", "--color=auto", str(tmp_path)).end()

    assert status == 0
    assert b"\x1b[" in seen
    assert b"\r\r\n" not in seen


def test_a_prompt_is_asked_and_answered(on_a_terminal: Callable[..., Terminal]) -> None:
    terminal = on_a_terminal("bash", "-c", 'read -p "name? " x; read -s -p "word? " y; echo; echo "hi $x, $y"; exit 4')
    terminal.until(rb"name\? ")
    terminal.type(b"Ada\n")
    echoed = terminal.until(rb"word\? ")
    terminal.type(b"sesame\n")
    status, seen = terminal.end()

    assert b"Ada" in echoed
    assert (status, b"hi Ada, sesame" in seen, seen.count(b"sesame")) == (4, True, 1)


def test_the_end_of_input_is_typed(on_a_terminal: Callable[..., Terminal]) -> None:
    terminal = on_a_terminal("bash", "-c", "echo go; wc -c")
    terminal.until(b"go")
    terminal.type(b"four\n\x04")

    status, seen = terminal.end()
    assert (status, b"5\r\n" in seen) == (0, True)


def test_an_interrupt_is_the_commands(on_a_terminal: Callable[..., Terminal]) -> None:
    plain = on_a_terminal("sh", "-c", f"echo '{ERROR}'; echo go; exec sleep 100")
    trapped = on_a_terminal("bash", "-c", "trap 'echo caught; exit 6' INT; echo go; while :; do sleep 0.1; done")
    for terminal in (plain, trapped):
        terminal.until(b"go")
        terminal.type(b"\x03")

    status, seen = plain.end()
    assert (status, b"numpy-abi" in seen) == (130, False)
    assert trapped.end()[0] == 6


def test_the_answer_follows_in_colours(on_a_terminal: Callable[..., Terminal]) -> None:
    status, seen = on_a_terminal(sys.executable, "-c", FAILS).end()

    assert (status, b"numpy-abi" in seen, b"\x1b[1m" in seen) == (1, True, True)


def test_the_window_has_its_size_and_changes_it(on_a_terminal: Callable[..., Terminal]) -> None:
    script = "trap 'stty size; exit' WINCH; stty size; while :; do sleep 0.1; done"
    terminal = on_a_terminal("bash", "-c", script)
    terminal.until(b"24 80")
    terminal.resize(30, 100)

    terminal.until(b"30 100")
    assert terminal.end()[0] == 0


def test_a_command_is_stopped_and_goes_on(on_a_terminal: Callable[..., Terminal]) -> None:
    """In a shell with job control, as people use it."""
    shell = on_a_terminal("bash", "--norc", "-i", bare=True)
    shell.until(rb"ready> ")
    script = "echo started; read x; echo got $x; exit 3"
    shell.type(f"{' '.join(KB)} run -- bash -c '{script}'\n".encode())
    shell.until(rb"started\r\n")
    shell.type(b"\x1a")
    shell.until(rb"Stopped")
    shell.until(rb"ready> ")
    shell.type(b"stty -a | grep -o '.icanon'; fg\n")
    assert b"-icanon" not in shell.until(rb"run --.*\r\n")
    shell.type(b"word\n")
    shell.until(rb"got word")
    shell.until(rb"ready> ")
    shell.type(b"echo status $?\n")
    shell.until(rb"status 3\r\n")
    shell.type(b"exit\n")

    assert shell.end()[0] == 0


def test_the_terminal_is_given_back_as_it_was(on_a_terminal: Callable[..., Terminal]) -> None:
    shell = on_a_terminal(
        "bash", "--norc", "-c", f"stty -a; {' '.join(KB)} run -- sh -c 'kill -9 $$'; stty -a", bare=True
    )
    status, seen = shell.end()
    modes = re.findall(rb"speed.*?-?flusho[^\r]*", seen, re.DOTALL)

    assert (status, len(modes)) == (0, 2)
    assert modes[0] == modes[1]


def test_one_stream_on_the_terminal_and_one_not(on_a_terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    script = "test -t 1 && echo out-tty; test -t 2 || echo err-file >&2; test -t 0 && echo in-tty"
    log = tmp_path / "log"
    _, seen = on_a_terminal("bash", "-c", f"{' '.join(KB)} run -- sh -c '{script}' 2>{log}", bare=True).end()

    assert re.findall(rb"[a-z]+-[a-z]+", seen) == [b"out-tty", b"in-tty"]
    assert log.read_text() == "err-file\n"


def test_a_closed_terminal_ends_the_command(on_a_terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    terminal = on_a_terminal("sh", "-c", f"trap 'echo hung up >{tmp_path}/said; exit' HUP; echo go; sleep 100 & wait")
    terminal.until(b"go")
    os.close(terminal.fd)
    os.waitpid(terminal.pid, 0)
    until = time.monotonic() + 60
    while not (tmp_path / "said").exists() and time.monotonic() < until:
        os.sched_yield()

    assert (tmp_path / "said").exists()
