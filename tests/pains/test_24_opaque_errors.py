"""Pain 24, errors that explain nothing: each has a code, a sentence, and a next step for the user."""

import pytest
from tests.stage import Person

ANSWERS = {
    401: "SIGN_IN_REQUIRED",
    403: "ACCESS_DENIED",
    404: "CALENDAR_GONE",
    429: "RATE_LIMITED",
    500: "UNREACHABLE",
    503: "RATE_LIMITED",
}


@pytest.mark.parametrize(("status", "code"), ANSWERS.items())
async def test_what_the_calendar_server_answers_is_explained(trainer: Person, status: int, code: str) -> None:
    trainer.answered(status)
    await trainer.sync()

    told = (await trainer.status())["attention"]
    assert told["code"] == code
    for sentence in (told["message"], told["nextStep"]):
        assert sentence.endswith(".")
