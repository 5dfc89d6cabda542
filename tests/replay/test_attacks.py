"""Attacks on the sandbox and on the verifier, each a program that runs for real and is shown to get nothing.

A program prints ESCAPED where it reaches what it wants, and `tried` at its end. Where it harms nobody it runs outside
too, or behind no filter, and has to escape there: else the test could not fail.
"""

import contextlib
import ctypes
import io
import json
import os
import platform
import re
import secrets
import shlex
import socket
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kb.entry.markdown import draft
from kb.replay import evidence, needs, seccomp
from kb.replay.compare import WIDE, printable
from kb.replay.isolation import Setting
from kb.replay.sandbox import OUTPUT, STEPS, Seen, Step, run
from kb.replay.verify import verify

ROOT = Path(__file__).parents[2]
AS_ROOT = os.geteuid() == 0
SETTINGS = [Setting(), Setting(root=True)] if AS_ROOT else [Setting()]
"""An ordinary user inside, and one with uid 0."""
X86 = platform.machine() == "x86_64"


def attack(program: str, setting: Setting | None = None, seconds: float = 20) -> str:
    (seen,) = run([Step(program, seconds)], setting or Setting())
    return seen.output


def python(code: str) -> str:
    return f"/usr/bin/python3 -c {shlex.quote(code)}"


@dataclass(frozen=True)
class Host:
    """What there is to take outside."""

    folder: Path
    secret: Path
    port: int
    name: str
    victim: int
    memory: int


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    name = f"kb-test-{secrets.token_hex(8)}"
    libc = ctypes.CDLL(None, use_errno=True)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))
        folder.chmod(0o777)
        secret = folder / "secret"
        secret.write_text("ESCAPED")
        secret.chmod(0o644)
        # Open, and handed down to whoever does not close it.
        handle = os.open(secret, os.O_RDONLY)
        os.set_inheritable(handle, True)
        stack.callback(os.close, handle)
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        for address in (f"\0{name}", str(folder / "socket")):
            unix = stack.enter_context(socket.socket(socket.AF_UNIX))
            unix.bind(address)
            unix.listen()
        (folder / "socket").chmod(0o777)
        victim = stack.enter_context(subprocess.Popen(["sleep", "600"], env={"KB_SECRET": f"ESCAPED {name}"}))
        stack.callback(victim.kill)
        key = secrets.randbits(30)
        memory = libc.shmget(key, 4096, 0o1666)
        assert memory >= 0
        stack.callback(libc.shmctl, memory, 0, None)
        os.environ["KB_SECRET"] = f"ESCAPED {name}"
        stack.callback(os.environ.pop, "KB_SECRET")
        yield Host(folder, secret, server.getsockname()[1], name, victim.pid, key)
        assert victim.poll() is None, "a process outside was ended"
        assert secret.read_text() == "ESCAPED"


OUTSIDE = {
    "the machine's loopback": "echo >/dev/tcp/127.0.0.1/PORT && echo ESCAPED",
    "an abstract socket": python('import socket; socket.socket(socket.AF_UNIX).connect("\\0NAME"); print("ESCAPED")'),
    "a socket in the file tree": python(
        'import socket; socket.socket(socket.AF_UNIX).connect("FOLDER/socket"); print("ESCAPED")'
    ),
    "a file": "cat SECRET",
    "a file by way of its folder's parents": "cat ../../../../../../../..SECRET",
    "a file that another process holds open": (
        "for f in /proc/[0-9]*/fd/*; do [ $(readlink $f) = SECRET ] && cat /proc/*/root/SECRET $f; done"
    ),
    "a file by the root of another process": "cat /proc/1/rootSECRET /proc/*/root/SECRET",
    "a file by the folder of another process": 'for d in /proc/[0-9]*/cwd; do cat "$d/../../../../../SECRET"; done',
    "a hard link to a file": "cd /tmp && ln SECRET NAME && cat NAME; rm -f NAME",
    "a symlink to a file": "cd /tmp && ln -s SECRET NAME && cat NAME; rm -f NAME",
    "the environment of others": "cat /proc/*/environ | tr '\\0' '\\n' | grep ESCAPED",
    "the own environment": "env | grep ESCAPED",
    "what descriptors lead to": python(
        "import os\nfor n in range(3, 1000):\n    try: print(os.pread(n, 100, 0).decode())\n    except OSError: pass"
    ),
    "the sight of others": "kill -0 VICTIM && tr '\\0' ' ' </proc/VICTIM/cmdline | grep -q 'sleep 600' && echo ESCAPED",
    "shared memory": python(
        "import ctypes; print('ESCAPED' if ctypes.CDLL(None).shmget(MEMORY, 4096, 0) >= 0 else '')"
    ),
    "/sys": '[ -n "$(ls /sys)" ] && echo ESCAPED',
    "the machine's name": f'[ "$(uname -n)" = {shlex.quote(platform.node())} ] && echo ESCAPED',
    "the machine's disks": "df / | grep -v -e tmpfs -e ^Filesystem && echo ESCAPED",
    "namespaces of others": (
        "for n in pid net mnt ipc uts user cgroup; do"
        f" [ $(readlink /proc/self/ns/$n) = {Path('/proc/self/ns/pid').readlink()} ] && echo ESCAPED; done"
    ),
}
"""Programs that escape outside."""


