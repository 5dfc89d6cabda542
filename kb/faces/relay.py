"""Run a command as the shell would, and keep the beginning and the end of what it prints.

A stream that is a terminal here is one for the command, any other a pipe of its own, or a common one where both lead to
the same place. Where the keyboard is ours, the command has a terminal and a session of its own, under a monitor: it can
then set modes, ask, be interrupted and stopped as without us. Else it stays in our process group, beside us.
"""

import errno
import fcntl
import os
import select
import signal
import struct
import termios
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NamedTuple, NoReturn

HEAD, TAIL = 65_536, 262_144
"""Bytes of the output that are kept."""
PIECE = 4096
"""Bytes that a pipe which can be written to takes without blocking."""
SILENCE, LONGEST = 0.15, 1.0
"""Seconds after its end that more is waited for, when others hold its output open, and after the last of it."""
PASSED_ON = (signal.SIGHUP, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
OF_THE_KEYBOARD = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTOU, signal.SIGTTIN)
_EVENT = struct.Struct("=ci")


class Ran(NamedTuple):
    status: int
    """As a shell has it: 128 + n when signal n ended it, 127 not found, 126 cannot be run."""
    output: bytes
    """Head and tail of what it printed, in the order in which it came."""
    error: int = 0
    """The errno where it could not be run."""
    cut_off: bool = False
    """Whether nobody read what it printed."""


class Kept:
    """The head and the tail of a stream of bytes."""

    def __init__(self) -> None:
        self.head, self.tail = bytearray(), bytearray()

    def add(self, data: bytes) -> None:
        room = HEAD - len(self.head)
        self.head += data[:room]
        self.tail += data[room:] if room < len(data) else b""
        if len(self.tail) > 2 * TAIL:
            del self.tail[:-TAIL]

    def all(self) -> bytes:
        return bytes(self.head + self.tail[-TAIL:])


class Stream:
    """One way from the command to us: `read`, to `target`, which is our standard output or error."""

    def __init__(self, target: int, terminal: bool) -> None:
        self.target, self.terminal = target, terminal
        self.read, self.end = os.openpty() if terminal else os.pipe()
        self.pending = b""
        if terminal:
            settings = termios.tcgetattr(target)
            termios.tcsetattr(self.end, termios.TCSANOW, settings)
            self.resize()
        os.set_blocking(self.read, False)

    def resize(self) -> None:
        size = fcntl.ioctl(self.target, termios.TIOCGWINSZ, b"\0" * 8)
        fcntl.ioctl(self.read, termios.TIOCSWINSZ, size)

    def take(self) -> bytes | None:
        """What is there; None at the end."""
        try:
            return os.read(self.read, 65_536) or None
        except BlockingIOError:
            return b""
        except OSError:  # EIO: nobody holds the other side of the terminal
            return None


def run(command: list[str]) -> Ran:
    """Run it to its end, its output passed on as it comes. Raises OSError where no process can be made."""
    return Relay(command).run()


