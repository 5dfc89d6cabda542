"""`kb serve` as a process: settings, the end, and a catalog that is followed over https and on disk."""

import contextlib
import hashlib
import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from conftest import ENTRY, ERROR, ROOT

from kb.catalog.seal import BLANK, KEY, seal

Start = Callable[..., "Server"]


class Server:
    def __init__(self, *args: str, **env: str) -> None:
        self.said = tempfile.TemporaryFile("w+")  # noqa: SIM115  a pipe that nobody reads would stop it
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kb.faces.cli", "serve", "--port", "0", *args],
            stdout=subprocess.PIPE,
            stderr=self.said,
            text=True,
            env={**os.environ, **env},
            cwd=ROOT,
        )
        assert self.process.stdout
        self.address = self.process.stdout.readline().split()[-1].rstrip("/")
        self.port = int(self.address.rpartition(":")[2])

    def get(self, path: str) -> dict[str, object]:
        with urllib.request.urlopen(self.address + path, timeout=60) as answer:
            return json.load(answer)  # type: ignore[no-any-return]

    def ready(self) -> bool:
        try:
            return bool(self.get("/readyz")["ready"])
        except urllib.error.HTTPError:
            return False

    def metric(self, series: str) -> float:
        with urllib.request.urlopen(f"{self.address}/metrics", timeout=60) as answer:
            found = re.search(rf"^{re.escape(series)} (.+)$", answer.read().decode(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def end(self) -> tuple[int, str]:
        """Exit status and log."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        self.process.communicate(timeout=60)
        self.said.seek(0)
        with self.said:
            return self.process.returncode, self.said.read()


@pytest.fixture
def start(catalog: Path, tmp_path: Path) -> Iterator[Start]:
    running = []

    def begin(*args: str, **env: str) -> Server:
        env = {"KB_CATALOG": str(catalog), "XDG_CACHE_HOME": str(tmp_path / "cache"), "KB_SERVE_RATE": "off", **env}
        running.append(Server(*args, **env))
        return running[-1]

    yield begin
    for server in running:
        if server.process.poll() is None:
            server.process.kill()
        server.process.communicate()
        server.said.close()


def until(true: Callable[[], bool]) -> None:
    """Ask until it is so."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def publish(source: Path, at: Path, alter: str = "") -> str:
    """Lay a catalog, altered by a statement and sealed again, at a path with its SHA-256 beside; the SHA-256."""
    new = at.with_suffix(".new")
    shutil.copy(source, new)
    if alter:
        with contextlib.closing(sqlite3.connect(new)) as db:
            db.executescript(f"{alter}; update meta set value = '{BLANK}' where key = '{KEY}'; vacuum")
        seal(new)
    new.replace(at)
    say_digest(at, digest(at))
    return digest(at)


def say_digest(at: Path, digest: str) -> None:
    """In one step: a server that read half of it would refuse it, and for another reason than that of the test."""
    new = at.with_suffix(".new")
    new.write_text(f"{digest}  {at.name}\n")
    new.replace(at.with_name(at.name + ".sha256"))


def test_a_request_that_is_under_way_is_answered_after_sigterm_and_no_new_one_is_taken(start: Start) -> None:
    server = start()
    body = b"\n" * 1000 + ERROR.encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as client:
        client.sendall(
            b"POST /api/v1/lookup HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:500]
        )
        server.get("/api/v1/catalog")  # by now the half of the request has been read
        server.process.send_signal(signal.SIGTERM)

        def refused() -> bool:
            with socket.socket() as other:
                return other.connect_ex(("127.0.0.1", server.port)) != 0

        until(refused)
        client.sendall(body[500:])
        answer = http.client.HTTPResponse(client)
        answer.begin()
        text = answer.read().decode()
    status, log = server.ended()

    assert answer.status == 200 and ENTRY in text
    assert answer.headers["Connection"] == "close"
    assert status == 0
    assert '"stopped"' in log and "Traceback" not in log


def test_settings_come_from_flags_and_the_environment(start: Start, tmp_path: Path) -> None:
    server = start("--rate", "3/hour", KB_SERVE_RATE="2/hour", KB_SERVE_PROXY="127.0.0.1")
    request = urllib.request.Request(f"{server.address}/api/v1/catalog", headers={"X-Forwarded-For": "192.0.2.9"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["RateLimit-Policy"] == '"client";q=3;w=3600'
    with urllib.request.urlopen(f"{server.address}/api/v1/catalog") as answer:
        assert answer.headers["RateLimit"].startswith('"client";r=2')  # another client than the one before


def test_forwarded_headers_are_not_believed_unless_asked_to(start: Start) -> None:
    server = start("--rate", "3/hour")
    for n in range(3):
        request = urllib.request.Request(
            f"{server.address}/api/v1/catalog", headers={"X-Forwarded-For": f"192.0.2.{n}"}
        )
        with urllib.request.urlopen(request) as answer:
            left = answer.headers["RateLimit"]

    assert left.startswith('"client";r=0')


def test_every_setting_is_documented() -> None:
    from kb.faces.serve import SETTINGS

    table = (ROOT / "docs" / "operations.md").read_text()

    assert [s.name for s in SETTINGS if f"| `--{s.name}` | `KB_SERVE_{s.name.upper()}` |" not in table] == []


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (("--threads", "0"), 2, "--threads"),
        (("--port", "http"), 2, "--port"),
        (("--rate", "many"), 2, "600/minute"),
        (("--tokens", "/no/such"), 2, "kb token"),
        (("--catalog", "http://127.0.0.1/x"), 2, "https"),
        (("--catalog", "file:///etc/passwd"), 2, "https"),
        (("--catalog", "/no/such.sqlite"), 4, "/no/such.sqlite.sha256"),
        (("--host", "192.0.2.1"), 4, "--port"),
    ],
)
def test_what_cannot_be_set_is_said(kb: Callable[..., "subprocess.CompletedProcess[bytes]"], args: tuple[str, ...], status: int, said: str) -> None:  # fmt: skip  # noqa: E501
    got = kb("serve", *args)

    assert got.returncode == status
    assert said in got.stderr.decode()
    assert b"Traceback" not in got.stderr


def test_a_token_is_made_once_and_kept_as_its_hash(
    kb: Callable[..., "subprocess.CompletedProcess[bytes]"], start: Start, tmp_path: Path
) -> None:
    made = kb("token", "ci")
    (tmp_path / "tokens").write_bytes(b"# who may write\n" + made.stdout)
    token = made.stderr.decode().strip()
    server = start("--tokens", str(tmp_path / "tokens"), XDG_STATE_HOME=str(tmp_path))
    body = json.dumps({"entry": ENTRY, "option": 1, "worked": True}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"{server.address}/api/v1/outcomes", body, headers)
    until(server.ready)

    assert token.startswith("kb_") and token not in made.stdout.decode()
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201


def test_a_catalog_on_disk_is_followed_while_it_answers(start: Start, catalog: Path, tmp_path: Path) -> None:
    at = tmp_path / "catalog.sqlite"
    versions = [publish(catalog, at)]
    server = start("--catalog", str(at), "--poll", "0.05", "--rate", "off", KB_CATALOG="")
    wrong: list[object] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            request = urllib.request.Request(f"{server.address}/api/v1/lookup", ERROR.encode())
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    if ENTRY not in answer.read().decode():
                        wrong.append("another answer")
            except OSError as error:
                wrong.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for n in range(3):
            versions.append(publish(catalog, at, f"insert into meta values ('generation', '{n}')"))
            until(lambda: server.get("/api/v1/catalog")["version"] == versions[-1])
    finally:
        ended.set()
        asking.join()

    assert wrong == []
    assert len(set(versions)) == 4
    assert server.metric('kb_catalog_swaps_total{result="taken"}') == 3


def test_a_full_disk_here_is_not_the_sources_fault(catalog: Path, tmp_path: Path) -> None:
    publish(catalog, tmp_path / "catalog.sqlite")
    line = f"ulimit -f 1000; exec {sys.executable} -m kb.faces.cli serve --port 0 --catalog {tmp_path}/catalog.sqlite"
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    got = subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=env, cwd=ROOT, timeout=60)

    assert got.returncode == 4
    assert got.stderr.startswith(f"kb: {tmp_path}/cache/kb/served-")
    assert "File too large; make room there" in got.stderr


def test_what_another_server_took_away_meanwhile_is_no_matter(start: Start, catalog: Path, tmp_path: Path) -> None:
    at = tmp_path / "catalog.sqlite"
    versions = [publish(catalog, at)]
    server = start("--catalog", str(at), "--poll", "0.05", KB_CATALOG="", XDG_CACHE_HOME=str(tmp_path))
    (folder,) = (tmp_path / "kb").glob("served-*")
    (folder / ".gone").symlink_to("nowhere")
    versions.append(publish(catalog, at, "insert into meta values ('generation', '1')"))
    until(lambda: server.get("/api/v1/catalog")["version"] == versions[-1])

    assert server.metric('kb_catalog_swaps_total{result="taken"}') == 1


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 4]) + data[middle + 1 :]


