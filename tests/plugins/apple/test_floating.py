"""In which zone times are meant that name none, and what it costs to know."""

from dataclasses import dataclass, replace

import pytest
from tests.plugins.apple.outside import HttpClient, Radicale, account

from metonic_apple.adapter import AppleAdapter
from metonic_core.spi import Seen, Timed

NEW_YORK, OURS = "America/New_York", "Ours"
TEXT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//
BEGIN:VEVENT
UID:{name}
DTSTAMP:20261101T000000Z
SUMMARY:Run
DTSTART{zone}:20270301T090000
DTEND{zone}:20270301T100000
END:VEVENT
END:VCALENDAR
"""


@dataclass
class Home:
    """A calendar, and how to come to it."""

    client: HttpClient
    server: str
    calendar: str

    def adapter(self, zone: str | None = None) -> AppleAdapter:
        """Of a user in that zone."""
        return AppleAdapter(self.client, replace(account(self.server), zone=zone))

    async def is_in(self, zone: str) -> None:
        """Let the calendar say so."""
        text = f"BEGIN:VCALENDAR&#10;BEGIN:VTIMEZONE&#10;TZID:{zone}&#10;END:VTIMEZONE&#10;END:VCALENDAR"
        body = f"""<propertyupdate xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>
          <C:calendar-timezone>{text}</C:calendar-timezone></prop></set></propertyupdate>"""
        headers = {"Content-Type": "application/xml"}
        url = f"{self.server}{self.calendar}"
        answer = await self.client.request("PROPPATCH", url, headers, body.encode())
        assert b"200 OK" in answer.body

    async def put(self, name: str, zone: str = "") -> str:
        """An event; its id."""
        made, headers = f"{self.calendar}{name}.ics", {"Content-Type": "text/calendar"}
        body = TEXT.format(name=name, zone=zone).replace("\n", "\r\n").encode()
        answer = await self.client.request("PUT", f"{self.server}{made}", headers, body)
        assert answer.status == 201, answer.body
        return made


@pytest.fixture
def home(radicale: Radicale, client: HttpClient, calendar: str) -> Home:
    return Home(client, radicale.url.rstrip("/"), calendar)


@pytest.mark.parametrize(
    ("place", "users", "meant"),
    [
        (NEW_YORK, "Europe/Berlin", NEW_YORK),
        (None, "Europe/Berlin", "Europe/Berlin"),
        (OURS, "Europe/Berlin", "Europe/Berlin"),
        (None, None, "UTC"),
    ],
)
async def test_a_floating_time_is_the_calendars_or_else_the_users(
    place: str | None, users: str | None, meant: str, home: Home
) -> None:
    if place is not None:
        await home.is_in(place)
    run = await home.put("run")

    (read,) = await home.adapter(users).hydrate(home.calendar, [run])

    assert isinstance(read, Seen)
    assert isinstance(read.event.content.when, Timed)
    assert (read.event.content.when.start.hour, read.event.content.when.zone) == (9, meant)
    assert not read.event.can_write_time


@pytest.mark.parametrize(("zone", "asked"), [("", 1), (";TZID=Europe/Berlin", 0)])
async def test_a_calendar_is_asked_for_its_zone_once_and_only_where_times_float(
    zone: str, asked: int, home: Home
) -> None:
    await home.is_in(NEW_YORK)
    ids = [await home.put(name, zone) for name in ("one", "two")]
    adapter = home.adapter()

    for one in ids:
        await adapter.hydrate(home.calendar, [one])

    assert [method for method, _ in home.client.asked].count("PROPFIND") == asked
