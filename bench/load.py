"""Load on one server and on two, with wrk on loopback: `python -m bench.load [ratio|latency|soak SECONDS|two …]`.

ratio: look-ups through the whole stack beside an empty Flask route on the same WSGI server. latency: the 99th
percentile at four fifths of saturation. soak: that load for long; errors and memory. two: two servers on one
PostgreSQL, each on its core, beside one. The server has core 0, wrk core 1; with two servers wrk takes its time from
both.

distinct: no text is asked twice. repeated: texts are drawn from 100,000, the n-th most frequent 1/n as often as the
first. same: one text. Needs wrk, taskset; for `two` PostgreSQL.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench.cases import ROOT, written

SECONDS = int(os.environ.get("BENCH_SECONDS", "10"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
CONNECTIONS = 16
EMPTY = """
import socket, sys
from flask import Flask
from waitress import serve
app = Flask("empty")
app.add_url_rule("/", view_func=lambda: "ok")
listening = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listening.getsockname()[1]}/", flush=True)
serve(app, sockets=[listening], threads=4, asyncore_use_poll=True, _quiet=True)
"""
READY = 40_000
"""Requests that wrk has ready before it begins, and goes through again and again: of the server's core it takes little,
and no text of a run of ten seconds comes twice by that."""
SCRIPT = """
local queries = dofile("QUERIES")
local kind, pause, n, at, ready = "KIND", PAUSE, 0, 0, {}
local seeds = 0
function setup(thread) seeds = seeds + 1; thread:set("seed", seeds + os.time()) end
function init()
  math.randomseed(seed); n = math.random(1000000) * 1000
  for i = 1, READY do ready[i] = made() end
end
function request()
  at = at % READY + 1
  return ready[at]
