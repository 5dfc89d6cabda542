"""WSGI servers side by side, each one process on one core, wrk on another: `python -m bench.servers`.

Needs wrk, taskset and `pip install waitress gunicorn granian cheroot`. Two routes: an empty one of Flask, and a
look-up. Then two hundred clients each hold a half-sent request open, and the empty route is asked again.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask, request

from kb import service

SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
QUERY = "ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88"
THREADS = 4
SERVERS = {
    "waitress": "-m waitress --listen 127.0.0.1:{port} --threads {threads} --connection-limit 2000 --asyncore-use-poll "
    "bench.servers:app",
    "gunicorn, gthread": "-m gunicorn -b 127.0.0.1:{port} -k gthread --threads {threads} bench.servers:app",
    "gunicorn, sync": "-m gunicorn -b 127.0.0.1:{port} bench.servers:app",
    "granian": "-m granian --interface wsgi --host 127.0.0.1 --port {port} --blocking-threads {threads} "
    "--log-level error bench.servers:app",
    "cheroot": "-m cheroot --bind 127.0.0.1:{port} --threads {threads} bench.servers:app",
}

app = Flask(__name__)


@app.get("/")
def empty() -> str:
    return "ok"


@app.post("/")
def body() -> str:
    return str(len(request.get_data()))


@app.get("/lookup")
def lookup() -> str:
    return service.lookup(QUERY).decision


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server did not start")


def wrk(port: int, path: str) -> str:
    command = f"taskset -c 1 wrk -t1 -c16 -d{SECONDS}s --latency http://127.0.0.1:{port}{path}"
    said = subprocess.run(command.split(), capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec: *([\d.]+)", said)
    p99 = re.search(r"99% *([\d.]+\w+)", said)
    errors = "; errors" if re.search(r"Socket errors|Non-2xx", said) else ""
    return f"{float(found[1]) if found else 0:7.0f}/s, p99 {p99[1] if p99 else '?':>8}{errors}"


def slow(port: int) -> list[socket.socket]:
    """Clients that have sent half a request and send no more."""
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
    for client in clients:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
    return clients


def main() -> None:
    for name in sys.argv[1:] or SERVERS:
        arguments = SERVERS[name]
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = ["taskset", "-c", "0", sys.executable, *arguments.format(port=port, threads=THREADS).split()]
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=Path(__file__).parent.parent)
            try:
                wait_for(port, process)
                figures = [wrk(port, "/"), wrk(port, "/lookup")]
                clients = slow(port)
                figures.append(wrk(port, "/"))
                for client in clients:
                    client.close()
                print(f"{name:18}", " | ".join(figures), flush=True)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=60)


if __name__ == "__main__":
    main()
