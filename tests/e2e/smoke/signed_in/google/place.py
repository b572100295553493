"""Google: who allows may allow in part, and a grant can be given back."""

from collections.abc import Sequence

from tests.e2e.smoke.api import Told
from tests.e2e.smoke.bad_input import refused
from tests.e2e.smoke.signed_in.google.calendar import GoogleCalendar
from tests.e2e.smoke.signed_in.person import Person
from tests.e2e.smoke.signed_in.place import Check, Place
from tests.e2e.smoke.table import expect

_EVENTS = "https://www.googleapis.com/auth/calendar.events"


class Google(Place):
    provider = "google"
    kind = "google"
    origins = ("https://www.googleapis.com", "https://accounts.google.com", "https://oauth2.googleapis.com")
    forgetting = "expire-sync-tokens"
    too_many = ("rate-limited", 12, {"status": 429})
    closing = "channels.stop"

    @staticmethod
    def accounts(addresses: Sequence[str]) -> Sequence[str]:
        return [word for address in addresses for word in ("--user", address)]

    async def calendar(self, owner: str) -> GoogleCalendar:
        return GoogleCalendar(self.stand_in, owner)

    def refusals(self, person: Person) -> Sequence[Check]:
        return (("who allows too little is told so, and is not connected", self._too_little(person)),)

    async def forge(self, person: Person, service: str) -> int:  # noqa: ARG002 - nobody asks whose it is
        channel = (await self.stand_in.ask("GET", "/-/deliveries"))[-1]["channel"]
        headers = {
            "X-Goog-Channel-ID": channel,
            "X-Goog-Channel-Token": "guessed",
            "X-Goog-Resource-State": "exists",
        }
        url = f"{service}/webhooks/{self.provider}/{channel}"
        async with self.stand_in.session.post(url, headers=headers) as answer:
            return answer.status

    async def leave(self, person: Person) -> Told:
        before = await self.statuses("revoke")
        told = await super().leave(person)
        expect("how the grant was given back", await self.statuses("revoke"), [*before, 200])
        return told

    async def _too_little(self, person: Person) -> None:
        refused(await person.sign_in(without=[_EVENTS]), "SCOPES_MISSING")

        expect("the calendar", await person.api.status(), None)
        expect("how the grant was given back", await self.statuses("revoke"), [200])
