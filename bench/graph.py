"""A calendar at what stands in for Graph: what runs ask of it, and what they cost beside bare requests."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import aiohttp

from bench.graph_like import bodies
from bench.measuring import Amount, Figure
from bench.place import place
from bench.signed_rows import Body, Measured, first_reads, new_and_idle, pushing
from metonic_core.model.content import Content
from metonic_core.spi import Create
from metonic_outlook.provider import PROVIDER
from metonic_outlook.writing import created
from metonic_outlook.zones import Mailbox

EVENTS, SERIES = 5_000, 100
_PAGES = "calendarView.delta"
_MOST_REQUESTS, _MOST_AT_ONCE, _MOST_BESIDE_PAGES = 60, 4, 10
# The answers take a while, so that requests meet that can.
_LATENCY = 0.005
_WHAT = f"{EVENTS:,} events and {SERIES} weekly series"


async def figures() -> Sequence[Figure | Amount]:
    """The table's rows of Outlook."""
    async with place("graph", "alice@contoso.example") as there:
        one = Measured("Outlook", there, PROVIDER, "/v1.0/me/events", _written)
        return [
            *await _requests(one),
            *await _first_reads(one),
            *await pushing(one),
        ]


def _written(content: Content, identity: UUID) -> Body:
    return created(Create(identity, "bench", content), Mailbox(home="Europe/Berlin"))


async def _requests(one: Measured) -> Sequence[Amount]:
    await one.begin_anew()
    await one.there.told("PUT", "quirks/latency", {"seconds": _LATENCY})
    rows = await new_and_idle(one, _MOST_REQUESTS)
    log = await one.there.told("GET", "log")
    what = "Outlook: requests to the mailbox at the same time, parts of batches too"
    return [*rows, Amount(what, _most_at_once(log), "requests", _MOST_AT_ONCE)]


def _most_at_once(log: Iterable[Mapping[str, Any]]) -> int:
    """By when each came and how long it took, which is told to a tenth of a millisecond."""
    begun = [(entry["at"], 1) for entry in log]
    ended = [(entry["at"] + entry["seconds"] - 0.0001, -1) for entry in log]
    most = now = 0
    for _, change in sorted([*begun, *ended]):
        now += change
        most = max(most, now)
    return most


async def _first_reads(one: Measured) -> Sequence[Figure | Amount]:
    await one.begin_anew()
    await one.there.put(bodies(EVENTS, SERIES))
    async with one.desk() as desk:
        window = desk.services.window()
        asked = await desk.requests_of(desk.run)
    pages = sum(entry["operation"] == _PAGES for entry in await one.there.told("GET", "log"))

    async def bare(session: aiohttp.ClientSession) -> None:
        """All pages as the plugin asks for them."""
        address = one.there.at("/v1.0/me/calendar/calendarView/delta")
        query = {"startDateTime": _moment(window.start), "endDateTime": _moment(window.end)}
        found, headers = 0, {"Prefer": 'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=50'}
        while address:
            async with session.get(address, params=query, headers=headers) as answer:
                page = json.loads(await answer.read())
            found += len(page["value"])
            address, query = page.get("@odata.nextLink", ""), {}
        if found <= EVENTS + SERIES:
            raise RuntimeError(f"only {found} rows came through")

    what = f"Outlook: HTTP requests of a first read of {_WHAT} beside its {pages} pages"
    return [
        Amount(what, asked - pages, "requests", _MOST_BESIDE_PAGES),
        *await first_reads(one, _WHAT, EVENTS + SERIES, bare),
    ]


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
