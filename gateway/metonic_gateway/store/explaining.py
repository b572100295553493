"""All that is known of how an appointment, or an event, stands in each calendar: for ``metonic why``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import HoldKind
from metonic_core.model.when import Window
from metonic_gateway.store import appointments, copies, models, overview, users
from metonic_gateway.store.copies import HELD, PENDING, Copy, CopyState
from metonic_gateway.store.overview import Overview
from metonic_gateway.store.states import OPEN


@dataclass(frozen=True, slots=True)
class LastDone:
    """The last line of the journal; the words are those of ``reconcile.step``."""

    at: datetime
    side: str
    act: str
    reason: str
    run_id: UUID


@dataclass(frozen=True, slots=True)
class Place:
    """How it stands in the calendar of ``user``, whom the platform calls so.

    ``due`` is what a run does about it first, ``conflict`` and ``held_run`` what a person is asked, ``since``
    when it was set aside, or the conflict detected.
    """

    user: str
    calendar: Overview
    copy: Copy
    last: LastDone | None = None
    due: str | None = None
    conflict: UUID | None = None
    held_run: UUID | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An appointment, or an event without one."""

    appointment: Appointment | None
    platform_id: str | None
    places: Sequence[Place]


async def find(name: str, window: Window, now: datetime) -> Sequence[Found]:
    """What goes by that id: an appointment's, the platform's of it, or an event's at its provider."""
    rows = await models.CalendarSyncMapping.filter(external_event_id=name, closed=None)
    ids = {row.appointment_id for row in rows if row.appointment_id}
    ids |= {row["id"] for row in await models.Appointment.filter(platform_id=name).values("id")}
    if (given := _uuid(name)) is not None:
        ids.add(given)
    found = [await _appointment(one, window, now) for one in (await appointments.load(ids)).values()]
    lone = [await _event(row, now) for row in rows if row.appointment_id is None]
    return [*found, *lone]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _appointment(appointment: Appointment, window: Window, now: datetime) -> Found:
    open_rows = models.CalendarSyncMapping.filter(appointment_id=appointment.id, closed=None)
    with_rows = {row["u"] for row in await open_rows.values(u="link__sync_config__user_id")}
    known = await users.by_id(appointments.people(appointment) | with_rows)
    places: list[Place] = []
    for user in sorted(known.values(), key=lambda one: one.platform_id):
        calendars = {calendar.provider: calendar for calendar in await overview.of_user(user.id, now)}
        (stand,) = await copies.of_appointments(user.id, [appointment], window)
        for copy in stand:
            calendar = calendars[copy.provider]
            row = await open_rows.filter(link_id=calendar.link_id).first()
            places.append(await _place(user.platform_id, calendar, copy, row, appointment.id))
    named = await models.Appointment.filter(id=appointment.id).first().values("platform_id")
    return Found(appointment, named["platform_id"] if named else None, places)


async def _event(row: models.CalendarSyncMapping, now: datetime) -> Found:
    await row.fetch_related("link__sync_config__user")
    config = row.link.sync_config
    (calendar,) = await overview.of_user(config.user_id, now, config.provider)
    state = HELD[HoldKind(row.hold)] if row.hold else CopyState.PENDING
    reason = row.hold_reason or row.hold or PENDING
    copy = Copy(config.provider, state, reason, None, row.external_event_id, row.last_synced_at)
    return Found(None, None, [await _place(config.user.platform_id, calendar, copy, row, None)])


async def _place(
    user: str,
    calendar: Overview,
    copy: Copy,
    row: models.CalendarSyncMapping | None,
    appointment_id: UUID | None,
) -> Place:
    if row is None:
        return Place(user, calendar, copy, await _last(calendar, appointment_id, None))
    last = await _last(calendar, appointment_id, row.id)
    conflict = await models.CalendarSyncConflict.filter(mapping_id=row.id, state=OPEN).first()
    held = (await overview.tallies([calendar.id]))[calendar.id].held
    return Place(
        user,
        calendar,
        copy,
        last,
        due=row.due,
        conflict=conflict.id if conflict else None,
        held_run=held[0].id if held and copy.state is CopyState.GUARDED else None,
        since=conflict.detected_at if conflict else row.quarantined_at,
    )


async def _last(calendar: Overview, appointment_id: UUID | None, mapping_id: UUID | None) -> LastDone | None:
    lines = models.SyncOperation.filter(run__sync_config_id=calendar.id)
    about = (
        lines.filter(appointment_id=appointment_id) if appointment_id else lines.filter(mapping_id=mapping_id)
    )
    row = await about.order_by("-at").first()
    return None if row is None else LastDone(row.at, row.side, row.operation, row.reason, row.run_id)