def filled(program: str, host: Host) -> str:
    for word, value in {
        "SECRET": host.secret,
        "FOLDER": host.folder,
        "PORT": host.port,
        "NAME": host.name,
        "VICTIM": host.victim,
        "MEMORY": host.memory,
    }.items():
        program = re.sub(rf"(?<!KB_){word}", str(value), program)
    return f"( {program} ) 2>&1; echo tried"


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_outside_is_out_of_reach(name: str, host: Host) -> None:
    program = filled(OUTSIDE[name], host)
    outside = subprocess.run(["bash", "-c", program], capture_output=True, text=True, close_fds=False, timeout=60)
    assert "ESCAPED" in outside.stdout
    for setting in SETTINGS:
        seen = attack(program, setting)
        assert "ESCAPED" not in seen
        assert seen.endswith("tried\n")


HARMFUL = {
    "ending others": "kill -9 VICTIM && echo ESCAPED",
    "a machine elsewhere": python(
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53)); print('ESCAPED')"
    ),
    "a name elsewhere": "timeout 5 getent hosts example.com && echo ESCAPED",
    "the hypervisor": python("import socket; socket.socket(socket.AF_VSOCK); print('ESCAPED')"),
    "the kernel's cipher code": python("import socket; socket.socket(socket.AF_ALG, 5); print('ESCAPED')"),
    "raw packets": python(
        "import socket\nfor family in (socket.AF_PACKET, socket.AF_INET):\n"
        "    try: socket.socket(family, socket.SOCK_RAW, 255); print('ESCAPED')\n    except OSError: pass"
    ),
    "the machine's memory": "head -c 1 /dev/mem /dev/kmem /dev/port /proc/kcore && echo ESCAPED",
    "devices": (
        "for d in /dev/kvm /dev/fuse /dev/net/tun /dev/vsock /dev/loop0 /dev/vda /dev/sda /dev/kmsg /dev/tty; do"
        " : <$d && echo ESCAPED; done"
    ),
    "a device of its own making": (
        "mknod /work/d b 8 0 && echo ESCAPED; mknod /work/m c 1 1 && head -c 1 /work/m && echo ESCAPED"
    ),
    "the kernel's settings": (
        "for f in kernel/hostname kernel/core_pattern vm/drop_caches net/ipv4/ip_forward; do"
        " : >>/proc/sys/$f && echo ESCAPED; done; : >>/proc/sysrq-trigger && echo ESCAPED"
    ),
    "where the kernel lies": "grep -v '^0000000000000000' /proc/kallsyms | head -1 | grep . && echo ESCAPED",
    "the kernel's log": "dmesg && echo ESCAPED",
    "cgroups": (
        "mkdir /sys/fs/cgroup/NAME /tmp/c && echo ESCAPED; mount -t cgroup2 x /tmp/c && echo ESCAPED;"
        " find / -name cgroup.procs -writable 2>/dev/null | grep . && echo ESCAPED"
    ),
    "the clock": "date -s 2001-01-01 >/dev/null; hwclock --systohc; [ $(date +%Y) -lt 2010 ] && echo ESCAPED",
    "the host name": "hostname NAME; [ $(hostname) = kb ] || echo ESCAPED",
    "a mount": "mkdir m; mount -t tmpfs x m && echo ESCAPED; mount -o remount,rw / && echo ESCAPED",
    "an unmount": "umount /usr && echo ESCAPED; umount -l /proc && echo ESCAPED",
    "another root": "chroot / id && echo ESCAPED; pivot_root /work /work && echo ESCAPED",
    "namespaces of the first process": "nsenter -t 1 -a true && echo ESCAPED; nsenter -t 1 -n true && echo ESCAPED",
    "a sandbox in the sandbox": "bwrap --bind / / true && echo ESCAPED",
    "the system's programs": "for f in /usr/x /bin/x /etc/x /x /dev/x; do : >$f && echo ESCAPED; done",
    "the start script": "for f in /run/kb/*; do rm -f $f && ln -sf /etc/passwd $f && echo ESCAPED; done",
    "other results": "rm -rf /run/kb && echo ESCAPED; mv /run/kb /tmp/x && echo ESCAPED; : >/run/kb/x && echo ESCAPED",
    "more rights by a setuid program": (
        "cp /usr/bin/id own && chmod 4755 own;"
        " setpriv --reuid 1000 --clear-groups ./own -u | grep -qx 0 && echo ESCAPED;"
        " grep -q '^NoNewPrivs:\t1' /proc/self/status || echo ESCAPED"
    ),
    "more groups": '[ "$(id -G)" = "$(id -g)" ] || echo ESCAPED',
    "core files": (
        "ulimit -c unlimited && echo ESCAPED;"
        " bash -c 'kill -SEGV $$'; find /work /tmp ! -type d -name '*core*' | grep . && echo ESCAPED"
    ),
    "a place among the real-time processes": (
        python("import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)); print('ESCAPED')")
    ),
    "a better place in the queue": "renice -n -10 $$ && echo ESCAPED",
    "more open files than allowed": python(
        "import resource; n = resource.getrlimit(resource.RLIMIT_NOFILE)[1];"
        " resource.setrlimit(resource.RLIMIT_NOFILE, (n + 1, n + 1)); print('ESCAPED')"
    ),
    "more processor time than allowed": "ulimit -t unlimited && echo ESCAPED",
    "the sockets of services": "find / -xdev -type s 2>/dev/null | grep . && echo ESCAPED",
}
"""Programs that nobody runs outside."""


