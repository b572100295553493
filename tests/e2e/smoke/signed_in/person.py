"""Somebody who has a calendar at a provider, and signs in to it."""

from collections.abc import Collection
from dataclasses import dataclass

from tests.e2e.smoke.api import ANY_ERROR, Told
from tests.e2e.smoke.item import Item, of_appointment
from tests.e2e.smoke.signed_in import browser
from tests.e2e.smoke.signed_in.calendar import Calendar
from tests.e2e.smoke.table import agree, expect
from tests.e2e.smoke.user import User, path_in
from tests.e2e.smoke.waiting import until

_OF = "$provider: ProviderName!, $page: String!"
_START = f"... on ConnectionStart {{ authUrl }} {ANY_ERROR}"
CONNECT = (
    f"mutation ({_OF}) {{ it: connectProvider(provider: $provider, redirectUri: $page) {{ {_START} }} }}"
)
RECONNECT = (
    f"mutation ({_OF}) {{ it: reconnectProvider(provider: $provider, redirectUri: $page) {{ {_START} }} }}"
)
COMPLETE = f"""mutation ($provider: ProviderName!, $code: String!, $state: String!) {{
  it: completeConnection(provider: $provider, code: $code, state: $state) {{
    ... on ConnectedCalendar {{ id calendarId }} {ANY_ERROR} }} }}"""

TOLD_SECONDS = 60.0
"""Within which a provider has told of a change, and it has been looked at."""


@dataclass
class Person(User):
    """Whose ``calendar`` is on the other side, and whose frontend has that ``page``."""

    calendar: Calendar
    page: str

    async def sign_in(self, operation: str = CONNECT, without: Collection[str] = ()) -> Told:
        """All of it, as a frontend and a browser do it: what `completeConnection` says."""
        begun = await self.api.do(operation, page=self.page)
        got = await browser.agree(begun["authUrl"], self.calendar.owner, page=self.page, without=without)
        told: Told = await self.api.ask(COMPLETE, code=got["code"], state=got["state"])
        return told

    async def connect(self) -> Told:
        told = await self.sign_in()
        expect(f"{self.name}'s own calendar is chosen", told.get("calendarId"), self.calendar.id)
        await self.api.settled()
        return told

    async def told_of(self, title: str) -> Told:
        """The appointment of that title, as soon as it has come by itself."""

        async def look() -> Told | None:
            return next((one for one in await self.api.appointments() if one["title"] == title), None)

        return await until(look, f"{title!r} has come", TOLD_SECONDS)

    async def items(self) -> dict[str, Item]:
        return await self.calendar.items()

    async def in_step(self) -> list[Told]:
        """Each appointment has one event and each event one appointment, and they say the same."""
        told = await self.api.appointments()
        here = {path_in(t) or f"no event: {t['title']}": of_appointment(t) for t in told}
        agree(f"{self.name}'s calendar", here, await self.calendar.items())
        return told
