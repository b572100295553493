"""How fast an account is asked: some requests at once, then so many a second (as the GCRA counts)."""

import asyncio


class Pace:
    """Of one run: what came before it is not counted. ``per_second`` 0 is no bound."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._ahead = self._interval * burst
        self._next = float("-inf")

    async def turn(self) -> None:
        """Wait until one more request may be sent."""
        if not self._interval:
            return
        now = asyncio.get_running_loop().time()
        self._next = max(self._next, now - self._ahead) + self._interval
        await asyncio.sleep(max(0.0, self._next - now))
