"""Channels: by which Google tells that something changed, over HTTP.

https://developers.google.com/workspace/calendar/api/guides/push
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.session import Session
from metonic_simulators.google.world import World
from metonic_simulators.store.clock import from_stamp, to_stamp
from metonic_simulators.wire.errands import Errands
from metonic_simulators.wire.serving import Send
from metonic_simulators.wire.sign_in import is_https, is_loopback

_ID = re.compile(r"^[A-Za-z0-9\-_+/=]{1,64}$")
_TOKEN_LENGTH = 256
_RETRIED = frozenset({0, 500, 502, 503, 504})
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 3600.0


@dataclass
class Channel:
    """``resource``: ``calendar:ID``, ``list:USER``; ``number``: its last message; ``is_told``: one waits."""

    id: str
    resource: str
    resource_id: str
    uri: str
    user: str
    address: str
    token: str
    expires: datetime
    number: int = 0
    is_told: bool = False
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it went out: ``status`` is the receiver's answer, 0 for none, -1 for one that was lost."""

    channel: str
    number: int
    state: str
    status: int
    attempt: int


class Push:
    """The channels of a world. ``errands`` deliver their messages."""

    def __init__(self, world: World, send: Send, errands: Errands) -> None:
        self.channels: dict[str, Channel] = {}
        self.deliveries: list[Delivery] = []
        self._world = world
        self._send = send
        self._errands = errands
        self._resource_ids: dict[str, str] = {}
        world.tell = self.tell

    def watch(self, session: Session, resource: str) -> dict[str, Any]:
        """A new channel, and its first message; raises Refused."""
        body = session.call.json()
        channel = Channel(
            id=self._new_id(body),
            resource=resource,
            resource_id=self._resource_id(resource),
            uri=f"{session.base}{session.call.path.removesuffix('/watch')}?alt=json",
            user=session.me,
            address=self._address(body),
            token=_text(body, "token"),
            expires=self._expires(body),
        )
        if len(channel.token) > _TOKEN_LENGTH:
            raise errors.invalid("Channel token is too long.")
        self.channels[channel.id] = channel
        self._errands.begin(self._deliver(channel, "sync", 1))
        return _shown(channel)

    def stop(self, session: Session) -> None:
        """Raises Refused for a channel that is not there, or is somebody else's."""
        body = session.call.json()
        channel = self.channels.get(_text(body, "id"))
        is_own = channel is not None and channel.user == session.me
        if channel is None or not is_own or channel.resource_id != _text(body, "resourceId"):
            project = session.world.people.project
            message = f"Channel '{_text(body, 'id')}' not found for project '{project}'"
            raise errors.classic(404, "global", "notFound", message)
        del self.channels[channel.id]
        if self._world.faults.next("PUSH", channel.id, "push-after-stop"):
            self._errands.begin(self._deliver(channel, "exists", 1))
        channel.is_stopped = True

    def tell(self, resource: str, state: str) -> None:
        """What all channels of the resource are to hear; changes close to each other may be one message."""
        now = self._world.clock.now()
        self.channels = {key: one for key, one in self.channels.items() if one.expires > now}
        for channel in self.channels.values():
            if channel.resource == resource and not channel.is_told:
                self._tell(channel, state)

    def _tell(self, channel: Channel, state: str) -> None:
        if not self._world.quirks.is_on("push-delay"):
            self._errands.begin(self._deliver(channel, state, 1))
            return
        channel.is_told = True

        def told() -> None:
            channel.is_told = False
            self._errands.begin(self._deliver(channel, state, 1))

        self._world.clock.later(self._world.quirks.number("push-delay", "seconds"), told)

    async def _deliver(self, channel: Channel, state: str, attempt: int) -> None:
        channel.number += 1 if state == "sync" else 1 + self._world.seeds.number("gap", 5)
        faults = self._world.faults
        if faults.next("PUSH", channel.id, "push-lost"):
            self.deliveries.append(Delivery(channel.id, channel.number, state, -1, attempt))
            return
        times = 2 if faults.next("PUSH", channel.id, "push-doubled") else 1
        for _ in range(times):
            await self._attempt(replace(channel), state, attempt)

    async def _attempt(self, channel: Channel, state: str, attempt: int) -> None:
        """What the receiver cannot take is sent again later, as long as the channel lives."""
        status, _, _ = await self._send(channel.address, _headers(channel, state), b"")
        self.deliveries.append(Delivery(channel.id, channel.number, state, status, attempt))
        if status not in _RETRIED or channel.expires <= self._world.clock.now():
            return
        wait = min(_FIRST_WAIT * 2 ** (attempt - 1), _LONGEST_WAIT)
        self._world.clock.later(wait, partial(self._again, channel, state, attempt + 1))

    def _again(self, channel: Channel, state: str, attempt: int) -> None:
        if channel.id in self.channels and channel.expires > self._world.clock.now():
            self._errands.begin(self._attempt(channel, state, attempt))

    def _new_id(self, body: dict[str, Any]) -> str:
        new_id = _text(body, "id")
        if not new_id:
            raise errors.required("Required: id")
        if not _ID.match(new_id):
            raise errors.classic(400, "global", "push.channelIdInvalid", "Invalid channel id")
        if new_id in self.channels:
            raise errors.classic(400, "global", "channelIdNotUnique", f"Channel id {new_id} not unique")
        if body.get("type") not in {"web_hook", "webhook"}:
            raise errors.classic(400, "global", "push.channelTypeNotSupported", "Channel type not supported")
        return new_id

    def _address(self, body: dict[str, Any]) -> str:
        address = _text(body, "address")
        if not address:
            raise errors.required("Required: address")
        is_spared = is_loopback(address) and self._world.quirks.is_on("http-webhooks")
        if not is_https(address) and not is_spared:
            message = f"WebHook callback must be HTTPS: {address}"
            raise errors.classic(400, "global", "push.webhookUrlNotHttps", message)
        return address

    def _expires(self, body: dict[str, Any]) -> datetime:
        """The nearest of what is asked and what is allowed."""
        now, quirks = self._world.clock.now(), self._world.quirks
        longest = quirks.number("channel-life", "seconds")
        asked, ttl = str(body.get("expiration") or ""), str((body.get("params") or {}).get("ttl") or "")
        if (asked and not asked.isdecimal()) or (ttl and not ttl.isdecimal()):
            raise errors.invalid("Invalid expiration.")
        found = now + timedelta(seconds=min(float(ttl or longest), longest))
        return min(found, from_stamp(min(int(asked) * 1000, to_stamp(found)))) if asked else found

    def _resource_id(self, resource: str) -> str:
        return self._resource_ids.setdefault(resource, self._world.seeds.text("resource", 27))


def _shown(channel: Channel) -> dict[str, Any]:
    found = {
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource_id,
        "resourceUri": channel.uri,
        "expiration": str(to_stamp(channel.expires) // 1000),
    }
    return found | ({"token": channel.token} if channel.token else {})


def _headers(channel: Channel, state: str) -> dict[str, str]:
    found = {
        "Content-Type": "application/json; utf-8",
        "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Channel-Expiration": format_datetime(channel.expires, usegmt=True),
        "X-Goog-Message-Number": str(channel.number),
        "X-Goog-Resource-ID": channel.resource_id,
        "X-Goog-Resource-State": state,
        "X-Goog-Resource-URI": channel.uri,
    }
    return found | ({"X-Goog-Channel-Token": channel.token} if channel.token else {})


def _text(body: dict[str, Any], name: str) -> str:
    """Raises Refused for what is no text."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise errors.invalid(f"Invalid value for: {name}")
    return value
