"""Entries to test with."""

from pathlib import Path

CLEAN = (Path(__file__).parent / "fixtures" / "clean.md").read_text()


def write(root: Path, id: str, text: str = CLEAN) -> Path:
    path = root / f"{id}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


QUESTIONS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
OTHER = {
    **{f"- {word}\n": f"- other {word}\n" for word in QUESTIONS},
    "a dictionary": "a mapping",
    "KeyError": "FileNotFoundError",
    "port": "host",
    "settings": "names",
    "The program stops": "It ends",
    "does have": "has",
    "Shows the spelling.": "Prints it.",
    "compares its keys": "takes its names",
    "an empty file": "a broken link",
    "Fits when": "For when",
}


def other() -> str:
    """Another entry, which shares no line with the clean one that matters."""
    text = CLEAN
    for old, new in OTHER.items():
        text = text.replace(old, new)
    return text
