"""One bash, shut in: commands in, output and statuses out, everything bounded."""

import contextlib
import fcntl
import functools
import os
import secrets
import selectors
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.errors import NoSandbox
from kb.replay import isolation
from kb.replay.compare import printable
from kb.replay.isolation import Setting

OUTPUT = 1 << 20
_PIPE = 1 << 20
"""Bytes of a pipe, the most that Linux lets anybody have. An entry's 256 kB fit in, quoted, unless they are mostly
quotation marks, of five bytes each: such a command does not come back."""
STEPS = 200
"""Of one shell: each is a pipe that the verifier holds open."""
SECONDS = 300
"""No shell lives longer, whatever its commands are allowed."""


@dataclass(frozen=True, slots=True)
class Step:
    command: str
    seconds: float = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """What a step did."""

    output: str
    """Standard output and error as they came, up to the moment when the shell had its next prompt."""
    status: int | None
    """None: it did not come back."""
    trouble: str = ""
    """Why it did not come back."""


def run(steps: Sequence[Step], setting: Setting) -> list[Seen]:
    """Run the steps in order in one shell in /work, as far as they come.

    The answer is shorter than `steps` when one of them did not come back (time, output, `exit`); the last one
    says why. Raises NoSandbox where the machine cannot do this safely; then nothing has run.
    """
    probe()
    return _run(steps, setting)


@functools.cache
def probe() -> None:
    """Raise NoSandbox, saying how to mend it, unless a shell can be run here safely."""
    for program, package in (("bwrap", "bubblewrap"), ("setpriv", "util-linux"), ("bash", "bash")):
        if not shutil.which(program):
            raise NoSandbox(f"replay needs {program}, which is missing here: apt-get install {package}")
    seen = _run([Step("echo $((6*7))")], Setting())
    if seen != [Seen("42\n", 0)]:
        raise NoSandbox(
            "this machine does not let a sandbox start"
            f" ({seen[-1].trouble if seen else 'no answer'}). Run as root, or allow user namespaces:"
            " sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0"
        )


def _run(steps: Sequence[Step], setting: Setting) -> list[Seen]:
    if len(steps) > STEPS:
        return [Seen("", None, f"is one of {len(steps)} commands and files; a run has at most {STEPS}")]
    names, ends = ([secrets.token_hex(16) for _ in steps] for _ in range(2))
    with (
        tempfile.TemporaryDirectory(prefix="kb-") as folder,
        isolation.cgroups(setting.memory) as cgroups,
        contextlib.ExitStack() as stack,
    ):
        base = Path(folder)
        outputs = _fifos(base / "out", names, stack)
        argv = isolation.command(base, setting, cgroups)
        process = stack.enter_context(
            subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                cwd="/",
                # The first process inside keeps what it is started with; what the verifier knows is not for it.
                env={"PATH": os.environ.get("PATH", os.defpath)},
            )
        )
        _live.add(process)
        try:
            return _watch(process, steps, _script(steps, names, ends), dict(zip(outputs, ends, strict=True)))
        finally:
            _live.discard(process)
            _end(process, cgroups)


def stop() -> None:
    """Kill all shells of this process, so that the threads that wait for them return."""
    for process in _live.copy():
        process.kill()


_live: set[subprocess.Popen[bytes]] = set()


def _script(steps: Sequence[Step], names: Sequence[str], ends: Sequence[str]) -> list[bytes]:
    """What the shell is given for each command, once the one before has come back.

    Each command writes into a pipe of its own, up to its end mark: what comes later is of the background. The shell's
    standard output carries the exit statuses alone, each behind the same mark. Both stand on a line that bash reads
    after the command; a subshell writes them, so that the next command finds `$?` as it was. So a command can learn,
    if it tries, what speaks for itself, and not what speaks for a later one.
    """
    script = []
    for step, name, end in zip(steps, names, ends, strict=True):
        out = f"{isolation.OUT}/{name}"
        told = f"builtin printf %s {end} >{out}; builtin printf '%s %d\\n' {end} $s"
        script.append(
            f"builtin eval {shlex.quote(step.command)} </dev/null >{out} 2>&1\n"
            f"( s=$?; {told}; builtin exit $s ) 2>/dev/null\n".encode()
        )
    return script


