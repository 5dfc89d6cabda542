"""The table of findings and its page."""

import re
from pathlib import Path

from kb.entry.fences import FLAGS, VALUED
from kb.entry.findings import GROUPS, RULES, document
from kb.entry.frontmatter import LISTS, TEXTS
from kb.entry.markdown import NOT_HELPING, SECTIONS
from kb.entry.rules import NEEDS

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_table_says() -> None:
    """If not: python -m kb.entry.findings --write"""
    assert (ROOT / "docs" / "findings.md").read_text("utf-8") == document()


def test_every_code_belongs_to_a_group_and_is_used() -> None:
    source = "".join(p.read_text("utf-8") for p in (ROOT / "kb").rglob("*.py") if p.name != "findings.py")
    used = set(re.findall(r'"(KB\d{3})"', source))
    assert used == set(RULES)
    assert {code[2] for code in RULES} == set(GROUPS)


def test_the_format_names_all_that_the_parser_takes() -> None:
    page = (ROOT / "docs" / "entry-format.md").read_text("utf-8")
    words = [f"`{word}" for word in (*VALUED, *FLAGS, *LISTS, *TEXTS, *NEEDS)]
    assert [word for word in (*words, *SECTIONS, NOT_HELPING) if word not in page] == []
