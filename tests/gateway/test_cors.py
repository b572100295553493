"""Pages of the origins that are set may ask and read what is answered, those of others may not."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.gateway.graphql.client import PROTOCOL, Api, serving
from tests.gateway.house import KEYS, House

from metonic_gateway.app import Gateway
from metonic_gateway.serving import MOST_BYTES, bound, served
from metonic_gateway.settings import load_settings

ORIGIN, OTHER = "https://app.example.org", "https://evil.test"
ALLOWED = "Access-Control-Allow-Origin"
VIEWER = {"query": "{ viewer { id } }"}
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, apollo-require-preflight",
}


@pytest.fixture(params=[f"https://staging.example.org, {ORIGIN}"])
async def open_api(house: House, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    """The API as it is set to let those origins ask."""
    url = house.services.settings.database_url
    settings = load_settings(keys=KEYS, jwt_key="j" * 32, database_url=url, cors_origins=request.param)
    house.services = replace(house.services, settings=settings)
    async with serving(house) as api:
        yield api


async def asked(
    api: Api,
    method: str,
    origin: str,
    path: str = "/graphql",
    **given: Any,  # noqa: ANN401 - aiohttp's arguments
) -> aiohttp.ClientResponse:
    """The answer, read and done with."""
    headers = {"Origin": origin} | given.pop("headers", {})
    async with api.session.request(method, api.url + path, headers=headers, **given) as answer:
        await answer.read()
        return answer


async def preflight(api: Api, origin: str) -> aiohttp.ClientResponse:
    return await asked(api, "OPTIONS", origin, headers=PREFLIGHT)


async def test_a_page_of_an_origin_that_is_set_may_ask_and_read(open_api: Api) -> None:
    before = await preflight(open_api, ORIGIN)
    headers = {"Authorization": f"Bearer {open_api.token}"}
    answer = await asked(open_api, "POST", ORIGIN, json=VIEWER, headers=headers)

    assert (before.status, before.headers[ALLOWED]) == (200, ORIGIN)
    assert before.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS"
    allowed = before.headers["Access-Control-Allow-Headers"].lower()
    assert {"authorization", "content-type", "apollo-require-preflight"} <= set(allowed.split(", "))
    assert int(before.headers["Access-Control-Max-Age"]) > 0
    assert "Access-Control-Allow-Credentials" not in before.headers
    assert (answer.status, answer.headers[ALLOWED], answer.headers["Vary"]) == (200, ORIGIN, "Origin")


async def test_a_page_of_another_origin_may_not(open_api: Api) -> None:
    before = await preflight(open_api, OTHER)
    answer = await asked(open_api, "POST", OTHER, json=VIEWER)

    assert before.status == 400
    assert ALLOWED not in before.headers
    assert ALLOWED not in answer.headers


async def test_a_method_that_is_not_for_pages_may_not_be_used(open_api: Api) -> None:
    answer = await asked(open_api, "OPTIONS", ORIGIN, headers={"Access-Control-Request-Method": "DELETE"})

    assert answer.status == 400


async def test_what_is_refused_can_be_read_as_well(open_api: Api) -> None:
    for body, status in ((b"nonsense", 400), (b" " * (MOST_BYTES + 1), 413)):
        headers = {"Content-Type": "application/json"}
        answer = await asked(open_api, "POST", ORIGIN, data=io.BytesIO(body), headers=headers)
        assert (answer.status, answer.headers[ALLOWED]) == (status, ORIGIN)

    answer = await asked(open_api, "GET", ORIGIN, "/nowhere")
    assert (answer.status, answer.headers[ALLOWED]) == (404, ORIGIN)


async def test_what_fails_unforeseen_can_be_read_as_well() -> None:
    async def failing(_: Request) -> Response:
        raise RuntimeError("a fault of ours")

    app = Gateway(routes=[Route("/", failing)])
    app.origins = [ORIGIN]
    listening = bound("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"

    async with (
        served(app, listening, asyncio.Event()),
        aiohttp.ClientSession() as session,
        session.get(url, headers={"Origin": ORIGIN}) as answer,
    ):
        assert (answer.status, answer.headers[ALLOWED]) == (500, ORIGIN)


@pytest.mark.parametrize("open_api", ["*"], indirect=True)
async def test_a_star_lets_pages_of_any_origin_ask(open_api: Api) -> None:
    before = await preflight(open_api, OTHER)

    assert (before.status, before.headers[ALLOWED]) == (200, "*")
    await _subscribes(open_api, OTHER)


async def test_a_page_of_an_origin_that_is_set_may_subscribe(open_api: Api) -> None:
    await _subscribes(open_api, ORIGIN)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await _subscribes(open_api, OTHER)

    assert refused.value.status == 403


async def _subscribes(api: Api, origin: str) -> None:
    url = f"{api.url}/graphql".replace("http", "ws", 1)
    async with api.session.ws_connect(url, protocols=[PROTOCOL], origin=origin) as socket:
        await socket.send_json(
            {"type": "connection_init", "payload": {"authorization": f"Bearer {api.token}"}}
        )
        assert (await socket.receive_json(timeout=5))["type"] == "connection_ack"


async def test_without_a_setting_no_other_origin_is_told_anything(api: Api) -> None:
    before = await preflight(api, ORIGIN)
    answer = await asked(api, "POST", ORIGIN, json=VIEWER)

    assert before.status == 405
    assert ALLOWED not in before.headers
    assert ALLOWED not in answer.headers
