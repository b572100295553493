"""What ``metonic why`` says of an appointment: each copy, what was last done, and what it waits for."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.house import KEYS, House, copied, open_house, synced
from tests.gateway.logs import logging_as_before
from typer.testing import CliRunner, Result

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay
from metonic_core.spi import SignInNeeded, Unacceptable, Unavailable
from metonic_gateway.cli import cli
from metonic_gateway.store import appointments
from metonic_gateway.store.models import Appointment, CalendarSyncFilter, CalendarSyncMapping
from metonic_gateway.why import documents, lines

DAY = date(2026, 12, 1)
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    with logging_as_before():
        yield


async def told(house: House, name: object) -> Json:
    """Of the only thing of that id, the only copy."""
    (document,) = await documents(str(name), house.services.window(), house.now)
    (copy,) = document["copies"]
    found: Json = copy
    return found


async def text(house: House, name: object) -> str:
    found = await documents(str(name), house.services.window(), house.now)
    return "\n".join(line for document in found for line in lines(document))


async def test_a_copy_in_step_says_what_was_last_done_and_waits_for_nothing(house: House) -> None:
    calendar = await synced(house)
    yoga = await house.add("Yoga")
    await house.sync(calendar)

    copy = await told(house, yoga)

    assert (copy["provider"], copy["user"], copy["state"]) == ("memory", "trainer-1", "IN_SYNC")
    assert copy["waitsFor"] == []
    assert copy["last"]["at"] == "2026-11-22 12:00:00 UTC"
    assert (copy["last"]["operation"], copy["last"]["reason"]) == ("create", "It was new here.")
    assert copy["externalEventId"] in house.world.events["home"]


async def test_it_is_found_by_the_platforms_id_and_by_that_of_its_event(house: House) -> None:
    calendar = await synced(house)
    yoga = await house.add("Yoga")
    await Appointment.filter(id=yoga).update(platform_id="a-1")
    await house.sync(calendar)

    event = (await told(house, yoga))["externalEventId"]

    for name in ("a-1", event):
        (document,) = await documents(name, house.services.window(), house.now)
        assert (document["id"], document["platformId"]) == (str(yoga), "a-1")
    assert await documents("nothing", house.services.window(), house.now) == []


async def test_a_calendar_that_backs_off_says_until_when_and_why(house: House) -> None:
    calendar = await synced(house)
    yoga = await house.add("Yoga")
    house.world.error = Unavailable("It is down.")
    await house.sync(calendar)
    (at,) = await house.columns(calendar, "next_sync_at")

    copy = await told(house, yoga)

    assert copy["state"] == "PENDING"
    assert copy["last"] is None
    (waits,) = copy["waitsFor"]
    assert waits.startswith(f"the next attempt at {at:%Y-%m-%d %H:%M:%S} UTC, after a sync that failed: ")
    assert "It is down." in waits


async def test_a_calendar_that_its_user_has_to_mend_says_so(house: House) -> None:
    calendar = await synced(house)
    yoga = await house.add("Yoga")
    house.world.error = SignInNeeded("The password has changed.")
    await house.sync(calendar)

    copy = await told(house, yoga)

    assert copy["reasonCode"] == "needs_sign_in"
    assert "The password has changed." in copy["waitsFor"][0]
    assert copy["nextStep"]


async def test_what_is_not_selected_names_the_filter(house: House) -> None:
    await synced(house)
    await CalendarSyncFilter.all().update(sync_all=False, appointment_types=["group"])
    yoga = await house.add("Yoga")

    copy = await told(house, yoga)

    assert (copy["state"], copy["reasonCode"], copy["waitsFor"]) == ("EXCLUDED", "other_type", [])


async def test_a_conflict_is_named_with_its_id(house: House) -> None:
    calendar = await synced(house)
    yoga = await house.add("Yoga")
    await house.sync(calendar)
    (event,) = house.world.events["home"].values()
    house.world.put("home", replace(event, content=replace(event.content, title="There")))
    value = (await appointments.load([yoga]))[yoga]
    here = replace(value, content=replace(value.content, title="Here"))
    await appointments.change(here, house.services.window(), house.now)
    house.later(timedelta(minutes=20))
    await house.sync(calendar)

    copy = await told(house, yoga)

    assert copy["state"] == "CONFLICT"
    assert copy["waitsFor"][0].startswith("a decision about the conflict ")
    assert copy["waitsFor"][0].endswith("since 2026-11-22 12:20:00 UTC")


async def test_what_is_set_aside_says_why_and_since_when(house: House) -> None:
    calendar = await synced(house)

    async def refuse() -> None:
        raise Unacceptable("It takes no lessons.")

    house.world.before_writing = refuse
    yoga = await house.add("Yoga")
    await house.sync(calendar)

    copy = await told(house, yoga)

    assert (copy["state"], copy["reason"]) == ("QUARANTINED", "It takes no lessons.")
    assert copy["waitsFor"] == ["a change of the appointment or the event, since 2026-11-22 12:00:00 UTC"]


async def test_an_event_that_has_no_appointment_is_explained_as_well(house: House) -> None:
    calendar = await synced(house)
    content = Content("Dentist", AllDay(DAY, DAY + timedelta(days=1)))
    house.world.put("home", StoredEvent("own-1", "", content))
    house.later(timedelta(minutes=20))
    await house.sync(calendar)
    rows = CalendarSyncMapping.filter(external_event_id="own-1")
    await rows.update(appointment_id=None, hold="quarantine", hold_reason="It is too long.")

    said = await text(house, "own-1")

    assert "An event without appointment" in said
    assert "memory of trainer-1: QUARANTINED" in said
    assert "It is too long." in said


async def test_nothing_that_people_wrote_is_told(house: House) -> None:
    calendar = await synced(house)
    yoga = await house.add("Secret title", notes="Secret notes", location="Secret place")
    await house.sync(calendar)

    said = await text(house, yoga) + json.dumps(
        await documents(str(yoga), house.services.window(), house.now)
    )

    assert "ecret" not in said


def why(database_url: str, *arguments: str) -> Result:
    environment = {
        "METONIC_KEYS": KEYS,
        "METONIC_JWT_KEY": "j" * 32,
        "METONIC_DATABASE_URL": database_url,
    }
    return CliRunner().invoke(cli, ["why", *arguments], env=environment)


async def _prepared(database: Path) -> tuple[str, str]:
    """The URL of the database, and an appointment that waits there."""
    async with open_house(database) as house:
        await synced(house)
        url = house.services.settings.database_url.get_secret_value()
        return url, str(await house.add("Yoga"))


def test_the_command_prints_lines_for_people_and_json_for_programs(
    migrated_template: Path, tmp_path: Path
) -> None:
    url, yoga = asyncio.run(_prepared(copied(migrated_template, tmp_path / "metonic.sqlite3")))

    plain, for_programs, nothing = (
        why(url, yoga),
        why(url, yoga, "--json"),
        why(url, "nothing"),
    )

    assert plain.exit_code == 0, plain.output
    assert f"Appointment {yoga}, version 1" in plain.output
    assert "waits for  a sync that is due since" in plain.output
    read: Sequence[Json] = json.loads(for_programs.output)
    assert (read[0]["id"], read[0]["copies"][0]["state"]) == (yoga, "PENDING")
    assert (nothing.exit_code, "goes by that id" in nothing.output) == (1, True)
