"""What users are told: whether their provider tells of changes, and why not."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api, Json, next_of, serving
from tests.gateway.house import synced
from tests.gateway.memory import memory_provider
from tests.gateway.push.conftest import Scene

from metonic_core.spi.errors import ProviderError, Unacceptable, Unavailable
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.disconnecting import disconnect

STATUS = '{ syncStatus(provider: "memory") { pushHealthy pollingOnly { reason message nextStep } } }'
TEST = """mutation { testConnection(provider: "memory") { ... on TestReport { ok webhooks } } }"""
HISTORY = "{ syncHistory { nodes { syncType reason } } }"
CHANGED = "subscription { syncStatusChanged { pushHealthy pollingOnly { reason } } }"


async def reason(api: Api) -> str | None:
    """Of polling, null where there is none; it has sentences."""
    status = await api.call(STATUS)
    why: Json | None = status["pollingOnly"]
    assert status["pushHealthy"] is False or why is None
    if why is None:
        return None
    assert why["message"].endswith(".")
    assert why["nextStep"].endswith(".")
    found: str = why["reason"]
    return found


async def test_a_calendar_with_a_channel_is_healthy(scene: Scene, told: UUID, asking: Api) -> None:  # noqa: ARG001
    assert await asking.call(STATUS) == {"pushHealthy": True, "pollingOnly": None}
    assert await asking.call(TEST) == {"ok": True, "webhooks": True}


async def test_before_the_channel_is_open_it_says_so(scene: Scene, asking: Api) -> None:
    await synced(scene.house)

    assert await reason(asking) == "OPENING"
    assert await asking.call(TEST) == {"ok": True, "webhooks": False}


async def test_a_channel_that_is_over_is_not_healthy(scene: Scene, asking: Api) -> None:
    scene.exchange.longest = timedelta(hours=1)
    await scene.told()
    assert await reason(asking) is None

    scene.later(timedelta(hours=1))

    assert await reason(asking) == "OPENING"


@pytest.mark.parametrize(
    ("error", "expected"),
    [(Unacceptable("Holidays have no channels."), "REFUSED"), (Unavailable("Down."), "FAILING")],
)
async def test_what_the_provider_said_is_passed_on(
    scene: Scene, asking: Api, error: ProviderError, expected: str
) -> None:
    await synced(scene.house)
    scene.exchange.error = error
    await scene.work()

    assert await reason(asking) == expected
    assert (await asking.call(STATUS))["pollingOnly"]["message"] == error.message


async def test_without_a_public_url_polling_is_the_only_way_and_the_status_says_so(scene: Scene) -> None:
    scene.public_url(None)
    await synced(scene.house)
    await scene.work()

    async with serving(scene.house) as asking:
        assert await reason(asking) == "NO_PUBLIC_URL"
        assert await asking.call(TEST) == {"ok": True, "webhooks": False}


async def test_a_provider_that_does_not_tell_of_changes_says_so(api: Api) -> None:
    await synced(api.house)

    assert await reason(api) == "PROVIDER"


async def test_where_nothing_is_synced_nothing_is_explained(scene: Scene, told: UUID, asking: Api) -> None:  # noqa: ARG001
    await disconnect(scene.house.services, scene.house.user, "memory", remove_copies=False)

    assert await asking.call(STATUS) == {"pushHealthy": False, "pollingOnly": None}


async def test_who_watches_hears_of_it(scene: Scene, asking: Api) -> None:
    await synced(scene.house)

    async with asking.subscribed(CHANGED) as socket:
        assert (await next_of(socket))["data"]["syncStatusChanged"]["pollingOnly"] == {"reason": "OPENING"}
        await scene.work()
        assert (await next_of(socket))["data"]["syncStatusChanged"]["pushHealthy"] is True


async def test_runs_that_were_told_of_a_change_say_so(scene: Scene, told: UUID, asking: Api) -> None:
    scene.later(timedelta(minutes=1))
    await scene.house.add("Boxing")
    await scene.exchange.tell(scene.exchange.standing[0])
    await scene.house.sync(told)

    runs = (await asking.call(HISTORY))["nodes"]

    assert {"syncType": "WEBHOOK", "reason": "WEBHOOK"} in runs


async def test_providers_say_whether_they_tell_of_changes(scene: Scene) -> None:
    told, silent = (
        scene.house.services.registry.providers["memory"],
        memory_provider(scene.house.world, "pear"),
    )
    scene.with_services(registry=Registry({"memory": told, "pear": silent}, ()))

    async with serving(scene.house) as asking:
        providers = await asking.call("{ providers { name capabilities { push } } }")

    assert providers == [
        {"name": "memory", "capabilities": {"push": True}},
        {"name": "pear", "capabilities": {"push": False}},
    ]