end
function made()
  n = n + 1
  local text
  if kind == "same" then text = queries[1]
  elseif kind == "repeated" then
    local rank = math.floor(100000 ^ math.random())
    text = queries[rank % #queries + 1] .. " (" .. rank .. ")"
  else text = queries[n % #queries + 1] .. " (" .. n .. ")" end
  return wrk.format("POST", "/api/v1/lookup", {["Content-Type"] = "text/plain", ["Accept"] = "application/json"}, text)
end
if pause > 0 then function delay() return math.floor(-pause * math.log(1 - math.random())) end end
"""


def queries(folder: Path) -> Path:
    """The written queries as a Lua table."""
    out = folder / "queries.lua"
    out.write_text("return {" + ",".join(f"[====[\n{text}]====]" for text in written()) + "}")
    return out


@contextmanager
def server(command: list[str], core: str = "0", **env: str) -> Iterator[tuple[str, int]]:
    """(address, pid) of a server that prints its address."""
    process = subprocess.Popen(
        ["taskset", "-c", core, sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, **env},
    )
    assert process.stdout
    try:
        yield process.stdout.readline().split()[-1].rstrip("/"), process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        process.stdout.close()


KB = ["-m", "kb.faces.cli", "serve", "--port", "0", "--rate", "off"]


def wrk(
    address: str, folder: Path, kind: str = "", seconds: int = SECONDS, pause: float = 0, core: str = "1"
) -> tuple[float, float, int]:
    """(requests a second, 99th percentile in ms, errors). `pause`: mean of the pause of a connection, ms."""
    script = folder / f"{kind}-{threading.get_ident()}.lua"
    text = SCRIPT.replace("QUERIES", str(folder / "queries.lua")).replace("KIND", kind).replace("READY", str(READY))
    script.write_text(text.replace("PAUSE", str(pause)))
    connections = CONNECTIONS * 4 if pause else CONNECTIONS
    command = [
        "taskset",
        "-c",
        core,
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--latency",
        "--timeout",
        "10s",
    ]
    said = subprocess.run(
        [*command, *(["-s", str(script)] if kind else []), address], capture_output=True, text=True, check=True
    ).stdout
    rate = re.search(r"Requests/sec: *([\d.]+)", said)
    p99 = re.search(r"99% *([\d.]+)(us|ms|s)", said)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    errors = (int(bad[1]) if bad else 0) + (sum(map(int, sockets.groups())) if sockets else 0)
    assert rate and p99, said
    return float(rate[1]), float(p99[1]) * {"us": 1e-3, "ms": 1, "s": 1e3}[p99[2]], errors


def ratio(folder: Path) -> None:
    rates: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        with server(["-c", EMPTY]) as (address, _pid):
            rates.setdefault("empty Flask route", []).append(wrk(address, folder)[0])
        for kind in ("distinct", "repeated", "same"):
            with server(KB) as (address, _pid):
                if kind == "repeated":
                    wrk(address, folder, kind)  # until the memory has what is asked often
                found = wrk(address, folder, kind)
                rates.setdefault(kind, []).append(found[0])
                assert not found[2], f"{found[2]} errors"
    empty = sorted(rates["empty Flask route"])[ROUNDS // 2]
    for kind, found in rates.items():
        middle = sorted(found)[ROUNDS // 2]
        print(
            f"{kind:18} {middle:7.0f}/s  {middle / empty:5.2f} of the empty route  {[round(f) for f in found]}",
            flush=True,
        )


def latency(folder: Path) -> None:
    for kind in ("distinct", "repeated"):
        with server(KB) as (address, _pid):
            wrk(address, folder, kind)
            most = wrk(address, folder, kind)[0]
            rate, p99, errors = four_fifths(address, folder, kind, most, SECONDS)
            at = f"saturation {most:6.0f}/s; at {rate:6.0f}/s ({rate / most:.0%})"
            print(f"{kind:10} {at} p99 {p99:6.1f} ms; {errors} errors", flush=True)


def four_fifths(address: str, folder: Path, kind: str, most: float, seconds: int) -> tuple[float, float, int]:
    pause = CONNECTIONS * 4 / (0.8 * most) * 1e3 - 5  # a connection waits, then is answered in some 5 ms
    return wrk(address, folder, kind, seconds, pause)


def memory(pid: int) -> float:
    """Resident memory in MB."""
    return int(re.search(r"VmRSS:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024  # type: ignore[index]


def soak(folder: Path, seconds: int) -> None:
    with server(KB) as (address, pid):
        most = wrk(address, folder, "repeated")[0]
        seen: list[float] = []
        done = threading.Event()

        def watch() -> None:
            while not done.wait(seconds / 10):
                seen.append(memory(pid))

        watching = threading.Thread(target=watch)
        watching.start()
        rate, p99, errors = four_fifths(address, folder, "repeated", most, seconds)
        done.set()
        watching.join()
        at = f"{seconds} s at {rate:.0f}/s ({rate / most:.0%} of {most:.0f})"
        print(f"{at}: {rate * seconds:.0f} look-ups, {errors} errors")
        print(f"p99 {p99:.1f} ms; memory, MB: {' '.join(f'{m:.1f}' for m in seen)}", flush=True)


def two(folder: Path) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from postgres import Postgres

    postgres = Postgres()
    try:
        env = {"KB_LEDGER": postgres.database()}
        for kind in ("distinct", "repeated"):
            found: list[tuple[float, float]] = []
            for _ in range(ROUNDS):
                with server(KB, "0", **env) as (one, _a), server(KB, "1", **env) as (other, _b):
                    for address in (one, other):
                        wrk(address, folder, kind, 3, core="0,1")
                    alone = wrk(one, folder, kind, core="0,1")[0]
                    with ThreadPoolExecutor(2) as pool:
                        both = [pool.submit(wrk, a, folder, kind, core="0,1") for a in (one, other)]
                    found.append((alone, sum(b.result()[0] for b in both)))
                    assert not any(b.result()[2] for b in both), "errors"
            alone, together = sorted(found, key=lambda f: f[1] / f[0])[ROUNDS // 2]
            rounds = [round(both / one, 2) for one, both in found]
            said = f"one {alone:6.0f}/s, two {together:6.0f}/s: {together / alone:.2f} times"
            print(f"{kind:10} {said}  {rounds}", flush=True)
    finally:
        postgres.close()


def main() -> None:
    asked = sys.argv[1:] or ["ratio", "latency", "soak", "600", "two"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        queries(folder)
        os.environ["KB_CATALOG"] = str(folder / "catalog.sqlite")
        os.environ["XDG_STATE_HOME"] = str(folder / "state")
        build = [sys.executable, "-m", "kb.faces.cli", "build", "--out", os.environ["KB_CATALOG"]]
        subprocess.run(build, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        for n, part in enumerate(asked):
            if part == "soak":
                soak(folder, int(asked[n + 1]))
            elif not part.isdigit():
                {"ratio": ratio, "latency": latency, "two": two}[part](folder)


if __name__ == "__main__":
    begun = time.monotonic()
    main()
    print(f"{time.monotonic() - begun:.0f} s, load {os.getloadavg()[0]:.1f}")
