"""Time zones: Windows names and IANA names, by CLDR (``windowsZones.xml``, as tzlocal brings it).

A Windows name stands for many IANA zones, so what comes back of one is not what was written. The IANA name
is kept beside the event, with the name under which it was written: it counts as long as that one stands.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from tzlocal.windows_tz import tz_win, win_tz

from metonic_core.model.when import is_zone

UTC_ZONE = "UTC"
_MICROSOFT = "tzone://Microsoft/"
# Names without a territory, or that CLDR has no more, which keep the clock of one that it has.
_MISSING = {
    "CST6CDT": "Central Standard Time",
    "EST5EDT": "Eastern Standard Time",
    "Europe/Uzhgorod": "FLE Standard Time",
    "Europe/Zaporozhye": "FLE Standard Time",
    "GMT": UTC_ZONE,
    "MST7MDT": "Mountain Standard Time",
    "PST8PDT": "Pacific Standard Time",
    "US/East-Indiana": "US Eastern Standard Time",
}
_SEEN_FROM = datetime(2024, 1, 1, tzinfo=UTC)
_STEPS = 1600
_STEP = timedelta(days=3)
_BESIDE = ";"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What a mailbox takes: the names of ``supportedTimeZones``, in either form; empty if it was not asked.

    ``home``: the IANA zone of its user, at whose midnights days begin.
    """

    supported: frozenset[str] = frozenset()
    home: str = UTC_ZONE

    def takes(self, name: str) -> bool:
        """Whether it takes that name; one that was not asked takes the Windows names."""
        return name in self.supported if self.supported else name in win_tz

    def name(self, zone: str) -> str | None:
        """How an IANA zone is called there: by itself where that is allowed, which loses nothing."""
        if zone in self.supported:
            return zone
        name = windows_name(zone)
        return name if name and self.takes(name) and _keep_one_clock(zone, name) else None


@cache
def anybodys() -> Mailbox:
    """A mailbox that knows every zone: what it cannot hold, no mailbox can."""
    return Mailbox(frozenset(available_timezones()))


def windows_name(zone: str) -> str | None:
    """The Windows name of an IANA zone; None if it has none."""
    # tzlocal has an entry for the empty name, which is Mexico's.
    return (tz_win.get(zone) or _MISSING.get(zone)) if zone else None


def iana_name(name: str) -> str | None:
    """The IANA zone of a name that Graph uses; None for one that only Outlook knows."""
    if name.removeprefix(_MICROSOFT).casefold() in {"utc", "etc/utc"}:
        return UTC_ZONE
    return name if is_zone(name) else win_tz.get(name)


def is_same_name(one: str, other: str) -> bool:
    """Whether two names, of either form, are one zone to Windows; an unknown name only equals itself."""
    return one == other or (_class(one) is not None and _class(one) == _class(other))


def _class(name: str) -> str | None:
    zone = iana_name(name)
    return zone and (windows_name(zone) or zone)


def clock(zone: str) -> str:
    """The same text for all zones that Graph may not tell apart."""
    name = windows_name(zone)
    return name if name and _keep_one_clock(zone, name) else zone


def kept(zone: str, name: str) -> str:
    """What is kept beside an event of that zone which was written under that name."""
    return f"{zone}{_BESIDE}{name}"


def zone_of(name: str, beside: str) -> str | None:
    """The IANA zone of an event: the one kept beside it, unless somebody has given it another one since."""
    zone, _, written = beside.partition(_BESIDE)
    if is_zone(zone) and written and is_same_name(written, name):
        return zone
    return iana_name(name)


@lru_cache(maxsize=1024)
def _keep_one_clock(zone: str, name: str) -> bool:
    """Whether clocks in the zone show what Windows shows: CLDR has some that moved away from their kind."""
    one, other = ZoneInfo(zone), ZoneInfo(win_tz[name])
    instants = (_SEEN_FROM + step * _STEP for step in range(_STEPS))
    return all(at.astimezone(one).utcoffset() == at.astimezone(other).utcoffset() for at in instants)
