"""`kb hook claude` as a process beside a bare interpreter, in turn, in one run: `python -m bench.hook_time`."""

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from bench.cold_start import RUNS, seconds

QUERY = "ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88"
TRACE = Path(__file__).with_name("trace.txt").read_text()


def event(error: str, session: str) -> bytes:
    return json.dumps(
        {
            "session_id": session,
            "transcript_path": "/home/me/.claude/projects/demo/session.jsonl",
            "cwd": "/home/me/demo",
            "permission_mode": "default",
            "hook_event_name": "PostToolUseFailure",
            "tool_name": "Bash",
            "tool_input": {"command": "python app.py", "description": "Run the program"},
            "tool_use_id": "toolu_01",
            "error": f"Exit code 1\n{error}",
            "is_interrupt": False,
        }
    ).encode()


def main() -> None:
    bare = [sys.executable, "-c", "pass"]
    hook = [str(Path(sys.executable).with_name("kb")), "hook", "claude"]
    cases = {"a match": QUERY, "a match, 60 lines": TRACE, "no match": "make: *** [Makefile:3: lint] Error 1"}
    with tempfile.TemporaryDirectory() as state:
        os.environ["XDG_STATE_HOME"] = state
        for name, error in cases.items():
            seconds(hook, event(error, "warm"))
            pairs = [(seconds(bare), seconds(hook, event(error, f"{name} {n}"))) for n in range(RUNS)]
            one, two = (statistics.median(p[n] for p in pairs) * 1e3 for n in (0, 1))
            ratio = statistics.median(b / a for a, b in pairs)
            print(f"hook, {name:18} {two:6.1f} ms; python -c pass {one:6.1f} ms; ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
