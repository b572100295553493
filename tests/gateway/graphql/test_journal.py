"""A run says what it did to either side, why, and what stood there before and after."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api, Json
from tests.gateway.graphql.operations import CREATE, DELETE, UPDATE, WHEN, lesson, timed
from tests.gateway.graphql.statements import counted

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay
from metonic_core.reconcile.step import Act
from metonic_core.reconcile.step import Side as CoreSide
from metonic_gateway.graphql import journal
from metonic_gateway.store.models import Appointment, AppointmentParticipant

OPERATION = f"""id side operation title {WHEN} reason reasonCode at appointmentId externalEventId
  fields {{ group occurrence base local external collides }}"""
JOURNAL = f"""query ($first: Int! = 20, $after: String) {{ syncHistory(first: 1) {{ nodes {{
  operations(first: $first, after: $after) {{
    nodes {{ {OPERATION} }} edges {{ cursor node {{ id }} }}
    pageInfo {{ hasNextPage hasPreviousPage endCursor }} totalCount }} }} }} }}"""
HISTORY = (
    f"{{ syncHistory {{ nodes {{ id operations(first: 10) {{ nodes {{ {OPERATION} }} totalCount }} }} }} }}"
)


async def last_run(api: Api, **page: object) -> Json:
    """The operations of the last run."""
    (run,) = (await api.call(JOURNAL, **page))["nodes"]
    operations: Json = run["operations"]
    return operations


async def done(api: Api) -> Sequence[Json]:
    nodes: Sequence[Json] = (await last_run(api))["nodes"]
    return nodes


async def later(api: Api, calendar: UUID) -> None:
    api.house.later(timedelta(minutes=20))
    await api.house.sync(calendar)


async def connected(api: Api, **fields: object) -> tuple[UUID, str]:
    """A connected calendar, and an appointment that has its copy there."""
    calendar = await api.house.connect()
    made = await api.call(CREATE, appointment=lesson(**fields))
    await api.house.sync(calendar)
    return calendar, made["id"]


def edit_there(api: Api, edit: Callable[[Content], Content]) -> None:
    (event,) = api.house.world.events["home"].values()
    api.house.world.put("home", replace(event, content=edit(event.content)))


def field(operation: Json, group: str) -> tuple[Any, ...]:
    (found,) = [f for f in operation["fields"] if f["group"] == group]
    return found["base"], found["local"], found["external"]


async def test_a_new_copy(api: Api) -> None:
    _, made = await connected(api)

    (operation,) = await done(api)

    assert (operation["side"], operation["operation"]) == ("EXTERNAL", "CREATE")
    assert (operation["reasonCode"], operation["reason"]) == ("new_here", "It was new here.")
    assert (operation["title"], operation["appointmentId"]) == ("Lesson", made)
    assert operation["when"]["start"] == "2026-12-01T10:00:00"
    assert operation["at"] == "2026-11-22T12:00:00Z"
    assert operation["externalEventId"] in api.house.world.events["home"]
    assert field(operation, "TITLE") == (None, None, "Lesson")


async def test_an_edit_here_shows_what_stood_in_the_calendar_before_and_after(api: Api) -> None:
    calendar, made = await connected(api)
    await api.call(UPDATE, id=made, appointment={"title": "Boxing"})
    await later(api, calendar)
    await api.call(UPDATE, id=made, appointment={"title": "Squash"})

    (operation,) = await done(api)

    assert (operation["side"], operation["operation"]) == ("EXTERNAL", "UPDATE")
    assert (operation["title"], operation["reason"]) == ("Lesson", "It was changed here.")
    assert [f["group"] for f in operation["fields"]] == ["TITLE"]
    # What became of it since is no part of what that run did.
    assert field(operation, "TITLE") == ("Lesson", None, "Boxing")
    assert not operation["fields"][0]["collides"]


async def test_an_edit_in_the_calendar_shows_what_stood_here_before(api: Api) -> None:
    calendar, made = await connected(api)
    moved = datetime(2026, 12, 3, 10)  # noqa: DTZ001 - wall time
    edit_there(api, lambda content: replace(content, when=content.when.moved_to(moved)))
    await later(api, calendar)

    (operation,) = await done(api)

    assert (operation["side"], operation["operation"]) == ("LOCAL", "UPDATE")
    assert (operation["reason"], operation["appointmentId"]) == ("It was changed in the calendar.", made)
    assert operation["when"]["start"] == "2026-12-01T10:00:00"
    before, after = (f"2026-12-{day} 10:00 to 2026-12-{day} 11:00 Europe/Berlin" for day in ("01", "03"))
    assert field(operation, "TIME") == (before, after, None)


async def test_a_copy_that_was_erased_shows_what_it_held(api: Api) -> None:
    calendar, made = await connected(api)
    await api.call(DELETE, id=made)
    await later(api, calendar)

    (operation,) = await done(api)

    assert (operation["side"], operation["operation"]) == ("EXTERNAL", "DELETE")
    assert (operation["title"], operation["reason"]) == ("Lesson", "It was cancelled here.")
    assert operation["fields"] == []


async def test_an_imported_event_shows_what_was_made_of_it(api: Api) -> None:
    calendar = await api.house.connect()
    day = date(2026, 12, 1)
    dentist = Content("Dentist", AllDay(day, day + timedelta(days=1)))
    api.house.world.put("home", StoredEvent("own-1", "", dentist))
    await api.house.sync(calendar)

    (operation,) = await done(api)

    assert (operation["side"], operation["operation"]) == ("LOCAL", "CREATE")
    assert (operation["reason"], operation["title"]) == ("It was new in the calendar.", "Dentist")
    assert field(operation, "TIME") == (None, "2026-12-01", None)


async def test_a_changed_occurrence_is_named(api: Api) -> None:
    calendar, made = await connected(api, recurrence={"rules": ["FREQ=WEEKLY;COUNT=3"]})
    cancelled = [{"occurrence": "2026-12-08T10:00", "isCancelled": True}]
    recurrence = {"rules": ["FREQ=WEEKLY;COUNT=3"], "overrides": cancelled}
    await api.call(UPDATE, id=made, appointment={"recurrence": recurrence})
    await later(api, calendar)

    (operation,) = await done(api)

    (difference,) = operation["fields"]
    assert (difference["group"], difference["occurrence"]) == ("OCCURRENCE", "2026-12-08T10:00:00")
    assert field(operation, "OCCURRENCE") == (None, None, "cancelled")


async def test_what_a_run_did_is_told_alike_whatever_becomes_of_the_appointment(api: Api) -> None:
    await api.as_user("client-1").call("{ viewer { id } }")
    _, made = await connected(api, participantIds=["client-1"])
    told = await done(api)
    (participant,) = await AppointmentParticipant.filter(appointment_id=made)
    await api.call(UPDATE, id=made, appointment={"title": "Boxing"})
    await api.call(DELETE, id=made)
    await Appointment.filter(id=made).update(owner_id=participant.user_id)
    await participant.delete()

    assert await done(api) == told


async def test_a_private_event_of_the_user_stays_withheld(api: Api) -> None:
    calendar = await api.house.connect()
    day = date(2026, 12, 1)
    secret = Content(
        "Oncologist", AllDay(day, day + timedelta(days=1)), notes="Bring X-rays", is_private=True
    )
    api.house.world.put("home", StoredEvent("own-1", "", secret))
    await api.house.sync(calendar)
    edit_there(api, lambda content: replace(content, when=AllDay(day, day + timedelta(days=2))))
    await later(api, calendar)

    text = str(await api.call(HISTORY))

    assert "Oncologist" not in text
    assert "X-rays" not in text


async def test_pages_show_every_operation_once_and_in_the_order_of_doing(api: Api) -> None:
    calendar = await api.house.connect()
    for number in range(5):
        await api.call(CREATE, appointment=lesson(title=f"Lesson {number}"))
    await api.house.sync(calendar)
    pages = [await last_run(api, first=2)]
    while pages[-1]["pageInfo"]["hasNextPage"]:
        pages.append(await last_run(api, first=2, after=pages[-1]["pageInfo"]["endCursor"]))

    whole = await last_run(api, first=50)

    assert [node for page in pages for node in page["nodes"]] == whole["nodes"]
    assert [len(page["nodes"]) for page in pages] == [2, 2, 1]
    assert {page["totalCount"] for page in pages} == {5}
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]
    assert [edge["node"]["id"] for edge in whole["edges"]] == [node["id"] for node in whole["nodes"]]


async def test_two_pages_of_one_run_may_be_asked_for_at_once(api: Api) -> None:
    calendar = await api.house.connect()
    for number in range(4):
        await api.call(CREATE, appointment=lesson(title=f"Lesson {number}"))
    await api.house.sync(calendar)
    first = await last_run(api, first=3)
    twice = """query ($after: String) { syncHistory(first: 1) { nodes {
      a: operations(first: 1) { nodes { id } pageInfo { hasNextPage } }
      b: operations(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage } } } } }"""

    (run,) = (await api.call(twice, after=first["edges"][1]["cursor"]))["nodes"]
    ids = [node["id"] for node in (await last_run(api))["nodes"]]

    assert ([node["id"] for node in run["a"]["nodes"]], run["a"]["pageInfo"]["hasNextPage"]) == (
        ids[:1],
        True,
    )
    assert ([node["id"] for node in run["b"]["nodes"]], run["b"]["pageInfo"]["hasNextPage"]) == (
        ids[2:],
        False,
    )


@pytest.mark.parametrize("page", [{"first": 0}, {"first": 51}, {"after": "nonsense"}])
async def test_a_page_that_there_is_not_is_refused(page: dict[str, Any], api: Api) -> None:
    await connected(api)

    assert (await api.refused(JOURNAL, **page))["extensions"]["code"] == "INVALID_ARGUMENT"


async def test_a_history_with_its_operations_costs_no_statement_per_run(api: Api) -> None:
    calendar, made = await connected(api)
    with counted() as for_one:
        await api.call(HISTORY)
    for number in range(6):
        await api.call(
            UPDATE, id=made, appointment={"when": timed("2026-12-02T10:00", f"2026-12-02T1{number + 1}:00")}
        )
        await api.call(CREATE, appointment=lesson(title=f"Lesson {number}"))
        await later(api, calendar)

    with counted() as for_many:
        history = await api.call(HISTORY)

    assert [run["operations"]["totalCount"] for run in history["nodes"]] == [2] * 6 + [1]
    assert len(for_many) == len(for_one) <= 7, "\n".join(for_many)


def test_every_word_of_the_journal_is_one_of_the_api() -> None:
    assert {act.value for act in Act} == {operation.value for operation in journal.Operation}
    assert {side.value for side in CoreSide} == {side.value for side in journal.Side}
