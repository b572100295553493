"""Disconnecting a calendar, under the state it was seen in: of two who do it at once, one finds it done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from metonic_core.model.mapping import Origin
from metonic_gateway.store.calendars import FROM_THE_BEGINNING, archive_links
from metonic_gateway.store.channels import forget_all
from metonic_gateway.store.former import stay_everywhere
from metonic_gateway.store.models import CalendarLink, CalendarSyncConfig, CalendarSyncMapping
from metonic_gateway.store.outcomes import count_standing
from metonic_gateway.store.runs import RunError, close_all
from metonic_gateway.store.states import DISCONNECTED, DISCONNECTING
from metonic_gateway.store.transactions import transactional

_ENDING: dict[str, Any] = {"stopped": DISCONNECTING, "problem": None, "failures": 0}


@transactional
async def begin_disconnecting(calendar_id: UUID, now: datetime) -> UUID | None:
    """From here on nothing is synced, and what runs writes nothing more; copies are removed by a job.

    The job reads the calendar completely, so that it finds copies that no row knows. Returns the link; None,
    and nothing is done, if there is none or no sign-in any more, or it is being given back.
    """
    is_here = Q(keeps_copies=False) | Q(stopped=None) | Q(stopped__not=DISCONNECTING)
    rows = CalendarSyncConfig.filter(is_here, id=calendar_id, access_token__isnull=False)
    begun = await rows.filter(link_id__isnull=False).update(
        **_ENDING,
        keeps_copies=False,
        next_sync_at=now,
        nudge_seq=F("nudge_seq") + 1,
        fence=F("fence") + 1,
        updated_at=now,
    )
    if not begun:
        return None
    links = CalendarLink.filter(sync_config_id=calendar_id, archived_at=None)
    await links.update(**FROM_THE_BEGINNING)
    await links.filter(push_at__isnull=False).update(push_at=now)
    return (await CalendarSyncConfig.get(id=calendar_id)).link_id


async def begin_giving_back(calendar_id: UUID, now: datetime, job_at: datetime, *, is_removing: bool) -> bool:
    """The same where the copies stay and the sign-in is given back; a job does it from ``job_at`` on.

    ``is_removing`` and what is answered are those of ``disconnect_now``.
    """
    held = _signed_in(calendar_id, is_removing=is_removing)
    columns = _ENDING | {"keeps_copies": True, "next_sync_at": job_at, "updated_at": now}
    return bool(await held.update(**columns, fence=F("fence") + 1))


async def leave_copies(calendar_id: UUID, fence: int) -> bool:
    """From here on only the sign-in is given back; False if the fence moved since."""
    held = CalendarSyncConfig.filter(id=calendar_id, fence=fence, stopped=DISCONNECTING)
    return bool(await held.update(keeps_copies=True, failures=0))


async def end_giving_back(calendar_id: UUID, now: datetime) -> None:
    """Forget the sign-in, unless there is a new one by now."""
    held = CalendarSyncConfig.filter(id=calendar_id, stopped=DISCONNECTING, keeps_copies=True)
    await _forget(held, calendar_id, None, now)


async def disconnect_now(calendar_id: UUID, now: datetime, *, is_removing: bool) -> bool:
    """Forget the sign-in and leave the copies; ``is_removing``: also if they are just being removed.

    False, and nothing is done, if there is no sign-in any more or somebody began to remove meanwhile.
    """
    return await _forget(_signed_in(calendar_id, is_removing=is_removing), calendar_id, None, now)


def _signed_in(calendar_id: UUID, *, is_removing: bool) -> QuerySet[CalendarSyncConfig]:
    held = CalendarSyncConfig.filter(id=calendar_id, access_token__isnull=False)
    return held if is_removing else held.filter(Q(stopped=None) | Q(stopped__not=DISCONNECTING))


async def finish_disconnecting(
    calendar_id: UUID, now: datetime, *, problem: Mapping[str, str] | None, fence: int
) -> bool:
    """The end of a removal, however it went; False if the fence moved since."""
    held = CalendarSyncConfig.filter(id=calendar_id, fence=fence, stopped=DISCONNECTING)
    return await _forget(held, calendar_id, problem, now)


@transactional
async def _forget(
    held: QuerySet[CalendarSyncConfig],
    calendar_id: UUID,
    problem: Mapping[str, str] | None,
    now: datetime,
) -> bool:
    """Archive the link, and erase the credentials last."""
    columns: dict[str, Any] = {
        "stopped": DISCONNECTED,
        "is_active": False,
        "link_id": None,
        "next_sync_at": None,
    }
    if not await held.update(**columns, problem=problem, fence=F("fence") + 1, updated_at=now):
        return False
    await archive_links(calendar_id, now)
    await stay_everywhere(calendar_id)
    await forget_all(calendar_id)
    await close_all(calendar_id, _disconnected(now))
    await CalendarSyncConfig.filter(id=calendar_id).update(access_token=None)
    return True


def _disconnected(now: datetime) -> RunError:
    return RunError("failed", "The calendar was disconnected.", "Connect it again to sync it.", now)


async def count_copies(link_id: UUID) -> int:
    """How many events go with this link: those that we made, but for what stands for one that was lost."""
    stands = Q(appointment__imported_from=link_id, appointment__is_deleted=False)
    copies = CalendarSyncMapping.filter(link_id=link_id, origin=Origin.COPY.value)
    return await count_standing(copies) - await count_standing(copies.filter(stands))
