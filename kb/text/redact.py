"""Secrets out of a text before it is stored or shown."""

import re
from functools import cache

from kb.text.reduce import HEAD, TAIL

_KEY = r"(?:api[_-]?key|access[_-]?key|secret(?:[_-]?key)?|token|passw(?:or)?d|passwd|pwd|authorization|credentials?)"
MASK = "[redacted]"
LONGEST = 24_000
"""Characters of the longest secret: how far around a cut secrets are looked for."""
_NAMED = _KEY + r"[\"']?\s{0,3}[=:]\s{0,3}[\"']?"
_SCHEME = r"(?:(?:bearer|basic|token|negotiate|digest) )?"
_SUSPECT = re.compile(r"(?i)[\w-]{16}|[@=]|-----|pass|secret|token|key|bearer|basic|pwd|authorization|credential")


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Compiled at the first text that may hold a secret: most queries never need them."""
    return (
        re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?"),
        re.compile(r"\beyJ[\w-]{10,}(?:\.[\w-]*){0,2}"),  # a cut one, too
        re.compile(r"\b(?:sk|pk|rk)[-_](?:ant-|live[-_]|test[-_]|proj-)?[\w-]{16,}"),
        re.compile(r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|npm_\w{30,})"),
        re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bhf_\w{20,}|\bpypi-[\w-]{30,}"),
        re.compile(r"(?<=://)[^\s/@:]{1,100}:[^\s/@]{1,200}(?=@)"),
        re.compile(r"(?i)(?<=\bbearer )[\w.~+/=-]{8,}|(?<=\bbasic )[\w+/=]{12,}"),
        re.compile(r"(?i)" + _NAMED + _SCHEME + r"(?!None\b|null\b|\$)[^\s\"',;&]{6,}"),
        re.compile(r"(?i)(?<=--password )[^\s-]\S{3,}|(?<=--token )[^\s-]\S{3,}|(?<=--api-key )[^\s-]\S{3,}"),
        re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b"),
    )


def redact(text: str) -> str:
    """The text with keys, tokens, passwords, private keys and e-mail addresses replaced by `[redacted]`."""

    if not _SUSPECT.search(text):
        return text
    name_of = re.compile(r"(?i)^(" + _NAMED + ")")

    def mask(found: re.Match[str]) -> str:
        name = name_of.match(found[0])
        return (name[1] if name else "") + MASK

    for secret in _patterns():
        text = secret.sub(mask, text)
    return text


def redacted(text: str) -> str:
    """What is read of a text (its head and its tail), without secrets, also those that the cut goes through."""
    if len(text) <= HEAD + TAIL:
        return redact(text)
    return redact(text[: HEAD + LONGEST])[:HEAD] + "\n" + redact(text[-TAIL - LONGEST :])[-TAIL:]
