"""A release, up to the upload: `python tools/release.py prepare VERSION`, then `build TAG [FOLDER]`.

`prepare` sets the version and turns the changelog's [Unreleased] into its section; commit that, and tag it `vVERSION`.
`build` makes sdist and wheel (the wheel from the sdist), tries the wheel in a bare environment, and puts beside them
what a release shows: the catalog snapshot, its SHA-256, the notes. The same commit gives the same bytes.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from kb.catalog import fetch

VERSION = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?")
QUERY = "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0), empty response, status 204"
ANSWER = "python/json-empty-body"


def prepare(root: Path, version: str) -> None:
    if not VERSION.fullmatch(version):
        raise SystemExit(f"{version}: a version is 1.2.3, or 1.2.3rc1")
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    if not section(changelog, "Unreleased"):
        raise SystemExit("CHANGELOG.md: nothing stands under [Unreleased]")
    today = datetime.now(UTC).date().isoformat()
    replace(root / "CHANGELOG.md", "## [Unreleased]\n", f"## [Unreleased]\n\n## [{version}] - {today}\n")
    replace(root / "pyproject.toml", f'\nversion = "{present(root)}"\n', f'\nversion = "{version}"\n')
    init = root / "kb" / "__init__.py"
    replace(
        init,
        re.findall(r"^__version__ = .*\n", init.read_text("utf-8"), re.MULTILINE)[0],
        f'__version__ = "{version}"\n',
    )


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        raise SystemExit(f"{path.name}: {old.strip()!r} stands there {text.count(old)} times, not once")
    path.write_text(text.replace(old, new), "utf-8")


def present(root: Path) -> str:
    return str(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def section(changelog: str, version: str) -> str:
    """What stands under the heading of a version."""
    found = re.search(rf"^## \[{re.escape(version)}\].*\n((?:(?!## \[).*\n?)*)", changelog, re.MULTILINE)
    return found[1].strip() if found else ""


def build(root: Path, tag: str, out: Path) -> None:
    version = present(root)
    notes = section((root / "CHANGELOG.md").read_text("utf-8"), version)
    if tag != f"v{version}":
        raise SystemExit(f"the tag is {tag}, the version in pyproject.toml {version}: `prepare` sets it")
    if not notes:
        raise SystemExit(f"CHANGELOG.md has no section [{version}]: `prepare` writes it")
    # The time of the commit stands in the archives, so that anybody can make the same ones.
    epoch = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=root, check=True, capture_output=True, text=True)
    env = {**os.environ, "SOURCE_DATE_EPOCH": epoch.stdout.strip()}
    packages = out / "packages"
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "-o", packages, root],
        env=env,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    [wheel] = packages.glob("*.whl")
    try_wheel(wheel, version)
    snapshot = out / f"kb-catalog-{version}.sqlite"
    with zipfile.ZipFile(wheel) as archive:
        snapshot.write_bytes(archive.read("kb/_data/catalog.sqlite"))
    fetch.write_digest(snapshot)
    (out / "notes.md").write_text(notes + "\n", "utf-8")
    print(*sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()), sep="\n")


def try_wheel(wheel: Path, version: str) -> None:
    """Install the wheel where nothing else is, and ask it something."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "KB_"))} | {"HOME": folder}
        subprocess.run([f"{folder}/bin/python", "-m", "pip", "install", "-q", wheel.resolve()], check=True, env=clean)
        for args, wanted in (("--version", f"kb {version}"), (QUERY, f"`{ANSWER}`"), ("list", ANSWER)):
            done = subprocess.run(
                [f"{folder}/bin/kb", args], check=False, env=clean, cwd=folder, capture_output=True, text=True
            )
            if done.returncode or wanted not in done.stdout:
                raise SystemExit(
                    f"the wheel, installed: kb {args!r} gives no {wanted!r} but {done.stdout}{done.stderr}"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare").add_argument("version")
    making = commands.add_parser("build")
    making.add_argument("tag")
    making.add_argument("out", nargs="?", type=Path, default=Path("dist"))
    parser.add_argument("--root", type=Path, default=Path(__file__).parent.parent, help="the checkout")
    asked = parser.parse_args()
    if asked.command == "prepare":
        prepare(asked.root, asked.version)
    else:
        build(asked.root, asked.tag, asked.out)


if __name__ == "__main__":
    main()
