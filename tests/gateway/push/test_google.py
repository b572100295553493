"""The Google plugin behind the gateway, before what stands in for Google: it signs in, asks, and is told."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import aiohttp
import pytest
from pydantic import SecretStr
from tests.gateway.push.conftest import Scene
from tests.gateway.registered import PAGE
from yarl import URL

from metonic_gateway.accounts.disconnecting import disconnect
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.oauth.beginning import begin
from metonic_gateway.accounts.oauth.completing import complete
from metonic_gateway.accounts.stand_ins import StandIns
from metonic_gateway.store.models import PushChannel
from metonic_google.provider import PROVIDER
from metonic_simulators.google import Simulator, google

ALICE = "alice@example.com"
ORIGINS = ("https://www.googleapis.com", "https://accounts.google.com", "https://oauth2.googleapis.com")


@dataclass
class Trial:
    """``calendar`` is Alice's, after its first sync, with a channel that is open."""

    scene: Scene
    sim: Simulator
    calendar: UUID

    def later(self, by: timedelta) -> None:
        self.scene.later(by)
        self.sim.advance(seconds=by.total_seconds())

    async def put(self, title: str) -> None:
        """Alice puts an event into her calendar, with another application."""
        day = self.scene.house.now.date() + timedelta(days=2)
        times = {"start": {"date": str(day)}, "end": {"date": str(day + timedelta(days=1))}}
        url = f"{self.sim.url}calendar/v3/calendars/primary/events"
        headers = {"Authorization": f"Bearer {self.sim.token_for(ALICE)}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(url, json={"summary": title} | times) as answer,
        ):
            assert answer.status == 200
        await self.sim.settled()

    async def resources(self) -> list[str | None]:
        return [row.resource for row in await PushChannel.all()]

    def told(self) -> list[tuple[str, int]]:
        """The messages that were sent, and what was answered."""
        return [(delivery.state, delivery.status) for delivery in self.sim.deliveries]


@pytest.fixture
async def trial(scene: Scene) -> AsyncIterator[Trial]:
    async with google(start=scene.house.now, runs=False) as sim:
        stand_ins = StandIns(dict.fromkeys(ORIGINS, sim.url))
        async with Egress(allow_private_addresses=True, stand_ins=stand_ins) as egress:
            _set_up(scene, sim, egress)
            trial = Trial(scene, sim, await _signed_in(scene, sim))
            await scene.house.sync(trial.calendar)
            await scene.work()
            await sim.settled()
            await scene.house.sync(trial.calendar)
            scene.house.nudged.clear()
            trial.later(timedelta(minutes=1))
            yield trial


def _set_up(scene: Scene, sim: Simulator, egress: Egress) -> None:
    client = json.dumps({"google": {"id": sim.client_id, "secret": sim.client_secret}})
    changes = {"redirect_uris": PAGE, "oauth_clients": SecretStr(client)}
    settings = scene.house.services.settings.model_copy(update=changes)
    scene.with_services(settings=settings, egress=egress)
    scene.providers["google"] = PROVIDER


async def _signed_in(scene: Scene, sim: Simulator) -> UUID:
    services, user = scene.house.services, scene.house.user
    start = await begin(services, user, PROVIDER, PAGE)
    back = URL(sim.allow(dict(URL(start.url).query), ALICE)).query
    return await complete(services, user, PROVIDER, back["code"], back["state"])


async def test_a_change_at_google_is_told_and_comes_in(trial: Trial) -> None:
    await trial.put("Dentist")

    assert trial.scene.house.nudged == [trial.calendar]
    await trial.scene.house.sync(trial.calendar)
    run = (await trial.scene.house.runs())[-1]
    assert (run.reason, run.sync_type, run.items_pulled) == ("webhook", "webhook", 1)
    assert trial.told()[-1] == ("exists", 204)


async def test_what_we_write_ourselves_is_told_too_and_found_to_be_nothing_new(trial: Trial) -> None:
    house = trial.scene.house
    await house.add("Boxing")
    await house.sync(trial.calendar)
    await trial.sim.settled()
    before = await house.runs()

    trial.later(timedelta(seconds=5))
    await house.sync(trial.calendar)

    assert trial.told()[-1] == ("exists", 204)
    assert (await house.row(trial.calendar)).last_sync_at == house.now
    assert await house.runs() == before


async def test_a_channel_is_renewed_at_google_and_the_old_one_stopped(trial: Trial) -> None:
    trial.later(timedelta(days=6))
    await trial.scene.work()
    trial.later(timedelta(minutes=2))
    await trial.scene.work()

    (channel,) = trial.sim.push.channels.values()
    assert await trial.resources() == [channel.resource_id]
    await trial.put("Dentist")
    assert trial.scene.house.nudged == [trial.calendar]


@pytest.mark.parametrize("remove_copies", [True, False])
async def test_who_disconnects_leaves_no_channel_and_no_grant_at_google(
    trial: Trial,
    remove_copies: bool,  # noqa: FBT001 - a parameter
) -> None:
    house = trial.scene.house
    await disconnect(house.services, house.user, "google", remove_copies=remove_copies)
    await house.sync(trial.calendar)

    assert (await house.row(trial.calendar)).stopped == "disconnected"
    assert (trial.sim.push.channels, await trial.resources()) == ({}, [])
    assert trial.sim.people.refreshes == {}


async def test_a_message_that_is_lost_costs_time_only(trial: Trial) -> None:
    trial.sim.arm("push-lost", method="PUSH")
    await trial.put("Dentist")
    assert trial.scene.house.nudged == []

    trial.later(timedelta(hours=6))
    await trial.scene.house.sync(trial.calendar)

    run = (await trial.scene.house.runs())[-1]
    assert (run.reason, run.items_pulled) == ("schedule", 1)
