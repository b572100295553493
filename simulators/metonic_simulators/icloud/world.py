"""What the quirks of one stand-in have in common: whose calendars, where, what was asked, what was mailed."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.etree.ElementTree import Element

from metonic_simulators.icloud.exchange import Answer, Asked, Go
from metonic_simulators.servers import DSID, CalendarServer

Option = str | int | float

LAYOUT = "icloud-layout"
USER, PASSWORD = "alice@example.com", "abcd-efgh-ijkl-mnop"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's account; ``password`` is one made for an app."""

    user: str = USER
    password: str = PASSWORD
    dsid: str = DSID

    @property
    def principal(self) -> str:
        return f"/{self.dsid}/principal/"

    @property
    def home(self) -> str:
        return f"/{self.dsid}/calendars/"


@dataclass(frozen=True, slots=True)
class Mail:
    """A message that a scheduling server would send (RFC 6638): REQUEST, CANCEL or REPLY."""

    method: str
    sender: str
    recipient: str
    uid: str
    summary: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A request and what became of it.

    ``at``: when it came, in seconds since 1970; ``status`` 0: the connection ended instead of an answer.
    """

    at: float
    method: str
    path: str
    report: str
    depth: str
    hrefs: int
    status: int
    seconds: float
    host: str
    who: str
    fault: str


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a list of changes that comes in pages."""

    members: list[Element]
    token: str


@dataclass
class World:
    """``entry`` and ``partition`` are the two hosts: scheme, host, port; ``on``: quirks and their options.

    ``rests``: by token; ``items``: where a UID was written.
    """

    server: CalendarServer
    account: Account
    entry: str = ""
    partition: str = ""
    on: dict[str, Mapping[str, Option]] = field(default_factory=dict)
    outbox: list[Mail] = field(default_factory=list)
    log: list[Entry] = field(default_factory=list)
    rests: dict[str, Rest] = field(default_factory=dict)
    items: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    fetches: int = 0

    @property
    def home(self) -> str:
        """Where the account's calendars are, for who asks the stand-in."""
        return self.account.home if LAYOUT in self.on else self.server.home

    def forget(self) -> None:
        self.outbox.clear()
        self.log.clear()
        self.rests.clear()
        self.items.clear()
        self.fetches = 0


@dataclass(frozen=True, slots=True)
class Quirk:
    """Something that servers do.

    ``when``: the requests it concerns; ``does``: what it does to them, its options given by name and each
    with a usual value; ``says``: the same in words; ``source``: who says that servers do it.
    """

    name: str
    when: Callable[[Asked], bool]
    does: Callable[..., Awaitable[Answer]]
    says: str
    source: str

    def around(self, world: World, go: Go, options: Mapping[str, Option] = MappingProxyType({})) -> Go:
        """The way to the calendar server with this quirk in it."""

        async def answered(asked: Asked) -> Answer:
            return await (self.does(world, asked, go, **options) if self.when(asked) else go(asked))

        return answered
