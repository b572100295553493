"""Three people with four calendars, two of them of one person: each change reaches each other one once.

What is counted are writes at the provider. Afterwards nothing more is written, however often one looks.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import pytest
from tests.simulation import ground
from tests.simulation.values import Values
from tests.simulation.world import Desk, World

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.testing.conduct import CALDAV, GOOGLE
from metonic_gateway.store import appointments, changes, models, upserts, users
from metonic_gateway.store.upserts import Person, PlatformAppointment, Seat, UpsertStatus

TRAINER = Person("trainer", "trainer")
CO_TRAINER, CLIENT = Person("co-trainer", "trainer"), Person("client", "client")
EVERYBODY = (Seat(CO_TRAINER, may_edit=True), Seat(CLIENT))
HOME, WORK, CO_TRAINERS, CLIENTS = range(4)


@dataclass
class Gym:
    """The trainer has two calendars, the co-trainer, who may edit, one, and the client, who may not, one."""

    world: World
    lesson: PlatformAppointment
    version: int = 1
    seen: list[int] = field(default_factory=list)

    @property
    def desks(self) -> list[Desk]:
        return self.world.desks

    async def send(self, **given: object) -> None:
        """The platform's next state of the lesson."""
        self.version += 1
        self.lesson = replace(self.lesson, platform_version=self.version, **given)  # type: ignore[arg-type]
        report = await upserts.upsert([self.lesson], self.world.window(), self.world.now)
        assert report.outcomes[0].status in {UpsertStatus.CREATED, UpsertStatus.UPDATED}

    async def title(self, title: str) -> None:
        await self.send(content=replace(self.lesson.content, title=title))

    def event(self, desk: int) -> StoredEvent:
        (event,) = self.desks[desk].calendar.live.values()
        return event

    def edit(self, desk: int, **groups: str) -> None:
        """Somebody edits the only event there; that is no write of ours."""
        event = self.event(desk)
        self.desks[desk].calendar.put(replace(event, content=replace(event.content, **groups)))  # type: ignore[arg-type]
        self.seen[desk] += 1

    def delete(self, desk: int) -> None:
        self.desks[desk].calendar.erase(self.event(desk).id)
        self.seen[desk] += 1

    async def writes(self) -> list[int]:
        """How often each calendar was written to, from the change until nothing moves any more."""
        before = self.seen
        for _ in range(4):
            before = self._logged()
            for desk in self.desks:
                self.world.now += timedelta(minutes=1)
                await self.world.run(desk)
        assert self._logged() == before
        made = [now - then for now, then in zip(self._logged(), self.seen, strict=True)]
        self.seen = self._logged()
        return made

    def _logged(self) -> list[int]:
        return [len(desk.calendar.log) for desk in self.desks]

    def contents(self) -> list[Content | None]:
        """What stands in each calendar, as it was sent."""
        return [self._content(desk) for desk in self.desks]

    def _content(self, desk: Desk) -> Content | None:
        for event in desk.calendar.live.values():
            return replace(event.content, notes=event.content.notes.rstrip())
        return None

    async def stored(self) -> Appointment:
        row = await models.Appointment.get(platform_id="lesson")
        return (await appointments.load([row.id]))[row.id]

    async def generations(self, desk: int) -> list[int]:
        rows = models.CalendarSyncMapping.filter(link_id=self.desks[desk].link_id).order_by("generation")
        return [row.generation for row in await rows]


@pytest.fixture
async def gym(nobody: bytes) -> AsyncIterator[Gym]:
    async with ground.laid(nobody):
        world = World(Random(3))  # noqa: S311 - chance that can be repeated
        world.weather.is_calm = True
        for person, providers in ((TRAINER, "home work"), (CO_TRAINER, "third"), (CLIENT, "fourth")):
            user = await users.introduced(person.platform_id, person.role, None, "Europe/Berlin")
            for number, provider in enumerate(providers.split()):
                await world.connect(user.id, provider, GOOGLE if number else CALDAV)
        content = Values().content(is_series=False)
        gym = Gym(world, PlatformAppointment("lesson", 1, "one_on_one", content, TRAINER, EVERYBODY))
        gym.seen = [0] * 4
        await gym.send()
        assert await gym.writes() == [1, 1, 1, 1]
        yield gym


async def test_an_edit_on_the_platform_is_written_once_into_each(gym: Gym) -> None:
    await gym.title("Boxing")

    assert await gym.writes() == [1, 1, 1, 1]
    assert gym.contents() == [gym.lesson.content] * 4


@pytest.mark.parametrize(
    ("desk", "writes"), [(HOME, [0, 1, 1, 1]), (WORK, [1, 0, 1, 1]), (CO_TRAINERS, [1, 1, 0, 1])]
)
async def test_an_edit_by_somebody_entitled_is_written_once_into_each_other(
    gym: Gym, desk: int, writes: list[int]
) -> None:
    before = await gym.stored()
    gym.edit(desk, title="Boxing")

    assert await gym.writes() == writes
    assert {content and content.title for content in gym.contents()} == {"Boxing"}
    assert (await gym.stored()).version == before.version + 1
    assert len((await changes.page(0, 100)).changes) == 1


