"""Two people, each with a calendar at a provider of their own, and what undoing looks like to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

from tests.gateway.graphql.client import Api, Json
from tests.gateway.graphql.operations import CREATE, ERROR, lesson
from tests.gateway.house import House
from tests.gateway.memory import CREDENTIALS, World, memory_provider

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.http.identity import Role
from metonic_gateway.store import users
from metonic_gateway.store.models import AppointmentParticipant, CalendarLink, CalendarSyncHistory

RUN = """id kind reason state status undoOf canUndo itemsPushed itemsPulled
  errors { code error nextStep appointmentId } progress { phase done total }
  operations(first: 50) { nodes { side operation reasonCode title
    fields { group base local external } } totalCount }"""
UNDO = f"""mutation ($id: ID!) {{ undoSyncRun(runId: $id) {{
  ... on SyncRun {{ __typename {RUN} }} {ERROR} }} }}"""
READ_RUN = f"query ($id: ID!) {{ syncRun(id: $id) {{ {RUN} }} }}"
HISTORY = "{ syncHistory(first: 50) { nodes { id kind canUndo undoOf } } }"


@dataclass
class Scene:
    """The trainer's calendar is at ``memory``, the client's at ``pear``."""

    trainer: Api
    client: Api
    here: UUID
    there: UUID
    pear: World

    @property
    def house(self) -> House:
        return self.trainer.house

    @property
    def memory(self) -> World:
        return self.house.world

    async def settle(self) -> None:
        """Time passes and both calendars are synced until neither has anything to do."""
        for _ in range(3):
            self.house.later(timedelta(minutes=20))
            await self.house.sync(self.here)
            await self.house.sync(self.there)

    async def sync(self) -> str:
        """The trainer's calendar alone; returns the run."""
        self.house.later(timedelta(minutes=20))
        await self.house.sync(self.here)
        return await self.last_run(self.here)

    async def sync_completely(self) -> str:
        """The same, with everything in the calendar read anew."""
        await CalendarLink.all().update(cursor=None, is_reading_completely=False)
        return await self.sync()

    async def last_run(self, calendar: UUID) -> str:
        rows = CalendarSyncHistory.filter(sync_config_id=calendar, kind="sync").order_by("-requested_at")
        row = await rows.first()
        assert row is not None
        return str(row.id)

    async def undo(self, run: str, by: Api | None = None) -> Json:
        """The run that took it back, as it is in the end."""
        asker = by or self.trainer
        asked = await asker.call(UNDO, id=run)
        assert asked["__typename"] == "SyncRun", asked
        await self.house.undo()
        done: Json = await asker.call(READ_RUN, id=asked["id"])
        return done

    async def lesson(self, *, may_edit: bool = False, **fields: object) -> str:
        """One that the client takes part in."""
        made = await self.trainer.call(CREATE, appointment=lesson(participantIds=["client-1"], **fields))
        await AppointmentParticipant.filter(appointment_id=made["id"]).update(may_edit=may_edit)
        appointment: str = made["id"]
        return appointment


def put(world: World, content: Content) -> StoredEvent:
    return world.put("home", StoredEvent(f"own-{uuid4().hex[:6]}", "", content))


def edit(world: World, title: str, change: Callable[[Content], Content]) -> None:
    (event,) = [e for e in world.events["home"].values() if e.content.title == title]
    world.put("home", replace(event, content=change(event.content)))


def retitled(title: str) -> Callable[[Content], Content]:
    return lambda content: replace(content, title=title)


def erase(world: World, title: str) -> None:
    (event,) = [e for e in world.events["home"].values() if e.content.title == title]
    del world.events["home"][event.id]


async def opened_scene(trainer: Api) -> Scene:
    house, pear = trainer.house, World(subject="account-2")
    provider = memory_provider(pear, "pear")
    known = house.services.registry.providers
    client = trainer.as_user("client-1", Role.CLIENT, name="Cleo")
    await client.call("{ viewer { id } }")
    (user,) = (await users.by_platform_id(["client-1"])).values()
    services = replace(house.services, registry=Registry({**known, "pear": provider}, ()))
    house.services = services
    there = await connect_with_credentials(services, user.id, provider, CREDENTIALS)
    scene = Scene(trainer, client, await house.connect(), there, pear)
    await scene.settle()
    return scene


async def titles(api: Api) -> Sequence[str]:
    listed = await api.call("{ appointments(first: 50) { nodes { title } } }")
    return sorted(node["title"] for node in listed["nodes"])
