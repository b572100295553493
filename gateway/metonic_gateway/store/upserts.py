"""How the platform's states come in: many at once, in a bounded number of statements per 500.

Each is merged with what is there under a lock on its row, so that what a calendar or a user changes at the
same moment is either seen or comes after it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from metonic_core.model.appointment import Appointment, Participant, stamped
from metonic_core.model.errors import InvalidValue
from metonic_core.model.when import Window
from metonic_core.reconcile.platform import Told
from metonic_gateway.store import changes, models, users
from metonic_gateway.store.appointments import (
    add_participants,
    draw_each,
    kind_of,
    new_columns,
    people,
    replace_participants,
)
from metonic_gateway.store.changes import Cause, Entry
from metonic_gateway.store.drawing import draw_contacts
from metonic_gateway.store.platform import (
    Known,
    Merged,
    PlatformAppointment,
    Refusal,
    Seat,
    Stale,
    Upserted,
    UpsertStatus,
    document_of,
    merged,
    refused,
    settled,
    state_from,
)
from metonic_gateway.store.rows import appointment_of
from metonic_gateway.store.transactions import transactional
from metonic_gateway.store.users import Person, User

__all__ = [
    "Person",
    "PlatformAppointment",
    "Refusal",
    "Seat",
    "Stale",
    "UpsertReport",
    "UpsertStatus",
    "Upserted",
    "upsert",
]

_PLATFORM = ("platform_version", "platform_base")
_ALL = (
    "owner_id",
    "type",
    "version",
    "content",
    "starts_at",
    "ends_at",
    "is_deleted",
    "edited_at",
    "updated_at",
    *_PLATFORM,
)


_TRIES = 5


@dataclass(frozen=True, slots=True)
class UpsertReport:
    """``outcomes`` are in the order of the rows; ``due`` are calendars, ``people`` users whom it concerns.

    ``has_changed`` says that the feed has something new.
    """

    outcomes: Sequence[Upserted]
    due: frozenset[UUID] = frozenset()
    people: frozenset[UUID] = frozenset()
    has_changed: bool = False


async def upsert(rows: Sequence[PlatformAppointment], window: Window, now: datetime) -> UpsertReport:
    """Take from each state what the platform changed in it.

    A row that is refused leaves the others alone. Rows that name the same appointment are done one after the
    other, each in a transaction of its own.
    """
    outcomes: dict[int, Upserted] = {}
    reports = []
    for numbered in _rounds(rows):
        report = await _upsert_distinct(list(numbered.values()), window, now)
        outcomes |= zip(numbered, report.outcomes, strict=True)
        reports.append(report)
    return UpsertReport(
        outcomes=[outcomes[number] for number in range(len(rows))],
        due=frozenset().union(*(report.due for report in reports)),
        people=frozenset().union(*(report.people for report in reports)),
        has_changed=any(report.has_changed for report in reports),
    )


def _rounds(rows: Sequence[PlatformAppointment]) -> Iterator[Mapping[int, PlatformAppointment]]:
    """The rows by number, in rounds in which none names what another one names."""
    left = dict(enumerate(rows))
    while left:
        named: set[str | UUID] = set()
        this = {}
        for number, row in left.items():
            names: set[str | UUID] = {row.platform_id}
            if row.appointment_id:
                names.add(row.appointment_id)
            if named.isdisjoint(names):
                this[number] = row
            named |= names
        yield this
        left = {number: row for number, row in left.items() if number not in this}


async def _upsert_distinct(
    rows: Sequence[PlatformAppointment], window: Window, now: datetime
) -> UpsertReport:
    for _ in range(_TRIES - 1):
        # Where somebody made an appointment of the same platform id at this very moment, it is there now.
        with suppress(IntegrityError):
            return await _upsert_once(rows, window, now)
    return await _upsert_once(rows, window, now)


@transactional
async def _upsert_once(rows: Sequence[PlatformAppointment], window: Window, now: datetime) -> UpsertReport:
    known = await _locked(rows)
    outcomes: dict[str, Upserted] = {}
    for row in rows:
        if outcome := settled(row, *_found(known, row)):
            outcomes[row.platform_id] = outcome
    made = []
    for one in await _merge([row for row in rows if row.platform_id not in outcomes], known):
        if isinstance(one, Merged):
            made.append(one)
            outcomes[one.asked.platform_id] = one.outcome()
        else:
            outcomes[one.platform_id] = one
    done = await _store(made, window, now)
    return replace(done, outcomes=[outcomes[row.platform_id] for row in rows])


async def _merge(
    rows: Sequence[PlatformAppointment], known: Mapping[str | UUID, Known]
) -> Sequence[Merged | Upserted]:
    """What each row makes of the appointment that it names, or why it is refused."""
    named = await users.made_known(person for row in rows for person in row.people())
    made: list[Merged | Upserted] = []
    for row in rows:
        by_platform_id, bound = _found(known, row)
        made.append(_merge_one(row, by_platform_id or bound, named))
    return await _without_echoes(made, known, named)


def _merge_one(
    row: PlatformAppointment,
    here: Known | None,
    named: Mapping[str, User],
    told: Sequence[Told] = (),
) -> Merged | Upserted:
    try:
        return merged(row, here, named, told)
    except InvalidValue as error:
        return refused(row, here, error)


async def _without_echoes(
    made: Sequence[Merged | Upserted], known: Mapping[str | UUID, Known], named: Mapping[str, User]
) -> Sequence[Merged | Upserted]:
    """Those that change what is there are merged again, knowing what the feed had told the platform."""
    changing = [
        one.after.id for one in made if isinstance(one, Merged) and one.status is UpsertStatus.UPDATED
    ]
    told = await changes.told(changing) if changing else {}
    return [
        _merge_one(one.asked, known[one.after.id], named, told[one.after.id])
        if isinstance(one, Merged) and one.after.id in told
        else one
        for one in made
    ]


async def _locked(rows: Sequence[PlatformAppointment]) -> dict[str | UUID, Known]:
    """The appointments that these rows name, by platform id and by id, locked until the transaction ends.

    They are locked in the order of their ids, so that no two who upsert the same ones wait for each other.
    """
    named = Q(platform_id__in=[row.platform_id for row in rows])
    if ids := [row.appointment_id for row in rows if row.appointment_id]:
        named |= Q(id__in=ids)
    found = models.Appointment.filter(named).order_by("id").select_for_update(no_key=True)
    known: dict[str | UUID, Known] = {}
    for row in await found.prefetch_related("participants"):
        base = state_from(row.platform_base)
        spoken = (row.platform_base or {}).get("spoken", {})
        known[row.id] = Known(appointment_of(row), row.platform_id, row.platform_version, base, spoken)
        if row.platform_id:
            known[row.platform_id] = known[row.id]
    return known


def _found(known: Mapping[str | UUID, Known], row: PlatformAppointment) -> tuple[Known | None, Known | None]:
    """The appointment of that platform id, and the one that the row names besides."""
    return known.get(row.platform_id), known.get(row.appointment_id) if row.appointment_id else None


async def _store(made: Sequence[Merged], window: Window, now: datetime) -> UpsertReport:
    created = [one for one in made if one.status is UpsertStatus.CREATED]
    updated = [one for one in made if one.status is UpsertStatus.UPDATED]
    changed = await users.keep_contacts(person for one in made for person in one.asked.people())
    await _store_rows(created, updated, [one for one in made if one.status is UpsertStatus.UNCHANGED], now)
    await _store_participants(created, updated)
    news = [_entry(one.before, one) for one in made if one.before and (one.overwrote or one.kept)]
    await changes.record(news, Cause(), now)
    due = await draw_each([one.after for one in [*created, *updated]], window, now)
    showing = await draw_contacts(changed, now)
    concerned = [a for one in [*created, *updated] for a in (one.before, one.after) if a]
    return UpsertReport(
        outcomes=(),
        due=frozenset(due | showing.keys()),
        people=frozenset({*showing.values(), *(user for a in concerned for user in people(a))}),
        has_changed=bool(news),
    )


async def _store_rows(
    created: Sequence[Merged], updated: Sequence[Merged], unchanged: Sequence[Merged], now: datetime
) -> None:
    # In one order always: see _locked.
    in_order = sorted(created, key=lambda one: one.asked.platform_id)
    await models.Appointment.bulk_create([_row(one, now) for one in in_order])
    for same, columns in ((updated, _ALL), (unchanged, _PLATFORM)):
        await _overwrite([one for one in same if not one.is_bound], columns, now)
        # Whoever names what is unique keeps all waiting who refer to the row, as runs do that we wait for.
        await _overwrite([one for one in same if one.is_bound], (*columns, "platform_id"), now)


async def _overwrite(made: Sequence[Merged], columns: Sequence[str], now: datetime) -> None:
    rows = [_row(one, now) for one in made]
    await models.Appointment.bulk_create(rows, on_conflict=["id"], update_fields=columns)


def _row(one: Merged, now: datetime) -> models.Appointment:
    return models.Appointment(
        **new_columns(stamped(one.before, one.after, now), now),
        platform_id=one.asked.platform_id,
        platform_version=one.asked.platform_version,
        platform_base=document_of(one.base) | {"spoken": dict(one.spoken)},
    )


async def _store_participants(created: Sequence[Merged], updated: Sequence[Merged]) -> None:
    await add_participants([one.after for one in created])
    moved = [one.after for one in updated if one.before and _seats(one.before) != _seats(one.after)]
    await replace_participants(moved)


def _seats(appointment: Appointment) -> frozenset[Participant]:
    return frozenset(appointment.participants)


def _entry(before: Appointment, one: Merged) -> Entry:
    """What was overwritten, or what the platform has to hear anew as it took an old word for its own."""
    overwritten = before.content if one.overwrote else None
    return Entry(before, one.after, kind_of(before, one.after), overwritten)
