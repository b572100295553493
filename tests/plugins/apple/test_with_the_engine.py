"""The whole engine on its real store with this plugin, before the stand-in for iCloud in all its troubles."""

from collections.abc import AsyncIterator, Iterator
from random import Random

import pytest
from tests.plugins.apple.standing_icloud import IcloudStand, PagedIcloudStand
from tests.plugins.studio import Kept, expect_in_step
from tests.simulation import ground, people
from tests.simulation.values import editable
from tests.simulation.world import World

from metonic_apple.provider import PROVIDER
from metonic_core.testing.conduct import CALDAV, GOOGLE
from metonic_gateway.store import models
from metonic_simulators.servers import CalendarServer

_ACTS = (
    *("edit", "edit", "edit", "edit there", "edit there", "edit there", "make", "make", "make there"),
    *("make there", "delete", "delete there"),
    *("run", "run", "run", "trouble", "trouble", "trouble"),
)
_METHODS = ("*", "GET", "PUT", "DELETE", "PROPFIND", "REPORT", "sync-collection", "calendar-multiget")
_TROUBLES = (
    *("captive-portal", "control-characters", "cut-body", "failing", "fails-within", "garbage-xml", "gone"),
    *("left-out", "locked", "lost-request", "lost-response", "named-twice", "never-heard-of-dav"),
    *("over-limits", "password-refused", "phantom", "poison", "redirected", "throttled", "writes-forbidden"),
    *("bad-token", "silent-reset", "percent-encoded-hrefs", "decoded-hrefs", "no-etag-on-put"),
    "multiget-fails",
)


@pytest.fixture(scope="module", params=[IcloudStand, PagedIcloudStand])
def kind(request: pytest.FixtureRequest) -> Iterator[tuple[type[IcloudStand], CalendarServer]]:
    stand: type[IcloudStand] = request.param
    with stand.sharing() as server:
        yield stand, server


@pytest.fixture(params=range(2))
async def kept(
    database: bytes, kind: tuple[type[IcloudStand], CalendarServer], request: pytest.FixtureRequest
) -> AsyncIterator[Kept]:
    stand = kind[0](PROVIDER, kind[1])
    async with ground.laid(database):
        world = World(Random(request.param))  # noqa: S311 - chance that can be repeated
        world.weather.is_calm = True
        world.open([CALDAV, GOOGLE])
        await stand.open()
        made = Kept(world, stand)
        await models.CalendarLink.filter(id=made.desk.link_id).update(calendar_id=stand.calendar_id)
        yield made
        await stand.close()


async def _act(kept: Kept) -> None:
    """Somebody does something, a run begins, or something goes wrong at the next one."""
    world, dice, stand = kept.world, kept.world.dice, kept.stand
    assert isinstance(stand, IcloudStand)
    events = await kept.events()
    match dice.choice(_ACTS):
        case "edit":
            await people.edit(world)
        case "edit there" if events:
            event = events[dice.choice(sorted(events))]
            content = world.values.edited(event.content, dice.choice(editable(event.content)))
            await stand.edit(event.id, content)
        case "make":
            await people.make(world)
        case "make there":
            await stand.put(people.new_content(world))
        case "delete":
            await people.delete(world)
        case "delete there" if events:
            await stand.erase(dice.choice(sorted(events)))
        case "trouble":
            times, method = dice.choice([1, 1, 3, 20]), dice.choice(_METHODS)
            stand.icloud.arm(dice.choice(_TROUBLES), times=times, method=method)
            await kept.sync()
            stand.icloud.faults.clear()
        case _:
            await kept.sync()


async def test_whatever_happens_both_sides_end_in_step(kept: Kept) -> None:
    for _ in range(40):
        await _act(kept)
    for _ in range(5):
        await kept.sync()

    await expect_in_step(kept)
