"""A calendar at what stands in for Google: what runs ask of it, and what they cost beside bare requests."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import aiohttp

from bench.google_like import bodies
from bench.google_peer import insert_all
from bench.measuring import Amount, Figure
from bench.place import Place, place
from bench.signed_desk import present, signed_desk
from bench.signed_rows import NEW, Body, Measured, check, first_reads, new_and_idle, pushing
from metonic_google.items import FIELDS
from metonic_google.provider import PROVIDER
from metonic_google.writing import created

EVENTS = 10_000
_PATH = "/calendar/v3/calendars/primary/events"
_MOST_REQUESTS, _MOST_SECONDS = 25, 120


async def figures() -> Sequence[Figure | Amount]:
    """The table's rows of Google."""
    async with place("google", "alice@example.com") as there:
        one = Measured(
            "Google",
            there,
            PROVIDER,
            _PATH,
            lambda content, identity: created(content, identity, "bench"),
            off=("quota",),
            # Where there is none, the service is told so: else it would keep to what Google documents.
            settings={"paces": '{"google": {"account": 1000000}}'},
        )
        await one.begin_anew()
        return [
            *await new_and_idle(one, _MOST_REQUESTS),
            *await _with_quota(there),
            *await _first_reads(one),
            *await _pushing(one),
        ]


async def _with_quota(there: Place) -> Sequence[Amount]:
    """With what Google allows a user in a minute; time passes only between the runs."""
    await there.begin_anew()
    began = now = present()

    async def at(moment: datetime) -> datetime:
        await there.told("POST", "clock", {"now": moment.isoformat(), "runs": False})
        return moment

    await at(now)
    async with signed_desk(there, PROVIDER, lambda: now) as desk:
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


async def _first_reads(one: Measured) -> Sequence[Figure]:
    await one.begin_anew()
    await one.there.put(bodies(EVENTS))

    async def bare(session: aiohttp.ClientSession) -> None:
        """All pages as the plugin asks for them."""
        query = {"maxResults": "1000", "singleEvents": "false", "fields": f"items({FIELDS}),nextPageToken"}
        address, found, more = one.there.at(_PATH), 0, dict[str, str]()
        while True:
            async with session.get(address, params=query | more) as answer:
                page = json.loads(await answer.read())
            found += len(page["items"])
            if "nextPageToken" not in page:
                return check(found, EVENTS)
            more = {"pageToken": page["nextPageToken"]}

    return await first_reads(one, f"{EVENTS:,} events", EVENTS, bare)


async def _pushing(one: Measured) -> Sequence[Figure]:
    async def by_its_client(origin: str, copies: Sequence[Body]) -> None:
        token = await one.there.token()
        await asyncio.to_thread(insert_all, f"{origin}/", token, copies)

    return await pushing(one, **{"google-api-python-client": by_its_client})
