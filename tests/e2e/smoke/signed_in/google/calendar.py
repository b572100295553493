"""The calendar as its owner sees it at Google: the plain API, straight at the stand-in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Unpack
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from tests.e2e.smoke.item import Item, Occurrence, When, plain_rule
from tests.e2e.smoke.signed_in.calendar import Change
from tests.e2e.smoke.signed_in.outside import StandIn

Event = Mapping[str, Any]
_NAMES = {"title": "summary", "location": "location"}


class GoogleCalendar:
    """The primary calendar of ``owner``."""

    def __init__(self, stand_in: StandIn, owner: str) -> None:
        self.owner = owner
        self.id = owner
        self._stand_in = stand_in
        self._path = f"/calendar/v3/calendars/{quote(owner)}/events"

    async def events(self) -> list[Event]:
        """Series, and their exceptions beside them."""
        found: list[Event] = []
        page: Mapping[str, str] = {}
        while True:
            told = await self._ask("GET", f"?{urlencode({'maxResults': 2500, **page})}")
            found += told.get("items", [])
            if "nextPageToken" not in told:
                return found
            page = {"pageToken": told["nextPageToken"]}

    async def items(self) -> dict[str, Item]:
        events = await self.events()
        exceptions = [one for one in events if "recurringEventId" in one]
        return {
            one["id"]: _item(one, [e for e in exceptions if e["recurringEventId"] == one["id"]])
            for one in events
            if "recurringEventId" not in one
        }

    async def create(
        self, title: str, when: When, *, location: str = "", notes: str = "", rules: Sequence[str] = ()
    ) -> str:
        recurrence = {"recurrence": [f"RRULE:{rule}" for rule in rules]} if rules else {}
        body = {"summary": title, "location": location, "description": notes, **_said(when), **recurrence}
        made = await self._ask("POST", "", body)
        return str(made["id"])

    async def edit(self, event_id: str, **change: Unpack[Change]) -> None:
        body: dict[str, object] = _said(change["when"]) if "when" in change else {}
        body |= {_NAMES[name]: text for name, text in change.items() if name in _NAMES}
        await self._ask("PATCH", f"/{event_id}", body)

    async def delete(self, event_id: str) -> None:
        await self._ask("DELETE", f"/{event_id}")

    async def occurrence(self, series_id: str, slot: str, zone: str) -> str:
        told = await self._ask("GET", f"/{series_id}/instances?maxResults=250")
        at = datetime.fromisoformat(slot).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        return next(
            str(one["id"])
            for one in told["items"]
            if datetime.fromisoformat(one["originalStartTime"]["dateTime"]) == at
        )

    async def _ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON has no narrower type
        token = await self._stand_in.token(self.owner)
        return await self._stand_in.ask(method, self._path + path, body, token)


def _said(when: When) -> dict[str, object]:
    """A span as Google takes it: of one of the other kind that stands there nothing is left."""
    start, end, zone = when
    if not zone:
        none = {"dateTime": None, "timeZone": None}
        return {"start": {"date": start, **none}, "end": {"date": end, **none}}
    return {
        "start": {"date": None, "dateTime": start, "timeZone": zone},
        "end": {"date": None, "dateTime": end, "timeZone": zone},
    }


def _item(event: Event, exceptions: Iterable[Event]) -> Item:
    when = _when(event)
    occurrences: dict[str, Occurrence | None] = {
        slot: None for line in _lines(event, "EXDATE") for slot in _slots(line, when[2])
    }
    for one in exceptions:
        slot = _local(one["originalStartTime"], when[2])
        is_cancelled = one["status"] == "cancelled"
        occurrences[slot] = None if is_cancelled else _occurrence(one)
    return Item(
        title=event.get("summary", ""),
        when=when,
        location=event.get("location", ""),
        notes=event.get("description", ""),
        rules=frozenset(plain_rule(line.partition(":")[2], when) for line in _lines(event, "RRULE")),
        occurrences=tuple(sorted(occurrences.items())),
        is_private=event.get("visibility") in {"private", "confidential"},
        is_busy=event.get("transparency") != "transparent",
    )


def _occurrence(event: Event) -> Occurrence:
    return (_when(event), event.get("summary", ""), event.get("location", ""))


def _when(event: Event) -> When:
    zone = event["start"].get("timeZone", "")
    return (_local(event["start"], zone), _local(event["end"], zone), zone)


def _local(point: Mapping[str, str], zone: str) -> str:
    """A moment by the wall clock of that zone, or a day."""
    if "date" in point:
        return point["date"]
    at = datetime.fromisoformat(point["dateTime"]).astimezone(ZoneInfo(zone))
    return at.replace(tzinfo=None).isoformat()


def _lines(event: Event, name: str) -> list[str]:
    return [line for line in event.get("recurrence", []) if line.upper().startswith(name)]


def _slots(line: str, zone: str) -> Iterable[str]:
    """The dates of an ``EXDATE`` line."""
    head, _, values = line.partition(":")
    named = head.partition("TZID=")[2] or zone
    for value in values.split(","):
        if "T" not in value:
            yield date.fromisoformat(value).isoformat()
        else:
            at = datetime.fromisoformat(value)
            aware = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(named))
            yield aware.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()
