"""Snippets that mean harm, run for real: nothing of the host is touched, and nothing is left behind.

A machine that cannot run the sandbox fails these tests with how to get it.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.errors import NoSandbox
from kb.replay import sandbox
from kb.replay.isolation import Setting
from kb.replay.sandbox import OUTPUT, Seen, Step, run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the sandbox's users can enter; pytest's own they cannot."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def say(*commands: str, setting: Setting | None = None, seconds: float = 20) -> list[Seen]:
    return run([Step(command, seconds) for command in commands], setting or Setting())


def output(command: str, setting: Setting | None = None) -> str:
    (seen,) = say(command, setting=setting)
    return seen.output


def processes(mark: str) -> list[str]:
    """The processes of this machine that have a word on their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if mark.encode() in words:
            found.append(path.parent.name)
    return found


@pytest.fixture
def mark() -> Iterator[str]:
    """A name for processes; after the test none of that name is left."""
    name = f"kb-test-{secrets.token_hex(8)}"
    yield name
    assert processes(name) == []


def test_one_shell_from_the_first_command_to_the_last() -> None:
    seen = say("cd /tmp; x=1", "echo $PWD $x", "f() { echo in f; }", "f", "echo err >&2; false")
    assert [(s.output, s.status) for s in seen] == [
        ("", 0),
        ("/tmp 1\n", 0),
        ("", 0),
        ("in f\n", 0),
        ("err\n", 1),
    ]


def test_standard_input_is_empty() -> None:
    assert say("cat; read x; echo $?", "cat", "echo on") == [Seen("1\n", 0), Seen("", 0), Seen("on\n", 0)]


def test_a_syntax_error_does_not_end_the_shell() -> None:
    first, second = say("if", "echo on")
    assert first.status == 2
    assert "syntax error" in first.output
    assert second == Seen("on\n", 0)


def test_a_command_that_ends_the_shell() -> None:
    assert say("echo one", "echo two; exit 3", "echo three") == [
        Seen("one\n", 0),
        Seen("two\n", None, "ended the shell"),
    ]


def test_what_the_background_prints_later_is_told_apart() -> None:
    # The second command returns when the background process has printed: no race.
    seen = say(
        "mkfifo go; (echo early; cat go; echo late; touch done) & until [ -e done ]; do :; done & sleep 0.3",
        "echo x >go; until [ -e done ]; do sleep 0.02; done; echo mine",
    )
    assert [s.output for s in seen] == ["early\n", "mine\n"]


def test_the_status_of_a_command_is_there_for_the_next() -> None:
    assert [s.output for s in say("(exit 3)", "echo $?", "echo $?; set | grep ^s=")] == ["", "3\n", "0\n"]


def test_the_environment_is_the_documented_one() -> None:
    lines = set(output("env; ls -A ~; git config user.name; hostname").splitlines())
    assert {"HOME=/home/user", "LANG=C.UTF-8", "TZ=UTC", "TERM=dumb", "PWD=/work", "kb"} <= lines
    names = {line.partition("=")[0] for line in lines if "=" in line}
    assert names <= {"HOME", "LANG", "TZ", "TERM", "PWD", "PATH", "SHLVL", "_", "GIT_DISCOVERY_ACROSS_FILESYSTEM"}


def test_the_snippet_has_no_capability() -> None:
    lines = dict(line.split(":\t") for line in output("cat /proc/self/status").splitlines() if ":\t" in line)
    assert int(lines["CapEff"], 16) == int(lines["CapPrm"], 16) == int(lines["CapAmb"], 16) == 0
    assert lines["NoNewPrivs"] == "1"
    assert "0" not in lines["Uid"].split("\t")


@pytest.mark.skipif(os.geteuid() != 0, reason="two users need root outside")
def test_root_inside_is_root_of_little() -> None:
    """`root` can give files away and become another user, and nothing more."""
    rooted = Setting(root=True)
    assert output("id -u; touch f; chown 1000 f; stat -c %u f; setpriv --reuid 1000 id -u", rooted) == "0\n1000\n1000\n"
    for forbidden in ("mount -t tmpfs x /mnt", "mknod d b 8 0", "date -s 2000-01-01", "hostname x", "chroot /"):
        assert say(forbidden, setting=rooted)[0].status != 0, forbidden


