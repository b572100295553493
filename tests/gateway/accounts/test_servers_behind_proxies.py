"""Connecting a server that something before it encrypts for, so that it calls itself `http`."""

from dataclasses import replace
from pathlib import Path

from tests.gateway.house import House

from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.accounts.connecting import test_connection as try_connection
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.stand_ins import StandIns
from metonic_simulators.icloud import icloud
from metonic_simulators.servers import started

PUBLIC = "https://cal.example.com"


async def test_a_server_that_names_itself_without_encryption_is_connected(
    house: House, tmp_path: Path
) -> None:
    with started("radicale", tmp_path) as behind:
        async with (
            icloud(behind, usual=("icloud-layout",)) as server,
            Egress(allow_private_addresses=True, stand_ins=StandIns({PUBLIC: server.url})) as egress,
        ):
            calendar_id = await server.make_calendar("work")
            server.turn_on("plain-http-links", to=PUBLIC.replace("https:", "http:"))
            registry = Registry.load()
            services = replace(house.services, egress=egress, registry=registry)
            typed = {"server": PUBLIC, "username": server.user, "password": server.password}

            calendar = await connect_with_credentials(
                services, house.user, registry.providers["apple"], typed
            )
            await try_connection(services, house.user, "apple")

    row = await house.row(calendar)
    assert calendar_id in [choice["id"] for choice in row.calendars]
    assert row.stopped in {None, "needs_calendar"}
