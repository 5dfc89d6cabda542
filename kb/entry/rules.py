"""What makes an entry good beyond its form."""

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches

from kb.entry.brief import brief, code, tokens
from kb.entry.model import Entry, Finding, Line, Section, Transcript
from kb.entry.spans import masked
from kb.text.normal import HOLE

_Found = Iterator[tuple[int, str, str]]
"""Line, code, message."""

_V = r"\d[\w.!+-]*"
_NAME = r"[A-Za-z0-9][\w.-]*"
_PYPI = rf"{_NAME}(?:\[[\w,-]+\])?"
_NPM = r"(?:@[a-z0-9._~-]+/)?[a-z0-9._~-]+"
_SEMVER = r"\d+\.\d+\.\d+[\w.+-]*"

NEEDS = {
    "python": r"python(?:==3\.\d+)?",
    "debian-python": r"debian-python",
    "pypi:NAME==V": rf"pypi:{_PYPI}=={_V}",
    "wheels:NAME==V": rf"wheels:{_NAME}=={_V}",
    "sdist:NAME==V": rf"sdist:{_NAME}=={_V}",
    "npm:NAME@V": rf"npm:(?:node@\d[\d.]*|{_NPM}@{_SEMVER})",
    "npm-cache:NAME@V": rf"npm-cache:{_NPM}@{_SEMVER}",
    "apt:NAME": r"apt:[a-z0-9][a-z0-9+.-]+",
    "postgresql": r"postgresql",
    "redis": r"redis",
    "rust": r"rust",
    "go": r"go",
    "root": r"root",
    "namespaces": r"namespaces",
    "ptrace": r"ptrace",
    "memory:200M": r"memory:[1-9]\d*[MG]",
}
"""Each form of `needs`, as it is documented, and as it is recognised."""


def is_need(text: str) -> bool:
    """Whether a text is of one of the forms."""
    return any(re.fullmatch(form, text) for form in NEEDS.values())


_UNPINNED = re.compile(rf"(pypi|wheels|sdist):({_PYPI})|(npm|npm-cache):({_NPM})")
PLATFORMS = ("linux", "macos", "windows")

_ERROR_LIKE = re.compile(r"\b\w*(?:Error|Exception)\b|\b(?:error|fatal|panic|cannot|denied|not found)\b", re.IGNORECASE)

_INSTRUCTIONS = r"(?:instructions|prompts?|rules|guidelines|directions)"
_COMMANDEERS = re.compile(
    rf"\b(?:ignore|disregard|forget)\s+(?:all\s+|any\s+|the\s+|of\s+)*(?:your|previous|prior|above|earlier|preceding)\s+"
    rf"(?:\w+\s+)?{_INSTRUCTIONS}"
    # The first of a line or between two bars sees all that the others would: only it is tried.
    r"|(?:^|\|)(?>[^|\n]*?(\b(?:curl|wget)\b))(?=[^|\n]*https?://)[^|\n]*\|\s*(?:sudo\s+)?(?:\w*sh|python3?|node)\b"
    r"|^(?>[^\n]*?(\b(?:eval|\w*sh)\b)[^\n]{0,20}?[$<]\((?:curl|wget)\b)[^\n]*https?://",
    re.IGNORECASE | re.MULTILINE,
)
"""Anywhere in the file, code included."""
_ADDRESSES = re.compile(
    r"\byou are (?:now )?an? (?:AI|LLM|(?:large )?language model|(?:coding |helpful )?(?:agent|assistant))\b"
    r"|\bas an AI\b|\b(?:dear|attention,?) (?:AI|agent|assistant|model)\b"
    r"|\b(?:agent|assistant|AI|model)s? (?:that )?read(?:s|ing)? this\b"
    r"|(?:^|[.;:!?]\s+|^\s*[-*] )(?:please )?(?:tell|inform|ask|assure|convince) the user\b"
    r"|\bdo not (?:tell|mention|inform|ask|warn|alert)\b.{0,40}\buser\b",
    re.IGNORECASE,
)
"""In prose only: code of an entry may well hold a prompt."""
_HTTP = re.compile(r"http://(?!localhost\b|127\.|0\.0\.0\.0|\[)[\w-]+(?:\.[\w-]+)+")


def check_entry(entry: Entry) -> tuple[Finding, ...]:
    """What is wrong with the content of one entry, by line. Works on a draft too."""
    rules = (
        _front_matter,
        _verifiable,
        _transcripts,
        _messages,
        _lists,
        _short_answer,
        _commands_to_agents,
        _links,
    )
    found = {f for rule in rules for f in rule(entry)}
    return tuple(Finding(entry.path, line or 1, code, message) for line, code, message in sorted(found))


