"""A newcomer's path, timed: from a clone to the green check of a new entry: `python -m bench.newcomer`

Runs what CONTRIBUTING.md says, in its order, in a fresh clone, cache and home; a program that fails is drafted, the
gaps are filled from text that lies here ready, as a person who knows the fix would, and `kb check` decides. What the
machine takes is timed; the time of writing is the person's, and is not. What is fetched from PyPI is part of it.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.cases import ROOT

PROGRAM = """import sys

shelf = dict(line.split("=") for line in ["Rows=12"])
if shelf["rows"] != "12":
    sys.exit(1)
"""
QUESTIONS = """\
- reading rows from my shelf settings dies although the file clearly has rows
- keyerror rows capital letter settings
- something about rows not being a key, the file says Rows
- the setting is ignored as if the line was not in the settings file
- why does python not see the key I can read in the file with my own eyes
- config with capital keys works on the colleague's Windows ini reader, not in our dict
- I renamed the settings by hand in the editor and the loader broke on rows
- tried get with a default of twelve, then every shelf had twelve rows
"""
WRITTEN = {
    r"‹three to six words›": "dictionary, settings, keys, case",
    r"`KeyError: 'rows'` — ‹why›": "`KeyError: 'rows'` though the settings have it — keys compare letter by letter",
    r"‹what is seen, and where›": "a setting that stands in the file is missing when it is read",
    r"‹when: [^›]*›": "since the file was written by hand, with a capital letter",
    r"‹the smallest honest program that fails›\n": PROGRAM,
    r"‹what the machine did[^›]*›": "The file says `Rows` and the program asks for `rows`. A dictionary takes the "
    "two for different keys, since it compares them letter by letter.",
    r"‹what to try first›": "fold the case of the keys when they are read",
    r"‹when it fits, what it costs\.›": "Fits where a person writes the file. Costs two keys that differ in case only.",
    r"‹what is left›": "a key that is misspelt otherwise.",
    r"-‹the line at fault›\n\+‹the line that mends it›": '-shelf = dict(line.split("=") for line in ["Rows=12"])\n'
    '+shelf = dict(line.lower().split("=") for line in ["Rows=12"])\n+print("rows:", shelf["rows"])',
    r"‹what it prints now›": "rows: 12",
    r"### What does not help\n‹[^›]*›\n\n": "",
    r"‹what keeps it from happening again›": "fold the case in the one place that reads settings",
    r"~‹tokens, as a number›": "~1,500",
    r"~‹tokens of title[^›]*›": "~250",
    r"- ‹versions and systems where it happens›\n": "- Python 3.8 to 3.14\n",
    r"‹the https address[^›]*›": "https://docs.python.org/3/library/exceptions.html#KeyError",
    r"- `‹the line of another tool[^›]*›`\n": "- `KeyError: 'Rows'`\n",
    r"(?s)## Asked As\n.*?\n\n": f"## Asked As\n{QUESTIONS}\n",
    r"(?s)## Look-Alikes\n.*": "## Look-Alikes\n"
    "- `KeyError: 0` on a list of rows: the rows are dictionaries, not lists\n"
    "- `ValueError: not enough values to unpack`: a line of the file has no `=`\n"
    "- the settings are read, and an old value comes: another file of the same name is found first\n",
}


def main() -> None:
    commands = re.findall(r"```\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL)[
        0
    ].splitlines()
    setup, draft, check, verify = commands
    with tempfile.TemporaryDirectory(prefix="newcomer-") as folder:
        home = Path(folder)
        clone = home / "kb"
        env = {"HOME": folder, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        total = 0.0

        def timed(what: str, command: str, expected: int = 0) -> str:
            nonlocal total
            start = time.perf_counter()
            shell = f"[ -e .venv/bin/activate ] && source .venv/bin/activate; {command}"
            done = subprocess.run(
                ["bash", "-c", shell], check=False, cwd=clone, env=env, capture_output=True, text=True
            )
            seconds = time.perf_counter() - start
            total += seconds
            print(f"{what:34} {seconds:6.1f} s", flush=True)
            if done.returncode != expected:
                sys.exit(f"{command}: status {done.returncode}\n{done.stdout}{done.stderr}")
            return done.stdout

        clone.mkdir()
        timed("clone", f"git clone -q --depth 1 file://{ROOT} .")
        timed("set up", setup)
        (clone / "app.py").write_text(PROGRAM, encoding="utf-8")
        path = re.findall(r"^entries/\S+\.md$", timed("a failing run, and its draft", draft), re.MULTILINE)[0]
        example = "entries/python/my-error.md"
        timed("first check: what is missing", f"{check.replace(example, path)} --no-replay", 1)
        entry = clone / path
        text = entry.read_text(encoding="utf-8")
        for gap, written in WRITTEN.items():
            text, found = re.subn(gap, lambda _, written=written: written, text)
            if not found:
                sys.exit(f"the draft has no {gap}:\n{text}")
        entry.write_text(text, encoding="utf-8")
        print(timed("check, until it is green", check.replace(example, path)), end="")
        timed("replay once more, and the evidence", verify.replace(example, path))
        changed = subprocess.run(
            ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
        )
        print(f"{'from clone to evidence':34} {total:6.1f} s; changed: {' '.join(changed.stdout.split())}")


if __name__ == "__main__":
    main()
