"""User name and password as an Authorization header."""

import base64

import pytest

from metonic_core.spi.errors import SignInNeeded
from metonic_gateway.accounts.basic import basic_authorization


@pytest.mark.parametrize(
    ("username", "password"),
    [("zoë@example.com", "abcd-efgh-ijkl-mnop"), ("zoe", "pass:wörd\u00a0"), ("zoe", "")],
)
def test_name_and_password_travel_in_utf_8(username: str, password: str) -> None:
    scheme, _, encoded = basic_authorization(username, password).partition(" ")

    assert scheme == "Basic"
    assert base64.b64decode(encoded).decode() == f"{username}:{password}"


@pytest.mark.parametrize(
    ("username", "password", "says"),
    [
        ("zoe:x", "hunter2", "colon"),
        ("zoe\n", "hunter2", "control character"),
        ("zoe", "hunter2\x00", "control character"),
        ("zoe", "hunter2\ud800", "control character"),
    ],
    ids=["colon", "newline", "nul", "surrogate"],
)
def test_what_basic_cannot_carry_asks_for_a_new_sign_in(username: str, password: str, says: str) -> None:
    with pytest.raises(SignInNeeded, match=says) as caught:
        basic_authorization(username, password)

    assert "hunter2" not in caught.value.message
