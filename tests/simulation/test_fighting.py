"""Somebody else keeps writing into the same events: two hands, or two tools, that never agree."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.simulation.faults import FaultyAdapter
from tests.simulation.world import Desk, World

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import HoldKind
from metonic_core.selection import Direction
from metonic_core.spi.errors import AccessDenied, ProviderError, Unacceptable
from metonic_core.spi.writes import Failed, Outcome, Write
from metonic_gateway.store import appointments, models, preferences
from metonic_gateway.store.changes import Cause
from metonic_gateway.store.preferences import Preferences


async def _push_only(world: World, desk: Desk) -> None:
    def edit(before: Preferences) -> Preferences:
        return replace(before, direction=Direction.PUSH)

    await preferences.change(desk.user_id, desk.provider, edit, world.window(), world.now)


async def _run(world: World, desk: Desk, after: timedelta = timedelta(minutes=15)) -> None:
    world.now += after
    assert await world.run(desk)


async def _run_each(world: World) -> None:
    for desk in [*world.desks, *world.desks]:
        await _run(world, desk, timedelta(minutes=1))


def _copy_id(desk: Desk) -> str:
    return min(i for i, event in desk.calendar.live.items() if event.marker)


def _retitle(desk: Desk, event_id: str, title: str) -> None:
    event = desk.calendar.live[event_id]
    desk.calendar.put(replace(event, content=replace(event.content, title=title)))


def _title(desk: Desk, event_id: str) -> str:
    return desk.calendar.live[event_id].content.title


async def _row(desk: Desk, event_id: str) -> models.CalendarSyncMapping:
    return await models.CalendarSyncMapping.get(link_id=desk.link_id, external_event_id=event_id, closed=None)


async def _edit(world: World, appointment_id: object, title: str) -> None:
    """As its owner does it on the platform."""

    async def edit(known: Appointment) -> Appointment:
        return replace(known, content=replace(known.content, title=title))

    row = await models.Appointment.get(id=appointment_id)
    cause = Cause(user_id=row.owner_id)
    await appointments.edit(row.id, edit, world.window(), world.now, cause=cause)


async def _fought_over(world: World) -> tuple[Desk, str, str]:
    """A copy in a calendar that is only written to, which somebody keeps calling otherwise."""
    desk = world.desks[0]
    await _push_only(world, desk)
    await _run(world, desk)
    event_id = _copy_id(desk)
    ours = _title(desk, event_id)
    for _ in range(3):
        _retitle(desk, event_id, "theirs")
        await _run(world, desk)
    return desk, event_id, ours


async def test_a_revert_war_ends_after_two_reverts_and_is_shown(world: World) -> None:
    desk, event_id, _ours = await _fought_over(world)
    writes = len(desk.calendar.log)

    for _ in range(5):
        await _run(world, desk)

    row = await _row(desk, event_id)
    assert (row.hold, row.hold_reason, row.due) == (HoldKind.QUARANTINE, "oscillates", None)
    assert (_title(desk, event_id), len(desk.calendar.log)) == ("theirs", writes)


async def test_an_edit_on_the_platform_ends_the_freeze(world: World) -> None:
    desk, event_id, _ours = await _fought_over(world)

    await _edit(world, (await _row(desk, event_id)).appointment_id, "new here")
    await _run(world, desk)

    assert _title(desk, event_id) == "new here"
    assert (await _row(desk, event_id)).hold is None


async def test_another_edit_there_is_put_right_at_once(world: World) -> None:
    desk, event_id, ours = await _fought_over(world)

    _retitle(desk, event_id, "something else")
    await _run(world, desk)

    assert _title(desk, event_id) == ours


async def test_the_daily_read_tries_again_once_a_day_has_passed(world: World) -> None:
    desk, event_id, ours = await _fought_over(world)

    await _run(world, desk, timedelta(days=1))

    assert _title(desk, event_id) == ours


async def test_two_sync_tools_in_two_calendars_of_one_person_come_to_rest(world: World) -> None:
    """The other tool holds its own two values; whatever we carry over from one calendar it puts back."""
    first, second = world.desks[0], world.desks[-1]
    assert first.user_id == second.user_id
    await _run_each(world)
    rows = await models.CalendarSyncMapping.filter(link_id=first.link_id, closed=None, origin="copy")
    shared = min(rows, key=lambda row: row.id)
    twin = await models.CalendarSyncMapping.get(
        link_id=second.link_id, appointment_id=shared.appointment_id, closed=None
    )
    places = [(first, shared.external_event_id or "", "one"), (second, twin.external_event_id or "", "two")]

    for _ in range(8):
        for desk, event_id, title in places:
            if _title(desk, event_id) != title:
                _retitle(desk, event_id, title)
            await _run_each(world)
    written = [len(desk.calendar.log) for desk, _, _ in places]
    for _ in range(3):
        await _run_each(world)

    held = [(await _row(desk, event_id)).hold_reason for desk, event_id, _ in places]
    assert "oscillates" in held
    assert [len(desk.calendar.log) for desk, _, _ in places] == written
    assert sum(written) < 25


async def test_a_person_who_changes_their_mind_again_and_again_is_always_followed(world: World) -> None:
    desk = world.desks[0]
    await _run(world, desk)
    event_id = _copy_id(desk)
    appointment_id = (await _row(desk, event_id)).appointment_id

    for title in ["A", "B"] * 5:
        await _edit(world, appointment_id, title)
        await _run(world, desk, timedelta(minutes=1))

        assert _title(desk, event_id) == title


class Strict(FaultyAdapter):
    """A provider that refuses every write whose title is ``title``."""

    title = ""
    error: ProviderError = Unacceptable("Titles like this one are not taken.")
    tried = 0

    async def write_events(self, calendar_id: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        return [await self._judged(calendar_id, write) for write in writes]

    async def _judged(self, calendar_id: str, write: Write) -> Outcome:
        if getattr(getattr(write, "content", None), "title", None) != Strict.title:
            return (await super().write_events(calendar_id, [write]))[0]
        Strict.tried += 1
        return Failed(Strict.error)


@pytest.fixture(params=[Unacceptable("Not taken."), AccessDenied("Read only.")], ids=["content", "access"])
def strict(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type[Strict]:
    """From here on the world's provider is strict."""
    monkeypatch.setattr("tests.simulation.world.FaultyAdapter", Strict)
    Strict.title, Strict.error, Strict.tried = "refused", request.param, 0
    return Strict


