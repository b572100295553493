"""The Outlook plugin behind the gateway, before what stands in for Microsoft Graph: it asks, and is told."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import aiohttp
import pytest
from tests.gateway.microsoft import ALICE, Microsoft, at_microsoft
from tests.gateway.push.conftest import Scene
from tests.gateway.push.outside import send
from tests.simulators.graph.bodies import timed
from tests.simulators.graph.official import Client as Phone

from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.disconnecting import disconnect
from metonic_gateway.jobs.pushing import REFUSED
from metonic_gateway.store.models import PushChannel
from metonic_outlook.provider import PROVIDER
from metonic_outlook.push import PUSH
from metonic_outlook.sign_in import SIGN_IN

LIFE = PUSH.lifetime


@dataclass
class Trial:
    """``calendar`` is Alice's, after its first sync; ``phone`` is another client of hers."""

    scene: Scene
    microsoft: Microsoft
    phone: Phone
    calendar: UUID

    async def work(self) -> None:
        """What is to be done by now, and what follows at once from it."""
        for _ in range(3):
            await self.scene.work()
            await self.microsoft.sim.settled()

    async def later(self, by: timedelta) -> None:
        self.microsoft.later(seconds=by.total_seconds())
        await self.microsoft.sim.settled()

    async def quiet(self) -> None:
        """What was asked for is done, and a minute is over."""
        await self.scene.house.sync(self.calendar)
        self.scene.house.nudged.clear()
        await self.later(timedelta(minutes=1))

    async def put(self) -> None:
        await self.phone.post("/me/events", timed())
        await self.microsoft.sim.settled()

    async def live(self, event: str) -> None:
        """Something happens in the life of the only subscription."""
        (subscription,) = self.subscriptions()
        self.microsoft.sim.subscriptions.live(subscription, event)
        await self.microsoft.sim.settled()

    def subscriptions(self) -> list[str]:
        return list(self.microsoft.sim.subscriptions.all)

    async def resources(self) -> list[str | None]:
        return [row.resource for row in await PushChannel.all()]

    def told(self) -> list[tuple[str, int]]:
        """What was sent last, and what was answered."""
        found = self.microsoft.sim.deliveries
        return [(one.changes[0] if one.changes else one.kind, one.status) for one in found]


@pytest.fixture
async def trial(scene: Scene) -> AsyncIterator[Trial]:
    house = scene.house
    async with at_microsoft(house, PROVIDER) as microsoft, aiohttp.ClientSession() as http:
        # Its links lead to where the plugin believes Graph to be.
        microsoft.sim.world.base = f"{SIGN_IN.server}/v1.0"
        scene.providers["outlook"] = PROVIDER
        scene.with_services(registry=Registry(scene.providers, ()))
        scene.public_url(scene.url)
        calendar = await microsoft.signed_in()
        trial = Trial(scene, microsoft, Phone(http, microsoft.sim, ALICE), calendar)
        await house.sync(calendar)
        yield trial


@pytest.fixture
async def open_trial(trial: Trial) -> Trial:
    """With a channel that is open."""
    await trial.work()
    await trial.quiet()
    return trial


async def test_a_subscription_is_opened_by_its_handshake(trial: Trial) -> None:
    await trial.work()

    (subscription,) = trial.microsoft.sim.subscriptions.all.values()
    assert await trial.resources() == [subscription.id]
    assert trial.told() == [("validation", 200)] * 2
    assert subscription.expires == trial.scene.house.now + LIFE
    (row,) = await PushChannel.all()
    assert row.renew_at is not None
    assert LIFE * 0.69 < row.renew_at - trial.scene.house.now <= LIFE * 0.8


async def test_a_change_is_told_and_looked_at_again_a_minute_later(open_trial: Trial) -> None:
    house, calendar = open_trial.scene.house, open_trial.calendar
    await open_trial.put()

    assert open_trial.told()[-1] == ("created", 204)
    assert house.nudged == [calendar]
    await house.sync(calendar)
    assert (await house.row(calendar)).next_sync_at == house.now + timedelta(minutes=1)


async def test_messages_in_masses_are_one_look(open_trial: Trial) -> None:
    for _ in range(5):
        await open_trial.put()

    assert {status for _, status in open_trial.told()} == {200, 204}
    assert open_trial.scene.house.nudged == [open_trial.calendar]


async def test_at_four_fifths_of_its_life_a_subscription_is_renewed_and_no_other_takes_its_place(
    open_trial: Trial,
) -> None:
    before = open_trial.subscriptions()
    for _ in range(3):
        await open_trial.later(LIFE * 0.81)
        await open_trial.work()

    assert open_trial.subscriptions() == before == await open_trial.resources()
    (subscription,) = open_trial.microsoft.sim.subscriptions.all.values()
    assert subscription.expires == open_trial.scene.house.now + LIFE
    await open_trial.quiet()
    await open_trial.put()
    assert open_trial.scene.house.nudged == [open_trial.calendar]


async def test_a_subscription_that_waits_for_a_sign_in_is_renewed_and_what_it_withheld_is_looked_at(
    open_trial: Trial,
) -> None:
    before = open_trial.subscriptions()
    await open_trial.live("reauthorizationRequired")
    await open_trial.put()
    assert open_trial.scene.house.nudged == []

    await open_trial.work()

    (subscription,) = open_trial.microsoft.sim.subscriptions.all.values()
    assert ([subscription.id], subscription.is_paused) == (before, False)
    assert subscription.expires == open_trial.scene.house.now + LIFE
    assert open_trial.scene.house.nudged
    assert ("missed", 204) in open_trial.told()


