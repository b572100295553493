"""The platform's side: how appointments come in and changes go out, against what the database alone costs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from tortoise.models import Model
from tortoise.transactions import in_transaction

from bench.measuring import ROUNDS, Figure, measured
from bench.serving import served
from metonic_core.model.when import Window
from metonic_core.spi.provider import Account, CalendarInfo
from metonic_core.spi.registry import Registry
from metonic_gateway.graphql.context import Context
from metonic_gateway.graphql.schema import Schema, build_schema
from metonic_gateway.http.identity import Identity, Role, issue_token, token_key
from metonic_gateway.services import Services
from metonic_gateway.store import calendars, changes, models, users
from metonic_gateway.store.appointments import load
from metonic_gateway.store.calendars import SignedIn
from metonic_gateway.store.changes import Cause, ChangeKind, Entry

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
APPOINTMENTS, AT_ONCE, PAGE = 1_000, 500, 100
CLIENTS = 20

UPSERT = """mutation ($rows: [PlatformAppointmentInput!]!) { upsertAppointments(appointments: $rows) {
  ... on UpsertReport { outcomes { platformId appointmentId version status error { code message } } }
  ... on UserError { code message nextStep } } }"""
READ = """query ($after: String) { appointmentChanges(after: $after, first: 100) { position hasMore changes {
  position at kind cause runId byUserId appointmentId platformId appointment {
    id version type title notes location status isPrivate isBusy updatedAt platformId platformVersion
    when { ... on Timed { start end timeZone startsAt endsAt } ... on AllDay { startDate endDate } }
    owner { userId name role } participants { userId name role mayEdit } } } } }"""


class Backend:
    """Asks as the platform's backend, in this process."""

    def __init__(self, services: Services, schema: Schema) -> None:
        self._services = services
        self._schema = schema
        self._key = token_key("j" * 32)
        token = issue_token(self._key, Identity(Role.BACKEND, None), NOW + timedelta(days=1))
        self._authorization = f"Bearer {token}"

    async def ask(self, query: str, **variables: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
        context = Context(self._services, self._key, self._authorization)
        result = await self._schema.execute(query, variable_values=variables, context_value=context)
        if result.errors or result.data is None:
            raise RuntimeError(str(result.errors))
        (value,) = result.data.values()
        return value


async def figures() -> Sequence[Figure]:
    """The table's rows of this side."""
    async with served(Registry({}, ()), lambda: NOW) as services:
        await _connect(services.window(), "trainer", "trainer")
        for n in range(CLIENTS):
            await _connect(services.window(), f"client-{n}", "client")
        backend = Backend(services, build_schema())
        return [await _upserts(backend), *await _pages(backend)]


async def _connect(window: Window, platform_id: str, role: str) -> None:
    """Everybody has one connected calendar, so an appointment of two people has two."""
    user = await users.introduced(platform_id, role, platform_id.title(), "Europe/Berlin")
    account = Account(platform_id, platform_id, "bench", platform_id)
    signed_in = SignedIn(uuid4(), user.id, "bench", account, "sealed", [CalendarInfo("home", "Home")])
    await calendars.keep_sign_in(signed_in, timedelta(minutes=15), NOW, window)


async def _upserts(backend: Backend) -> Figure:
    numbers = count()

    async def ours() -> None:
        rows = [_row(next(numbers)) for _ in range(APPOINTMENTS)]
        for start in range(0, APPOINTMENTS, AT_ONCE):
            report = await backend.ask(UPSERT, rows=rows[start : start + AT_ONCE])
            if any(outcome["status"] != "CREATED" for outcome in report["outcomes"]):
                raise RuntimeError("an upsert was refused")

    await ours()
    made = await _made()
    prepared = iter([_renamed(*made) for _ in range(ROUNDS)])

    async def floor() -> None:
        async with in_transaction():
            for rows in next(prepared):
                await type(rows[0]).bulk_create(rows)

    what = f"upsertAppointments, {APPOINTMENTS:,} new ones, two calendars each / the same rows in bulk"
    return await measured(what, ours, floor, target=6)


Rows = tuple[list[Any], list[Any], list[Any]]


async def _made() -> Rows:
    """The rows that one upsert of them all makes."""
    return (
        await models.Appointment.all(),
        await models.AppointmentParticipant.all(),
        await models.CalendarSyncMapping.all(),
    )


def _renamed(appointments: list[Any], participants: list[Any], mappings: list[Any]) -> Rows:
    """The same under new keys."""
    keys: dict[UUID, UUID] = {row.id: uuid4() for row in appointments}
    return (
        [_copied(row, id=keys[row.id], platform_id=str(uuid4())) for row in appointments],
        [_copied(row, id=uuid4(), appointment_id=keys[row.appointment_id]) for row in participants],
        [_copied(row, id=uuid4(), appointment_id=keys[row.appointment_id]) for row in mappings],
    )


def _copied(row: Model, **other: object) -> Model:
    columns = {name: getattr(row, name) for name in row._meta.fields_db_projection}  # noqa: SLF001 - Tortoise's way
    return type(row)(**columns | other)


def _row(number: int) -> dict[str, Any]:
    start = datetime(2026, 12, 1, 6) + timedelta(hours=number % 2000)  # noqa: DTZ001 - wall time
    timed = {
        "start": start.isoformat(),
        "end": (start + timedelta(hours=1)).isoformat(),
        "timeZone": "Europe/Berlin",
    }
    client = {"userId": f"client-{number % CLIENTS}", "role": "client", "mayEdit": False}
    return {
        "platformId": f"p-{number}",
        "platformVersion": 1,
        "type": "one_on_one",
        "title": f"Training {number}",
        "notes": "Bring a towel and something to drink.",
        "location": "Main Street 1",
        "when": {"timed": timed},
        "owner": {"userId": "trainer", "role": "trainer"},
        "participants": [client],
    }


async def _pages(backend: Backend) -> Sequence[Figure]:
    rows = await models.Appointment.all().order_by("id").limit(10 * PAGE).values("id")
    known = await load([row["id"] for row in rows])
    entries = [Entry(None, appointment, ChangeKind.UPDATE) for appointment in known.values()]
    await changes.record(entries, Cause("bench"), NOW)
    await backend.ask(READ)

    async def asked() -> None:
        after = None
        for _ in range(10):
            after = (await backend.ask(READ, after=after))["position"]

    async def read() -> None:
        position = 0
        for _ in range(10):
            position = (await changes.page(position, PAGE)).position

    async def floor() -> None:
        for page in range(10):
            found = models.AppointmentChange.filter(position__gt=page * PAGE).order_by("position").limit(PAGE)
            await found.prefetch_related("appointment__participants__user", "appointment__owner")

    what = f"ten pages of {PAGE} of the feed{{}} / the same rows by the ORM"
    return [
        await measured(what.format(" out of the store"), read, floor, target=3),
        await measured(what.format(" by `appointmentChanges`, 27 fields each"), asked, floor, target=3),
    ]