@pytest.mark.parametrize("name", HARMFUL)
def test_what_is_harmful_fails(name: str, host: Host) -> None:
    program = filled(HARMFUL[name], host)
    for setting in SETTINGS:
        seen = attack(program, setting)
        assert "ESCAPED" not in seen
        assert seen.endswith("tried\n")
    assert not Path(f"/sys/fs/cgroup/{host.name}").exists()


def test_no_signal_reaches_the_outside(host: Host) -> None:
    attack(f"kill -9 {host.victim}; (trap '' TERM; kill -15 -1); kill -9 -1")
    os.kill(host.victim, 0)
    assert Path(f"/proc/{host.victim}/stat").read_text().split()[2] == "S"


def test_nothing_is_written_outside(host: Host) -> None:
    places = [f"/tmp/{host.name}", f"/dev/shm/{host.name}", f"/var/tmp/{host.name}", f"{host.folder}/{host.name}"]
    attack(f"mkdir -p {host.folder}; for f in {' '.join(places)} {Path.home()}/{host.name}; do echo x >$f; done")
    assert [place for place in [*places, f"{Path.home()}/{host.name}"] if Path(place).exists()] == []


# The filter


@pytest.fixture
def no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that lets all through; the sandbox is otherwise as always."""
    monkeypatch.setattr(seccomp, "program", lambda lifted: struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000))


CALL = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    return errno.errorcode.get(ctypes.get_errno(), "done") if result == -1 else "done"
"""
COLUMN = 0 if X86 else 1
CALLS = {name: pair[COLUMN] for group in seccomp._REFUSED.values() for name, pair in group.items() if pair[COLUMN]}


def calls(setting: Setting | None = None) -> dict[str, str]:
    """What each refused system call comes to, with arguments that the kernel finds wrong, each in a process."""
    code = (
        f"{CALL}\nfor name, number in {CALLS!r}.items():\n"
        "    if not os.fork():\n        print(name, call(number, -1, -1, -1, -1, -1, -1), flush=True)\n"
        "        os._exit(0)\n    os.wait()"
    )
    return dict(line.split() for line in attack(python(code), setting).splitlines())


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_call_of_the_table_is_refused(setting: Setting) -> None:
    assert calls(setting) == dict.fromkeys(CALLS, "EPERM")


