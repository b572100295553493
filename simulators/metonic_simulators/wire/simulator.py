"""What every simulator is to a test, whatever it simulates."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from metonic_simulators.store.clock import Clock
from metonic_simulators.wire.errands import Errands
from metonic_simulators.wire.faults import Faults, Option, Switches
from metonic_simulators.wire.log import Entry, Mail


class Place(Protocol):
    """What the simulated service is made of at least."""

    clock: Clock
    quirks: Switches
    faults: Faults
    log: list[Entry]
    outbox: list[Mail]


OnePlace = TypeVar("OnePlace", bound=Place)


class Simulated(Generic[OnePlace]):
    """``url``: the origin, with a slash. All is as at the start after ``reset``: ids and tokens too."""

    def __init__(self, make: Callable[[], OnePlace]) -> None:
        self.url = ""
        self.errands = Errands()
        self._make = make
        self.begin()

    def begin(self) -> None:
        self.world = self._make()

    def reset(self) -> None:
        self.world.clock.forget()
        self.begin()

    def be_at(self, url: str) -> None:
        """Once it is known where that is."""
        self.url = url

    @property
    def clock(self) -> Clock:
        return self.world.clock

    @property
    def log(self) -> list[Entry]:
        return self.world.log

    @property
    def outbox(self) -> list[Mail]:
        return self.world.outbox

    async def settled(self) -> None:
        """Waits until no message is on its way."""
        await self.errands.settled()

    def turn_on(self, name: str, /, **options: Option) -> None:
        """From now on; options that are not named have their usual value. Raises Unusable."""
        self.world.quirks.turn_on(name, options)

    def turn_off(self, name: str) -> None:
        """Raises Unusable."""
        self.world.quirks.turn_off(name)

    def arm(
        self, name: str, /, *, times: int = 1, method: str = "*", path: str = "*", **options: Option
    ) -> None:
        """For the next calls that match, parts of a batch too; earlier ones go first. Raises Unusable."""
        self.world.faults.arm(name, times=times, method=method, path=path, options=options)

    def advance(self, **delta: float) -> None:
        """Time passes: ``days``, ``hours``, ``minutes``, ``seconds``."""
        self.clock.advance(timedelta(**delta))

    def stop_clock(self, at: datetime | None = None) -> None:
        self.clock.set(at or self.clock.now(), runs=False)
