"""Nobody is asked more than they allow: by account and by project, from question to answer."""

import asyncio
import gc
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.gateway.memory import World, memory_provider

from metonic_core.pacing import Spent
from metonic_core.spi import Answer, Pace, Paced, Unavailable
from metonic_core.spi.errors import Scope
from metonic_gateway.accounts.pacing import Allowed, PacedClient, Paces, paces_of, spenders

HERE, ELSEWHERE = "https://api.example.com/events", "https://login.example.com/token"
PROVIDER = replace(
    memory_provider(World()),
    paces=(
        Pace("api.example.com", 4, cost=lambda method, _body: 3 if method == "PATCH" else 1),
        Pace("api.example.com", 6, scope=Scope.PROJECT),
    ),
)


@dataclass
class Service:
    """``answering`` is set when it answers."""

    now: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)
    asked: list[str] = field(default_factory=list)
    is_down: bool = False
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    paces: Paces = field(default_factory=Paces)

    def __post_init__(self) -> None:
        self.answering.set()

    async def request(
        self,
        _method: str,
        url: str,
        _headers: Mapping[str, str] | None = None,
        _body: bytes | None = None,
    ) -> Answer:
        self.asked.append(url)
        await self.answering.wait()
        if self.is_down:
            raise Unavailable("The connection was cut.")
        return Answer(200, {}, b"", url)

    def of(self, subject: str, allowed: Allowed | None = None) -> PacedClient:
        paces = paces_of(PROVIDER, subject, allowed or {})
        return PacedClient(self, PROVIDER, subject, paces, self.paces, lambda: self.now)


@pytest.fixture
def service() -> Service:
    return Service()


async def test_what_would_be_too_many_is_not_asked(service: Service) -> None:
    for _ in range(4):
        await service.of("alice").request("GET", HERE)
    service.now += timedelta(seconds=20)

    with pytest.raises(Paced) as paced:
        await service.of("alice").request("GET", HERE)

    assert len(service.asked) == 4
    assert paced.value.retry_after == 40
    service.now += timedelta(seconds=40)
    await service.of("alice").request("GET", HERE)


async def test_a_request_counts_for_what_it_costs(service: Service) -> None:
    await service.of("alice").request("GET", HERE)
    await service.of("alice").request("PATCH", HERE)

    with pytest.raises(Paced):
        await service.of("alice").request("GET", HERE)


async def test_accounts_are_counted_apart_and_the_project_together(service: Service) -> None:
    for subject in ("alice", "bob"):
        for _ in range(3):
            await service.of(subject).request("GET", HERE)

    with pytest.raises(Paced):
        await service.of("carol").request("GET", HERE)


async def test_who_signs_in_is_no_account_yet_and_counts_for_the_project(service: Service) -> None:
    for _ in range(6):
        await service.of("").request("GET", HERE)

    with pytest.raises(Paced):
        await service.of("").request("GET", HERE)


async def test_other_hosts_are_asked_as_fast_as_they_answer(service: Service) -> None:
    for _ in range(20):
        await service.of("alice").request("GET", ELSEWHERE)

    assert len(service.asked) == 20


async def test_what_is_under_way_counts_and_what_failed_did(service: Service) -> None:
    service.answering.clear()
    service.is_down = True
    client = service.of("alice")
    under_way = [asyncio.create_task(client.request("GET", HERE)) for _ in range(4)]
    await asyncio.sleep(0)
    service.now += timedelta(minutes=5)

    with pytest.raises(Paced):
        await client.request("GET", HERE)
    service.answering.set()
    await asyncio.gather(*under_way, return_exceptions=True)
    with pytest.raises(Paced):
        await client.request("GET", HERE)


async def test_an_operator_may_say_what_is_allowed_but_not_that_it_is_next_to_nothing(
    service: Service,
) -> None:
    more = {"memory": {Scope.ACCOUNT: 5, Scope.PROJECT: 100}}
    less = {"memory": {Scope.ACCOUNT: 1}}
    for _ in range(5):
        await service.of("alice", more).request("GET", HERE)
    for _ in range(2):
        await service.of("bob", less).request("GET", HERE)

    with pytest.raises(Paced):
        await service.of("alice", more).request("GET", HERE)
    with pytest.raises(Paced):
        await service.of("bob", less).request("GET", HERE)


async def test_who_was_refused_is_asked_for_less(service: Service) -> None:
    for _ in range(4):
        await service.of("alice").request("GET", HERE)

    await service.paces.learn("memory", "alice", service.now)

    service.now += timedelta(minutes=1)
    for _ in range(3):
        await service.of("alice").request("GET", HERE)
    with pytest.raises(Paced):
        await service.of("alice").request("GET", HERE)


async def test_no_more_than_that_are_on_their_way_for_an_account_whoever_asks(service: Service) -> None:
    service.answering.clear()
    kept = (Pace("api.example.com", 100, at_once=2),)
    clients = [replace(service.of("alice"), kept=kept) for _ in range(2)]
    asking = [asyncio.create_task(client.request("GET", HERE)) for client in clients for _ in range(3)]
    other = asyncio.create_task(replace(service.of("bob"), kept=kept).request("GET", HERE))
    for _ in range(10):
        await asyncio.sleep(0)

    assert len(service.asked) == 3
    service.answering.set()
    await asyncio.gather(*asking, other)
    assert len(service.asked) == 7


async def test_who_stops_waiting_takes_no_place(service: Service) -> None:
    service.answering.clear()
    client = replace(service.of("alice"), kept=(Pace("api.example.com", 100, at_once=1),))
    asking = [asyncio.create_task(client.request("GET", HERE)) for _ in range(3)]
    await asyncio.sleep(0)
    for one in asking[:2]:
        one.cancel()
    await asyncio.sleep(0)
    service.answering.set()

    answer = await asking[2]

    assert answer.status == 200


async def ask_of(service: Service, accounts: range) -> None:
    """One request to each of these accounts."""
    for number in accounts:
        whose = spenders("memory", f"account {number}", [Pace("*", 600)])
        await service.paces.take(whose, [1], service.now)
        service.paces.end(whose, [1], service.now)


async def test_however_many_accounts_are_asked_a_new_one_is_no_more_work(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def is_forgotten(spent: Spent, pace: Pace, now: datetime) -> bool:
        nonlocal looks
        looks += 1
        return known(spent, pace, now)

    known = Spent.is_forgotten
    monkeypatch.setattr(Spent, "is_forgotten", is_forgotten)
    await ask_of(service, range(3000))

    assert looks < 4 * 3000


async def test_accounts_that_are_not_asked_any_more_take_no_room(service: Service) -> None:
    await ask_of(service, range(2000))
    service.now += timedelta(hours=1)
    await ask_of(service, range(2000, 3000))

    gc.collect()
    assert sum(isinstance(one, Spent) for one in gc.get_objects()) < 2000