def test_without_the_filter_the_kernel_would_look_at_them(no_filter: None) -> None:
    came = calls()
    looked_at = {name for name, what in came.items() if what != "EPERM"}
    assert {"ptrace", "keyctl", "add_key", "unshare", "setns", "process_vm_readv", "fsconfig"} <= looked_at


def test_the_numbers_are_those_of_the_kernels_headers() -> None:
    headers = {0: "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", 1: "/usr/include/asm-generic/unistd.h"}
    for column, path in headers.items():
        if not Path(path).exists():  # another machine's
            continue
        known = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", Path(path).read_text()))
        ours = {n: pair[column] for group in seccomp._REFUSED.values() for n, pair in group.items()}
        single = ("clone", "clone3", "ioctl", "socket", "socketpair")
        ours |= {name: getattr(seccomp, f"_{name.upper()}")[column] for name in single}
        assert {n: v for n, v in ours.items() if n in known} == {n: int(known[n]) for n in ours if n in known}
        assert len(known.keys() & ours.keys()) > 40


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("lifted", [(), ("ptrace",), ("namespaces", "ptrace")])
def test_the_program_is_well_formed(machine: str, lifted: tuple[str, ...]) -> None:
    lines = list(struct.iter_unpack("=HBBI", seccomp.program(lifted, machine)))
    for number, (_, yes, no, _) in enumerate(lines):
        assert number + 1 + max(yes, no) <= len(lines)
    assert lines[-1] == (0x06, 0, 0, 0x7FFF0000)


def test_no_sandbox_for_a_machine_that_is_not_known() -> None:
    with pytest.raises(Exception, match="riscv64 cannot be filtered: replay on x86_64 and aarch64"):
        seccomp.program((), "riscv64")


LIFTED = {
    "another user namespace": ("namespaces", "unshare -r true && echo ESCAPED"),
    "mounts in one": ("namespaces", "unshare -rm mount -t tmpfs x /work && echo ESCAPED"),
    "a user namespace by clone": (
        "namespaces",
        python(
            f"{CALL}\nimport signal\nprint('ESCAPED' if call({56 if X86 else 220}, 0x10000011, 0) == 'done' else '')"
        ),
    ),
    "a user namespace by clone3": (
        "namespaces",
        python(f"{CALL}\nprint('ESCAPED' if call(435, (ctypes.c_uint64 * 8)(0x10000000), 64) == 'done' else '')"),
    ),
    "the memory of another process": (
        "ptrace",
        "sleep 5 & "
        + python(f"{CALL}\nimport sys\nprint('ESCAPED' if libc.ptrace(16, int(sys.argv[1]), 0, 0) == 0 else '')")
        + " $!",
    ),
    "a debugged child": (
        "ptrace",
        python("import ctypes; print('ESCAPED' if ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0 else '')"),
    ),
}


@pytest.mark.parametrize("name", LIFTED)
def test_what_a_need_lifts_is_refused_without_it(name: str) -> None:
    need, program = LIFTED[name]
    assert "ESCAPED" in attack(program, Setting(lifted=(need,)))
    assert "ESCAPED" not in attack(program)
    other = {"ptrace": "namespaces", "namespaces": "ptrace"}[need]
    assert "ESCAPED" not in attack(program, Setting(lifted=(other,)))


KEYRING = python(
    f"{CALL}\nprint('ESCAPED' if call({CALLS['add_key']}, b'user', b'kb', b'secret', 6, -2) == 'done' else '')"
)


def test_keyrings_are_shut(request: pytest.FixtureRequest) -> None:
    assert "ESCAPED" not in attack(KEYRING)
    request.getfixturevalue("no_filter")
    assert "ESCAPED" in attack(KEYRING)


TYPING = python(
    "import fcntl, os, pty, termios\n"
    "if not (pid := (pair := pty.fork())[0]):\n"
    "    try: fcntl.ioctl(0, termios.TIOCSTI, b'x')\n"
    "    except OSError as error: print(error.errno, flush=True)\n"
    "    else: print('ESCAPED', flush=True)\n"
    "    os._exit(0)\n"
    "print(os.read(pair[1], 100)); os.wait()"
)


