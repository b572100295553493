"""When each field group was last edited here is known, whoever edited it; bulk costs no statement more."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import look, put_there, synced
from tests.gateway.graphql.operations import CREATE, DELETE, UPDATE, UPSERT, lesson, platform_row

from metonic_core.model.appointment import ALL_ELSE, EXISTENCE, Appointment
from metonic_core.model.content import LOCATION, NOTES, TITLE, Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Timed
from metonic_gateway.store import appointments, models


async def stored(title: str) -> Appointment:
    rows = await models.Appointment.all()
    (found,) = [row.id for row in rows if row.content["title"] == title]
    return (await appointments.load([found]))[found]


async def test_what_a_user_makes_changes_and_deletes(api: Api) -> None:
    began = api.house.now
    made = await api.call(CREATE, appointment=lesson())
    edited = api.house.later(timedelta(hours=1))
    await api.call(UPDATE, id=made["id"], appointment={"title": "Boxing"})
    deleted = api.house.later(timedelta(hours=1))
    await api.call(DELETE, id=made["id"])

    one = await stored("Boxing")

    assert (one.last_edited(TITLE), one.last_edited(NOTES), one.last_edited(EXISTENCE)) == (
        edited,
        began,
        deleted,
    )


async def test_what_the_backend_sends_counts_in_the_groups_that_it_changed(api: Api) -> None:
    began = api.house.now
    backend = api.as_backend()
    await backend.call(UPSERT, rows=[platform_row(title="Squats"), platform_row("a-2", title="Lunges")])
    edited = api.house.later(timedelta(hours=1))
    await backend.call(UPSERT, rows=[platform_row(version=2, title="Squats", location="Gym")])

    one, other = await stored("Squats"), await stored("Lunges")

    assert (one.last_edited(LOCATION), one.last_edited(TITLE)) == (edited, began)
    assert other.edited_at == {ALL_ELSE: began}


async def test_what_another_calendar_changed_has_the_time_at_which_it_was_changed_there(api: Api) -> None:
    calendar, _ = await synced(api)
    at = api.house.later(timedelta(hours=2)) - timedelta(minutes=20)
    put_there(api, lambda content: replace(content, title="There"), minutes_ago=20)
    await look(api, calendar)
    put_there(api, lambda content: replace(content, location="Gym"))
    await look(api, calendar)

    one = await stored("There")

    # Of the second edit the provider did not say when it was made.
    assert (one.last_edited(TITLE), one.last_edited(LOCATION)) == (at, None)


async def test_an_imported_appointment_is_as_old_as_its_event(api: Api) -> None:
    when = Timed(datetime(2026, 12, 1, 10), datetime(2026, 12, 1, 11), "Europe/Berlin")  # noqa: DTZ001 - wall time
    at = api.house.now - timedelta(days=3)
    calendar = await api.house.connect()
    for name, known in (("Dentist", at), ("Surgeon", None)):
        event = StoredEvent(name, "", Content(name, when), uid=name, modified_at=known)
        api.house.world.put("home", event)
    await api.house.sync(calendar)

    assert (await stored("Dentist")).edited_at == {ALL_ELSE: at}
    assert (await stored("Surgeon")).edited_at == {ALL_ELSE: None}


async def test_of_an_appointment_from_before_nothing_is_known_until_it_is_edited(api: Api) -> None:
    made = await api.call(CREATE, appointment=lesson())
    await models.Appointment.all().update(edited_at=None)
    edited = api.house.later(timedelta(hours=1))

    await api.call(UPDATE, id=made["id"], appointment={"title": "Boxing"})

    one = await stored("Boxing")
    assert (one.last_edited(TITLE), one.last_edited(NOTES)) == (edited, None)
