"""What an answer says of when to ask again."""

import pytest

from metonic_core.spi import Answer


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "37"}, 37),
        ({"retry-after": "2.128"}, 2.128),
        ({"retry-after": "99999999999"}, 7 * 24 * 3600),
        ({"retry-after": "Tue, 07 Mar 2028 10:01:00 GMT", "date": "Tue, 07 Mar 2028 10:00:00 GMT"}, 60),
        ({"retry-after": "Tue, 07 Mar 2028 09:00:00 GMT", "date": "Tue, 07 Mar 2028 10:00:00 GMT"}, 0),
        ({"retry-after": "Tue, 07 Mar 2028 10:01:00 GMT"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": ".5"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_a_wait_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert Answer(429, headers, b"", "https://example.com/").retry_after == seconds
