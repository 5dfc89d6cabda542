"""The text of an entry file -> Entry, with the line of every part. `lists` and `nodes` know markdown-it-py too."""

import re
import unicodedata
from difflib import get_close_matches

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from kb.entry import NOT_HELPING, NOT_HELPING_NUMBER, frontmatter, patch
from kb.entry.fences import Place, block
from kb.entry.findings import errors
from kb.entry.lists import bullets, listed, look_alikes, messages, savings
from kb.entry.model import Block, Entry, File, Finding, Option, Patch, Section
from kb.entry.nodes import Part, line_of, text_of
from kb.entry.spans import masked

SECTIONS = (
    "Symptom",
    "Root Cause",
    "Fix",
    "Prevention Checklist",
    "Expected Token Savings",
    "Environment",
    "Source",
    "Error Messages",
    "Asked As",
    "Look-Alikes",
)
MAX_SIZE, MAX_LINES = 256 * 1024, 1000
"""Characters and lines of an entry; the lines bound the blocks of Markdown, which take the time."""

# Inline parsing is left out: what we need of it are code spans, and it is slow on hostile text.
_markdown = MarkdownIt("commonmark", {"maxNesting": 8}).disable(["inline", "text_join", "reference"])

_OPTION = re.compile(r"Option (\d{1,3}): (\S.*)")
_ATTRIBUTE = r"""(?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)"""
_HTML = re.compile(rf"<[A-Za-z][A-Za-z0-9-]*{_ATTRIBUTE}*\s*/?>|</[A-Za-z][A-Za-z0-9-]*\s*>|<!--|<\?|<!\[CDATA")
_AUTOLINK = re.compile(r"<[a-z]+:[^\s<>]*>|<[^\s<>@]+@[^\s<>@]+>")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_INVISIBLE = re.compile(
    "[\x01-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_GAP = re.compile(r"‹([^‹›]*)›")


def parse(text: str, id: str, path: str) -> tuple[Entry | None, tuple[Finding, ...]]:
    """The entry and all faults of its form; the entry is None where one of them blocks."""
    entry, findings = draft(text, id, path)
    return (None if errors(findings) else entry), findings


def draft(text: str, id: str, path: str) -> tuple[Entry, tuple[Finding, ...]]:
    """The entry as far as it can be read, so that its content can be judged too. Never replay a draft."""
    reader = _Reader(id, path)
    entry = reader.read(text)
    gaps = {
        number: _GAP.findall(line) for number, line in enumerate(text.split("\n"), 1) if "‹" in line and "›" in line
    }
    # What else is wrong on a line with a gap is wrong because of the gap.
    kept = [f for f in reader.findings if f.line not in gaps]
    kept += [Finding(path, n, "KB218", _left(what)) for n, found in gaps.items() for what in found]
    return entry, tuple(sorted(set(kept), key=lambda f: (f.line, f.code, f.message)))


def _left(mark: str) -> str:
    if mark.startswith("?"):
        return f"a guess: {mark[1:].strip()}; right it, then drop the mark"
    return f"a gap: write {mark}"


class _Reader:
    def __init__(self, id: str, path: str) -> None:
        self.id = id
        self.path = path
        self.findings: list[Finding] = []
        self.lines: list[str] = []
        self.unclosed = False

    def add(self, line: int, code: str, message: str) -> None:
        self.findings.append(Finding(self.path, line, code, message))

    def read(self, text: str) -> Entry:
        if not text.strip():
            self.add(1, "KB001", "the file is empty; `kb new AREA/SLUG` writes one to begin with")
            text = ""
        if len(text) > MAX_SIZE:
            self.add(1, "KB002", f"the file has {len(text):,} characters; an entry has at most {MAX_SIZE:,}")
            text = ""
        if broken := _NO_TEXT.search(text):
            what = "a NUL" if broken[0] == "\0" else "half of a surrogate pair"
            self.add(text.count("\n", 0, broken.start()) + 1, "KB003", f"{what}; save the file as UTF-8 text")
            text = _NO_TEXT.sub("\ufffd", text)
        if "\r" in text:
            first = text.count("\n", 0, text.index("\r")) + 1
            self.add(first, "KB004", "lines end in CR; save the file with LF alone (`sed -i 's/\\r$//' FILE`)")
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if (lines := text.count("\n")) > MAX_LINES:
            self.add(MAX_LINES, "KB002", f"the file has {lines:,} lines; an entry has at most {MAX_LINES:,}")
            text = ""
        self.lines = text.split("\n")
        for number, line in enumerate(self.lines, 1):
            for found in _INVISIBLE.findall(line)[:1]:
                name = unicodedata.name(found, "control character")
                self.add(
                    number,
                    "KB007",
                    f"U+{ord(found):04X} ({name}) cannot be seen; drop it, or write an escape",
                )
        lists, texts, taken = frontmatter.read(self.lines, self.add)
        # Blank lines in its place keep the line numbers.
        nodes = SyntaxTreeNode(_markdown.parse("\n" * taken + "\n".join(self.lines[taken:]))).children
        self._look_at_all(nodes)
        title, title_line, parts = self._sections(nodes, begun=bool(text))
        options, not_helping = self._fix(parts.get("Fix"))
        symptom = self._section(parts.get("Symptom"), "symptom")
        entry = Entry(
            id=self.id,
            path=self.path,
            text=text,
            title=title,
            title_line=title_line,
            symptoms=tuple(bullets(parts.get("Symptom"), self.add, only=False)),
            symptom=symptom,
            cause=self._section(parts.get("Root Cause"), "elsewhere").source,
            options=options,
            not_helping=not_helping,
            checklist=listed(parts.get("Prevention Checklist"), self.add),
            savings=savings(parts.get("Expected Token Savings"), self.add),
            environment=listed(parts.get("Environment"), self.add),
            sources=listed(parts.get("Source"), self.add),
            messages=tuple(messages(parts.get("Error Messages"), self.add)),
            questions=listed(parts.get("Asked As"), self.add),
            look_alikes=tuple(look_alikes(parts.get("Look-Alikes"), self.add)),
            tags=lists.get("tags", ()),
            needs=lists.get("needs", ()),
            platforms=lists.get("platforms", ()),
            stub=texts.get("stub"),
            unverifiable=texts.get("unverifiable"),
            aliases=lists.get("aliases", ()),
            authors=lists.get("authors", ()),
            retired=texts.get("retired"),
        )
        for section in (*options, *([not_helping] if not_helping else [])):
            self._check_patches(symptom, section)
        return entry

    def _look_at_all(self, nodes: list[SyntaxTreeNode]) -> None:
        """What may be wrong anywhere: fences left open, fences that nothing replays, raw HTML."""
        stack = list(nodes)
        while stack:
            node = stack.pop()
            stack += node.children
            line = line_of(node)
            if node.type == "fence":
                self._check_closed(node)
                top = node.parent is None or node.parent.type == "root"
                if not top and ("file=" in node.info or node.info.startswith("console")):
                    self.add(
                        line,
                        "KB304",
                        "a fence inside a list or quotation is not replayed; begin it at the margin",
                    )
            elif node.type == "html_block":
                self.add(line, "KB219", "raw HTML; write Markdown, and put literal tags in backticks")
            elif node.type == "inline":
                for number, text in enumerate(masked(node.content).split("\n"), line):
                    for tag in _HTML.findall(_AUTOLINK.sub("", text)):
                        self.add(number, "KB219", f"raw HTML `{tag[:40]}`, which GitHub hides; put it in backticks")

    def _check_closed(self, node: SyntaxTreeNode) -> None:
        begin, end = node.map or (0, 0)
        mark = re.escape(node.markup[0]) + "{" + str(len(node.markup)) + ",}"
        closed = end - 1 > begin and re.fullmatch(rf"[ >]*{mark}\s*", self.lines[end - 1])
        # An open fence ends at the next one: then that one's opening words stand inside.
        inner = re.search(rf"^ {{0,3}}{mark}[^`\s]", node.content, re.MULTILINE)
        if not closed or inner:
            self.unclosed = True
            what = ", so the next one's beginning is part of it" if closed else ""
            self.add(begin + 1, "KB301", f"this fence is never closed{what}; close it with a line {node.markup}")

    def _sections(self, nodes: list[SyntaxTreeNode], begun: bool) -> tuple[str, int, dict[str, Part]]:
        title, title_line = "", 0
        parts: dict[str, Part] = {}
        part = Part("", 1)
        loose = [part]
        highest = 0
        for node in nodes:
            level = int(node.tag[1]) if node.type == "heading" else 0
            line = line_of(node)
            if level and node.markup in "-=":
                self.add(
                    line,
                    "KB203",
                    f"the line `{node.markup}` below makes this a heading; put a blank line between",
                )
            if level not in (1, 2) or node.markup in "-=":
                part.nodes.append(node)
                continue
            part.end = line - 1
            heading = text_of(node)
            if level == 1:
                if title_line:
                    self.add(line, "KB202", "a second title; one file is one entry, with one `# ` heading")
                else:
                    title, title_line = heading, line
                    if parts:
                        self.add(line, "KB206", "the title stands below a section; it is the first heading")
                part = Part("", line)
                loose.append(part)
                continue
            name = _nearest(heading, SECTIONS)
            if name != heading:
                write = f"write `## {name}`" if name else "the sections are " + ", ".join(SECTIONS)
                self.add(line, "KB203", f"`## {heading[:60]}` is no section; {write}")
            part = Part(name or "", line)
            if name in parts:
                self.add(line, "KB205", f"`## {name}` stands twice; join the two")
            elif name:
                parts[name] = part
                if SECTIONS.index(name) < highest:
                    above = SECTIONS[SECTIONS.index(name) - 1] if name != SECTIONS[0] else "the title"
                    self.add(line, "KB206", f"`## {name}` is out of order; it stands below {above}")
                highest = max(highest, SECTIONS.index(name))
        part.end = len(self.lines)
        if begun and not title_line:
            self.add(1, "KB201", "no title; write `# ` what is seen ` — ` why")
        elif begun and not title:
            self.add(title_line, "KB201", "the title is empty; write what is seen ` — ` why")
        for node in (n for p in loose for n in p.nodes):
            where = "the title" if not title_line or line_of(node) < title_line else "`## Symptom`"
            self.add(line_of(node), "KB211", f"text before {where} is never shown; move it into a section")
        self._check_missing(parts, begun)
        return title, title_line, parts

    def _check_missing(self, parts: dict[str, Part], begun: bool) -> None:
        last = len(self.lines) - (not self.lines[-1]) or 1
        for i, name in enumerate(SECTIONS):
            # Below an open fence the headings are there, as code.
            if name in parts or not begun or (self.unclosed and f"## {name}" in self.lines):
                continue
            after = f"below `## {SECTIONS[i - 1]}`" if i else "below the title"
            line = next((parts[later].line for later in SECTIONS[i + 1 :] if later in parts), last)
            self.add(line, "KB204", f"section `## {name}` is missing; write it {after}")

    def _fix(self, part: Part | None) -> tuple[tuple[Option, ...], Section | None]:
        options: list[Option] = []
        not_helping: Section | None = None
        if part is None:
            return (), None
        subs = [Part("", part.line)]
        for node in part.nodes:
            if node.type == "heading" and node.tag == "h3" and node.markup == "###":
                subs[-1].end = line_of(node) - 1
                subs.append(Part(text_of(node), line_of(node)))
            else:
                subs[-1].nodes.append(node)
        subs[-1].end = part.end
        for node in subs[0].nodes:
            self.add(line_of(node), "KB211", "text before the first option is never shown; move it into one")
        titles: set[str] = set()
        for sub in subs[1:]:
            found = _OPTION.fullmatch(sub.title)
            if not found and _nearest(sub.title, (NOT_HELPING,)):
                if sub.title != NOT_HELPING:
                    self.add(sub.line, "KB207", f"`### {sub.title[:60]}`: write `### {NOT_HELPING}`")
                if sub is not subs[-1] or not_helping:
                    self.add(sub.line, "KB210", f"`### {NOT_HELPING}` stands once, as the last heading under Fix")
                not_helping = self._section(sub, "fix")
                continue
            number = len(options) + 1
            title = found[2] if found else sub.title
            if not found:
                self.add(sub.line, "KB207", f"`### {sub.title[:60]}`: write `### Option {number}: …`")
            elif int(found[1]) != number:
                self.add(
                    sub.line,
                    "KB208",
                    f"option {found[1]} stands at place {number}; write `### Option {number}: …`",
                )
            if title.casefold() in titles:
                self.add(sub.line, "KB209", f"two options are named `{title[:60]}`; say what sets them apart")
            titles.add(title.casefold())
            section = self._section(sub, "fix")
            options.append(Option(section.source, section.blocks, section.line, number, title))
        most = NOT_HELPING_NUMBER - 1
        if len(options) > most:
            self.add(options[most].line, "KB220", f"{len(options)} options; keep the {most} to try first")
        if not options:
            self.add(part.line, "KB212", "Fix has no option; write `### Option 1: …`")
        return tuple(options), not_helping

    def _section(self, part: Part | None, place: Place) -> Section:
        if part is None:
            return Section("", (), 1)
        if not part.nodes:
            self.add(part.line, "KB212", f"nothing stands under `{part.title[:60]}`; write it")
        blocks: list[Block] = []
        written: set[str] = set()
        for node in part.nodes:
            if node.type == "heading" and node.markup not in "-=":
                self.add(
                    line_of(node),
                    "KB203",
                    f"`{node.markup} {text_of(node)[:60]}` cannot stand here; use bold text",
                )
            if node.type != "fence":
                continue
            found = block(node.info, node.content, line_of(node), place, self.add)
            blocks.append(found)
            if not isinstance(found, File | Patch):
                continue
            if found.name in written and isinstance(found, File):
                self.add(found.line, "KB306", f"`{found.name}` is written twice here; keep one")
            written.add(found.name)
            above = next((s for at in range(found.line - 2, -1, -1) if (s := self.lines[at]).strip()), "")
            if f"`{found.name}`" not in above:
                self.add(found.line, "KB307", f"the line above does not name the file; write `{found.name}`: there")
        source = "\n".join(self.lines[part.line : part.end]).strip("\n")
        return Section(source, tuple(blocks), part.line)

    def _check_patches(self, symptom: Section, section: Section) -> None:
        texts = {f.name: f.text for f in symptom.files}
        for change in section.patches:
            if change.name not in texts:
                names = ", ".join(f"`{name}`" for name in texts) or "none"
                self.add(change.line, "KB309", f"Symptom writes no file `{change.name[:60]}`; its files: {names}")
                continue
            try:
                texts[change.name] = patch.apply(change.text, texts[change.name])
            except patch.PatchError as error:
                code = "KB308" if isinstance(error, patch.DiffError) else "KB310"
                # An open and empty fence may be the last line of the file.
                self.add(min(change.line + 1 + error.line, len(self.lines)), code, str(error))


def _nearest(heading: str, names: tuple[str, ...]) -> str | None:
    folded = {name.casefold(): name for name in names}
    near = get_close_matches(heading.casefold()[:80], folded, 1, 0.7)
    return folded[near[0]] if near else None
