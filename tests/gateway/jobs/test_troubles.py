"""What follows when the provider, or we ourselves, let a run down."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.gateway.house import NOON, House, synced
from tests.gateway.memory import MemoryAdapter

from metonic_core.reconcile.step import Reason
from metonic_core.spi import Outcome, Unknown, Write
from metonic_core.spi.errors import (
    CalendarGone,
    Misconfigured,
    Paced,
    ProviderError,
    RateLimited,
    SignInNeeded,
    Unavailable,
)
from metonic_core.sync import Quarantined, Report
from metonic_gateway.jobs.requests import sync_now
from metonic_gateway.jobs.troubles import errors_of
from metonic_gateway.store import models


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unavailable("The server is down."), "unreachable"),
        (RateLimited("Too many requests."), "rate_limited"),
        (Misconfigured("The host is not allowed."), "misconfigured"),
    ],
)
async def test_a_provider_that_does_not_answer_is_asked_again_later(
    house: House, error: ProviderError, code: str
) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    house.world.error = error

    await house.sync(calendar)

    row = await house.row(calendar)
    assert (row.failures, row.last_sync_status, row.stopped) == (1, "failed", None)
    assert row.problem["code"] == code
    assert row.problem["message"] == error.message
    assert row.next_sync_at is not None
    assert house.now <= row.next_sync_at <= house.now + timedelta(seconds=30)
    assert (await house.runs())[-1].status == "failed"


async def test_retry_after_is_honoured(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    house.world.error = RateLimited("Too many requests.", 600)

    await house.sync(calendar)

    row = await house.row(calendar)
    assert row.next_sync_at is not None
    assert row.next_sync_at >= house.now + timedelta(seconds=600)


async def test_a_pause_of_our_own_is_no_failure_and_ends_no_run(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    await sync_now(house.services, house.user, "memory")
    house.world.error = Paced("Often enough for now.", 40)
    await house.sync(calendar)
    row, (run,) = await house.row(calendar), (await house.runs())[-1:]

    house.world.error = None
    house.later(timedelta(seconds=40))
    await house.sync(calendar)

    assert (row.failures, row.problem, row.last_sync_status) == (0, None, "success")
    assert row.next_sync_at == house.now
    assert (run.state, run.status) == ("queued", None)
    (again,) = (await house.runs())[-1:]
    assert (again.id, again.state, again.status) == (run.id, "finished", "success")


async def test_pauses_that_bring_nothing_are_told_when_they_do_not_end(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    house.world.error = Paced("Often enough for now.", 60)

    told = []
    for _ in range(20):
        await house.sync(calendar)
        told.append((await house.row(calendar)).problem)
        house.later(timedelta(minutes=1))

    row = await house.row(calendar)
    # The first one has stored that a complete read begins.
    assert told[:16] == [None] * 16
    assert told[16:] == [row.problem] * 4
    assert row.problem["code"] == "rate_limited"
    assert row.problem["next_step"] == "Tell whoever runs this service; it is tried again by itself."
    assert (row.failures, row.last_sync_status) == (0, "success")

    house.world.error = None
    house.later(timedelta(minutes=1))
    await house.sync(calendar)

    row = await house.row(calendar)
    assert (row.problem, row.still_since) == (None, None)


async def test_pauses_between_which_something_is_stored_are_none_of_those(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    house.world.error = Paced("Often enough for now.", 60)
    for _ in range(20):
        await house.sync(calendar)
        house.later(timedelta(minutes=1))
    assert (await house.row(calendar)).problem

    await models.CalendarLink.all().update(is_reading_completely=False)
    await house.sync(calendar)

    row = await house.row(calendar)
    assert (row.problem, row.still_since) == (None, None)


async def test_a_success_forgets_the_failures_before_it(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    house.world.error = Unavailable("The server is down.")
    await house.sync(calendar)

    house.world.error = None
    house.later(timedelta(minutes=20))
    await house.sync(calendar)

    row = await house.row(calendar)
    assert (row.failures, row.problem, row.last_sync_status) == (0, None, "success")


async def test_an_edit_does_not_wake_a_calendar_that_backs_off_but_a_person_does(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    house.world.error = RateLimited("Too many requests.", 600)
    await house.sync(calendar)
    reads = house.world.reads

    await house.add("Boxing")
    await house.sync(calendar)
    assert house.world.reads == reads

    await sync_now(house.services, house.user, "memory")
    await house.sync(calendar)
    assert house.world.reads > reads


@pytest.mark.parametrize(
    ("error", "stopped", "code"),
    [
        (SignInNeeded("The password is no longer accepted."), "needs_sign_in", "sign_in_required"),
        (CalendarGone("The calendar was deleted."), "needs_calendar", "calendar_gone"),
    ],
)
async def test_what_only_the_user_can_mend_stops_the_calendar_and_keeps_everything(
    house: House, error: ProviderError, stopped: str, code: str
) -> None:
    await house.add("Boxing")
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    house.world.error = error

    await house.sync(calendar)

    row = await house.row(calendar)
    assert (row.stopped, row.next_sync_at) == (stopped, None)
    assert row.problem["code"] == code
    assert row.access_token is not None
    assert house.world.titles() == ["Boxing"]


async def test_signing_in_again_goes_on_where_it_stopped(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    house.world.error = SignInNeeded("The password is no longer accepted.")
    await house.sync(calendar)
    house.world.error = None

    await house.add("Boxing")
    assert await house.connect() == calendar
    await house.sync(calendar)

    assert (await house.row(calendar)).stopped is None
    assert house.world.titles() == ["Boxing"]


async def test_a_fault_of_ours_is_a_failed_run_and_no_end_of_the_worker(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))

    async def broken() -> None:
        raise ZeroDivisionError

    house.world.before_reading = broken
    await house.sync(calendar)

    row = await house.row(calendar)
    assert (row.failures, row.lease_until) == (1, None)
    assert row.problem["code"] == "failed"


def test_an_item_that_was_frozen_is_told_with_a_sentence_and_what_to_do() -> None:
    report = Report(quarantined=[Quarantined(Reason.OSCILLATES, None, "event")])

    (error,) = errors_of(report, NOON)

    assert "keeps putting back" in error.error
    assert "another sync tool" in error.next_step


async def test_a_provider_that_cuts_a_write_off_with_a_pause_is_left_alone_for_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    await house.add("Boxing")

    async def write_events(_: MemoryAdapter, __: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        return [Unknown(RateLimited("Too many requests.", 3600)) for _ in writes]

    monkeypatch.setattr(MemoryAdapter, "write_events", write_events)
    await house.sync(calendar)

    row = await house.row(calendar)
    assert row.failures == 1
    assert row.next_sync_at is not None
    assert row.next_sync_at >= house.now + timedelta(hours=1)