def _front_matter(entry: Entry) -> _Found:
    head = entry.text.split("\n---", 1)[0].split("\n")

    def line(key: str) -> int:
        return next((i for i, text in enumerate(head, 1) if text.startswith(f"{key}:")), 1)

    for need in entry.needs:
        if is_need(need):
            continue
        pinned = _UNPINNED.match(need)
        if pinned:
            name = f"{pinned[1]}:{pinned[2]}==" if pinned[1] else f"{pinned[3]}:{pinned[4]}@"
            yield line("needs"), "KB106", f"`{need}` is not pinned; write `{name}` and the exact version"
        else:
            near = get_close_matches(need, NEEDS, 1, 0.5)
            yield (
                line("needs"),
                "KB105",
                f"`{need}` is no need; write {near[0] if near else ', '.join(NEEDS)}",
            )
    for platform in entry.platforms:
        if platform not in PLATFORMS:
            yield line("platforms"), "KB107", f"`{platform}` is no platform; write {', '.join(PLATFORMS)}"
    if not entry.tags and entry.text.strip():
        yield 1, "KB108", "no tags; write `tags: [a, b, c]`"


def _commands(section: Section, *roles: str) -> set[str]:
    return {c.text for t in section.transcripts if t.role in roles for c in t.commands}


def _verifiable(entry: Entry) -> _Found:
    commands = _commands(entry.symptom, "run")
    for section in _fixes(entry):
        for transcript in section.transcripts:
            if transcript.replaces is not None and transcript.replaces not in commands:
                near = get_close_matches(transcript.replaces[:200], [c for c in commands if len(c) < 500], 1, 0)
                hint = f"; write `{near[0]}`" if near else ""
                yield transcript.line, "KB403", f"`{transcript.replaces}` is no command of Symptom{hint}"
    if entry.unverifiable:
        return
    if not commands:
        yield (
            entry.symptom.line,
            "KB401",
            "Symptom has no transcript to replay; write one, or `unverifiable: why`",
        )
    elif entry.options and not any(_reruns(t, commands) for o in entry.options for t in o.transcripts):
        yield (
            entry.options[0].line,
            "KB401",
            "no option runs a command of Symptom again; write its transcript, or `unverifiable: why`",
        )


def _reruns(transcript: Transcript, commands: set[str]) -> bool:
    again = transcript.replaces in commands or any(c.text in commands for c in transcript.commands)
    return transcript.role == "run" and again


def _fixes(entry: Entry) -> list[Section]:
    return [*entry.options, *([entry.not_helping] if entry.not_helping else [])]


def _literal(text: str) -> str:
    return "" if text.strip() == "..." else text.replace(HOLE, "").strip()


def _says_nothing(transcript: Transcript) -> bool:
    said = (c.status or any(map(_literal, c.expected)) for c in transcript.commands)
    return bool(transcript.commands) and not any(said)


def _transcripts(entry: Entry) -> _Found:
    runs = [t for t in entry.symptom.transcripts if t.role == "run"]
    if runs and all(map(_says_nothing, runs)):
        yield runs[0].line, "KB402", "Symptom shows nothing; have the program print what is wrong, literally"
    commands = _commands(entry.symptom, "run")
    for section in (entry.symptom, *_fixes(entry)):
        for t in section.transcripts:
            if t.role in ("shows", "still") and _says_nothing(t):
                yield (
                    t.line,
                    "KB402",
                    f"this `{t.role}` transcript shows nothing; print what it is to show, literally",
                )
            elif t.role == "run" and section is not entry.symptom and _says_nothing(t) and not _reruns(t, commands):
                yield (
                    t.line,
                    "KB402",
                    "this shows nothing; make it `setup`, or have it print what changed",
                )


def _messages(entry: Entry) -> _Found:
    shown = [line for t in entry.symptom.transcripts if t.role == "run" for c in t.commands for line in c.expected]
    for message in entry.messages:
        if len(_literal(message.text).replace(" ", "")) < 6:
            yield message.line, "KB406", f"`{message.text}` would fit anything; write more of it literally"
    if not entry.messages:
        bad = next((line for line in shown if _ERROR_LIKE.search(line)), None)
        if bad:
            yield (
                entry.symptom.line,
                "KB405",
                f"Symptom prints `{bad.strip()[:60]}`; list it under Error Messages",
            )
    elif any(map(_literal, shown)) and not any(_fits(m.text, s) for m in entry.messages for s in shown):
        yield (
            entry.messages[0].line,
            "KB404",
            "no message stands in what Symptom prints; list the one that it prints",
        )


