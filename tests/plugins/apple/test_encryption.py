"""What was begun with encryption goes on with it: no link and no redirect leads the password away from it."""

import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import pytest
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Scripted, found, multistatus
from tests.simulators.certificates import certificate

from metonic_apple.adapter import AppleAdapter
from metonic_apple.paths import asked_next, passed_on
from metonic_core.spi import Account, Answer, NotACalendarServer
from metonic_simulators.icloud import StandIn, icloud
from metonic_simulators.servers import CalendarServer

HERE = "https://cal.example.com:8443/dav/"
MEANT = {
    "/home/": "https://cal.example.com:8443/home/",
    "https://other.example.com/home/": "https://other.example.com/home/",
    "http://cal.example.com/home/?x=1": "https://cal.example.com:8443/home/?x=1",
    "http://CAL.example.com:80/home/": "https://cal.example.com:8443/home/",
    "http://cal.example.com:8443/home/": "https://cal.example.com:8443/home/",
    "//cal.example.com/home/": "https://cal.example.com:8443//cal.example.com/home/",
    "http://cal.example.com/dav/": HERE,
}
REFUSED = [
    "http://other.example.com/home/",
    "http://cal.example.com.evil.example/home/",
    "http://cal.example.com:8008/home/",
    "ftp://cal.example.com/home/",
    "HTTP://other.example.com/home/",
]


@dataclass
class Watched(HttpClient):
    """Keeps the URLs that the password was sent to."""

    urls: list[str] = field(default_factory=list)

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        self.urls.append(url)
        return await super().request(method, url, headers, body)


@dataclass
class Proxied(HttpClient):
    """Reaches a server without encryption by https, as through what ends the encryption before it."""

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        assert url.startswith("https:")
        answer = await super().request(method, url.replace("https:", "http:"), headers, body)
        return replace(answer, url=url)


@dataclass
class Secure:
    """A stand-in that speaks https alone, and who signs in there."""

    stand_in: StandIn
    client: Watched

    async def sign_in(self) -> Account:
        return await AppleAdapter(self.client, account(self.stand_in.url, self.stand_in.user)).authenticate()

    @property
    def without_encryption(self) -> str:
        """The address of the entry host as what stands behind a proxy says it."""
        return self.stand_in.world.entry.replace("https:", "http:")


@pytest.fixture
async def secure(behind: CalendarServer, tmp_path: Path) -> AsyncIterator[Secure]:
    path = certificate(tmp_path)
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours = ssl.create_default_context(cafile=path)
    theirs.load_cert_chain(path)
    async with (
        icloud(behind, usual=("icloud-layout",), tls=theirs) as running,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=ours)) as session,
    ):
        yield Secure(running, Watched(session, running.user, running.password))


async def test_links_without_encryption_to_the_place_itself_mean_the_place(secure: Secure) -> None:
    secure.stand_in.turn_on("plain-http-links")

    signed_in = await secure.sign_in()

    assert signed_in.server == f"{secure.stand_in.world.entry}{secure.stand_in.world.home}"
    assert {url.partition(":")[0] for url in secure.client.urls} == {"https"}


async def test_a_home_that_names_itself_without_encryption_lists_its_calendars(secure: Secure) -> None:
    await secure.stand_in.make_calendar("work")
    secure.stand_in.turn_on("plain-http-links")

    for start in (secure.stand_in.world.home, secure.stand_in.world.account.principal):
        address = secure.stand_in.world.entry + start
        signed_in = await AppleAdapter(secure.client, account(address, secure.stand_in.user)).authenticate()
        listed = await AppleAdapter(secure.client, signed_in).list_calendars()

        assert f"{secure.stand_in.world.home}work/" in {one.id for one in listed}
    assert {url.partition(":")[0] for url in secure.client.urls} == {"https"}


async def test_links_without_encryption_to_another_place_are_refused(
    secure: Secure, stand_in: StandIn
) -> None:
    secure.stand_in.turn_on("plain-http-links", to=stand_in.url)

    with pytest.raises(NotACalendarServer, match="without encryption"):
        await secure.sign_in()

    assert stand_in.log == []
    assert {url.partition(":")[0] for url in secure.client.urls} == {"https"}


async def test_a_home_without_encryption_is_refused_where_the_principal_is_not(
    secure: Secure, stand_in: StandIn
) -> None:
    secure.stand_in.arm("plain-http-links", path="*/principal/", to=stand_in.url)

    with pytest.raises(NotACalendarServer, match="without encryption"):
        await secure.sign_in()

    assert stand_in.log == []
    assert {url.partition(":")[0] for url in secure.client.urls} == {"https"}


async def test_a_redirect_without_encryption_is_refused_however_late_it_comes(
    secure: Secure, stand_in: StandIn
) -> None:
    secure.stand_in.arm("redirected")
    secure.stand_in.arm("redirected", to=stand_in.url)

    with pytest.raises(NotACalendarServer, match="without encryption"):
        await secure.sign_in()

    assert stand_in.log == []
    assert len(secure.client.urls) == 2


async def test_a_redirect_without_encryption_to_the_place_itself_means_the_place(secure: Secure) -> None:
    principal = secure.stand_in.world.account.principal
    secure.stand_in.arm("redirected", to=secure.without_encryption + principal)

    signed_in = await secure.sign_in()

    assert signed_in.server == secure.stand_in.home
    assert {url.partition(":")[0] for url in secure.client.urls} == {"https"}


@pytest.mark.parametrize("refused", ["http://other.example.com/home/", "ftp://127.0.0.1/home/", "http://[/"])
async def test_a_home_that_no_password_is_sent_to_costs_no_other_one(
    server: Scripted, client: HttpClient, refused: str
) -> None:
    hrefs = f"<href>{refused}</href><href>/home/</href><href>{refused}</href>"
    homes = f"<C:calendar-home-set>{hrefs}</C:calendar-home-set>"
    server.on("PROPFIND", "/", multistatus(found("/", homes)))
    address = server.url.replace("http:", "https:")

    signed_in = await AppleAdapter(Proxied(client.session), account(address)).authenticate()

    assert signed_in.server == f"{address}home/"


@pytest.mark.parametrize(("href", "meant"), MEANT.items(), ids=MEANT)
def test_an_address_that_follows_keeps_the_encryption(href: str, meant: str) -> None:
    assert asked_next(HERE, href) == meant


@pytest.mark.parametrize("href", REFUSED)
def test_an_address_that_would_give_it_up_is_refused(href: str) -> None:
    with pytest.raises(NotACalendarServer, match="without encryption"):
        asked_next(HERE, href)


def test_a_redirect_to_the_place_itself_without_encryption_is_refused() -> None:
    with pytest.raises(NotACalendarServer, match="without encryption"):
        passed_on(HERE, "http://cal.example.com/dav/")

    # It would be asked the same again, and say the same: that is for whoever counts redirects.
    assert passed_on(HERE, HERE) == HERE
    assert passed_on(HERE, "http://cal.example.com/home/") == "https://cal.example.com:8443/home/"


def test_without_encryption_from_the_start_there_is_none_to_lose() -> None:
    assert asked_next("http://127.0.0.1:5232/", "http://127.0.0.1:5233/a/") == "http://127.0.0.1:5233/a/"
    assert asked_next("http://127.0.0.1:5232/", "https://127.0.0.1/a/") == "https://127.0.0.1/a/"
