"""`kb draft`: from a failure, or from a loose card, to a draft that `kb check` leads to green."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from conftest import ROOT, Run
from hypothesis import example, given
from hypothesis import strategies as st

from kb.draft import card, log
from kb.draft.indent import repaired
from kb.draft.page import write
from kb.entry.markdown import SECTIONS, draft
from kb.entry.model import Entry

TEMPLATE = (ROOT / "entries" / "_template.md").read_text()
SECRET = "sk-proj-" + "Zq81" * 6
LOG = f"""2026-11-24T08:00:01Z INFO loading stock from /home/ann/shop/stock.csv with api_key={SECRET}
Traceback (most recent call last):
  File "/home/ann/shop/stock.py", line 7, in <module>
    shelf = totals(rows)
  File "/home/ann/shop/.venv/lib/python3.11/site-packages/tallybook/sum.py", line 31, in totals
    raise TallyError(f"row {{n}}: no column 'amount'")
tallybook.errors.TallyError: row 5: no column 'amount' in /home/ann/shop/stock.csv
"""
CARD = """The greenhouse log stops at midnight, because the file is opened once
Symptom
- Readings after 00:00 are missing
* The process keeps running
  and uses no CPU
Root Cause
The handler opens one file when it starts. A rename at midnight takes the file away under it.
sensor: writes → old file
reader: opens → new file
Fix
Option 1: open the log anew for each reading
Fits a reading every few seconds.
for reading in readings():
with open("today.log", "a") as log:
print(reading, file=log)
Option 2: watch the name
import os
def same(log):
stat = os.stat("today.log")
print(stat)
return os.fstat(log.fileno()).st_ino == stat.st_ino
Option 3: rotate by copying
def rotate():
copy("today.log")
truncate("today.log")
Prevention Checklist
- Test the logger across a
date change
1) Alert on silence
Expected Token Savings
Finding the silent logger: ~8,000 tokens This fix: ~350 tokens
Environment
- Any service that rotates logs
- Source: direct experience
Subscribe to our gardening letter!
sign up below
"""


def from_log(text: str, command: str = "", status: int = 0) -> str:
    return write(log.read(text, command, status), [], TEMPLATE)


def from_card(text: str) -> str:
    return write(card.read(text), [], TEMPLATE)


def read(text: str) -> tuple[Entry, set[str]]:
    """The draft as it is read, and the codes of what is wrong with its form."""
    entry, findings = draft(text, "python/draft", "draft.md")
    return entry, {f.code for f in findings}


def bare(entry: Entry) -> list[str]:
    return [line for t in entry.symptom.transcripts for c in t.commands for line in c.expected]


# From a failure


def test_a_failure_becomes_a_draft_whose_form_has_only_gaps() -> None:
    entry, codes = read(from_log(LOG, "python stock.py", 1))

    assert codes == {"KB218"}
    assert entry.title.startswith("`tallybook.errors.TallyError: row 5: no column 'amount' in {…}` — ")
    assert entry.messages[0].text == "tallybook.errors.TallyError: row 5: no column 'amount' in {…}"
    assert entry.needs == ("python", "pypi:tallybook==‹version of tallybook›")
    command = entry.symptom.transcripts[0].commands[0]
    assert (command.text, command.status) == ("python stock.py", 1)
    assert command.expected[-1] == "tallybook.errors.TallyError: row 5: no column 'amount' in {…}"
    assert "..." in command.expected
    assert entry.symptom.files[0].name == "stock.py"
    assert log.read(LOG).versions == ["Python 3.11"]


def test_what_is_nobodys_business_is_left_out() -> None:
    text = from_log(
        LOG + "\x1b]0;ann@example.org\x07 retry as ann@example.org via https://ann:hunter22@proxy.example/x\n"
    )

    assert [word for word in (SECRET, "/home/ann", "ann@", "hunter22") if word in text] == []


def test_the_versions_of_packages_are_read_where_they_lie(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    (site / "Tally_Book-2.4.1.dist-info").mkdir(parents=True)
    (site / "Tally_Book-2.4.1.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: Tally-Book\nVersion: 2.4.1\n"
    )
    (site / "Tally_Book-2.4.1.dist-info" / "top_level.txt").write_text("tallybook\n")
    modules = tmp_path / "node_modules" / "@garden" / "hose"
    modules.mkdir(parents=True)
    (modules / "package.json").write_text('{"version": "3.0.2"}')
    python = log.read(LOG.replace("/home/ann/shop/.venv/lib/python3.11/site-packages", str(site)))
    node = log.read(f"Error: kinked\n    at spray ({modules}/index.js:4:9)\n    at node:internal/main/run_main:28:1\n")

    assert python.needs == ["python", "pypi:Tally-Book==2.4.1"]
    assert node.needs == ["npm:@garden/hose@3.0.2"]


def test_a_prompt_in_the_paste_is_the_command() -> None:
    entry, _ = read(from_log("$ cat x\n1\n$ /usr/bin/make -j4 all\nmake: *** No rule to make target 'all'.  Stop.\n"))

    assert [c.text for c in entry.symptom.transcripts[0].commands] == ["make -j4 all"]
    assert bare(entry) == ["make: *** No rule to make target 'all'.  Stop."]


def test_of_a_tools_complaints_the_first_names_the_failure_of_exceptions_the_last() -> None:
    complaints = (
        "hose.c:1:1: error: expected a nozzle before water\nhose.c:9:1: error: expected an end before the hose\n"
    )

    assert log.read(complaints).messages[0].endswith("expected a nozzle before water")
    assert log.read("KeyError: 'port'\n\nDuring it:\n\n" + LOG).messages[0].startswith("tallybook.errors")


def test_a_command_of_several_lines() -> None:
    entry, codes = read(from_log("oops: cannot go on like this\n", "bash -c 'one\ntwo'", 3))

    assert codes == {"KB218"}
    assert entry.symptom.transcripts[0].commands[0].text == "bash -c 'one\ntwo'"


FENCES = """error: cannot read the answer
```
# Title
## Fix
````python file=x.py
$ rm
> y
[exit 0]
---
‹x› {name} <...>
"""
MARKED = """---
tags: [hose]
---
# A hose that is kinked — nobody looked
## Symptom
- no water

```console
$ spray
error: no water at the nozzle
[exit 1]
```
## Root cause:
A kink.
## Fix
### Option 1: unkink it
Walk along.
```text
Source
Option 2: no heading in a fence
```
### What does not help
Shouting.
## Error Messages
- error: no water at the nozzle
"""


@given(st.text() | st.binary().map(lambda b: b.decode("utf-8", "replace")), st.text(max_size=30))
@example(FENCES, "a ‹gap›")
@example("\u202eerror: cannot\x1b[31m be seen\x00 here\u200b at all", "x")
@example("E" * 5000 + ": error not found " + "`" * 50, "`" * 9)
@example('{"msg": "error: cannot open the door", "level": 3}\n' * 700, "")
@example(f"error: key refused\n-----BEGIN PRIVATE KEY-----\n{'A' * 60}\n-----END PRIVATE KEY-----\n", "x")
def test_whatever_failed_the_form_has_only_gaps(text: str, command: str) -> None:
    got = from_log(text, command, 1)
    entry, codes = read(got)

    assert codes <= {"KB218"}
    assert len(got) < 100_000
    assert [name for name in SECTIONS if f"\n## {name}\n" not in got] == []
    assert len(entry.symptom.transcripts) == 1


# From a loose card


def test_every_part_of_a_card_finds_its_place() -> None:
    entry, codes = read(from_card(CARD))

    assert codes == {"KB218"}
    assert entry.title == "The greenhouse log stops at midnight, because the file is opened once"
    assert [s.text.partition(" ‹")[0] for s in entry.symptoms] == [
        "Readings after 00:00 are missing",
        "The process keeps running and uses no CPU",
    ]
    assert "sensor: writes → old file\nreader: opens → new file\n```" in entry.cause
    assert [o.title for o in entry.options] == [
        "open the log anew for each reading",
        "watch the name",
        "rotate by copying",
    ]
    assert (entry.savings.debugging, entry.savings.fix) == (8000, 350)
    assert [s.text for s in entry.sources] == ["direct experience"]
    assert entry.environment[0].text == "Any service that rotates logs"
    assert [c.text.partition(" ‹")[0] for c in entry.checklist] == [
        "Test the logger across a date change",
        "Alert on silence",
    ]


