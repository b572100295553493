"""Every operation of Graph that the stand-in has: where it is and what it does."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from metonic_simulators.graph import errors, shelves
from metonic_simulators.graph.call import Reply
from metonic_simulators.graph.events import answers, delta, extensions, listing, removing, writing
from metonic_simulators.graph.session import Session
from metonic_simulators.graph.subscriptions import Subscriptions

Does = Callable[[Session], Reply | Awaitable[Reply]]
"""Raises Refused."""

_ZONES = re.compile(r"^supportedTimeZones(?:\(TimeZoneStandard=(?:[\w.]*)'(\w+)'\)|\(\))?$", re.IGNORECASE)
_ANSWERS = ("accept", "tentativelyAccept", "decline")
_HOMES = ("", "calendar/", "calendars/{calendarId}/", "calendarGroups/{groupId}/calendars/{calendarId}/")


@dataclass(frozen=True, slots=True)
class Operation:
    """``needs``: which of ``scopes.OPENS``; ``is_own``: below a user, else at the root."""

    name: str
    method: str
    pattern: tuple[str, ...]
    does: Does
    needs: str
    is_own: bool = True

    def reads(self, segments: list[str]) -> dict[str, str] | None:
        """What the path names, if it is this operation's; words are found in any case."""
        if len(segments) != len(self.pattern):
            return None
        pairs = list(zip(self.pattern, segments, strict=True))
        if any(wanted.lower() != one.lower() for wanted, one in pairs if not wanted.startswith("{")):
            return None
        return {wanted.strip("{}"): one for wanted, one in pairs if wanted.startswith("{")}


class Operations:
    """``subscriptions``: those of the moment, as a reset makes others."""

    def __init__(self, subscriptions: Callable[[], Subscriptions]) -> None:
        self._subscriptions = subscriptions
        self.all = (*self._of_the_account(), *_of_calendars(), *_of_events(), *self._of_push())

    def find(self, method: str, segments: list[str]) -> tuple[Operation, dict[str, str]]:
        """With ``user`` where the path names one. Raises Refused for what is no operation."""
        path, user = _without_user([_plain(one) for one in segments])
        is_own = user is not None
        path, at = _with_standard(path)
        found = [one for one in self.all if one.is_own == is_own and one.reads(path) is not None]
        for one in found:
            if one.method == method:
                return one, {**(one.reads(path) or {}), **at, "user": user or "me"}
        if found:
            message = "Specified HTTP method is not allowed for the request target."
            raise errors.Refused(405, "Request_BadRequest", message)
        raise errors.no_segment(self._stranger(path, is_own=is_own) if path else "me")

    def _stranger(self, path: list[str], *, is_own: bool) -> str:
        """The first segment with which nothing goes on."""
        for length in range(1, len(path) + 1):
            head = path[:length]
            if not any(_goes_on(one.pattern, head) for one in self.all if one.is_own == is_own):
                return head[-1]
        return path[-1]

    def _of_the_account(self) -> list[Operation]:
        return [
            Operation("user.get", "GET", (), shelves.me, "user"),
            _operation(
                "outlook.supportedTimeZones",
                "GET",
                "outlook/supportedTimeZones",
                shelves.supported_zones,
                "any",
            ),
            _operation("translateExchangeIds", "POST", "translateExchangeIds", shelves.translate, "any"),
        ]

    def _of_push(self) -> list[Operation]:
        def root(name: str, method: str, path: str, does: Does) -> Operation:
            return Operation(name, method, tuple(path.split("/")), does, "read", is_own=False)

        one = "subscriptions/{subscriptionId}"
        return [
            root("subscriptions.list", "GET", "subscriptions", lambda it: self._subscriptions().listed(it)),
            root(
                "subscriptions.create", "POST", "subscriptions", lambda it: self._subscriptions().create(it)
            ),
            root("subscriptions.get", "GET", one, lambda it: self._subscriptions().get(it)),
            root("subscriptions.update", "PATCH", one, lambda it: self._subscriptions().renew(it)),
            root("subscriptions.delete", "DELETE", one, lambda it: self._subscriptions().delete(it)),
            root(
                "subscriptions.reauthorize",
                "POST",
                f"{one}/reauthorize",
                lambda it: self._subscriptions().reauthorize(it),
            ),
        ]


