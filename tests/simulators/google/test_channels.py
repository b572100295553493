"""Push channels, with a receiver that really listens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tests.simulators.google.bodies import timed
from tests.simulators.google.official import check_answer
from tests.simulators.google.running import ALICE, BOB, START

from metonic_simulators.google import Simulator, google

PATIENCE = 5
WEEK = 604_800


@dataclass
class Receiver:
    """``answers``: the statuses of the next messages, 204 when there are none; ``heard``: the headers."""

    address: str = ""
    answers: list[int] = field(default_factory=list)
    heard: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def hear(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        async with self.changed:
            self.heard.append({name.lower(): value for name, value in request.headers.items()})
            self.changed.notify_all()
        return web.Response(status=self.answers.pop(0) if self.answers else 204)

    async def wait_for(self, number: int) -> list[str]:
        """The states of the messages once there are so many."""
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: len(self.heard) >= number), PATIENCE)
        return [one["x-goog-resource-state"] for one in self.heard]


@dataclass
class Stage:
    sim: Simulator
    session: aiohttp.ClientSession
    receiver: Receiver

    async def ask(self, method: str, path: str, body: Any = None, who: str = ALICE) -> tuple[int, Any]:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {self.sim.token_for(who, ('calendar',))}"}
        url = f"{self.sim.url}calendar/v3/{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json() if answer.status not in {204, 304} else None

    async def watch(self, name: str = "one", *, path: str = "calendars/primary/events", **more: Any) -> Any:  # noqa: ANN401
        """The channel, once its first message was heard."""
        number = len(self.receiver.heard)
        body = {"id": name, "type": "web_hook", "address": self.receiver.address, **more}
        status, channel = await self.ask("POST", f"{path}/watch", body)
        assert status == 200, channel
        check_answer("calendar.events.watch", channel)
        await self.receiver.wait_for(number + 1)
        return channel

    async def refused(self, **more: Any) -> tuple[int, str]:  # noqa: ANN401 - JSON
        body = {"id": "new", "type": "web_hook", "address": self.receiver.address, **more}
        status, found = await self.ask("POST", "calendars/primary/events/watch", body)
        return status, found["error"]["errors"][0]["reason"]

    async def write(self) -> dict[str, Any]:
        status, event = await self.ask("POST", "calendars/primary/events", timed())
        assert status == 200
        return dict(event)

    async def settle(self) -> None:
        """Nothing is on its way any more."""
        await self.sim.settled()


@asynccontextmanager
async def listening() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/hook", receiver.hear)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.address = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with (
        google(start=START, runs=False) as sim,
        listening() as receiver,
        aiohttp.ClientSession() as session,
    ):
        yield Stage(sim, session, receiver)


async def test_a_channel_is_told_of_at_once_and_then_of_every_change(stage: Stage) -> None:
    channel = await stage.watch(token="secret")
    await stage.write()

    assert await stage.receiver.wait_for(2) == ["sync", "exists"]
    first, second = stage.receiver.heard
    goog = {name: value for name, value in first.items() if name.startswith("x-goog-")}
    assert goog == {
        "x-goog-channel-id": "one",
        "x-goog-channel-token": "secret",
        "x-goog-channel-expiration": "Mon, 09 Mar 2026 09:00:00 GMT",
        "x-goog-message-number": "1",
        "x-goog-resource-id": channel["resourceId"],
        "x-goog-resource-state": "sync",
        "x-goog-resource-uri": f"{stage.sim.url}calendar/v3/calendars/primary/events?alt=json",
    }
    assert int(second["x-goog-message-number"]) > 1
    assert (first["content-length"], first["content-type"]) == ("0", "application/json; utf-8")
    assert stage.receiver.bodies == [b"", b""]


async def test_a_channel_lives_as_long_as_is_asked_and_allowed(stage: Stage) -> None:
    now = int(START.timestamp())

    usual = await stage.watch("usual")
    short = await stage.watch("short", params={"ttl": "60"})
    long = await stage.watch("long", params={"ttl": str(10 * WEEK)})
    until = await stage.watch("until", expiration=str((now + 90) * 1000))

    assert [int(one["expiration"]) // 1000 - now for one in (usual, short, long, until)] == [
        WEEK,
        60,
        WEEK,
        90,
    ]
    assert len({one["resourceId"] for one in (usual, short, long, until)}) == 1
    stage.sim.advance(seconds=61)
    await stage.write()
    assert len(await stage.receiver.wait_for(7)) == 7
    assert "short" not in [one["x-goog-channel-id"] for one in stage.receiver.heard[4:]]


async def test_a_watch_that_cannot_be_is_refused(stage: Stage) -> None:
    await stage.watch("taken")

    assert await stage.refused(id="taken") == (400, "channelIdNotUnique")
    assert await stage.refused(id="bad id") == (400, "push.channelIdInvalid")
    assert await stage.refused(id="x" * 65) == (400, "push.channelIdInvalid")
    assert await stage.refused(id="") == (400, "required")
    assert await stage.refused(type="pigeon") == (400, "push.channelTypeNotSupported")
    assert await stage.refused(address="http://example.com/hook") == (400, "push.webhookUrlNotHttps")
    assert await stage.refused(address="") == (400, "required")
    assert await stage.refused(token="x" * 257) == (400, "invalid")
    assert await stage.refused(params={"ttl": "soon"}) == (400, "invalid")
    stage.sim.turn_off("http-webhooks")
    assert await stage.refused() == (400, "push.webhookUrlNotHttps")
    stage.sim.world.add_calendar(
        ALICE, {"summary": "Days", "timeZone": "UTC"}, "de#holiday@group.v.calendar.google.com"
    )
    status, found = await stage.ask(
        "POST", "calendars/de%23holiday@group.v.calendar.google.com/events/watch", {}
    )
    assert (status, found["error"]["errors"][0]["reason"]) == (400, "pushNotSupportedForRequestedResource")


async def test_channels_that_overlap_both_hear(stage: Stage) -> None:
    await stage.watch("old")
    await stage.watch("new")
    await stage.write()

    await stage.receiver.wait_for(4)
    assert {one["x-goog-channel-id"] for one in stage.receiver.heard[2:]} == {"old", "new"}


async def test_messages_may_be_lost_or_doubled(stage: Stage) -> None:
    await stage.watch()
    stage.sim.arm("push-lost", method="PUSH")
    await stage.write()
    await stage.settle()
    assert len(stage.receiver.heard) == 1

    stage.sim.arm("push-doubled", method="PUSH", path="one")
    await stage.write()
    assert await stage.receiver.wait_for(3) == ["sync", "exists", "exists"]
    assert [one.status for one in stage.sim.deliveries] == [204, -1, 204, 204]


async def test_changes_close_to_each_other_may_be_one_message(stage: Stage) -> None:
    stage.sim.turn_on("push-delay", seconds=2)
    await stage.watch()
    for _ in range(3):
        await stage.write()
    stage.sim.advance(seconds=3)

    await stage.receiver.wait_for(2)
    await stage.settle()
    assert len(stage.receiver.heard) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_receiver_that_cannot_is_asked_again_later_and_later(stage: Stage, status: int) -> None:
    await stage.watch()
    stage.receiver.answers = [status, status]
    await stage.write()
    await stage.receiver.wait_for(2)
    await stage.settle()
    assert len(stage.receiver.heard) == 2

    stage.sim.advance(seconds=1)
    await stage.receiver.wait_for(3)
    await stage.settle()
    stage.sim.advance(seconds=1)
    await stage.settle()
    assert len(stage.receiver.heard) == 3
    stage.sim.advance(seconds=1)
    await stage.receiver.wait_for(4)
    assert [(one.attempt, one.status) for one in stage.sim.deliveries[1:]] == [
        (1, status),
        (2, status),
        (3, 204),
    ]
    assert len({one.number for one in stage.sim.deliveries[1:]}) == 1


@pytest.mark.parametrize("status", [400, 404, 410, 501])
async def test_a_receiver_that_will_not_is_not_asked_again(stage: Stage, status: int) -> None:
    await stage.watch()
    stage.receiver.answers = [status]
    await stage.write()
    await stage.receiver.wait_for(2)
    stage.sim.advance(hours=1)
    await stage.settle()

    assert len(stage.receiver.heard) == 2


async def test_a_receiver_is_asked_again_no_longer_than_the_channel_lives(stage: Stage) -> None:
    await stage.watch(params={"ttl": "60"})
    stage.receiver.answers = [500]
    await stage.write()
    await stage.receiver.wait_for(2)
    await stage.settle()
    stage.sim.advance(seconds=61)
    await stage.settle()

    assert len(stage.receiver.heard) == 2


async def test_a_stopped_channel_is_silent_but_for_a_late_message(stage: Stage) -> None:
    channel = await stage.watch()
    own = {"id": "one", "resourceId": channel["resourceId"]}
    project = stage.sim.people.project
    for body, who in ((own, BOB), ({**own, "id": "two"}, ALICE), ({**own, "resourceId": "x"}, ALICE)):
        status, found = await stage.ask("POST", "channels/stop", body, who)
        assert status == 404
        assert found["error"]["message"] == f"Channel '{body['id']}' not found for project '{project}'"

    stage.sim.arm("push-after-stop", method="PUSH")
    assert (await stage.ask("POST", "channels/stop", own))[0] == 204
    assert await stage.receiver.wait_for(2) == ["sync", "exists"]
    await stage.write()
    await stage.settle()
    assert len(stage.receiver.heard) == 2
    assert (await stage.ask("POST", "channels/stop", own))[0] == 404


async def test_a_list_of_calendars_is_watched_and_a_deleted_calendar_told(stage: Stage) -> None:
    await stage.watch("list", path="users/me/calendarList")
    _, calendar = await stage.ask("POST", "calendars", {"summary": "Work"})
    assert await stage.receiver.wait_for(2) == ["sync", "exists"]
    await stage.watch("work", path=f"calendars/{calendar['id']}/events")

    await stage.ask("DELETE", f"calendars/{calendar['id']}")

    await stage.receiver.wait_for(5)
    told = {(one["x-goog-channel-id"], one["x-goog-resource-state"]) for one in stage.receiver.heard[3:]}
    assert told == {("list", "exists"), ("work", "not_exists")}


async def test_a_receiver_that_is_not_there_stops_nothing(stage: Stage) -> None:
    body = {"id": "deaf", "type": "web_hook", "address": "http://127.0.0.1:1/hook"}

    status, _ = await stage.ask("POST", "calendars/primary/events/watch", body)
    await stage.write()
    await stage.settle()

    assert status == 200
    assert {one.status for one in stage.sim.deliveries} == {0}
    assert stage.sim.clock.now() == datetime.fromisoformat("2026-03-02T09:00:00Z")
