"""A host that is down is left alone: as long as it is, one request at a time finds out whether it is back.

Each process finds that out for itself, with a few requests, and forgets it when it ends.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from metonic_core.spi.client import Answer, Client
from metonic_core.spi.errors import Paced, Unavailable
from metonic_core.spi.provider import Provider

_ACCOUNTS: Final = 3
_WITHIN: Final = timedelta(seconds=60)
_FIRST_REST: Final = timedelta(seconds=30)
_LAST_REST: Final = timedelta(minutes=5)
_SERVER_ERROR: Final = 500


class LeftAlone(Paced):
    """The host is down, so it was not asked: nothing was sent, and nothing is wrong with who would have."""


@dataclass
class Circuit:
    """Open, no request passes but one now and then; closed, all do.

    Several accounts that fail, with nobody succeeding in between, open it: one of them alone may have a
    mailbox of its own that is broken.
    """

    _failed: dict[str, datetime] = field(default_factory=dict)
    _rest: timedelta = timedelta(0)
    _opened_at: datetime | None = None
    _is_probed: bool = False

    def wait(self, now: datetime) -> timedelta:
        """How long to leave it alone; zero for whoever may ask, who is the only one if it is open."""
        if self._opened_at is None:
            return timedelta(0)
        left = self._opened_at + self._rest - now
        # A clock that was set back has seen it open at a time that is still to come.
        if timedelta(0) < left <= self._rest:
            return left
        if self._is_probed:
            return _FIRST_REST
        self._is_probed = True
        return timedelta(0)

    def succeed(self) -> None:
        self._failed.clear()
        self._opened_at, self._rest, self._is_probed = None, timedelta(0), False

    def fail(self, account: str, now: datetime) -> None:
        self._failed = {a: at for a, at in self._failed.items() if timedelta(0) <= now - at < _WITHIN}
        self._failed[account] = now
        if self._is_probed or (self._opened_at is None and len(self._failed) >= _ACCOUNTS):
            self._rest = min(max(2 * self._rest, _FIRST_REST), _LAST_REST)
            self._opened_at, self._is_probed = now, False

    def give_up(self) -> None:
        """Whoever asked did not get as far as to find out."""
        self._is_probed = False

    def is_at_rest(self, now: datetime) -> bool:
        """Whether there is nothing to remember."""
        return self._opened_at is None and all(now - at >= _WITHIN for at in self._failed.values())


class Circuits:
    """A circuit for each host of each provider."""

    def __init__(self) -> None:
        self._circuits: dict[tuple[str, str], Circuit] = {}

    def of(self, provider: str, host: str, now: datetime) -> Circuit:
        if (provider, host) not in self._circuits:
            # Hosts are typed in by strangers: those of which nothing is known take no room.
            self._circuits = {key: c for key, c in self._circuits.items() if not c.is_at_rest(now)}
        return self._circuits.setdefault((provider, host), Circuit())


@dataclass(frozen=True, slots=True)
class GuardedClient:
    """A ``Client`` for the account ``subject`` that raises LeftAlone where the host is down.

    Who is only about to sign in is let through, and tells nothing of the host.
    """

    client: Client
    provider: Provider
    subject: str
    circuits: Circuits
    clock: Callable[[], datetime]

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        if not self.subject:
            return await self.client.request(method, url, headers, body)
        circuit = self.circuits.of(self.provider.name, (urlsplit(url).hostname or "").lower(), self.clock())
        if left := circuit.wait(self.clock()):
            message = f"{self.provider.title} does not answer at present, so it is left alone for a while."
            raise LeftAlone(message, left.total_seconds())
        try:
            answer = await self.client.request(method, url, headers, body)
        except Unavailable:
            circuit.fail(self.subject, self.clock())
            raise
        except BaseException:
            circuit.give_up()
            raise
        if answer.status >= _SERVER_ERROR:
            circuit.fail(self.subject, self.clock())
        else:
            circuit.succeed()
        return answer
