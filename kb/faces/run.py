"""`kb run -- COMMAND`: the command behaves as without it; when it fails, the answer follows on standard error."""

import os
import sys
from contextlib import suppress

from kb.errors import Misuse
from kb.faces import relay

HELP = """\
usage: kb run [--] COMMAND [ARGUMENT ...]

Run a command as the shell would: terminal, colours, prompts, signals and exit status are its own. When it fails, what
kb knows of the error follows on standard error. `kb draft --last` begins an entry from it.
"""
INTERRUPTED = 130


def main(argv: list[str]) -> int:
    """Exit status: the command's; 127 where there is no such command, 126 where it cannot be run. Raises Misuse."""
    if argv and argv[0] in ("--help", "-h"):
        print(HELP, end="")
        return 0
    command = argv[1:] if argv[:1] == ["--"] else argv
    if not command or (command is argv and argv[0].startswith("-")):
        raise Misuse("kb run -- COMMAND [ARGUMENT ...]")
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        ran = relay.run(command)
    except OSError as error:
        raise Misuse(f"{command[0]}: no process could be made for it ({error.strerror})") from None
    output = ran.output.decode("utf-8", "replace")
    if ran.error:
        why = "command not found" if ran.status == 127 and "/" not in command[0] else os.strerror(ran.error)
        output = f"kb: {command[0]}: {why}"
        print(output, file=sys.stderr)
    if ran.status not in (0, INTERRUPTED) and not ran.cut_off and output.strip():
        try:
            answer(command, ran.status, output)
        except Exception as error:  # whatever it is, the status is the command's
            with suppress(OSError):  # the terminal may be gone
                print(f"kb: {error}", file=sys.stderr)
    return ran.status


def answer(command: list[str], status: int, output: str) -> None:
    """Say what is known of a failure: a match in full, candidates on one line, else nothing. Keep it for a draft."""
    from kb import render, service
    from kb.faces import last_run, terminal

    last_run.save(command, status, output)
    found, entry = service.answer(output, record=True)
    if found.decision == "match":
        text = render.answer(found, entry)
        print("\n".join(["", *(terminal.lines(text) if terminal.colours(sys.stderr) else [text])]), file=sys.stderr)
    elif line := render.one_line(found.candidates):
        print(f"\n{line}", file=sys.stderr)
