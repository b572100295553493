"""A series at Google is many resources: those that a write did not reach say in the end what is meant."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import pytest
from tests.plugins.google.lesson import EXCEPTION, lesson_in, varied
from tests.plugins.google.studio import Studio

from metonic_core.spi import Answer, Client, Unavailable


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("failing", {"status": 500}),
        ("failing", {"status": 503}),
        ("rate-limited", {}),
        ("lost-request", {}),
        ("lost-response", {}),
        ("html", {}),
        ("conflict", {}),
        ("unauthorized", {}),
    ],
)
@pytest.mark.parametrize("number", [0, 1, 2, None])
async def test_an_occurrence_keeps_nothing_private_whatever_its_write_met(
    studio: Studio, fault: str, options: dict[str, int], number: int | None
) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    await lesson.hide()

    path = EXCEPTION if number is None else f"*{lesson.id_of(lesson.slots[number])}"
    studio.stand.google.arm(fault, times=3, method="PATCH", path=path, **options)
    await studio.run()
    studio.stand.google.world.faults.armed.clear()
    await studio.runs(4)

    await lesson.expect_hidden()


class Died(Exception):
    """The process ends."""


@dataclass
class Dying:
    """The plugin's client in a process that dies at one of its writes, or loses the line there."""

    client: Client
    at: int
    is_after: bool
    error: type[Exception]
    writes: int = 0

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        is_mine = self.writes == self.at
        self.writes += 1
        if is_mine and not self.is_after:
            raise self.error("It ended.")
        answer = await self.client.request(method, url, headers, body)
        if is_mine:
            raise self.error("It ended.")
        return answer


@pytest.mark.parametrize("error", [Died, Unavailable])
@pytest.mark.parametrize("is_after", [False, True])
async def test_whenever_the_process_dies_while_a_series_is_hidden_nothing_of_it_stays(
    studio: Studio, error: type[Exception], *, is_after: bool
) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    at, is_over = 0, False
    while not is_over:
        studio.pass_days(2)
        await lesson.say(is_private=False)
        await studio.runs(2)
        await lesson.hide()
        dying = Dying(studio.stand.client, at, is_after, error)

        studio.line = dying
        with suppress(Died):
            await studio.run()
        studio.line = None
        await studio.runs(4)

        await lesson.expect_hidden()
        at, is_over = at + 1, dying.writes <= at
    assert at > 5
