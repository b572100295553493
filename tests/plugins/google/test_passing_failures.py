"""What Google fails at for a moment is taken for nothing else meanwhile."""

import pytest
from tests.plugins.google.feeds import ids, page, since
from tests.plugins.google.scripted import EVENTS, Scripted, error, exception, listed, series, single
from tests.plugins.scripted import Said

from metonic_core.spi import ProviderError, RateLimited, Seen, SignInNeeded, Touched, Unreadable
from metonic_google.adapter import GoogleAdapter

FAILURES = pytest.mark.parametrize("failure", [Said(503), Said(200)], ids=["failing", "no JSON"])


@FAILURES
async def test_an_exception_is_no_event_of_its_own_while_its_series_cannot_be_read(
    adapter: GoogleAdapter, server: Scripted, failure: Said
) -> None:
    server.on("GET", f"{EVENTS}/lessons", failure)

    changes = await since(adapter, server, exception("lessons", 14))

    assert ids(changes) == ["lessons"]
    assert isinstance(changes.changes[0], Touched)


@FAILURES
async def test_in_a_complete_read_it_is_none_either(
    adapter: GoogleAdapter, server: Scripted, failure: Said
) -> None:
    server.on("GET", f"{EVENTS}/lessons", failure)
    server.on("GET", EVENTS, listed(exception("lessons", 14), token="start"))
    small = await page(adapter)
    server.on("GET", EVENTS, listed(exception("lessons", 14), page="2"), listed(single("one"), token="s"))
    large = await page(adapter, (await page(adapter)).more)

    assert ids(small) == ["lessons"]
    assert "lessons" in ids(large)
    assert not any(isinstance(change, Seen) and "lessons" in change.event.id for change in large.changes)


@FAILURES
async def test_an_exception_that_is_asked_for_meanwhile_is_not_shown(
    adapter: GoogleAdapter, server: Scripted, failure: Said
) -> None:
    occurrence = exception("lessons", 14)
    server.on("GET", f"{EVENTS}/{occurrence['id']}", Said(body=occurrence))
    server.on("GET", f"{EVENTS}/lessons", failure)
    server.on("GET", EVENTS, listed())

    (found,) = await adapter.hydrate("primary", [occurrence["id"]])

    assert isinstance(found, Unreadable)
    assert found.is_passing


async def test_a_series_that_may_not_be_read_is_none_that_fails(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    guest = exception("hidden", 14)
    server.on("GET", f"{EVENTS}/hidden", error(403, "forbidden"))
    server.on("GET", f"{EVENTS}/{guest['id']}", Said(body=guest))

    changes = await since(adapter, server, guest)
    (read,) = await adapter.hydrate("primary", ids(changes))

    assert ids(changes) == [guest["id"]]
    assert isinstance(read, Seen)


async def test_an_answer_that_is_no_json_is_asked_for_once_more(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("GET", f"{EVENTS}/one", Said(200), Said(body=single("one")))
    server.on("GET", f"{EVENTS}/other", Said(body=series("other")))
    server.on("GET", EVENTS, listed())

    found = await adapter.hydrate("primary", ["one", "other"])

    assert [type(one) for one in found] == [Seen, Seen]


@pytest.mark.parametrize(("answer", "is_passing"), [(Said(503), True), (error(403, "forbidden"), False)])
async def test_an_event_is_read_again_where_google_may_succeed_later(
    adapter: GoogleAdapter,
    server: Scripted,
    answer: Said,
    is_passing: bool,  # noqa: FBT001 - a parameter
) -> None:
    server.on("GET", f"{EVENTS}/one", answer)
    server.on("GET", f"{EVENTS}/other", Said(body=single("other")))

    found, _ = await adapter.hydrate("primary", ["one", "other"])

    assert isinstance(found, Unreadable)
    assert found.is_passing is is_passing


async def test_several_events_that_google_fails_at_are_told_from_a_google_that_is_down(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    for name in ("one", "other"):
        server.on("GET", f"{EVENTS}/{name}", Said(500))
    server.on("GET", EVENTS, listed())

    found = await adapter.hydrate("primary", ["one", "other"])

    assert [isinstance(one, Unreadable) and one.is_passing for one in found] == [True, True]


async def test_what_google_fails_at_is_asked_for_once_more_all_at_once(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    names = [f"event{n}" for n in range(50)]
    for name in names:
        server.on("GET", f"{EVENTS}/{name}", Said(500), Said(body=single(name)))

    found = await adapter.hydrate("primary", names)

    assert {type(one) for one in found} == {Seen}
    assert server.requests == 2


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [(error(429, "rateLimitExceeded", domain="usageLimits"), RateLimited), (Said(401), SignInNeeded)],
)
async def test_what_hinders_all_is_no_word_about_an_event_either_when_it_is_asked_for_once_more(
    adapter: GoogleAdapter, server: Scripted, refusal: Said, kind: type[ProviderError]
) -> None:
    server.on("GET", f"{EVENTS}/one", Said(500), refusal)
    server.on("GET", f"{EVENTS}/other", Said(body=single("other")))

    with pytest.raises(kind):
        await adapter.hydrate("primary", ["one", "other"])
