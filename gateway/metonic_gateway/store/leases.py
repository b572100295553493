"""One run per calendar: a lease that ends by itself, and a fence that tells a former holder it lost it.

Every transaction of a run checks the fence, so a run that was paused for too long, or whose calendar was
disconnected meanwhile, writes nothing any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import F, Q, Subquery
from tortoise.queryset import QuerySet, UpdateQuery

from metonic_core.sync import LeaseLost
from metonic_gateway.store.connected import ConnectedCalendar, value_of
from metonic_gateway.store.models import CalendarSyncConfig
from metonic_gateway.store.relying import Found, document_of, told_in
from metonic_gateway.store.returning import returning
from metonic_gateway.store.states import DISCONNECTING
from metonic_gateway.store.transactions import dialect

LENGTH = timedelta(seconds=60)
HEARTBEAT = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Glance:
    """What a calendar has to do beside being looked at: rows, conflicts, runs, copies in a former one.

    Of its rows also whether one waits for a person, who has to be told what becomes of it.
    Most have nothing, and nobody needs to look for it again: whatever is drawn later has the calendar synced
    once more.
    """

    is_any_due: bool
    is_any_ripening: bool
    is_any_unfinished: bool
    is_any_leaving: bool
    is_any_held: bool


OF_GLANCE = {
    "is_any_due": """EXISTS (SELECT 1 FROM "calendar_sync_mappings"
        WHERE "link_id" = "calendar_sync_configs"."link_id" AND "due" IS NOT NULL)""",
    "is_any_ripening": """EXISTS (SELECT 1 FROM "calendar_sync_conflicts"
        WHERE "sync_config_id" = "calendar_sync_configs"."id" AND "state" = 'open'
        AND "automatic_at" IS NOT NULL)""",
    "is_any_unfinished": """EXISTS (SELECT 1 FROM "calendar_sync_history"
        WHERE "sync_config_id" = "calendar_sync_configs"."id" AND "state" IN ('queued', 'running')
        AND "kind" = 'sync')""",
    "is_any_leaving": """EXISTS (SELECT 1 FROM "calendar_links"
        WHERE "sync_config_id" = "calendar_sync_configs"."id" AND "is_leaving")""",
    "is_any_held": """EXISTS (SELECT 1 FROM "calendar_sync_mappings"
        WHERE "link_id" = "calendar_sync_configs"."link_id" AND "hold" = 'guarded')""",
}
"""What a glance asks of a calendar: by name, conditions in SQL."""

_BESIDE = OF_GLANCE | {
    "zone": 'SELECT "zone" FROM "users" WHERE "id" = "calendar_sync_configs"."user_id"',
    "is_outdated": """SELECT "seen"."nudge_seq" <> "calendar_sync_configs"."nudge_seq" OR
        ("seen"."lease_until" IS NOT NULL AND "seen"."lease_until" <> "calendar_sync_configs"."lease_until")
        FROM "calendar_sync_configs" "seen" WHERE "seen"."id" = "calendar_sync_configs"."id\"""",
}


@dataclass(slots=True)
class Lease:
    """``until`` moves with each heartbeat; ``nudge_seq`` is the last request that this run answers.

    ``is_noticed``: one of those that no run has answered yet came from the provider. ``due_at`` is since when
    the calendar was due. ``calendar``, ``glance`` and ``link`` are as they were when the lease was taken.
    ``is_given_back``: with what the run came to, so that it need not be released.
    """

    calendar_id: UUID
    fence: int
    until: datetime
    nudge_seq: int
    taken_at: datetime
    is_noticed: bool
    due_at: datetime
    calendar: ConnectedCalendar
    glance: Glance
    link: Found
    is_given_back: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A link of a user's calendar at a provider, held under the fence of a lease.

    ``is_former``: another link took its place, so nothing new begins in it. ``glance`` and ``link`` are what
    was seen when the lease was taken, ``nudge_seq`` the last request by then; without these all is asked for.
    """

    calendar_id: UUID
    link_id: UUID
    fence: int
    user_id: UUID
    provider: str
    is_former: bool = False
    glance: Glance | None = None
    nudge_seq: int | None = None
    link: Found = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many calendars are due that nobody holds, and since when the first of them is."""

    number: int
    since: datetime | None


async def waiting(now: datetime) -> Waiting:
    """What a scheduler and workers have not come to yet."""
    due = CalendarSyncConfig.filter(is_waiting(now))
    first = await due.order_by("next_sync_at").first().values("next_sync_at")
    return Waiting(await due.count(), first["next_sync_at"] if first else None)


