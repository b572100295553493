"""What a user chooses for single appointments goes before the filters, in that user's calendar only."""

from uuid import UUID, uuid4

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.settings import (
    CHOICES,
    CHOOSE,
    after_setting,
    copy_of,
    created,
    imported,
    put_own,
)
from tests.gateway.graphql.statements import counted
from tests.gateway.house import synced
from tests.gateway.memory import CREDENTIALS, World, memory_provider

from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.http.identity import Role
from metonic_gateway.store import users
from metonic_gateway.store.models import CalendarSyncChoice


async def test_an_appointment_is_kept_out_and_let_in_again(api: Api) -> None:
    calendar = await api.house.connect()
    lesson, _other = await created(api, "Lesson"), await created(api, "Yoga")
    await api.house.sync(calendar)

    kept_out = await _after(api, [lesson], "NEVER")
    told = await copy_of(api, lesson)
    let_in = await _after(api, [lesson], "BY_SELECTION")

    assert (kept_out, let_in) == (["Yoga"], ["Lesson", "Yoga"])
    assert (told["state"], told["reasonCode"], told["choice"]) == ("EXCLUDED", "never", "NEVER")
    assert (await copy_of(api, lesson))["choice"] == "BY_SELECTION"
    assert not await CalendarSyncChoice.exists()


async def test_what_is_always_wanted_comes_whatever_the_filters_say(api: Api) -> None:
    calendar = await synced(api.house)
    lesson = await created(api, "Lesson")
    secret = await created(api, "Secret", isPrivate=True)
    nothing = await after_setting(api, calendar, syncAll=False)
    told = await copy_of(api, lesson)

    chosen = await _after(api, [lesson, secret], "ALWAYS")
    with_private = await after_setting(api, calendar, filters={"privateAppointments": "INCLUDE"})

    assert (nothing, told["reasonCode"]) == ([], "not_selected")
    assert (chosen, with_private) == (["Lesson"], ["Lesson", "Secret"])


async def test_a_choice_is_replaced_and_without_one_the_filters_decide(api: Api) -> None:
    await synced(api.house)
    lesson = await created(api, "Lesson")

    await _after(api, [lesson], "NEVER")
    await _after(api, [lesson, lesson], "ALWAYS")
    always = await copy_of(api, lesson)
    await api.call(CHOOSE.replace(", $choice: SyncChoice", "").replace(", choice: $choice", ""), ids=[lesson])

    assert always["choice"] == "ALWAYS"
    assert (await copy_of(api, lesson))["choice"] == "BY_SELECTION"


async def test_the_users_own_event_stays_where_it_is_when_its_appointment_is_kept_out(api: Api) -> None:
    put_own(api.house, "Dentist")
    await synced(api.house)
    dentist = (await imported(api))["id"]

    kept_out = await _after(api, [dentist], "NEVER")
    unlinked = await copy_of(api, dentist)
    let_in = await _after(api, [dentist], "BY_SELECTION")

    assert kept_out == let_in == ["Dentist"]
    assert (unlinked["state"], unlinked["choice"]) == ("UNLINKED", "NEVER")
    assert (await copy_of(api, dentist))["state"] == "IN_SYNC"


@pytest.mark.parametrize("bad", ["no-id", str(UUID(int=7))])
async def test_the_first_that_is_not_the_viewers_is_named_and_nothing_is_done(bad: str, api: Api) -> None:
    await synced(api.house)
    lesson = await created(api, "Lesson")

    answer = await api.call(CHOOSE, ids=[lesson, lesson, bad, bad], choice="NEVER")

    assert (answer["__typename"], answer["code"]) == ("InvalidInput", "INVALID_INPUT")
    assert answer["path"] == ["appointmentIds", "2"]
    assert (await copy_of(api, lesson))["choice"] == "BY_SELECTION"


