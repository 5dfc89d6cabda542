"""The parts of a page that a command writes."""

from pathlib import Path


def put(page: Path, name: str, text: str) -> None:
    """Write text between the page's marks `<!-- NAME: begin -->` and `<!-- NAME: end -->`. ValueError without them."""
    begin, end = f"<!-- {name}: begin -->\n", f"\n<!-- {name}: end -->"
    whole = page.read_text(encoding="utf-8")
    start = whole.index(begin) + len(begin)
    page.write_text(whole[:start] + text + whole[whole.index(end, start - 1) :], encoding="utf-8")
