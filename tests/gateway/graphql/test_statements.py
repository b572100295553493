"""A list costs as many statements for fifty items as for one."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CREATE, lesson
from tests.gateway.memory import CREDENTIALS, memory_provider

from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.store import appointments as store
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory

WITH_ALL = """{ appointments(first: 50) { nodes { id title importedFrom owner { userId name }
  participants { userId name } copies { provider state reason } } } }"""
CALENDARS = """{ connectedCalendars { provider { title } account choices { id } settings { frequencyMinutes }
  status { state openConflicts quarantined currentRun { id } lastRun { id } errors { code } } } }"""


async def test_appointments_with_people_and_copies(api: Api) -> None:
    await api.as_user("client-1").call("{ viewer { id } }")
    await api.house.connect()
    await api.call(CREATE, appointment=lesson(participantIds=["client-1"]))
    await _import_one(api)
    with counted() as for_few:
        await api.call(WITH_ALL)
    for _ in range(20):
        await api.call(CREATE, appointment=lesson(participantIds=["client-1"]))
    await _import_one(api)

    with counted() as for_many:
        answer = await api.call(WITH_ALL)

    assert (len(answer["nodes"]), len(answer["nodes"][-1]["copies"])) == (23, 1)
    assert len(for_many) == len(for_few), "\n".join(for_many)
    assert len(for_many) <= 9


async def test_connected_calendars_with_their_status(api: Api) -> None:
    await api.house.connect()
    api.house.services.nudge([])
    with counted() as for_one:
        await api.call(CALENDARS)
    for name in ("pear", "plum", "quince"):
        provider = memory_provider(api.house.world, name)
        await connect_with_credentials(api.house.services, api.house.user, provider, CREDENTIALS)

    with counted() as for_four:
        answer = await api.call(CALENDARS)

    assert len(answer) == 4
    assert len(for_four) == len(for_one), "\n".join(for_four)
    assert len(for_four) <= 9


async def test_a_status_names_the_last_run_of_each_calendar(api: Api) -> None:
    first = await api.house.connect()
    pear = memory_provider(api.house.world, "pear")
    second = await connect_with_credentials(api.house.services, api.house.user, pear, CREDENTIALS)
    api.house.world.error = None
    await api.house.add("Squash")
    for calendar in (first, second):
        await api.house.sync(calendar)

    calendars = await api.call("{ connectedCalendars { provider { name } status { lastRun { id } } } }")

    named = {c["provider"]["name"]: c["status"]["lastRun"]["id"] for c in calendars}
    rows = {str(row.id): row.sync_config_id for row in await CalendarSyncHistory.all()}
    configs = {row.provider: row.id for row in await CalendarSyncConfig.all()}
    assert {name: rows[run] for name, run in named.items()} == configs


async def _import_one(api: Api) -> None:
    link = (await CalendarSyncConfig.all().first()).link_id  # type: ignore[union-attr]
    known = await store.load([await api.house.add("Imported")])
    (made,) = known.values()
    await store.insert(
        replace(made, id=uuid4(), imported_from=link), api.house.services.window(), api.house.now
    )
    await store.change(replace(made, is_deleted=True), api.house.services.window(), api.house.now)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that Tortoise logs meanwhile."""
    logger, statements = logging.getLogger("tortoise.db_client"), []

    class _Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            statements.append(record.getMessage())

    handler, before = _Collect(), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield statements
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
