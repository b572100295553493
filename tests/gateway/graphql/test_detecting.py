"""Who listens is told what is open, and then each conflict that a run meets or shows anew."""

from dataclasses import replace

import pytest
from tests.gateway.graphql.client import Api, Json, next_of
from tests.gateway.graphql.conflicting import (
    DETECTED,
    SHOWN,
    collide,
    edit_there,
    in_conflict,
    many_conflicts,
    resolve,
)

from metonic_gateway.graphql.conflicts import detecting
from metonic_gateway.services import status_topic


def told(payload: Json) -> Json:
    conflict: Json = payload["data"]["conflictDetected"]
    return conflict


async def test_open_ones_come_first_then_each_that_is_met(api: Api) -> None:
    calendar, made, conflict = await in_conflict(api)

    async with api.subscribed(DETECTED) as socket:
        first = told(await next_of(socket))
        await resolve(api, conflict, "KEEP_LOCAL")
        await api.house.sync(calendar)
        await collide(api, calendar, made, "Here again", "There again")
        second = told(await next_of(socket))

    assert first["id"] == conflict["id"]
    assert second["id"] != conflict["id"]
    assert second["externalVersion"]["summary"] == "There again"


async def test_one_that_is_shown_anew_is_told_again_and_one_that_stays_is_not(api: Api) -> None:
    calendar, _, _ = await in_conflict(api)

    async with api.subscribed(DETECTED) as socket:
        versions = [told(await next_of(socket))["version"]]
        api.house.services.feed.publish(status_topic(api.house.user))
        await edit_there(api, calendar, lambda content: replace(content, title="There too"))
        versions.append(told(await next_of(socket))["version"])

    assert versions == [1, 2]


async def test_one_that_was_decided_about_something_else_is_told_again(api: Api) -> None:
    calendar, _, conflict = await in_conflict(api)
    await resolve(api, conflict, "KEEP_LOCAL")

    async with api.subscribed(DETECTED) as socket:
        await edit_there(api, calendar, lambda content: replace(content, title="There too"))
        anew = told(await next_of(socket))

    assert (anew["id"], anew["state"], anew["version"]) == (conflict["id"], "OPEN", 2)


async def test_somebody_elses_are_not_told(api: Api) -> None:
    await in_conflict(api)

    async with api.as_user("client-1").subscribed(DETECTED) as socket:
        api.house.services.feed.publish(status_topic(api.house.user))
        with pytest.raises(TimeoutError):
            await socket.receive_json(timeout=0.3)


async def test_of_many_open_ones_only_the_last_come_first(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detecting, "LARGEST", 2)
    await many_conflicts(api, 3)
    shown = [each["id"] for each in (await api.call(SHOWN))["nodes"]]

    async with api.subscribed(DETECTED) as socket:
        first = [told(await next_of(socket))["id"] for _ in range(2)]
        with pytest.raises(TimeoutError):
            await socket.receive_json(timeout=0.3)

    assert first == shown[:2][::-1]
