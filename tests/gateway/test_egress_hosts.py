"""Credentials leave for the hosts that may see them, and for no other."""

import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.gateway.outside import AUTHORIZATION, LIMITS, PROVIDER, Outside

from metonic_core.spi.errors import Misconfigured, Unavailable
from metonic_gateway.accounts.egress import Egress

NAMES = {
    "rebound.pear.test": ["127.0.0.1"],
    "both.pear.test": ["8.8.8.8", "127.0.0.1"],
    "metadata.pear.test": ["169.254.169.254"],
    "wrapped.pear.test": ["::ffff:127.0.0.1"],
}


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The domain name system, which is outside: of ``.test`` it knows these names and no other."""
    ask = socket.getaddrinfo

    def answer(host: str, port: int, *options: int) -> list[Any]:
        if not host.rstrip(".").lower().endswith(".test"):
            return ask(host, port, *options)
        if host not in NAMES:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        *kind, _flags = options
        return [found for address in NAMES[host] for found in ask(address, port, *kind)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


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


@pytest.fixture
async def in_public() -> AsyncIterator[Egress]:
    async with Egress(allow_private_addresses=False, limits=LIMITS) as egress:
        yield egress


@pytest.mark.parametrize(
    "host", ["caldav.pear.test", "p42-caldav.pear.test", "CALDAV.pear.test.", "a.b.pear.test"]
)
async def test_the_hosts_of_the_provider_may_be_asked(host: str, in_public: Egress) -> None:
    client = in_public.client(PROVIDER, "https://dav.example.com", AUTHORIZATION)

    with pytest.raises(Unavailable, match="could not be found"):
        await client.request("GET", f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/",
        "https://pear.test/",
        "https://evilpear.test/",
        "https://caldav.pear.test.evil.test/",
        "https://dav.example.com.evil.test/",
        "https://evil.test/?caldav.pear.test",
        "https://evil.test#caldav.pear.test",
    ],
)
async def test_other_hosts_are_refused(url: str, in_public: Egress) -> None:
    client = in_public.client(PROVIDER, "https://dav.example.com/a/", AUTHORIZATION)

    with pytest.raises(Misconfigured, match="may not be sent to"):
        await client.request("GET", url)


async def test_no_credentials_reach_a_host_that_was_not_typed(outside: Outside, at_home: Egress) -> None:
    client = at_home.client(PROVIDER, "dav.example.com", AUTHORIZATION)

    with pytest.raises(Misconfigured, match=r"127\.0\.0\.1: it is neither .* nor one of Pear"):
        await client.request("GET", outside.url())

    assert outside.asked == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("/relative/", "names no host"),
        ("https:///x", "names no host"),
        ("https://h:99999/", "check how it is written"),
        ("https://dav.example.com\\@evil.test/", "check how it is written"),
        ("https://zoe:hunter2@dav.example.com/", "user name or a password"),
        ("https://zoe@dav.example.com/", "user name or a password"),
    ],
)
async def test_what_is_no_plain_address_is_refused(url: str, says: str, in_public: Egress) -> None:
    client = in_public.client(PROVIDER, "https://dav.example.com", AUTHORIZATION)

    with pytest.raises(Misconfigured, match=says) as caught:
        await client.request("GET", url)

    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize("scheme", ["http", "ftp", "file", "ws"])
async def test_only_https_is_spoken_in_public(scheme: str, in_public: Egress) -> None:
    client = in_public.client(PROVIDER, "dav.example.com", AUTHORIZATION)

    with pytest.raises(Misconfigured, match="must be asked over https"):
        await client.request("GET", f"{scheme}://dav.example.com/")


async def test_plain_http_stays_at_home(at_home: Egress) -> None:
    client = at_home.client(PROVIDER, "8.8.8.8", AUTHORIZATION)

    with pytest.raises(
        Misconfigured, match=r"8\.8\.8\.8 has no private address, so it must be asked over https"
    ):
        await client.request("GET", "http://8.8.8.8/")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]"]
)
async def test_a_private_address_is_refused_in_public(host: str, in_public: Egress) -> None:
    client = in_public.client(PROVIDER, host, AUTHORIZATION)

    with pytest.raises(Misconfigured, match="METONIC_ALLOW_PRIVATE_ADDRESSES"):
        await client.request("GET", f"https://{host}/")


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0177.0.0.1"])
async def test_an_address_in_disguise_is_not_asked(host: str, in_public: Egress) -> None:
    with pytest.raises(Misconfigured, match="is not the name of a server"):
        await in_public.client(PROVIDER, host, AUTHORIZATION).request("GET", f"https://{host}/")


async def test_a_name_of_a_private_address_is_refused_in_public(outside: Outside, in_public: Egress) -> None:
    client = in_public.client(PROVIDER, "localhost", AUTHORIZATION)

    with pytest.raises(
        Misconfigured, match=r"localhost has no public address.*METONIC_ALLOW_PRIVATE_ADDRESSES"
    ):
        await client.request("GET", f"https://localhost:{outside.server.port}/")

    assert outside.asked == []


async def test_a_name_of_a_private_address_is_asked_at_home(outside: Outside, at_home: Egress) -> None:
    answer = await at_home.client(PROVIDER, "localhost", AUTHORIZATION).request(
        "GET", outside.url(host="localhost")
    )

    assert answer.status == 207


@pytest.mark.parametrize("name", ["rebound", "metadata", "wrapped"])
async def test_a_name_is_judged_by_what_it_resolves_to(name: str, in_public: Egress) -> None:
    client = in_public.client(PROVIDER, "https://dav.example.com", AUTHORIZATION)

    with pytest.raises(Misconfigured, match=f"{name}.pear.test has no public address"):
        await client.request("GET", f"https://{name}.pear.test/")


async def test_of_several_addresses_only_those_that_may_be_asked_are(
    outside: Outside, at_home: Egress
) -> None:
    client = at_home.client(PROVIDER, "https://dav.example.com", AUTHORIZATION)

    answer = await client.request("GET", outside.url(host="both.pear.test"))

    assert answer.status == 207


async def test_the_address_of_a_cloud_s_metadata_is_refused_even_at_home(at_home: Egress) -> None:
    client = at_home.client(PROVIDER, "169.254.169.254", AUTHORIZATION)

    with pytest.raises(Misconfigured, match="no calendar server can have"):
        await client.request("GET", "https://169.254.169.254/latest/meta-data")


@pytest.mark.parametrize("server", [f"http://{'a' * 300}", f"https://{'a' * 300}/"])
async def test_what_is_no_name_of_a_server_is_said(server: str, at_home: Egress) -> None:
    with pytest.raises(Misconfigured, match=r"is not the (name|address) of a server"):
        await at_home.client(PROVIDER, server, AUTHORIZATION).request("GET", server)