BAD: dict[str, Callable[[Path, Path], object]] = {
    "truncated": lambda catalog, at: at.write_bytes(catalog.read_bytes()[:-5000]),
    "bit-flipped": lambda catalog, at: at.write_bytes(flipped(catalog.read_bytes())),
    "empty": lambda catalog, at: at.write_bytes(b""),
    "gone": lambda catalog, at: at.unlink(),
}


@pytest.mark.parametrize("kind", BAD)
def test_the_last_good_catalog_stays_when_the_new_one_is_not_what_its_sha256_says(
    start: Start, catalog: Path, tmp_path: Path, kind: str
) -> None:
    at = tmp_path / "catalog.sqlite"
    good = publish(catalog, at)
    server = start("--catalog", str(at), "--poll", "0.05", KB_CATALOG="")
    BAD[kind](catalog, at)
    say_digest(at, "0" * 64)
    until(lambda: server.metric('kb_catalog_swaps_total{result="refused"}') >= 1)
    kept = server.get("/api/v1/catalog")["version"]
    mended = publish(catalog, at, "insert into meta values ('mended', '1')")

    assert kept == good
    until(lambda: server.get("/api/v1/catalog")["version"] == mended)


@pytest.mark.parametrize(
    ("alter", "why"),
    [("pragma application_id = 1", "not a catalog of kb"), ("pragma user_version = 999", "version 999")],
)
def test_a_foreign_catalog_with_its_own_sha256_is_refused(
    start: Start, catalog: Path, tmp_path: Path, alter: str, why: str
) -> None:
    at = tmp_path / "catalog.sqlite"
    good = publish(catalog, at)
    server = start("--catalog", str(at), "--poll", "0.05", KB_CATALOG="")
    publish(catalog, at, alter)
    until(lambda: server.metric('kb_catalog_swaps_total{result="refused"}') >= 1)

    assert server.get("/api/v1/catalog")["version"] == good
    status, log = server.end()
    assert status == 0 and why in log


