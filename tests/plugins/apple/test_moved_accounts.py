"""An account whose partition changes in the middle of a run: it goes on there, and nothing counts as gone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web
from tests.plugins.apple.at_icloud import At, Named
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Scripted, event, multistatus, redirect
from tests.plugins.apple.test_batch import CREATE, TEXT
from tests.plugins.apple.test_profiles import CALENDAR, NEW, OLD, WINDOW, Hosts, adapter, lives_at

from metonic_apple.adapter import AppleAdapter
from metonic_core.spi import Delete, Failed, Removed, Seen, Stored, Touched, Unavailable, Unknown, Update
from metonic_core.testing.checks.contents import LESSON, creating
from metonic_simulators.icloud import StandIn

ENTRY, PARTITION = "https://caldav.icloud.com", "https://p12-caldav.icloud.com"
WAYS = pytest.mark.parametrize("status", [301, 308, 404, 410, 421])
LOST = pytest.mark.parametrize("status", [404, 421])


@pytest.fixture
async def at(stand_in: StandIn) -> AsyncIterator[At]:
    """Signed in at the partition, by iCloud's names."""
    home = account(PARTITION + stand_in.world.home, stand_in.user)
    names = {ENTRY: stand_in.world.entry, PARTITION: stand_in.world.partition}
    async with aiohttp.ClientSession() as session:
        client = Named(session, stand_in.user, stand_in.password, names=names)
        calendar = await stand_in.make_calendar(uuid4().hex)
        yield At(stand_in, client, home, AppleAdapter(client, home), calendar)


@pytest.fixture
def hosts(server: Scripted, client: HttpClient) -> Hosts:
    return Hosts(client, server)


@WAYS
async def test_a_run_goes_on_where_the_account_is_by_now(at: At, status: int) -> None:
    edited, deleted = await at.create(), await at.create()
    begun = await at.changes()
    at.stand_in.turn_on("moved-account", status=status)

    page = await at.changes(begun.done)
    read = await at.adapter.hydrate(at.calendar, [edited.id])
    made = await at.write(creating(LESSON))
    changed = await at.write(
        Update(edited.id, edited.etag, replace(LESSON, title="New"), frozenset({"title"}))
    )
    removed = await at.write(Delete(deleted.id, deleted.etag))

    assert list(page.changes) == []
    assert read == [Seen(edited)]
    assert isinstance(made, Stored)
    assert isinstance(changed, Stored)
    assert removed == Removed()
    assert await at.ask("GET", deleted.id) == 404


@WAYS
async def test_the_move_is_noticed_by_a_deletion_too(at: At, status: int) -> None:
    event = await at.create()
    at.stand_in.turn_on("moved-account", status=status)

    assert await at.write(Delete(event.id, event.etag)) == Removed()

    assert await at.ask("GET", event.id) == 404


@WAYS
async def test_an_event_is_not_gone_because_the_account_is(at: At, status: int) -> None:
    event = await at.create()
    at.stand_in.turn_on("moved-account", status=status)
    at.stand_in.turn_on("left-out")

    assert await at.adapter.hydrate(at.calendar, [event.id]) == [Seen(event)]


@WAYS
async def test_a_deletion_of_an_unknown_version_finds_the_account_first(at: At, status: int) -> None:
    event = await at.create()
    at.stand_in.turn_on("moved-account", status=status)

    assert await at.write(Delete(event.id, f"W/{event.etag}")) == Removed()

    assert await at.ask("GET", event.id) == 404


@LOST
async def test_while_the_entry_fails_nothing_is_gone_and_the_next_run_finds_the_place(
    at: At, status: int
) -> None:
    events = [await at.create() for _ in range(3)]
    begun = await at.changes()
    at.stand_in.turn_on("moved-account", status=status)
    at.stand_in.arm("failing", method="PROPFIND", times=1000, status=502)

    outcomes = await at.adapter.write_events(at.calendar, [Delete(e.id, e.etag) for e in events])
    with pytest.raises(Unavailable):
        await at.changes(begun.done)
    with pytest.raises(Unavailable):
        await at.adapter.hydrate(at.calendar, [events[0].id])

    assert not any(isinstance(one, Removed) for one in outcomes)
    at.stand_in.faults.clear()
    assert [await at.ask("GET", event.id) for event in events] == [200] * 3
    at.adapter = at.anew()
    assert sorted((await at.changes()).changes, key=str) == sorted(
        (Touched(e.id, e.etag) for e in events), key=str
    )


async def test_an_account_that_nobody_has_is_said_so(server: Scripted, hosts: Hosts) -> None:
    lives_at(server, OLD)
    path = f"{CALENDAR}{CREATE.identity}.ics"
    for method in ("REPORT", "PUT", "DELETE"):
        for place in (CALENDAR, path):
            server.on(method, f"/{OLD}{place}", web.Response(status=421))

    with pytest.raises(Unavailable, match="at another calendar server"):
        await adapter(hosts).get_changes(CALENDAR, "t0", WINDOW)
    outcomes = await adapter(hosts).write_events(CALENDAR, [CREATE, Delete(path, '"1"')])

    assert {type(one) for one in outcomes} <= {Unknown, Failed}


@pytest.mark.parametrize("answer", [redirect(301, f"https://{NEW}/"), web.Response(status=301)])
async def test_a_redirect_that_leads_to_no_event_is_asked_about_at_the_entry(
    server: Scripted, hosts: Hosts, answer: web.Response
) -> None:
    lives_at(server, NEW)
    path = f"{CALENDAR}{CREATE.identity}.ics"
    server.on("PUT", f"/{OLD}{path}", answer)
    server.on("PUT", f"/{NEW}{path}", web.Response(status=201))
    server.on("REPORT", f"/{NEW}{CALENDAR}", multistatus(event(path, "1", TEXT)))

    (outcome,) = await adapter(hosts).write_events(CALENDAR, [CREATE])

    assert isinstance(outcome, Stored)
