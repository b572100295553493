"""Runs a console script or a module in a process that ends with whoever started it, however that ended.

Its standard input is a pipe that nobody writes to, and that the system closes when the parent is gone.
"""

import os
import runpy
import sys
import threading
from pathlib import Path


def _end_with_parent() -> None:
    # Not sys.stdin: the interpreter could not close it in the end while this thread reads from it.
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    del sys.argv[0]
    script = Path(sys.executable).with_name(sys.argv[0])
    if script.exists():
        runpy.run_path(str(script), run_name="__main__")
    else:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