def test_no_server_over_a_catalog_with_one_bit_flipped(catalog: Path, tmp_path: Path) -> None:
    at = tmp_path / "catalog.sqlite"
    at.write_bytes(flipped(catalog.read_bytes()))
    done = subprocess.run(
        [sys.executable, "-m", "kb.faces.cli", "serve", "--port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "KB_CATALOG": str(at)},
    )

    assert done.returncode != 0 and not done.stdout
    assert "the catalog is damaged" in done.stderr and "Traceback" not in done.stderr


class Origin:
    """A static server by https: files of a folder with ETags, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        origin = self
        self.asked: list[tuple[str, int]] = []
        self.redirect = ""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                at = folder / self.path.lstrip("/")
                status, body, headers = 404, b"", {}
                if origin.redirect:
                    status, headers = 302, {"Location": origin.redirect + self.path}
                elif at.is_file():
                    body = at.read_bytes()
                    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"'}
                    status = 304 if self.headers["If-None-Match"] == headers["ETag"] else 200
                origin.asked.append((self.path, status))
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body) if status == 200 else 0)}.items():
                    self.send_header(name, value)
                self.end_headers()
                if status == 200:
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        self.trust = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.trust))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"https://localhost:{self.server.server_port}/catalog.sqlite"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Origin]:
    (tmp_path / "origin").mkdir()
    origin = Origin(tmp_path / "origin")
    yield origin
    origin.close()


def test_a_catalog_is_followed_over_https_and_outlives_its_origin(
    start: Start, origin: Origin, catalog: Path, tmp_path: Path
) -> None:
    at = tmp_path / "origin" / "catalog.sqlite"
    first = publish(catalog, at)
    settings = {"KB_SERVE_CATALOG": origin.address, "SSL_CERT_FILE": str(origin.trust), "KB_CATALOG": ""}
    server = start("--poll", "0.05", **settings)
    assert server.get("/api/v1/catalog")["version"] == first
    until(lambda: ("/catalog.sqlite.sha256", 304) in origin.asked)
    assert origin.asked.count(("/catalog.sqlite", 200)) == 1

    second = publish(catalog, at, "insert into meta values ('second', '1')")
    until(lambda: server.get("/api/v1/catalog")["version"] == second)
    at.unlink()
    at.with_name("catalog.sqlite.sha256").unlink()
    until(lambda: server.metric('kb_catalog_swaps_total{result="refused"}') >= 1)
    other = start(**settings)  # begins while the origin has nothing

    assert server.get("/api/v1/catalog")["version"] == second
    assert other.get("/api/v1/catalog")["version"] == second
    assert [p.stem for p in (tmp_path / "cache" / "kb").rglob("*.sqlite")] == [second]


@pytest.mark.parametrize(
    ("redirect", "trusted", "why"),
    [("http://localhost:1", True, "only https"), ("file:///etc", True, "not allowed"), ("", False, "certificate")],
)
def test_nothing_is_taken_by_another_way_than_https(
    kb: Callable[..., "subprocess.CompletedProcess[bytes]"],
    origin: Origin,
    catalog: Path,
    tmp_path: Path,
    redirect: str,
    trusted: bool,
    why: str,
) -> None:
    publish(catalog, tmp_path / "origin" / "catalog.sqlite")
    origin.redirect = redirect
    env = {"XDG_CACHE_HOME": str(tmp_path), **({"SSL_CERT_FILE": str(origin.trust)} if trusted else {})}
    got = kb("serve", "--catalog", origin.address, env=env)

    assert got.returncode == 4
    assert why in got.stderr.decode().lower()