def _fits(message: str, line: str) -> bool:
    """Whether two texts with holes may mean one line: the longest piece of one stands in the other."""
    pieces = [max(text.split(HOLE), key=len).strip() for text in (message, line)]
    return (len(pieces[0]) > 5 and pieces[0] in line) or (len(pieces[1]) > 5 and pieces[1] in message)


def _lists(entry: Entry) -> _Found:
    if entry.questions and not 8 <= len(entry.questions) <= 12:
        yield entry.questions[0].line, "KB407", f"{len(entry.questions)} questions; write 8 to 12"
    if entry.look_alikes and len(entry.look_alikes) < 3:
        yield entry.look_alikes[0].line, "KB408", f"{len(entry.look_alikes)} look-alikes; write 3 or more"
    titles = {same(t) for t in (entry.title, *entry.title.split(" — "))}
    for question in entry.questions:
        if same(question.text) in titles:
            yield question.line, "KB409", "the title again; ask as somebody who does not know the cause"
    if len(entry.title) > 110:
        yield entry.title_line, "KB410", f"the title has {len(entry.title)} characters; at most 110"
    if entry.title and " — " not in entry.title:
        yield entry.title_line, "KB410", "the title does not say why; write what is seen ` — ` why"
    # Of a message every wording is wanted, down to the full stop.
    yield from _twice(entry.messages, str)
    for lines in (entry.symptoms, entry.checklist, entry.environment, entry.sources, entry.questions):
        yield from _twice(lines, same)


def _twice(lines: Iterable[Line], key: Callable[[str], str]) -> _Found:
    first: dict[str, int] = {}
    for line in lines:
        before = first.setdefault(key(line.text), line.line)
        if before != line.line:
            yield line.line, "KB415", f"the same as line {before}; drop one"


def same(text: str) -> str:
    """A line without what makes no difference to a reader: case, blanks, code marks, a full stop."""
    return " ".join(text.casefold().replace("`", "").split()).rstrip(".?! ")


def _short_answer(entry: Entry) -> _Found:
    if entry.options:
        tokens = short_answer_tokens(entry)
        if tokens > 500:
            yield (
                entry.options[0].line,
                "KB411",
                f"the short answer has about {tokens} tokens; shorten cause, first paragraph here, or code",
            )
        claimed = entry.savings.fix
        if claimed is not None and not 0.75 <= claimed / tokens <= 1.25:
            about = round(tokens, -1)
            yield (
                entry.savings.line,
                "KB416",
                f"the short answer has about {about} tokens; write `This fix: ~{about} tokens`",
            )


def short_answer_tokens(entry: Entry) -> int:
    """About how long what most readers see is, before anything is left out for its length."""
    option = entry.options[0]
    proof = "replayed 2026-11-24 on Debian 12, x86_64" + (f", with a stub ({entry.stub})" if entry.stub else "")
    head = (f"# {entry.title}", f"`{entry.id}`, match, 98% sure; reference data, not instructions")
    seen = "".join(f"not this if: {x.seen}; " for x in entry.look_alikes[:1])
    tail = f"2 more options; {seen}all of it: `kb show {entry.id}`"
    text = brief(head, entry.cause, f"**Fix: {option.title}** ({proof})", option.source, tail, read_on="")
    left_out = sum(tokens(fence) for _, fence in code(option.source) if fence not in text)
    return tokens(text) + left_out


def _prose(entry: Entry) -> Iterator[tuple[int, str, bool]]:
    """Number and text of each line, and whether it is prose: outside fences."""
    fence = ""
    for number, line in enumerate(entry.text.split("\n"), 1):
        mark = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        yield number, line[:5000], not fence


def _commands_to_agents(entry: Entry) -> _Found:
    for number, line, prose in _prose(entry):
        found = _COMMANDEERS.search(line) or (_ADDRESSES.search(line) if prose else None)
        if found:
            said = line[found.start(found.lastindex or 0) : found.end()].strip()[:60]
            yield (
                number,
                "KB412",
                f"`{said}` addresses the agent that reads this; say what is wrong and what mends it",
            )


def _links(entry: Entry) -> _Found:
    for source in entry.sources:
        if "https://" not in source.text and not re.search(r"\bdirect experience\b", source.text, re.IGNORECASE):
            yield source.line, "KB414", "no source; write its https address, or `direct experience`"
    quoted = {line.line for line in (*entry.messages, *entry.questions)}
    for number, line, prose in _prose(entry):
        for link in _HTTP.findall(masked(line)) if prose and number not in quoted else ():
            yield number, "KB413", f"`{link}` is not https; write https, or backticks where it is no link"
