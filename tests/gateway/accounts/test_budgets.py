"""Many processes keep to one pace: what each may spend it draws from the database."""

import asyncio
from datetime import timedelta

import pytest
from tests.gateway.accounts.test_pacing import HERE, Service
from tests.gateway.graphql.statements import counted
from tests.gateway.house import House

from metonic_core.spi import Pace, Paced
from metonic_core.spi.errors import Scope
from metonic_gateway.accounts.budgets import SharedPaces
from metonic_gateway.accounts.pacing import spenders
from metonic_gateway.store import budgets
from metonic_gateway.store.models import ProviderBudget
from metonic_gateway.store.sweeping import sweep

PROJECT = Pace("*", 1000, scope=Scope.PROJECT)
ACCOUNT = Pace("*", 600)
SECOND = timedelta(seconds=1)


@pytest.fixture
def processes(house: House) -> list[Service]:
    """Each counts in a memory of its own, over the one database that is open."""
    return [Service(now=house.now, paces=SharedPaces()) for _ in range(3)]


async def asked(service: Service, subject: str, times: int) -> int:
    """How often the account was asked before there was no more room."""
    for done in range(times):
        try:
            await service.of(subject).request("GET", HERE)
        except Paced:
            return done
    return times


async def test_several_processes_together_ask_an_account_no_more_than_it_allows(
    processes: list[Service],
) -> None:
    done = [await asked(process, "alice", 3) for process in processes]

    assert sum(done) == 4


async def test_and_all_accounts_no_more_than_the_project_is_allowed(processes: list[Service]) -> None:
    done = [await asked(each, name, 3) for each, name in zip(processes, "abc", strict=True)]

    assert sum(done) == 6


async def test_at_the_same_moment_too(processes: list[Service]) -> None:
    done = await asyncio.gather(*(asked(each, "alice", 3) for each in processes for _ in range(5)))

    assert sum(done) == 4


async def test_after_the_span_there_is_room_again(processes: list[Service]) -> None:
    first, second, _ = processes
    await asked(first, "alice", 4)
    with pytest.raises(Paced) as paced:
        await second.of("alice").request("GET", HERE)

    wait = (paced.value.retry_after or 0) * SECOND
    for each in processes:
        each.now += wait

    assert 60 * SECOND < wait < 75 * SECOND
    assert await asked(second, "alice", 4) == 4


async def test_what_one_learnt_by_being_refused_all_keep_to_for_an_hour(processes: list[Service]) -> None:
    first, second, _ = processes
    await asked(first, "alice", 4)
    first.now += 2 * SECOND
    await first.paces.learn("memory", "alice", first.now)

    for wait, expected in ((timedelta(minutes=2), 2), (timedelta(hours=1), 4)):
        second.now += wait
        assert await asked(second, "alice", 4) == expected


async def test_a_busy_process_draws_now_and_then_and_an_idle_one_what_it_needs(house: House) -> None:
    busy, idle, now = SharedPaces(), SharedPaces(), house.now
    whose = spenders("google", "alice", [PROJECT])

    with counted() as statements:
        for number in range(200):
            assert not await busy.take(whose, [1], now + number * SECOND / 20)
    await idle.take(whose, [1], now)

    assert len(statements) < 30
    assert await drawn() <= 200 + 50 + 1


async def test_the_first_portion_of_an_account_is_enough_for_a_run(house: House) -> None:
    paces, whose = SharedPaces(), spenders("google", "alice", [ACCOUNT])

    with counted() as statements:
        for _ in range(6):
            assert not await paces.take(whose, [1], house.now)

    assert len(statements) == 2
    assert await drawn() == 6


async def test_what_is_left_of_first_portions_keeps_no_calendar_waiting_that_changes_all_the_time(
    house: House,
) -> None:
    processes = [SharedPaces() for _ in range(4)]
    whose = spenders("outlook", "alice", [Pace("*", 10_000, span=timedelta(minutes=10))])

    for run in range(240):
        assert not await processes[run % 4].take(whose, [1], house.now + run * 5 * SECOND)


async def drawn() -> int:
    (row,) = await ProviderBudget.all()
    return sum(units for _, units in row.spent["granted"])


async def test_what_was_not_spent_soon_is_not_spent_later(house: House) -> None:
    paces, now = SharedPaces(), house.now
    whose = spenders("google", "alice", [PROJECT])
    for number in range(20):
        await paces.take(whose, [1], now + number * SECOND / 10)
    before = await drawn()

    await paces.take(whose, [1], now + 30 * SECOND)

    assert await drawn() == before + 1


async def test_however_many_draw_at_once_nothing_is_drawn_twice(house: House) -> None:
    others = [budgets.draw("b", PROJECT, 1, 10, house.now) for _ in range(40)]

    units = [units for units, _ in await asyncio.gather(*others)]

    assert sum(units) == 400
    (row,) = await ProviderBudget.all()
    assert sum(each for _, each in row.spent["granted"]) == 400


async def test_a_budget_names_nobody_and_is_swept_when_it_is_not_used(house: House) -> None:
    await SharedPaces().take(spenders("google", "alice@example.com", [ACCOUNT]), [1], house.now)

    (row,) = await ProviderBudget.all()
    assert "alice" not in f"{row.id}{row.spent}"
    await sweep(house.now + timedelta(hours=25))
    assert await ProviderBudget.all().count() == 0
