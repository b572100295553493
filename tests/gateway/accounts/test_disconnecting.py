"""Disconnecting: nothing is written any more, copies go if the user says so, credentials go last."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.gateway.house import House
from tests.gateway.waiting import at_once

from metonic_core.model.mapping import Intent, WriteKind
from metonic_core.spi.errors import SignInNeeded, Unavailable
from metonic_gateway.accounts.connecting import NotConnected, choose_calendar
from metonic_gateway.accounts.disconnecting import disconnect
from metonic_gateway.jobs.requests import sync_now
from metonic_gateway.store.mappings import store
from metonic_gateway.store.models import CalendarLink, CalendarSyncHistory, CalendarSyncMapping
from metonic_gateway.store.rows import mapping_of


async def connected_with_copies(house: House) -> UUID:
    await house.add("Boxing")
    await house.add("Yoga")
    calendar = await house.connect()
    await house.sync(calendar)
    assert house.world.titles() == ["Boxing", "Yoga"]
    return calendar


async def test_copies_stay_if_the_user_says_so_and_the_credentials_go(house: House) -> None:
    calendar = await connected_with_copies(house)
    link = (await house.row(calendar)).link_id

    answer = await disconnect(house.services, house.user, "memory", remove_copies=False)

    standing = await house.columns(calendar, "stopped", "is_active", "access_token", "link_id")
    assert answer.copies_to_remove == 0
    assert standing == ("disconnected", False, None, None)
    assert (await CalendarLink.get(id=link)).archived_at == house.now
    assert house.world.titles() == ["Boxing", "Yoga"]


async def test_copies_are_removed_before_the_credentials(house: House) -> None:
    calendar = await connected_with_copies(house)
    house.nudged.clear()

    answer = await disconnect(house.services, house.user, "memory", remove_copies=True)
    assert (answer.copies_to_remove, house.nudged) == (2, [calendar])
    assert (await house.row(calendar)).access_token is not None
    await house.sync(calendar)

    standing = await house.columns(calendar, "stopped", "access_token", "problem")
    assert house.world.titles() == []
    assert standing == ("disconnected", None, None)


async def test_a_provider_that_is_down_is_asked_again_for_the_copies(house: House) -> None:
    calendar = await connected_with_copies(house)
    await disconnect(house.services, house.user, "memory", remove_copies=True)
    house.world.error = Unavailable("The server is down.")
    await house.sync(calendar)
    row = await house.row(calendar)
    assert (row.stopped, row.failures) == ("disconnecting", 1)

    house.world.error = None
    house.later(timedelta(minutes=10))
    await house.sync(calendar)

    assert house.world.titles() == []
    assert (await house.row(calendar)).stopped == "disconnected"


async def test_a_removal_that_hangs_is_ended_by_asking_again_without_it(house: House) -> None:
    calendar = await connected_with_copies(house)
    await disconnect(house.services, house.user, "memory", remove_copies=True)

    await disconnect(house.services, house.user, "memory", remove_copies=False)

    assert (await house.row(calendar)).stopped == "disconnected"


async def test_who_is_not_let_in_any_more_is_told_that_copies_are_left(house: House) -> None:
    calendar = await connected_with_copies(house)
    await disconnect(house.services, house.user, "memory", remove_copies=True)
    house.world.error = SignInNeeded("The password is no longer accepted.")

    await house.sync(calendar)

    assert await house.columns(calendar, "stopped", "access_token") == ("disconnected", None)
    assert "delete them there" in (await house.row(calendar)).problem["next_step"]


async def test_a_run_that_is_under_way_writes_nothing_more(house: House) -> None:
    calendar = await connected_with_copies(house)
    await house.add("Running")

    async def meanwhile() -> None:
        await disconnect(house.services, house.user, "memory", remove_copies=False)

    house.world.before_reading = meanwhile
    await house.sync(calendar)

    assert house.world.titles() == ["Boxing", "Yoga"]
    assert (await house.row(calendar)).stopped == "disconnected"


async def test_a_run_that_waits_is_finished(house: House) -> None:
    await connected_with_copies(house)
    run = await sync_now(house.services, house.user, "memory")

    await disconnect(house.services, house.user, "memory", remove_copies=False)

    assert (await CalendarSyncHistory.get(id=run)).state == "finished"


async def test_a_calendar_that_is_disconnected_cannot_be_disconnected(house: House) -> None:
    await connected_with_copies(house)
    await disconnect(house.services, house.user, "memory", remove_copies=False)

    with pytest.raises(NotConnected):
        await disconnect(house.services, house.user, "memory", remove_copies=True)


@pytest.mark.parametrize(("first", "stays"), [(True, "disconnecting"), (False, "disconnected")])
async def test_of_two_who_disconnect_at_once_the_second_finds_it_done(
    house: House, stays: str, *, first: bool
) -> None:
    calendar = await connected_with_copies(house)

    answers = await at_once(
        calendar,
        disconnect(house.services, house.user, "memory", remove_copies=first),
        disconnect(house.services, house.user, "memory", remove_copies=not first),
    )

    assert [isinstance(answer, NotConnected) for answer in answers] == [False, True]
    assert (await house.row(calendar)).stopped == stays


@pytest.mark.parametrize(("remove", "stays"), [(True, "disconnecting"), (False, "disconnected")])
async def test_a_choice_that_a_disconnect_overtakes_changes_nothing(
    house: House, stays: str, *, remove: bool
) -> None:
    calendar = await connected_with_copies(house)

    _, chosen = await asyncio.gather(
        disconnect(house.services, house.user, "memory", remove_copies=remove),
        choose_calendar(house.services, house.user, "memory", "home"),
        return_exceptions=True,
    )

    assert isinstance(chosen, NotConnected)
    assert await house.columns(calendar, "stopped", "is_active") == (stays, remove)


async def test_a_copy_that_is_just_being_deleted_is_not_counted_as_one_to_remove(house: House) -> None:
    calendar = await connected_with_copies(house)
    row = await CalendarSyncMapping.all().first()
    assert row is not None
    known = mapping_of(row)
    intent = Intent(WriteKind.DELETE, "x", house.now, "deselected", etag=known.etag)
    await store([replace(known, intent=intent)], house.now)

    answer = await disconnect(house.services, house.user, "memory", remove_copies=True)

    assert answer.copies_to_remove == 1
    assert (await house.row(calendar)).stopped == "disconnecting"


async def test_connecting_again_revives_the_link_and_doubles_nothing(house: House) -> None:
    calendar = await connected_with_copies(house)
    link = (await house.row(calendar)).link_id
    await disconnect(house.services, house.user, "memory", remove_copies=False)

    assert await house.connect() == calendar
    await house.sync(calendar)

    assert (await house.row(calendar)).link_id == link
    assert house.world.titles() == ["Boxing", "Yoga"]


async def test_copies_that_were_removed_come_back_when_it_is_connected_again(house: House) -> None:
    calendar = await connected_with_copies(house)
    await disconnect(house.services, house.user, "memory", remove_copies=True)
    await house.sync(calendar)
    assert house.world.titles() == []

    await house.connect()
    await house.sync(calendar)

    assert house.world.titles() == ["Boxing", "Yoga"]
