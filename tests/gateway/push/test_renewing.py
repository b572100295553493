"""Channels whose provider lets them last longer, and what a provider itself says of a channel."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.core.conformance.telling import WEEK
from tests.gateway.push.conftest import Scene

from metonic_core.spi.errors import SignInNeeded, Unavailable
from metonic_gateway.accounts.disconnecting import disconnect


@pytest.fixture
async def renewing(scene: Scene) -> UUID:
    """A calendar with a channel that can be renewed."""
    scene.exchange.renews = True
    return await scene.told()


async def test_a_channel_that_can_be_renewed_gets_no_successor(scene: Scene, renewing: UUID) -> None:
    (first,) = scene.exchange.standing
    scene.later(WEEK * 0.69)
    await scene.work()
    assert scene.exchange.renewed == []

    scene.later(WEEK * 0.12)
    for _ in range(3):
        await scene.work()

    assert (scene.exchange.renewed, list(scene.exchange.opened)) == ([first], [first])
    (row,) = await scene.rows()
    assert row.expires_at == scene.house.now + WEEK
    assert row.renew_at is not None
    assert WEEK * 0.69 < row.renew_at - scene.house.now <= WEEK * 0.8
    # It may have told nothing since it was due.
    assert scene.house.nudged == [renewing]
    await scene.house.sync(renewing)
    scene.house.nudged.clear()
    scene.later(timedelta(minutes=1))
    assert await scene.exchange.tell(first) == (204, "")
    assert scene.house.nudged == [renewing]


async def test_a_channel_that_is_gone_when_it_is_renewed_gets_a_successor_and_a_look(
    scene: Scene, renewing: UUID
) -> None:
    (first,) = scene.exchange.standing
    scene.exchange.closed.append(first)
    scene.later(WEEK * 0.81)

    for _ in range(2):
        await scene.work()

    (second,) = scene.exchange.standing
    assert [str(row.id) for row in await scene.rows()] == [second]
    assert scene.house.nudged == [renewing]


@pytest.mark.parametrize("error", [Unavailable("Down."), SignInNeeded("Sign in.")])
async def test_a_renewal_that_fails_is_tried_again_before_the_channel_ends(
    scene: Scene, renewing: UUID, error: Exception
) -> None:
    (first,) = scene.exchange.standing
    scene.exchange.error = error
    scene.later(WEEK * 0.81)
    await scene.work()
    assert (await scene.link(renewing)).push_attempts == 1

    scene.exchange.error = None
    scene.later(timedelta(hours=7))
    await scene.work()

    assert scene.exchange.renewed == [first]
    assert (await scene.link(renewing)).push_problem is None


async def test_who_signs_in_anew_has_the_channel_renewed(scene: Scene, renewing: UUID) -> None:
    (first,) = scene.exchange.standing
    await scene.house.connect()

    for _ in range(2):
        await scene.work()

    assert (scene.exchange.renewed, scene.exchange.standing) == ([first], [first])
    assert [str(row.id) for row in await scene.rows()] == [first]
    assert (await scene.link(renewing)).push_at is not None


async def test_another_address_is_a_channel_of_its_own(scene: Scene, renewing: UUID) -> None:  # noqa: ARG001
    scene.public_url("https://sync.example.org")
    scene.later(WEEK * 0.81)
    await scene.work()
    scene.later(timedelta(minutes=2))
    await scene.work()

    assert scene.exchange.renewed == []
    (last,) = scene.exchange.standing
    assert scene.exchange.opened[last].address.startswith("https://sync.example.org/")


@pytest.mark.parametrize("renews", [True, False])
async def test_a_provider_that_asks_for_a_renewal_gets_it_at_once(
    scene: Scene, told: UUID, *, renews: bool
) -> None:
    scene.exchange.renews = renews
    (first,) = scene.exchange.standing
    scene.later(timedelta(hours=3))

    assert await scene.exchange.tell(first, "renew") == (204, "")
    assert scene.house.nudged == []
    for _ in range(2):
        await scene.work()

    assert scene.exchange.renewed == ([first] if renews else [])
    assert len(scene.exchange.opened) == (1 if renews else 2)
    assert (await scene.link(told)).push_at is not None


async def test_a_channel_that_its_provider_has_ended_gets_a_successor_and_a_look(
    scene: Scene, renewing: UUID
) -> None:
    (first,) = scene.exchange.standing
    scene.exchange.closed.append(first)
    scene.later(timedelta(hours=3))

    assert await scene.exchange.tell(first, "over") == (204, "")
    for _ in range(2):
        await scene.work()
    scene.later(timedelta(minutes=2))
    await scene.work()

    (second,) = scene.exchange.standing
    assert [str(row.id) for row in await scene.rows()] == [second]
    assert scene.house.nudged == [renewing]
    assert (await scene.house.row(renewing)).next_sync_at is not None


async def test_only_the_provider_can_end_a_channel(scene: Scene, renewing: UUID) -> None:
    (first,) = scene.exchange.standing
    before = [row.expires_at for row in await scene.rows()], (await scene.link(renewing)).push_at

    for state in ("renew", "over"):
        assert (await scene.exchange.tell(first, state, **{"x-token": "wrong"}))[0] == 403

    assert ([row.expires_at for row in await scene.rows()], (await scene.link(renewing)).push_at) == before


async def test_a_channel_that_was_disconnected_while_it_was_renewed_is_closed(
    scene: Scene, renewing: UUID
) -> None:
    (first,) = scene.exchange.standing
    scene.later(WEEK * 0.81)

    async def meanwhile() -> None:
        await disconnect(scene.house.services, scene.house.user, "memory", remove_copies=False)

    scene.exchange.before_renewing = meanwhile
    await scene.work()

    assert first in scene.exchange.closed
    assert await scene.rows() == []
    assert (await scene.house.row(renewing)).stopped == "disconnected"