async def test_a_refused_write_is_tried_once_a_day_whatever_draws_it(
    world: World, strict: type[Strict]
) -> None:
    desk = world.desks[0]
    await _run(world, desk)
    event_id = _copy_id(desk)
    row = await _row(desk, event_id)
    await _edit(world, row.appointment_id, "refused")

    await _run(world, desk)
    for _ in range(4):
        await appointments.draw_rows([row.id])
        await _run(world, desk)
    first = strict.tried
    await _run(world, desk, timedelta(days=1))

    held = await _row(desk, event_id)
    assert (first, strict.tried) == (1, 2)
    assert (held.hold, held.hold_reason) == (HoldKind.QUARANTINE, strict.error.message)


async def test_what_differs_from_a_refused_write_is_written_at_once(
    world: World, strict: type[Strict]
) -> None:
    desk = world.desks[0]
    await _run(world, desk)
    event_id = _copy_id(desk)
    await _edit(world, (await _row(desk, event_id)).appointment_id, "refused")
    await _run(world, desk)

    await _edit(world, (await _row(desk, event_id)).appointment_id, "shorter")
    await _run(world, desk)

    row = await _row(desk, event_id)
    assert (_title(desk, event_id), row.hold, row.refused, strict.tried) == ("shorter", None, None, 1)