async def test_a_subscription_that_was_removed_is_replaced(open_trial: Trial) -> None:
    (before,) = open_trial.subscriptions()
    await open_trial.live("subscriptionRemoved")
    await open_trial.work()
    await open_trial.later(timedelta(minutes=2))
    await open_trial.work()

    (after,) = open_trial.subscriptions()
    assert after != before
    assert await open_trial.resources() == [after]
    assert set(open_trial.scene.house.nudged) == {open_trial.calendar}


async def test_what_was_missed_is_looked_for(open_trial: Trial) -> None:
    await open_trial.live("missed")

    assert open_trial.told()[-1] == ("missed", 204)
    assert open_trial.scene.house.nudged == [open_trial.calendar]


async def test_a_subscription_that_is_gone_in_silence_is_replaced_when_it_is_renewed(
    open_trial: Trial,
) -> None:
    await open_trial.phone.delete(f"/subscriptions/{open_trial.subscriptions()[0]}")
    await open_trial.later(LIFE * 0.81)

    await open_trial.work()

    assert await open_trial.resources() == open_trial.subscriptions()
    assert open_trial.scene.house.nudged == [open_trial.calendar]


async def test_one_that_nobody_knows_any_more_makes_room(trial: Trial) -> None:
    trial.microsoft.sim.arm("lost-response", method="POST", path="/subscriptions")
    await trial.work()
    (lost,) = trial.subscriptions()
    assert await trial.resources() == [None]

    await trial.later(timedelta(hours=1))
    await trial.work()

    (found,) = trial.subscriptions()
    assert found != lost
    assert await trial.resources() == [found]


async def test_another_public_address_has_its_own(open_trial: Trial) -> None:
    before = open_trial.subscriptions()
    open_trial.scene.public_url(open_trial.scene.url.replace("127.0.0.1", "localhost"))
    await open_trial.later(LIFE * 0.81)
    await open_trial.work()
    await open_trial.later(timedelta(minutes=2))
    await open_trial.work()

    assert open_trial.subscriptions() != before
    assert await open_trial.resources() == open_trial.subscriptions()


async def test_who_signs_in_again_has_the_same_renewed(open_trial: Trial) -> None:
    before = open_trial.subscriptions()
    await open_trial.microsoft.signed_in()
    await open_trial.work()

    assert await open_trial.resources() == open_trial.subscriptions() == before


@pytest.mark.parametrize("remove_copies", [True, False])
async def test_who_disconnects_leaves_no_subscription(
    open_trial: Trial,
    remove_copies: bool,  # noqa: FBT001 - a parameter
) -> None:
    house = open_trial.scene.house
    await disconnect(house.services, house.user, "outlook", remove_copies=remove_copies)
    await house.sync(open_trial.calendar)

    assert (open_trial.subscriptions(), await open_trial.resources()) == ([], [])
    assert (await house.row(open_trial.calendar)).stopped == "disconnected"


async def test_an_address_that_microsoft_cannot_reach_is_the_operators_fault(trial: Trial) -> None:
    trial.scene.public_url("http://127.0.0.1:9")
    await trial.work()

    problem = (await trial.scene.link(trial.calendar)).push_problem
    assert problem["code"] == "misconfigured"
    assert "public address" in problem["message"]
    assert trial.subscriptions() == []


async def test_a_mailbox_with_too_many_is_asked_again(trial: Trial) -> None:
    trial.microsoft.sim.turn_on("subscription-limit", number=0)
    await trial.work()
    link = await trial.scene.link(trial.calendar)
    assert link.push_problem["code"] not in {REFUSED, "sign_in_required"}
    assert (await trial.scene.house.row(trial.calendar)).problem is None

    trial.microsoft.sim.turn_off("subscription-limit")
    await trial.later(timedelta(hours=7))
    await trial.work()
    assert len(trial.subscriptions()) == 1


async def test_a_lifetime_that_graph_shortens_is_what_it_allows(trial: Trial) -> None:
    trial.microsoft.sim.turn_on("subscription-life", most=4230)
    await trial.work()

    (subscription,) = trial.microsoft.sim.subscriptions.all.values()
    allowed = timedelta(minutes=4230)
    assert allowed - timedelta(minutes=10) < subscription.expires - trial.scene.house.now <= allowed


async def test_a_message_with_another_secret_is_refused(open_trial: Trial) -> None:
    (row,) = await PushChannel.all()
    forged = b'{"value": [{"subscriptionId": "%s", "clientState": "x"}]}' % str(row.resource).encode()

    assert (await send(row.address, {"Content-Type": "application/json"}, forged))[0] == 403
    assert open_trial.scene.house.nudged == []


async def test_a_handshake_is_said_back_as_it_was_meant(open_trial: Trial) -> None:  # noqa: ARG001 - a channel is open
    (row,) = await PushChannel.all()
    token = "Validation: 100 % <b>&amp;</b> + ü"

    assert await send(row.address, {}, b"", validationToken=token) == (200, token)
    assert (await send(row.address, {}, b"", validationToken="x" * 2000))[0] == 403
