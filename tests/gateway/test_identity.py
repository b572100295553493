"""A token is believed if the platform signed it, in time, and says who is asking."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jws, jwt
from joserfc.jwk import OctKey

from metonic_gateway.http.identity import Identity, NotSignedIn, Role, identify, issue_token, token_key

KEY = token_key("a-secret-of-the-platform-and-ours")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)
CLAIMS = {"sub": "u-1", "role": "trainer", "exp": int(SOON.timestamp())}


@pytest.mark.parametrize(
    "identity",
    [
        Identity(Role.TRAINER, "u-1", "Zoë Žák\u00a0Jr.", "Europe/Prague"),
        Identity(Role.CLIENT, "42"),
        Identity(Role.BACKEND, None),
    ],
)
def test_an_issued_token_tells_who_is_asking(identity: Identity) -> None:
    assert identify(KEY, issue_token(KEY, identity, SOON), NOW) == identity


@pytest.mark.parametrize(("late", "is_believed"), [(29, True), (30, False)])
def test_an_expired_token_is_believed_for_half_a_minute(late: int, *, is_believed: bool) -> None:
    token = issue_token(KEY, Identity(Role.CLIENT, "u-1"), NOW - timedelta(seconds=late))

    if is_believed:
        assert identify(KEY, token, NOW).user_id == "u-1"
    else:
        with pytest.raises(NotSignedIn, match="has expired"):
            identify(KEY, token, NOW)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"exp": None}, "'exp'"),
        ({"exp": "tomorrow"}, "'exp'"),
        ({"exp": True}, "'exp'"),
        ({"nbf": int(SOON.timestamp())}, "'nbf'"),
        ({"sub": None}, "'sub'"),
        ({"sub": ""}, "'sub'"),
        ({"sub": "u" * 256}, "'sub'"),
        ({"sub": 42}, "'sub'"),
        ({"sub": "u\x00"}, "'sub'"),
        ({"sub": "\ud800"}, "'sub'"),
        ({"role": None}, "'role'"),
        ({"role": "admin"}, "'role'"),
        ({"role": ["trainer"]}, "'role'"),
        ({"role": "backend"}, "'sub'"),
        ({"name": 7}, "'name'"),
        ({"name": ["Zoë"]}, "'name'"),
        ({"zoneinfo": "Middle/Earth"}, "'zoneinfo'"),
        ({"zoneinfo": "../etc/passwd"}, "'zoneinfo'"),
        ({"zoneinfo": 1}, "'zoneinfo'"),
    ],
)
def test_a_claim_that_is_missing_or_wrong_is_named(changed: dict[str, object], says: str) -> None:
    claims = {name: value for name, value in (CLAIMS | changed).items() if value is not None}

    with pytest.raises(NotSignedIn, match=says):
        identify(KEY, signed(claims), NOW)


def test_a_token_of_the_backend_speaks_for_no_user_even_when_it_is_null() -> None:
    with pytest.raises(NotSignedIn, match="'sub'"):
        identify(KEY, signed(CLAIMS | {"role": "backend", "sub": None}), NOW)


def test_the_longest_user_id_is_accepted() -> None:
    assert identify(KEY, signed(CLAIMS | {"sub": "u" * 255}), NOW).user_id == "u" * 255


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_is_refused(algorithm: str) -> None:
    token = jwt.encode({"alg": algorithm}, dict(CLAIMS), OctKey.generate_key(512), [algorithm])

    with pytest.raises(NotSignedIn, match="HS256"):
        identify(KEY, token, NOW)


def test_an_unsigned_token_is_refused() -> None:
    token = f"{encoded({'alg': 'none'})}.{encoded(CLAIMS)}."

    with pytest.raises(NotSignedIn, match="HS256"):
        identify(KEY, token, NOW)


def test_a_token_signed_with_another_key_is_refused() -> None:
    token = issue_token(OctKey.generate_key(256), Identity(Role.CLIENT, "u-1"), SOON)

    with pytest.raises(NotSignedIn, match="our key"):
        identify(KEY, token, NOW)


def test_a_token_with_altered_claims_is_refused() -> None:
    head, _, signature = signed(CLAIMS).split(".")

    with pytest.raises(NotSignedIn, match="our key"):
        identify(KEY, f"{head}.{encoded(CLAIMS | {'sub': 'u-2'})}.{signature}", NOW)


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b.c", "a.b", "é.é.é", "\ud800.a.b", "W10.e30.AAAA", "A" * 200_000],
    ids=["empty", "dot", "dots", "no base64", "two parts", "accents", "surrogate", "list", "long"],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(NotSignedIn, match="not valid"):
        identify(KEY, token, NOW)


def test_a_token_with_a_senseless_head_is_refused() -> None:
    token = f"{encoded({'alg': 'HS256', 'crit': 5})}.{encoded(CLAIMS)}.AAAA"

    with pytest.raises(NotSignedIn, match="not valid"):
        identify(KEY, token, NOW)


def test_claims_that_are_no_object_are_refused() -> None:
    token = jws.serialize_compact({"alg": "HS256"}, b"[1]", KEY)

    with pytest.raises(NotSignedIn, match="not valid"):
        identify(KEY, token, NOW)


def signed(claims: dict[str, object]) -> str:
    return jws.serialize_compact({"alg": "HS256"}, json.dumps(claims).encode(), KEY)


def encoded(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
