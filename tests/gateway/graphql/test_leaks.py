"""What is private reaches no calendar that may not see it, and no row, answer or log that tells of one."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests import postgres
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CONFLICTS, CREATE, UPDATE, lesson, timed
from tests.gateway.graphql.settings import MINE, SET
from tests.gateway.memory import CREDENTIALS, World, memory_provider

from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Timed
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.http.identity import Role
from metonic_gateway.store import users
from metonic_gateway.store.models import AppointmentParticipant

CANARY = "canary"
OPERATIONS = """operations(first: 20) { nodes { side operation title reason
  fields { group base local external } } }"""
HISTORY = f"""{{ syncHistory(first: 20) {{ nodes {{ state status errors {{ error nextStep }}
  {OPERATIONS} }} }} }}"""
NEVER_THEIRS = {"appointments", "appointment_participants", "appointment_changes", "users"}
"""What the platform's side keeps: whoever takes part may read it there."""
EIGHT = Timed(datetime(2026, 12, 1, 8), datetime(2026, 12, 1, 9), "Europe/Berlin")  # noqa: DTZ001 - wall time
OPEN_AND_CLOSED = {"states": ["OPEN", "SUPERSEDED"]}


@dataclass
class WatchedWorld(World):
    """Keeps all that was ever written into it."""

    written: list[str] = field(default_factory=list)

    def put(self, calendar: str, event: StoredEvent) -> StoredEvent:
        self.written.append(repr(event))
        return super().put(calendar, event)


@dataclass
class Guest:
    """Somebody who takes part in an appointment of the trainer's, with a calendar of their own."""

    api: Api
    world: WatchedWorld
    calendar: UUID
    database: Path

    async def sync(self) -> None:
        self.api.house.later(timedelta(minutes=20))
        await self.api.house.sync(self.calendar)

    async def set(self, **settings: object) -> None:
        answer = await self.api.call(SET, provider="pear", settings=settings)
        assert answer["__typename"] == "ConnectedCalendar", answer
        await self.sync()

    def move(self) -> None:
        """Move whatever stands in the calendar."""
        for event in list(self.world.events.get("home", {}).values()):
            self.world.put("home", replace(event, content=replace(event.content, when=EIGHT)))

    async def told(self) -> str:
        """All that the API says about the calendar, its runs and its conflicts."""
        asked = [
            await self.api.ask(MINE),
            await self.api.ask(HISTORY),
            await self.api.ask(CONFLICTS, filter=OPEN_AND_CLOSED),
        ]
        assert [answer["errors"] for answer in asked if "errors" in answer] == []
        return json.dumps(asked)

    def kept(self) -> dict[str, str]:
        """All rows of every table but the platform's own, by table."""
        if postgres.IS_ASKED_FOR:
            told = postgres.done(postgres.told(self.database))
            return {n: text for n, text in told.items() if n not in NEVER_THEIRS}
        with closing(sqlite3.connect(self.database)) as db:
            names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {n: repr(list(_rows(db, n))) for n in names if n not in NEVER_THEIRS}


def _rows(db: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    return iter(db.execute(f"SELECT * FROM {table}").fetchall())  # noqa: S608 - our own words


@pytest.fixture
async def guest(api: Api, tmp_path: Path) -> Guest:
    house = api.house
    world = WatchedWorld()
    provider = memory_provider(world, "pear")
    house.services = replace(house.services, registry=Registry({"pear": provider}, ()))
    client = await users.introduced("client-1", "client", "Cleo", "Europe/Berlin")
    calendar = await connect_with_credentials(house.services, client.id, provider, CREDENTIALS)
    return Guest(
        api.as_user("client-1", Role.CLIENT, name="Cleo"), world, calendar, tmp_path / "metonic.sqlite3"
    )


def secret(number: int, hour: int) -> dict[str, Any]:
    """An appointment with a canary in each of its texts."""
    word = f"{CANARY}{number}"
    occurrence = {"occurrence": f"2026-12-08T{hour}:00:00", "title": word, "location": word}
    return lesson(
        title=word,
        notes=word,
        location=word,
        when=timed(f"2026-12-01T{hour}:00", f"2026-12-01T{hour + 1}:00"),
        recurrence={"rules": ["FREQ=WEEKLY;COUNT=4"], "overrides": [occurrence]},
        isPrivate=True,
        participantIds=["client-1"],
    )


def rules(field_name: str) -> dict[str, Any]:
    return {"rules": [{"field": field_name, "pattern": "c[a]nary"}], "privateAppointments": "INCLUDE"}


@pytest.mark.parametrize(
    "filters",
    [
        {"privateAppointments": "MASK"},
        {"privateAppointments": "EXCLUDE"},
        rules("title"),
        rules("notes"),
        rules("location"),
        rules("title") | {"privateAppointments": "MASK"},
    ],
)
async def test_nothing_of_a_hidden_appointment_is_anywhere_near_a_guests_calendar(
    filters: dict[str, Any], api: Api, guest: Guest, capfd: pytest.CaptureFixture[str]
) -> None:
    await guest.set(filters=filters)
    made = await api.call(CREATE, appointment=secret(1, 10))
    assert made["__typename"] == "Appointment", made
    await guest.sync()

    guest.move()
    await api.call(UPDATE, id=made["id"], appointment=secret(2, 12))
    await guest.sync()
    for event in guest.world.events.get("home", {}).values():
        guest.world.put("home", replace(event, content=replace(event.content, title="mine", notes="mine")))
    await guest.sync()
    await api.call(UPDATE, id=made["id"], appointment={"participantIds": []})
    await guest.sync()

    assert bool(guest.world.written) is (filters["privateAppointments"] == "MASK")
    assert CANARY not in "".join(guest.world.written)
    assert CANARY not in await guest.told()
    out, err = capfd.readouterr()
    assert CANARY not in out + err
    assert [table for table, text in guest.kept().items() if CANARY in text] == []


async def test_whom_an_appointment_concerned_once_reads_no_more_of_it(api: Api, guest: Guest) -> None:
    await guest.set(filters={"privateAppointments": "INCLUDE"})
    appointment = lesson(title="Lesson", notes="old", participantIds=["client-1"])
    made = await api.call(CREATE, appointment=appointment)
    await guest.sync()
    await api.call(UPDATE, id=made["id"], appointment={"notes": CANARY, "title": "Talk"})
    guest.move()
    await guest.sync()
    before = await guest.told()

    await api.call(UPDATE, id=made["id"], appointment={"participantIds": [], "notes": f"{CANARY} 2"})
    told_at_once = await guest.told()
    await guest.sync()

    assert "Lesson" in before
    assert f"{CANARY} 2" not in told_at_once + await guest.told()
    assert guest.world.titles() == []


async def test_what_stood_in_an_appointment_is_told_only_to_whom_it_concerns(api: Api, guest: Guest) -> None:
    made = await api.call(CREATE, appointment=lesson(participantIds=["client-1"]))
    await AppointmentParticipant.all().update(may_edit=True)
    await guest.sync()
    await guest.set(direction="PULL")
    await api.call(UPDATE, id=made["id"], appointment={"title": CANARY})
    guest.move()
    await guest.sync()
    before = await guest.told()

    await api.call(UPDATE, id=made["id"], appointment={"participantIds": []})

    assert CANARY in before
    assert CANARY not in await guest.told()
