"""What a list of events is asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import Calendar, Event
from metonic_simulators.google.call import Call
from metonic_simulators.google.events import times
from metonic_simulators.google.session import Session
from metonic_simulators.google.tokens import Query

_NOT_WITH_A_TOKEN = (
    *("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty"),
    *("timeMin", "timeMax", "updatedMin"),
)
_OF_THE_PAGE = {
    "pageToken",
    "maxResults",
    "alt",
    "fields",
    "prettyPrint",
    "key",
    "quotaUser",
    "userIp",
    "oauth_token",
}
_OF_THE_FEED = {"singleEvents", "eventTypes"}
_TYPES = {"birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation"}


@dataclass(frozen=True)
class Asked:
    """``low`` and ``high`` exclude what ends or begins just there; ``since``: of the last change."""

    single: bool
    deleted: bool
    order: str
    low: datetime | None
    high: datetime | None
    since: datetime | None
    words: tuple[str, ...]
    uid: str
    types: frozenset[str]
    private: tuple[tuple[str, str], ...]
    shared: tuple[tuple[str, str], ...]
    zone: str
    most_attendees: int

    @property
    def has_filters(self) -> bool:
        return bool(self.since or self.words or self.uid or self.private or self.shared)


def read(session: Session, calendar: Calendar) -> Asked:
    """Raises Refused."""
    call = session.call
    found = Asked(
        single=call.flag("singleEvents"),
        deleted=call.flag("showDeleted"),
        order=call.text("orderBy"),
        low=_bound(call, "timeMin"),
        high=_bound(call, "timeMax"),
        since=_bound(call, "updatedMin"),
        words=tuple(call.text("q").lower().split()),
        uid=call.text("iCalUID"),
        types=frozenset(call.query.getall("eventTypes", [])),
        private=_properties(call, "privateExtendedProperty"),
        shared=_properties(call, "sharedExtendedProperty"),
        zone=_zone(call.text("timeZone") or calendar.zone),
        most_attendees=call.number("maxAttendees", 0, most=10**9) if "maxAttendees" in call.query else 0,
    )
    _check(found, call, session)
    return found


def of_the_list(call: Call) -> Query:
    """What a page token belongs to."""
    return tuple(sorted((name, value) for name, value in call.query.items() if name not in _OF_THE_PAGE))


def of_the_feed(call: Call) -> Query:
    """What a sync token belongs to."""
    plain = {("singleEvents", "false")}
    return tuple(sorted({one for one in call.query.items() if one[0] in _OF_THE_FEED} - plain))


def check_token_alone(session: Session) -> None:
    """Raises Refused for what cannot be asked together with a sync token."""
    call = session.call
    if any(name in call.query for name in _NOT_WITH_A_TOKEN):
        raise errors.bad_request("Sync token cannot be used with other request restrictions.")
    is_explicit = call.text("showDeleted") == "false"
    if is_explicit and session.world.quirks.is_on("show-deleted-refused"):
        raise errors.bad_request("Sync token cannot be used with other request restrictions.")


def matches(asked: Asked, event: Event, *, any_property: bool) -> bool:
    """Whether the event is one of those asked for, whenever it is."""
    body = event.body
    if asked.types and body.get("eventType", "default") not in asked.types:
        return False
    if asked.uid and body.get("iCalUID") != asked.uid:
        return False
    if asked.words and not all(word in _text(event) for word in asked.words):
        return False
    properties = body.get("extendedProperties", {})
    for wanted, scope in ((asked.private, "private"), (asked.shared, "shared")):
        has = [properties.get(scope, {}).get(key) == value for key, value in wanted]
        if has and not (any(has) if any_property else all(has)):
            return False
    return True


def overlaps(asked: Asked, event: Event, zone: str) -> bool:
    """Whether it ends after ``low`` and begins before ``high``."""
    body = event.body
    if "start" not in body or "end" not in body:
        return True
    is_late = asked.low is None or times.moment(body["end"], zone) > asked.low
    return is_late and (asked.high is None or times.moment(body["start"], zone) < asked.high)


def _check(asked: Asked, call: Call, session: Session) -> None:
    if asked.low and asked.high and asked.low >= asked.high:
        raise errors.range_empty("parameter:timeMax")
    if asked.order not in {"", "startTime", "updated"}:
        raise errors.bad_parameter("orderBy", asked.order)
    if asked.order == "startTime" and not asked.single:
        raise errors.bad_request("The requested ordering is not available for the particular query.")
    for one in asked.types - _TYPES:
        raise errors.bad_parameter("eventTypes", one)
    retention = timedelta(days=session.world.quirks.number("retention", "days"))
    is_kept = session.world.quirks.is_on("retention")
    if (
        asked.since
        and is_kept
        and session.world.clock.now() - asked.since > retention
        and "syncToken" not in call.query
    ):
        raise errors.updated_min_too_long_ago()


def _bound(call: Call, name: str) -> datetime | None:
    return times.bound(call.text(name), name) if name in call.query else None


def _properties(call: Call, name: str) -> tuple[tuple[str, str], ...]:
    found = []
    for one in call.query.getall(name, []):
        key, equals, value = one.partition("=")
        if not equals:
            raise errors.bad_parameter(name, one)
        found.append((key, value))
    return tuple(found)


def _zone(name: str) -> str:
    try:
        return times.zone_of(name).key
    except errors.Refused as error:
        raise errors.bad_parameter("timeZone", name) from error


def _text(event: Event) -> str:
    people = [event.body.get("organizer", {}), *event.body.get("attendees", [])]
    names = [str(one.get(key, "")) for one in people for key in ("email", "displayName")]
    return " ".join(
        [*(str(event.body.get(key, "")) for key in ("summary", "description", "location")), *names]
    ).lower()
