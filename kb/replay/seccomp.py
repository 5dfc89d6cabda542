"""The system calls that a snippet is refused: a filter in the kernel's classic BPF, for `bwrap --seccomp`.

What namespaces and missing capabilities refuse already is refused here once more, before the kernel looks at it;
and what they leave open: debugging, keyrings, performance counters, sockets that no network namespace holds.
"""

import errno
import platform
import struct
from collections.abc import Collection, Iterator

from kb.errors import NoSandbox

_REFUSED: dict[str, dict[str, tuple[int | None, int | None]]] = {
    "ptrace": {
        "ptrace": (101, 117),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "kcmp": (312, 272),
        "pidfd_getfd": (438, 438),
    },
    "namespaces": {
        "unshare": (272, 97),
        "setns": (308, 268),
        "mount": (165, 40),
        "umount2": (166, 39),
        "pivot_root": (155, 41),
        "chroot": (161, 51),
        "open_tree": (428, 428),
        "move_mount": (429, 429),
        "fsopen": (430, 430),
        "fsconfig": (431, 431),
        "fsmount": (432, 432),
        "fspick": (433, 433),
        "mount_setattr": (442, 442),
        "open_tree_attr": (467, 467),
    },
    "": {
        "add_key": (248, 217),
        "request_key": (249, 218),
        "keyctl": (250, 219),
        "bpf": (321, 280),
        "perf_event_open": (298, 241),
        "userfaultfd": (323, 282),
        "fanotify_init": (300, 262),
        "io_uring_setup": (425, 425),
        "io_uring_enter": (426, 426),
        "io_uring_register": (427, 427),
        "open_by_handle_at": (304, 265),
        "init_module": (175, 105),
        "finit_module": (313, 273),
        "delete_module": (176, 106),
        "kexec_load": (246, 104),
        "kexec_file_load": (320, 294),
        "reboot": (169, 142),
        "swapon": (167, 224),
        "swapoff": (168, 225),
        "quotactl": (179, 60),
        "quotactl_fd": (443, 443),
        "acct": (163, 89),
        "syslog": (103, 116),
        "vhangup": (153, 58),
        "settimeofday": (164, 170),
        "clock_settime": (227, 112),
        "adjtimex": (159, 171),
        "clock_adjtime": (305, 266),
        "iopl": (172, None),
        "ioperm": (173, None),
        "modify_ldt": (154, None),
        "uselib": (134, None),
    },
}
"""By the need that lifts it: the number on x86_64 and on aarch64."""

_CLONE, _CLONE3, _IOCTL, _SOCKET, _SOCKETPAIR = (56, 220), (435, 435), (16, 29), (41, 198), (53, 199)
_NEW_NAMESPACE = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
"""They type on the terminal."""
_FAMILIES = (1, 2, 10, 16)
"""Unix, IPv4, IPv6, netlink. Others reach the hypervisor (vsock), or code of the kernel that nobody needs here."""

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Its place in the table, and what the kernel calls it."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
"""Where they stand in the kernel's `struct seccomp_data`."""


def program(lifted: Collection[str] = (), machine: str = "") -> bytes:
    """The filter for this machine, as `bwrap --seccomp` reads it. `lifted`: of `namespaces` and `ptrace`.

    A refused call fails with EPERM; a program for another processor is killed. Raises NoSandbox for a machine whose
    system calls are not known here.
    """
    machine = machine or platform.machine()
    if machine not in _MACHINES:
        known = " and ".join(_MACHINES)
        raise NoSandbox(f"the system calls of {machine} cannot be filtered: replay on {known}")
    column, name = _MACHINES[machine]
    lines = [(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, name), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    if machine == "x86_64":  # from here on numbers are those of x32
        lines += [(_AT_LEAST, 0, 1, 0x40000000), _refusal(errno.ENOSYS)]
    for need, calls in _REFUSED.items():
        if need not in lifted:
            for numbers in calls.values():
                number = numbers[column]
                if number is not None:
                    lines += [(_EQUAL, 0, 1, number), _refusal(errno.EPERM)]
    if "namespaces" not in lifted:
        lines += _judge(_CLONE[column], 0, [(_ANY_BIT, 0, 1, _NEW_NAMESPACE)], errno.EPERM)
        # Its flags stand in memory, where no filter looks; the C library then takes `clone`.
        lines += [(_EQUAL, 0, 1, _CLONE3[column]), _refusal(errno.ENOSYS)]
    lines += _judge(_IOCTL[column], 1, [(_EQUAL, 1, 0, _TIOCSTI), (_EQUAL, 0, 1, _TIOCLINUX)], errno.EPERM)
    for call in (_SOCKET, _SOCKETPAIR):
        tests = [(_EQUAL, len(_FAMILIES) - i, 0, family) for i, family in enumerate(_FAMILIES)]
        lines += _judge(call[column], 0, tests, errno.EAFNOSUPPORT)
    lines.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


_Line = tuple[int, int, int, int]
"""What to do, how many lines to skip when it holds and when not, the value."""


def _refusal(error: int) -> _Line:
    return (_RETURN, 0, 0, 0x00050000 | error)


def _judge(number: int, argument: int, tests: list[_Line], error: int) -> Iterator[_Line]:
    """Refuse a system call by its argument; the tests skip the refusal, which comes after them."""
    yield (_EQUAL, 0, len(tests) + 3, number)
    yield (_LOAD, 0, 0, _ARGUMENTS + 8 * argument)
    yield from tests
    yield _refusal(error)
    yield (_LOAD, 0, 0, _NUMBER)
