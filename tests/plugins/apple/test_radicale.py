"""The adapter against a real CalDAV server."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from tests.plugins.apple.outside import HttpClient, Radicale, account, make_calendar

from metonic_apple.adapter import AppleAdapter
from metonic_core.model.content import occurrence_group
from metonic_core.spi import (
    AllDay,
    Content,
    Create,
    CursorExpired,
    Delete,
    EtagMismatch,
    Failed,
    Gone,
    IdentityTaken,
    NotFound,
    Override,
    Recurrence,
    Removed,
    Seen,
    SignInNeeded,
    Stored,
    Timed,
    Touched,
    Unavailable,
    Update,
    Window,
)

TEN = datetime.fromisoformat("2026-12-01T10:00")
LESSON = Content(
    title="Lesson; with, Ärger \\ and so long a title that the line has to be folded somewhere, of course",
    when=Timed(TEN, TEN.replace(hour=11), "Europe/Berlin"),
    location="Gym",
    notes="Line one\nLine two",
)
WEEKLY = replace(
    LESSON,
    recurrence=Recurrence(("FREQ=WEEKLY;COUNT=5",)),
    overrides=(
        Override(TEN.replace(day=8), title="Another"),
        Override(TEN.replace(day=15), is_cancelled=True),
        Override(
            TEN.replace(day=22),
            when=Timed(TEN.replace(day=23), TEN.replace(day=23, hour=12), "Europe/Berlin"),
        ),
    ),
)
DAYS = Content(
    title="Away", when=AllDay(date(2026, 12, 24), date(2026, 12, 27)), is_busy=False, is_private=True
)
WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC))
MARKER = "v1;a;b;1;op;mac"


def create(content: Content = LESSON) -> Create:
    return Create(uuid4(), MARKER, content)


async def test_sign_in_finds_the_home_from_the_bare_host(radicale: Radicale, client: HttpClient) -> None:
    found = await AppleAdapter(client, account(radicale.url)).authenticate()

    assert found.server == radicale.home
    assert found.subject.endswith("/alice/")
    assert found.username == "alice"


async def test_sign_in_from_the_home_names_the_same_account(radicale: Radicale, client: HttpClient) -> None:
    first = await AppleAdapter(client, account(radicale.url)).authenticate()

    assert await AppleAdapter(client, first).authenticate() == first


async def test_a_wrong_password_needs_a_new_sign_in(radicale: Radicale, client: HttpClient) -> None:
    client.password = "wrong"

    with pytest.raises(SignInNeeded):
        await AppleAdapter(client, account(radicale.url)).authenticate()
    with pytest.raises(SignInNeeded):
        await AppleAdapter(client, account(radicale.home)).get_changes("/alice/x/", None, WINDOW)


async def test_calendars_are_listed_and_lists_of_tasks_are_not(
    adapter: AppleAdapter, radicale: Radicale, client: HttpClient, calendar: str
) -> None:
    await make_calendar(client, f"{radicale.home}tasks-{calendar.strip('/')[-9:]}/", "VTODO", "Tasks")

    listed = {info.id: info for info in await adapter.list_calendars()}

    assert listed[calendar].name == "Work"
    assert listed[calendar].color == "#1badf8"
    assert listed[calendar].is_writable
    assert not any("tasks" in path for path in listed)


@pytest.mark.parametrize("content", [LESSON, WEEKLY, DAYS], ids=["lesson", "series", "days"])
async def test_what_is_created_is_what_is_read(
    adapter: AppleAdapter, calendar: str, content: Content
) -> None:
    asked = create(content)

    made = await adapter.create_event(calendar, asked)

    assert made.event.content == content
    assert made.event.id == adapter.event_id(calendar, asked.identity)
    assert made.event.uid == str(asked.identity)
    assert made.event.marker == MARKER
    assert not made.is_adopted
    assert await adapter.hydrate(calendar, [made.event.id]) == [Seen(made.event)]


async def test_a_repeated_create_finds_what_the_first_one_made(adapter: AppleAdapter, calendar: str) -> None:
    asked = create()
    first = await adapter.create_event(calendar, asked)

    again = await adapter.create_event(calendar, replace(asked, content=DAYS))

    assert again == Stored(first.event, is_adopted=True)


async def test_an_identity_that_another_event_has_is_taken(adapter: AppleAdapter, calendar: str) -> None:
    asked = create()
    made = await adapter.create_event(calendar, asked)
    unmarked = replace(asked, marker="")
    await adapter.delete_event(calendar, Delete(made.event.id, made.event.etag))
    await adapter.create_event(calendar, unmarked)

    with pytest.raises(IdentityTaken):
        await adapter.create_event(calendar, asked)


async def test_an_update_changes_the_groups_it_names(adapter: AppleAdapter, calendar: str) -> None:
    made = (await adapter.create_event(calendar, create(WEEKLY))).event
    wanted = replace(DAYS, title="New title", overrides=())
    groups = frozenset({"title", occurrence_group(TEN.replace(day=8))})

    stored = await adapter.update_event(calendar, Update(made.id, made.etag, wanted, groups, "another"))

    assert stored.event.content == replace(WEEKLY, title="New title", overrides=WEEKLY.overrides[1:])
    assert stored.event.marker == "another"
    assert stored.event.etag != made.etag


async def test_an_update_of_another_version_is_refused_before_anything_is_sent(
    adapter: AppleAdapter, calendar: str, client: HttpClient
) -> None:
    made = (await adapter.create_event(calendar, create())).event
    client.asked.clear()

    with pytest.raises(EtagMismatch):
        await adapter.update_event(calendar, Update(made.id, '"old"', DAYS, frozenset({"title"})))

    assert [method for method, _ in client.asked] == ["REPORT"]


async def test_an_update_of_nothing_says_so(adapter: AppleAdapter, calendar: str) -> None:
    with pytest.raises(NotFound):
        await adapter.update_event(calendar, Update(f"{calendar}no.ics", '"x"', DAYS, frozenset({"title"})))


async def test_a_deletion_of_another_version_is_refused(adapter: AppleAdapter, calendar: str) -> None:
    made = (await adapter.create_event(calendar, create())).event

    with pytest.raises(EtagMismatch):
        await adapter.delete_event(calendar, Delete(made.id, '"old"'))


async def test_what_is_deleted_is_gone_and_deleting_it_again_is_no_error(
    adapter: AppleAdapter, calendar: str
) -> None:
    made = (await adapter.create_event(calendar, create())).event

    await adapter.delete_event(calendar, Delete(made.id, made.etag))
    await adapter.delete_event(calendar, Delete(made.id, made.etag))

    assert await adapter.hydrate(calendar, [made.id]) == [Gone(made.id, is_firm=False)]


async def test_the_feed_says_what_was_made_and_what_was_deleted(adapter: AppleAdapter, calendar: str) -> None:
    start = await adapter.get_changes(calendar, None, WINDOW)
    made = [(await adapter.create_event(calendar, create())).event for _ in range(2)]
    then = await adapter.get_changes(calendar, start.done, WINDOW)
    await adapter.delete_event(calendar, Delete(made[0].id, made[0].etag))
    last = await adapter.get_changes(calendar, then.done, WINDOW)

    assert start.changes == []
    assert sorted(then.changes, key=str) == sorted((Touched(e.id, e.etag) for e in made), key=str)
    assert last.changes == [Gone(made[0].id)]


async def test_nothing_new_costs_one_request(
    adapter: AppleAdapter, calendar: str, client: HttpClient
) -> None:
    page = await adapter.get_changes(calendar, None, WINDOW)
    client.asked.clear()

    again = await adapter.get_changes(calendar, page.done, WINDOW)

    assert again.changes == []
    assert len(client.asked) == 1


async def test_a_token_that_the_server_never_gave_is_expired(adapter: AppleAdapter, calendar: str) -> None:
    with pytest.raises(CursorExpired):
        await adapter.get_changes(calendar, "http://radicale.org/ns/sync/nonsense", WINDOW)


async def test_a_batch_has_an_outcome_for_each_write(
    adapter: AppleAdapter, calendar: str, client: HttpClient
) -> None:
    first, second = [(await adapter.create_event(calendar, create())).event for _ in range(2)]
    third = create(DAYS)
    client.asked.clear()

    outcomes = await adapter.write_events(
        calendar,
        [
            Update(first.id, first.etag, DAYS, frozenset({"title"}), MARKER),
            Update(second.id, '"old"', DAYS, frozenset({"title"}), MARKER),
            third,
            Delete(second.id, second.etag),
        ],
    )

    assert isinstance(outcomes[0], Stored)
    assert outcomes[0].event.content.title == "Away"
    assert isinstance(outcomes[1], Failed)
    assert isinstance(outcomes[1].error, EtagMismatch)
    assert isinstance(outcomes[2], Stored)
    assert outcomes[3] == Removed()
    assert sorted(method for method, _ in client.asked) == ["DELETE", "PUT", "PUT", *["REPORT"] * 3]


async def test_a_listing_holds_the_events_of_the_window(adapter: AppleAdapter, calendar: str) -> None:
    inside = (await adapter.create_event(calendar, create())).event
    old = datetime.fromisoformat("2020-01-01T10:00")
    await adapter.create_event(calendar, create(replace(LESSON, when=Timed(old, old, "UTC"))))

    page = await adapter.get_events(calendar, WINDOW)

    assert page.changes == [Seen(inside)]
    assert len((await adapter.get_events(calendar, None)).changes) == 2


async def test_more_events_than_one_question_may_name_are_read(adapter: AppleAdapter, calendar: str) -> None:
    writes = [create(replace(DAYS, title=str(i))) for i in range(60)]
    await adapter.write_events(calendar, writes)

    page = await adapter.get_events(calendar, None)

    assert len(page.changes) == 60


async def test_a_server_that_is_not_there_is_unavailable(client: HttpClient) -> None:
    with pytest.raises(Unavailable):
        await AppleAdapter(client, account("http://127.0.0.1:1/")).authenticate()
