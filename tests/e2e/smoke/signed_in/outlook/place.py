"""Outlook: its administrators decide as well, and a subscription has a life of its own."""

from collections.abc import Sequence
from typing import Any

from tests.e2e.smoke.api import Told
from tests.e2e.smoke.item import timed
from tests.e2e.smoke.scene import day
from tests.e2e.smoke.signed_in import browser
from tests.e2e.smoke.signed_in.outlook.calendar import OutlookCalendar, asked
from tests.e2e.smoke.signed_in.person import CONNECT, TOLD_SECONDS, Person
from tests.e2e.smoke.signed_in.place import Check, Place
from tests.e2e.smoke.table import Difference, expect
from tests.e2e.smoke.waiting import until

# Accounts of no organization and those of one take turns.
_KINDS = ("--personal", "--user")
_WITHDRAWN_AT = "myapps.microsoft.com"


class Outlook(Place):
    provider = "outlook"
    kind = "graph"
    origins = ("https://graph.microsoft.com", "https://login.microsoftonline.com")
    forgetting = "expire-delta-tokens"
    # With a fraction, as in Microsoft's own sample; nothing of a batch is tried after one that is refused.
    too_many = ("throttled", 6, {"status": 429, "code": "ApplicationThrottled", "retry_after": "2.128"})
    closing = "subscriptions.delete"

    @staticmethod
    def accounts(addresses: Sequence[str]) -> Sequence[str]:
        pairs = enumerate(addresses)
        return [word for number, address in pairs for word in (_KINDS[number % len(_KINDS)], address)]

    async def calendar(self, owner: str) -> OutlookCalendar:
        return await OutlookCalendar.of(self.stand_in, owner)

    def refusals(self, person: Person) -> Sequence[Check]:
        name = "whom an administrator has to let comes back with an error, and is not connected"
        return ((name, self._not_let(person)),)

    def lapses(self, person: Person) -> Sequence[Check]:
        return (
            ("a subscription that has to be authorized again goes on", self._authorized_again(person)),
            ("one that Graph removes is opened again, and nothing is missed", self._removed(person)),
        )

    async def forge(self, person: Person, service: str) -> int:  # noqa: ARG002 - the address is told there
        subscription = await self._subscription(person)
        item = {
            "subscriptionId": subscription["id"],
            "clientState": "guessed",
            "changeType": "updated",
            "resource": subscription["resource"],
        }
        address, told = subscription["notificationUrl"], {"value": [item]}
        async with self.stand_in.session.post(address, json=told) as answer:
            return answer.status

    async def take_back(self, person: Person) -> None:
        await super().take_back(person)
        # Graph hears of it before the tokens that are out end: continuous access evaluation.
        await self.stand_in.arm("unauthorized", person.calendar.id)

    async def leave(self, person: Person) -> Told:
        told = await super().leave(person)
        if _WITHDRAWN_AT not in (told["nextStep"] or ""):
            raise Difference(f"Nobody says where the grant is taken back: {told}")
        return told

    async def _not_let(self, person: Person) -> None:
        owner = person.calendar.owner
        await self.stand_in.ask("PUT", f"/-/users/{owner}", {"state": "admin-required"})
        begun = await person.api.do(CONNECT, page=person.page)
        got = await browser.agree(begun["authUrl"], owner, page=person.page)
        await self.stand_in.ask("PUT", f"/-/users/{owner}", {"state": "active"})

        expect("what the page gets", (got.get("error"), "code" in got), ("admin_consent_required", False))
        expect("the calendar", await person.api.status(), None)

    async def _authorized_again(self, person: Person) -> None:
        before = await self._subscription(person)
        await self._live(before, "reauthorizationRequired")

        async def look() -> bool | None:
            known = await self.stand_in.ask("GET", "/-/subscriptions")
            return any(one["id"] == before["id"] and not one["paused"] for one in known) or None

        await until(look, "the subscription goes on", TOLD_SECONDS)
        await self._comes(person, "After a new authorization")

    async def _removed(self, person: Person) -> None:
        before = await self._subscription(person)
        await self._live(before, "subscriptionRemoved")
        await self._comes(person, "While nobody listened")

        async def look() -> bool | None:
            known = await self._subscriptions(person)
            return [one["id"] for one in known] not in ([], [before["id"]]) or None

        await until(look, "there is another subscription", TOLD_SECONDS)
        await self._comes(person, "When somebody listened again")

    async def _comes(self, person: Person, title: str) -> None:
        await person.calendar.create(title, timed(day(9), 8))
        await person.told_of(title)
        await person.api.settled()
        await person.in_step()

    async def _live(self, subscription: Told, event: str) -> None:
        await self.stand_in.ask("POST", f"/-/subscriptions/{subscription['id']}/lifecycle", {"event": event})

    async def _subscription(self, person: Person) -> Told:
        found = await self._subscriptions(person)
        expect("how many subscriptions there are", len(found), 1)
        one: Told = found[0]
        return one

    async def _subscriptions(self, person: Person) -> list[Any]:
        told = await asked(self.stand_in, person.calendar.owner, "GET", "subscriptions")
        found: list[Any] = told["value"]
        return found
