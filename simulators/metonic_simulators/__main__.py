"""``python -m metonic_simulators icloud --port N``: a stand-in until Ctrl-C or SIGTERM."""

import argparse
import asyncio
import signal
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from metonic_simulators.icloud import Account, StandIn, icloud
from metonic_simulators.servers import HOST, KINDS, CalendarServer, named, started

_READY = """\
The stand-in for iCloud is ready.

  server    {url}
  user      {user}
  password  {password}
  switches  {url}-/quirks, -/faults, -/log, -/outbox, -/reset
"""


def main() -> None:
    arguments = _arguments()
    try:
        with _server(arguments) as server:
            asyncio.run(_run(arguments, server))
    except (OSError, RuntimeError) as error:
        sys.exit(str(error))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m metonic_simulators", description="The outside world for trials."
    )
    commands = parser.add_subparsers(required=True, metavar="icloud")
    one = commands.add_parser("icloud", help="iCloud's calendars before a real CalDAV server")
    one.add_argument("--port", type=int, required=True, help="the entry host's; 0: one that is free")
    behind = one.add_mutually_exclusive_group()
    behind.add_argument(
        "--server", choices=sorted(KINDS), default="radicale", help="what is started behind it"
    )
    behind.add_argument("--upstream", help="what runs already: http://user:password@host:port/home/")
    one.add_argument(
        "--partition-name",
        default=HOST,
        help="what the host of the home is called: localhost makes it another host",
    )
    one.add_argument("--user", default=Account().user)
    one.add_argument("--password", default=Account().password)
    one.add_argument(
        "--certificate", type=Path, help="speak https with this certificate and key (PEM, one file)"
    )
    return parser.parse_args()


@contextmanager
def _server(arguments: argparse.Namespace) -> Iterator[CalendarServer]:
    if arguments.upstream:
        yield named(arguments.upstream)
        return
    if find_spec(arguments.server) is None:
        raise RuntimeError(f"{arguments.server} is not installed: pip install {arguments.server}.")
    with tempfile.TemporaryDirectory() as folder, started(arguments.server, Path(folder)) as server:
        yield server


async def _run(arguments: argparse.Namespace, server: CalendarServer) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with icloud(
        server,
        port=arguments.port,
        partition_name=arguments.partition_name,
        account=Account(arguments.user, arguments.password),
        tls=_tls(arguments.certificate),
    ) as stand_in:
        await stand_in.make_calendar("home")
        _tell(stand_in)
        await stop.wait()


def _tls(certificate: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def _tell(stand_in: StandIn) -> None:
    words = _READY.format(url=stand_in.url, user=stand_in.user, password=stand_in.password)
    sys.stdout.write(words)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
