"""A provider's story: everybody at once, each with an account of their own; then the service is killed."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.e2e.smoke.signed_in.cut_off import cut_off
from tests.e2e.smoke.signed_in.place import Place
from tests.e2e.smoke.signed_in.scene import Scene, scene
from tests.e2e.smoke.signed_in.signing_in import signing_in
from tests.e2e.smoke.signed_in.told import told
from tests.e2e.smoke.signed_in.troubles import forgotten, too_many
from tests.e2e.smoke.signed_in.two_ways import two_ways
from tests.e2e.smoke.table import Table, expect

_SECONDS = 480
_DEEDS: tuple[Callable[[Scene], Awaitable[None]], ...] = (signing_in, two_ways, told, forgotten, too_many)
_PEOPLE = ("toni", "uma", "eve", "pia", "mia", "gus", "lou", "kit")


async def signed_in(folder: Path, table: Table, place: type[Place], *, is_short: bool) -> None:
    """All of it, into the table; raises TimeoutError when something keeps it from ever ending.

    ``is_short``: without what takes the service a minute to be sure of.
    """
    async with asyncio.timeout(_SECONDS), scene(folder, place, _PEOPLE, table) as here:
        deeds = (table.run(f"{here.name}, {deed.__name__.replace('_', ' ')}", deed(here)) for deed in _DEEDS)
        await asyncio.gather(*deeds)
        if not is_short:
            await table.run(f"{here.name}, cut off", cut_off(here))
        await table.check(f"{here.name}: the service ends in order", _ends_in_order(here))


async def _ends_in_order(here: Scene) -> None:
    expect("its exit code", await here.service.stop(), 0)
