"""``python -m tests.e2e.smoke``: ends with a table, and with 1 if anything was not as it should be."""

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from tests.e2e.smoke.platform_side.story import platform_side
from tests.e2e.smoke.signed_in.google.place import Google
from tests.e2e.smoke.signed_in.outlook.place import Outlook
from tests.e2e.smoke.signed_in.story import signed_in
from tests.e2e.smoke.story import story
from tests.e2e.smoke.table import Table

_INTERRUPTED = 130
_CUT_OFF = "\n\nIt was cut off: this is not all."
_STORIES = ("people", "platform", "google", "outlook")
_FEWEST, _USUAL = 60, 1_000


def main() -> int:
    options = _options()
    # Whoever ends us otherwise shall find it as tidy as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.stderr.write("Smoke test: takes some minutes, the first of them waiting for the scheduler.\n")
    table = Table()
    is_done = False
    try:
        with tempfile.TemporaryDirectory(prefix="metonic-smoke-") as folder:
            asyncio.run(_run(Path(folder), table, options))
        is_done = True
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        sys.stdout.write(f"{table.text()}{'' if is_done else _CUT_OFF}\n")
    return int(bool(table.failed))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.smoke", description=__doc__)
    parser.add_argument(
        "--appointments", type=int, default=_USUAL, help=f"how many the platform has: {_FEWEST} or more"
    )
    parser.add_argument("--only", nargs="+", choices=_STORIES, default=_STORIES, help="some of the stories")
    parser.add_argument("--short", action="store_true", help="of those who sign in what is quick")
    parser.add_argument("--at-once", action="store_true", help="all stories at the same time")
    options = parser.parse_args()
    if options.appointments < _FEWEST:
        parser.error(f"there are at least {_FEWEST} appointments")
    return options


async def _run(folder: Path, table: Table, options: argparse.Namespace) -> None:
    own = {name: folder / name for name in options.only}
    for path in own.values():
        path.mkdir()
    stories = {
        "people": lambda: story(own["people"], table),
        "platform": lambda: platform_side(own["platform"], table, options.appointments),
        "google": lambda: signed_in(own["google"], table, Google, is_short=options.short),
        "outlook": lambda: signed_in(own["outlook"], table, Outlook, is_short=options.short),
    }
    if options.at_once:
        await asyncio.gather(*(stories[name]() for name in own))
        return
    for name in own:
        await stories[name]()


if __name__ == "__main__":
    sys.exit(main())
