"""Code among prose that lost its fences: which lines it is, in what language, and how it is shown."""

import json
import re
from collections.abc import Sequence

from kb.draft.indent import is_python, repaired
from kb.draft.lines import doubt, fenced

_LINE = re.compile(
    r"^(?:import [\w.]+(?: as \w+)?(?:, ?[\w.]+)*$|from [\w.]+ import\b|(?:async )?def \w|class \w+[(:{]"
    r"|(?:async )?with \S.*:|(?:async )?for (?>.+? in ).+:|while \S.*:|(?:el)?if \S.*:(?: \S+)?$|else:|try:|finally:"
    r"|except\b.*:|return\b(?! \w+ \w+ \w+)|raise \w+|yield\b|await \S|print\(|@\w[\w.]*(?:\(.*)?$"
    r"|pass$|break$|continue$"
    r"|(?:const|let|var) \w+ ?=|(?:async )?function\b.*[({]|export (?:const|default|function|class|\w+=)"
    r"|\$ \S|(?:sudo|npm|npx|yarn|pnpm|pip3?|uv|docker|kubectl|curl|cargo) [\w-]+(?: \S+){0,12}[^.\s]$"
    r"|(?:cd|rm|cp|mv|chmod|chown|mkdir|export) [\w./$~-]\S*(?: [\w./$~=-]+)?$|python3? [\w./-]+(?:\.py| -m \w+)"
    r"|go (?:run|build|get|test|mod)\b|git (?:add|am|branch|checkout|cherry-pick|clean|clone|commit|config|diff"
    r"|fetch|init|lfs|log|merge|pull|push|rebase|remote|reset|restore|rm|stash|status|submodule|switch|worktree)\b[^.]*$"
    r"|(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|BEGIN|COMMIT)\b.*;?$"
    r"|[\w.\[\]'\"]+(?:: [\w\[\], |]+)? ?(?:[-+*/|&]?=|:=) ?\S|[\w.]+\(.*\)[;:{]? ?(?:#|$)|\"\"\"|'''"
    r"|//\s|[)\]}]+(?:[,;][,;)]*)?(?:\s*#|$)|[{\[]$)"
    r"|[;{]$"
)
_COMMENT = re.compile(r"^#(?!#)\s?\S")
_SIGNS = {
    "console": re.compile(r"^\$ \S", re.M),
    "javascript": re.compile(
        r"^(?:const|let|var) \w+ ?=|^(?:async )?function\b|=> ?[{(]|\brequire\(|^export (?:const|default)", re.M
    ),
    "python": re.compile(
        r"^(?:async )?def \w+\(|^(?:import|from) [\w.]+|^[^\S\n]*(?:with|for|if|while|class|try|except)\b.*:|^print\(",
        re.M,
    ),
    "sql": re.compile(r"^(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER)\b", re.M),
    "bash": re.compile(
        r"^(?:sudo|npm|npx|yarn|pnpm|pip3?|uv|docker|kubectl|curl|git|cd|rm|export|chmod|cargo|go|python3?) ", re.M
    ),
}


def looks_like_code(line: str) -> bool:
    return _LINE.search(line.strip()[:400]) is not None


def is_comment(line: str) -> bool:
    """Whether it may be a comment of code, by the code around it."""
    return _COMMENT.match(line.strip()) is not None


def depth(line: str) -> int:
    """By how many brackets more it opens than it closes."""
    bare = re.sub(r"'[^']*'|\"[^\"]*\"|#.*", "", line)
    return sum(map(bare.count, "([{")) - sum(map(bare.count, ")]}"))


def language(code: str) -> str:
    """A word for a fence; `text` where nothing tells."""
    if code[:1] in "{[" and _json(code):
        return "json"
    found = next((word for word, sign in _SIGNS.items() if sign.search(code)), "")
    return found or ("python" if is_python(code) else "text")


def shown(lines: Sequence[str]) -> str:
    """The code in a fence, below a mark that says what was guessed; its indentation repaired where that is certain."""
    code = "\n".join(lines).strip("\n")
    word = language(code)
    mark = f"this is code ({word})"
    if word == "python" and not is_python(code):
        mended = repaired(code)
        code = mended or code
        mark = (
            "the indentation was lost; this is the only one that Python takes"
            if mended
            else "the indentation was lost, and Python takes several or none; indent this code"
        )
    return f"{doubt(mark)}\n{fenced(word, code.split(chr(10)))}"


def _json(code: str) -> bool:
    try:
        json.loads(code)
    except (ValueError, RecursionError):
        return False
    return True
