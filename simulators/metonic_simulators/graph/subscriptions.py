"""Subscriptions, by which Graph tells that something changed, over HTTP.

https://learn.microsoft.com/en-us/graph/api/resources/subscription
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from metonic_simulators.graph import errors, ids
from metonic_simulators.graph.call import Reply
from metonic_simulators.graph.courier import Courier
from metonic_simulators.graph.events import listing, zones
from metonic_simulators.graph.mailbox import Body, Calendar, Event
from metonic_simulators.graph.people import User
from metonic_simulators.graph.session import Session
from metonic_simulators.graph.world import World
from metonic_simulators.wire.errands import Errands
from metonic_simulators.wire.faults import Unusable
from metonic_simulators.wire.serving import Send
from metonic_simulators.wire.sign_in import is_https, is_loopback, with_query

LIFECYCLE = ("reauthorizationRequired", "subscriptionRemoved", "missed")
_CHANGES = frozenset({"created", "updated", "deleted"})
_RESOURCE = re.compile(
    r"^/?(?:me|users/(?P<user>[^/]+))/(?:calendar/|calendars/(?P<calendar>[^/]+)/)?events/?$", re.IGNORECASE
)
_STATE = 128
_CONTEXT = "subscriptions/$entity"


@dataclass
class Subscription:
    """``kind``: of the ids that it tells; ``is_paused``: it waits for a new sign-in.

    ``has_withheld``: whether there was something to tell meanwhile.
    """

    id: str
    user: User
    calendar: Calendar
    resource: str
    changes: frozenset[str]
    address: str
    lifecycle: str | None
    state: str | None
    tls: str
    kind: str
    expires: datetime
    is_paused: bool = False
    has_withheld: bool = False


class Subscriptions:
    """Those of a world. ``errands`` deliver their messages."""

    def __init__(self, world: World, send: Send, errands: Errands) -> None:
        self.courier = Courier(world, send, errands)
        self.courier.missed = self._missed
        self.courier.are_there = lambda names: any(name in self.all for name in names)
        self._world = world
        self._all: dict[str, Subscription] = {}
        world.tell = self.tell

    @property
    def all(self) -> dict[str, Subscription]:
        """Those that have not expired."""
        now = self._world.now()
        self._all = {key: one for key, one in self._all.items() if one.expires > now}
        return self._all

    async def create(self, session: Session) -> Reply:
        """Raises Refused."""
        asked = session.call.json()
        made = self._read(session, asked)
        self._check_number(made)
        for address in [made.address, *([made.lifecycle] if made.lifecycle else [])]:
            token = f"Validation: Testing client application reachability for subscription {made.id}"
            problem = await self.courier.validate(with_query(address, {"validationToken": token}), token)
            if problem:
                raise errors.bad_request(problem, "ValidationError")
        self._all[made.id] = made
        return session.answer(self._shown(made), _CONTEXT, 201)

    def listed(self, session: Session) -> Reply:
        """Raises Refused."""
        own = [one for one in self.all.values() if one.user is session.user]
        return listing.page(session, own, self._shown, "subscriptions")

    def get(self, session: Session) -> Reply:
        """Raises Refused."""
        return session.answer(self._shown(self._one(session)), _CONTEXT)

    def renew(self, session: Session) -> Reply:
        """Raises Refused."""
        one = self._one(session)
        one.expires = self._expires(session.call.json())
        self._resume(one)
        return session.answer(self._shown(one), _CONTEXT)

    def reauthorize(self, session: Session) -> Reply:
        """Raises Refused."""
        self._resume(self._one(session))
        return Reply(204)

    def delete(self, session: Session) -> Reply:
        """Raises Refused."""
        one = self._one(session)
        del self._all[one.id]
        return Reply(204)

    def tell(self, calendar: Calendar, event: Event, change: str) -> None:
        """What all subscriptions of the calendar are to hear: one message for each address."""
        by_address: defaultdict[str, list[Body]] = defaultdict(list)
        for one in self.all.values():
            if one.calendar is not calendar or change not in one.changes:
                continue
            if one.is_paused:
                one.has_withheld = True
                continue
            by_address[one.address].append(self._item(one, event, change))
        for address, items in by_address.items():
            self._post(address, items)

    def live(self, subscription: str, event: str) -> None:
        """Something happens in the life of a subscription: one of LIFECYCLE. Raises Unusable."""
        one = self.all.get(subscription)
        if one is None or event not in LIFECYCLE:
            raise Unusable(f"There is no such subscription, or the event is none of {', '.join(LIFECYCLE)}.")
        one.is_paused = one.is_paused or event == "reauthorizationRequired"
        if event == "subscriptionRemoved":
            del self._all[one.id]
        self._tell_life(one, event)

    def end_all_of(self, user: User) -> None:
        """Where an account cannot sign in any more, its subscriptions end."""
        for one in list(self.all.values()):
            if one.user is user:
                self.live(one.id, "subscriptionRemoved")

    def _post(self, address: str, items: Sequence[Body]) -> None:
        quirks = self._world.quirks
        if not quirks.is_on("push-delay"):
            self.courier.post("change", address, items)
            return
        seconds = quirks.number("push-delay", "seconds")
        self._world.clock.later(seconds, lambda: self.courier.post("change", address, items))

    def _missed(self, subscriptions: Sequence[str]) -> None:
        for name in subscriptions:
            if name in self.all:
                self._tell_life(self.all[name], "missed")

    def _resume(self, one: Subscription) -> None:
        one.is_paused = False
        if one.has_withheld:
            one.has_withheld = False
            self._tell_life(one, "missed")

    def _tell_life(self, one: Subscription, event: str) -> None:
        if one.lifecycle:
            item = {**_head(one), "lifecycleEvent": event, "tenantId": one.user.tenant}
            self.courier.post("lifecycle", one.lifecycle, [item])

    def _item(self, one: Subscription, event: Event, change: str) -> Body:
        event_id = ids.written(one.kind, one.user.id, event.key.text)
        path = f"Users/{one.user.id}/Events/{event_id}"
        return {
            "id": self._world.people.new_guid("notification"),
            **_head(one),
            "changeType": change,
            "resource": path,
            "resourceData": {
                "@odata.type": "#Microsoft.Graph.Event",
                "@odata.id": path,
                "@odata.etag": zones.etag(event.stamp),
                "id": event_id,
            },
            "tenantId": one.user.tenant,
        }

    def _one(self, session: Session) -> Subscription:
        found = self.all.get(session.at["subscriptionId"])
        if found is None or found.user is not session.user:
            raise errors.no_resource("The object")
        return found

    def _read(self, session: Session, asked: Body) -> Subscription:
        """Raises Refused."""
        for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
            if not isinstance(asked.get(name), str) or not asked[name]:
                raise errors.bad_request(
                    f"The request is missing a required property: {name}.", "InvalidRequest"
                )
        changes = frozenset(one.strip().lower() for one in asked["changeType"].split(","))
        state = asked.get("clientState")
        if not changes <= _CHANGES or len(str(state or "")) > _STATE:
            raise errors.bad_request("changeType or clientState is not valid.", "InvalidRequest")
        lifecycle = asked.get("lifecycleNotificationUrl")
        for address in filter(None, (asked["notificationUrl"], lifecycle)):
            self._check_address(str(address))
        return Subscription(
            id=self._world.people.new_guid("subscription"),
            user=session.user,
            calendar=self._watched(session, asked["resource"]),
            resource=asked["resource"],
            changes=changes,
            address=asked["notificationUrl"],
            lifecycle=str(lifecycle) if lifecycle else None,
            state=str(state) if state is not None else None,
            tls=str(asked.get("latestSupportedTlsVersion") or "v1_2"),
            kind=ids.IMMUTABLE if session.wants_immutable else ids.ITEM,
            expires=self._expires(asked),
        )

    def _watched(self, session: Session, resource: str) -> Calendar:
        found = _RESOURCE.match(resource)
        if found is None:
            raise errors.bad_request(f"Resource '{resource}' is not supported.", "InvalidRequest")
        if found["user"] and self._world.people.named(unquote(found["user"])) is not session.user:
            raise errors.access_denied()
        if found["calendar"]:
            return self._world.calendar(session.user, unquote(found["calendar"]))
        return self._world.default_calendar(session.user)

    def _check_address(self, address: str) -> None:
        is_spared = is_loopback(address) and self._world.quirks.is_on("http-webhooks")
        if not is_https(address) and not is_spared:
            raise errors.bad_request("Notification URL must use the https scheme.", "InvalidRequest")

    def _expires(self, asked: Body) -> datetime:
        """Not sooner than the least, not later than the most; raises Refused."""
        found, now = zones.parsed(str(asked.get("expirationDateTime"))), self._world.now()
        if found is None:
            raise errors.bad_request("expirationDateTime is not valid.", "InvalidRequest")
        wanted = found if found.tzinfo else found.replace(tzinfo=UTC)
        if wanted <= now:
            raise errors.bad_request("expirationDateTime must be in the future.", "InvalidRequest")
        if not self._world.quirks.is_on("subscription-life"):
            return wanted
        most, least = (self._world.quirks.number("subscription-life", name) for name in ("most", "least"))
        if wanted > now + timedelta(minutes=most):
            message = f"Subscription expiration can only be {most:.0f} minutes in the future."
            raise errors.bad_request(message, "ValidationError")
        return max(wanted, now + timedelta(minutes=least))

    def _check_number(self, made: Subscription) -> None:
        own = [one for one in self.all.values() if one.user is made.user]
        for one in own:
            if one.calendar is made.calendar and one.changes == made.changes:
                message = f"Subscription Id <{one.id}> already exists for the requested combination"
                raise errors.Refused(409, "ExtensionError", message)
        quirks = self._world.quirks
        if quirks.is_on("subscription-limit") and len(own) >= quirks.number("subscription-limit", "number"):
            message = "The mailbox has reached its limit of subscriptions."
            raise errors.Refused(403, "ExtensionError", message)

    def _shown(self, one: Subscription) -> dict[str, Any]:
        nothing = ("notificationQueryOptions", "encryptionCertificate", "encryptionCertificateId")
        return {
            "id": one.id,
            "resource": one.resource,
            "applicationId": self._world.people.client_id,
            "changeType": ",".join(sorted(one.changes)),
            "clientState": one.state,
            "notificationUrl": one.address,
            **dict.fromkeys((*nothing, "notificationUrlAppId", "includeResourceData")),
            "lifecycleNotificationUrl": one.lifecycle,
            "expirationDateTime": zones.utc(one.expires),
            "creatorId": one.user.id,
            "latestSupportedTlsVersion": one.tls,
        }


def _head(one: Subscription) -> Body:
    return {
        "subscriptionId": one.id,
        "subscriptionExpirationDateTime": zones.utc(one.expires),
        "clientState": one.state,
    }
