"""Five methods make a working adapter: what the others do by default."""

from dataclasses import replace
from uuid import UUID

import pytest
from tests.core.pairs import TRAINING, WINDOW, hour
from tests.core.spi.five import ACCOUNT, FiveMethods

from metonic_core.spi import (
    AccessDenied,
    CalendarInfo,
    ChangePage,
    Channel,
    ChannelAsk,
    Create,
    Delete,
    EtagMismatch,
    Failed,
    Foreign,
    Gone,
    NotFound,
    Paced,
    ProviderError,
    RateLimited,
    Removed,
    Seen,
    SignInNeeded,
    Stored,
    StoredEvent,
    Touched,
    Unacceptable,
    Unavailable,
    Unknown,
    Unreadable,
    Update,
    Write,
)

HOME = ACCOUNT.calendar_id
FIRST, SECOND = (StoredEvent(i, "1", replace(TRAINING, title=i)) for i in ("first", "second"))
DISTANT = StoredEvent(
    "distant", "1", replace(TRAINING, when=hour(1).moved_to(hour(1).start.replace(year=2030)))
)
IDENTITY = UUID(int=7)
CREATE = Create(IDENTITY, "a marker", TRAINING)
UPDATE = Update("first", "1", replace(TRAINING, title="new", notes="left out"), frozenset({"title"}))
DELETE = Delete("second", "1")


async def test_the_one_calendar_of_an_account_is_the_one_it_names() -> None:
    assert await FiveMethods().list_calendars() == [CalendarInfo("home", "Trainer", is_primary=True)]


async def test_changes_are_every_event_there_is_page_by_page() -> None:
    adapter = FiveMethods(FIRST, DISTANT)

    page = await adapter.get_changes(HOME, None, WINDOW)
    following = await adapter.get_changes(HOME, page.more, WINDOW)

    assert (page.changes, page.done) == ([Seen(FIRST)], None)
    assert (following.changes, following.more) == ([Seen(DISTANT)], None)


async def test_the_cursor_remembers_nothing_so_the_next_read_is_complete_again() -> None:
    adapter = FiveMethods(FIRST)
    first = await adapter.get_changes(HOME, None, WINDOW)

    assert first.done is not None
    assert await adapter.get_changes(HOME, first.done, WINDOW) == first


async def test_events_are_read_in_the_order_they_were_asked_for() -> None:
    unreadable, task = Unreadable("odd", "1", "It has no start."), Foreign("task", "1")
    adapter = FiveMethods(FIRST, DISTANT, others=[unreadable, task, Touched("second", "1")])

    read = await adapter.hydrate(HOME, ["task", "distant", "nowhere", "odd", "first"])

    assert read == [task, Seen(DISTANT), Gone("nowhere", is_firm=False), unreadable, Seen(FIRST)]


async def test_events_are_found_by_the_identity_they_were_created_with() -> None:
    made = replace(SECOND, identity=str(IDENTITY))
    adapter = FiveMethods(FIRST, made, others=[Touched("third", "1")])

    found = await adapter.find_events(HOME, [UUID(int=8), IDENTITY])

    assert found == [[], [made]]


async def test_writes_have_an_outcome_each_in_their_order() -> None:
    adapter = FiveMethods(FIRST, SECOND)

    outcomes = await adapter.write_events(HOME, [DELETE, CREATE, UPDATE])

    made = StoredEvent(IDENTITY.hex, "1", TRAINING, marker="a marker")
    changed = replace(FIRST, etag="11", content=replace(FIRST.content, title="new"))
    assert outcomes == [Removed(), Stored(made), Stored(changed)]
    assert adapter.events == {"first": changed, IDENTITY.hex: made}


@pytest.mark.parametrize("write", [CREATE, UPDATE, DELETE], ids=["create", "update", "delete"])
async def test_without_an_answer_the_outcome_of_a_write_is_unknown(write: Write) -> None:
    adapter = FiveMethods(FIRST, SECOND)
    error = Unavailable("The connection was cut.")
    adapter.trouble = dict.fromkeys([IDENTITY.hex, "first", "second"], error)

    assert await adapter.write_events(HOME, [write]) == [Unknown(error)]


async def test_what_is_gone_already_is_removed_and_cannot_be_changed() -> None:
    adapter = FiveMethods()

    removed, failed = await adapter.write_events(HOME, [DELETE, UPDATE])

    assert removed == Removed(is_missing=True)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, NotFound)


async def test_an_event_that_changed_meanwhile_is_neither_changed_nor_erased() -> None:
    moved = [replace(FIRST, etag="2"), replace(SECOND, etag="2")]
    adapter = FiveMethods(*moved)

    outcomes = await adapter.write_events(HOME, [UPDATE, DELETE])

    assert all(isinstance(o, Failed) and isinstance(o.error, EtagMismatch) for o in outcomes)
    assert list(adapter.events.values()) == moved


async def test_one_refused_write_does_not_stop_the_others() -> None:
    adapter = FiveMethods(FIRST, SECOND)
    refused = AccessDenied("It is read-only.")
    adapter.trouble = {"first": refused}

    assert await adapter.write_events(HOME, [UPDATE, DELETE]) == [Failed(refused), Removed()]


@pytest.mark.parametrize(
    "error", [SignInNeeded("Sign in again."), RateLimited("Slower.", 30), Paced("Not yet.", 60)]
)
async def test_what_concerns_the_whole_account_stops_the_batch_and_forgets_no_outcome(
    error: ProviderError,
) -> None:
    adapter = FiveMethods(FIRST, SECOND)
    adapter.trouble = {"first": error}

    outcomes = await adapter.write_events(HOME, [CREATE, UPDATE, DELETE])

    made = StoredEvent(IDENTITY.hex, "1", TRAINING, marker="a marker")
    assert outcomes == [Stored(made), Failed(error), Failed(error)]
    assert adapter.events == {"first": FIRST, "second": SECOND, IDENTITY.hex: made}


def test_the_id_of_an_event_is_known_before_it_is_created() -> None:
    assert FiveMethods().event_id(HOME, IDENTITY) == IDENTITY.hex


def test_contents_are_the_same_where_they_are_equal() -> None:
    adapter = FiveMethods()
    other = replace(TRAINING, title="other")

    assert adapter.same("notes", TRAINING, other)
    assert not adapter.same("title", TRAINING, other)


async def test_a_calendar_has_no_channels_unless_the_plugin_opens_them() -> None:
    adapter = FiveMethods()
    until = hour(1).starts_at

    with pytest.raises(Unacceptable, match="no channels"):
        await adapter.setup_webhook(HOME, ChannelAsk("first", "https://example.com/", "secret", until))
    await adapter.stop_webhook(HOME, Channel("first", "secret", "resource", until))


@pytest.mark.parametrize("cursors", [{}, {"more": "a", "done": "b"}])
def test_a_page_of_changes_has_exactly_one_cursor(cursors: dict[str, str]) -> None:

    with pytest.raises(ValueError, match="exactly one"):
        ChangePage([], **cursors)  # type: ignore[arg-type]
