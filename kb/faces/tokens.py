"""Tokens for writing: `kb token NAME` makes one, a server knows its SHA-256 alone."""

import argparse
import hashlib
import hmac
import re
import secrets
import sys
from pathlib import Path

from kb.errors import Misuse

Tokens = dict[str, str]
"""The SHA-256 of each token, by its name."""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="kb token",
        description="Make a token for writing outcomes: the token itself, for whoever is to use it, on standard error; "
        "on standard output the line for the server's --tokens FILE: kb token NAME >> FILE",
    )
    parser.add_argument("name", help="who it is for; outcomes are kept under it")
    name = parser.parse_args(argv).name
    if not re.fullmatch(r"[\w.@-]{1,64}", name):
        raise Misuse(f"{name!r}: a name has letters, digits and . @ _ -, 64 at most")
    token = "kb_" + secrets.token_urlsafe(32)
    print(f"{name} {hash_of(token)}", flush=True)
    print(f"{token}", file=sys.stderr)
    return 0


def hash_of(token: str) -> str:
    """A token has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def read(path: str) -> Tokens:
    """The tokens of a file: a name and a SHA-256 a line. Raises Misuse."""
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise Misuse(f"{path}: {error}; `kb token NAME >> {path}` makes a token") from None
    found: Tokens = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            name, _, hashed = line.strip().partition(" ")
            if not re.fullmatch("[0-9a-f]{64}", hashed) or name in found:
                raise Misuse(f"{path}:{number}: wanted a name, once, and a SHA-256, as `kb token NAME` writes them")
            found[name] = hashed
    if not found:
        raise Misuse(f"{path}: no token in it; `kb token NAME >> {path}` makes one")
    return found


def name_of(token: str, tokens: Tokens) -> str | None:
    """Whose token it is; every one is compared, each in constant time."""
    given = hash_of(token)
    names = [name for name, hashed in tokens.items() if hmac.compare_digest(hashed, given)]
    return names[0] if names else None
