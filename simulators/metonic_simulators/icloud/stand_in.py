"""An account at iCloud that is none: what is on, what is armed, and how a request passes through it."""

import base64
import binascii
import inspect
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from multidict import CIMultiDict, CIMultiDictProxy

from metonic_simulators.icloud import dav
from metonic_simulators.icloud.exchange import Answer, Asked, Go, matches
from metonic_simulators.icloud.quirks import ICLOUD, QUIRKS
from metonic_simulators.icloud.quirks.troubles import CHALLENGE
from metonic_simulators.icloud.world import Account, Entry, Mail, Option, Quirk, World
from metonic_simulators.servers import CalendarServer
from metonic_simulators.wire.faults import Unusable

_IS_THERE = frozenset({403, 405, 409})
_MAKE_CALENDAR = """<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"
xmlns:A="http://apple.com/ns/ical/"><set><prop><displayname>{name}</displayname>
<A:calendar-color>#1BADF8FF</A:calendar-color>
<C:supported-calendar-component-set><C:comp name="{kind}"/></C:supported-calendar-component-set>
</prop></set></C:mkcalendar>"""

Forward = Callable[[World, Asked], Awaitable[Answer]]


@dataclass
class Fault:
    """A quirk for the next ``times`` requests of that method, or that report, to a path like ``path``."""

    quirk: Quirk
    options: dict[str, Option]
    times: int
    method: str
    path: str

    def befalls(self, asked: Asked) -> bool:
        is_named = self.method in {"*", asked.method, asked.report}
        return is_named and matches(asked.path, self.path) and self.quirk.when(asked)


class StandIn:
    """``url`` is the entry host's; ``usual`` are the quirks that are on after a start and a reset."""

    def __init__(
        self, server: CalendarServer, forward: Forward, account: Account, usual: Iterable[str] = ICLOUD
    ) -> None:
        self.world = World(server, account)
        self.faults: list[Fault] = []
        self._forward = forward
        self._usual = tuple(usual)
        self.reset()

    @property
    def url(self) -> str:
        return f"{self.world.entry}/"

    @property
    def home(self) -> str:
        """The URL of the account's calendars."""
        return self.world.partition + self.world.home

    @property
    def user(self) -> str:
        return self.world.account.user

    @property
    def password(self) -> str:
        return self.world.account.password

    @property
    def log(self) -> list[Entry]:
        return self.world.log

    @property
    def outbox(self) -> list[Mail]:
        return self.world.outbox

    def turn_on(self, name: str, /, **options: Option) -> None:
        """From now on; options that are not named have their usual value. Raises Unusable."""
        _check(name, options)
        self.world.on[name] = options

    def turn_off(self, name: str) -> None:
        """Raises Unusable for what is no quirk."""
        _check(name, {})
        self.world.on.pop(name, None)

    def arm(
        self, name: str, /, *, times: int = 1, method: str = "*", path: str = "*", **options: Option
    ) -> None:
        """For the next requests that match and that the quirk concerns; what was armed earlier goes first.

        ``method`` is that of the request or the name of its report; raises Unusable.
        """
        _check(name, options)
        self.faults.append(Fault(QUIRKS[name], options, times, method, path))

    def reset(self) -> None:
        """As it started; the calendars keep what is in them."""
        self.faults.clear()
        self.world.forget()
        self.world.on.clear()
        self.world.on.update({name: {} for name in self._usual})

    async def make_calendar(self, name: str, kind: str = "VEVENT") -> str:
        """A calendar of that name in the home, if there is none; gives its path."""
        path, headers = f"{self.world.home}{name}/", {"Content-Type": dav.XML}
        body = _MAKE_CALENDAR.format(name=name.title(), kind=kind).encode()
        asked = Asked("MKCALENDAR", path, CIMultiDictProxy(CIMultiDict(headers)), body, self.world.entry)
        answer = await self._way(asked)
        if not answer.has_succeeded and answer.status not in _IS_THERE:
            raise RuntimeError(f"The calendar server made no calendar {name!r}: {answer.status}.")
        return path

    async def answer(self, asked: Asked) -> Answer:
        """Raises Dropped where the connection ends instead."""
        fault = next((one for one in self.faults if one.befalls(asked)), None)
        way: Go = self._signed_in
        if fault is not None:
            fault.times -= 1
            self.faults = [one for one in self.faults if one.times]
            way = fault.quirk.around(self.world, way, fault.options)
        at, began, status = time.time(), time.perf_counter(), 0
        try:
            answer = await way(asked)
            status = answer.status
            return answer
        finally:
            seconds = time.perf_counter() - began
            self.log.append(_entry(asked, status, at, seconds, fault.quirk.name if fault else ""))

    async def _signed_in(self, asked: Asked) -> Answer:
        if _login(asked) == (self.user, self.password):
            return await self._way(asked)
        return Answer(401, headers=CIMultiDict({"WWW-Authenticate": CHALLENGE}))

    async def _way(self, asked: Asked) -> Answer:
        """Every quirk that is on, then the calendar server."""

        async def forward(asked: Asked) -> Answer:
            return await self._forward(self.world, asked)

        way: Go = forward
        for name in reversed(QUIRKS):
            if name in self.world.on:
                way = QUIRKS[name].around(self.world, way, self.world.on[name])
        return await way(asked)


def _login(asked: Asked) -> tuple[str, str]:
    """User and password as Basic has them (RFC 7617)."""
    scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _entry(asked: Asked, status: int, at: float, seconds: float, fault: str) -> Entry:
    return Entry(
        at=at,
        method=asked.method,
        path=asked.path,
        report=asked.report,
        depth=asked.depth,
        hrefs=len(asked.hrefs),
        status=status,
        seconds=round(seconds, 4),
        host=asked.origin,
        who=_login(asked)[0],
        fault=fault,
    )


def _check(name: str, options: dict[str, Option]) -> None:
    if name not in QUIRKS:
        raise Unusable(f"There is no quirk {name!r}: there are {', '.join(sorted(QUIRKS))}.")
    usual = usual_options(QUIRKS[name])
    for option, value in options.items():
        if option not in usual:
            raise Unusable(f"{name} has no option {option!r}: it has {', '.join(usual) or 'none'}.")
        kinds = (int, float) if isinstance(usual[option], float) else (type(usual[option]),)
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise Unusable(f"{option} of {name} must be like {usual[option]!r}.")


def usual_options(quirk: Quirk) -> dict[str, Option]:
    """The options and what they are if nobody says otherwise."""
    parameters = inspect.signature(quirk.does).parameters.values()
    return {one.name: one.default for one in parameters if one.kind is one.KEYWORD_ONLY}
