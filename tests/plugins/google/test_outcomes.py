"""What a write comes to, by what Google answers."""

from collections.abc import Mapping

import pytest
from tests.plugins.google.feeds import WINDOW
from tests.plugins.google.scripted import EVENTS, NOT_FOUND, Scripted, error, front_error, single, tombstone
from tests.plugins.google.writes import COPY, CREATE, IDENTITY, PATH, error_in, update, write
from tests.plugins.outside import HttpClient, account
from tests.plugins.scripted import Said

from metonic_core.model.content import NOTES, TITLE
from metonic_core.spi import (
    AccessDenied,
    Answer,
    CalendarGone,
    CursorExpired,
    Delete,
    EtagMismatch,
    Failed,
    IdentityTaken,
    Misconfigured,
    NotFound,
    ProviderError,
    RateLimited,
    Removed,
    SignInNeeded,
    Stored,
    Unacceptable,
    Unavailable,
    Unknown,
)
from metonic_google.adapter import GoogleAdapter


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(412, "conditionNotMet", domain="global"), EtagMismatch),
        (NOT_FOUND, NotFound),
        (error(410, "deleted", domain="global"), NotFound),
        (error(400, "timeRangeEmpty"), Unacceptable),
        (error(400, "invalid", domain="global"), Unacceptable),
        (error(403, "forbiddenForNonOrganizer"), AccessDenied),
        (error(403, "requiredAccessLevel"), AccessDenied),
        (error(403, "quotaExceeded", domain="usageLimits"), RateLimited),
        (front_error(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "PERMISSION_DENIED"), SignInNeeded),
        (error(403, "accessNotConfigured", domain="usageLimits"), Misconfigured),
    ],
)
async def test_a_refused_update_wrote_nothing(
    adapter: GoogleAdapter, server: Scripted, answer: Said, kind: type[ProviderError]
) -> None:
    server.on("PATCH", f"{EVENTS}/event1", answer)

    (outcome,) = await write(adapter, update(TITLE))

    assert isinstance(outcome, Failed)
    assert type(outcome.error) is kind
    assert "Lesson" not in outcome.error.message
    assert "A message." not in outcome.error.message


@pytest.mark.parametrize("answer", [Said(500), Said(503, headers={"Retry-After": "5"}), Said(200)])
async def test_an_update_that_may_have_landed_is_undecided(
    adapter: GoogleAdapter, server: Scripted, answer: Said
) -> None:
    server.on("PATCH", f"{EVENTS}/event1", answer)

    (outcome,) = await write(adapter, update(TITLE))

    assert isinstance(outcome, Unknown)


async def test_a_create_whose_id_is_taken_by_our_copy_adopts_it(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("POST", EVENTS, error(409, "duplicate", domain="global"))
    server.on("GET", PATH, Said(body=COPY))

    (outcome,) = await write(adapter, CREATE)

    assert isinstance(outcome, Stored)
    assert outcome.is_adopted
    assert outcome.event.etag == '"1"'


@pytest.mark.parametrize("there", [Said(body=single(IDENTITY.hex)), Said(body=tombstone(IDENTITY.hex))])
async def test_a_create_whose_id_is_taken_for_good_says_so(
    adapter: GoogleAdapter, server: Scripted, there: Said
) -> None:
    server.on("POST", EVENTS, error(409, "duplicate", domain="global"))
    server.on("GET", PATH, there)

    (outcome,) = await write(adapter, CREATE)

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, IdentityTaken)


@pytest.mark.parametrize("answer", [Said(500), NOT_FOUND])
async def test_a_create_whose_id_is_taken_and_cannot_be_read_is_undecided(
    adapter: GoogleAdapter, server: Scripted, answer: Said
) -> None:
    server.on("POST", EVENTS, error(409, "duplicate", domain="global"))
    server.on("GET", PATH, answer)
    server.on("GET", EVENTS, answer)

    (outcome,) = await write(adapter, CREATE)

    assert isinstance(outcome, Unknown)


async def test_a_create_in_a_calendar_that_is_gone_says_so(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", EVENTS, NOT_FOUND)

    (outcome,) = await write(adapter, CREATE)

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, CalendarGone)


