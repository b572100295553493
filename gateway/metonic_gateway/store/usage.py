"""What providers were asked, and told us, per day in UTC."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import uuid4

from tortoise.expressions import F

from metonic_gateway.store.models import ProviderUsage


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A provider on a day."""

    provider: str
    day: date


@dataclass(frozen=True, slots=True)
class Counts:
    """``batched_operations`` went together in requests, ``throttled`` runs were refused as too many."""

    requests: int = 0
    batched_operations: int = 0
    webhooks: int = 0
    throttled: int = 0


async def add(at: Day, counts: Counts) -> None:
    """Add these to the row of that day; of many processes that do so at once, none loses anything."""
    rows = ProviderUsage.filter(provider=at.provider, day=at.day)
    more = {name: F(name) + number for name, number in asdict(counts).items()}
    if not await rows.update(**more):
        fresh = ProviderUsage(id=uuid4(), provider=at.provider, day=at.day)
        await ProviderUsage.bulk_create([fresh], ignore_conflicts=True)
        await rows.update(**more)


async def forget(before: date) -> int:
    """Erase what is older; returns how many rows."""
    return await ProviderUsage.filter(day__lt=before).delete()


async def since(day: date, provider: str | None) -> Sequence[tuple[Day, Counts]]:
    """From that day on, the first day first."""
    rows = ProviderUsage.filter(day__gte=day).order_by("day", "provider")
    if provider is not None:
        rows = rows.filter(provider=provider)
    return [
        (Day(r.provider, r.day), Counts(r.requests, r.batched_operations, r.webhooks, r.throttled))
        for r in await rows
    ]