def test_nothing_types_on_a_terminal(request: pytest.FixtureRequest) -> None:
    assert "b'1\\r\\n'" in attack(TYPING)  # EPERM
    request.getfixturevalue("no_filter")
    allowed = Path("/proc/sys/dev/tty/legacy_tiocsti")
    if not allowed.exists() or allowed.read_text() == "1\n":
        assert re.search("ESCAPED|b'x", attack(TYPING))


@pytest.mark.skipif(not X86, reason="numbers of other processors' programs on x86_64")
def test_calls_of_another_processor_end_the_program() -> None:
    """`int 0x80` has numbers of its own, and so has x32."""
    machine_code = "b8 14 00 00 00 cd 80 c3"  # getpid
    code = (
        "import ctypes, mmap; m = mmap.mmap(-1, 4096, prot=7); m.write(bytes.fromhex('" + machine_code + "'));"
        "print('ESC' 'APED', ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))())"
    )
    seen = attack(f"{python(code)}; echo $?")
    assert seen.endswith("159\n")  # SIGSYS
    assert "ESCAPED" not in seen
    assert attack(python(f"{CALL}\nprint(call(0x40000000 + 39))")) == "ENOSYS\n"


# Abuse of what there is


def test_threads_without_end_are_stopped() -> None:
    code = (
        "import threading, time\nn = 0\ntry:\n    while n < 2000:\n"
        "        threading.Thread(target=time.sleep, args=(9,), daemon=True).start(); n += 1\n"
        "except RuntimeError: pass\nprint(n, flush=True)\nimport os; os._exit(0)"
    )
    if AS_ROOT:  # elsewhere the limit counts all processes of the user
        assert 100 < int(attack(python(code))) < 512


@pytest.mark.skipif(not AS_ROOT, reason="needs cgroups")
@pytest.mark.parametrize(
    "program",
    [
        "for i in {1..6}; do python3 -c 'x = b\"x\" * (50 << 20); import time; time.sleep(9)' & done; wait -n; echo $?",
        "cat /dev/zero >/dev/shm/x; echo $?",
        "cat /dev/zero >/tmp/x & cat /dev/zero >/work/x & cat /dev/zero >/home/user/x & wait -n; echo $?",
        "python3 -c 'import os, mmap\nwhile True: f = os.memfd_create(\"x\"); os.write(f, bytes(50 << 20))'; echo $?",
    ],
    ids=["together", "in shared memory", "in files", "in files without a name"],
)
def test_memory_is_bounded_wherever_it_is_taken(program: str) -> None:
    (seen,) = run([Step(program, 30)], Setting(memory=100 << 20))
    assert seen.trouble.startswith("ended the shell") or "137" in seen.output


@pytest.mark.skipif(not AS_ROOT, reason="needs cgroups")
def test_files_without_end_are_bounded() -> None:
    """Empty ones take memory too."""
    code = "n = 0\nwhile n < 400_000:\n    open(f'/work/{n}', 'w').close(); n += 1\nprint('ESC' 'APED')"
    (seen,) = run([Step(python(code), 60)], Setting(memory=100 << 20))
    assert "ESCAPED" not in seen.output
    assert seen.status != 0


