"""Many series at once, and fewer requests in a minute than that takes: pauses, and then all is written."""

from dataclasses import replace
from uuid import UUID

import pytest
from tests.plugins.google.lesson import DAY, first_lesson
from tests.plugins.google.scripted import EVENTS, Scripted
from tests.plugins.google.studio import Studio
from tests.plugins.google.writes import CREATE, echoing, error_in, write
from tests.plugins.outside import account
from tests.plugins.scripted import Asked, Said
from tests.plugins.studio import expect_in_step

from metonic_core.model.series import Override
from metonic_core.spi import Client, Misconfigured, Paced, ProviderError, RateLimited
from metonic_core.testing.checks.contents import WEEKLY
from metonic_gateway.accounts.pacing import PacedClient, Paces
from metonic_gateway.store import appointments
from metonic_google.adapter import GoogleAdapter
from metonic_google.provider import PROVIDER

SERIES, UNITS, RUNS = 20, 150, 8


async def test_series_with_exceptions_are_written_to_the_last_in_few_runs(studio: Studio) -> None:
    world, when = studio.world, first_lesson(studio)
    exam = Override(when.start + 7 * DAY, title="Exam")
    for _ in range(SERIES):
        await world.platform.make(replace(WEEKLY, when=when, notes="old words", overrides=(exam,)))
    for _ in range(3):
        await studio.run()
    paces, kept = Paces(), tuple(replace(p, host="127.0.0.1", units=UNITS) for p in PROVIDER.paces)
    client = studio.stand.client
    studio.line = PacedClient(client, PROVIDER, "alice", kept, paces, lambda: world.now)
    known = await appointments.load([row.appointment_id for row in await studio.rows() if row.appointment_id])
    for one in known.values():
        said = replace(one.content, title="Lesson", notes="new words")
        await appointments.change(replace(one, content=said), world.window(), world.now)

    for _ in range(RUNS):
        await studio.run()

    assert [row.due for row in await studio.rows() if row.due] == []
    await expect_in_step(studio)


@pytest.mark.parametrize("why", [RateLimited("later", 5), Paced("later", 5), Misconfigured("no key")])
async def test_a_token_that_ended_within_a_batch_and_cannot_be_renewed_now_is_no_end_of_the_sign_in(
    server: Scripted, client: Client, why: ProviderError
) -> None:
    class Refusing:
        async def request(self, method: str, url: str, *more: object) -> object:
            if "/batch/" in url:
                return await client.request(method, url, *more)  # type: ignore[arg-type]
            raise why

    said = iter([Said(401)])

    def answered(asked: Asked) -> Said:
        return next(said, None) or echoing()(asked)

    server.on("POST", EVENTS, answered)
    adapter = GoogleAdapter(Refusing(), account(server.url))  # type: ignore[arg-type]
    writes = [replace(CREATE, identity=UUID(int=n)) for n in range(3)]

    outcomes = await write(adapter, *writes)

    assert error_in(outcomes[0]).message == "Google Calendar failed with status 500."
    assert [type(outcome).__name__ for outcome in outcomes] == ["Unknown", "Stored", "Stored"]
