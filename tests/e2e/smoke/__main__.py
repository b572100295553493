"""``python -m tests.e2e.smoke``: ends with a table, and with 1 if anything was not as it should be."""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from tests.e2e.smoke.story import story

_INTERRUPTED = 130


def main() -> int:
    # Whoever ends us otherwise shall find it as tidy as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.stderr.write("Smoke test: takes a minute and a half, most of it waiting for the scheduler.\n")
    try:
        with tempfile.TemporaryDirectory(prefix="metonic-smoke-") as folder:
            table = asyncio.run(story(Path(folder)))
    except KeyboardInterrupt:
        return _INTERRUPTED
    sys.stdout.write(f"{table.text()}\n")
    return int(bool(table.failed))


if __name__ == "__main__":
    sys.exit(main())
