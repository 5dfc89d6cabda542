"""What all tests share."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ERROR = "ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88"
ENTRY = "python/numpy-abi"
"""An error that has one meaning, and its entry."""
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of the shipped entries."""
    from kb.catalog.build import build

    path = tmp_path_factory.mktemp("catalog") / "catalog.sqlite"
    build([ROOT / "entries"], path)
    return path


@pytest.fixture
def kb(catalog: Path) -> Run:
    """Runs the command line in a process of its own: `kb("show", "ID", input=b"…")`."""

    def run(*args: str | bytes, **options: object) -> "subprocess.CompletedProcess[bytes]":
        env = {**os.environ, "KB_CATALOG": str(catalog), **(options.pop("env", None) or {})}  # type: ignore[dict-item]
        options.setdefault("stdin", subprocess.DEVNULL) if "input" not in options else None
        return subprocess.run(
            [sys.executable, "-m", "kb.faces.cli", *args], capture_output=True, timeout=60, env=env, cwd=ROOT, **options
        )  # type: ignore[call-overload,no-any-return]

    return run
