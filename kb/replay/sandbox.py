"""One bash under bubblewrap: commands in, output and statuses out, everything bounded.

As root the user namespace is made here (0 becomes 200000), bubblewrap runs in it, and `setpriv` leaves uid
1000 without any capability: bubblewrap alone keeps every capability of root. As an ordinary user bubblewrap's
own user namespace is what there is, with one user in it.
"""

import contextlib
import functools
import os
import platform
import secrets
import selectors
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kb.errors import NoSandbox

MEMORY = 2 << 30
DISK = 512 << 20
PROCESSES = 512
OUTPUT = 1 << 20
SECONDS = 300
"""No shell lives longer, whatever its commands are allowed."""

_FIRST_UID = 200_000
_UIDS = 65_536
_USER = 1000
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_HOME = "/home/user"
_OUT = "/run/kb"
_ROOT_CAPABILITIES = ("chown", "dac_override", "fowner", "kill", "net_bind_service", "setgid", "setuid")
_ETC = (
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/postgresql-common",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl",
)
_ETC_FILES = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000::/home/user:/bin/bash\n",
    "/etc/group": "root:x:0:\nuser:x:1000:\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "/etc/host.conf": "multi on\n",
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost\n127.0.1.1 kb\n",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a shell has besides the bare system."""

    binds: tuple[tuple[str, str], ...] = ()
    """Host folder, path inside; read-only."""
    copies: tuple[tuple[str, str], ...] = ()
    """Path inside that is bound, path inside where the shell gets a copy of its own."""
    path: tuple[str, ...] = ()
    """Folders that stand first on PATH."""
    env: Mapping[str, str] = field(default_factory=dict)
    root: bool = False
    """Starts as uid 0, with a few capabilities over its own namespace."""
    memory: int = MEMORY


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
def platform_name() -> str:
    """What snippets run on, as in `Debian 12, x86_64`."""
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        return f"{platform.system()}, {platform.machine()}"
    name = system["NAME"].removesuffix(" GNU/Linux")
    return f"{name} {system.get('VERSION_ID', '')}".strip() + f", {platform.machine()}"


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
    marker = secrets.token_hex(16)
    as_root = os.geteuid() == 0
    with (
        tempfile.TemporaryDirectory(prefix="kb-") as folder,
        _cgroup(setting.memory) as cgroups,
        contextlib.ExitStack() as stack,
    ):
        base = Path(folder)
        base.chmod(0o711)
        outputs = _fifos(base / "out", len(steps), stack)
        # Each command writes into a pipe of its own, so that what a background process prints later is told
        # apart; the shell's standard output carries the markers alone, which bash reads after the command.
        lines = []
        for number, step in enumerate(steps):
            lines.append(f"builtin eval {shlex.quote(step.command)} </dev/null >{_OUT}/{number} 2>&1\n")
            lines.append(f"{{ builtin printf '%s %d\\n' {marker} $?; }} 2>/dev/null\n")
        (base / "script").write_text("".join(lines))
        script = stack.enter_context((base / "script").open("rb"))
        argv = (_as_root if as_root else _as_user)(base, setting, cgroups)
        process = stack.enter_context(
            subprocess.Popen(
                argv,
                stdin=script,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                cwd="/",
            )
        )
        try:
            return _watch(process, steps, outputs, marker)
        finally:
            _end(process, cgroups)


def _fifos(folder: Path, count: int, stack: contextlib.ExitStack) -> list[int]:
    folder.mkdir()
    folder.chmod(0o755)
    opened = []
    for number in range(count):
        fifo = folder / str(number)
        os.mkfifo(fifo)
        fifo.chmod(0o666)  # the other end is another user
        # Opened for both, so that it never comes to its end while nobody writes.
        opened.append(os.open(fifo, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))
        stack.callback(os.close, opened[-1])
    return opened


