"""A weekly lesson of the platform's with its copy at Google, where what is private is to be hidden."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tests.plugins.google.others_bodies import instance_id
from tests.plugins.google.studio import Studio

from metonic_core.model.content import Content
from metonic_core.model.series import Override
from metonic_core.selection import BUSY, Treatment
from metonic_core.spi import Timed
from metonic_core.testing.checks.contents import WEEKLY
from metonic_gateway.store import appointments, models, preferences

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EXCEPTION = "*_2*"
"""The paths of single occurrences."""


@dataclass
class Lesson:
    """A weekly series as the platform has it, with its copy at Google; ``event_id`` is the copy's."""

    studio: Studio
    event_id: str
    content: Content

    @property
    def slots(self) -> list[datetime]:
        """Of the occurrences that take place, and not as the series does."""
        taking_place = [o.slot for o in self.content.overrides if not o.is_cancelled]
        return [slot for slot in taking_place if isinstance(slot, datetime)]

    async def row(self) -> models.CalendarSyncMapping:
        (found,) = [row for row in await self.studio.rows() if row.external_event_id == self.event_id]
        return found

    async def ours(self) -> Content:
        row = await self.row()
        assert row.appointment_id is not None
        return (await appointments.load([row.appointment_id]))[row.appointment_id].content

    async def say(self, **fields: Any) -> None:  # noqa: ANN401 - fields of a content
        """The platform changes the series."""
        row = await self.row()
        assert row.appointment_id is not None
        appointment = (await appointments.load([row.appointment_id]))[row.appointment_id]
        world = self.studio.world
        changed = replace(appointment, content=replace(appointment.content, **fields))
        await appointments.change(changed, world.window(), world.now)

    async def hide(self) -> None:
        """The appointment becomes private, where the calendar is shown of such ones that one is busy."""
        await self.say(is_private=True)

    async def occurrence(self, slot: datetime) -> dict[str, Any]:
        found: dict[str, Any] = await self.studio.stand.ask("GET", f"/events/{self.id_of(slot)}")
        return found

    def id_of(self, slot: datetime) -> str:
        return instance_id(self.event_id, slot, self.content.when)

    async def master(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.studio.stand.ask("GET", f"/events/{self.event_id}")
        return found

    async def edit_there(self, slot: datetime, **fields: Any) -> None:  # noqa: ANN401 - JSON
        """The user changes an occurrence in the calendar."""
        await self.studio.stand.ask("PATCH", f"/events/{self.id_of(slot)}", fields)

    async def expect_hidden(self) -> None:
        """Nothing of what is private stands in the calendar, and all of it at the platform, as it was."""
        for found in [await self.master(), *[await self.occurrence(slot) for slot in self.slots]]:
            assert (found["summary"], found.get("visibility")) == (BUSY, "private"), found
            assert not found.get("description"), found
            assert not found.get("location"), found
        assert replace(await self.ours(), is_private=False) == self.content
        await self.expect_rest()

    async def expect_rest(self) -> None:
        """Nothing is held, due or half done, another run asks once, and nobody got a mail."""
        row = await self.row()
        assert (row.hold, row.due) == (None, None)
        assert not (await self.studio.events())[self.event_id].is_partial
        assert await self.studio.run() == 1
        assert not await self.studio.stand.outbox()


async def prefer(studio: Studio, **settings: Any) -> None:  # noqa: ANN401 - settings of a calendar
    """The user sets the calendar otherwise."""
    world, desk = studio.world, studio.world.desks[0]

    def edit(before: preferences.Preferences) -> preferences.Preferences:
        return replace(before, **settings)

    await preferences.change(desk.user_id, desk.provider, edit, world.window(), world.now)


async def lesson_in(studio: Studio, *overrides: Override, **fields: Any) -> Lesson:  # noqa: ANN401
    world = studio.world
    await prefer(studio, private=Treatment.MASK)
    content = replace(
        WEEKLY,
        when=first_lesson(studio),
        title="Knee",
        notes="Dr. Smith",
        location="Clinic",
        overrides=overrides,
    )
    await world.platform.make(replace(content, **fields))
    await studio.run()
    await studio.run()
    ((event_id, event),) = (await studio.events()).items()
    assert event.content.overrides == overrides
    return Lesson(studio, event_id, replace(content, **fields))


def first_lesson(studio: Studio) -> Timed:
    first = (studio.world.now + 3 * DAY).replace(tzinfo=None, hour=10, minute=0, second=0, microsecond=0)
    return Timed(first, first + HOUR, "Europe/Berlin")


def varied(studio: Studio) -> tuple[Override, ...]:
    """One that is moved, one with a title of its own, one that does not take place, one at another place."""
    when = first_lesson(studio)
    slots = [when.start + n * 7 * DAY for n in range(1, 5)]
    return (
        Override(slots[0], when=when.moved_to(slots[0] + DAY)),
        Override(slots[1], title="Exam"),
        Override(slots[2], is_cancelled=True),
        Override(slots[3], location="Clinic 2"),
    )
