"""Other processes on the same database: each finds the token at its end, and prints the one that it got."""

import asyncio
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr
from tests.gateway.granting import ACCOUNTS, API, CLIENT_ID, CLIENT_SECRET, granting_provider
from tests.gateway.house import open_house

from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.oauth.client import KeptGrant
from metonic_gateway.accounts.stand_ins import StandIns
from metonic_gateway.store import calendars

HOW_MANY = 3


async def renewed_elsewhere(database: Path, origin: str, calendar: UUID, now: datetime) -> list[str]:
    """The tokens that these processes got; they begin together."""
    arguments = (str(database), origin, str(calendar), now.isoformat())
    children = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", __spec__.name, *arguments, stdin=-1, stdout=-1, env=None
        )
        for _ in range(HOW_MANY)
    ]
    for child in children:
        assert child.stdout is not None
        assert await child.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(child.communicate(b"go\n") for child in children))
    # A line of the log may come before.
    return [out.decode().split()[-1] for out, _ in answers]


async def _renew(database: Path, origin: str, calendar: UUID, now: datetime) -> None:
    stand_ins = StandIns({ACCOUNTS: origin, API: origin})
    async with (
        open_house(database) as house,
        Egress(allow_private_addresses=True, stand_ins=stand_ins) as egress,
    ):
        house.now = now
        provider = granting_provider(house.world)
        clients = SecretStr(f'{{"granting": {{"id": "{CLIENT_ID}", "secret": "{CLIENT_SECRET}"}}}}')
        settings = house.services.settings.model_copy(update={"oauth_clients": clients})
        registry = Registry({provider.name: provider}, ())
        services = replace(house.services, settings=settings, registry=registry, egress=egress)
        _say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        value = await calendars.load(calendar)
        assert value is not None
        _say((await KeptGrant(services, provider, value).good()).access)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    path, at, which, when = sys.argv[1:]
    asyncio.run(_renew(Path(path), at, UUID(which), datetime.fromisoformat(when)))
