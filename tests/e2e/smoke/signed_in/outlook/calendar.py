"""The calendar as its owner sees it at Outlook: plain Graph, straight at the stand-in."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack
from urllib.parse import quote, urlencode

from tests.e2e.smoke.item import Item, Occurrence, When
from tests.e2e.smoke.signed_in.calendar import Change
from tests.e2e.smoke.signed_in.outlook import wire
from tests.e2e.smoke.signed_in.outside import StandIn
from tests.e2e.smoke.table import Difference
from tests.e2e.smoke.waiting import until

Event = Mapping[str, Any]

# The ids that stay, which are those that the platform is told; plain text, and one zone for all.
_PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"'
_BUSY = "MailboxConcurrency"
_MASTER = f"?{urlencode({'$select': wire.MEMBERS, '$expand': 'exceptionOccurrences'})}"


class OutlookCalendar:
    """The default calendar of ``owner``."""

    def __init__(self, stand_in: StandIn, owner: str, calendar_id: str) -> None:
        self.owner = owner
        self.id = calendar_id
        self._stand_in = stand_in
        self._path = f"me/calendars/{quote(calendar_id, safe='')}/events"

    @classmethod
    async def of(cls, stand_in: StandIn, owner: str) -> "OutlookCalendar":
        told = await asked(stand_in, owner, "GET", "me/calendar")
        return cls(stand_in, owner, told["id"])

    async def events(self) -> list[Event]:
        found: list[Event] = []
        path = f"{self._path}?$top=1000"
        while path:
            told = await self._ask("GET", path)
            found += told["value"]
            path = told.get("@odata.nextLink", "").partition("/v1.0/")[2]
        return found

    async def items(self) -> dict[str, Item]:
        found = {}
        for one in await self.events():
            if one["type"] == "seriesMaster":
                one = await self._ask("GET", self._at(one["id"]) + _MASTER)  # noqa: PLW2901 - the same with all that is in it
            found[str(one["id"])] = _item(one)
        return found

    async def create(
        self, title: str, when: When, *, location: str = "", notes: str = "", rules: Sequence[str] = ()
    ) -> str:
        body = wire.written({"title": title, "location": location, "when": when})
        if notes:
            body["body"] = {"contentType": "html", "content": wire.html(notes)}
        if rules:
            body["recurrence"] = wire.recurrence(rules, when)
        made = await self._ask("POST", self._path, body)
        return str(made["id"])

    async def edit(self, event_id: str, **change: Unpack[Change]) -> None:
        await self._ask("PATCH", self._at(event_id), wire.written(change))

    async def delete(self, event_id: str) -> None:
        await self._ask("DELETE", self._at(event_id))

    async def occurrence(self, series_id: str, slot: str, zone: str) -> str:
        at = wire.utc(slot, zone)
        window = urlencode({"startDateTime": f"{at[:10]}T00:00:00", "endDateTime": f"{at[:10]}T23:59:59"})
        told = await self._ask("GET", f"{self._at(series_id)}/instances?{window}")
        return next(str(one["id"]) for one in told["value"] if one["originalStart"][: len(at)] == at)

    def _at(self, event_id: str) -> str:
        return f"{self._path}/{quote(event_id, safe='')}"

    async def _ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON has no narrower type
        return await asked(self._stand_in, self.owner, method, path, body)


async def asked(stand_in: StandIn, owner: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - likewise
    """What Graph answers its user; raises Difference where it refuses.

    In a mailbox the stand-in lets four requests meet, whoever asks: who would be the fifth waits.
    """
    token = await stand_in.token(owner)

    async def ask() -> tuple[Any] | None:
        try:
            return (await stand_in.ask(method, f"/v1.0/{path}", body, token, Prefer=_PREFER),)
        except Difference as error:
            if _BUSY in str(error):
                return None
            raise

    return (await until(ask, "the mailbox is free"))[0]


def _item(event: Event) -> Item:
    when = wire.when(event)
    occurrences: dict[str, Occurrence | None] = {
        f"{name.rpartition('.')[2]}{when[0][10:]}": None for name in event.get("cancelledOccurrences", ())
    }
    for one in event.get("exceptionOccurrences", ()):
        occurrences[wire.local(one["originalStart"], when[2])] = _occurrence(one)
    return Item(
        title=event["subject"],
        when=when,
        location=event["location"]["displayName"],
        notes=wire.text(event["body"]),
        rules=wire.rules(event["recurrence"], when),
        occurrences=tuple(sorted(occurrences.items())),
        is_private=event["sensitivity"] in {"private", "confidential", "personal"},
        is_busy=event["showAs"] != "free",
    )


def _occurrence(event: Event) -> Occurrence:
    return (wire.when(event), event["subject"], event["location"]["displayName"])
