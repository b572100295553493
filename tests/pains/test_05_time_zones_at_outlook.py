"""Pain 5, shifts by time zones, at Outlook: zones have the names of Windows there, many of ours each."""

import pytest
from tests.gateway.graphql.operations import timed
from tests.outlook_stage import AtOutlook


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Asia/Kolkata", "America/New_York"])
async def test_a_series_keeps_its_zone_and_its_time_there_and_back(anna: AtOutlook, zone: str) -> None:
    when = timed("2026-12-03T10:00:00", "2026-12-03T11:00:00", zone)
    lesson = await anna.create("Yoga", when=when, recurrence={"rules": ["FREQ=WEEKLY;COUNT=20"]})
    await anna.sync()
    before = await anna.read(lesson)

    await anna.phone.edit("Yoga", location={"displayName": "Hall 2"})
    for _ in range(2):
        await anna.sync()

    after = await anna.read(lesson)
    assert (after["location"], after["when"], anna.writes()) == ("Hall 2", before["when"], 1)
