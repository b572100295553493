"""Requests leave signed in and as they were given, and whatever goes wrong with them is explained."""

import socket
from collections.abc import AsyncIterator

import pytest
from tests.gateway.outside import AUTHORIZATION, LIMITS, PROVIDER, Outside

from metonic_core.spi.errors import Unacceptable, Unavailable
from metonic_gateway.accounts.egress import Egress, Limits


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    outside = Outside()
    await outside.server.start_server()
    yield outside
    await outside.server.close()


@pytest.fixture
async def at_home() -> AsyncIterator[Egress]:
    async with Egress(allow_private_addresses=True, limits=LIMITS) as egress:
        yield egress


async def test_a_request_carries_the_credentials_and_brings_the_answer(
    outside: Outside, at_home: Egress
) -> None:
    client = at_home.client(PROVIDER, outside.url("/dav/"), AUTHORIZATION)

    answer = await client.request("PROPFIND", outside.url("/dav/?a=b"), {"Depth": "0"}, b"<propfind/>")

    assert (answer.status, answer.body, answer.url) == (207, b"hello", outside.url("/dav/?a=b"))
    assert (answer.headers["etag"], answer.headers["dav"]) == ('"1"', "1, calendar-access")
    (asked,) = outside.asked
    assert (asked.method, asked.headers["Depth"], outside.bodies) == ("PROPFIND", "0", [b"<propfind/>"])
    assert asked.headers["Authorization"] == AUTHORIZATION
    assert asked.headers["User-Agent"].startswith("Metonic/")


async def test_a_plugin_cannot_replace_the_credentials(outside: Outside, at_home: Egress) -> None:
    client = at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION)

    await client.request("GET", outside.url(), {"authorization": "Basic other"})

    assert outside.asked[0].headers.getall("Authorization") == [AUTHORIZATION]


@pytest.mark.parametrize("path", ["/a/x%40y.ics", "/a/x@y.ics", "/a%2Fb/", "/a/%7Eb"])
async def test_a_path_is_sent_in_the_spelling_it_was_given(
    path: str, outside: Outside, at_home: Egress
) -> None:
    await at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION).request("GET", outside.url(path))

    assert outside.asked[0].raw_path == path


async def test_a_path_that_http_cannot_carry_is_quoted(outside: Outside, at_home: Egress) -> None:
    await at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION).request("GET", outside.url("/Žofie a"))

    assert outside.asked[0].raw_path == "/%C5%BDofie%20a"


async def test_cookies_are_not_kept(outside: Outside, at_home: Egress) -> None:
    client = at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION)

    for _ in range(2):
        await client.request("GET", outside.url())

    assert "Cookie" not in outside.asked[1].headers


async def test_a_redirect_is_an_answer_and_not_followed(outside: Outside, at_home: Egress) -> None:
    answer = await at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION).request("GET", outside.url("/away"))

    assert (answer.status, answer.headers["location"]) == (302, outside.url("/elsewhere", host="localhost"))
    assert len(outside.asked) == 1


async def test_a_proxy_of_the_environment_is_not_used(
    outside: Outside, at_home: Egress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    answer = await at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION).request("GET", outside.url())

    assert answer.status == 207


async def test_a_body_up_to_the_limit_is_read(outside: Outside, at_home: Egress) -> None:
    client = at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION)

    assert len((await client.request("GET", outside.url("/big/10000"))).body) == 10_000


@pytest.mark.parametrize("path", ["/big/10001", "/bomb"])
async def test_a_larger_body_is_refused_also_when_it_grows_by_decompression(
    path: str, outside: Outside, at_home: Egress
) -> None:
    client = at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION)

    with pytest.raises(Unavailable, match=r"answer of 127\.0\.0\.1 is larger than 10000 bytes"):
        await client.request("GET", outside.url(path))


async def test_the_deadline_spans_the_whole_request(outside: Outside) -> None:
    async with Egress(allow_private_addresses=True, limits=Limits(seconds=0.1)) as egress:
        client = egress.client(PROVIDER, "127.0.0.1", AUTHORIZATION)

        with pytest.raises(Unavailable, match=r"127\.0\.0\.1 did not answer in time"):
            await client.request("GET", outside.url("/slow?token=hunter2"))


async def test_a_port_where_nobody_listens_is_unavailable(at_home: Egress) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(Unavailable) as caught:
            await at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION).request(
                "GET", f"http://127.0.0.1:{port}/?a=hunter2"
            )

    assert caught.value.message == "127.0.0.1 could not be reached."


async def test_a_server_without_a_certificate_is_unavailable(outside: Outside, at_home: Egress) -> None:
    client = at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION)

    with pytest.raises(Unavailable, match=r"No secure connection to 127\.0\.0\.1 could be made"):
        await client.request("GET", outside.url().replace("http:", "https:"))


async def test_a_write_that_is_cut_off_is_not_repeated(outside: Outside, at_home: Egress) -> None:
    client = at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION)
    await client.request("GET", outside.url())

    with pytest.raises(Unavailable, match=r"connection to 127\.0\.0\.1 broke off"):
        await client.request("PUT", outside.url("/cut"), body=b"BEGIN:VCALENDAR")

    assert [asked.method for asked in outside.asked] == ["GET", "PUT"]


@pytest.mark.parametrize(
    "etag", ['"1"\r\nX-Evil: 1', '"1\x00"', '"\ud800"'], ids=["line", "nul", "surrogate"]
)
async def test_a_header_that_http_cannot_carry_is_the_fault_of_one_event(
    etag: str, outside: Outside, at_home: Egress
) -> None:
    client = at_home.client(PROVIDER, "127.0.0.1", AUTHORIZATION)

    with pytest.raises(Unacceptable, match="HTTP cannot carry"):
        await client.request("PUT", outside.url(), {"If-Match": etag})

    assert outside.asked == []