async def test_an_edit_by_somebody_who_may_not_is_taken_back_there_and_seen_nowhere_else(gym: Gym) -> None:
    before = await gym.stored()
    gym.edit(CLIENTS, title="Boxing")

    assert await gym.writes() == [0, 0, 0, 1]
    assert gym.contents() == [gym.lesson.content] * 4
    assert await gym.stored() == before


async def test_edits_of_different_groups_meet_everywhere(gym: Gym) -> None:
    gym.edit(HOME, title="Boxing")
    gym.edit(CO_TRAINERS, location="Hall 2")

    writes = await gym.writes()

    both = replace(gym.lesson.content, title="Boxing", location="Hall 2")
    assert gym.contents() == [both] * 4
    assert writes == [1, 2, 1, 1]


async def test_the_same_edit_in_two_calendars_is_no_conflict_and_written_into_the_others(gym: Gym) -> None:
    gym.edit(HOME, title="Boxing")
    gym.edit(WORK, title="Boxing")

    assert await gym.writes() == [0, 0, 1, 1]
    assert not await models.CalendarSyncConflict.exists()


async def test_different_edits_of_one_group_are_asked_about_where_the_second_was_made(gym: Gym) -> None:
    gym.edit(HOME, title="Boxing")
    gym.edit(CO_TRAINERS, title="Yoga")

    assert await gym.writes() == [0, 1, 0, 1]
    assert [content and content.title for content in gym.contents()] == ["Boxing", "Boxing", "Yoga", "Boxing"]
    assert await models.CalendarSyncConflict.filter(state="open").count() == 1


async def test_another_owner_takes_over_without_a_write_where_nothing_changes(gym: Gym) -> None:
    await gym.send(owner=CO_TRAINER, participants=(Seat(CLIENT), Seat(TRAINER)))
    moved = await gym.writes()

    gym.edit(HOME, title="Boxing")
    by_the_former = await gym.writes()
    gym.edit(CO_TRAINERS, title="Yoga")
    by_the_new = await gym.writes()

    assert moved == [0, 0, 0, 0]
    assert by_the_former == [1, 0, 0, 0]
    assert by_the_new == [1, 1, 0, 1]


async def test_an_owner_who_leaves_takes_the_copies_of_all_their_calendars_along(gym: Gym) -> None:
    await gym.send(owner=CO_TRAINER, participants=(Seat(CLIENT),))

    assert await gym.writes() == [1, 1, 0, 0]
    assert gym.contents() == [None, None, gym.lesson.content, gym.lesson.content]


async def test_who_is_removed_loses_the_copy_and_added_again_gets_the_next_generation(gym: Gym) -> None:
    await gym.send(participants=EVERYBODY[:1])
    removed = await gym.writes()
    await gym.title("Boxing")
    between = await gym.writes()
    await gym.send(participants=EVERYBODY)
    added = await gym.writes()

    assert (removed, between, added) == ([0, 0, 0, 1], [1, 1, 1, 0], [0, 0, 0, 1])
    assert gym.contents() == [gym.lesson.content] * 4
    assert await gym.generations(CLIENTS) == [1, 2]


async def test_what_is_cancelled_and_revived_is_erased_once_and_made_once_in_each(gym: Gym) -> None:
    await gym.send(is_cancelled=True)
    cancelled = await gym.writes()
    nowhere = gym.contents()
    await gym.send(is_cancelled=False)
    revived = await gym.writes()

    assert cancelled == revived == [1, 1, 1, 1]
    assert nowhere == [None] * 4
    assert gym.contents() == [gym.lesson.content] * 4
    assert [await gym.generations(desk) for desk in range(4)] == [[1, 2]] * 4


async def test_a_copy_deleted_by_somebody_who_may_not_is_missed_by_nobody_else(gym: Gym) -> None:
    gym.delete(CLIENTS)
    deleted = await gym.writes()
    await gym.title("Boxing")
    edited = await gym.writes()
    await gym.send(is_cancelled=True)
    await gym.writes()
    await gym.send(is_cancelled=False)
    revived = await gym.writes()

    assert (deleted, edited, revived) == ([0] * 4, [1, 1, 1, 0], [1, 1, 1, 1])


async def test_the_right_to_edit_counts_from_the_moment_it_is_given(gym: Gym) -> None:
    await gym.send(participants=(Seat(CO_TRAINER), Seat(CLIENT, may_edit=True)))
    given = await gym.writes()

    gym.edit(CLIENTS, title="Boxing")
    by_the_client = await gym.writes()
    gym.edit(CO_TRAINERS, title="Yoga")
    by_the_co_trainer = await gym.writes()

    assert (given, by_the_client, by_the_co_trainer) == ([0] * 4, [1, 1, 1, 0], [0, 0, 1, 0])


async def test_a_change_that_comes_while_another_is_on_its_way_is_written_once(gym: Gym) -> None:
    await gym.title("Boxing")
    await gym.world.run(gym.desks[HOME])
    await gym.title("Yoga")

    assert await gym.writes() == [2, 1, 1, 1]
