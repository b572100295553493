"""What is done otherwise at iCloud's hosts: accounts move between them, and refusals give no reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Scripted, event, found, multistatus, redirect
from tests.plugins.apple.test_batch import CREATE, TEXT

from metonic_apple.adapter import AppleAdapter
from metonic_apple.profiles import GENERIC, ICLOUD, profile_of
from metonic_apple.provider import PROVIDER
from metonic_core.spi import (
    Answer,
    CalendarGone,
    ChangePage,
    Failed,
    IdentityTaken,
    SignInNeeded,
    Stored,
    Unavailable,
    Window,
)

ENTRY, OLD, NEW = "caldav.icloud.com", "p12-caldav.icloud.com", "p99-caldav.icloud.com"
HOME, CALENDAR = "/123/calendars/", "/123/calendars/work/"
WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC))
PRINCIPAL = "<current-user-principal><href>/123/principal/</href></current-user-principal>"
CHANGED = multistatus(token="t1")


@dataclass
class Hosts:
    """A client for which every host is a folder of the scripted server."""

    client: HttpClient
    server: Scripted

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        parts = urlsplit(url)
        answer = await self.client.request(
            method, f"{self.server.url}{parts.hostname}{parts.path}", headers, body
        )
        return Answer(answer.status, answer.headers, answer.body, url)


@pytest.fixture
def hosts(server: Scripted, client: HttpClient) -> Hosts:
    return Hosts(client, server)


def adapter(hosts: Hosts) -> AppleAdapter:
    return AppleAdapter(hosts, account(f"https://{OLD}{HOME}"))


def lives_at(server: Scripted, host: str, principal: str = "/123/principal/") -> None:
    """What the entry says about the account."""
    home = f"<C:calendar-home-set><href>https://{host}:443{HOME}</href></C:calendar-home-set>"
    named = PRINCIPAL.replace("/123/principal/", principal)
    server.on("PROPFIND", f"/{ENTRY}/", multistatus(found("/", named)))
    server.on("PROPFIND", f"/{ENTRY}{principal}", multistatus(found(principal, home)))


async def changes(hosts: Hosts) -> ChangePage:
    return await adapter(hosts).get_changes(CALENDAR, "t0", WINDOW)


def test_the_profile_is_chosen_by_the_host() -> None:
    assert {profile_of(f"https://{host}/1/calendars/") for host in (ENTRY, OLD, "icloud.com")} == {ICLOUD}
    assert {profile_of(f"https://{host}/") for host in ("noticloud.com", "icloud.com.example", "")} == {
        GENERIC
    }


@pytest.mark.parametrize("code", [401, 404, 421])
async def test_an_account_that_was_moved_is_asked_for_at_the_entry(
    server: Scripted, hosts: Hosts, code: int
) -> None:
    lives_at(server, NEW)
    server.on("REPORT", f"/{OLD}{CALENDAR}", web.Response(status=code))
    server.on("REPORT", f"/{NEW}{CALENDAR}", CHANGED)
    moved = adapter(hosts)

    first = await moved.get_changes(CALENDAR, "t0", WINDOW)
    asked = len(server.asked)
    await moved.get_changes(CALENDAR, "t0", WINDOW)

    assert first.done == "t1"
    assert len(server.asked) == asked + 1


async def test_several_requests_at_once_ask_for_the_home_once(server: Scripted, hosts: Hosts) -> None:
    lives_at(server, NEW)
    ids = [f"{CALENDAR}{i}.ics" for i in range(150)]
    server.on("REPORT", f"/{OLD}{CALENDAR}", web.Response(status=421))
    server.on("REPORT", f"/{NEW}{CALENDAR}", multistatus(*(event(i, "1", TEXT) for i in ids)))

    await adapter(hosts).hydrate(CALENDAR, ids)

    assert len(server.to("PROPFIND")) == 2


async def test_a_redirect_to_another_partition_is_followed(server: Scripted, hosts: Hosts) -> None:
    server.on("REPORT", f"/{OLD}{CALENDAR}", redirect(301, f"https://{NEW}{CALENDAR}"))
    server.on("REPORT", f"/{NEW}{CALENDAR}", CHANGED)

    assert (await changes(hosts)).done == "t1"


async def test_a_calendar_is_gone_if_it_is_gone_where_the_account_lives(
    server: Scripted, hosts: Hosts
) -> None:
    lives_at(server, OLD)

    with pytest.raises(CalendarGone):
        await changes(hosts)


async def test_a_password_is_refused_if_the_entry_refuses_it(server: Scripted, hosts: Hosts) -> None:
    server.on("REPORT", f"/{OLD}{CALENDAR}", web.Response(status=401))

    lives_at(server, OLD)
    with pytest.raises(Unavailable):
        await changes(hosts)

    server.on("PROPFIND", f"/{ENTRY}/", web.Response(status=401))
    with pytest.raises(SignInNeeded):
        await changes(hosts)


@pytest.mark.parametrize("principal", ["/123/principal/", "/principal/"])
async def test_an_account_is_known_by_its_number_wherever_it_lives(
    server: Scripted, hosts: Hosts, principal: str
) -> None:
    lives_at(server, NEW, principal)

    signed_in = await adapter(hosts).authenticate()

    assert (signed_in.subject, signed_in.server) == (f"{ENTRY}/123/", f"https://{NEW}{HOME}")


async def test_the_website_leads_to_the_entry(server: Scripted, hosts: Hosts) -> None:
    lives_at(server, OLD)

    signed_in = await AppleAdapter(hosts, account("https://www.icloud.com")).authenticate()

    assert signed_in.server == f"https://{OLD}{HOME}"


async def test_a_uid_in_another_calendar_of_the_account_is_taken(server: Scripted, hosts: Hosts) -> None:
    lives_at(server, OLD)
    path = f"/{OLD}{CALENDAR}{CREATE.identity}.ics"
    server.on("PUT", path, web.Response(status=412))
    server.on("REPORT", f"/{OLD}{CALENDAR}", multistatus())

    (outcome,) = await adapter(hosts).write_events(CALENDAR, [CREATE])

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, IdentityTaken)


async def test_hrefs_on_the_entry_host_are_the_same_events(server: Scripted, hosts: Hosts) -> None:
    own = f"{CALENDAR}{CREATE.identity}.ics"
    server.on("PUT", f"/{OLD}{own}", web.Response(status=201))
    server.on("REPORT", f"/{OLD}{CALENDAR}", multistatus(event(f"https://{ENTRY}:443{own}", "1", TEXT)))

    (outcome,) = await adapter(hosts).write_events(CALENDAR, [CREATE])

    assert isinstance(outcome, Stored)
    assert outcome.event.id == own


def test_only_icloud_is_asked_at_a_pace() -> None:
    (pace,) = PROVIDER.paces

    assert all(fnmatchcase(host, pace.host) for host in (ENTRY, OLD, NEW))
    assert not fnmatchcase("caldav.example.com", pace.host)