def _fifos(folder: Path, names: Sequence[str], stack: contextlib.ExitStack) -> list[int]:
    folder.mkdir()
    folder.chmod(0o311)  # whoever is inside, even its owner, cannot list it
    opened = []
    for name in names:
        fifo = folder / name
        os.mkfifo(fifo)
        fifo.chmod(0o666)  # the other end is another user
        # Opened for both, so that it never comes to its end while nobody writes.
        opened.append(os.open(fifo, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))
        stack.callback(os.close, opened[-1])
    return opened


def _watch(
    process: subprocess.Popen[bytes], steps: Sequence[Step], script: Sequence[bytes], ends: Mapping[int, str]
) -> list[Seen]:
    """Lead the shell to its last step, or to the first that breaks a limit."""
    assert process.stdin and process.stdout and process.stderr  # noqa: S101 - all are pipes
    given = process.stdin.fileno()
    with contextlib.suppress(OSError):
        fcntl.fcntl(given, fcntl.F_SETPIPE_SZ, _PIPE)
    os.set_blocking(given, False)
    control, errors = process.stdout.fileno(), process.stderr.fileno()
    os.set_blocking(control, False)
    os.set_blocking(errors, False)
    texts: dict[int, bytearray] = {fd: bytearray() for fd in (control, errors, *ends)}
    outputs = list(ends)
    seen: list[Seen] = []
    end = time.monotonic() + SECONDS
    started = time.monotonic()

    def give() -> None:
        # The shell that is gone, or does not read, is seen below.
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(given, script[len(seen)])

    def came_back(status: int | None, trouble: str = "") -> None:
        fd = outputs[len(seen)]
        texts[fd] += _drain(fd)[0]
        output = texts[fd].partition(ends[fd].encode())[0]
        seen.append(Seen(output[:OUTPUT].decode(errors="replace"), status, trouble))

    give()
    with selectors.DefaultSelector() as selector:
        for fd in texts:
            selector.register(fd, selectors.EVENT_READ)
        while len(seen) < len(steps):
            deadline = min(started + steps[len(seen)].seconds, end)
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            for key, _ in ready:
                chunk, ended = _drain(key.fd)
                texts[key.fd] += chunk
                if ended:
                    selector.unregister(key.fd)
            if sum(len(text) for fd, text in texts.items() if fd != control) > OUTPUT:
                came_back(None, f"printed more than {OUTPUT >> 10} KiB")
                break
            lines = bytes(texts[control]).split(b"\n")
            texts[control] = bytearray(lines[-1][-4096:])
            for line in lines[:-1]:
                # Whatever else stands there, the snippet has written it.
                mark, _, status = line.partition(b" ")
                if len(seen) < len(steps) and mark == ends[outputs[len(seen)]].encode() and status.isdigit():
                    came_back(int(status[:9]))
                    started = time.monotonic()
                    if len(seen) < len(steps):
                        give()
            if len(seen) == len(steps):
                break
            if time.monotonic() >= deadline:
                came_back(None, f"did not return within {steps[len(seen)].seconds:g} seconds")
                break
            if control not in selector.get_map():
                said = texts[errors].decode(errors="replace").strip().splitlines()
                came_back(None, f"ended the shell{': ' + printable(said[-1]) if said else ''}")
                break
    return seen


def _drain(fd: int) -> tuple[bytes, bool]:
    """What can be read without waiting, a little more than the limit at most, and whether that is the end."""
    data = bytearray()
    with contextlib.suppress(BlockingIOError):
        while len(data) <= OUTPUT:
            chunk = os.read(fd, 65536)
            if not chunk:
                return bytes(data), True
            data += chunk
    return bytes(data), False


def _end(process: subprocess.Popen[bytes], cgroups: Sequence[Path]) -> None:
    """Kill the whole tree: the first process of a PID namespace takes all others with it, and is gone after them."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        for first in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            os.kill(int(first), signal.SIGKILL)
            process.wait(5)
    process.kill()
    process.wait()
    for cgroup in cgroups:
        for _ in range(500):
            with contextlib.suppress(OSError):
                for pid in (cgroup / "cgroup.procs").read_text().split():
                    os.kill(int(pid), signal.SIGKILL)
            with contextlib.suppress(OSError):
                cgroup.rmdir()
            if not cgroup.exists():
                break
            time.sleep(0.01)