def test_every_guess_of_a_card_is_marked() -> None:
    _, findings = draft(from_card(CARD), "python/x", "x.md")
    said = [f.message for f in findings if "a guess" in f.message]

    assert sum("went on from the one above" in m for m in said) == 2
    assert sum("one below the other" in m for m in said) == 1
    assert sum("left over" in m and ("letter" in m or "sign up" in m) for m in said) == 2
    assert sum("the only one that Python takes" in m for m in said) == 2
    assert sum("indent this code" in m for m in said) == 1


def test_indentation_is_repaired_where_python_takes_only_one() -> None:
    first, second, third = read(from_card(CARD))[0].options

    assert '    with open("today.log", "a") as log:\n        print(reading, file=log)\n' in first.source
    # All that stands above `return` is inside the function.
    assert '    stat = os.stat("today.log")\n    print(stat)\n    return ' in second.source
    assert '\ncopy("today.log")\n' in third.source


def test_a_card_with_marks_keeps_them() -> None:
    entry, codes = read(from_card(MARKED))

    assert codes == {"KB218"}
    assert entry.tags == ("hose",)
    assert [c.text for t in entry.symptom.transcripts for c in t.commands] == ["spray"]
    assert len(entry.options) == 1
    assert "Option 2: no heading in a fence" in entry.options[0].source
    assert entry.not_helping and entry.not_helping.source == "Shouting."
    assert [m.text for m in entry.messages] == ["error: no water at the nozzle"]


