"""Many writes at once: few requests, and an outcome for each, whatever comes back."""

from dataclasses import replace
from uuid import UUID

import pytest
from tests.plugins.google.scripted import EVENTS, Scripted, error, front_error
from tests.plugins.google.writes import CREATE, LESSON, TEN, echoing, error_in, update, write
from tests.plugins.outside import HttpClient, account
from tests.plugins.scripted import Asked, Said

from metonic_core.model.content import NOTES, TITLE
from metonic_core.model.series import Override, Recurrence
from metonic_core.spi import (
    Create,
    Delete,
    EtagMismatch,
    Failed,
    Misconfigured,
    ProviderError,
    RateLimited,
    Removed,
    SignInNeeded,
    Stored,
    Unavailable,
    Unknown,
)
from metonic_google.adapter import GoogleAdapter


async def test_fifty_writes_take_one_request(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("POST", EVENTS, echoing())
    writes = [replace(CREATE, identity=UUID(int=n)) for n in range(50)]

    outcomes = await write(adapter, *writes)

    assert [o.event.id for o in outcomes if isinstance(o, Stored)] == [w.identity.hex for w in writes]
    assert server.requests == 1


async def test_more_than_fifty_take_a_request_for_each_fifty(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("POST", EVENTS, echoing())

    outcomes = await write(adapter, *(replace(CREATE, identity=UUID(int=n)) for n in range(120)))

    assert (len(outcomes), server.requests) == (120, 3)


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
async def test_outcomes_belong_to_their_writes_in_whatever_order_they_come(
    adapter: GoogleAdapter, server: Scripted, line_end: bytes
) -> None:
    server.line_end, server.is_shuffled = line_end, True
    server.on("POST", EVENTS, echoing())
    server.on("PATCH", f"{EVENTS}/event1", error(412, "conditionNotMet"))
    server.on("DELETE", f"{EVENTS}/event2", Said(204))

    created, updated, deleted = await write(adapter, CREATE, update(TITLE), Delete("event2", '"1"'))

    assert isinstance(created, Stored)
    assert isinstance(error_in(updated), EtagMismatch)
    assert deleted == Removed()


async def test_a_part_without_an_answer_is_undecided(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("POST", EVENTS, echoing())
    server.on("DELETE", f"{EVENTS}/event2", Said(204))
    server.missing = [0]

    created, deleted = await write(adapter, CREATE, Delete("event2", '"1"'))

    assert isinstance(created, Unknown)
    assert deleted == Removed()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_batch_that_failed_is_undecided(
    adapter: GoogleAdapter, server: Scripted, status: int
) -> None:
    server.whole = Said(status)

    outcomes = await write(adapter, CREATE, Delete("event2", '"1"'))

    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]
    assert server.requests == 1


@pytest.mark.parametrize(
    ("whole", "kind"),
    [
        (Said(401), SignInNeeded),
        (Said(429, headers={"Retry-After": "37"}), RateLimited),
        (error(403, "userRateLimitExceeded", domain="usageLimits"), RateLimited),
        (front_error(403, "SERVICE_DISABLED", "PERMISSION_DENIED"), Misconfigured),
    ],
)
async def test_a_batch_that_was_refused_wrote_nothing(
    adapter: GoogleAdapter, server: Scripted, whole: Said, kind: type[ProviderError]
) -> None:
    server.whole = whole

    outcomes = await write(adapter, *(replace(CREATE, identity=UUID(int=n)) for n in range(60)))

    assert {type(outcome) for outcome in outcomes} == {Failed}
    assert {type(error_in(outcome)) for outcome in outcomes} == {kind}
    # The second fifty are not even sent.
    assert server.requests == 1


@pytest.mark.parametrize("whole", [Said(404), Said(400), Said(302), Said(200, {"no": "batch"})])
async def test_what_answers_in_the_place_of_a_batch_decides_nothing(
    adapter: GoogleAdapter, server: Scripted, whole: Said
) -> None:
    server.whole = whole

    outcomes = await write(adapter, CREATE, Delete("event2", '"1"'))

    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]


async def test_one_write_that_is_limited_stops_no_other_of_its_batch(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("POST", EVENTS, echoing())
    server.on("PATCH", f"{EVENTS}/event1", error(403, "rateLimitExceeded", domain="usageLimits"))

    created, updated = await write(adapter, CREATE, update(TITLE))

    assert isinstance(created, Stored)
    assert isinstance(updated, Failed)
    assert isinstance(updated.error, RateLimited)


async def test_one_series_that_google_fails_at_stops_no_other(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    def answered(asked: Asked) -> Said:
        return Said(500) if asked.body["id"] == UUID(int=0).hex else echoing()(asked)

    server.on("POST", EVENTS, answered)
    exam = Override(TEN, title="Exam")
    weekly = replace(LESSON, recurrence=Recurrence(rules=("FREQ=WEEKLY;COUNT=4",)), overrides=(exam,))

    await write(adapter, *(Create(UUID(int=n), "marker", weekly) for n in range(20)))

    assert len(server.to("POST")) == 20


async def test_parts_that_clash_are_tried_alone(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("POST", EVENTS, echoing())
    server.on("PATCH", f"{EVENTS}/event1", error(409, "conflict", domain="global"), echoing())

    _, updated = await write(adapter, CREATE, update(TITLE))

    assert isinstance(updated, Stored)
    assert [asked.is_part for asked in server.to("PATCH")] == [True, False]


async def test_a_token_that_ends_within_a_batch_is_left_to_the_client(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("POST", EVENTS, echoing())
    server.on("PATCH", f"{EVENTS}/event1", Said(401), echoing())

    _, updated = await write(adapter, CREATE, update(TITLE))

    assert isinstance(updated, Stored)
    assert [asked.is_part for asked in server.to("PATCH")] == [True, False]


async def test_a_token_that_ended_is_tried_once_and_not_fifty_times(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("POST", EVENTS, Said(401))

    outcomes = await write(adapter, *(replace(CREATE, identity=UUID(int=n)) for n in range(50)))

    assert {type(error_in(outcome)) for outcome in outcomes} == {SignInNeeded}
    assert server.requests == 2


async def test_nothing_is_sent_where_what_must_be_read_first_cannot_be(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("GET", f"{EVENTS}/event1", Said(500))
    server.on("GET", EVENTS, Said(500))
    server.on("POST", EVENTS, echoing())

    outcomes = await write(adapter, CREATE, update(NOTES))

    assert [type(outcome) for outcome in outcomes] == [Failed, Failed]
    assert [type(error_in(outcome)) for outcome in outcomes] == [Unavailable, Unavailable]
    assert server.to("POST") == []


async def test_a_service_that_cannot_be_reached_leaves_every_write_undecided(client: HttpClient) -> None:
    adapter = GoogleAdapter(client, account("http://127.0.0.1:1"))

    outcomes = await write(adapter, CREATE, Delete("event1", '"1"'))

    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]
