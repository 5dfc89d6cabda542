"""The nodes of markdown-it-py as an entry sees them: parts below headings, lines, texts."""

from dataclasses import dataclass, field

from markdown_it.tree import SyntaxTreeNode


@dataclass(slots=True)
class Part:
    """A heading and the nodes below it, up to the next heading."""

    title: str
    line: int
    end: int = 0
    """The last line of the part."""
    nodes: list[SyntaxTreeNode] = field(default_factory=list)


def line_of(node: SyntaxTreeNode) -> int:
    """The line of the file where a node begins, from 1."""
    return node.map[0] + 1 if node.map else 1


def text_of(node: SyntaxTreeNode) -> str:
    """The Markdown of a heading or paragraph, as one line."""
    return " ".join(node.children[0].content.split("\n")) if node.children else ""
