"""The command line. A look-up takes a short way that imports only what it needs; other commands are loaded by name."""

import gc
import os
import sys
from collections.abc import Callable

from kb.errors import KbError, Misuse

TYPE_CHECKING = False  # what is imported for its type alone is too dear for a look-up

if TYPE_CHECKING:
    from typing import BinaryIO, TextIO

USAGE = """\
kb "error message"          look an error up; also: command 2>&1 | kb
kb show ID [SECTION]        an entry, or one section of it
kb run -- COMMAND           run a command; when it fails, the answer follows on standard error
kb list                     all entries
kb lookup --jsonl           one JSON answer for each JSON line of standard input
kb export                   one JSON line per entry: id, title, text
kb build --out FILE         write the catalog of the entries
kb new AREA/SLUG            begin an entry
kb draft [FILE]             begin an entry from a failure or a loose card
kb check [PATH|ID ...]      findings of entries, then a replay
kb verify [PATH|ID ...]     replay entries and write the evidence
kb outcome ID N worked|failed  say what became of option N
kb misses                   what was looked up in vain: what to write next
kb credits                  who wrote the entries, and what these did for others
kb serve                    the web page and the HTTP API
kb token NAME               a token that may write outcomes over HTTP
kb mcp [--http]             the MCP server on standard input and output, or over HTTP
kb install CLIENT           set up claude, codex, cursor or vscode to ask kb
kb hook claude              answer the event of a failed command on standard input

options: --json  --limit N (1 to 50)  --help  --version;  `kb -- TEXT` looks up any text
exit status: 0 match, 1 nothing fits, 2 misuse, 3 candidates only, 4 catalog, ledger, sandbox or file cannot be used
"""

HEAD, TAIL = 65_536, 262_144
"""Of a log on standard input the first and last bytes are kept, whatever its length."""

LOADED = {
    "build": "kb.faces.build",
    "check": "kb.faces.check",
    "credits": "kb.faces.credits",
    "draft": "kb.faces.draft",
    "install": "kb.faces.install",
    "mcp": "kb.faces.mcp",
    "misses": "kb.faces.misses",
    "new": "kb.faces.new",
    "outcome": "kb.faces.outcome",
    "run": "kb.faces.run",
    "serve": "kb.faces.serve",
    "token": "kb.faces.tokens",
    "verify": "kb.faces.verify",
}


def main() -> int:
    """Run the command line of this process. Returns the exit status; no traceback for anything a user can cause."""
    sys.stdin, sys.stdout, sys.stderr = sys.stdin or open(os.devnull), _writer(sys.stdout), _writer(sys.stderr)
    try:
        try:
            status = run(sys.argv[1:])
        finally:
            sys.stdout.flush()
        if sys.argv[1:2] and sys.argv[1] in LOADED:
            return status
        # Nothing is open that needs closing, and taking the interpreter down costs a fifth of a look-up.
        sys.stderr.flush()
        os._exit(status)
    except KbError as error:
        return _failed(error.exit_status, str(error))
    except BrokenPipeError:
        return _failed(0)
    except OSError as error:
        at = error.filename or "a standard stream, a temporary file or the present folder"
        return _failed(KbError.exit_status, f"{at}: {error.strerror or error}")
    except KeyboardInterrupt:
        return 130


def _failed(status: int, why: str = "") -> int:
    """The exit status, once it is said why. What a stream does not take now, Python would try again at its end."""
    try:
        if why:
            print(f"kb: {why}", file=sys.stderr)
    except OSError:
        pass
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return status


def run(argv: list[str]) -> int:
    """The exit status of a command. Raises KbError."""
    try:
        return _run(argv)
    except (KbError, OSError):
        raise
    except Exception:
        from kb import service

        service.blame()
        raise


def _run(argv: list[str]) -> int:
    command = argv[0] if argv else ""
    if command in HERE:
        return HERE[command](argv[1:])
    if command in LOADED:
        from importlib import import_module

        return int(import_module(LOADED[command]).main(argv[1:]))
    return look_up(argv)


def look_up(argv: list[str]) -> int:
    gc.disable()  # the process ends before there is anything to collect; looking for it takes a twentieth of the time
    words, as_json, limit = _options(argv)
    if words and words != ["-"]:
        text = " ".join(words)
    elif sys.stdin.isatty():
        print(USAGE, end="", file=sys.stderr)
        return 2
    else:
        text = _input()
    from kb import service

    found = service.lookup(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), limit, record=True)
    entry = service.matching(found)
    if as_json:
        from kb.faces import as_dict

        _print_json(as_dict.answer(found, entry))
    else:
        from kb import render

        _print(render.answer(found, entry))
    return {"match": 0, "none": 1, "candidates": 3}[found.decision]


