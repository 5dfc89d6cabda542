"""Front matter: `key: value` and `key: [a, b]` between two lines `---`; means the same in GitHub's YAML."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from kb.entry.model import is_id

Add = Callable[[int, str, str], None]
"""Records a finding: 1-based line, code, message."""

LISTS = ("tags", "needs", "platforms", "aliases", "authors")
TEXTS = ("stub", "unverifiable", "retired")
MANY = 50
"""Lines of a front matter, and items of a list, at most."""

_PAIR = re.compile(r"([A-Za-z_-]+):(?:[ \t]+(.*))?")
_ITEM = re.compile(r"""(["'])([^"']+)\1|([^"'\[\]{}]+)""")
_YAML_MEANS_MORE = re.compile(r"""[\[\]{}*&!|>%@`"'#,?-]|.*(: |:$| #)""")


def read(lines: Sequence[str], add: Add) -> tuple[dict[str, tuple[str, ...]], dict[str, str], int]:
    """The lists, the texts, and the number of lines that the front matter takes (0: there is none)."""
    if not lines or lines[0].rstrip() != "---":
        return {}, {}, 0
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        # Without its end, take what looks like it, so that the rest of the file is still read.
        add(1, "KB101", "the front matter is never closed; end it with a line `---`")
        end = next((i for i, line in enumerate(lines[1:], 1) if not _PAIR.fullmatch(line)), len(lines)) - 1
    if end > MANY:
        add(1, "KB101", f"the front matter has {end} lines; keep {MANY} at most")
        return {}, {}, end + 1
    lists: dict[str, tuple[str, ...]] = {}
    texts: dict[str, str] = {}
    for number, line in enumerate(lines[1:end], 2):
        pair = _PAIR.fullmatch(line.rstrip())
        if not pair:
            if line.strip():
                add(number, "KB101", f"`{line[:40]}` is not of the form `key: value` or `key: [a, b]`")
            continue
        key, value = pair[1], (pair[2] or "").strip()
        if key in lists or key in texts:
            add(number, "KB103", f"`{key}` is given twice; keep one")
        elif key in LISTS:
            lists[key] = _items(key, value, number, add)
        elif key in TEXTS:
            texts[key] = _text(key, value, number, add)
        else:
            near = get_close_matches(key.lower(), LISTS + TEXTS, 1)
            names = f"`{near[0]}`" if near else ", ".join(LISTS + TEXTS)
            add(number, "KB102", f"`{key}` is no key of the front matter; write {names}")
    return lists, texts, end + 1


def _items(key: str, value: str, number: int, add: Add) -> tuple[str, ...]:
    bracketed = len(value) > 1 and value[0] == "[" and value[-1] == "]"
    parts = [part.strip() for part in value[1:-1].split(",")] if bracketed else []
    items = [m[2] or m[3] for m in map(_ITEM.fullmatch, parts) if m]
    if not items or len(items) < len(parts):
        add(number, "KB104", f"`{key}` is a list; write `{key}: [a, b]`, or leave it out")
        return ()
    if len(items) > MANY:
        add(number, "KB104", f"`{key}` has {len(items)} items; keep {MANY} at most")
        return ()
    for twice in sorted(i for i, times in Counter(items).items() if times > 1):
        add(number, "KB104", f"`{twice}` stands twice in `{key}`; keep one")
    for item in items if key == "aliases" else ():
        if not is_id(item):
            add(number, "KB104", f"`{item}` is no id; write AREA/SLUG in lower case letters, digits and hyphens")
    return tuple(items)


def _text(key: str, value: str, number: int, add: Add) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" and value[0] not in value[1:-1]:
        value = value[1:-1].strip()
    elif _YAML_MEANS_MORE.match(value):
        add(number, "KB104", f"the text of `{key}` means something else in YAML; put it in double quotes")
    if not value:
        add(number, "KB104", f"`{key}` says nothing; say what or why, or leave it out")
    return value
