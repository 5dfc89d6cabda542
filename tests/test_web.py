"""The page and the API: a real server, a real browser."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ERROR, ROOT
from playwright.sync_api import Page, sync_playwright


@pytest.fixture(scope="module")
def server(catalog: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "kb.faces.cli", "serve", "--port", "0"]
    env = {**os.environ, "KB_CATALOG": str(catalog)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env, cwd=ROOT)
    assert process.stdout
    yield process.stdout.readline().split()[-1].rstrip("/")
    process.terminate()
    process.wait(timeout=20)
    process.stdout.close()


def fetch(url: str, data: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as r:
            return r.status, r.headers["Content-Type"], r.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()


def test_a_log_by_curl_is_answered_in_markdown(server: str) -> None:
    got = subprocess.run(
        ["curl", "-s", "--data-binary", "@-", f"{server}/api/v1/lookup"], input=ERROR.encode(), capture_output=True
    )

    assert b"`python/numpy-abi`" in got.stdout
    assert b"**Fix: " in got.stdout


def test_json_where_asked_for(server: str) -> None:
    by_accept = fetch(f"{server}/api/v1/lookup", ERROR.encode(), Accept="application/json")
    body = json.dumps({"query": ERROR, "limit": 2}).encode()
    by_type = fetch(f"{server}/api/v1/lookup", body, **{"Content-Type": "application/json"})

    assert json.loads(by_accept[2])["candidates"][0]["id"] == "python/numpy-abi"
    assert json.loads(by_type[2]) == json.loads(by_accept[2])


def test_an_entry_as_markdown_and_as_json(server: str) -> None:
    markdown = fetch(f"{server}/api/v1/entries/python/numpy-abi")
    as_json = fetch(f"{server}/api/v1/entries/python/numpy-abi", Accept="application/json")

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
def test_errors_are_problem_details(server: str, path: str, data: bytes | None, kind: str, status: int) -> None:
    try:
        got = fetch(server + path, data, **{"Content-Type": kind})
    except urllib.error.URLError as error:  # a body refused while it is still being sent
        assert status == 413 and isinstance(error.reason, ConnectionError)
        return

    assert got[:2] == (status, "application/problem+json")
    assert json.loads(got[2])["detail"]


def test_a_taken_port_is_said(server: str, catalog: Path) -> None:
    port = server.rpartition(":")[2]
    got = subprocess.run(
        [sys.executable, "-m", "kb.faces.cli", "serve", "--port", port],
        capture_output=True,
        env={**os.environ, "KB_CATALOG": str(catalog)},
        cwd=ROOT,
    )

    assert got.returncode == 4
    assert b"--port" in got.stderr
    assert b"Traceback" not in got.stderr


@pytest.fixture(scope="module")
def page(server: str) -> Iterator[Page]:
    with sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(base_url=server)
        yield page
        browser.close()


def test_a_person_pastes_an_error_and_reads_the_fix(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Paste an error").fill(ERROR)
    page.get_by_role("button").click()
    page.get_by_role("link", name="numpy.dtype size changed").first.click()

    assert page.url.endswith("/entries/python/numpy-abi")
    assert page.get_by_role("heading", name="Option 1").is_visible()
    assert page.get_by_text("replayed 2").first.is_visible()


def test_an_unknown_entry_is_a_page(page: Page) -> None:
    response = page.goto("/entries/no/such")

    assert response and response.status == 404
    assert page.get_by_role("heading", name="No such entry").is_visible()


def test_markup_in_a_query_stays_text(page: Page) -> None:
    page.goto("/?q=<script>document.title='bad'</script><img src=x onerror=alert(1)>")

    assert page.title() != "bad"
    assert page.locator("main img").count() == 0