def show(argv: list[str]) -> int:
    words, as_json, _ = _options(argv)
    if not 1 <= len(words) <= 2:
        raise Misuse("kb show ID [SECTION]; `kb list` shows all ids")
    from kb import render, service

    sections: tuple[str, ...] = render.SECTIONS
    if len(words) == 2:
        if words[1] not in sections:
            raise Misuse(f"no section {words[1]!r}; one of {', '.join(sections)}")
        sections = (words[1],)
    entry = service.show(words[0])
    if as_json:
        from kb.faces import as_dict

        _print_json(as_dict.entry(entry))
    else:
        _print(render.full(entry, sections))
    return 0


def list_all(argv: list[str]) -> int:
    words, as_json, _ = _options(argv)
    if words:
        raise Misuse("kb list takes no argument")
    from kb import service

    ids, own = service.snapshot().ids(), service.snapshot().own
    if as_json:
        _print_json([{"id": i, "title": title} | ({"origin": own[i]} if i in own else {}) for i, title in ids])
    else:
        width = max((len(i) for i, _ in ids), default=0)
        for i, title in ids:
            print(f"{i:{width}}  {title}" + (f" (from {own[i]})" if i in own else ""))
    return 0


def lookup_lines(argv: list[str]) -> int:
    if argv != ["--jsonl"]:
        raise Misuse('kb lookup --jsonl reads {"query": …, "limit": …, "abstain": …} lines; to look one up: kb "text"')
    from kb.faces import jsonl

    for line in jsonl.answers(iter(sys.stdin.buffer.readline, b"")):
        print(line, flush=True)
    return 0


def export(argv: list[str]) -> int:
    if argv:
        raise Misuse("kb export takes no argument")
    from json import dumps

    from kb import service

    for row in service.export():
        print(dumps(row, ensure_ascii=False))
    return 0


def hook(argv: list[str]) -> int:
    if argv != ["claude"]:
        raise Misuse("kb hook claude reads the event of a failed command from standard input")
    from kb.faces import hook

    return hook.main()


def usage(argv: list[str]) -> int:
    print(USAGE, end="")
    return 0


def version(argv: list[str]) -> int:
    from kb import __version__

    print(f"kb {__version__}")
    return 0


HERE: dict[str, Callable[[list[str]], int]] = {
    "show": show,
    "list": list_all,
    "lookup": lookup_lines,
    "export": export,
    "hook": hook,
    "--help": usage,
    "-h": usage,
    "--version": version,
}


def _options(argv: list[str]) -> tuple[list[str], bool, int]:
    """(words, --json, --limit). A word with blanks is text, whatever it begins with."""
    words: list[str] = []
    as_json, limit = False, 5
    rest = iter(argv)
    for word in rest:
        if word == "--":
            words += rest
        elif word == "--json":
            as_json = True
        elif word == "--limit" or word.startswith("--limit="):
            value = word[8:] if "=" in word else next(rest, "")
            if not value.isascii() or not value.isdigit() or len(value) > 9:
                raise Misuse(f"--limit {value}: a number from 1 to 50")
            limit = int(value)
        elif word.startswith("-") and word != "-" and not any(c.isspace() for c in word):
            raise Misuse(f"no option {word}; `kb --help` shows all; to look that text up: kb -- {word}")
        else:
            words.append(word)
    return words, as_json, limit


def _writer(stream: "TextIO | None") -> "TextIO":
    """The stream, writing UTF-8; where the caller has closed it, one that leads nowhere."""
    if stream is None:
        return open(os.devnull, "w")
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace", encoding="utf-8")
    return stream


def _input() -> str:
    """Standard input: its beginning and its end."""
    return b"".join(read_ends(sys.stdin.buffer, HEAD, TAIL)).decode("utf-8", "replace")


def read_ends(stream: "BinaryIO", head: int, tail: int) -> tuple[bytes, bytes]:
    """Of a stream of any length the first and the last bytes, each once."""
    first = stream.read(head)
    last = b""
    while chunk := stream.read(head):
        last = (last + chunk)[-tail:]
    return first, last


def _print(markdown: str) -> None:
    from kb.faces import terminal

    for line in terminal.lines(markdown) if terminal.colours() else markdown.split("\n"):
        print(line)


def _print_json(value: object) -> None:
    from json import dumps

    print(dumps(value, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
