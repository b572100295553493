"""What of a pace was spent lately by all processes together.

Each change is a compare-and-set of one row in statements of their own: nobody waits for a lock, and nobody
who is at something longer holds one. It must not run inside a transaction of somebody else.
"""

from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from metonic_core.pacing import Spent
from metonic_core.spi.pace import Pace
from metonic_gateway.store.models import ProviderBudget

_TRIES = 50


class Contended(Exception):
    """Others changed the row so often that it could not be changed."""


async def draw(budget_id: str, pace: Pace, least: int, most: int, now: datetime) -> tuple[int, timedelta]:
    """As many units as there are, from ``least`` to ``most``, and zero; or zero, and how long to wait.

    Raises Contended.
    """
    for _ in range(_TRIES):
        row, spent = await _read(budget_id)
        if wait := spent.wait(pace, least, now):
            return 0, wait
        units = spent.grant(pace, least, most, now)
        if await _is_stored(row, budget_id, spent, now):
            return units, timedelta(0)
    raise Contended


async def learn(budget_id: str, pace: Pace, now: datetime) -> None:
    """The provider has refused what was drawn last: for a while no more than before that is.

    Raises Contended.
    """
    for _ in range(_TRIES):
        row, spent = await _read(budget_id)
        spent.learn(pace, now)
        if await _is_stored(row, budget_id, spent, now):
            return
    raise Contended


async def forget(before: datetime) -> int:
    """Erase what nobody drew from since; returns how many rows."""
    return await ProviderBudget.filter(updated_at__lt=before).delete()


async def _read(budget_id: str) -> tuple[ProviderBudget | None, Spent]:
    row = await ProviderBudget.get_or_none(id=budget_id)
    return row, Spent.of_document(row.spent) if row else Spent()


async def _is_stored(row: ProviderBudget | None, budget_id: str, spent: Spent, now: datetime) -> bool:
    """False if somebody else was faster."""
    if row is not None:
        same = ProviderBudget.filter(id=budget_id, version=row.version)
        changed = await same.update(spent=spent.document(), version=row.version + 1, updated_at=now)
        return bool(changed)
    try:
        await ProviderBudget.create(id=budget_id, spent=spent.document(), version=0, updated_at=now)
    except IntegrityError:
        return False
    return True