async def test_a_deletion_that_is_answered_with_a_document_is_not_known_to_be_done(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("DELETE", f"{EVENTS}/event1", Said(200, {"welcome": "Sign in to the network."}))

    (outcome,) = await write(adapter, Delete("event1", '"1"'))

    assert isinstance(outcome, Unknown)
    assert isinstance(outcome.error, Unavailable)


@pytest.mark.parametrize(
    ("answer", "is_missing"),
    [(Said(204), False), (NOT_FOUND, True), (error(410, "deleted", domain="global"), False)],
)
async def test_a_deletion_of_what_is_gone_is_done(
    adapter: GoogleAdapter, server: Scripted, answer: Said, *, is_missing: bool
) -> None:
    server.on("DELETE", f"{EVENTS}/event1", answer)

    (outcome,) = await write(adapter, Delete("event1", '"1"'))

    assert outcome == Removed(is_missing)
    assert server.asked[0].query["sendUpdates"] == ["none"]
    assert server.asked[0].headers["If-Match"] == '"1"'


@pytest.mark.parametrize("answer", [Said(404), Said(410), Said(404, {"message": "no Route matched"})])
async def test_a_404_of_somebody_in_between_says_nothing_of_an_event(
    adapter: GoogleAdapter, server: Scripted, answer: Said
) -> None:
    server.on("DELETE", f"{EVENTS}/event1", answer)
    server.on("PATCH", f"{EVENTS}/event1", answer)
    server.on("GET", f"{EVENTS}/event1", answer)
    server.on("GET", EVENTS, answer)

    outcomes = [(await write(adapter, one))[0] for one in (Delete("event1", '"1"'), update(TITLE))]

    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]
    with pytest.raises(Unavailable):
        await adapter.hydrate("primary", ["event1"])
    # A token that was forgotten is told by that status, and costs no more than another read.
    with pytest.raises(Unavailable if answer.status == 404 else CursorExpired):
        await adapter.get_changes("primary", None, WINDOW)


async def test_a_create_whose_id_is_taken_by_what_nobody_understands_is_set_aside(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("POST", EVENTS, error(409, "duplicate", domain="global"))
    server.on("GET", PATH, Said(body={**COPY, "end": None}))

    (outcome,) = await write(adapter, CREATE)

    assert isinstance(error_in(outcome), Unacceptable)


async def test_an_event_that_cannot_be_had_is_not_edited(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", f"{EVENTS}/event1", error(403, "forbidden"))
    server.on("GET", EVENTS, Said(body={}))

    (outcome,) = await write(adapter, update(NOTES))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unacceptable)


async def test_an_event_that_nobody_understands_is_not_edited(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("GET", f"{EVENTS}/event1", Said(body=single("event1", end=None)))

    (outcome,) = await write(adapter, update(NOTES))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unacceptable)


async def test_what_was_written_and_is_not_understood_then_is_undecided(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("PATCH", f"{EVENTS}/event1", Said(body=single("event1", '"2"', end=None)))

    (outcome,) = await write(adapter, update(TITLE))

    assert isinstance(outcome, Unknown)


async def test_a_part_that_is_tried_alone_and_lost_is_undecided(client: HttpClient, server: Scripted) -> None:
    class Losing:
        async def request(
            self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
        ) -> Answer:
            if method == "PATCH":
                raise Unavailable("The connection was cut.")
            return await client.request(method, url, headers, body)

    server.on("PATCH", f"{EVENTS}/event1", error(409, "conflict", domain="global"))
    server.on("DELETE", f"{EVENTS}/event2", Said(204))
    adapter = GoogleAdapter(Losing(), account(server.url))

    updated, deleted = await write(adapter, update(TITLE), Delete("event2", '"1"'))

    assert isinstance(updated, Unknown)
    assert deleted == Removed()


async def test_a_sign_in_that_ends_within_a_batch_makes_nothing_forgotten(
    client: HttpClient, server: Scripted
) -> None:
    class SignedOut:
        async def request(
            self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
        ) -> Answer:
            if method == "PATCH":
                raise SignInNeeded("Google no longer lets us in.")
            return await client.request(method, url, headers, body)

    server.on("PATCH", f"{EVENTS}/event1", Said(401))
    server.on("DELETE", f"{EVENTS}/event2", Said(204))
    adapter = GoogleAdapter(SignedOut(), account(server.url))

    updated, deleted = await write(adapter, update(TITLE), Delete("event2", '"1"'))

    assert isinstance(updated, Failed)
    assert isinstance(updated.error, SignInNeeded)
    assert deleted == Removed()