class Relay:
    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.kept = Kept()
        self.pid = 0
        self.status: int | None = None
        self.error = 0
        self.cut_off = False
        self.typed = b""
        self.keyboard: Stream | None = None
        self.raw = False
        self.settings = termios.tcgetattr(0) if os.isatty(0) else None
        self.streams: list[Stream] = []
        ends: dict[tuple[int, int, bool], Stream] = {}
        self.ends: dict[int, Stream] = {}
        for fd in (1, 2):
            at = os.fstat(fd)
            key = (at.st_dev, at.st_ino, os.isatty(fd))
            if key not in ends:
                ends[key] = Stream(fd, key[2])
                self.streams.append(ends[key])
            self.ends[fd] = ends[key]
        if self.settings:
            at = os.fstat(0)
            mine = ends.get((at.st_dev, at.st_ino, True))
            if mine and os.tcgetpgrp(0) == os.getpgrp():
                self.keyboard = mine

    def run(self) -> Ran:
        self.events, self.say = os.pipe()
        self.control: int | None = None
        wake, woken = os.pipe()
        for fd in (wake, woken):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        self._handle()
        try:
            if self.keyboard:
                self._start_session(self.keyboard)
            else:
                self._start_beside()
            os.close(self.say)
            while self.keyboard and not self.pid and self._event():
                pass
            for stream in self.streams:
                os.close(stream.end)
            self._grab()
            self._pump(wake)
        finally:
            self._release()
            signal.set_wakeup_fd(-1)
        self._leave_relaying()
        status = self.status or 0
        if self.error:
            status = 127 if self.error in (errno.ENOENT, errno.ENOTDIR) else 126
        else:
            status = 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return Ran(status, self.kept.all(), self.error, self.cut_off)

    # The command's side

    def _start_beside(self) -> None:
        for stream in self.streams:
            if stream.terminal:
                # The terminal that we write to makes the line ends.
                settings = termios.tcgetattr(stream.end)
                settings[1] &= ~termios.OPOST
                termios.tcsetattr(stream.end, termios.TCSANOW, settings)
        self.pid = os.fork()
        if not self.pid:
            self._become()

    def _start_session(self, keyboard: Stream) -> None:
        read, self.control = os.pipe()
        monitor = os.fork()
        if not monitor:
            try:
                self._monitor(keyboard, read, self.control)
            finally:
                os._exit(1)
        os.close(read)

    def _monitor(self, keyboard: Stream, orders: int, control: int) -> None:
        """Leads the session: says what becomes of the command, and lets it go on when told to."""
        for fd in (control, self.events, *(s.read for s in self.streams)):
            os.close(fd)
        signal.set_wakeup_fd(-1)
        # Ours it ignores, and the command gets them as we did; the end of the terminal is its own end.
        mine = [n for n in (*OF_THE_KEYBOARD, *PASSED_ON) if signal.getsignal(n) != signal.SIG_IGN]
        for number in mine:
            signal.signal(number, signal.SIG_DFL if number == signal.SIGHUP else signal.SIG_IGN)
        os.setsid()
        fcntl.ioctl(keyboard.end, termios.TIOCSCTTY, 0)
        pid = os.fork()
        if not pid:
            os.setpgid(0, 0)
            os.tcsetpgrp(keyboard.end, os.getpid())
            for number in mine:
                signal.signal(number, signal.SIG_DFL)
            self._become(keyboard.end)
        os.write(self.say, _EVENT.pack(b"P", pid))
        for fd in (0, 1, 2):
            os.close(fd)
        for stream in self.streams:
            if stream is not keyboard:
                os.close(stream.end)
        while True:
            _, status = os.waitpid(pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                break
            os.write(self.say, _EVENT.pack(b"S", 0))
            if not os.read(orders, 1):
                return
            os.tcsetpgrp(keyboard.end, os.getpgid(pid))
            os.killpg(pid, signal.SIGCONT)
        os.close(keyboard.end)
        os.write(self.say, _EVENT.pack(b"X", status))
        os.close(self.say)
        os.read(orders, 1)  # as long as somebody still writes, the session stays

    def _become(self, stdin: int | None = None) -> NoReturn:
        """This process becomes the command."""
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores
                signal.signal(number, signal.SIG_DFL)
            if stdin is not None:
                os.dup2(stdin, 0)
            for fd in (1, 2):
                os.dup2(self.ends[fd].end, fd)
            if not self.command[0]:
                raise FileNotFoundError(errno.ENOENT, "no name")
            os.execvp(self.command[0], self.command)  # noqa: S606  what was asked for
        except OSError as error:
            os.write(self.say, _EVENT.pack(b"E", error.errno or errno.ENOEXEC))
        except ValueError:
            os.write(self.say, _EVENT.pack(b"E", errno.EINVAL))
        finally:
            os._exit(127)

    # Our side

    def _handle(self) -> None:
        def pass_on(number: int, _: FrameType | None) -> None:
            if self.pid and self.status is None:
                send: Callable[[int, int], None] = os.killpg if self.keyboard else os.kill
                with suppress(OSError):
                    send(self.pid, number)

        def resized(number: int, frame: FrameType | None) -> None:
            for stream in self.streams:
                if stream.terminal:
                    with suppress(OSError):
                        stream.resize()
            if not self.keyboard:  # it was told by the terminal, maybe before the new size was there
                pass_on(number, frame)

        for number in PASSED_ON:
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, pass_on)
        # What the keyboard sends reaches a command beside us without us.
        alone = self.keyboard is not None or not _has_terminal()
        for number in (signal.SIGINT, signal.SIGQUIT):
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, pass_on if alone else lambda *_: None)
        signal.signal(signal.SIGWINCH, resized)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _grab(self) -> None:
        """Take every key as it is, while we are in the foreground: what it means is the command's affair."""
        if self.keyboard and not self.raw:
            with suppress(OSError, termios.error):
                if os.tcgetpgrp(0) == os.getpgrp():
                    tty.setraw(0, termios.TCSANOW)
                    self.raw = True

    def _release(self) -> None:
        """Give the terminal back, in the modes that the command left it in."""
        if self.raw and self.keyboard and self.settings:
            settings = self.settings
            with suppress(OSError, termios.error):  # whoever held it may be gone
                settings = termios.tcgetattr(self.keyboard.read)
            with suppress(OSError, termios.error):  # the terminal may be gone
                termios.tcsetattr(0, termios.TCSADRAIN, settings)
        self.raw = False

    def _pump(self, wake: int) -> None:
        ended = last = 0.0
        reading_keys, listening = True, True
        while True:
            if self.status is not None:
                now = time.monotonic()
                ended = ended or now
                last = last or now
                if not self.streams or now > min(last + SILENCE, ended + LONGEST):
                    return
            keys = self.raw and reading_keys and not self.typed and self.status is None
            wanted = [wake, *([self.events] if listening else []), *([0] if keys else [])]
            wanted += [s.read for s in self.streams if not s.pending]
            full = [s.target for s in self.streams if s.pending]
            full += [self.keyboard.read] if self.typed and self.keyboard in self.streams else []
            patience = SILENCE / 3 if self.status is not None else 1.0 if self.keyboard and not self.raw else None
            ready, writable, _ = select.select(wanted, full, [], patience)
            if wake in ready:
                os.read(wake, 4096)
            for stream in list(self.streams):
                if stream.read in ready and not stream.pending:
                    data = stream.take()
                    if data is None:
                        self._drop(stream)
                        continue
                    stream.pending = data
                    self.kept.add(data)
                    last = time.monotonic()
                if stream.pending and stream.target in writable:
                    self._write(stream)
            if self.keyboard and self.typed and self.keyboard.read in writable:
                self._type(self.keyboard)
            if 0 in ready:
                try:
                    self.typed = os.read(0, 4096)
                except OSError:
                    self.typed = b""
                reading_keys = bool(self.typed)
            if self.events in ready:
                listening = self._event()
            if not self.keyboard and self.status is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self.status = status if pid else None
            self._grab()

    def _write(self, stream: Stream) -> None:
        try:
            stream.pending = stream.pending[os.write(stream.target, stream.pending[:PIECE]) :]
        except BlockingIOError:
            return
        except OSError:
            self.cut_off = True
            self._drop(stream)

    def _drop(self, stream: Stream) -> None:
        self.streams.remove(stream)
        if stream is not self.keyboard or self.cut_off:
            os.close(stream.read)

    def _type(self, keyboard: Stream) -> None:
        try:
            self.typed = self.typed[os.write(keyboard.read, self.typed) :]
        except BlockingIOError:
            return
        except OSError:
            self.typed = b""

    def _event(self) -> bool:
        said = os.read(self.events, _EVENT.size)
        if not said:
            if self.keyboard and self.status is None:
                self.status = signal.SIGHUP  # the monitor was killed
            return False
        what, value = _EVENT.unpack(said)
        if what == b"P":
            self.pid = value
        elif what == b"X":
            self.status = value
        elif what == b"E":
            self.error = value
        else:
            self._stop()
        return True

    def _stop(self) -> None:
        """The command was stopped; stop with it, and let it go on once we do."""
        for stream in list(self.streams):
            while stream.pending and stream in self.streams:
                self._write(stream)
        self._release()
        os.killpg(0, signal.SIGTSTP)
        self._grab()
        for stream in self.streams:
            if stream.terminal:
                stream.resize()
        if self.control is not None:
            os.write(self.control, b"C")

    def _leave_relaying(self) -> None:
        """Others, in the background, still hold the output: what they print is passed on by a process that stays."""
        if not self.streams or os.fork():
            return
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            while self.streams:
                select.select([s.read for s in self.streams], [], [])
                for stream in list(self.streams):
                    data = stream.take()
                    if data is None:
                        self._drop(stream)
                    while data:
                        data = data[os.write(stream.target, data) :]
        finally:
            os._exit(0)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
