"""A user's connected calendar, and the runs of the service over it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from bench.measuring import seconds
from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.model.when import Timed
from metonic_gateway.jobs.syncing import sync_calendar
from metonic_gateway.services import Services
from metonic_gateway.store import appointments, models
from metonic_gateway.store.rows import appointment_columns
from metonic_gateway.store.states import SUCCESS

AT_ONCE = 500

_edits = count()


@dataclass(slots=True)
class Desk:
    """A user's connected calendar, in that service."""

    services: Services
    user_id: UUID
    id: UUID

    async def run(self) -> float:
        """What a worker does of a nudge; returns how many seconds it took."""
        row = models.CalendarSyncConfig.filter(id=self.id)
        await row.update(next_sync_at=self.services.clock())
        took = await seconds(lambda: sync_calendar(self.services, self.id, "schedule"))
        if (await row.get()).last_sync_status != SUCCESS:
            raise RuntimeError("the run failed")
        return took

    async def add_here(self, number: int) -> None:
        """So many appointments that the calendar has not got yet."""
        now, window = self.services.clock(), self.services.window()
        for start in range(0, number, AT_ONCE):
            made = [
                Appointment(uuid4(), 1, self.user_id, "one_on_one", content(n, now.year + 1))
                for n in range(start, min(start + AT_ONCE, number))
            ]
            async with in_transaction():
                await models.Appointment.bulk_create(
                    models.Appointment(**appointments.new_columns(a, now)) for a in made
                )
                await appointments.draw_each(made, window, now)

    async def appointments(self) -> Sequence[UUID]:
        rows = models.Appointment.filter(owner_id=self.user_id).order_by("id")
        return [row["id"] for row in await rows.values("id")]

    async def edit_here(self, ids: Sequence[UUID]) -> None:
        """Another title for each of these appointments."""
        now, window = self.services.clock(), self.services.window()
        for start in range(0, len(ids), AT_ONCE):
            async with in_transaction():
                known = await appointments.load(ids[start : start + AT_ONCE])
                made = [replace(a, content=retitled(a.content)) for a in known.values()]
                for a in made:
                    columns = appointment_columns(replace(a, version=a.version + 1), now)
                    await models.Appointment.filter(id=a.id).update(**columns)
                await appointments.draw_each(made, window, now)


def content(number: int, year: int) -> Content:
    """An hour of that year."""
    start = datetime(year, 1, 1, 6) + timedelta(hours=number % 4000)  # noqa: DTZ001 - wall time
    notes = "Bring a towel and something to drink.\n"
    when = Timed(start, start + timedelta(hours=1), "Europe/Berlin")
    return Content(f"Training {number}", when, location="Main Street 1", notes=notes)


def retitled(content: Content) -> Content:
    """Another title than ever before."""
    return replace(content, title=f"Training, edited {next(_edits)}")
