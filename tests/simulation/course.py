"""The course of a history: several tasks, of which chance lets one go on at a time, from step to step.

Every task waits before and after each of its I/O steps until it is let go. Nothing else ever suspends it: the
store answers in the loop's own thread. So the same dice give the same course, and a task can be made to end
between any two steps.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any


class Crash(BaseException):
    """The process dies here."""


@dataclass(eq=False, slots=True)
class Runner:
    """A task by its name; ``go`` is what it waits for."""

    name: str
    task: "asyncio.Task[object]"
    go: "asyncio.Future[None]"


@dataclass(slots=True)
class Course:
    """``failures`` are errors that nobody expected, in words."""

    dice: Random
    failures: list[str] = field(default_factory=list)
    steps: int = 0
    _runners: dict["asyncio.Task[object]", Runner] = field(default_factory=dict)
    _turn: "asyncio.Future[None] | None" = None

    @property
    def runners(self) -> list[Runner]:
        """Those that wait, in the order in which they were started."""
        return list(self._runners.values())

    async def step(self) -> None:
        """Called by a task between any two of its I/O steps. Who was not started here does not wait."""
        runner = self._runners.get(asyncio.current_task())  # type: ignore[arg-type]
        if runner is None:
            return
        runner.go = asyncio.get_running_loop().create_future()
        self._give_back()
        await runner.go

    def _give_back(self) -> None:
        if self._turn and not self._turn.done():
            self._turn.set_result(None)

    async def start(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        """Begin, up to the first step."""
        loop = asyncio.get_running_loop()
        self._turn = loop.create_future()
        task = loop.create_task(work, name=name)
        self._runners[task] = Runner(name, task, loop.create_future())
        task.add_done_callback(self._ended)
        await self._turn

    def _ended(self, task: "asyncio.Task[object]") -> None:
        runner = self._runners.pop(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, Crash):
            self.failures.append(f"{runner.name} failed: {error!r}")
        self._give_back()

    async def go_on(self, steps: int) -> None:
        """Let that many steps happen, each by one that waits."""
        for _ in range(steps):
            if not self._runners:
                return
            await self._let_go(self.dice.choice(self.runners))

    async def _let_go(self, runner: Runner) -> None:
        self.steps += 1
        self._turn = asyncio.get_running_loop().create_future()
        runner.go.set_result(None)
        await self._turn

    async def crash(self, runner: Runner) -> None:
        """It ends where it waits."""
        self._turn = asyncio.get_running_loop().create_future()
        runner.go.set_exception(Crash())
        await self._turn

    async def finish(self) -> None:
        """Let all go on to their end."""
        while self._runners:
            await self.go_on(1)


class SideBySide(Course):
    """The course where the store waits for a server: all go on at the same moment, as in life.

    Chance says how long each waits between two steps; what comes between what is up to the server, so that
    the same dice do not tell the same history. Who crashes does so in the middle of whatever it is at.
    """

    async def step(self) -> None:
        if asyncio.current_task() in self._runners:
            await asyncio.sleep(self.dice.choice(_WAITS))

    async def start(self, name: str, work: Coroutine[Any, Any, object]) -> None:
        loop = asyncio.get_running_loop()
        task = loop.create_task(work, name=name)
        self._runners[task] = Runner(name, task, loop.create_future())
        task.add_done_callback(self._ended)
        await asyncio.sleep(0)

    async def go_on(self, steps: int) -> None:
        if self._runners:
            self.steps += steps
            await asyncio.sleep(steps * _STEP)

    async def crash(self, runner: Runner) -> None:
        runner.task.cancel()
        await asyncio.wait([runner.task])

    async def finish(self) -> None:
        while self._runners:
            await asyncio.wait(list(self._runners))


_STEP = 0.004
_WAITS = (0, 0, 0, _STEP, 2 * _STEP)
