"""Metonic at work on one machine: ``metonic demo``.

A calendar server, stand-ins for Google and Microsoft, the gateway, a platform's backend, three users and a
dozen appointments. All that the demo does to the gateway it does through the public API and sign-in pages.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import Any

import aiohttp
import typer

from metonic_gateway.app import build_app
from metonic_gateway.demo.api import Api
from metonic_gateway.demo.appointments import HOME, KIM, LEE, TRAINER, TRAINER_NAME, appointments
from metonic_gateway.demo.calendar_server import calendar_server
from metonic_gateway.demo.folder import HOST, CalendarLogin, DemoFolder, DemoProblem
from metonic_gateway.demo.stand_ins import GOOGLE, OUTLOOK, StandIn, page_of, settings, stand_in
from metonic_gateway.demo.words import Cast, Guest, status_line, words
from metonic_gateway.http.identity import Identity, Role, issue_token, token_key
from metonic_gateway.services import Services
from metonic_gateway.serving import bound, served, stop_signals
from metonic_gateway.store.database import migrated
from metonic_gateway.wiring import now, running

_TOKENS_LAST = timedelta(days=30)
_FIRST_SYNC_SECONDS = 60
_CLIENTS = {GOOGLE: KIM, OUTLOOK: LEE}


async def run(folder: DemoFolder, port: int, calendar_port: int | None) -> None:
    """Run until Ctrl-C. Raises DemoProblem, PortTaken."""
    url = f"http://{HOST}:{port}"
    with folder.held(), bound(HOST, port) as listening, stop_signals() as stop:
        login = folder.calendar_login(calendar_port)
        async with AsyncExitStack() as running_beside:
            await running_beside.enter_async_context(
                calendar_server(folder.calendars, login, is_settled=folder.has_calendar)
            )
            stand_ins = [
                await running_beside.enter_async_context(stand_in(kind, client.email, url, folder.calendars))
                for kind, client in _CLIENTS.items()
            ]
            told = folder.settings(port, settings(url, stand_ins))
            await migrated(told.database_url.get_secret_value())
            async with running(told) as services, served(build_app(services), listening, stop):
                folder.keep_calendar_login(login)
                await _until(stop, _fill_and_tell(folder, services, login, stand_ins))
    typer.echo("Stopped. `metonic demo` goes on from here.")


async def _until(stop: asyncio.Event, telling: Coroutine[Any, Any, None]) -> None:
    """Tell, then wait; whoever stops earlier need not hear it all."""
    told = asyncio.create_task(telling)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait((told, stopped), return_when=asyncio.FIRST_COMPLETED)
    if told.done():
        stopped.cancel() if told.exception() else await stopped
    else:
        told.cancel()
    with suppress(asyncio.CancelledError):
        await told


async def _fill_and_tell(
    folder: DemoFolder, services: Services, login: CalendarLogin, stand_ins: Sequence[StandIn]
) -> None:
    async with aiohttp.ClientSession() as session:
        cast = Cast(
            backend=_api(services, session, Identity(Role.BACKEND, None)),
            trainer=_api(services, session, Identity(Role.TRAINER, TRAINER, TRAINER_NAME, HOME), "apple"),
            guests=[_guest(services, session, one) for one in stand_ins],
        )
        if not folder.is_filled:
            await _fill(services, cast.backend, cast.trainer, login)
            folder.note_filled()
        for guest in cast.guests:
            await _sign_in(guest.api)
        typer.echo(words(cast, login, await _first_statuses(cast)))


def _guest(services: Services, session: aiohttp.ClientSession, place: StandIn) -> Guest:
    client, provider = _CLIENTS[place.kind], place.kind.provider
    identity = Identity(Role.CLIENT, client.id, client.name, HOME)
    return Guest(client.first, place, _api(services, session, identity, provider))


async def _fill(services: Services, backend: Api, trainer: Api, login: CalendarLogin) -> None:
    """Make what is not there yet: a start that was interrupted is continued."""
    await backend.upsert(appointments(services.clock().date()))
    if not await trainer.is_connected():
        await trainer.connect(login)


async def _sign_in(client: Api) -> None:
    """At every start anew: a stand-in begins empty, which must not count as deletions."""
    if await client.is_connected():
        await client.disconnect()
    await client.sign_in(page_of(client.url.removesuffix("/graphql")))


async def _first_statuses(cast: Cast) -> str:
    """How the calendars stand after their first sync."""
    try:
        async with asyncio.timeout(_FIRST_SYNC_SECONDS):
            lines = [status_line("The trainer's calendar", await cast.trainer.synced())]
            for guest in cast.guests:
                whose = f"{guest.first}'s, at {guest.place.kind.title}'s stand-in"
                lines.append(status_line(whose, await guest.api.synced()))
            return "\n".join(lines)
    except TimeoutError:
        raise DemoProblem("The first sync did not end in time: start again, it goes on.") from None


def _api(
    services: Services, session: aiohttp.ClientSession, identity: Identity, provider: str | None = None
) -> Api:
    key = token_key(services.settings.jwt_key.get_secret_value())
    token = issue_token(key, identity, now() + _TOKENS_LAST)
    return Api(session, f"http://{HOST}:{services.settings.port}/graphql", token, provider)