def test_nothing_of_the_host_is_written_or_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not for snippets")
    seen = output(
        f"cat {secret}; cat /etc/shadow; ls {ROOT}; touch /usr/x /etc/x /x /dev/x; echo x >/etc/passwd;"
        " echo 1 >/proc/sys/kernel/hostname; ls /home /root"
    )
    assert "not for snippets" not in seen
    assert seen.count("No such file or directory") == 3
    assert seen.count("Read-only file system") >= 5
    assert "user" in seen.splitlines()


def test_git_speaks_as_in_an_ordinary_folder() -> None:
    assert output("git status") == "fatal: not a git repository (or any of the parent directories): .git\n"


def test_no_network_but_loopback() -> None:
    reach = "python3 -c 'import socket; socket.create_connection((\"192.0.2.1\", 80), 5)' 2>&1 | tail -n 1"
    assert output(reach) == "OSError: [Errno 101] Network is unreachable\n"
    assert output("cat /proc/net/dev | grep -c :") == "1\n"
    assert "Connection refused" in output("echo >/dev/tcp/127.0.0.1/9")


def test_localhost_has_both_addresses() -> None:
    assert output("getent ahosts localhost | grep STREAM | cut -d ' ' -f 1") == "::1\n127.0.0.1\n"


def test_forks_without_end_are_stopped(mark: str) -> None:
    started = time.monotonic()
    first, *_ = say(f"b() {{ (exec -a {mark} sleep 600) & b & b; }}; b", seconds=2)
    assert first.trouble == "did not return within 2 seconds" or "fork" in first.output
    assert time.monotonic() - started < 15


def test_the_disk_is_bounded() -> None:
    for folder in ("/work", "/tmp", "/home/user", "/dev/shm"):
        (seen,) = say(f"head -c 900M /dev/zero >{folder}/full", seconds=60)
        assert "No space left on device" in seen.output or seen.status == 137, folder


def test_memory_is_bounded() -> None:
    (seen,) = say("python3 -c 'x = bytearray(400 << 20)'", setting=Setting(memory=100 << 20))
    assert seen.status == (137 if os.geteuid() == 0 else 1)


def test_a_process_that_ignores_every_signal_ends_with_its_time(mark: str) -> None:
    (seen,) = say(
        f"trap '' TERM INT HUP; exec -a {mark} sh -c 'trap \"\" TERM INT HUP; while :; do :; done'", seconds=1
    )
    assert seen == Seen("", None, "did not return within 1 seconds")


def test_a_daemon_does_not_outlive_the_shell(mark: str) -> None:
    daemon = f"setsid bash -c 'exec -a {mark} sleep 600' </dev/null >/dev/null 2>&1 & disown; echo left"
    assert output(daemon) == "left\n"


def test_printing_for_ever_ends_at_the_limit(mark: str) -> None:
    seen = say("yes", "echo never")
    assert [(s.status, s.trouble) for s in seen] == [(None, f"printed more than {OUTPUT >> 10} KiB")]
    assert len(seen[0].output) < 3 * OUTPUT


def test_the_background_printing_for_ever_ends_too(mark: str) -> None:
    seen = say("yes & echo on", "sleep 10", "echo never")
    assert seen[-1].trouble == f"printed more than {OUTPUT >> 10} KiB"


def test_a_marker_cannot_be_guessed() -> None:
    """Lines like the verifier's own, on every descriptor, change neither statuses nor outputs."""
    forged = f"{secrets.token_hex(16)} 0"
    attack = f"for fd in $(ls /proc/$$/fd); do echo '{forged}' >/proc/$$/fd/$fd; done 2>/dev/null; false"
    first, second = say(attack, "echo mine; (exit 7)")
    assert first.status == 1
    assert second == Seen("mine\n", 7)


