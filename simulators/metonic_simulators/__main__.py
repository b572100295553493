"""``python -m metonic_simulators icloud|google|graph --port N``: a stand-in until Ctrl-C or SIGTERM."""

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
from typing import Any

from metonic_simulators.google import google
from metonic_simulators.google.serving import USERS
from metonic_simulators.graph import graph
from metonic_simulators.graph.serving import PERSONAL
from metonic_simulators.graph.serving import USERS as WORK
from metonic_simulators.icloud import Account, StandIn, icloud
from metonic_simulators.servers import HOST, KINDS, CalendarServer, named, started
from metonic_simulators.wire.signed_in import SignedIn

_READY_PROVIDER = """\
The stand-in for {name} is ready.

  server         {url}
  client id      {client}
  client secret  {secret}
{users}
  switches       {url}-/quirks, -/faults, -/log, -/outbox, -/deliveries, -/reset, -/clock, -/users, -/events
"""
_READY_USER = """
  user           {email}
  access token   {access}
  refresh token  {refresh}
"""
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
        arguments.run(arguments)
    except (OSError, RuntimeError) as error:
        sys.exit(str(error))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m metonic_simulators", description="The outside world for trials."
    )
    commands = parser.add_subparsers(required=True, metavar="icloud|google|graph")
    _add_icloud(commands.add_parser("icloud", help="iCloud's calendars before a real CalDAV server"))
    _add_google(commands.add_parser("google", help="Google Calendar and sign-in with Google"))
    _add_graph(commands.add_parser("graph", help="calendars of Microsoft Graph and sign-in with Microsoft"))
    return parser.parse_args()


def _add_google(one: argparse.ArgumentParser) -> None:
    one.set_defaults(run=lambda arguments: asyncio.run(_run_google(arguments)))
    _add_provider(one)


def _add_graph(one: argparse.ArgumentParser) -> None:
    one.set_defaults(run=lambda arguments: asyncio.run(_run_graph(arguments)))
    _add_provider(one)
    one.add_argument(
        "--personal",
        action="append",
        help="the address of an account of no organization; one if nobody is named",
    )


def _add_provider(one: argparse.ArgumentParser) -> None:
    """What every one has that somebody can sign in to."""
    one.add_argument("--port", type=int, required=True, help="0: one that is free")
    one.add_argument("--seed", default="metonic", help="what ids and tokens are drawn from")
    one.add_argument(
        "--user", action="append", dest="users", help="an address, once for each; two if nobody is named"
    )
    one.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        help="where a sign-in may lead back to; anywhere if none",
    )


def _add_icloud(one: argparse.ArgumentParser) -> None:
    one.set_defaults(run=_run_icloud)
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


def _run_icloud(arguments: argparse.Namespace) -> None:
    with _server(arguments) as server:
        asyncio.run(_run(arguments, server))


@contextmanager
def _server(arguments: argparse.Namespace) -> Iterator[CalendarServer]:
    if arguments.upstream:
        yield named(arguments.upstream)
        return
    if find_spec(arguments.server) is None:
        raise RuntimeError(f"{arguments.server} is not installed: pip install {arguments.server}.")
    with tempfile.TemporaryDirectory() as folder, started(arguments.server, Path(folder)) as server:
        yield server


def _stop() -> asyncio.Event:
    """Set by Ctrl-C and SIGTERM."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def _run_google(arguments: argparse.Namespace) -> None:
    stop = _stop()
    async with google(
        port=arguments.port,
        seed=arguments.seed,
        users=arguments.users or USERS,
        redirect_uris=arguments.redirect_uri,
    ) as simulator:
        _tell_of("Google", simulator)
        await stop.wait()


async def _run_graph(arguments: argparse.Namespace) -> None:
    stop, users, personal = _stop(), arguments.users or [], arguments.personal or []
    async with graph(
        port=arguments.port,
        seed=arguments.seed,
        users=users or ([] if personal else WORK),
        personal=personal or ([] if users else PERSONAL),
        redirect_uris=arguments.redirect_uri,
    ) as simulator:
        _tell_of("Microsoft Graph", simulator)
        await stop.wait()


async def _run(arguments: argparse.Namespace, server: CalendarServer) -> None:
    stop = _stop()
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


def _tell_of(name: str, simulator: SignedIn[Any, Any]) -> None:
    users = []
    for user in simulator.users:
        access, refresh = simulator.ready_tokens(user)
        users.append(_READY_USER.format(email=user.email, access=access, refresh=refresh))
    client, secret = simulator.client_id, simulator.client_secret
    words = _READY_PROVIDER.format(
        name=name, url=simulator.url, client=client, secret=secret, users="".join(users)
    )
    sys.stdout.write(words)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
