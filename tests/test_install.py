"""The wheel, installed where nothing else is, answers."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from conftest import ERROR, ROOT


def test_a_wheel_in_a_bare_environment_answers(tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if k not in ("KB_CATALOG", "PYTHONPATH")}
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, ROOT], check=True, env=env)
    wheel = next(tmp_path.glob("kb_errors-*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    subprocess.run([tmp_path / "venv/bin/pip", "install", "-q", wheel], check=True, env=env)
    got = subprocess.run(
        [tmp_path / "venv/bin/kb", ERROR], capture_output=True, env={**env, "HOME": str(tmp_path)}, cwd=tmp_path
    )
    served = subprocess.run([tmp_path / "venv/bin/kb", "serve"], capture_output=True, env=env, cwd=tmp_path)

    assert {
        "kb/_data/catalog.sqlite",
        "kb/_data/entries/python/numpy-abi.md",
        "kb/_data/web/static/style.css",
    } <= set(names)
    assert (got.returncode, b"`python/numpy-abi`" in got.stdout) == (0, True)
    assert (served.returncode, b"kb-errors[web]" in served.stderr) == (2, True)
