"""The backend asks when users are busy, and gets times and nothing else."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.statements import counted

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import Content, Status
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import AllDay, Timed, When
from metonic_gateway.store import appointments, busy, users

BUSY = """query ($users: [ID!]!, $since: DateTime!, $until: DateTime!) {
  busyTimes(userIds: $users, since: $since, until: $until) { userId startsAt endsAt } }"""
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    """Wall time in December 2026: "07 10:00"."""
    return datetime.fromisoformat(f"2026-12-{text.replace(' ', 'T')}")


def lasting(start: str, end: str, zone: str = "Europe/Berlin") -> Timed:
    return Timed(at(start), at(end), zone)


LESSON = lasting("07 10:00", "07 11:00")
WEEKLY = Recurrence(("FREQ=WEEKLY",))


async def add(
    api: Api,
    when: When,
    owner: UUID | None = None,
    people: Iterable[UUID] = (),
    **content: Any,  # noqa: ANN401 - as a content has it
) -> UUID:
    made = Appointment(
        uuid4(),
        1,
        owner or api.house.user,
        "one_on_one",
        Content("Lesson", when, **content),
        tuple(Participant(user) for user in people),
    )
    await appointments.insert(made, api.house.services.window(), api.house.now)
    return made.id


async def ask(
    api: Api, since: str = "07", until: str = "14", who: Iterable[str] = ("trainer-1",)
) -> list[str]:
    """The times, in UTC and short, those of others than the trainer with their name."""
    span = {"since": f"2026-12-{since}T00:00:00Z", "until": f"2026-12-{until}T00:00:00Z"}
    found = await api.as_backend().call(BUSY, users=list(who), **span)
    return [_short(times) for times in found]


def _short(times: dict[str, str]) -> str:
    start, end = (datetime.fromisoformat(times[name]) for name in ("startsAt", "endsAt"))
    name = "" if times["userId"] == "trainer-1" else f"{times['userId']} "
    return f"{name}{start:%d %H:%M}-{end:%d %H:%M}"


async def test_an_appointment_blocks_its_owner_and_who_takes_part(api: Api) -> None:
    client = await users.introduced("client-1", "client", "Cleo", "Europe/Berlin")
    await add(api, LESSON, people=[client.id])

    assert await ask(api, who=["client-1", "trainer-1"]) == [
        "client-1 07 09:00-07 10:00",
        "07 09:00-07 10:00",
    ]


async def test_an_event_of_the_users_own_calendar_blocks_too(api: Api) -> None:
    calendar = await api.house.connect()
    link = (await api.house.row(calendar)).link_id
    made = Appointment(uuid4(), 1, api.house.user, "external", Content("Dentist", LESSON), (), link)
    await appointments.insert_imported([made], api.house.now)

    assert await ask(api) == ["07 09:00-07 10:00"]


@pytest.mark.parametrize("content", [{"is_busy": False}, {"status": Status.CANCELLED}])
async def test_what_is_free_or_cancelled_blocks_nobody(content: dict[str, Any], api: Api) -> None:
    await add(api, LESSON, **content)

    assert await ask(api) == []


async def test_a_cancelled_appointment_blocks_nobody(api: Api) -> None:
    (known,) = (await appointments.load([await add(api, LESSON)])).values()
    await appointments.change(replace(known, is_deleted=True), api.house.services.window(), api.house.now)

    assert await ask(api) == []


async def test_a_tentative_appointment_blocks(api: Api) -> None:
    await add(api, LESSON, status=Status.TENTATIVE)

    assert await ask(api) == ["07 09:00-07 10:00"]


async def test_times_that_overlap_or_adjoin_are_one_and_the_others_come_by_start(api: Api) -> None:
    for start, end in [("09 15:00", "09 16:00"), ("07 10:00", "07 11:00"), ("07 11:00", "07 12:00")]:
        await add(api, lasting(start, end))
    await add(api, lasting("07 09:00", "07 13:00"))
    await add(api, lasting("07 13:01", "07 14:00"))

    assert await ask(api) == ["07 08:00-07 12:00", "07 12:01-07 13:00", "09 14:00-09 15:00"]


async def test_what_reaches_over_the_ends_of_the_span_is_cut_off_there(api: Api) -> None:
    await add(api, lasting("06 23:00", "07 03:00"))
    await add(api, lasting("13 22:00", "14 09:00"))
    await add(api, lasting("14 01:00", "14 02:00"))

    assert await ask(api) == ["07 00:00-07 02:00", "13 21:00-14 00:00"]


async def test_a_series_blocks_with_each_occurrence_but_cancelled_ones_and_where_they_were_moved_to(
    api: Api,
) -> None:
    overrides = (
        Override(at("08 10:00"), is_cancelled=True),
        Override(at("09 10:00"), when=lasting("09 20:00", "09 21:30")),
        Override(at("10 10:00"), title="Match"),
    )
    daily = Recurrence(("FREQ=DAILY;COUNT=5",), (at("13 12:00"),))
    await add(api, LESSON, recurrence=daily, overrides=overrides)

    assert await ask(api) == [
        "07 09:00-07 10:00",
        "09 19:00-09 20:30",
        "10 09:00-10 10:00",
        "11 09:00-11 10:00",
        "13 11:00-13 12:00",
    ]


async def test_an_occurrence_moved_to_before_its_series_begins_is_found(api: Api) -> None:
    late = lasting("28 10:00", "28 11:00")
    moved = Override(late.start, when=lasting("08 10:00", "08 11:00"))
    await add(api, late, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=2",)), overrides=(moved,))
    await add(api, late, recurrence=WEEKLY, overrides=(moved,))
    await add(api, lasting("27 10:00", "29 10:00"))

    assert await ask(api) == ["08 09:00-08 10:00"]


async def test_an_old_series_blocks_as_long_as_it_goes_on(api: Api) -> None:
    old = Timed(datetime(2019, 1, 7, 10), datetime(2019, 1, 7, 11), "Europe/Berlin")  # noqa: DTZ001 - wall time
    await add(api, old, recurrence=WEEKLY)
    await add(api, old, recurrence=Recurrence(("FREQ=WEEKLY;UNTIL=20261130T000000Z",)))

    assert await ask(api) == ["07 09:00-07 10:00"]


async def test_clocks_that_go_back_make_a_night_longer(api: Api) -> None:
    night = Timed(datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 6), "Europe/Berlin")  # noqa: DTZ001 - wall time
    await add(api, night, recurrence=Recurrence(("FREQ=DAILY;COUNT=3",)))
    span = {"since": "2026-10-24T00:00:00Z", "until": "2026-10-27T00:00:00Z"}

    found = await api.as_backend().call(BUSY, users=["trainer-1"], **span)

    assert [_short(times) for times in found] == [
        "24 20:00-25 05:00",
        "25 21:00-26 05:00",
        "26 21:00-27 00:00",
    ]


async def test_what_starts_in_a_leap_of_the_clocks_blocks_as_long_as_it_takes(api: Api) -> None:
    # On 28 March 2027 there is no 02:30 in Berlin: it is 03:30, after the end by the clock.
    leap = Timed(datetime(2027, 3, 27, 2, 30), datetime(2027, 3, 27, 3, 15), "Europe/Berlin")  # noqa: DTZ001 - wall time
    await add(api, leap, recurrence=Recurrence(("FREQ=DAILY;COUNT=2",)))
    span = {"since": "2027-03-28T00:00:00Z", "until": "2027-03-29T00:00:00Z"}

    found = await api.as_backend().call(BUSY, users=["trainer-1"], **span)

    assert [_short(times) for times in found] == ["28 01:30-28 02:15"]


@pytest.mark.parametrize(
    ("zone", "blocked"),
    [
        ("Europe/Berlin", "08 23:00-09 23:00"),
        ("Pacific/Kiritimati", "08 10:00-09 10:00"),
        ("America/Los_Angeles", "09 08:00-10 08:00"),
    ],
)
async def test_a_whole_day_is_the_day_of_the_user(zone: str, blocked: str, api: Api) -> None:
    elsewhere = await users.introduced("client-1", "client", "Cleo", zone)
    await add(api, AllDay(date(2026, 12, 9), date(2026, 12, 10)), people=[elsewhere.id])

    assert await ask(api, who=["client-1"]) == [f"client-1 {blocked}"]


async def test_a_whole_day_at_the_edge_of_the_span_is_found_in_every_zone(api: Api) -> None:
    east = await users.introduced("east", "client", None, "Pacific/Kiritimati")
    west = await users.introduced("west", "client", None, "Pacific/Pago_Pago")
    days = Recurrence(("FREQ=DAILY;COUNT=2",))
    await add(api, AllDay(date(2026, 12, 6), date(2026, 12, 7)), people=[west.id])
    await add(api, AllDay(date(2026, 12, 14), date(2026, 12, 15)), people=[east.id], recurrence=days)

    assert await ask(api, who=["east", "west"]) == ["east 13 10:00-14 00:00", "west 07 00:00-07 11:00"]


async def test_users_come_as_they_are_named_each_once_and_unknown_ones_have_no_times(api: Api) -> None:
    client = await users.introduced("client-1", "client", "Cleo", "UTC")
    await add(api, LESSON)
    await add(api, lasting("08 10:00", "08 11:00"), owner=client.id)
    who = ["nobody", "client-1", "trainer-1", "client-1", "a\0b", ""]

    assert await ask(api, who=who) == ["client-1 08 09:00-08 10:00", "07 09:00-07 10:00"]
    assert await ask(api, who=[]) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"users": [f"u-{n}" for n in range(51)]}, "`userIds` names 51 users"),
        ({"since": "2026-12-07"}, "`since`"),
        ({"until": "soon"}, "`until`"),
        ({"until": "2026-12-07T00:00:00Z"}, "`until` is not after `since`"),
        ({"until": "2028-01-12T00:00:00Z"}, "more than 400 days"),
        ({"since": "0001-01-01T00:00:00Z", "until": "0001-01-02T00:00:00Z"}, "between the years"),
        ({"since": "9999-12-30T00:00:00Z", "until": "9999-12-31T00:00:00Z"}, "between the years"),
    ],
)
async def test_a_question_that_cannot_be_answered_says_why(
    given: dict[str, Any], says: str, api: Api
) -> None:
    asked = {"users": ["trainer-1"], "since": "2026-12-07T00:00:00Z", "until": "2026-12-14T00:00:00Z"}

    error = await api.as_backend().refused(BUSY, **asked | given)

    assert error["extensions"]["code"] == "INVALID_ARGUMENT"
    assert says in error["message"]


async def test_more_than_can_be_looked_through_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "MOST_OCCURRENCES", 6)
    await add(api, LESSON, recurrence=Recurrence(("FREQ=DAILY",)))

    error = await api.as_backend().refused(
        BUSY, users=["trainer-1"], since="2026-12-07T00:00:00Z", until="2026-12-20T00:00:00Z"
    )

    assert error["extensions"]["code"] == "INVALID_ARGUMENT"
    assert "fewer users, or a shorter span" in error["message"]


async def test_only_the_backend_may_ask(api: Api) -> None:
    span = {"since": "2026-12-07T00:00:00Z", "until": "2026-12-14T00:00:00Z"}

    error = await api.refused(BUSY, users=["trainer-1"], **span)

    assert error["extensions"]["code"] == "BACKEND_ONLY"


async def test_many_series_of_many_users_cost_no_statement_each(api: Api) -> None:
    await add(api, LESSON, recurrence=WEEKLY)
    with counted() as for_one:
        await ask(api)
    for number in range(8):
        client = await users.introduced(f"client-{number}", "client", None, "UTC")
        await add(api, LESSON, people=[client.id], recurrence=WEEKLY)

    with counted() as for_many:
        found = await ask(api, who=[f"client-{number}" for number in range(8)])

    assert len(found) == 8
    assert len(for_many) == len(for_one) <= 6
