"""The pictures of the README, from a real terminal and a real page: `python -m bench.captures` (needs `rich`)."""

import io
import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from bench.screenshots import ERROR, ROOT, serving

OUT = ROOT / "docs" / "img"
TYPED = "git commit -m 'Mend it' 2>&1 | kb"
PREPARED = "git init -q . && touch .git/index.lock mended"
COLUMNS = 96
THEME = TerminalTheme(
    (17, 24, 26),
    (221, 230, 228),
    [(17, 24, 26), (255, 163, 150), (139, 219, 166), (240, 178, 122), (143, 195, 245), (227, 166, 216), (127, 208, 211),
     (221, 230, 228)],
)  # fmt: skip
FRAME = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 1.25rem 1.5rem; background: {background}; color: {foreground}; width: max-content; }}
pre {{ margin: 0; font: 14px/1.45 "DejaVu Sans Mono", monospace; white-space: pre-wrap; width: 98ch; }}
{stylesheet}</style><pre><code>{code}</code></pre>"""


def on_terminal(command: str, folder: Path) -> str:
    """What a command prints on a terminal, with its colours."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "TERM": "xterm-256color"}
    env |= {"COLUMNS": str(COLUMNS), "KB_LEDGER": "off"}
    process = subprocess.Popen(["bash", "-c", command], stdout=theirs, stderr=theirs, cwd=folder, env=env)
    os.close(theirs)
    printed = b""
    try:
        while chunk := os.read(ours, 65536):
            printed += chunk
    except OSError:  # its end, as Linux says it
        pass
    os.close(ours)
    process.wait()
    return printed.decode().replace("\r\n", "\n")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["bash", "-c", PREPARED], cwd=folder, check=True)
        printed = on_terminal(TYPED, Path(folder))
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(f"\x1b[2m$\x1b[0m \x1b[1m{TYPED}\x1b[0m\n{printed.rstrip()}"))
    html = console.export_html(theme=THEME, code_format=FRAME)
    with serving() as address, sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(device_scale_factor=1.5)
        page.set_content(html)
        page.locator("body").screenshot(path=OUT / "terminal.png")
        page = browser.new_page(base_url=address, viewport={"width": 1180, "height": 1000})
        page.goto("/")
        page.locator("#q").fill(ERROR)
        page.locator("#decision").wait_for()
        page.screenshot(path=OUT / "page.png")
        browser.close()


if __name__ == "__main__":
    main()
