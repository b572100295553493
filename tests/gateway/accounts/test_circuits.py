"""A host that is down is left alone until somebody finds out that it is back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.house import House, synced
from tests.gateway.memory import World, memory_provider

from metonic_core.spi import Answer, Paced, Unavailable
from metonic_gateway.accounts.circuits import Circuits, GuardedClient, LeftAlone
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.store import users

HERE, ELSEWHERE = "https://api.example.com/events", "https://other.example.com/events"
PROVIDER = memory_provider(World())
SECOND = timedelta(seconds=1)


@dataclass
class Host:
    """``status`` is what it answers; with ``error`` it does not."""

    now: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)
    status: int = 200
    error: Exception | None = None
    asked: int = 0
    circuits: Circuits = field(default_factory=Circuits)
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answering.set()

    async def request(
        self,
        _method: str,
        url: str,
        _headers: Mapping[str, str] | None = None,
        _body: bytes | None = None,
    ) -> Answer:
        self.asked += 1
        await self.answering.wait()
        if self.error is not None:
            raise self.error
        return Answer(self.status, {}, b"", url)

    async def ask(self, account: str, url: str = HERE) -> str:
        """What came of it, in a word."""
        try:
            answer = await GuardedClient(self, PROVIDER, account, self.circuits, lambda: self.now).request(
                "GET", url
            )
        except LeftAlone:
            return "left alone"
        except (Unavailable, Paced):
            return "failed"
        return "failed" if answer.status >= 500 else "answered"


@pytest.fixture
def host() -> Host:
    return Host()


async def down(host: Host) -> None:
    """The host is, and three accounts have found out."""
    host.error = Unavailable("The connection was cut.")
    for account in ("alice", "bob", "carol"):
        assert await host.ask(account) == "failed"
    host.asked = 0


@pytest.mark.parametrize("status", [500, 503])
async def test_a_host_that_fails_several_accounts_is_left_alone(host: Host, status: int) -> None:
    host.status = status
    for account in ("alice", "bob", "carol"):
        assert await host.ask(account) == "failed"

    assert await host.ask("dave") == "left alone"
    assert host.asked == 3


async def test_an_account_that_fails_alone_may_have_a_trouble_of_its_own(host: Host) -> None:
    host.status = 503
    for _ in range(10):
        await host.ask("alice")

    assert await host.ask("bob") == "failed"


async def test_a_host_that_answers_somebody_is_not_down(host: Host) -> None:
    for account in ("alice", "bob", "carol", "dave"):
        host.status = 503
        await host.ask(account)
        host.status = 404
        assert await host.ask("erin") == "answered"


async def test_failures_that_lie_apart_are_no_outage(host: Host) -> None:
    host.status = 503
    for account in ("alice", "bob", "carol", "dave"):
        assert await host.ask(account) == "failed"
        host.now += 31 * SECOND


async def test_other_hosts_are_asked_all_the_same(host: Host) -> None:
    await down(host)
    host.error = None

    assert await host.ask("alice", ELSEWHERE) == "answered"
    assert await host.ask("alice") == "left alone"


async def test_one_at_a_time_finds_out_whether_it_is_back(host: Host) -> None:
    await down(host)
    host.now += 30 * SECOND
    host.answering.clear()

    asking = [asyncio.create_task(host.ask(account)) for account in ("alice", "bob", "carol")]
    await asyncio.sleep(0)
    host.error = None
    host.answering.set()

    assert sorted(await asyncio.gather(*asking)) == ["answered", "left alone", "left alone"]
    assert await host.ask("bob") == "answered"


async def test_as_long_as_it_is_not_it_is_left_alone_for_longer_and_five_minutes_at_most(host: Host) -> None:
    await down(host)
    waits = []
    for _ in range(6):
        wait = 0
        while await host.ask("alice") == "left alone":
            host.now += 10 * SECOND
            wait += 10
        waits.append(wait)

    assert waits == [30, 60, 120, 240, 300, 300]
    assert host.asked == 6


async def test_who_gave_up_finding_out_leaves_it_to_the_next(host: Host) -> None:
    await down(host)
    host.now += 30 * SECOND
    host.answering.clear()
    asking = asyncio.create_task(host.ask("alice"))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    host.error = Paced("Not now.", 1)
    host.answering.set()
    assert await host.ask("bob") == "failed"

    host.error = None
    assert await host.ask("carol") == "answered"


async def test_a_clock_that_was_set_back_keeps_nobody_away(host: Host) -> None:
    await down(host)
    host.now -= timedelta(days=1)
    host.error = None

    assert await host.ask("alice") == "answered"


async def test_who_only_signs_in_is_let_through_and_tells_nothing_of_the_host(host: Host) -> None:
    host.error = Unavailable("There is no such host.")
    for _ in range(5):
        assert await host.ask("") == "failed"

    assert await host.ask("alice") == "failed"


class _Down:
    """An egress that reaches nobody."""

    def client(self, *_: object) -> "_Down":
        return self

    async def request(self, *_: object) -> Answer:
        raise Unavailable("memory.test could not be reached.")


TEST = """mutation { testConnection(provider: "memory") {
  ... on UserError { code message nextStep } ... on ProviderRefused { retryAt } } }"""


async def test_users_are_told_that_it_is_the_provider_that_is_down(api: Api) -> None:
    askers = [api.as_user(f"user-{number}") for number in range(4)]
    for number, asker in enumerate(askers):
        await asker.call("{ viewer { id } }")
        api.house.world.subject = f"account-{number}"
        found = await users.introduced(f"user-{number}", "client", None, None)
        await replace(api.house, user=found.id).connect()
    egress = cast("Egress", _Down())
    services = api.house.services
    object.__setattr__(services, "egress", egress)

    answers = [await asker.call(TEST) for asker in askers]

    assert [answer["code"] for answer in answers] == ["UNREACHABLE"] * 3 + ["PROVIDER_DOWN"]
    assert answers[3]["message"].startswith("Memory does not answer at present")
    assert answers[3]["retryAt"] == "2026-11-22T12:00:30Z"


STATUS = """{ syncStatus(provider: "memory") {
  state consecutiveFailures nextSyncAt lastSyncStatus attention { code message nextStep } } }"""


async def waiting(house: House) -> UUID:
    """A calendar whose provider is down, as others have found out."""
    calendar = await synced(house)
    house.world.error = LeftAlone("Memory does not answer at present, so it is left alone for a while.", 60)
    house.later(timedelta(minutes=20))
    await house.sync(calendar)
    return calendar


async def test_a_calendar_waits_without_having_failed_and_says_why(api: Api) -> None:
    await waiting(api.house)

    status = await api.call(STATUS)

    assert (status["state"], status["consecutiveFailures"], status["lastSyncStatus"]) == (
        "BACKING_OFF",
        0,
        "SUCCESS",
    )
    assert status["attention"] == {
        "code": "PROVIDER_DOWN",
        "message": "Memory does not answer at present, so it is left alone for a while.",
        "nextStep": "Nothing to do: it is tried again by itself.",
    }
    later = datetime.fromisoformat(status["nextSyncAt"]) - api.house.now
    assert timedelta(minutes=1) <= later <= timedelta(minutes=2)


async def test_however_long_it_waits_it_is_not_taken_for_one_that_asks_too_much(api: Api) -> None:
    calendar = await waiting(api.house)
    for _ in range(20):
        api.house.later(timedelta(minutes=3))
        await api.house.sync(calendar)

    status = await api.call(STATUS)
    assert (status["attention"]["code"], status["consecutiveFailures"]) == ("PROVIDER_DOWN", 0)


async def test_once_it_is_back_nothing_is_left_of_it(api: Api) -> None:
    calendar = await waiting(api.house)
    api.house.world.error = None
    api.house.later(timedelta(minutes=3))
    await api.house.sync(calendar)

    status = await api.call(STATUS)
    assert (status["state"], status["attention"]) == ("IDLE", None)
