"""The API, by real requests to a real server."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from conftest import ERROR, ROOT


def fetch(url: str, data: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as r:
            return r.status, r.headers["Content-Type"], r.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()


def test_a_log_by_curl_is_answered_in_markdown(site: str) -> None:
    got = subprocess.run(
        ["curl", "-s", "--data-binary", "@-", f"{site}/api/v1/lookup"], input=ERROR.encode(), capture_output=True
    )

    assert b"`python/numpy-abi`" in got.stdout
    assert b"**Fix: " in got.stdout


def test_json_where_asked_for(site: str) -> None:
    by_accept = fetch(f"{site}/api/v1/lookup", ERROR.encode(), Accept="application/json")
    body = json.dumps({"query": ERROR, "limit": 2}).encode()
    by_type = fetch(f"{site}/api/v1/lookup", body, **{"Content-Type": "application/json"})

    assert json.loads(by_accept[2])["candidates"][0]["id"] == "python/numpy-abi"
    assert json.loads(by_type[2]) == json.loads(by_accept[2])


def test_an_entry_as_markdown_and_as_json(site: str) -> None:
    markdown = fetch(f"{site}/api/v1/entries/python/numpy-abi")
    as_json = fetch(f"{site}/api/v1/entries/python/numpy-abi", Accept="application/json")

    assert markdown[:2] == (200, "text/markdown; charset=utf-8")
    assert b"### Option 1" in markdown[2]
    assert json.loads(as_json[2])["options"][0]["verdict"] == "verified"


@pytest.mark.parametrize(
    ("path", "data", "kind", "status"),
    [
        ("/api/v1/lookup", b"", "text/plain", 400),
        ("/api/v1/lookup", b"{", "application/json", 400),
        ("/api/v1/lookup", b"[1]", "application/json", 400),
        ("/api/v1/lookup", b'{"query": "x", "limit": true}', "application/json", 400),
        ("/api/v1/lookup", None, "text/plain", 405),
        ("/api/v1/entries/no/such", None, "text/plain", 404),
        ("/api/v1/entries/..%2f..%2fetc/passwd", None, "text/plain", 404),
        ("/api/v1/nothing", None, "text/plain", 404),
        ("/api/v1/lookup", b"x" * (17 << 20), "text/plain", 413),
    ],
)
def test_errors_are_problem_details(site: str, path: str, data: bytes | None, kind: str, status: int) -> None:
    try:
        got = fetch(site + path, data, **{"Content-Type": kind})
    except urllib.error.URLError as error:  # a body refused while it is still being sent
        assert status == 413 and isinstance(error.reason, ConnectionError)
        return

    assert got[:2] == (status, "application/problem+json")
    assert json.loads(got[2])["detail"]


def test_a_taken_port_is_said(site: str, catalog: Path) -> None:
    port = site.rpartition(":")[2]
    got = subprocess.run(
        [sys.executable, "-m", "kb.faces.cli", "serve", "--port", port],
        capture_output=True,
        env={**os.environ, "KB_CATALOG": str(catalog)},
        cwd=ROOT,
    )

    assert got.returncode == 4
    assert b"--port" in got.stderr
    assert b"Traceback" not in got.stderr
