"""Reads that cost more than a minute allows: each run gets on, and the last one ends."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.plugins.google.feeds import WINDOW, ids
from tests.plugins.google.lesson import first_lesson
from tests.plugins.google.scripted import (
    EVENTS,
    Scripted,
    cancelled,
    exception,
    listed,
    series,
    single,
    tombstone,
)
from tests.plugins.google.studio import Studio
from tests.plugins.outside import HttpClient, account
from tests.plugins.scripted import Asked, Body, Said

from metonic_core.spi import Answer, Change, Client, Gone, Paced, Touched
from metonic_core.spi.errors import Scope
from metonic_core.testing.checks.contents import WEEKLY
from metonic_gateway.accounts.pacing import PacedClient, Paces, paces_of
from metonic_google.adapter import GoogleAdapter
from metonic_google.provider import PROVIDER

LEAST = 300
"""The units that are reckoned with where an operator says that there are fewer."""
MANY = 700
BOBS: Body = {"organizer": {"email": "bob@example.com"}}


def _paced(client: Client, clock: Callable[[], datetime]) -> PacedClient:
    here = replace(PROVIDER, paces=tuple(replace(pace, host="127.0.0.1") for pace in PROVIDER.paces))
    paces = paces_of(here, "alice", {"google": {Scope.ACCOUNT: LEAST}})
    return PacedClient(client, here, "alice", paces, Paces(), clock)


@dataclass
class Minutes:
    """A feed that is read by runs which begin a minute after they were paused."""

    client: Client
    url: str
    now: datetime = datetime(2028, 1, 1, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.adapter = GoogleAdapter(_paced(self.client, lambda: self.now), account(self.url))

    async def read(self, cursor: str | None = None) -> tuple[list[Change], str]:
        """Up to its end, in runs of which each gets on."""
        found: list[Change] = []
        while True:
            began = cursor
            try:
                while True:
                    page = await self.adapter.get_changes("primary", cursor, WINDOW)
                    found += page.changes
                    if page.done is not None:
                        return found, page.done
                    cursor = page.more
            except Paced:
                assert cursor != began, "a run did not get on"
                self.now += timedelta(minutes=1)


@pytest.fixture
def minutes(client: HttpClient, server: Scripted) -> Minutes:
    return Minutes(client, server.url)


def _feed(server: Scripted, first: Sequence[Sequence[Body]], then: Sequence[Body] = ()) -> None:
    """A complete read is answered with these pages, and a later one with what comes then."""

    def answer(asked: Asked) -> Said:
        if "syncToken" in asked.query:
            return listed(*then, token="next")
        number = int(asked.query.get("pageToken", ["0"])[0])
        is_last = number + 1 == len(first)
        return listed(*first[number], **({"token": "start"} if is_last else {"page": str(number + 1)}))

    server.on("GET", EVENTS, answer)


def _guests(number: int = MANY) -> list[Body]:
    """Invitations to one occurrence each of as many series."""
    return [exception(f"hidden{n:04}", 7, **BOBS) for n in range(number)]


@pytest.mark.parametrize("pages", [1, 2])
async def test_many_invitations_to_single_occurrences_are_all_met_in_a_complete_read(
    minutes: Minutes, server: Scripted, pages: int
) -> None:
    guests = _guests()
    size = MANY // pages
    _feed(server, [guests[start : start + size] for start in range(0, MANY, size)])

    found, _ = await minutes.read()

    assert found == [Touched(guest["id"], guest["etag"]) for guest in guests]


async def test_many_invitations_to_single_occurrences_are_all_met_in_a_delta(
    minutes: Minutes, server: Scripted
) -> None:
    guests = _guests()
    _feed(server, [[]], [*guests, single("event1"), cancelled("hidden0003", 21)])
    _, cursor = await minutes.read()

    found, after = await minutes.read(cursor)

    named = [change for change in found if isinstance(change, Touched)]
    assert named == [Touched(guest["id"], guest["etag"]) for guest in guests]
    assert Gone("hidden0003_20280321T090000Z", is_firm=False) in found
    assert len(found) == MANY + 2
    assert json.loads(after) == {"sync": "next"}


async def test_the_list_itself_is_asked_for_once(minutes: Minutes, server: Scripted) -> None:
    _feed(server, [_guests()])

    await minutes.read()

    assert len([asked for asked in server.asked if asked.path.endswith("/events")]) == 1


async def test_many_series_that_are_there_and_that_are_gone_are_told_apart(
    minutes: Minutes, server: Scripted
) -> None:
    parts = [exception(f"lessons{n:04}", 7) for n in range(MANY)]
    for number in range(MANY):
        name = f"lessons{number:04}"
        body = tombstone(name) if number % 2 else series(name)
        server.on("GET", f"{EVENTS}/{name}", Said(body=body))
    _feed(server, [[]], parts)
    _, cursor = await minutes.read()

    found, _ = await minutes.read(cursor)

    assert [change.id for change in found if isinstance(change, Touched)] == [
        f"lessons{n:04}" for n in range(0, MANY, 2)
    ]


async def test_who_is_invited_to_many_series_has_no_occurrence_of_them_alone(
    minutes: Minutes, server: Scripted
) -> None:
    whole = [series(f"lessons{n:04}", **BOBS) for n in range(MANY)]
    by_uid = {f"lessons{n:04}@google.com": exception(f"lessons{n:04}", 7) for n in range(MANY)}
    _feed(server, [[]], whole)
    _, cursor = await minutes.read()
    following = server.answers["GET", "/calendar/v3" + EVENTS]
    server.on(
        "GET",
        EVENTS,
        lambda asked: listed(by_uid[uid[0]]) if (uid := asked.query.get("iCalUID")) else following(asked),
    )

    found, _ = await minutes.read(cursor)

    gone = [change for change in found if isinstance(change, Gone)]
    assert [change.id for change in found if isinstance(change, Touched)] == [one["id"] for one in whole]
    assert gone == [Gone(one["id"], is_firm=False) for one in by_uid.values()]


async def test_what_is_left_to_be_asked_is_asked_by_another_life_of_the_service(
    minutes: Minutes, server: Scripted, adapter: GoogleAdapter
) -> None:
    _feed(server, [_guests(70)])

    first = await minutes.adapter.get_changes("primary", None, WINDOW)
    second = await adapter.get_changes("primary", first.more, WINDOW)

    assert [*ids(first), *ids(second)] == [guest["id"] for guest in _guests(70)]
    assert first.more is not None
    assert "Lesson" not in first.more


@dataclass
class _Crowded:
    """Google's own answers, with invitations to occurrences of the series of others in the first delta."""

    client: Client
    crowd: list[Body]

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        answer = await self.client.request(method, url, headers, body)
        if "syncToken" not in url or not self.crowd:
            return answer
        listing = json.loads(answer.body)
        listing["items"] = [*listing.get("items", ()), *self.crowd]
        self.crowd = []
        kept_headers = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
        return Answer(answer.status, kept_headers, json.dumps(listing).encode(), answer.url)


async def test_a_crowd_of_invitations_does_not_hold_up_what_is_made_here(studio: Studio) -> None:
    await studio.run()
    studio.line = _paced(_Crowded(studio.stand.client, _guests()), lambda: studio.world.now)
    await studio.world.platform.make(replace(WEEKLY, when=first_lesson(studio), title="Ours"))

    await studio.runs(15)

    assert [event.content.title for event in (await studio.events()).values()] == ["Ours"]
