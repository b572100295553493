"""What users and calendars changed is told to the platform in its order, once it is past and as it comes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api, next_of
from tests.gateway.graphql.operations import (
    CHANGED,
    CHANGES,
    CREATE,
    DELETE,
    UPDATE,
    UPSERT,
    lesson,
    platform_row,
    timed,
)
from tests.gateway.graphql.statements import counted
from tests.gateway.house import House, eventually

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Timed
from metonic_gateway.http.identity import Identity, Role
from metonic_gateway.services import CHANGES as TOPIC

LATER = timed("2026-12-02T10:00", "2026-12-02T11:00")
LATEST = timed("2026-12-03T10:00", "2026-12-03T11:00")


async def told(api: Api, **arguments: object) -> list[dict[str, Any]]:
    page = await api.as_backend().call(CHANGES, **arguments)
    changes: list[dict[str, Any]] = page["changes"]
    return changes


async def test_what_a_user_does_is_told_with_who_did_it(api: Api) -> None:
    made = await api.call(CREATE, appointment=lesson())
    await api.call(UPDATE, id=made["id"], appointment={"title": "Squash"})
    await api.call(DELETE, id=made["id"])

    changes = await told(api)

    assert [change["kind"] for change in changes] == ["CREATE", "UPDATE", "DELETE"]
    assert {change["byUserId"] for change in changes} == {"trainer-1"}
    assert {change["cause"] for change in changes} == {change["runId"] for change in changes} == {None}
    assert {change["appointmentId"] for change in changes} == {made["id"]}
    assert {change["appointment"]["title"] for change in changes} == {"Squash"}
    assert sorted(int(change["position"]) for change in changes) == [int(c["position"]) for c in changes]


async def test_what_a_calendar_did_is_told_with_provider_and_run(api: Api) -> None:
    calendar = await api.house.connect()
    _put(api.house, "Dentist")

    await api.house.sync(calendar)

    (change,) = await told(api)
    (run,) = await api.house.runs()
    assert (change["kind"], change["cause"], change["runId"]) == ("CREATE", "memory", str(run.id))
    assert (change["appointment"]["title"], change["appointment"]["importedFrom"]) == ("Dentist", "memory")
    assert (change["platformId"], change["appointment"]["type"]) == (None, "external")


async def test_what_the_platform_sends_is_told_only_where_it_overwrote_something(api: Api) -> None:
    backend = api.as_backend()
    await backend.call(UPSERT, rows=[platform_row("a-1"), platform_row("a-2")])
    assert await told(api) == []
    made = await api.call('{ appointment(platformId: "a-1") { id } }')
    await api.call(UPDATE, id=made["id"], appointment={"when": LATER})

    await backend.call(UPSERT, rows=[platform_row("a-1", 2, when=LATEST), platform_row("a-2", 2, title="B")])

    moved, overwrote = await told(api)
    assert (moved["platformId"], moved["appointment"]["platformVersion"]) == ("a-1", 2)
    assert (moved["overwritten"], overwrote["byUserId"]) == (None, None)
    assert overwrote["overwritten"]["when"]["start"] == "2026-12-02T10:00:00"
    assert overwrote["appointment"]["when"]["start"] == "2026-12-03T10:00:00"


async def test_pages_go_on_where_the_last_one_ended(api: Api) -> None:
    titles = [f"Lesson {n}" for n in range(5)]
    for title in titles:
        await api.call(CREATE, appointment=lesson(title=title))
    read, position, has_more = [], None, True

    while has_more:
        page = await api.as_backend().call(CHANGES, after=position, first=2)
        read += [change["appointment"]["title"] for change in page["changes"]]
        position, has_more = page["position"], page["hasMore"]

    assert read == titles
    again = await api.as_backend().call(CHANGES, after=position)
    assert again == {"changes": [], "position": position, "hasMore": False}
    await api.call(CREATE, appointment=lesson(title="Another"))
    assert [change["appointment"]["title"] for change in await told(api, after=position)] == ["Another"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"after": "7"}, "POSITION_UNKNOWN"),
        ({"after": "9" * 5_000}, "POSITION_UNKNOWN"),
        ({"after": "-1"}, "INVALID_ARGUMENT"),
        ({"after": ""}, "INVALID_ARGUMENT"),
        ({"after": "\u0661"}, "INVALID_ARGUMENT"),
        ({"first": 0}, "INVALID_ARGUMENT"),
        ({"first": 501}, "INVALID_ARGUMENT"),
    ],
)
async def test_a_position_that_is_none_or_of_another_feed_is_refused(
    arguments: dict[str, object], code: str, api: Api
) -> None:
    await api.call(CREATE, appointment=lesson())

    error = await api.as_backend().refused(CHANGES, **arguments)

    assert error["extensions"]["code"] == code


async def test_a_page_costs_as_many_statements_for_a_hundred_changes_as_for_one(api: Api) -> None:
    calendar = await api.house.connect()
    await api.call(CREATE, appointment=lesson())
    _put(api.house, "Event 0")
    await api.house.sync(calendar)
    await told(api)
    with counted() as for_few:
        await told(api)
    for number in range(10):
        _put(api.house, f"Event {number + 1}")
        made = await api.as_user(f"client-{number}").call(CREATE, appointment=lesson())
        for turn in range(8):
            await api.as_user(f"client-{number}").call(
                UPDATE, id=made["id"], appointment={"title": f"Turn {turn}"}
            )
    api.house.later(timedelta(hours=1))
    await api.house.sync(calendar)
    await told(api)

    with counted() as for_many:
        changes = await told(api)

    assert len(changes) == 100
    assert len(for_many) == len(for_few), "\n".join(for_many)
    assert len(for_many) <= 7


async def test_changes_are_told_as_they_come(api: Api) -> None:
    await api.call(CREATE, appointment=lesson(title="Before"))

    async with api.as_backend().subscribed(CHANGED) as socket:
        await _listening(api)
        await api.call(CREATE, appointment=lesson(title="After"))

        change = await next_of(socket)

    assert change["data"]["appointmentChanged"]["appointment"]["title"] == "After"


async def test_who_comes_back_is_told_what_they_missed(api: Api) -> None:
    for number in range(3):
        await api.call(CREATE, appointment=lesson(title=f"Lesson {number}"))
    first, *missed = await told(api)

    async with api.as_backend().subscribed(CHANGED, after=first["position"]) as socket:
        changes = [(await next_of(socket))["data"]["appointmentChanged"] for _ in missed]
        await api.call(CREATE, appointment=lesson(title="Lesson 3"))
        last = await next_of(socket)

    assert changes == missed
    assert last["data"]["appointmentChanged"]["appointment"]["title"] == "Lesson 3"


async def test_a_change_in_a_calendar_is_told_to_who_listens(api: Api) -> None:
    calendar = await api.house.connect()
    _put(api.house, "Dentist")

    async with api.as_backend().subscribed(CHANGED) as socket:
        await _listening(api)
        await api.house.sync(calendar)

        change = await next_of(socket)

    assert change["data"]["appointmentChanged"]["cause"] == "memory"


async def test_a_position_of_another_feed_ends_the_subscription(api: Api) -> None:
    async with api.as_backend().subscribed(CHANGED, after="7") as socket:
        message = await next_of(socket)

    assert message["errors"][0]["extensions"]["code"] == "POSITION_UNKNOWN"


async def test_an_expired_token_ends_the_subscription(api: Api) -> None:
    token = api.token_for(Identity(Role.BACKEND, None), timedelta(seconds=-29))
    async with replace(api, token=token).subscribed(CHANGED) as socket:
        await _listening(api)
        api.house.later(timedelta(seconds=1))

        message = await next_of(socket)

    assert message["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_users_are_not_told_of_everybodys_changes(api: Api) -> None:
    async with api.subscribed(CHANGED) as socket:
        message = await next_of(socket)

    assert message["errors"][0]["extensions"]["code"] == "BACKEND_ONLY"


def _put(house: House, title: str) -> None:
    """An event of the user's own appears in their calendar."""
    start = house.now.replace(tzinfo=None) + timedelta(days=1)
    content = Content(title, Timed(start, start + timedelta(hours=1), "Europe/Berlin"))
    house.world.put("home", StoredEvent(UUID(int=len(house.world.events.get("home", {}))).hex, "1", content))


async def _listening(api: Api) -> None:
    """Until the subscription has begun, and knows from where."""

    async def listens() -> bool:
        return TOPIC in api.house.services.feed._by_topic  # noqa: SLF001 - the feed tells nobody who listens

    await eventually(listens)
