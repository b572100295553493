"""The service without its sockets, on a new database file."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.stand_ins import NONE, StandIns
from metonic_gateway.feed import Feed
from metonic_gateway.services import Services
from metonic_gateway.settings import load_settings
from metonic_gateway.store.database import migrated, opened
from metonic_gateway.vault import Vault


@asynccontextmanager
async def served(
    registry: Registry,
    clock: Callable[[], datetime],
    *,
    is_local: bool = False,
    stand_ins: StandIns = NONE,
    **settings: str,
) -> AsyncIterator[Services]:
    """What its parts work with; the file goes when the block ends.

    ``is_local``: the calendar servers are on this machine; ``settings`` are further ones.
    """
    with TemporaryDirectory() as folder:
        url = f"sqlite://{Path(folder) / 'bench.sqlite3'}"
        await migrated(url)
        keys = "k1:" + "A" * 43 + "="
        loaded = load_settings(keys=keys, jwt_key="j" * 32, database_url=url, **settings)
        async with (
            opened(url),
            Egress(allow_private_addresses=is_local, stand_ins=stand_ins) as egress,
        ):
            yield Services(
                settings=loaded,
                registry=registry,
                vault=Vault(loaded.root_keys),
                egress=egress,
                feed=Feed(),
                clock=clock,
                undo=lambda _: None,
                nudge=lambda _: None,
                preview=lambda _: None,
            )
