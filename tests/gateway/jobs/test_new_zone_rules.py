"""A country changes its clocks: wall times stay what they are, and what is derived from them follows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from tests.gateway.graphql.client import Api
from tests.gateway.house import House
from tests.zones import changed_clocks

from metonic_core.model.series import Recurrence
from metonic_core.model.when import Timed
from metonic_gateway.jobs.sweeping import sweep
from metonic_gateway.store.models import Appointment

at = datetime.fromisoformat
JULY = Timed(at("2027-07-01T09:00"), at("2027-07-01T10:00"), "Europe/Berlin")
BUSY = """{ it: busyTimes(
  userIds: ["trainer-1"], since: "2027-07-01T00:00:00Z", until: "2027-07-02T00:00:00Z") { startsAt } }"""


async def _instants(appointment_id: UUID) -> tuple[datetime, datetime | None]:
    row = await Appointment.get(id=appointment_id)
    return row.starts_at, row.ends_at


async def test_no_calendar_is_written_because_clocks_change_otherwise(house: House, tmp_path: Path) -> None:
    calendar = await house.connect()
    await house.add("Yoga", JULY)
    await house.add("Yoga every week", JULY, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=9",)))
    await house.sync(calendar)
    before = dict(house.world.events["home"])

    with changed_clocks(tmp_path, "Europe/Berlin", like="Africa/Algiers"):
        house.later(timedelta(days=1))
        await sweep(house.services)
        await house.sync(calendar)

        assert house.world.events["home"] == before
        assert (await house.row(calendar)).idle_runs == 1


async def test_instants_are_reckoned_anew_for_what_is_not_over(house: House, tmp_path: Path) -> None:
    over = Timed(at("2026-07-01T09:00"), at("2026-07-01T10:00"), "Europe/Berlin")
    coming, past = await house.add("Yoga", JULY), await house.add("Yoga last year", over)
    version = (await Appointment.get(id=coming)).version

    with changed_clocks(tmp_path, "Europe/Berlin", like="Africa/Algiers"):
        await sweep(house.services)

    # Without summer time nine o'clock is an hour later.
    assert await _instants(coming) == (
        datetime(2027, 7, 1, 8, tzinfo=UTC),
        datetime(2027, 7, 1, 9, tzinfo=UTC),
    )
    assert (await _instants(past))[0] == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert (await Appointment.get(id=coming)).version == version


async def test_who_is_busy_when_is_told_by_the_clocks_of_today(
    house: House, api: Api, tmp_path: Path
) -> None:
    await house.add("Yoga", JULY)

    with changed_clocks(tmp_path, "Europe/Berlin", like="Africa/Algiers"):
        busy = await api.as_backend().call(BUSY)

    assert busy == [{"startsAt": "2027-07-01T08:00:00Z"}]
