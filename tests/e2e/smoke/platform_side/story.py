"""The platform's side from end to end: a backend, a trainer and a guest, and what must never be lost."""

import asyncio
from pathlib import Path

from tests.e2e.smoke.platform_side.backend import Backend
from tests.e2e.smoke.platform_side.by_settings import by_settings
from tests.e2e.smoke.platform_side.changes import changes
from tests.e2e.smoke.platform_side.feed import feed
from tests.e2e.smoke.platform_side.first_sync import first_sync
from tests.e2e.smoke.platform_side.lessons import GUEST, TRAINER, lessons
from tests.e2e.smoke.platform_side.old_states import old_states
from tests.e2e.smoke.platform_side.refusals import refusals
from tests.e2e.smoke.platform_side.side import Side
from tests.e2e.smoke.scene import Scene, scene
from tests.e2e.smoke.table import Table, expect

_SECONDS = 1800
_PARTS = (first_sync, changes, feed, old_states, refusals, by_settings)


async def platform_side(folder: Path, table: Table, count: int) -> None:
    """All parts with that many appointments, into the table; raises TimeoutError if they never end."""
    async with asyncio.timeout(_SECONDS), scene(folder, (TRAINER, GUEST), table) as here:
        side = await _side(here, count)
        for part in _PARTS:
            await table.run(f"platform: {part.__name__}", part(side))
        await table.check("platform: the service ends in order", _ends_in_order(here))


async def _side(here: Scene, count: int) -> Side:
    backend = Backend(here.session, here.api_url, here.token("--role", "backend"))
    trainer = await here.meet(TRAINER, is_connected=False)
    guest = await here.meet(GUEST, is_connected=False, role="client")
    side = Side(here, backend, trainer, guest, lessons(count))
    side.items |= {lesson.platform_id: lesson.item() for lesson in side.lessons}
    return side


async def _ends_in_order(here: Scene) -> None:
    expect("its exit code", await here.service.stop(), 0)
