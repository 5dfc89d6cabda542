"""Every core busy, to see whether a replay holds then too."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

# Ends by itself when this process is gone: its input is then at its end.
_COMPUTE = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
while True:
    pass
"""


@contextlib.contextmanager
def every_core_busy() -> Iterator[None]:
    """Keep one process per core computing as long as the block runs."""
    with contextlib.ExitStack() as stack:
        for _ in range(os.cpu_count() or 1):
            process = stack.enter_context(
                subprocess.Popen([sys.executable, "-I", "-S", "-c", _COMPUTE], stdin=subprocess.PIPE)
            )
            stack.callback(process.kill)
        yield
