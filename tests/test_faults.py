"""Faults in their short form: kills, a stopped database, a full disk, spoilt catalogs, slow and huge clients."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT

from bench.faults import TRIALS


@pytest.mark.parametrize("name", TRIALS)
def test_nothing_is_lost(name: str) -> None:
    # In a process of its own, since it forks and kills.
    env = {k: v for k, v in os.environ.items() if not k.startswith("KB_")}
    argv = [sys.executable, "-m", "bench.faults", name, "--short"]
    got = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=250)

    assert got.returncode == 0, got.stdout + got.stderr
    assert '"lost": 0' in got.stdout