_SAID_OTHERWISE = ("option solution approach method what does not help", "finding the silent logger tokens this fix")
LINES = st.sampled_from(
    [*CARD.split("\n"), *SECTIONS, "## Fix", "```", "````", "- ", "$ ls", "Option 9: x", "# odd", "```py", ""]
)


@given(st.lists(LINES | st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), max_size=40), max_size=40))
def test_no_word_of_a_card_is_lost(lines: list[str]) -> None:
    text = "\n".join(["A title that stays", "Symptom", "- seen", "Fix", *lines])
    got = from_card(text)
    kept = set(re.findall(r"\w+", got.casefold()))
    labels = set(re.findall(r"\w+", " ".join([*card._NAMES, *_SAID_OTHERWISE])))
    wanted = {w for w in re.findall(r"\w+", card.plain(text).casefold()) if not w.isdigit()} - labels

    assert {w for w in wanted if w not in kept and len(w) > 1} == set()


def test_a_huge_card_is_cut_and_says_so() -> None:
    text = CARD.replace("Root Cause\n", "Root Cause\n" + "It goes on and on. \n" * 30_000)

    assert "cut after" in from_card(text)


# Indentation


@pytest.mark.parametrize(
    ("flat", "indented"),
    [
        ("for a in b:\nif a:\nprint(a)", "for a in b:\n    if a:\n        print(a)"),
        ("try:\na = 1\nexcept KeyError:\na = 2", "try:\n    a = 1\nexcept KeyError:\n    a = 2"),
        ("def f():\ng()\nreturn 1", "def f():\n    g()\n    return 1"),
        ("if a:\n# why\nb = [\n1,\n]", "if a:\n    # why\n    b = [\n        1,\n    ]"),
        ("match a:\ncase 1:\nb()\ncase _:\nc()", "match a:\n    case 1:\n        b()\n    case _:\n        c()"),
        ("a = 1\nb = 2", "a = 1\nb = 2"),
    ],
)
def test_one_way(flat: str, indented: str) -> None:
    assert repaired(flat) == indented


@pytest.mark.parametrize(
    "flat",
    [
        "def f():\na()\nb()",  # is b() part of f?
        "if a:\nif b:\nc()\nelse:\nd()",  # whose else?
        'def f():\n"""One\ntwo"""\nreturn 1',  # how far was `two` indented?
        "if a",
        "if a:\n  b()\nc()",  # some of it is there: another hand's work
        "(" * 3000,
        "\n".join(["if a:"] * 70 + ["b()"] * 9),
        "\n".join(["if a:", "b()"] * 39 + ["case 1:", "c()"]),
    ],
)
def test_several_ways_or_none(flat: str) -> None:
    assert repaired(flat) is None


