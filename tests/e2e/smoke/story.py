"""The whole story: what people do, all at once; then crashes; then rest, which must cost next to nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.e2e.smoke import crashes
from tests.e2e.smoke.bad_calendars import bad_calendars
from tests.e2e.smoke.bad_input import bad_input
from tests.e2e.smoke.deletions import deletions
from tests.e2e.smoke.idle import calmed, idle
from tests.e2e.smoke.leaving import leaving
from tests.e2e.smoke.merging import merging
from tests.e2e.smoke.privacy import privacy
from tests.e2e.smoke.scene import Scene, scene
from tests.e2e.smoke.series import series
from tests.e2e.smoke.sharing import sharing
from tests.e2e.smoke.table import Table, expect
from tests.e2e.smoke.two_ways import two_ways

_SECONDS = 240
_DEEDS: tuple[Callable[[Scene], Awaitable[None]], ...] = (
    two_ways,
    series,
    merging,
    deletions,
    privacy,
    sharing,
    leaving,
    bad_input,
    bad_calendars,
)
_PEOPLE = ("toni", "sara", "mia", "dora", "pia", "tom", "kim", "dana", "bo", "otto", "uma", "rita", "gina")


async def story(folder: Path, table: Table) -> None:
    """Everything, into the table; raises TimeoutError when something keeps it from ever ending."""
    async with asyncio.timeout(_SECONDS), scene(folder, (*_PEOPLE, *crashes.NAMES), table) as here:
        await asyncio.gather(*(table.run(deed.__name__.replace("_", " "), deed(here)) for deed in _DEEDS))
        await table.run("crashes and idle", _crashes_and_idle(here))
        await table.check("service: ends in order when asked to", _ends_in_order(here))


async def _crashes_and_idle(here: Scene) -> None:
    """While the crashes go on elsewhere, whoever is done rests until the scheduler comes to them."""
    calm = await calmed(list(here.people.values()))
    await crashes.crashes(here)
    await idle(here, calm)


async def _ends_in_order(here: Scene) -> None:
    expect("its exit code", await here.service.stop(), 0)