@pytest.mark.parametrize(
    "program",
    [
        "truncate -s 7E huge; truncate -s 1P huge2; ls -s huge2",
        python("import os\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')"),
        python("import os\nfor i in range(300): open(f'\\n\\x1b[2J\\x07{i}' + chr(0x202e) + 'x' * 200, 'w')"),
        "mkdir a; ln -s a a/b; ln -s / root; mkfifo f; ln f g; chmod 0 a; chmod 0 .",
        "mkdir -m 0 locked; cd /tmp; touch x; chmod 000 x; mkdir -p a/b; chmod 0 a",
    ],
    ids=["huge and empty", "deep", "names", "links and pipes", "locked"],
)
def test_no_file_tree_is_left(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        attack(program)
        assert list(Path(folder).iterdir()) == []


@pytest.mark.parametrize(
    "program",
    [
        "while :; do :; done",
        "trap '' TERM HUP INT; sleep 60",
        "kill -STOP $$",
        "exec 0</dev/full; cat <(sleep 60)",
        "python3 -c 'import signal; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); signal.pause()'",
        "exec >/dev/null 2>&1 0</dev/zero",
        "cat <&10",
    ],
    ids=["busy", "deaf", "stopped", "waiting", "all signals blocked", "all closed", "its own commands read away"],
)
def test_time_is_bounded(program: str) -> None:
    started = time.monotonic()
    seen = run([Step(program, 1), Step("sleep 60", 1)], Setting())
    assert seen[-1].status is None
    assert time.monotonic() - started < 20


def test_a_daemon_of_daemons_does_not_outlive_it(host: Host) -> None:
    name = f"{host.name}-daemon"
    code = (
        "import os, signal, time\n"
        "for s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
        "for _ in range(3):\n    if os.fork(): os._exit(0)\n    os.setsid()\n"
        f"os.execv('/bin/bash', ['{name}', '-c', 'while :; do sleep 1; done'])"
    )
    assert attack(f"{python(code)}; until grep -qs {name} /proc/[0-9]*/cmdline; do :; done; echo up") == "up\n"
    assert [p for p in Path("/proc").glob("[0-9]*/cmdline") if name.encode() in _bytes(p)] == []


def _bytes(path: Path) -> bytes:
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""


@pytest.mark.parametrize(
    "program",
    [
        "yes",
        "yes >&2",
        "cat /dev/zero",
        "while :; do cat /dev/zero >/proc/self/fd/1; done",
        "for i in 1 2 3 4 5 6 7 8; do yes & done; wait",
    ],
    ids=["lines", "errors", "zeros", "reopened", "many"],
)
def test_output_is_bounded(program: str) -> None:
    (seen,) = run([Step(program, 10)], Setting())
    assert seen.trouble == f"printed more than {OUTPUT >> 10} KiB"
    assert len(seen.output) <= OUTPUT


def test_a_flood_where_the_statuses_stand_ends_with_its_time() -> None:
    (seen,) = run([Step("cat /dev/zero >&11; yes >&11", 1)], Setting())
    assert seen == Seen("", None, "did not return within 1 seconds")


# Faked results


FORGED = "for fd in /proc/$$/fd/*; do echo '{end} 0' >$fd; done"


def ends(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The marks of the next run; nobody inside should learn them beforehand."""
    made: list[str] = []
    real = secrets.token_hex

    def token(size: int) -> str:
        made.append(real(size))
        return made[-1]

    monkeypatch.setattr(secrets, "token_hex", token)
    return made


LEARNING = {
    "by tracing": "exec 7>/tmp/log; BASH_XTRACEFD=7; set -x",
    "by echoing lines": "exec 2>/tmp/log; set -v",
    "by its history": "HISTFILE=/tmp/log; set -o history; PROMPT_COMMAND='history -a'",
    "by a trap": "set -T; trap 'echo \"$BASH_COMMAND\" >>/tmp/log' DEBUG",
    "by reading on": "timeout 1 python3 -c 'import os; os.read(10, 0)' <&10; cat /proc/$$/fd/10 >/tmp/log &",
    "by memory": "cat /proc/$$/mem /proc/$$/environ /proc/$$/cmdline /proc/1/cmdline >/tmp/log; set >>/tmp/log",
}


@pytest.mark.parametrize("name", LEARNING)
def test_a_later_commands_marks_cannot_be_learned(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = ends(monkeypatch)
    first, *rest = run(
        [Step(f"{LEARNING[name]}\n:", 5), Step("cat /tmp/log; false", 2), Step("echo last", 1)], Setting()
    )
    marks = made[:3] + made[3:6]
    learned = " ".join(seen.output for seen in [first, *rest[:1]])
    assert [mark for mark in (marks[2], marks[5]) if mark in learned] == []
    assert first.status in (0, None)
    assert rest[0].status != 0 if rest else first.trouble


def test_a_status_cannot_be_said_for_a_later_command() -> None:
    """Its own mark a command can learn; it is worth nothing afterwards."""
    steps = [
        Step("exec 7>/tmp/log; BASH_XTRACEFD=7; set -x; :"),
        Step(
            "set +x; for mark in $(grep -oE '[0-9a-f]{32}' /tmp/log); do"
            " for n in 0 x '' 99999999999999999999 -1; do echo \"$mark $n\" >&11; done; done; false"
        ),
        Step("(exit 7)"),
    ]
    assert [(s.status, s.trouble) for s in run(steps, Setting())] == [(0, ""), (1, ""), (7, "")]


def test_output_cannot_be_put_in_a_later_commands_mouth() -> None:
    seen = run(
        [Step("for f in /run/kb/* /run/kb/{0,1,2}; do echo forged >$f; done; ls /run/kb; :"), Step("echo mine")],
        Setting(),
    )
    assert seen[1] == Seen("mine\n", 0)


def test_a_broken_driver_is_no_success() -> None:
    for trick in (
        "builtin() { :; }",
        "enable -n builtin eval",
        "set -n",
        "exec cat",
        "trap 'builtin exit 0' DEBUG; set -T",
    ):
        seen = run([Step(trick, 2), Step("false", 2)], Setting())
        assert seen[-1].status in (None, 1), trick


def test_as_many_pipes_as_the_verifier_can_hold() -> None:
    seen = run([Step("true")] * (STEPS + 1), Setting())
    assert [s.trouble for s in seen] == [f"is one of {STEPS + 1} commands and files; a run has at most {STEPS}"]


# What comes out is shown


ESCAPES = r"printf '\033]0;title\007\033[2J\033[8mhidden\033P+q\033\\\302\2331m\rgone\b\b\342\200\256\377\000end\n'"
ENTRY = """\
## Symptom
```console
$ bash attack.sh
fine
```

`attack.sh`:
```bash file=attack.sh
{program}
```

## Fix
### Option 1: none
```console
$ bash attack.sh
```
"""


@pytest.mark.parametrize(
    "program",
    [ESCAPES, f"head -c {2 * WIDE} /dev/zero | tr '\\0' x", "head -c 9000 /dev/urandom", "yes '```' | head -200"],
    ids=["escapes", "wide", "random", "fences"],
)
def test_what_is_shown_of_an_output_is_tame(program: str) -> None:
    entry, _ = draft(ENTRY.format(program=program), "cases/case", "case.md")
    shown = "\n".join(map(str, verify(entry).faults))
    assert "comes out otherwise" in shown
    assert [c for c in shown if not c.isprintable() and c not in "\n\t"] == []
    assert max(map(len, shown.split("\n"))) < 2 * WIDE


def test_a_tame_line_is_left_alone() -> None:
    assert printable("naïve\t— ✓ 日本") == "naïve\t— ✓ 日本"
    assert printable("\x1b[2J\x9b1m\u202e\ud800") == r"\x1b[2J\x9b1m\u202e\ud800"


# What a stranger's checkout holds


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    entry = tmp_path / "entries" / "python" / "missing-key.md"
    entry.parent.mkdir(parents=True)
    entry.write_text((ROOT / "tests" / "entry" / "fixtures" / "clean.md").read_text())
    return entry


HOSTILE = {
    "a link": lambda path, secret: path.symlink_to(secret),
    "an endless link": lambda path, secret: path.symlink_to("/dev/zero"),
    "a pipe": lambda path, secret: os.mkfifo(path),
    "a folder": lambda path, secret: path.mkdir(),
    "a socket": lambda path, secret: os.mknod(path, stat.S_IFSOCK | 0o600),
    "a long file": lambda path, secret: path.write_text(" " * (1 << 20) + "{}"),
    "a deep file": lambda path, secret: path.write_text("[" * 60_000),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_lies_where_the_evidence_belongs(kind: str, checkout: Path, tmp_path: Path) -> None:
    """Neither followed nor waited for; a link's target is neither written nor removed."""
    entry, _ = draft(checkout.read_text(), "python/missing-key", str(checkout))
    secret = tmp_path / "secret"
    good = evidence.Evidence(evidence.hash_of(entry), {"0": "verified"}, "2026-01-02", "Debian 12", {})
    evidence.write(entry, good)
    path = evidence.path_of(entry)
    path.rename(secret)
    before = secret.read_bytes()
    HOSTILE[kind](path, secret)  # type: ignore[no-untyped-call]
    assert evidence.read(entry) is None
    if kind != "a folder":
        evidence.write(entry, good)
        assert evidence.read(entry) == good
        evidence.remove(entry)
    assert secret.read_bytes() == before


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("platform", "\x1b[2J"),
        ("platform", "x" * 5000),
        ("date", "today"),
        ("date", "2026-01-02\n"),
        ("verdicts", {"0": "\x1b[2J"}),
        ("verdicts", {"x": "verified"}),
        ("versions", {"bash": "\u202e"}),
        ("versions", {"bash": 5}),
    ],
)
def test_evidence_that_nobody_wrote_this_way(key: str, value: object, checkout: Path) -> None:
    entry, _ = draft(checkout.read_text(), "python/missing-key", str(checkout))
    good = {"hash": evidence.hash_of(entry), "date": "2026-01-02", "platform": "", "verdicts": {}, "versions": {}}
    path = evidence.path_of(entry)
    path.write_text(json.dumps(good))
    assert evidence.read(entry)
    path.write_text(json.dumps({**good, key: value}))
    assert evidence.read(entry) is None


