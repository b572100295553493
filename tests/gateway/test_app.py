"""What is answered besides GraphQL: health, the explorer, and bodies that are too large."""

import base64
import hashlib
import io
import json
import re
from collections.abc import AsyncIterator

import pytest
from tests.gateway.graphql.client import Api
from tortoise import Tortoise

from metonic_gateway.serving import MOST_BYTES


async def test_healthy_and_ready(api: Api) -> None:
    for path in ("/healthz", "/readyz"):
        async with api.session.get(api.url + path) as answer:
            assert answer.status == 200


async def test_not_ready_while_the_database_does_not_answer(api: Api) -> None:
    await execute("ALTER TABLE users RENAME TO gone")

    async with api.session.get(f"{api.url}/readyz") as answer:
        assert answer.status == 503
    async with api.session.get(f"{api.url}/healthz") as answer:
        assert answer.status == 200
    await execute("ALTER TABLE gone RENAME TO users")


async def test_not_ready_while_the_database_is_not_up_to_date(api: Api) -> None:
    renamed = "UPDATE tortoise_migrations SET name = '{}' WHERE name = '{}'"
    await execute(renamed.format("another", "0001_initial"))

    async with api.session.get(f"{api.url}/readyz") as answer:
        assert (answer.status, "metonic migrate" in await answer.text()) == (503, True)
    await execute(renamed.format("0001_initial", "another"))


async def execute(statement: str) -> None:
    await Tortoise.get_connection("default").execute_script(statement)


async def test_the_explorer_loads_nothing_from_elsewhere(api: Api) -> None:
    async with api.session.get(f"{api.url}/graphql") as answer:
        page, policy = await answer.text(), answer.headers["Content-Security-Policy"]

    assert answer.status == 200
    assert not re.search(r"https?://|src=|@import|url\(", page)
    assert "default-src 'none'" in policy
    for tag in ("script", "style"):
        (inline,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


async def test_every_field_of_the_explorer_has_a_label(api: Api) -> None:
    async with api.session.get(f"{api.url}/graphql") as answer:
        page = await answer.text()

    fields = re.findall(r'<(?:input|textarea) id="(\w+)"', page)
    assert fields == ["token", "query", "variables", "search"]
    assert all(f'<label for="{name}">' in page for name in fields)


async def test_a_query_in_the_address_is_not_run(api: Api) -> None:
    async with api.session.get(f"{api.url}/graphql", params={"query": "{ viewer { id } }"}) as answer:
        assert answer.content_type == "text/html"


async def _chunks() -> AsyncIterator[bytes]:
    for _ in range(MOST_BYTES // 32_768 + 1):
        yield b" " * 32_768


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_is_refused(announced: bool, api: Api) -> None:  # noqa: FBT001 - a parameter
    body = io.BytesIO(b" " * (MOST_BYTES + 1)) if announced else _chunks()

    async with api.session.post(
        f"{api.url}/graphql", data=body, headers={"Content-Type": "application/json"}
    ) as answer:
        assert answer.status == 413


VIEWER = {"query": "{ viewer { id } }"}
BODIES = [
    b"",
    b"nonsense",
    b"\xff",
    b"[" * 100_000,
    b"[]",
    b"5",
    b"null",
    b"{}",
    json.dumps([VIEWER]).encode(),
    json.dumps(VIEWER | {"variables": 5}).encode(),
    json.dumps(VIEWER | {"operationName": "other"}).encode(),
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: ascii(body[-40:]))
async def test_a_body_that_is_no_request_is_the_callers_fault(body: bytes, api: Api) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {api.token}"}
    async with api.session.post(f"{api.url}/graphql", data=body, headers=headers) as answer:
        assert answer.status == 400
        assert "Traceback" not in await answer.text()
