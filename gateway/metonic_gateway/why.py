"""``metonic why``: how an appointment stands in each calendar, what was last done, and what it waits for.

For operators, who are told ids, times and reasons, and nothing that people wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from metonic_core.model.when import Window
from metonic_core.reconcile.step import Side
from metonic_core.sync import Due
from metonic_gateway.graphql.appointments.reasons import why
from metonic_gateway.services import window_of
from metonic_gateway.settings import Settings
from metonic_gateway.store.copies import CopyState
from metonic_gateway.store.database import opened
from metonic_gateway.store.explaining import Found, LastDone, Place, find
from metonic_gateway.store.overview import Overview
from metonic_gateway.store.readiness import missing
from metonic_gateway.store.usable import DatabaseUnusable, check_usable

_OPEN_STEPS = {
    Due.SETTLE: "It is not known whether the last write arrived, so the calendar is asked first.",
    Due.READ: "Its event is read first.",
}


async def told(settings: Settings, name: str, now: datetime) -> Sequence[Mapping[str, Any]]:
    """What goes by that id, from a database that is not open yet. Raises DatabaseUnusable."""
    url = settings.database_url.get_secret_value()
    await check_usable(url)
    async with opened(url):
        if await missing():
            raise DatabaseUnusable("The database is not up to date: run `metonic migrate` first.")
        return await documents(name, window_of(settings, now), now)


async def documents(name: str, window: Window, now: datetime) -> Sequence[Mapping[str, Any]]:
    """What goes by that id; nothing if there is nothing."""
    return [_document(found) for found in await find(name, window, now)]


def lines(document: Mapping[str, Any]) -> Iterator[str]:
    """The document for people to read."""
    yield _heading(document)
    if not document["copies"]:
        yield "  Nobody whom it concerns has a connected calendar."
    for copy in document["copies"]:
        yield ""
        yield f"{copy['provider']} of {copy['user']}: {copy['state']}"
        yield f"  why        {copy['reason']} ({copy['reasonCode']})"
        if copy["last"]:
            last = copy["last"]
            where = "in the calendar" if last["side"] == Side.EXTERNAL else "here"
            yield f"  last done  {last['at']}: {last['operation']} {where}. {last['reason']}"
        if copy["lastSyncedAt"]:
            yield f"  in step    {copy['lastSyncedAt']}"
        if copy["externalEventId"]:
            yield f"  event      {copy['externalEventId']}"
        for waiting in copy["waitsFor"]:
            yield f"  waits for  {waiting}"
        if copy["nextStep"]:
            yield f"  to change  {copy['nextStep']}"


def _heading(document: Mapping[str, Any]) -> str:
    if document["id"] is None:
        return "An event without appointment"
    named = f", {document['platformId']} on the platform" if document["platformId"] else ""
    gone = ", cancelled" if document["isCancelled"] else ""
    return f"Appointment {document['id']}{named}, version {document['version']}{gone}"


def _document(found: Found) -> dict[str, Any]:
    appointment = found.appointment
    return {
        "id": str(appointment.id) if appointment else None,
        "platformId": found.platform_id,
        "version": appointment.version if appointment else None,
        "isCancelled": appointment.is_deleted if appointment else None,
        "copies": [_copy(place) for place in found.places],
    }


def _copy(place: Place) -> dict[str, Any]:
    code, meant = why(place.copy.reason)
    return {
        "provider": place.copy.provider,
        "user": place.user,
        "state": place.copy.state.name,
        "reasonCode": code,
        "reason": meant.standing,
        "nextStep": meant.next_step,
        "externalEventId": place.copy.event_id,
        "lastSyncedAt": _at(place.copy.last_synced_at),
        "last": None if place.last is None else _last(place.last),
        "waitsFor": list(_waiting(place)),
    }


def _last(last: LastDone) -> dict[str, Any]:
    _, meant = why(last.reason)
    return {
        "at": _at(last.at),
        "side": last.side,
        "operation": last.act,
        "reason": meant.done or meant.standing,
        "runId": str(last.run_id),
    }


def _waiting(place: Place) -> Iterator[str]:
    """What has to happen before anything else happens to it, in the order in which it has to."""
    calendar, state = place.calendar, place.copy.state
    if place.conflict:
        yield f"a decision about the conflict {place.conflict}, since {_at(place.since)}"
    elif state is CopyState.QUARANTINED:
        yield f"a change of the appointment or the event, since {_at(place.since)}"
    elif state is CopyState.GUARDED:
        yield f"approval of the run {place.held_run}"
    if state is CopyState.PENDING:
        yield _calendar(calendar)
        if step := _OPEN_STEPS.get(Due(place.due)) if place.due else None:
            yield step


def _calendar(calendar: Overview) -> str:
    problem = f": {calendar.problem.message} {calendar.problem.next_step}" if calendar.problem else ""
    if calendar.stopped is not None:
        return f"the user, as the calendar is not synced ({calendar.stopped}){problem}"
    if calendar.preferences.is_paused:
        return "the user, who has paused the calendar"
    if calendar.is_running:
        return "the sync that runs now"
    if calendar.is_due:
        return f"a sync that is due since {_at(calendar.next_sync_at)}{problem}"
    if calendar.failures:
        return f"the next attempt at {_at(calendar.next_sync_at)}, after {_times(calendar.failures)}{problem}"
    return f"the next sync at {_at(calendar.next_sync_at)}"


def _times(failures: int) -> str:
    return "a sync that failed" if failures == 1 else f"{failures} syncs that failed"


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