def test_a_checkout_runs_nothing_outside(checkout: Path) -> None:
    """Programs, hooks and settings that lie in the present folder are not the verifier's."""
    here = checkout.parents[2]
    proof = here / "ran"
    script = f"#!/bin/sh\necho $0 >>{proof}\n"
    for name in ("bwrap", "bash", "git", "node", "unshare", "nsenter", "setpriv", "python3", "mount", "dpkg-query"):
        (here / name).write_text(script)
        (here / name).chmod(0o755)
    for name in ("sitecustomize.py", "usercustomize.py", "json.py", "kb.py", "conftest.py", "setup.py"):
        (here / name).write_text(f"open({str(proof)!r}, 'a').write(__file__)\n")
    subprocess.run(["git", "init", "-q"], cwd=here, check=True)
    with (here / ".git" / "config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {here}/git\n\thooksPath = {here}\n\tpager = {here}/git\n")
    (here / ".npmrc").write_text(f"script-shell={here}/bash\n")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "kb.faces.cli", "verify", "--all", "entries"],
        cwd=here,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.startswith("[1/1] ok "), done.stdout + done.stderr
    assert not proof.exists() or proof.read_text() == ""


def test_a_packages_program_does_not_run_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package may call its program `node`."""
    program = tmp_path / "node_modules" / ".bin" / "node"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\necho v1.2.3\n")
    program.chmod(0o755)
    monkeypatch.setattr(needs, "_node_modules", lambda packages: program.parents[1])
    needs.prepare.cache_clear()
    prepared = needs.prepare(("npm:evil@1.0.0",))
    needs.prepare.cache_clear()
    assert dict(prepared.versions)["evil"] == "1.0.0"
    assert prepared.setting.path == ("/node_modules/.bin",)
    assert not (tmp_path / "ran").exists()


def source_package(code: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in {"setup.py": code, "PKG-INFO": "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n"}.items():
            info = tarfile.TarInfo(f"evil-1.0/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """An index of packages on loopback, by path; and no cache of what was prepared."""
    pages: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in pages else 404)
            wants_json = "json" in self.headers.get("Accept", "") and self.path.startswith("/simple")
            self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json" if wants_json else "text/plain")
            self.end_headers()
            self.wfile.write(pages.get(self.path, b""))

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
        for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        needs.prepare.cache_clear()
        yield pages
        needs.prepare.cache_clear()
        server.shutdown()


def test_a_source_package_does_not_run_outside(index: dict[str, bytes], tmp_path: Path) -> None:
    data = source_package(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    file = {"filename": "evil-1.0.tar.gz", "url": "../../evil.tar.gz", "hashes": {"sha256": sha256(data).hexdigest()}}
    index["/simple/evil/"] = json.dumps({"meta": {"api-version": "1.0"}, "name": "evil", "files": [file]}).encode()
    index["/evil.tar.gz"] = data
    with pytest.raises(needs.UnpreparedError):
        needs.prepare(("wheels:evil==1.0",))
    prepared = needs.prepare(("sdist:evil==1.0",))
    ((folder, inside),) = prepared.setting.binds
    assert inside == "/wheels"
    assert (Path(folder) / "evil-1.0.tar.gz").read_bytes() == data
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("page", [b"", b"<html>", b"[]", b'{"files": []}', b'{"files": [{}]}'])
def test_an_index_that_gives_something_else(page: bytes, index: dict[str, bytes]) -> None:
    index["/simple/evil/"] = page
    with pytest.raises(needs.UnpreparedError, match=r"does not give evil-1\.0\.tar\.gz"):
        needs.prepare(("sdist:evil==1.0",))


def test_a_source_package_that_is_another(index: dict[str, bytes]) -> None:
    file = {"filename": "evil-1.0.tar.gz", "url": "/evil.tar.gz", "hashes": {"sha256": "0" * 64}}
    index["/simple/evil/"] = json.dumps({"files": [file]}).encode()
    index["/evil.tar.gz"] = b"another"
    with pytest.raises(needs.UnpreparedError, match="SHA-256"):
        needs.prepare(("sdist:evil==1.0",))
