"""What a simulator does on its own while nobody asks: it delivers messages."""

import asyncio
from collections.abc import Coroutine

Errand = Coroutine[None, None, None]


class Errands:
    """Coroutines that run beside the requests, in the same loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, errand: Errand) -> None:
        task = asyncio.get_running_loop().create_task(errand)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Waits until none is on its way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
