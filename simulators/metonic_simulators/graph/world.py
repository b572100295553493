"""All that the stand-in for Graph is: accounts, calendars, tokens, and what is switched or armed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from metonic_simulators.graph import errors, ids
from metonic_simulators.graph.mailbox import Body, Calendar, Event
from metonic_simulators.graph.people import People, User
from metonic_simulators.graph.quirks import FAULTS, QUIRKS
from metonic_simulators.graph.tokens import Tokens
from metonic_simulators.store.clock import Clock
from metonic_simulators.store.seeds import BASE32HEX, Seeds
from metonic_simulators.wire.faults import Faults, Switches
from metonic_simulators.wire.log import Entry, Mail
from metonic_simulators.wire.windows import Windows

Told = Callable[[Calendar, Event, str], None]
"""An event changed: ``created``, ``updated`` or ``deleted``."""


@dataclass
class World:
    """``transactions``: what was made by which owner's transactionId, and of which request.

    ``running``: how many requests are under way in a mailbox; ``base``: the origin with the version.
    """

    seed: str
    clock: Clock = field(default_factory=Clock)
    quirks: Switches = field(default_factory=lambda: Switches(QUIRKS))
    faults: Faults = field(default_factory=lambda: Faults(FAULTS))
    calendars: dict[str, Calendar] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    outbox: list[Mail] = field(default_factory=list)
    windows: Windows = field(default_factory=lambda: Windows(600))
    transactions: dict[tuple[str, str], tuple[Calendar, str, str]] = field(default_factory=dict)
    running: Counter[str] = field(default_factory=Counter)
    base: str = ""
    tell: Told = lambda _, __, ___: None

    def __post_init__(self) -> None:
        self.seeds = Seeds(self.seed)
        self.tokens = Tokens(self.seeds)
        self.people = People(self.clock, self.seeds, self.quirks)

    def add_user(
        self, email: str, name: str = "", zone: str = "W. Europe Standard Time", *, is_personal: bool = False
    ) -> User:
        """With a default calendar; a personal account also has one that nobody can write to."""
        usual = name or email.partition("@")[0].title()
        user = self.people.add(email, usual, zone, is_personal=is_personal)
        self.add_calendar(email, {"name": "Calendar"}, is_default=True, is_removable=False)
        if is_personal:
            self.add_calendar(email, {"name": "Birthdays"}, is_removable=False, can_edit=False)
        return user

    def add_calendar(self, owner: str, body: Body, **more: Any) -> Calendar:  # noqa: ANN401 - fields of a calendar
        found = Calendar(self.seeds.text("calendar", 10, BASE32HEX), owner, body, self.clock.stamp(), **more)
        self.calendars[found.name] = found
        return found

    def calendars_of(self, user: User) -> list[Calendar]:
        """In the order in which they came: the user's own first, the default one before them."""
        seen = [one for one in self.calendars.values() if one.is_seen_by(user.email)]
        return sorted(seen, key=lambda one: (one.owner != user.email, not one.is_default))

    def default_calendar(self, user: User) -> Calendar:
        return next(one for one in self.calendars_of(user) if one.is_default and one.owner == user.email)

    def calendar(self, user: User, calendar_id: str) -> Calendar:
        """Raises Refused."""
        name = ids.read((ids.FOLDER,), user.id, calendar_id)
        found = self.calendars.get(name)
        if found is None or not found.is_seen_by(user.email):
            raise errors.not_found()
        return found

    def calendar_id(self, user: User, calendar: Calendar) -> str:
        return ids.written(ids.FOLDER, user.id, calendar.name)

    def renew_id(self, calendar: Calendar) -> None:
        """It is at another id from now on, with all that is in it."""
        del self.calendars[calendar.name]
        calendar.name = self.seeds.text("calendar", 10, BASE32HEX)
        self.calendars[calendar.name] = calendar

    def new_name(self) -> str:
        return self.seeds.text("event", 10, BASE32HEX)

    def new_uid(self) -> str:
        """As Exchange makes it."""
        return "040000008200E00074C5B7101A82E008" + self.seeds.text("uid", 80, "0123456789ABCDEF")

    def put(self, calendar: Calendar, event: Event, change: str) -> Event:
        """A new version in the calendar, under a new change key: whoever subscribed hears of it."""
        now = self.clock.now()
        written = replace(event, stamp=self.clock.stamp(), modified=now)
        calendar.put(written, now)
        self.tell(calendar, written, change)
        return written

    def bump(self, calendar: Calendar, name: str) -> None:
        """What the server does to an event on its own: nothing but the change key is another."""
        event = calendar.event(name)
        if event is not None:
            self.put(calendar, event, "updated")

    def hide(self, calendar: Calendar, name: str, before: Event | None, seconds: float) -> None:
        """For a while what was there before is read; then the new version shows, as a change."""
        calendar.hidden[name] = before

        def shown() -> None:
            calendar.hidden.pop(name, None)
            event = calendar.events.get(name)
            if event is not None:
                calendar.put(event, self.now())

        self.clock.later(seconds, shown)

    def now(self) -> datetime:
        return self.clock.now()
