"""What a frontend is answered where a sign-in is to another account, or something is missing at its end."""

from dataclasses import replace

from tests.gateway.granting import granting_server
from tests.gateway.graphql.client import serving
from tests.gateway.graphql.test_oauth import BEGIN, COMPLETE, came_back, connected
from tests.gateway.house import House
from tests.gateway.registered import PAGE

from metonic_gateway.vault import Vault


async def test_who_signs_in_to_another_account_is_told_what_could_not_be_given_back(house: House) -> None:
    async with granting_server(house) as granting, serving(house) as api:
        await connected(api, granting)
        granting.subject, granting.email = "1002", "other@granting.test"
        granting.refused("revoke", 503, "x")

        answer = await connected(api, granting)

    assert (answer["__typename"], answer["account"]) == ("ConnectedCalendar", "other@granting.test")
    attention = answer["status"]["attention"]
    assert attention["code"] == "UNREACHABLE"
    assert attention["nextStep"] == "Take our access away in that account at the provider."


async def test_who_signs_in_while_a_key_goes_is_answered_that_the_service_is_set_up_wrongly(
    house: House,
) -> None:
    async with granting_server(house) as granting:
        async with serving(house) as api:
            start = await api.call(BEGIN, provider="granting", page=PAGE)
            found = await came_back(api, granting, start)
        house.services = replace(house.services, vault=Vault({"k2": bytes(32)}))
        async with serving(house) as api:
            answer = await api.call(COMPLETE, provider="granting", **found)

    assert (answer["__typename"], answer["code"]) == ("ProviderRefused", "MISCONFIGURED")
    assert "METONIC_KEYS" in answer["message"]