def _watch(
    process: subprocess.Popen[bytes], steps: Sequence[Step], outputs: Sequence[int], marker: str
) -> list[Seen]:
    """Follow the shell to its last step, or to the first that breaks a limit."""
    assert process.stdout and process.stderr  # noqa: S101 - both are pipes
    control, errors = process.stdout.fileno(), process.stderr.fileno()
    os.set_blocking(control, False)
    os.set_blocking(errors, False)
    texts: dict[int, bytearray] = {fd: bytearray() for fd in (control, errors, *outputs)}
    seen: list[Seen] = []
    end = time.monotonic() + SECONDS
    started = time.monotonic()

    def came_back(status: int | None, trouble: str = "") -> None:
        texts[outputs[len(seen)]] += _drain(outputs[len(seen)])[0]
        seen.append(Seen(texts[outputs[len(seen)]].decode(errors="replace"), status, trouble))

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
            lines = bytes(texts[control]).split(b"\n")
            texts[control] = bytearray(lines[-1][-4096:])
            for line in lines[:-1]:
                name, _, status = line.partition(b" ")
                if name == marker.encode() and len(seen) < len(steps):
                    came_back(int(status))
                    started = time.monotonic()
            if len(seen) == len(steps):
                break
            if sum(len(text) for text in texts.values()) > OUTPUT:
                came_back(None, f"printed more than {OUTPUT >> 10} KiB")
                break
            if time.monotonic() >= deadline:
                came_back(None, f"did not return within {steps[len(seen)].seconds:g} seconds")
                break
            if control not in selector.get_map():
                said = texts[errors].decode(errors="replace").strip().splitlines()
                came_back(None, f"ended the shell{': ' + said[-1] if said else ''}")
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
    """Kill the whole tree: the first process of a PID namespace takes all others with it."""
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


@contextlib.contextmanager
def _cgroup(memory: int) -> Iterator[list[Path]]:
    """Cgroups that bound memory and processes, where this user may make them; else none: `ulimit` does."""
    top = Path("/sys/fs/cgroup")
    name = f"kb-{secrets.token_hex(8)}"
    settings = (
        {
            "": {"memory.max": memory, "memory.swap.max": 0, "pids.max": PROCESSES},
        }
        if (top / "cgroup.controllers").exists()
        else {
            "memory": {"memory.limit_in_bytes": memory},
            "pids": {"pids.max": PROCESSES},
        }
    )
    made: list[Path] = []
    try:
        for controller, values in settings.items():
            cgroup = top / controller / name
            cgroup.mkdir()
            made.append(cgroup)
            for file, value in values.items():
                if file != "memory.swap.max" or (cgroup / file).exists():
                    (cgroup / file).write_text(str(value))
    except OSError:
        for cgroup in made:
            with contextlib.suppress(OSError):
                cgroup.rmdir()
        made = []
    yield made