async def acquire(calendar_id: UUID, now: datetime) -> Lease | None:
    """The lease of a calendar that is due; None if it is not, or not any more, or somebody holds it."""
    until = now + LENGTH
    taken = {"fence": F("fence") + 1, "taken_seq": F("nudge_seq"), "asked_at": None, "lease_until": until}
    found = await _told(CalendarSyncConfig.filter(is_waiting(now), id=calendar_id).update(**taken))
    mine = CalendarSyncConfig.filter(id=calendar_id, lease_until=until)
    while found and found[1]["is_outdated"]:
        if not (found := await _told(mine.filter(fence=found[0].fence).update(lease_until=until))):
            # Taken away already: whoever did so waits for its end.
            await mine.update(lease_until=None)
    if found is None:
        return None
    row, beside = found
    return Lease(
        calendar_id=calendar_id,
        fence=row.fence,
        until=until,
        nudge_seq=row.taken_seq,
        taken_at=now,
        is_noticed=row.noticed_seq > row.served_seq,
        due_at=row.next_sync_at or now,
        calendar=value_of(row, beside["zone"]),
        glance=Glance(**{name: bool(beside[name]) for name in OF_GLANCE}),
        link=told_in(beside["link"]),
    )


async def _told(taking: UpdateQuery) -> tuple[CalendarSyncConfig, Mapping[str, Any]] | None:
    """The row that was taken, and what stands beside it.

    Problem: on PostgreSQL, what stands beside a row that was waited for is as it was when the waiting began.
    Solution: whoever changes it draws a number, or held the lease before; as the row was then it tells both.
    """
    asked = _BESIDE | {"link": document_of("calendar_sync_configs", dialect())}
    rows = await returning(CalendarSyncConfig, taking, asked)
    return rows[0] if rows else None


async def extend(lease: Lease, now: datetime) -> bool:
    """Hold it for longer; False if it is not ours any more, or was given back.

    Also after the fence was raised, for as long as what is under way at the provider takes.
    """
    until = now + LENGTH
    is_ours = Q(fence=lease.fence, lease_until__isnull=False) | Q(lease_until=lease.until)
    if not await CalendarSyncConfig.filter(is_ours, id=lease.calendar_id).update(lease_until=until):
        return False
    lease.until = until
    return True


async def hold(calendar_id: UUID, fence: int) -> CalendarSyncConfig:
    """The calendar with its settings, kept under that fence until the transaction ends; raises LeaseLost.

    Problem: on PostgreSQL a row that was waited for is as it has become, but what is joined to it is as it
    was when the waiting began. Solution: whoever changes that draws a number, which the row shows; then
    ``settings`` tell.
    """
    kept = _with_settings(calendar_id).filter(fence=fence)
    row = await kept.select_for_update(no_key=True, of=("calendar_sync_configs",)).first()
    if row is None:
        raise LeaseLost("another run took this calendar over")
    return row


async def settings(calendar_id: UUID) -> CalendarSyncConfig:
    """The calendar with its filter and its user, as they are now."""
    return await _with_settings(calendar_id).get()


def _with_settings(calendar_id: UUID) -> QuerySet[CalendarSyncConfig]:
    return CalendarSyncConfig.filter(id=calendar_id).select_related("sync_filter", "user")


def held(by: Held) -> Subquery:
    """The calendar under its fence, kept by a statement that changes nothing where there is none."""
    calendar = CalendarSyncConfig.filter(id=by.calendar_id, fence=by.fence)
    return Subquery(calendar.select_for_update(no_key=True).only("id"))


async def release(lease: Lease) -> None:
    """Give it back, also after the fence was raised: whoever raised it waits for this.

    Problem: the fence alone cannot tell a calendar that was taken away from one that was taken over.
    Solution: the end of the lease can, as it is moved by holders only.
    """
    if not lease.is_given_back:
        ours = CalendarSyncConfig.filter(id=lease.calendar_id, lease_until=lease.until)
        await ours.update(lease_until=None)


async def break_all() -> int:
    """Free every calendar: for a service that is the only one and starts, so that all holders are dead."""
    held = CalendarSyncConfig.exclude(lease_until=None)
    return await held.update(lease_until=None, fence=F("fence") + 1)


def is_waiting(now: datetime) -> Q:
    """Whether a calendar is due and nobody holds it."""
    return Q(_is_due(now), _is_free(now))


def _is_due(now: datetime) -> Q:
    """A pause ends nothing that was begun, and it does not keep a calendar from being disconnected."""
    is_synced = Q(is_active=True, stopped=None, is_paused=False)
    return Q(is_synced | Q(stopped=DISCONNECTING), next_sync_at__lte=now)


def _is_free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=now)
