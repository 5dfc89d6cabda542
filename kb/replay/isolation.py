"""How a shell is shut in: the command line around it, its cgroups, what it sees of the machine.

As root the user namespace is made here (0 becomes 200000), bubblewrap runs in it, and `setpriv` leaves uid
1000 without any capability: bubblewrap alone keeps every capability of root. As an ordinary user bubblewrap's
own user namespace is what there is, with one user in it. Either way the shell runs behind a filter of system calls.
"""

import contextlib
import functools
import os
import platform
import secrets
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kb.errors import NoSandbox
from kb.replay import seccomp

MEMORY = 2 << 30
DISK = 512 << 20
PROCESSES = 512
CPU_SECONDS = 300

_FIRST_UID = 200_000
_UIDS = 65_536
_USER = 1000
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_HOME = "/home/user"
OUT = "/run/kb"
_ROOT_CAPABILITIES = ("chown", "dac_override", "fowner", "kill", "net_bind_service", "setgid", "setuid")
_ETC = (
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/chromium.d",
    "/etc/fonts",
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
    lifted: tuple[str, ...] = ()
    """Of the groups of system calls that are refused, those that this shell may use."""


@functools.cache
def platform_name() -> str:
    """What snippets run on, as in `Debian 12, x86_64`."""
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        return f"{platform.system()}, {platform.machine()}"
    name = system["NAME"].removesuffix(" GNU/Linux")
    return f"{name} {system.get('VERSION_ID', '')}".strip() + f", {platform.machine()}"


@contextlib.contextmanager
def cgroups(memory: int) -> Iterator[list[Path]]:
    """Cgroups that bound memory and processes, where this user may make them; else none: `ulimit` does.

    Whoever uses them removes them.
    """
    top = Path("/sys/fs/cgroup")
    name = f"kb-{os.getpid()}-{secrets.token_hex(8)}"
    settings: dict[str, dict[str, int]] = {
        "memory": {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory},
        "pids": {"pids.max": PROCESSES},
    }
    if (top / "cgroup.controllers").exists():  # version 2
        settings = {"": {"memory.max": memory, "memory.swap.max": 0, "pids.max": PROCESSES}}
    for controller in settings:
        _sweep(top / controller)
    made: list[Path] = []
    try:
        for controller, values in settings.items():
            cgroup = top / controller / name
            cgroup.mkdir()
            made.append(cgroup)
            for file, value in values.items():
                # Without swap there is nothing to bound, and the file is missing.
                if file not in ("memory.swap.max", "memory.memsw.limit_in_bytes") or (cgroup / file).exists():
                    (cgroup / file).write_text(str(value))
    except OSError:
        for cgroup in made:
            with contextlib.suppress(OSError):
                cgroup.rmdir()
        made = []
    yield made


@functools.cache
def _sweep(folder: Path) -> None:
    """Remove what verifiers left that were killed."""
    for cgroup in folder.glob("kb-*-*"):
        if not Path(f"/proc/{cgroup.name.split('-')[1]}").exists():
            with contextlib.suppress(OSError):
                cgroup.rmdir()


@functools.cache
def has_cgroups() -> bool:
    """Whether memory is bounded by a cgroup here: a process that takes more is killed, and is told nothing."""
    with cgroups(MEMORY) as made:
        for cgroup in made:
            cgroup.rmdir()
        return bool(made)


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


def command(base: Path, setting: Setting, cgroups: Sequence[Path]) -> list[str]:
    """The command line that starts a shell, whose commands are its standard input.

    Files that it needs go to `base`; the shell sees the folder `out` of it as OUT.
    """
    return (_as_root if os.geteuid() == 0 else _as_user)(base, setting, cgroups)


def _as_root(base: Path, setting: Setting, cgroups: Sequence[Path]) -> list[str]:
    # Mapped users cannot enter root's home; folders of it are bound to a place that they can enter, in a
    # mount namespace that only this run sees.
    os.chown(base, _FIRST_UID, _FIRST_UID)  # root inside finds its way to it, no other user of the machine does
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
        + shlex.join(["setpriv", *user, "--clear-groups", "--inh-caps=-all", f"--bounding-set={drop}", *_SHELL])
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
    return f"bwrap --args 9 bash -e {OUT}/start 9<{base}/arguments 8<{base}/filter"


_SHELL = ["bash", "--noprofile", "--norc"]


def _copies(setting: Setting) -> list[str]:
    return [shlex.join(["cp", "-r", source, target]) for source, target in setting.copies]


def _ulimits(setting: Setting, cgroups: Sequence[Path]) -> list[str]:
    bounds = ["-c 0", "-S -n 1024", "-S -s 8192", f"-t {CPU_SECONDS}"]
    if not cgroups:
        bounds += [f"-d {setting.memory >> 10}", f"-u {PROCESSES}"]
    return [f"ulimit {bound}" for bound in bounds]


def _mounts(base: Path, binds: Sequence[tuple[str, str]], setting: Setting) -> list[str]:
    """bubblewrap's arguments: namespaces, filter, file tree, environment."""
    (base / "filter").write_bytes(seccomp.program(setting.lifted))
    arguments = ["--die-with-parent", "--new-session", "--hostname", "kb", "--seccomp", "8"]
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
    for name in ("/root", "/var", "/etc", "/mnt", "/opt", "/srv", "/run/postgresql"):
        arguments += ["--perms", "0755", "--dir", name]
    arguments += ["--symlink", "/run", "/var/run", "--symlink", "/tmp", "/var/tmp"]  # noqa: S108
    for name in (*_ETC, *map(str, sorted(Path("/etc").glob("python3*")))):
        arguments += ["--ro-bind-try", name, name]
    for name, text in _ETC_FILES.items():
        file = base / Path(name).name
        file.write_text(text)
        file.chmod(0o644)
        arguments += ["--ro-bind", str(file), name]
    arguments += ["--ro-bind", str(base / "out"), OUT]
    for source, target in binds:
        for parent in reversed(Path(target).parents[:-1]):  # bubblewrap makes them 0700 by itself
            arguments += ["--perms", "0755", "--dir", str(parent)]
        arguments += ["--ro-bind", source, target]
    arguments += ["--remount-ro", "/", "--remount-ro", "/dev", "--chdir", "/work", "--clearenv"]
    env = {
        # /work is a file system of its own; git is to speak as in an ordinary folder.
        "GIT_DISCOVERY_ACROSS_FILESYSTEM": "1",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "dumb",
        "HOME": _HOME,
        "PATH": ":".join((*setting.path, _PATH)),
    }
    for key, value in {**env, **setting.env}.items():
        arguments += ["--setenv", key, value]
    return arguments
