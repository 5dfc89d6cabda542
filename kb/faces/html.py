"""Entry Markdown as HTML: no raw HTML, only https links; its fences apart, for the page to show as what they are."""

from collections.abc import Iterator
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from kb.entry.fences import block
from kb.entry.model import Block

_parser = MarkdownIt("commonmark", {"html": False}).enable("table")
_parser.validateLink = lambda url: url.startswith(("https://", "#", "/"))  # type: ignore[method-assign]
LIMITS = "Does NOT solve"
"""How an option begins to say what it leaves as it is."""


class Prose(NamedTuple):
    html: Markup
    limits: bool = False
    """What an option does not solve."""


def markdown(text: str) -> Markup:
    return Markup(_parser.render(text))  # noqa: S704  the parser escapes all HTML


def inline(text: str) -> Markup:
    return Markup(_parser.renderInline(text))  # noqa: S704


def parts(source: str) -> Iterator[Prose | Block]:
    """A section of an entry, in order: prose as HTML, and what its fences are."""
    prose: list[Token] = []
    for token in _parser.parse(source):
        if token.type == "fence" and token.level == 0:
            found = block(token.info, token.content, 1, "fix", lambda *_: None)
            if len(prose) >= 3 and prose[-2].content == f"`{getattr(found, 'name', '')}`:":
                prose = prose[:-3]  # the name of a file stands above it anyway
            yield from _prose(prose)
            prose = []
            yield found
        elif token.type == "inline" and token.level == 1 and prose[-1].type == "paragraph_open":
            fits, says, limits = token.content.partition(LIMITS)
            if says:
                prose.pop()
                yield from _prose(prose)
                if fits.strip():
                    yield Prose(Markup("<p>") + inline(fits.strip()) + Markup("</p>"))
                prose = []
                yield Prose(inline(limits.lstrip(": ")), limits=True)
            else:
                prose.append(token)
        elif not (token.type == "paragraph_close" and token.level == 0 and not prose):
            prose.append(token)
    yield from _prose(prose)


def _prose(tokens: list[Token]) -> Iterator[Prose]:
    if tokens:
        yield Prose(Markup(_parser.renderer.render(tokens, _parser.options, {})))  # noqa: S704
