"""Files and folders: what is not an entry is a finding, and never stops the others."""

import os
from pathlib import Path

import pytest
from samples import CLEAN, other, write

from kb.entry import folder
from kb.entry.check import check
from kb.entry.folder import load, read_folder
from kb.errors import Misuse


def codes(path: Path) -> list[str]:
    return [f"{f.line}: {f.code}" for f in load(path)[1]]


def test_a_clean_entry_loads_with_its_lines(tmp_path: Path) -> None:
    entry, findings = load(write(tmp_path, "python/missing-key"))
    assert findings == ()
    assert entry
    assert (entry.id, entry.area, entry.title_line) == ("python/missing-key", "python", 5)
    assert [(s.text, s.line) for s in entry.symptoms][1] == ("The file does have a line for it", 9)
    assert entry.symptom.files[0].name == "read.py"
    command = entry.symptom.transcripts[0].commands[0]
    assert (command.text, command.status, command.line) == ("python read.py", 1, 17)
    assert command.expected == ("Traceback (most recent call last):", "...", "KeyError: 'port'")
    assert [(o.number, o.title) for o in entry.options] == [
        (1, "spell the key as the file does"),
        (2, "look at the keys"),
    ]
    assert entry.not_helping
    assert entry.not_helping.source == "A default hides the fault."
    assert (entry.savings.debugging, entry.savings.fix) == (2000, 170)
    assert [m.text for m in entry.messages] == ["KeyError: 'port'", "KeyError: {…}"]
    assert entry.look_alikes[1].seen == "`AttributeError: port`"
    assert (entry.tags, entry.needs) == (("python", "dict"), ("python",))


def test_words_of_a_transcript(tmp_path: Path) -> None:
    words = 'console repeat=3 timeout=60 replaces="python read.py" after-symptom'
    text = CLEAN.replace("```console\n$ python read.py\n80", f"```{words}\n$ python read.py\n80")
    entry, _ = load(write(tmp_path, "python/a", text))
    assert entry
    transcript = entry.options[0].transcripts[0]
    assert (transcript.repeat, transcript.timeout, transcript.after_symptom) == (3, 60, True)
    assert transcript.replaces == "python read.py"


def test_a_broken_entry_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path, "python/good")
    bad = write(tmp_path, "python/bad", "no entry at all")
    write(tmp_path, "_template", "ignored")
    write(tmp_path, "python/_draft", "ignored")
    (tmp_path / "python" / "good.evidence.json").write_text("{}")
    found = read_folder(tmp_path)
    assert [e.id for e in found.entries] == ["python/good"]
    assert {f.path for f in found.findings} == {str(bad)}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "1: KB001"),
        (b" \n\n", "1: KB001"),
        (b"x" * 300_000, "1: KB002"),
        (b"#" * 5_000_000, "1: KB002"),
        (b"# a\n" * 1001, "1000: KB002"),
        (b"# a\n\xff\xfe\n", "2: KB003"),
        (b"# a\n\n\xed\xa0\x80 a lone surrogate\n", "3: KB003"),
        (CLEAN.encode().replace(b"one", b"o\0e"), "53: KB003"),
        (CLEAN.encode().replace(b"\n", b"\r\n"), "1: KB004"),
        (b"\xef\xbb\xbf" + CLEAN.encode(), "1: KB007"),
    ],
    ids=["empty", "blank", "300 kB", "5 MB", "1,001 lines", "not utf-8", "surrogate", "nul", "crlf", "byte-order mark"],
)
def test_a_file_that_is_no_text(tmp_path: Path, data: bytes, expected: str) -> None:
    path = tmp_path / "python" / "a.md"
    path.parent.mkdir()
    path.write_bytes(data)
    assert expected in codes(path)
    assert load(path)[0] is None


def test_crlf_hides_nothing_else(tmp_path: Path) -> None:
    """One fault of the file, not one for each line."""
    assert codes(write(tmp_path, "python/a", CLEAN.replace("\n", "\r\n"))) == ["1: KB004"]


def test_symlinks_are_refused(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", "python/secret")
    root = tmp_path / "entries"
    inside = root / "python"
    inside.mkdir(parents=True)
    (inside / "link.md").symlink_to(outside)
    (inside / "dangling.md").symlink_to(root / "nowhere")
    (root / "area").symlink_to(outside.parent)
    found = read_folder(root)
    assert found.entries == ()
    assert sorted(Path(f.path).name for f in found.findings) == ["area", "dangling.md", "link.md"]
    assert {f.code for f in found.findings} == {"KB005"}


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "python").mkdir()
    os.mkfifo(tmp_path / "python" / "pipe.md")
    assert codes(tmp_path / "python" / "pipe.md") == ["1: KB005"]
    assert codes(tmp_path / "python" / "missing.md") == ["1: KB005"]
    assert codes(tmp_path / "python" / "nul\0.md") == ["1: KB005"]


