"""Cold start: `kb "…"` as a process beside a bare interpreter, in turn, in one run: `python -m bench.cold_start`."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

QUERY = "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"
RUNS = 40


def seconds(command: list[str], stdin: bytes = b"") -> float:
    start = time.perf_counter()
    subprocess.run(command, input=stdin, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def main() -> None:
    bare = [sys.executable, "-c", "pass"]
    kb = [str(Path(sys.executable).with_name("kb"))]
    trace = (Path(__file__).parent / "trace.txt").read_bytes()
    for name, command, stdin in (("kb TEXT", [*kb, QUERY], b""), ("kb < 60-line trace", kb, trace)):
        seconds(command, stdin)
        pairs = [(seconds(bare), seconds(command, stdin)) for _ in range(RUNS)]
        one, two = (statistics.median(p[n] for p in pairs) * 1e3 for n in (0, 1))
        ratio = statistics.median(b / a for a, b in pairs)
        print(f"{name:20} {two:6.1f} ms; python -c pass {one:6.1f} ms; ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
