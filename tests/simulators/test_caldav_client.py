"""An independent client, python-caldav, finds and reads the calendars, whatever a good client must bear."""

import asyncio
from uuid import uuid4

import pytest
from tests.simulators.independent import signed_in
from tests.simulators.phone import Phone, event, series

from metonic_simulators.icloud import BEARABLE, ICLOUD, StandIn, icloud
from metonic_simulators.servers import CalendarServer


def _summaries(stand_in: StandIn, name: str) -> tuple[list[str], list[str]]:
    """What the client finds when it is told no more than address, user and password; then by sync token."""
    with signed_in(stand_in.url, stand_in.user, stand_in.password) as client:
        (calendar,) = [one for one in client.principal().calendars() if name in str(one.url)]
        listed = [str(one.icalendar_component["SUMMARY"]) for one in calendar.events()]
        synced = calendar.objects_by_sync_token(load_objects=True)
        return listed, [str(one.icalendar_component["SUMMARY"]) for one in synced]


async def _filled(phone: Phone) -> str:
    await phone.put_all("one.ics")
    await phone.put("many.ics", series("many"))
    return phone.calendar.rstrip("/").rpartition("/")[2]


@pytest.mark.parametrize("quirk", [None, *BEARABLE])
async def test_python_caldav_reads_with_and_without(phone: Phone, quirk: str | None) -> None:
    name = await _filled(phone)
    if quirk:
        phone.stand_in.turn_on(quirk)

    listed, synced = await asyncio.to_thread(_summaries, phone.stand_in, name)

    assert listed == ["Training", "Training"]
    assert synced[:2] == ["Training", "Training"]


async def test_python_caldav_reads_all_that_icloud_does_at_once(phone: Phone) -> None:
    name = await _filled(phone)
    for quirk in ICLOUD:
        phone.stand_in.turn_on(quirk)

    listed, synced = await asyncio.to_thread(_summaries, phone.stand_in, name)

    assert listed == ["Training", "Training"]
    assert synced == ["Training", "Training"]


async def test_python_caldav_makes_writes_and_deletes(server: CalendarServer) -> None:
    def written(stand_in: StandIn) -> list[str]:
        with signed_in(stand_in.url, stand_in.user, stand_in.password) as client:
            calendar = client.principal().make_calendar("Made", cal_id=uuid4().hex)
            made = calendar.save_event(event(uuid4().hex))
            made.icalendar_component["SUMMARY"] = "Changed"
            made.save()
            found = [str(one.icalendar_component["SUMMARY"]) for one in calendar.events()]
            made.delete()
            found += [str(one) for one in calendar.events()]
            calendar.delete()
            return found

    # It takes a host for another one by its name alone, and follows the home only to another one.
    async with icloud(server, partition_name="localhost") as stand_in:
        assert await asyncio.to_thread(written, stand_in) == ["Changed"]