@pytest.mark.parametrize("id", ["Python/a", "python/Two", "python/a_b", "python/-a", "python/a.b"])
def test_a_bad_id(tmp_path: Path, id: str) -> None:
    assert codes(write(tmp_path, id)) == ["1: KB006"]


def test_an_entry_at_another_depth(tmp_path: Path) -> None:
    write(tmp_path, "python/deep/a")
    write(tmp_path, "shallow")
    assert [f.code for f in read_folder(tmp_path).findings] == ["KB006", "KB006"]


def test_find_takes_paths_folders_and_ids(tmp_path: Path) -> None:
    first, second = write(tmp_path, "python/a"), write(tmp_path, "shell/b")
    assert folder.find([], tmp_path) == [first, second]
    assert folder.find([str(tmp_path / "shell"), "python/a", str(first)], tmp_path) == [second, first]
    with pytest.raises(Misuse, match="did you mean python/a"):
        folder.find(["python/aa"], tmp_path)
    with pytest.raises(Misuse, match="is no id"):
        folder.path_of(tmp_path, "../a")


def between(first: Path) -> list[tuple[str, str]]:
    """Findings of one file, the same whether it is checked alone or with all."""
    alone = check([first])[0].findings
    every = check(sorted(first.parent.parent.glob("*/*.md")))
    assert alone == next(c.findings for c in every if c.path == first)
    return [(f"{f.line}: {f.code}", f.message) for f in alone]


def test_two_entries_that_share_nothing(tmp_path: Path) -> None:
    write(tmp_path, "python/b", other())
    assert between(write(tmp_path, "python/a")) == []


def test_pointers(tmp_path: Path) -> None:
    write(tmp_path, "python/there-b", other())
    text = CLEAN.replace("not lists", "not lists → python/ther-b")
    text = text.replace("no dictionary", "no dictionary → python/a").replace("at all", "at all → python/there-b")
    assert between(write(tmp_path, "python/a", text)) == [
        ("80: KB501", "`→ python/ther-b` does not exist; write `→ python/there-b`"),
        ("81: KB501", "`→ python/a` is this entry; name another, or drop the pointer"),
        ("82: KB502", "python/there-b does not name this entry back; give it a look-alike `→ python/a`"),
    ]


def test_a_pointer_to_a_former_id(tmp_path: Path) -> None:
    write(tmp_path, "python/b", other().replace("needs:", "aliases: [python/old]\nneeds:"))
    text = CLEAN.replace("at all", "at all → python/old")
    assert between(write(tmp_path, "python/a", text)) == [
        ("82: KB501", "`→ python/old` does not exist; write `→ python/b`")
    ]


def test_an_alias_that_is_an_id(tmp_path: Path) -> None:
    write(tmp_path, "python/b", other())
    text = CLEAN.replace("needs:", "aliases: [python/b]\nneeds:")
    assert [code for code, _ in between(write(tmp_path, "python/a", text))] == ["1: KB503"]


def test_an_id_is_given_once_in_each_root(tmp_path: Path) -> None:
    taken = CLEAN.replace("needs:", "aliases: [python/a]\nneeds:")
    paths = [write(tmp_path / "one", "python/a"), write(tmp_path / "two", "python/a", other())]
    paths.append(write(tmp_path / "two", "python/b", taken))
    assert [[f.code for f in c.findings] for c in check(paths)] == [[], [], ["KB503"]]


def test_a_message_in_two_entries(tmp_path: Path) -> None:
    write(tmp_path, "python/b", other().replace("## Asked", "- `Keyerror: 'PORT'`\n\n## Asked"))
    path = write(tmp_path, "python/a")
    assert [code for code, _ in between(path)] == ["66: KB504"]


def test_look_alikes_may_share_a_message(tmp_path: Path) -> None:
    """Two causes with one message are two entries, each of which names the other."""
    text = other().replace("## Asked", "- `KeyError: 'port'`\n\n## Asked")
    write(tmp_path, "python/b", text.replace("at all", "at all → python/a"))
    assert between(write(tmp_path, "python/a", CLEAN.replace("at all", "at all → python/b"))) == []


def test_a_question_in_two_entries(tmp_path: Path) -> None:
    write(tmp_path, "python/b", other().replace("- other one", "- Seven?"))
    assert [code for code, _ in between(write(tmp_path, "python/a"))] == ["76: KB505"]


def test_a_near_duplicate(tmp_path: Path) -> None:
    write(tmp_path, "python/b", CLEAN)
    assert ("5: KB506") in [code for code, _ in between(write(tmp_path, "python/a"))]


def test_a_short_answer_that_is_long(tmp_path: Path) -> None:
    text = CLEAN.replace('+print(settings["Port"])', '+print(settings["Port"])\n' + '+print("and so on")\n' * 200)
    assert "28: KB411" in [code for code, _ in between(write(tmp_path, "python/a", text))]