def _operation(name: str, method: str, path: str, does: Does, needs: str) -> Operation:
    return Operation(name, method, tuple(path.split("/")), does, needs)


def _of_calendars() -> list[Operation]:
    found = [
        _operation("calendarGroups.list", "GET", "calendarGroups", shelves.groups, "read"),
        _operation(
            "calendarGroups.calendars", "GET", "calendarGroups/{groupId}/calendars", shelves.of_group, "read"
        ),
        _operation("calendars.list", "GET", "calendars", shelves.listed, "read"),
        _operation("calendars.create", "POST", "calendars", shelves.create, "write"),
    ]
    for home in _HOMES[1:]:
        path = home.removesuffix("/")
        found.append(_operation("calendar.get", "GET", path, shelves.get, "read"))
        found.append(_operation("calendar.update", "PATCH", path, shelves.patch, "write"))
        found.append(_operation("calendar.delete", "DELETE", path, shelves.delete, "write"))
    return found


def _of_events() -> list[Operation]:
    found: list[Operation] = []
    for home in _HOMES:
        events, one = f"{home}events", f"{home}events/{{eventId}}"
        table: list[tuple[str, str, str, Does, str]] = [
            ("events.list", "GET", events, listing.events, "read"),
            ("events.create", "POST", events, writing.create, "write"),
            ("events.delta", "GET", f"{events}/delta", delta.events, "read"),
            ("calendarView.list", "GET", f"{home}calendarView", listing.view, "read"),
            ("calendarView.delta", "GET", f"{home}calendarView/delta", delta.view, "read"),
            ("event.get", "GET", one, writing.get, "read"),
            ("event.update", "PATCH", one, writing.patch, "write"),
            ("event.delete", "DELETE", one, removing.delete, "write"),
            ("event.instances", "GET", f"{one}/instances", listing.instances, "read"),
            ("event.exceptions", "GET", f"{one}/exceptionOccurrences", listing.exceptions, "read"),
            ("event.cancel", "POST", f"{one}/cancel", answers.cancel, "write"),
            ("event.permanentDelete", "POST", f"{one}/permanentDelete", removing.delete_for_good, "write"),
            *((f"event.{word}", "POST", f"{one}/{word}", answers.answer(word), "write") for word in _ANSWERS),
            ("extensions.list", "GET", f"{one}/extensions", extensions.listed, "read"),
            ("extensions.create", "POST", f"{one}/extensions", extensions.create, "write"),
            ("extension.get", "GET", f"{one}/extensions/{{extensionId}}", extensions.get, "read"),
            ("extension.update", "PATCH", f"{one}/extensions/{{extensionId}}", extensions.patch, "write"),
            ("extension.delete", "DELETE", f"{one}/extensions/{{extensionId}}", extensions.delete, "write"),
        ]
        found += [_operation(*row) for row in table]
    return found


def _plain(segment: str) -> str:
    """``delta``, ``delta()`` and ``microsoft.graph.delta()`` are the same."""
    bare = segment[len("microsoft.graph.") :] if segment.lower().startswith("microsoft.graph.") else segment
    return bare.removesuffix("()")


def _without_user(segments: list[str]) -> tuple[list[str], str | None]:
    """The rest of the path and whose it is, none for what belongs to nobody."""
    if segments and segments[0].lower() == "me":
        return segments[1:], "me"
    if len(segments) > 1 and segments[0].lower() == "users":
        name = segments[1]
        return segments[2:], "me" if name.lower() == "me-token-to-replace" else name
    return segments, None


def _with_standard(path: list[str]) -> tuple[list[str], dict[str, str]]:
    found = _ZONES.match(path[-1]) if path else None
    if found is None:
        return path, {}
    return [*path[:-1], "supportedTimeZones"], {"standard": found[1] or "windows"}


def _goes_on(pattern: tuple[str, ...], head: list[str]) -> bool:
    if len(pattern) < len(head):
        return False
    return all(
        wanted.startswith("{") or wanted.lower() == one.lower()
        for wanted, one in zip(pattern, head, strict=False)
    )
