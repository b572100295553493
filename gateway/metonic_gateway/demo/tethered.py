"""Runs a module in a process that ends with whoever started it, however that ended.

Run as a script: its standard input is a pipe that nobody writes to, and that the system closes when the
parent is gone.
"""

import os
import runpy
import sys
import threading


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
