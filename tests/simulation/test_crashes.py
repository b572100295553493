"""What became of a write is the provider's word, and nobody else's."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.simulation.course import Crash
from tests.simulation.entering import copies, make, of_appointment, run
from tests.simulation.faults import FaultyAdapter
from tests.simulation.world import World

from metonic_core.spi.errors import Unavailable
from metonic_core.spi.writes import Outcome, Unknown, Write


async def test_what_was_never_sent_is_not_blamed_on_the_provider(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.desks[0]
    appointment = await make(world, desk)

    async def died(_: FaultyAdapter, _calendar: str, _writes: Sequence[Write]) -> Sequence[Outcome]:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(FaultyAdapter, "write_events", died)
        for _ in range(5):
            world.now += timedelta(minutes=5)
            assert not await world.run(desk)
    await run(world, desk, 4)

    assert len(copies(desk, appointment)) == 1


async def test_what_never_gets_an_answer_is_set_aside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = world.desks[0]
    appointment = await make(world, desk)

    async def unanswered(_: FaultyAdapter, _calendar: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        return [Unknown(Unavailable("nobody answers")) for _ in writes]

    monkeypatch.setattr(FaultyAdapter, "write_events", unanswered)
    await run(world, desk, 8)

    row = await of_appointment(desk, appointment)
    assert (row.hold, row.hold_reason) == (
        "quarantine",
        "The provider has not taken this change 3 times in a row.",
    )
