"""A create writes over nothing, also where a server does not hear If-None-Match (Zimbra, SOGo)."""

from aiohttp import web
from tests.plugins.apple.outside import HttpClient
from tests.plugins.apple.scripted import Scripted, event, multistatus
from tests.plugins.apple.test_batch import CALENDAR, CREATE, PATH, TEXT, write

from metonic_apple.profiles import profile_of
from metonic_core.spi import Failed, IdentityTaken, Stored


async def test_what_somebody_else_has_put_there_stays(server: Scripted, client: HttpClient) -> None:
    other = TEXT.replace("X-METONIC-COPY:marker\r\n", "")
    server.on("PUT", PATH, web.Response(status=201))
    server.on("REPORT", CALENDAR, multistatus(event(PATH, "1", other)))

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, IdentityTaken)
    assert server.to("PUT") == []


async def test_what_an_earlier_attempt_has_put_there_is_adopted(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, multistatus(event(PATH, "1", TEXT)))

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Stored)
    assert outcome.is_adopted
    assert server.to("PUT") == []


def test_icloud_is_not_asked_first() -> None:
    assert profile_of("https://p42-caldav.icloud.com/").hears_if_none_match
    assert not profile_of("https://dav.example.org/").hears_if_none_match
