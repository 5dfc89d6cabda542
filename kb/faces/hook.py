"""`kb hook claude`: what Claude Code runs after a failed command. Adds the answer where there is a match, else nothing.

On the way of every failed command, so it imports what a look-up does, and the JSON reader.
"""

import gc
import os
import re
import sys
from contextlib import suppress
from json import dumps, loads
from time import time

from kb import place, render, service
from kb.match.answer import Answer
from kb.text.normal import fingerprint

LARGEST = 8_000_000
"""Bytes of an event; of a larger one nothing is looked up."""
EVENT = "PostToolUseFailure"
FRAME = "kb has an entry for this error:"
_STATUS = re.compile(r"^\s*(?:Error: )?Exit code \d+\s*\n")
"""What the client puts in front of the output."""
_TIMEOUT = re.compile(r"\s*(?:Error: )?(?:Exit code \d+\s+)?Command timed out after \d")
_OURS = re.compile(r"(?:^|[;&|(\n])[^\S\n]*(?:\w+=[^\s;&|()]*[^\S\n]+)*(?:[^\s;&|()]*/)?kb(?=\s|$)")
FULL = 32_000
"""Bytes that are remembered of one session, about 700 errors. From then on nothing is answered in it."""
KEPT = 7 * 24 * 3600
"""Seconds after its last answer that a session is forgotten."""


def main() -> int:
    """Reads an event from standard input. Exit status 0 whatever it was."""
    gc.disable()  # the process ends before there is anything to collect
    with suppress(Exception):  # whatever it is, it must not stand in the way of the agent's work
        os.write(1, answer(_input()).encode())
    return 0


def answer(event: bytes) -> str:
    """The output that adds a match to what the agent reads; empty where there is none, or nothing to look up."""
    asked = loads(event)
    error, command = asked["error"], asked["tool_input"]["command"]
    if asked["hook_event_name"] != EVENT or asked["tool_name"] != "Bash" or asked.get("is_interrupt"):
        return ""
    if _TIMEOUT.match(error) or _OURS.search(command):
        return ""
    found, entry = service.answer(_STATUS.sub("", error, count=1))
    if found.decision != "match" or _answered(asked.get("session_id"), found):
        return ""
    text = f"{FRAME}\n\n{render.answer(found, entry)}"
    return dumps({"hookSpecificOutput": {"hookEventName": EVENT, "additionalContext": text}}) + "\n"


def _input() -> bytes:
    """The event. All of standard input is taken, so that whoever writes it is not cut off."""
    event = sys.stdin.buffer.read(LARGEST)
    while sys.stdin.buffer.read(LARGEST):
        event = b""
    return event


def _answered(session: object, found: Answer) -> bool:
    """Whether this session had this answer to this line before; from now on it has."""
    if not isinstance(session, str) or not session:
        return False
    import fcntl
    from zlib import crc32

    folder = os.path.join(place.state_folder(), "sessions")
    best = found.candidates[0]
    error = f"{best.id} {fingerprint(best.why.query)}\n".encode()
    path = os.path.join(folder, f"{crc32(session.encode('utf-8', 'replace')):08x}")
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        if not os.path.exists(path):
            _forget(folder)
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # two commands of one session may fail at once
        known = os.read(file, FULL)
        if error in known.splitlines(keepends=True) or len(known) + len(error) > FULL:
            return True
        os.write(file, error)
        return False
    finally:
        os.close(file)


def _forget(folder: str) -> None:
    """Sessions of long ago; called once in each session."""
    with os.scandir(folder) as sessions:
        for session in sessions:
            if session.stat().st_mtime < time() - KEPT:
                os.unlink(session.path)
