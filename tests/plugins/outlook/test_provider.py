"""What Outlook declares, who signs in, and which calendars there are."""

from datetime import timedelta
from importlib.metadata import entry_points

import pytest
from tests.plugins.outlook.scripted import Scripted, refused
from tests.plugins.outlook.standing import ALICE, GraphStand
from tests.plugins.outside import HttpClient, account, session
from tests.plugins.scripted import Said

from metonic_core.spi import AccessDenied, OAuth2, Unavailable
from metonic_core.testing.checks.contents import DAY, creating
from metonic_outlook import metonic_provider
from metonic_outlook.adapter import OutlookAdapter
from metonic_outlook.provider import PROVIDER
from metonic_simulators.graph import seeding

CAROL = "carol@outlook.example"


def test_it_is_found_by_its_entry_point() -> None:
    (found,) = entry_points(group="metonic.providers", name="outlook")

    assert found.load().metonic_provider() is metonic_provider() is PROVIDER


def test_what_it_needs_is_asked_for_at_the_platform_of_all_accounts() -> None:
    sign_in = PROVIDER.sign_in

    assert isinstance(sign_in, OAuth2)
    assert "/common/" in sign_in.authorize_url
    assert {"offline_access", "Calendars.ReadWrite"} <= set(sign_in.scopes)
    assert sign_in.revoke_url is None
    assert PROVIDER.hosts == ("graph.microsoft.com",)


def test_a_mailbox_takes_ten_thousand_requests_in_ten_minutes_and_four_at_the_same_time() -> None:
    (pace,) = PROVIDER.paces

    assert (pace.units, pace.span, pace.at_once) == (10_000, timedelta(minutes=10), 4)
    assert not PROVIDER.capabilities.silent_writes


async def test_a_personal_account_is_known_by_its_address(stand: GraphStand) -> None:
    async with session() as http:
        client = HttpClient(http, stand.graph.token_for(CAROL))
        adapter = OutlookAdapter(client, account(stand.graph.url))
        found, calendars = await adapter.authenticate(), await adapter.list_calendars()

    assert (found.name, found.username) == (CAROL, CAROL)
    assert found.subject == stand.graph.user(CAROL).id
    named = {calendar.name: (calendar.is_primary, calendar.is_writable) for calendar in calendars}
    assert named == {"Calendar": (True, True), "Birthdays": (False, False)}
    assert found.calendar_id in {calendar.id for calendar in calendars}


async def test_days_begin_where_most_events_were_made(stand: GraphStand) -> None:
    london, berlin = ({"timeZone": name} for name in ("GMT Standard Time", "W. Europe Standard Time"))
    for zone in (berlin, london, {"timeZone": "UTC"}, london, {"timeZone": "UTC"}, {"timeZone": "UTC"}):
        times = {"start": {"dateTime": "2028-03-07T10:00:00", **zone}}
        seeding.put_event(stand.graph.world, {"calendar": ALICE, "event": times | {"end": times["start"]}})

    found = await stand.adapter.authenticate()

    assert found.zone == "Europe/London"
    assert (await PROVIDER.adapter(stand.client, found).authenticate()).zone == "Europe/London"
    adapter = PROVIDER.adapter(stand.client, found)
    await adapter.create_event(stand.calendar_id, creating(DAY))
    (made,) = stand.shelf.living()
    assert made.body["start"]["timeZone"] == "GMT Standard Time"


async def test_calendars_of_all_pages_are_listed(stand: GraphStand) -> None:
    stand.graph.turn_on("short-pages", size=1)
    await stand.ask("GET", "")

    assert {calendar.name for calendar in await stand.adapter.list_calendars()} == {"Calendar", "Studio"}


async def test_where_private_events_are_hidden_nothing_is_written(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    entry = {"id": "c", "name": "Ours", "canEdit": True, "canViewPrivateItems": False, "hexColor": "#aabbcc"}
    server.on("GET", "/me/calendars", Said(body={"value": [entry, {"name": "without id"}]}))

    (found,) = await adapter.list_calendars()

    assert (found.is_writable, found.color) == (False, "#aabbcc")


async def test_an_account_without_a_mailbox_is_told_so(server: Scripted, adapter: OutlookAdapter) -> None:
    server.on("GET", "/me", Said(body={"id": "u", "mail": None, "userPrincipalName": "u@example.com"}))
    server.on("GET", "/me/calendar", refused(404, "MailboxNotEnabledForRESTAPI"))

    with pytest.raises(AccessDenied):
        await adapter.authenticate()


async def test_calendars_that_fail_are_not_none(server: Scripted, adapter: OutlookAdapter) -> None:
    for said in (refused(500, "ErrorInternalServerTransientError"), Said(body={"value": None}), Said(200)):
        server.on("GET", "/me/calendars", said)
        with pytest.raises(Unavailable):
            await adapter.list_calendars()