def test_the_marker_is_not_in_sight() -> None:
    seen = output(
        "tr '\\0' '\\n' </proc/1/cmdline; cat /proc/$$/environ /proc/$$/cmdline | tr '\\0' '\\n';"
        " set; ps aux; ls /run/kb"
    )
    assert "builtin printf" not in seen


def test_functions_in_the_way_of_the_driver() -> None:
    seen = say("eval() { echo mine; }; printf() { echo mine; }; PATH=; umask 777; set -C", "builtin echo on; false")
    assert [(s.output, s.status) for s in seen] == [("", 0), ("on\n", 1)]


def test_nothing_is_left_behind(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = secrets.token_hex(8)
    monkeypatch.setattr(tempfile, "tempdir", str(open_folder))
    monkeypatch.setattr(secrets, "token_hex", lambda size: token)
    assert say("sleep 9", seconds=0.3)[0].status is None
    assert list(open_folder.iterdir()) == []
    assert list(Path("/sys/fs/cgroup").glob(f"**/kb-*{token}")) == []


def test_stop_ends_what_runs_in_other_threads() -> None:
    seen: list[Seen] = []
    thread = threading.Thread(target=lambda: seen.extend(say("sleep 600", seconds=100)))
    thread.start()
    while thread.is_alive():
        sandbox.stop()
        thread.join(0.05)
    assert seen[0].status is None


@pytest.fixture
def no_memory_of_the_probe() -> Iterator[None]:
    sandbox.probe.cache_clear()
    yield
    sandbox.probe.cache_clear()


def test_without_bubblewrap_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_memory_of_the_probe: None
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSandbox, match="apt-get install bubblewrap"):
        say("echo ran")


def test_where_the_kernel_refuses_it_says_so_and_runs_nothing(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, no_memory_of_the_probe: None
) -> None:
    refusing = open_folder / "bwrap"
    refusing.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{open_folder}:{os.environ['PATH']}")
    with pytest.raises(NoSandbox, match=r"No permissions to create new namespace.*sysctl"):
        say("echo ran")


AS_USER = """
from kb.errors import NoSandbox
from kb.replay.isolation import Setting
from kb.replay.sandbox import Step, run
try:
    steps = [Step("id -u; id -un; touch /usr/x; grep CapEff /proc/self/status"), Step("echo >/dev/tcp/192.0.2.1/80")]
    for seen in run(steps, Setting(path=("/first",), env={"A": "b"})) + run([Step("id -u")], Setting(root=True)):
        print(seen.output, end="")
except NoSandbox as error:
    print("NoSandbox", error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="all tests run as an ordinary user then")
def test_as_an_ordinary_user(open_folder: Path) -> None:
    """bubblewrap's own user namespace; where the kernel refuses that, nothing runs."""
    shutil.copytree(ROOT / "kb", open_folder / "kb", ignore=shutil.ignore_patterns("__pycache__", "_data"))
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c", AS_USER],
        cwd=open_folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(open_folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = done.stdout.splitlines()
    if lines[0].startswith("NoSandbox"):
        assert "sysctl" in lines[0]
        return
    assert lines[:2] == ["1000", "user"]
    assert "Read-only file system" in lines[2]
    assert int(lines[3].split()[1], 16) == 0
    assert "Network is unreachable" in done.stdout
    assert lines[-1] == "0"


def test_killing_the_verifier_kills_the_snippet(mark: str) -> None:
    code = (
        "from kb.replay.isolation import Setting\n"
        "from kb.replay.sandbox import Step, run\n"
        f"run([Step(\"bash -c 'exec -a {mark} sleep 600'\", 600)], Setting())"
    )
    verifier = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    while not processes(mark):
        assert verifier.poll() is None
        time.sleep(0.02)
    verifier.kill()
    verifier.wait()
    end = time.monotonic() + 10
    while processes(mark) and time.monotonic() < end:
        time.sleep(0.02)
