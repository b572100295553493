"""How a calendar's changes are subscribed to (resource "subscription").

An app has one for each calendar of an account: it is renewed, as none can overlap its successor.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import quote, unquote

from metonic_core.spi import (
    Answer,
    Channel,
    ChannelAsk,
    Misconfigured,
    NotFound,
    ProviderError,
    Unacceptable,
    Unavailable,
)
from metonic_outlook.answers import (
    BAD_REQUEST,
    CONFLICT,
    CREATED,
    DONE,
    OK,
    code_of,
    document,
    expect_nothing,
    refusal,
)
from metonic_outlook.errors import is_missing, read_failure
from metonic_outlook.items import id_of, items_of, text_of
from metonic_outlook.packing import Request

_ALL = "/subscriptions"
_MOST_PAGES = 50
# Other words say less: one code stands for an address that does not answer and for a life that is too long.
_ADDRESS = re.compile("notification (url|endpoint)|validation request", re.IGNORECASE)
_LONGEST = re.compile(r"can only be (\d{2,6}) minutes")
_MARGIN = timedelta(minutes=5)


class Line(Protocol):
    """A session with Graph."""

    async def send(self, request: Request) -> Answer:
        """Whatever was answered."""
        ...

    async def missing(self, calendar_id: str) -> ProviderError:
        """The calendar was not found: whether that is so."""
        ...

    def path_of(self, link: str) -> str:
        """The path of a page that Graph has named."""
        ...


async def subscribe(line: Line, calendar_id: str, ask: ChannelAsk) -> Channel:
    """A subscription to that calendar, instead of one that nobody knows any more."""
    body = {
        "changeType": "created,updated,deleted",
        "notificationUrl": ask.address,
        "lifecycleNotificationUrl": ask.address,
        "resource": _resource(calendar_id),
        "clientState": ask.secret,
    }
    answer = await _asked(line, "POST", _ALL, body, ask.until)
    if answer.status == CONFLICT and await _are_ended(line, calendar_id):
        answer = await _asked(line, "POST", _ALL, body, ask.until)
    if is_missing(answer):
        raise await line.missing(calendar_id)
    if answer.status != CREATED:
        raise _failure(answer)
    found = document(answer)
    if not id_of(found):
        raise Unavailable("Microsoft Graph does not say how it calls a subscription.")
    return Channel(ask.id, ask.secret, id_of(found), _end(found, ask.until))


async def renewed(line: Line, channel: Channel, until: datetime) -> Channel:
    """The same for longer, and with the sign-in of now, which Graph may have asked for; raises NotFound."""
    answer = await _asked(line, "PATCH", _at(channel.resource), {}, until)
    if is_missing(answer):
        raise NotFound("There is no such subscription any more.")
    if answer.status != OK:
        raise _failure(answer)
    return replace(channel, expires_at=_end(document(answer), until))


async def unsubscribe(line: Line, channel: Channel) -> None:
    """One that is gone is ended."""
    await _end_one(line, channel.resource)


async def _asked(line: Line, method: str, path: str, body: Mapping[str, Any], until: datetime) -> Answer:
    """The answer to who asks for something until then, or for as long as Graph allows if that is less."""
    answer = await line.send(Request(method, path, body={**body, "expirationDateTime": _written(until)}))
    allowed = _allowed(answer)
    if allowed is None or allowed >= until:
        return answer
    return await line.send(Request(method, path, body={**body, "expirationDateTime": _written(allowed)}))


def _allowed(answer: Answer) -> datetime | None:
    """Until when it may be asked for, where Graph refuses it as too long: by Graph's own clock."""
    found = _LONGEST.search(text_of(refusal(answer), "message")) if answer.status == BAD_REQUEST else None
    try:
        now = parsedate_to_datetime(answer.headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    if found is None or now.tzinfo is None:
        return None
    return now + timedelta(minutes=int(found[1])) - _MARGIN


async def _are_ended(line: Line, calendar_id: str) -> bool:
    """End the subscriptions to that calendar that stand in the way; False if there are none."""
    standing = await _standing(line, calendar_id)
    for one in standing:
        await _end_one(line, one)
    return bool(standing)


async def _standing(line: Line, calendar_id: str) -> list[str]:
    """The ids of the subscriptions to that calendar."""
    found: list[str] = []
    path = _ALL
    for _ in range(_MOST_PAGES):
        answer = await line.send(Request("GET", path))
        if answer.status != OK:
            raise read_failure(answer)
        page = document(answer)
        found += [id_of(one) for one in items_of(page) if _is_of(text_of(one, "resource"), calendar_id)]
        link = text_of(page, "@odata.nextLink")
        if not link:
            return found
        path = line.path_of(link)
    raise Unavailable("Microsoft Graph's list of subscriptions does not get on.")


async def _end_one(line: Line, subscription: str) -> None:
    answer = await line.send(Request("DELETE", _at(subscription)))
    if answer.status in DONE:
        expect_nothing(answer)
    elif not is_missing(answer):
        raise _failure(answer)


def _failure(answer: Answer) -> ProviderError:
    """Why there is no subscription. What Graph answers may repeat the address, and with it what is secret."""
    if answer.status == BAD_REQUEST and _ADDRESS.search(text_of(refusal(answer), "message")):
        return Misconfigured(
            "Microsoft could not check the public address of this installation: it must be reached by https, "
            "and answer within ten seconds."
        )
    if answer.status < BAD_REQUEST:
        return Unavailable("Something answered in the place of Microsoft Graph.")
    error = read_failure(answer)
    if type(error) is not ProviderError:
        return error
    told = code_of(answer) or f"status {answer.status}"
    return Unacceptable(f"Microsoft Graph does not tell of changes in that calendar: {told}.")


def _at(subscription: str) -> str:
    return f"{_ALL}/{quote(subscription, safe='')}"


def _resource(calendar_id: str) -> str:
    """Nearly as it is: it is no address but a text that is read as one."""
    return f"me/calendars/{quote(calendar_id, safe='=')}/events"


def _is_of(resource: str, calendar_id: str) -> bool:
    """Whoever's calendar Graph says it is: there are no others of this account's."""
    return f"/{unquote(resource).strip('/')}".endswith(f"/calendars/{calendar_id}/events")


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _end(found: Mapping[str, Any], asked: datetime) -> datetime:
    """When it ends, by Graph's word: it may be sooner than was asked for, or later if that was too soon."""
    try:
        moment = datetime.fromisoformat(text_of(found, "expirationDateTime"))
    except ValueError:
        return asked
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