@functools.cache
def _user_namespace() -> str:
    """A user namespace that maps 0 to 200000, as a path for nsenter; it lives as long as this process."""
    with subprocess.Popen(
        ["unshare", "--user", "sh", "-c", "echo; read _"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout and process.stderr  # noqa: S101 - both are pipes
        if not process.stdout.readline():
            said = process.stderr.read().decode(errors="replace").strip()
            raise NoSandbox(
                f"the kernel refuses a user namespace: {said}."
                " In a container, start it with --privileged or --security-opt seccomp=unconfined"
            )
        try:
            for kind in ("uid_map", "gid_map"):
                Path(f"/proc/{process.pid}/{kind}").write_text(f"0 {_FIRST_UID} {_UIDS}\n")
        except OSError as error:
            raise NoSandbox(f"the kernel refuses to map user ids: {error}") from error
        namespace = os.open(f"/proc/{process.pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    return f"/proc/{os.getpid()}/fd/{namespace}"


def _as_root(base: Path, setting: Setting, cgroups: Sequence[Path]) -> list[str]:
    # Mapped users cannot enter root's home; folders of it are bound to a place that they can enter, in a
    # mount namespace that only this run sees.
    lines = [f"echo $$ >{cgroup}/cgroup.procs" for cgroup in cgroups]
    staged = []
    for number, (source, target) in enumerate(setting.binds):
        stage = base / f"bind{number}"
        stage.mkdir()
        lines.append(shlex.join(["mount", "--bind", source, str(stage)]))
        staged.append((str(stage), target))
    drop = "-all" + "".join(f",+{name}" for name in _ROOT_CAPABILITIES if setting.root)
    user = [] if setting.root else [f"--reuid={_USER}", f"--regid={_USER}"]
    own = ["/work", _HOME, "/run/postgresql"]
    inner = [
        *_copies(setting),
        *([] if setting.root else [f"chown -R {_USER}:{_USER} {shlex.join(own)}"]),
        *_ulimits(setting, cgroups),
        "exec "
        + shlex.join(
            ["setpriv", *user, "--clear-groups", "--inh-caps=-all", f"--bounding-set={drop}", *_SHELL]
        )
        + " 2>/dev/null",
    ]
    enter = ["nsenter", f"--user={_user_namespace()}", "--setuid=0", "--setgid=0"]
    lines.append("exec " + shlex.join(enter) + " " + _bwrap(base, _mounts(base, staged, setting), inner))
    return ["unshare", "--mount", "bash", "-ec", "\n".join(lines)]


def _as_user(base: Path, setting: Setting, cgroups: Sequence[Path]) -> list[str]:
    inner = [*_copies(setting), *_ulimits(setting, cgroups), "exec " + shlex.join(_SHELL) + " 2>/dev/null"]
    user = "0" if setting.root else str(_USER)
    identity = ["--unshare-user", "--uid", user, "--gid", user]
    return ["bash", "-c", "exec " + _bwrap(base, [*identity, *_mounts(base, setting.binds, setting)], inner)]


def _bwrap(base: Path, arguments: Sequence[str], inner: Sequence[str]) -> str:
    """The command line. Arguments and start script stand in files, out of the sight of `pgrep -f` inside."""
    (base / "arguments").write_text("".join(f"{argument}\0" for argument in arguments))
    (base / "out" / "start").write_text("\n".join(inner))
    (base / "out" / "start").chmod(0o644)
    return f"bwrap --args 9 bash -e {_OUT}/start 9<{base}/arguments"


_SHELL = ["bash", "--noprofile", "--norc"]


def _copies(setting: Setting) -> list[str]:
    return [shlex.join(["cp", "-r", source, target]) for source, target in setting.copies]


def _ulimits(setting: Setting, cgroups: Sequence[Path]) -> list[str]:
    bounds = ["-c 0", "-S -n 1024", "-S -s 8192", f"-t {SECONDS}"]
    if not cgroups:
        bounds += [f"-d {setting.memory >> 10}", f"-u {PROCESSES}"]
    return [f"ulimit {bound}" for bound in bounds]


def _mounts(base: Path, binds: Sequence[tuple[str, str]], setting: Setting) -> list[str]:
    """bubblewrap's arguments: namespaces, file tree, environment. A seccomp filter would be given here."""
    arguments = ["--die-with-parent", "--new-session", "--hostname", "kb"]
    arguments += [f"--unshare-{kind}" for kind in ("pid", "net", "ipc", "uts", "cgroup-try")]
    arguments += ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        if Path(name).is_symlink():
            arguments += ["--symlink", str(Path(name).readlink()), name]
        elif Path(name).is_dir():
            arguments += ["--ro-bind", name, name]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    for mode, size, name in (
        ("1777", DISK // 4, "/dev/shm"),  # noqa: S108
        ("1777", DISK // 2, "/tmp"),  # noqa: S108
        ("0755", DISK // 4, "/run"),
        ("0755", DISK // 2, _HOME),
        ("0755", DISK, "/work"),
    ):
        arguments += ["--perms", mode, "--size", str(size), "--tmpfs", name]
    for name in ("/root", "/var", "/etc", "/run/postgresql"):
        arguments += ["--perms", "0755", "--dir", name]
    arguments += ["--symlink", "/run", "/var/run", "--symlink", "/tmp", "/var/tmp"]  # noqa: S108
    for name in (*_ETC, *map(str, sorted(Path("/etc").glob("python3*")))):
        arguments += ["--ro-bind-try", name, name]
    for name, text in _ETC_FILES.items():
        file = base / Path(name).name
        file.write_text(text)
        file.chmod(0o644)
        arguments += ["--ro-bind", str(file), name]
    arguments += ["--ro-bind", str(base / "out"), _OUT]
    for source, target in binds:
        for parent in reversed(Path(target).parents[:-1]):  # bubblewrap makes them 0700 by itself
            arguments += ["--perms", "0755", "--dir", str(parent)]
        arguments += ["--ro-bind", source, target]
    arguments += ["--remount-ro", "/", "--remount-ro", "/dev", "--chdir", "/work", "--clearenv"]
    env = {
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "dumb",
        "HOME": _HOME,
        "PATH": ":".join((*setting.path, _PATH)),
    }
    for key, value in {**env, **setting.env}.items():
        arguments += ["--setenv", key, value]
    return arguments
