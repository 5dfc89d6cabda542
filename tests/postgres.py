"""A real PostgreSQL for a while."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


class Postgres:
    """A throw-away PostgreSQL on a free port of 127.0.0.1, run by an ordinary user."""

    def __init__(self) -> None:
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
        self.home = Path(tempfile.mkdtemp(prefix="kb-postgres-"))
        self.data = self.home / "data"
        self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        if self._as:
            shutil.chown(self.home, "postgres", "postgres")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._run("initdb", "-D", self.data, "-A", "trust", "-U", "kb", "--no-sync", "--locale=C.UTF-8")
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(f"port={self.port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories='{self.home}'\n")
            # A killed process loses nothing that the kernel has; with fsync a recovery reads the whole folder, for 5 s.
            conf.write("shared_buffers=16MB\nmax_connections=60\nfsync=off\n")
        self._databases: set[str] = set()
        self.start()

    def _run(self, program: str, *args: str | Path) -> None:
        command = [*self._as, str(self.bin / program), *map(str, args)]
        done = subprocess.run(command, cwd=self.home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout.decode()

    def start(self) -> None:
        # Its output goes to a file: a server that holds the pipe would keep `run` waiting.
        self._run("pg_ctl", "-D", self.data, "-l", self.home / "log", "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """`immediate`: as after a power failure of the process; the next start recovers."""
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def database(self, name: str = "ledger") -> str:
        """The address of an empty database; who was connected to one of that name is thrown out."""
        at = ("-h", self.home, "-p", str(self.port), "-U", "kb")
        if name not in self._databases:
            self._databases.add(name)
            self._run("createdb", *at, name)
        # Three hundred files a database: one that is emptied is much quicker than a new one.
        throw_out = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
        empty = f"{throw_out} and pid <> pg_backend_pid(); drop schema public cascade; create schema public"
        self._run("psql", *at, "-qc", empty, name)
        return f"postgresql+psycopg://kb:hush@127.0.0.1:{self.port}/{name}"

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """All its processes are stopped in what they do: connections stay open and nothing answers."""
        main = int((self.data / "postmaster.pid").read_text().split()[0])
        pids = [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(pids):
                os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        with contextlib.suppress(AssertionError):  # a test stopped it
            self.stop()
        shutil.rmtree(self.home)
