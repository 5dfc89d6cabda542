"""Each case of fixtures/*.txt: a change of clean.md, and its findings. A new case needs no code.

`=== name`, a diff as in entries, `>>>`, the findings as `line: code message`.
After a change of wording run this file: it writes the findings down. Then read what it wrote.
"""

from pathlib import Path

import pytest

from kb.entry.check import check
from kb.entry.findings import RULES
from kb.entry.patch import apply

FIXTURES = Path(__file__).parent / "fixtures"
CLEAN = (FIXTURES / "clean.md").read_text()


def cases(file: Path) -> dict[str, tuple[str, list[str]]]:
    """Diff and expected findings of each case, by name."""
    found = {}
    for case in file.read_text().split("=== ")[1:]:
        head, _, expected = case.partition("\n>>>\n")
        name, _, diff = head.partition("\n")
        found[name] = (diff, [line for line in expected.split("\n") if line])
    return found


def findings(folder: Path, diff: str) -> list[str]:
    path = folder / "python" / "missing-key.md"
    path.parent.mkdir(parents=True)
    path.write_text(apply(diff, CLEAN))
    return [str(f).partition(".md:")[2] for f in check([path])[0].findings]


FILES = sorted(FIXTURES.glob("*.txt"))
ALL = [pytest.param(*case, id=f"{f.stem}: {name}") for f in FILES for name, case in cases(f).items()]


@pytest.mark.parametrize(("diff", "expected"), ALL)
def test_a_changed_entry_gives_these_findings(tmp_path: Path, diff: str, expected: list[str]) -> None:
    assert findings(tmp_path, diff) == expected


def test_every_code_has_a_case() -> None:
    shown = "".join(f.read_text() for f in FILES)
    shown += "".join(f.read_text() for f in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in RULES if code not in shown] == []


if __name__ == "__main__":
    import tempfile

    for file in FILES:
        with tempfile.TemporaryDirectory() as folder:
            text = "\n".join(
                "\n".join([f"=== {name}", diff, ">>>", *findings(Path(folder) / str(n), diff), ""])
                for n, (name, (diff, _)) in enumerate(cases(file).items())
            )
        file.write_text(text)
