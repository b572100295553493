"""``python -m tests.e2e.smoke``: ends with a table, and with 1 if anything was not as it should be."""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from tests.e2e.smoke.story import story
from tests.e2e.smoke.table import Table

_INTERRUPTED = 130
_CUT_OFF = "\n\nIt was cut off: this is not all."


def main() -> int:
    # Whoever ends us otherwise shall find it as tidy as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.stderr.write("Smoke test: takes a minute and a half, most of it waiting for the scheduler.\n")
    table = Table()
    is_done = False
    try:
        with tempfile.TemporaryDirectory(prefix="metonic-smoke-") as folder:
            asyncio.run(story(Path(folder), table))
        is_done = True
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        sys.stdout.write(f"{table.text()}{'' if is_done else _CUT_OFF}\n")
    return int(bool(table.failed))


if __name__ == "__main__":
    sys.exit(main())
