"""Pain 24, errors that explain nothing: each has a code, a sentence, and a next step for the user."""

import pytest
from tests.stage import Person, Stage

from metonic_gateway.http.identity import Role

UNAUTHORIZED = 401
ANSWERS = {
    UNAUTHORIZED: "SIGN_IN_REQUIRED",
    403: "ACCESS_DENIED",
    404: "CALENDAR_GONE",
    429: "RATE_LIMITED",
    500: "UNREACHABLE",
    503: "RATE_LIMITED",
}


@pytest.mark.parametrize(("status", "code"), ANSWERS.items())
async def test_what_the_calendar_server_answers_is_explained(trainer: Person, status: int, code: str) -> None:
    # Of a calendar that is gone or closed its server says so, and of a sign-in that ended everywhere.
    trainer.refused(lambda exchange: status == UNAUTHORIZED or "/home/" in exchange.path, status)
    await trainer.sync()

    await _is_explained(trainer, code)


@pytest.mark.parametrize("status", [403, 404])
async def test_a_server_that_refuses_everything_is_not_taken_for_a_calendar_that_is_gone(
    trainer: Person, status: int
) -> None:
    trainer.answered(status)
    await trainer.sync()

    await _is_explained(trainer, "UNREACHABLE")


async def _is_explained(person: Person, code: str) -> None:
    told = (await person.status())["attention"]
    assert told["code"] == code
    for sentence in (told["message"], told["nextStep"]):
        assert sentence.endswith(".")


@pytest.mark.parametrize("status", [429, 500])
async def test_why_an_edit_was_taken_back_is_told_though_that_took_a_second_attempt(
    status: int, stage: Stage
) -> None:
    trainer, guest = await stage.connected(), await stage.connected("client-1", Role.CLIENT)
    await trainer.create("Yoga", participantIds=["client-1"])
    await guest.sync()
    await guest.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Pilates"))
    guest.refused(lambda exchange: exchange.method == "PUT", status)
    await guest.sync()
    guest.answered_again()

    for _ in range(3):
        await guest.sync()

    assert await guest.device.titles() == ["Yoga"]
    operations = [o for run in await guest.history() for o in run["operations"]["nodes"]]
    assert [o["reasonCode"] for o in operations] == ["not_yours_to_edit", "new_here"]
