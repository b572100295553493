"""What each refusal means, told by its reason: who waits, for how long, and whose fault it is."""

import pytest
from tests.plugins.google.scripted import error, front_error
from tests.plugins.scripted import Said

from metonic_core.spi import Answer, Misconfigured, ProviderError, RateLimited, SignInNeeded, Unavailable
from metonic_google.errors import read_failure, reasons

HOUR = 3600


def answer(said: Said) -> Answer:
    headers = {name.lower(): value for name, value in said.headers.items()}
    return Answer(said.status, headers, said.content, "https://www.googleapis.com/")


def failure(said: Said) -> ProviderError:
    return read_failure(answer(said))


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded"])
def test_too_many_requests_wait_as_long_as_the_engine_wants(status: int, reason: str) -> None:
    found = failure(error(status, reason, domain="usageLimits"))

    assert isinstance(found, RateLimited)
    assert found.retry_after is None


def test_the_wait_that_google_names_is_kept() -> None:
    found = failure(error(429, "rateLimitExceeded", Retry_After="37"))

    assert isinstance(found, RateLimited)
    assert found.retry_after == 37


@pytest.mark.parametrize("reason", ["quotaExceeded", "dailyLimitExceeded", "variableTermLimitExceeded"])
def test_a_used_up_calendar_rests_for_hours(reason: str) -> None:
    found = failure(error(403, reason, domain="usageLimits", Retry_After="5"))

    assert isinstance(found, RateLimited)
    assert found.retry_after is not None
    assert found.retry_after >= 4 * HOUR


@pytest.mark.parametrize(
    "said",
    [
        error(403, "accessNotConfigured", domain="usageLimits"),
        error(403, "dailyLimitExceededUnreg", domain="usageLimits"),
        front_error(403, "SERVICE_DISABLED", "PERMISSION_DENIED"),
    ],
)
def test_an_interface_that_is_not_enabled_is_the_operators_fault(said: Said) -> None:
    assert isinstance(failure(said), Misconfigured)


@pytest.mark.parametrize(
    "said",
    [
        Said(401),
        error(401, "authError", domain="global"),
        error(403, "insufficientPermissions", domain="global"),
        front_error(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "PERMISSION_DENIED"),
    ],
)
def test_a_permission_that_was_not_given_needs_a_sign_in(said: Said) -> None:
    assert isinstance(failure(said), SignInNeeded)


@pytest.mark.parametrize("status", [100, 302, 304, 408, 500, 502, 503, 504])
def test_what_is_no_answer_of_the_calendar_is_tried_again(status: int) -> None:
    assert isinstance(failure(Said(status)), Unavailable)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"error": "invalid_grant"}',
        b'{"error": {"errors": {"reason": "x"}}}',
        b'{"error": {"errors": [1, {"reason": 5}, null]}}',
        b'{"error": {"errors": [' + b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_body_that_tells_nothing_has_no_reasons(body: bytes) -> None:
    assert reasons(Answer(403, {}, body, "")) == frozenset()
