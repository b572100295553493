"""The command line: ``metonic demo | serve | worker | scheduler | migrate | schema | plugins | token``."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from metonic_core.model.when import is_zone
from metonic_gateway import demo as demo_story
from metonic_gateway.app import build_app
from metonic_gateway.demo.folder import DemoFolder, DemoProblem
from metonic_gateway.graphql.schema import sdl
from metonic_gateway.http.identity import Identity, Role, issue_token, token_key
from metonic_gateway.plugins import plugins
from metonic_gateway.serving import PortTaken, bound, leave_loaded_alone, served, stop_signals
from metonic_gateway.settings import Settings, SettingsError, load_settings
from metonic_gateway.store.database import migrated
from metonic_gateway.store.usable import DatabaseUnusable, check_usable
from metonic_gateway.telemetry import set_up_logging
from metonic_gateway.wiring import at_work, now, running, scheduling

_USAGE = 2

cli = typer.Typer(
    name="metonic",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Keeps a platform's appointments and its users' calendars in step.",
)


cli.add_typer(plugins)


def main() -> None:
    """What the command ``metonic`` runs."""
    cli()


@cli.command()
def serve() -> None:
    """Run the service until Ctrl-C or SIGTERM: API, worker and scheduler in one process.

    Settings come from the environment (METONIC_...). The database is brought up to date first; only one
    `serve` may use it at a time. With METONIC_BROKER_URL it is the API alone: worker and scheduler are
    commands of their own, and so is `migrate`.
    """
    with _explained("set METONIC_PORT to another one"):
        settings = load_settings()
        set_up_logging(settings.log_format, settings.log_level)
        asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    with bound(settings.host, settings.port) as listening, stop_signals() as stop:
        if settings.broker is None:
            await _migrated(settings)
        else:
            await check_usable(settings.database_url.get_secret_value())
        async with running(settings) as services, served(build_app(services), listening, stop):
            leave_loaded_alone()
            typer.echo(f"Metonic answers on http://{settings.host}:{settings.port}/graphql", err=True)
            await stop.wait()


@cli.command()
def worker() -> None:
    """Sync calendars, as messages ask for it, until Ctrl-C or SIGTERM. Any number may run.

    Takes METONIC_BROKER_URL, and a database that `metonic migrate` brought up to date.
    """
    _run(at_work, "Metonic works")


@cli.command()
def scheduler() -> None:
    """Ask for what is due, until Ctrl-C or SIGTERM. One is enough; several may run.

    Takes METONIC_BROKER_URL, and a database that `metonic migrate` brought up to date.
    """
    _run(scheduling, "Metonic looks at what is due")


def _run(part: Callable[[Settings], AbstractAsyncContextManager[None]], words: str) -> None:
    with _explained():
        settings = load_settings()
        set_up_logging(settings.log_format, settings.log_level)
        asyncio.run(_until_stopped(part, settings, words))


async def _until_stopped(
    part: Callable[[Settings], AbstractAsyncContextManager[None]], settings: Settings, words: str
) -> None:
    await check_usable(settings.database_url.get_secret_value())
    with stop_signals() as stop:
        async with part(settings):
            leave_loaded_alone()
            typer.echo(words, err=True)
            await stop.wait()


@cli.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path(".metonic-demo"),
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port of the API.")] = 8000,
    calendar_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port of the calendar server (5232).")
    ] = None,
    *,
    reset: Annotated[bool, typer.Option("--reset", help="Forget what the demo has stored, and end.")] = False,
) -> None:
    """Show Metonic at work: with a calendar server, three users and a dozen appointments. Ctrl-C ends it."""
    with _explained("choose another one: metonic demo --port 8010 (make demo ARGS='--port 8010')"):
        if reset:
            DemoFolder(folder).forget()
            typer.echo(f"Nothing is left of the demo in {folder}.")
            return
        set_up_logging("console", "error")
        asyncio.run(demo_story.run(DemoFolder(folder), port, calendar_port))


@cli.command()
def migrate() -> None:
    """Bring the database up to date."""
    with _explained():
        asyncio.run(_migrated(load_settings()))
    typer.echo("The database is up to date.")


async def _migrated(settings: Settings) -> None:
    url = settings.database_url.get_secret_value()
    await check_usable(url)
    await migrated(url)


@cli.command()
def schema() -> None:
    """Print the GraphQL schema."""
    typer.echo(sdl().rstrip())


@cli.command()
def token(
    role: Annotated[Role, typer.Option(help="What the user is; the platform's backend speaks for no user.")],
    user: Annotated[str | None, typer.Option(help="The platform's id of the user.")] = None,
    name: Annotated[str | None, typer.Option(help="The user's name.")] = None,
    zone: Annotated[str | None, typer.Option(help="The user's time zone (IANA).")] = None,
    hours: Annotated[int, typer.Option(min=1, max=24 * 366, help="For how long it is valid.")] = 1,
) -> None:
    """Print a bearer token as the platform would sign it, to try the API with."""
    with _explained():
        if zone is not None and not is_zone(zone):
            raise SettingsError(f"There is no time zone {zone!r}: use an IANA name such as Europe/Berlin.")
        if (user is None) != (role is Role.BACKEND):
            raise SettingsError("A trainer and a client need --user, the backend has none.")
        key = token_key(load_settings().jwt_key.get_secret_value())
        identity = Identity(role, user, name, zone)
        typer.echo(issue_token(key, identity, now() + timedelta(hours=hours)))


@contextmanager
def _explained(if_port_is_taken: str = "") -> Iterator[None]:
    """What the person at the keyboard can mend is said in plain lines."""
    try:
        yield
    except (SettingsError, DatabaseUnusable, DemoProblem) as error:
        _end_with(error.message)
    except PortTaken as error:
        _end_with(f"{error.message} If something else uses that port, {if_port_is_taken}.")


def _end_with(message: str) -> NoReturn:
    typer.echo(message, err=True)
    sys.exit(_USAGE)
