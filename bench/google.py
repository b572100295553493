"""A calendar at what stands in for Google: what runs ask of it, and what they cost beside bare requests."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from time import process_time
from typing import Any
from uuid import UUID

import aiohttp
from yarl import URL

from bench.desk import content
from bench.far import far
from bench.google_desk import google_desk, present
from bench.google_like import bodies
from bench.google_peer import insert_all
from bench.google_place import Place, place
from bench.measuring import Amount, Figure, in_turn, seconds
from metonic_google.items import FIELDS
from metonic_google.writing import created

EVENTS, NEW, PUSHED = 10_000, 1_000, 200
_READS, _PUSHES = 3, 3
# Where there is none, the service is told so: else it would keep to what Google documents.
_NO_QUOTA = '{"google": {"account": 1000000}}'
_MOST_REQUESTS, _MOST_SECONDS = 25, 120


async def figures() -> Sequence[Figure | Amount]:
    """The table's rows of Google."""
    async with place() as there:
        return [
            *await _requests(there),
            *await _with_quota(there),
            *await _first_reads(there),
            *await _pushing(there),
        ]


async def _requests(there: Place) -> Sequence[Amount]:
    await there.begin_anew()
    async with google_desk(there, paces=_NO_QUOTA) as desk:
        await desk.run()
        await desk.add_here(NEW)
        new = await desk.requests_of(desk.run)
        await _check_calendar(there, NEW)
        await desk.run()
        idle = await desk.requests_of(desk.run)
    what = f"Google: HTTP requests of a run over {NEW:,} new appointments"
    return [
        Amount(what, new, "requests", _MOST_REQUESTS),
        Amount(f"Google: HTTP requests of a run that finds nothing, {NEW:,} copies", idle, "requests", 1),
    ]


async def _with_quota(there: Place) -> Sequence[Amount]:
    """With what Google allows a user in a minute; time passes only between the runs."""
    await there.begin_anew(has_quota=True)
    began = now = present()

    async def at(moment: datetime) -> datetime:
        await there.told("POST", "clock", {"now": moment.isoformat(), "runs": False})
        return moment

    await at(now)
    async with google_desk(there, lambda: now) as desk:
        await desk.run()
        await desk.add_here(NEW)
        before = desk.way.asked
        due = await desk.try_to_run()
        while await there.count() < NEW:
            now = await at(max(due, now + timedelta(seconds=1)))
            due = await desk.try_to_run()
        asked = desk.way.asked - before
    log = await there.told("GET", "log")
    refused = sum(entry["status"] in {403, 429} for entry in log)
    what = f"Google with its quota of 600 a minute: {NEW:,} new appointments,"
    return [
        Amount(f"{what} HTTP requests", asked, "requests", _MOST_REQUESTS),
        Amount(f"{what} writes that it refused", refused, "writes", 0),
        Amount(f"{what} until all are there", (now - began).total_seconds(), "s", _MOST_SECONDS),
    ]


async def _first_reads(there: Place) -> Sequence[Figure]:
    await there.begin_anew()
    await there.put(bodies(EVENTS))

    async def stored() -> float:
        async with google_desk(there) as desk:
            took = await _processor(desk.run)
            _check(len(await desk.appointments()), EVENTS)
            return took

    async def read() -> float:
        async with google_desk(there) as desk:
            return await _processor(lambda: _all_of(desk.read()))

    async def floor() -> float:
        async with _signed_in(there) as session:
            return await _processor(lambda: _all_of(_read_bare(there, session)))

    found = await in_turn(_READS, read, stored, floor)
    what = f"Google: first read of {EVENTS:,} events{{}} / the same pages by aiohttp, decoded; processor"
    return [
        Figure(what.format(", understood"), found[0], found[2], 3),
        Figure(what.format(" into the database"), found[1], found[2], 3),
    ]


async def _read_bare(there: Place, session: aiohttp.ClientSession) -> int:
    """All pages as the plugin asks for them."""
    query = {"maxResults": "1000", "singleEvents": "false", "fields": f"items({FIELDS}),nextPageToken"}
    found, more = 0, dict[str, str]()
    while True:
        async with session.get(there.events, params=query | more) as answer:
            page = json.loads(await answer.read())
        found += len(page["items"])
        if "nextPageToken" not in page:
            return found
        more = {"pageToken": page["nextPageToken"]}


async def _pushing(there: Place) -> Sequence[Figure]:
    """Each time into an empty calendar, through a line with a round trip of 80 ms."""
    with far(there.url.rstrip("/")) as origin:

        async def ours() -> float:
            await there.begin_anew()
            async with google_desk(there, origin=origin) as desk:
                await desk.run()
                await desk.add_here(PUSHED)
                took = await desk.run()
            await _check_calendar(there, PUSHED)
            return took

        async def floor() -> float:
            await there.begin_anew()
            async with _signed_in(there) as session:
                return await seconds(partial(_put_bare, f"{origin}{URL(there.events).path}", session))

        async def peer() -> float:
            await there.begin_anew()
            token = await there.token()
            took = await seconds(lambda: asyncio.to_thread(insert_all, f"{origin}/", token, _copies()))
            await _check_calendar(there, PUSHED)
            return took

        found = await in_turn(_PUSHES, ours, floor, peer)
    what = f"Google, 80 ms away: {PUSHED} appointments into an empty calendar{{}} / one `POST` each"
    return [
        Figure(what.format(""), found[0], found[1], 0.4),
        Figure(what.format(" by google-api-python-client"), found[2], found[1]),
    ]


async def _put_bare(address: str, session: aiohttp.ClientSession) -> None:
    for body in _copies():
        async with session.post(address, json=body) as answer:
            answer.raise_for_status()
            await answer.read()


def _copies() -> Sequence[Mapping[str, Any]]:
    """What the service writes for as many appointments."""
    year = present().year + 1
    return [created(content(n, year), UUID(int=n), "bench") for n in range(PUSHED)]


@asynccontextmanager
async def _signed_in(there: Place) -> AsyncIterator[aiohttp.ClientSession]:
    """A session with what Google wants to see before it compresses."""
    headers = {"Authorization": f"Bearer {await there.token()}", "User-Agent": "bench (gzip)"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield session


async def _processor(done: Callable[[], Awaitable[object]]) -> float:
    """Seconds of the processor: others may be using it at the same time."""
    began = process_time()
    await done()
    return process_time() - began


async def _all_of(reading: Awaitable[int]) -> None:
    _check(await reading, EVENTS)


async def _check_calendar(there: Place, expected: int) -> None:
    _check(await there.count(), expected)


def _check(found: int, expected: int) -> None:
    if found != expected:
        raise RuntimeError(f"{found} events came through and not {expected}")
