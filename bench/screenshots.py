"""Each page in both colour schemes and both widths, as PNG: `python -m bench.screenshots FOLDER`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
ERROR = "ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88"
TRACE = (Path(__file__).parent / "trace.txt").read_text()
SCHEMES, WIDTHS = ("light", "dark"), (360, 1280)
PAGES = {
    "home": "/",
    "entry": "/entries/python/numpy-abi",
    "entry-diff": "/entries/python/json-empty-body",
    "entries": "/entries/",
    "area": "/areas/git",
    "tags": "/tags/",
    "tag": "/tags/docker",
    "verification": "/verification",
    "missing": "/entries/no/such",
}
ASKED = {
    "match": ERROR,
    "log": TRACE,
    "candidates": "invalid json",
    "none": "how long should sourdough rest in the fridge",
}


@contextmanager
def serving(**env: str) -> Iterator[str]:
    """The address of a server of its own."""
    command = [sys.executable, "-m", "kb.faces.cli", "serve", "--port", "0"]
    env = {**os.environ, "KB_LEDGER": "off", **env}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT, env=env)
    assert process.stdout
    try:
        yield next(w for w in process.stdout.readline().split() if w.startswith("http")).rstrip("/")
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def open_page(page: Page, name: str) -> None:
    """Open a page by its name, or the search page with a question asked."""
    page.goto(PAGES.get(name, "/"))
    if name in ASKED:
        with page.expect_response("**/answer"):
            page.locator("#q").fill(ASKED[name])
        page.locator("#decision").wait_for()


def main() -> None:
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    only = sys.argv[2:]
    out.mkdir(parents=True, exist_ok=True)
    with serving() as address, sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for scheme in SCHEMES:
            for width in WIDTHS:
                page = browser.new_page(
                    base_url=address,
                    color_scheme=scheme,
                    viewport={"width": width, "height": 800},  # type: ignore[arg-type]
                )
                for name in only or [*PAGES, *ASKED]:
                    open_page(page, name)
                    page.screenshot(path=out / f"{name}-{scheme}-{width}.png", full_page=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