async def test_somebody_elses_appointment_cannot_be_chosen(api: Api) -> None:
    await synced(api.house)
    theirs = await created(api.as_user("trainer-2", Role.TRAINER), "Theirs")

    answer = await api.call(CHOOSE, ids=[theirs], choice="ALWAYS")

    assert answer["path"] == ["appointmentIds", "0"]


@pytest.mark.parametrize(("number", "next_step"), [(0, "Name those"), (501, "Name the others")])
async def test_one_to_500_can_be_chosen_at_once(api: Api, number: int, next_step: str) -> None:
    await synced(api.house)

    answer = await api.call(CHOOSE, ids=[str(uuid4())] * number, choice="ALWAYS")

    assert (answer["code"], answer["path"]) == ("INVALID_INPUT", ["appointmentIds"])
    assert answer["nextStep"].startswith(next_step)


async def test_without_a_calendar_nothing_can_be_chosen(api: Api) -> None:
    lesson = await created(api, "Lesson")

    answer = await api.call(CHOOSE, ids=[lesson], choice="ALWAYS")
    unknown = await api.call(CHOOSE, provider="papyrus", ids=[lesson], choice="ALWAYS")

    assert (answer["__typename"], unknown["code"]) == ("NotConnected", "UNKNOWN_PROVIDER")


async def test_two_users_choose_apart(api: Api) -> None:
    calendar = await api.house.connect()
    theirs = api.as_user("trainer-2", Role.TRAINER)
    await theirs.call("{ viewer { id } }")
    lesson = await created(api, "Lesson", participantIds=["trainer-2"])
    other = await _connect_another(api)
    await api.house.sync(calendar)
    api.house.nudged.clear()

    await theirs.call(CHOOSE, ids=[lesson], choice="NEVER")

    assert api.house.nudged == [other]
    assert [c["choice"] for c in (await _copies(theirs, lesson))] == ["NEVER"]
    assert [(c["choice"], c["state"]) for c in (await _copies(api, lesson))] == [("BY_SELECTION", "IN_SYNC")]


async def test_choosing_again_what_is_chosen_puts_nothing_to_work(api: Api) -> None:
    calendar = await synced(api.house)
    lesson = await created(api, "Lesson")
    await _after(api, [lesson], "ALWAYS")
    api.house.nudged.clear()

    await api.call(CHOOSE, ids=[lesson], choice="ALWAYS")

    assert api.house.nudged == []
    assert (await api.house.row(calendar)).next_sync_at > api.house.now  # type: ignore[operator]


async def test_many_are_chosen_by_as_many_statements_as_few(api: Api) -> None:
    await synced(api.house)
    ids = [await created(api, f"No. {n}") for n in range(31)]
    # The first has a run made, which the others go into.
    await api.call(CHOOSE, ids=ids[30:], choice="NEVER")
    with counted() as for_few:
        await api.call(CHOOSE, ids=ids[:2], choice="NEVER")

    with counted() as for_many:
        await api.call(CHOOSE, ids=ids[2:30], choice="NEVER")

    assert len(for_many) == len(for_few), "\n".join(for_many)


async def _after(api: Api, ids: list[str], choice: str) -> list[str]:
    """The titles in the calendar once that was chosen and synced."""
    answer = await api.call(CHOOSE, ids=ids, choice=choice)
    assert answer["__typename"] == "ConnectedCalendar", answer
    await api.house.sync(UUID(answer["id"]))
    return api.house.world.titles()


async def _copies(api: Api, appointment_id: str) -> list[dict[str, str]]:
    copies: list[dict[str, str]] = (await api.call(CHOICES, id=appointment_id))["copies"]
    return copies


async def _connect_another(api: Api) -> UUID:
    """A calendar of the other trainer, in a world of its own."""
    known = await users.by_platform_id(["trainer-2"])
    provider = memory_provider(World())
    return await connect_with_credentials(api.house.services, known["trainer-2"].id, provider, CREDENTIALS)