STATEMENTS = st.recursive(
    st.sampled_from(["pass", "a = 1", "return a", "b(a)"]),
    lambda inner: st.builds(
        lambda head, body: head + "\n" + "\n".join("    " + line for line in "\n".join(body).split("\n")),
        st.sampled_from(["if a:", "for a in b:", "def f(a):", "with a:", "while a:"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@given(STATEMENTS)
def test_a_repair_is_never_another_program(code: str) -> None:
    try:
        compile(code, "x", "exec")
    except SyntaxError:
        return
    got = repaired("\n".join(line.strip() for line in code.split("\n")))

    assert got is None or ast.dump(ast.parse(got)) == ast.dump(ast.parse(code))


# The command


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The package beside a few entries."""
    shutil.copytree(ROOT / "kb", tmp_path / "kb", ignore=shutil.ignore_patterns("__pycache__", "_data"))
    entries = tmp_path / "entries"
    shutil.copytree(
        ROOT / "entries", entries, ignore=lambda at, names: names if Path(at).name in ("git", "node") else ()
    )
    return tmp_path


def kb(checkout: Path, *args: str, text: str = "", env: Mapping[str, str] = {}) -> "subprocess.CompletedProcess[str]":
    code = "import sys; from kb.faces.cli import main; sys.exit(main())"
    env = {**os.environ, "XDG_CACHE_HOME": str(checkout / "cache"), "KB_CATALOG": "", **env}
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=checkout,
        env=env,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_draft_lies_where_it_belongs_and_check_names_its_gaps(checkout: Path) -> None:
    first, second = (kb(checkout, "draft", text=LOG) for _ in range(2))
    path = first.stdout.split("\n")[0]
    check = kb(checkout, "check", "--no-replay", path)

    assert (first.returncode, first.stderr) == (0, "")
    assert re.fullmatch(r"entries/python/tally-error-row-no-column\.md", path)
    assert second.stdout.split("\n")[0] == path.replace(".md", "-2.md")
    assert (check.returncode, "KB218 a gap: write" in check.stdout) == (1, True)


def test_the_last_command_that_failed(checkout: Path) -> None:
    env = {"XDG_STATE_HOME": str(checkout / "state")}
    none = kb(checkout, "draft", "--last", "--out", "-", env=env)
    code = "import sys; print('token=abcdefgh12345678'); sys.exit('HoseError: the hose is kinked')"
    ran = kb(checkout, "run", "--", sys.executable, "-c", code, env=env)
    entry, codes = read(kb(checkout, "draft", "--last", "--out", "-", env=env).stdout)
    command = entry.symptom.transcripts[0].commands[0]

    assert (none.returncode, "no command has failed" in none.stderr) == (2, True)
    assert ran.returncode == 1
    assert codes == {"KB218"}
    assert command.text.startswith("python")
    assert (command.expected[-1], command.status) == ("HoseError: the hose is kinked", 1)
    assert "abcdefgh12345678" not in entry.text


def test_nothing_is_overwritten(checkout: Path) -> None:
    taken = next((checkout / "entries" / "python").glob("*.md"))
    before = taken.read_bytes()
    for where in (("--out", str(taken)), ("--id", f"python/{taken.stem}")):
        done = kb(checkout, "draft", *where, text=LOG)

        assert (done.returncode, "nothing is overwritten" in done.stderr) == (2, True)
    assert taken.read_bytes() == before


def test_into_the_present_project(checkout: Path) -> None:
    done = kb(checkout, "draft", "--here", "--id", "shop/no-amount", text=LOG)

    assert (done.returncode, (checkout / ".kb" / "shop" / "no-amount.md").exists()) == (0, True)


def test_look_alikes_are_what_look_up_found(kb: Run) -> None:
    shown = kb(
        "draft", "--out", "-", input=b"json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n"
    )
    entry, codes = read(shown.stdout.decode())

    assert codes == {"KB218"}
    assert "(see `python/json-empty-body`) ‹? look-up found it near" in entry.text


@pytest.mark.parametrize(
    ("args", "text", "says"),
    [
        ((), b"", b"nothing to draft from"),
        ((), b"\x00\xff\x1b[0m\n" * 99, b"nothing to draft from"),
        (("--out", "-"), Random(1).randbytes(100_000), b"nothing in it reads"),
        (("no-such-file",), b"", b"No such file"),
        (("/",), b"", b"directory"),
        (("--id", "../x", "-"), b"error: cannot be\n", b"AREA/SLUG"),
        (("--id", "pyhton/x"), b"error: cannot be\n", b"did you mean python? For a new one make"),
        (("--out", "/proc/none/x.md"), b"error: cannot be\n", b"/proc/none/x.md"),
    ],
)
def test_misuse(kb: Run, args: tuple[str, ...], text: bytes, says: bytes) -> None:
    got = kb("draft", *args, input=text)

    assert (got.returncode, says in got.stderr, b"Traceback" in got.stderr) == (2, True, False)


def test_a_log_of_any_size_and_code(kb: Run) -> None:
    huge = kb("draft", "--out", "-", input=b"\x1b[32mok\x1b[0m step done in 3 ms\n" * 400_000 + LOG.encode())
    wide = kb("draft", "--out", "-", input="error: cannot find the hose\r\n".encode("utf-16"))

    assert "TallyError: row 5" in huge.stdout.decode()
    assert "error: cannot find the hose" in wide.stdout.decode()
