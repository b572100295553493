"""Every example of docs/api.md does what the page says, asked in the order of the page."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.docs.examples import Example, agrees, examples, filled, is_refusal, learnt
from tests.gateway.granting import Granting, granting_server
from tests.gateway.graphql.client import Api, next_of, serving
from tests.gateway.house import House
from tests.gateway.memory import World, memory_provider
from yarl import URL

from metonic_core.spi.registry import Registry

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture
async def google(house: House) -> AsyncIterator[Granting]:
    """What stands for the providers that are named on the page; their calendars are in memory."""
    async with granting_server(house, "google", World()) as google:
        apple = memory_provider(house.world, "apple")
        providers = {"apple": apple, "google": house.services.registry.providers["google"]}
        settings = house.services.settings.model_copy(
            update={"redirect_uris": "https://app.example.org/connected"}
        )
        registry = Registry(providers, ())
        house.services = replace(house.services, registry=registry, settings=settings)
        yield google


@pytest.fixture
async def api(house: House, google: Granting) -> AsyncIterator[Api]:  # noqa: ARG001 - it is in the house
    async with serving(house) as api:
        yield api


async def test_every_example_is_answered_as_the_page_says(api: Api, google: Granting) -> None:
    known: dict[str, Any] = {}
    number = 0

    for example in examples(PAGE.read_text("utf-8")):
        if example.retitled:
            _retitle(api.house, *example.retitled)
        if example.is_agreed:
            known |= await _agreed(api, google, known["authUrl"])
        asker = api.as_backend() if example.is_of_backend else api
        answer = await _asked(asker, example, filled(example.variables, known))
        await _settled(api.house)
        # So that what was asked for last also comes last.
        api.house.later(timedelta(seconds=1))

        where = f"docs/api.md, line {example.line}: {answer}"
        if example.answer is None:
            assert not is_refusal(answer), where
        else:
            assert agrees(example.answer, answer), where
        known |= dict(learnt(answer))
        number += 1

    assert number > 10


def _retitle(house: House, before: str, after: str) -> None:
    (event,) = [e for e in house.world.events["home"].values() if e.content.title == before]
    house.world.put("home", replace(event, content=replace(event.content, title=after)))


async def _agreed(api: Api, google: Granting, auth_url: str) -> dict[str, str]:
    """What is in the address of the frontend's page after its user agreed at the provider's."""
    back = await google.agree(auth_url)
    async with api.session.get(f"{api.url}{back.raw_path_qs}", allow_redirects=False) as answer:
        page = URL(answer.headers["Location"])
    assert str(page.with_query(None)) == "https://app.example.org/connected"
    return dict(page.query)


async def _asked(api: Api, example: Example, variables: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON has no narrower type
    if example.kind != "subscription":
        return await api.ask(example.operation, **variables)
    async with api.subscribed(example.operation, **variables) as socket:
        return await next_of(socket)


async def _settled(house: House) -> None:
    """What a running service would do by itself: preview, take runs back, sync what is to be looked at."""
    await house.preview()
    await house.undo()
    while house.nudged:
        await house.sync(house.nudged.pop())
