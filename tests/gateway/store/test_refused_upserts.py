"""A state that cannot be taken is refused with its reason, and only that one."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from tests.gateway.house import House, synced
from tests.gateway.store.states import LESSON, edited, moved, row, sent, state, stored, taken
from tortoise.exceptions import IntegrityError

from metonic_core.model.appointment import EXTERNAL_TYPE, Appointment
from metonic_core.model.content import Content
from metonic_core.model.errors import InvalidValue
from metonic_core.model.series import Override, Recurrence
from metonic_gateway.store import appointments, models, upserts
from metonic_gateway.store.platform import Known
from metonic_gateway.store.upserts import Person, PlatformAppointment, Stale, Upserted, UpsertStatus

KIM = Person("trainer-2", "trainer")


def path_of(outcome: Upserted) -> tuple[str, ...]:
    assert outcome.status is UpsertStatus.REFUSED
    assert isinstance(outcome.refusal, InvalidValue)
    return outcome.refusal.path


async def imported(house: House, content: Content) -> Appointment:
    """An appointment that came from the user's calendar."""
    calendar = await synced(house)
    link = (await house.row(calendar)).link_id
    made = Appointment(uuid4(), 1, house.user, EXTERNAL_TYPE, content, imported_from=link)
    await appointments.insert_imported([made], house.now)
    return made


def of(appointment: Appointment, version: int = 1) -> PlatformAppointment:
    """What a platform sends that has read the appointment and gives it an id."""
    return state(
        version,
        appointment.content,
        type=appointment.type,
        participants=(),
        appointment_id=appointment.id,
        seen_version=appointment.version,
    )


async def test_an_older_version_is_refused_and_changes_nobody(house: House) -> None:
    await taken(house, state(5))
    overtaken = state(4, replace(LESSON, title="Old"), owner=replace(KIM, name="Old"))

    outcome = await taken(house, overtaken)

    assert (outcome.status, outcome.refusal) == (UpsertStatus.REFUSED, Stale(5, 1))
    assert (outcome.version, (await stored()).content) == (1, LESSON)
    assert await models.User.filter(platform_id="trainer-2").count() == 0


async def test_the_rows_beside_a_refused_one_are_done(house: House) -> None:
    unknown = state(platform_id="a-2", appointment_id=uuid4(), seen_version=1)

    report = await sent(house, state(), unknown, state(platform_id="a-3"))

    assert path_of(report.outcomes[1]) == ("appointmentId",)
    assert report.outcomes[1].appointment_id is None
    statuses = [outcome.status for outcome in report.outcomes]
    assert statuses == [UpsertStatus.CREATED, UpsertStatus.REFUSED, UpsertStatus.CREATED]


async def test_a_version_that_there_never_was_cannot_have_been_seen(house: House) -> None:
    made = await house.add("From the calendar")

    new = await taken(house, state(seen_version=1))
    bound = await taken(house, state(appointment_id=made, seen_version=2))
    unseen = await taken(house, state(appointment_id=made))
    await taken(house, state())
    later = await taken(house, state(2, seen_version=2))

    assert {path_of(outcome) for outcome in (new, bound, unseen, later)} == {("seenVersion",)}


async def test_an_appointment_that_moved_since_it_was_read_gets_no_id(house: House) -> None:
    made = await house.add("From the calendar", LESSON.when)
    await edited(house, made, moved(LESSON, 1))

    outcome = await taken(house, state(appointment_id=made, seen_version=1))

    assert (outcome.status, outcome.refusal) == (UpsertStatus.REFUSED, Stale(None, 2))
    assert await models.Appointment.filter(platform_id="a-1").count() == 0


async def test_an_appointment_has_one_platform_id_and_keeps_it(house: House) -> None:
    first = await taken(house, state())
    second = await taken(house, state(platform_id="a-2"))

    other = await taken(house, state(platform_id="a-3", appointment_id=first.appointment_id, seen_version=1))
    taken_already = await taken(house, state(2, appointment_id=second.appointment_id, seen_version=1))

    assert path_of(other) == path_of(taken_already) == ("appointmentId",)
    assert taken_already.appointment_id == first.appointment_id


async def test_what_came_from_a_calendar_stays_its_owners(house: House) -> None:
    known = await imported(house, LESSON)

    outcome = await taken(house, replace(of(known), owner=KIM))

    assert path_of(outcome) == ("owner",)
    assert (await taken(house, of(known))).status is UpsertStatus.UNCHANGED


async def test_of_a_private_event_of_a_calendar_only_the_times_can_be_changed(house: House) -> None:
    known = await imported(house, replace(LESSON, title="Busy", is_private=True))
    await taken(house, of(known))

    refused = await taken(
        house, state(2, replace(known.content, notes="Ours"), type="external", participants=())
    )
    later = await taken(house, state(2, moved(known.content, 2), type="external", participants=()))

    assert path_of(refused) == ("notes",)
    assert (later.status, (await stored()).content) == (UpsertStatus.UPDATED, moved(known.content, 2))


async def test_only_what_was_imported_is_external(house: House) -> None:
    new = await taken(house, state(type=EXTERNAL_TYPE))
    await taken(house, state())
    changed = await taken(house, state(2, type=EXTERNAL_TYPE))

    assert path_of(new) == path_of(changed) == ("type",)
    assert (await row()).platform_version == 1


async def test_an_occurrence_that_a_calendar_moved_away_cannot_be_changed(house: House) -> None:
    weekly = replace(LESSON, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=6",)))
    outcome = await taken(house, state(1, weekly))
    assert outcome.appointment_id
    await edited(house, outcome.appointment_id, moved(weekly, 3))
    slot = moved(weekly, 7 * 24).when.slot

    refused = await taken(house, state(2, replace(weekly, overrides=(Override(slot, is_cancelled=True),))))

    assert path_of(refused)[:2] == ("recurrence", "overrides")
    assert (await stored()).content == moved(weekly, 3)


async def test_two_who_send_the_same_new_id_at_once_make_one_appointment(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # SQLite lets one transaction in at a time: that the other one came first is played by hand.
    looked = upserts._locked  # noqa: SLF001 - the gap between looking and inserting
    gaps = iter([True, False])

    async def late(rows: Sequence[PlatformAppointment]) -> dict[str | UUID, Known]:
        return {} if next(gaps) else await looked(rows)

    await taken(house, state(1))
    monkeypatch.setattr(upserts, "_locked", late)

    outcome = await taken(house, state(2, replace(LESSON, title="Second")))

    assert outcome.status is UpsertStatus.UPDATED
    assert await models.Appointment.filter(platform_id="a-1").count() == 1


async def test_upserts_at_the_same_time_wait_for_each_other(house: House) -> None:
    states = [state(n, replace(LESSON, title=f"No. {n}")) for n in range(1, 9)]

    reports = await asyncio.gather(*(sent(house, one) for one in reversed(states)))

    assert (await stored()).content.title == "No. 8"
    done = {report.outcomes[0].status for report in reports}
    assert done <= {UpsertStatus.CREATED, UpsertStatus.UPDATED, UpsertStatus.REFUSED}


async def test_a_platform_id_is_unique_in_the_database(house: House) -> None:
    await taken(house, state())
    made = await house.add("Another")

    with pytest.raises(IntegrityError):
        await models.Appointment.filter(id=made).update(platform_id="a-1")
