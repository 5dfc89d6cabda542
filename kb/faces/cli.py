"""The command line. Look-ups take a short way that imports nothing they do not need; the rest is loaded by name."""

import sys

COMMANDS = {"check": "kb.faces.check", "new": "kb.faces.new", "verify": "kb.faces.verify"}


def main() -> int:
    argv = sys.argv[1:]
    if argv and argv[0] in COMMANDS:
        from importlib import import_module

        return int(import_module(COMMANDS[argv[0]]).main(argv[1:]))
    raise NotImplementedError
