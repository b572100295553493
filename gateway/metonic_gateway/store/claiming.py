"""Which calendars are asked to be synced next: each by one scheduler, and no more than workers take.

A claim is written before anything is sent, so a scheduler that dies in between costs a minute.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import F, Q
from tortoise.transactions import in_transaction

from metonic_gateway.store.leases import is_waiting
from metonic_gateway.store.models import CalendarSyncConfig

ASK_AGAIN = timedelta(seconds=60)
"""What was asked for and not taken by then is asked for anew: the message is lost, or waits behind others."""
MOST_ASKED = 500
"""How many are asked for and not taken yet, by all schedulers together: after a standstill all are due."""
_MOST_OF_A_USER = 5
_READ_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Claimed:
    """``is_more``: some were asked for, and others are due as well."""

    calendars: Sequence[UUID]
    is_more: bool


async def claim(now: datetime, most: int = MOST_ASKED) -> Claimed:
    """Calendars that are due and that nobody else asked for, those that wait longest first.

    Of several schedulers each gets others, and none waits for another.
    """
    asked = await _asked(now, most)
    room = most - sum(asked.values())
    due = await claimable(now, _READ_AHEAD * room) if room > 0 else []
    chosen = fairly(due, asked, room)
    mine = await _marked(chosen, now) if chosen else []
    return Claimed(mine, is_more=0 < len(mine) < len(due))


async def claimable(now: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Calendars to ask for, and whose they are; the one that waits longest first."""
    due = CalendarSyncConfig.filter(is_claimable(now)).order_by("next_sync_at").limit(limit)
    return [(row["id"], row["user_id"]) for row in await due.values("id", "user_id")]


def fairly(due: Sequence[tuple[UUID, UUID]], asked: Mapping[UUID, int], room: int) -> Sequence[UUID]:
    """As many as there is room for, in turn by their users: few of one user, who has so many asked for."""
    turns, queued = Counter(asked), list[tuple[int, UUID]]()
    for calendar, user in due:
        turns[user] += 1
        if turns[user] <= _MOST_OF_A_USER:
            queued.append((turns[user], calendar))
    return [calendar for _, calendar in sorted(queued, key=lambda each: each[0])[:room]]


async def _asked(now: datetime, most: int) -> Mapping[UUID, int]:
    """How many are asked for and not taken yet, by user."""
    rows = CalendarSyncConfig.filter(_is_just_asked(now)).limit(most)
    return Counter([row["user_id"] for row in await rows.values("user_id")])


async def _marked(calendars: Collection[UUID], now: datetime) -> Sequence[UUID]:
    """Those of them that nobody else marks at this moment, in the same order."""
    async with in_transaction():
        free = CalendarSyncConfig.filter(is_claimable(now), id__in=list(calendars))
        # Rows, not values: those Tortoise reads without the lock, and says nothing.
        mine = {row.id for row in await free.select_for_update(skip_locked=True, no_key=True).only("id")}
        await CalendarSyncConfig.filter(id__in=list(mine)).update(asked_at=now)
    return [calendar for calendar in calendars if calendar in mine]


def is_claimable(now: datetime) -> Q:
    """Due and free, and not just asked for, unless it is due anew since."""
    is_asked = Q(_is_just_asked(now), asked_at__gte=F("next_sync_at"))
    return Q(is_waiting(now), Q(asked_at=None) | ~is_asked)


def _is_just_asked(now: datetime) -> Q:
    """The clock of whoever asked may be ahead, but one that was set back keeps nothing waiting."""
    return Q(asked_at__gt=now - ASK_AGAIN, asked_at__lt=now + ASK_AGAIN)
