"""Many requests side by side, as fast as a mailbox allows: four at the same time, those in batches too.

So each batch is done part by part, three of them are on their way at most, and one place is left for others.
Requests that build on each other are a chain: where one is refused, the rest of it is not sent.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metonic_core.spi import Answer, ProviderError, Unavailable
from metonic_outlook.answers import DONE, NOT_ATTEMPTED, UNAUTHORIZED
from metonic_outlook.errors import Hindered, Reply, is_failing, read_failure, stopping
from metonic_outlook.packing import Request
from metonic_outlook.session import Session

LANES, SIZE = 3, 20
"""How many batches are on their way at the same time, and how many requests Graph takes in one."""

Chain = Sequence[Request]

_MOST_FAILURES = 2
_FEWEST = 4


@dataclass(eq=False)
class _Step:
    request: Request
    chain: int
    reply: Reply | None = None


async def send_each(session: Session, requests: Iterable[Request]) -> list[Reply]:
    """The answers in order, with as few requests as that takes; none keeps another from being sent.

    But after what concerns the whole account nothing further is sent.
    """
    return [replies[0] for replies in await send_chains(session, [[request] for request in requests])]


async def send_chains(session: Session, chains: Iterable[Chain]) -> list[list[Reply]]:
    """The same for requests of which each waits for those before it in its chain."""
    steps = [[_Step(request, number) for request in chain] for number, chain in enumerate(chains)]
    sending = _Sending(session)
    await asyncio.gather(*map(sending.run, _lanes(steps)))
    return [[step.reply for step in chain if step.reply is not None] for chain in steps]


def _lanes(chains: Sequence[Sequence[_Step]]) -> list[list[_Step]]:
    """Batch by batch in turn; a chain stays in one."""
    batches: list[list[_Step]] = []
    for chain in chains:
        if not batches or len(batches[-1]) + len(chain) > SIZE:
            batches.append([])
        batches[-1] += chain
    lanes = [batches[lane::LANES] for lane in range(min(LANES, len(batches)))]
    return [[step for batch in lane for step in batch] for lane in lanes]


def _next_size(part: Sequence[_Step]) -> int:
    """How many to send next: where one after the other fails, the rest of a batch is sent in vain."""
    done = sum(step.reply is not None for step in part)
    return SIZE if done == len(part) else min(SIZE, max(_FEWEST, 2 * done))


class _Sending:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._stop: ProviderError | None = None
        self._broken: set[int] = set()

    async def run(self, lane: Sequence[_Step]) -> None:
        failures, size = 0, SIZE
        while left := self._left(lane):
            part = left[:size]
            replies = await self._session.together([step.request for step in part])
            for step, reply in zip(part, replies, strict=True):
                if isinstance(reply, Answer) and reply.status == NOT_ATTEMPTED:
                    continue
                step.reply = await self._known(step, reply)
                failures = self._judge(step, step.reply, failures)
            size = _next_size(part)
            if part[0].reply is None:
                self._stop = Unavailable("Microsoft Graph does not get on with a batch.")
            if failures >= _MOST_FAILURES:
                failures = 0
                await self._tell_down(part)

    async def _tell_down(self, part: Sequence[_Step]) -> None:
        """Stop where Graph fails at the whole mailbox, and not only at what was asked for."""
        if self._stop is None and await self._session.is_down():
            failed = next(step.reply for step in reversed(part) if step.reply and is_failing(step.reply))
            self._stop = read_failure(failed)

    def _left(self, lane: Sequence[_Step]) -> list[_Step]:
        """What is still to be sent; what is not to be any more has its reply."""
        left = [step for step in lane if step.reply is None]
        for step in left:
            if self._stop is not None:
                step.reply = Hindered(self._stop, is_open=False)
            elif step.chain in self._broken:
                step.reply = Hindered(ProviderError("What had to come before it was refused."), is_open=False)
        return [step for step in left if step.reply is None]

    async def _known(self, step: _Step, reply: Reply) -> Reply:
        """Asked again alone where the token has ended within a batch: the client renews it then."""
        is_part = isinstance(reply, Answer) and reply.status == UNAUTHORIZED
        return await self._session.attempt(step.request) if is_part else reply

    def _judge(self, step: _Step, reply: Reply, failures: int) -> int:
        """Take in what it means for the others; how many in a row Graph has failed at by now."""
        if isinstance(reply, Answer) and reply.status in DONE:
            return 0
        self._broken.add(step.chain)
        failures = failures + 1 if is_failing(reply) else 0
        self._stop = self._stop or stopping(reply)
        return failures
